//! A request that came in, and places in requests.

use percent_encoding::percent_decode_str;
use restload_spec::{RequestPlace, Step};
use serde_json::Value;

use crate::steps::{At, get, plain, texts_of};

/// A place in a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Spot {
    /// A query parameter.
    Param(String),
    /// A header.
    Header(String),
    /// A field of a form.
    Form(String),
    /// A place in a JSON body.
    Json(At),
    /// The body as text.
    Text,
}

impl Spot {
    pub(crate) fn of(place: &RequestPlace) -> Self {
        match place {
            RequestPlace::Param(name) => Self::Param(name.clone()),
            RequestPlace::Header(name) => Self::Header(name.clone()),
            RequestPlace::Form(name) => Self::Form(name.clone()),
            RequestPlace::Json(path) => Self::Json(plain(path.steps()).unwrap_or_default()),
        }
    }

    /// The name that is nearest to the value.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Param(name) | Self::Header(name) | Self::Form(name) => Some(name),
            Self::Json(at) => at.iter().rev().find_map(|step| match step {
                Step::Key(name) => Some(name.as_str()),
                _ => None,
            }),
            Self::Text => None,
        }
    }
}

/// A request that came in.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// As it came.
    pub(crate) raw_path: String,
    /// Without percent-encoding.
    pub(crate) path: String,
    /// As it came.
    pub(crate) raw_query: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) json: Option<Value>,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Asked {
    /// The texts at a place; none where it is absent.
    pub(crate) fn texts(&self, spot: &Spot) -> Vec<String> {
        let named = |pairs: &[(String, String)], name: &str| {
            pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
        };
        match spot {
            Spot::Param(name) => named(&self.query, name),
            Spot::Form(name) => named(&self.form, name),
            Spot::Header(name) => self.header(name).map(str::to_owned).into_iter().collect(),
            Spot::Json(at) => {
                self.json.as_ref().and_then(|body| get(body, at)).map(texts_of).unwrap_or_default()
            }
            Spot::Text => vec![self.text.clone()],
        }
    }

    /// A header by its name in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Whether a path is a whole URL.
pub(crate) fn is_absolute(path: &str) -> bool {
    path.starts_with("https://") || path.starts_with("http://")
}

/// A path without percent-encoding.
pub(crate) fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}
