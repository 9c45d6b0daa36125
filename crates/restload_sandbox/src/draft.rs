//! An answer in the making, and the places in it where it speaks of totals and the next page.

use restload_spec::{AnswerPlace, Path, Step};
use serde_json::Value;

use crate::sample::Sample;
use crate::steps::{At, get, locate, plain, put, text_of};

/// A place in an answer.
#[derive(Debug, Clone)]
pub(crate) enum Where {
    Body(At),
    Header(String),
    /// In the rows themselves: read there, never put.
    Rows(AnswerPlace),
    /// A path that leads to nothing in the sample and cannot be made.
    Nowhere,
}

/// An answer in the making.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) body: Value,
    pub(crate) headers: Vec<(String, String)>,
    /// The last row of the page.
    pub(crate) last_row: Option<Value>,
    /// The cursor that the next request will carry, where it stands in a row.
    pub(crate) cursor: Option<String>,
}

impl Where {
    pub(crate) fn find(place: &AnswerPlace, sample: &Sample) -> Self {
        let path = match place {
            AnswerPlace::Header(name) => return Self::Header(name.clone()),
            AnswerPlace::Row(_) => return Self::Rows(place.clone()),
            AnswerPlace::Body(path) => path,
        };
        match plain(path.steps()).or_else(|| locate_first(path, &sample.whole)) {
            Some(at) if sample.is_within_rows(&at) => Self::Rows(place.clone()),
            Some(at) => Self::Body(at),
            None => Self::Nowhere,
        }
    }

    pub(crate) fn in_body<'v>(&self, body: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Body(at) => get(body, at),
            _ => None,
        }
    }
}

impl Draft {
    /// Puts a value at a place; a text stays a text.
    pub(crate) fn put(&mut self, place: &Where, value: Value) {
        match place {
            Where::Body(at) => {
                let as_text = value.is_number() && get(&self.body, at).is_some_and(Value::is_string);
                let value = if as_text { Value::from(text_of(&value)) } else { value };
                put(&mut self.body, at, value);
            }
            Where::Header(name) => self.headers.push((name.clone(), text_of(&value))),
            Where::Rows(_) | Where::Nowhere => {}
        }
    }

    /// Puts what leads to the next page, or takes away what the sample has there.
    pub(crate) fn put_next(&mut self, place: &Where, value: Option<Value>) {
        match (value, place) {
            (Some(value), _) => self.put(place, value),
            (None, Where::Body(at)) if get(&self.body, at).is_some() => put(&mut self.body, at, Value::Null),
            (None, _) => {}
        }
    }

    /// The cursor that a reader of the answer finds in its rows.
    pub(crate) fn cursor_in_rows(&self, place: &AnswerPlace) -> Option<String> {
        let found = match place {
            AnswerPlace::Body(path) => path.first(&self.body),
            AnswerPlace::Row(path) => self.last_row.as_ref().and_then(|row| path.first(row)),
            AnswerPlace::Header(_) => None,
        };
        found.filter(|value| !value.is_null()).map(text_of)
    }
}

pub(crate) fn locate_first(path: &Path, whole: &Value) -> Option<Vec<Step>> {
    let found = path.first(whole)?;
    locate(whole, &[found]).into_iter().next()
}
