//! An answer as its paginator sees it.

use std::borrow::Cow;
use std::collections::HashMap;

use restload_spec::AnswerPlace;
use serde_json::Value;
use url::Url;

use crate::link;
use crate::paginate::Answer;
use crate::redact::Redactor;
use crate::transport::{Exchange, Headers};

/// What is left of an answer when its rows are gone.
#[derive(Debug, Default)]
pub(crate) struct PageAnswer {
    pub(crate) rows: usize,
    pub(crate) single: bool,
    pub(crate) row_hashes: Vec<u64>,
    pub(crate) values: HashMap<String, Vec<Value>>,
    pub(crate) last_row: Option<Value>,
    /// What the body says besides its rows, and the keys that lead to them; of a first answer only.
    pub(crate) outside: Option<(Vec<String>, Value)>,
    pub(crate) headers: Headers,
    pub(crate) url: Option<Url>,
}

impl Answer for PageAnswer {
    fn values(&self, place: &AnswerPlace) -> Vec<Value> {
        match place {
            AnswerPlace::Body(path) => match (self.values.get(path.text()), &self.outside) {
                (Some(values), _) => values.clone(),
                (None, Some((_, outside))) => path.select(outside).into_iter().cloned().collect(),
                (None, None) => Vec::new(),
            },
            AnswerPlace::Header(name) => self.headers.get_all(name).map(Value::from).collect(),
            AnswerPlace::Row(path) => {
                self.last_row.iter().flat_map(|row| path.select(row)).cloned().collect()
            }
        }
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn single(&self) -> bool {
        self.single
    }

    fn link(&self, rel: &str) -> Option<String> {
        link::find(self.headers.get_all("link"), rel)
    }

    fn url(&self) -> &Url {
        // An answer that never came from anywhere is asked for nothing.
        static NOWHERE: std::sync::LazyLock<Url> = std::sync::LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the text is a URL")]
            Url::parse("about:blank").expect("a URL")
        });
        self.url.as_ref().unwrap_or(&NOWHERE)
    }
}

impl PageAnswer {
    /// What is known of an answer before its body is read. Its `Link` headers are mended where a secret would cut them.
    pub(crate) fn of(exchange: &Exchange, redactor: &Redactor) -> Self {
        let headers = exchange.headers.iter().map(|(name, value)| {
            let is_link = name.eq_ignore_ascii_case("link");
            (name, if is_link { redactor.keep_bracketed(value) } else { Cow::Borrowed(value) })
        });
        Self { headers: headers.collect(), url: Some(exchange.url.clone()), ..Self::default() }
    }

    /// A number at a place: a JSON number, or text that is one.
    pub(crate) fn count(&self, place: &AnswerPlace) -> Option<u64> {
        self.values(place).first().and_then(|value| match value {
            Value::Number(number) => number.to_string().parse().ok(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        })
    }
}
