//! `exchanges.yaml`: the requests that are expected, and the answers given to them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::CaseError;

/// One request that is expected, and its answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    /// What is asked.
    pub(crate) request: Expected,
    /// What is answered.
    #[serde(default)]
    pub(crate) response: Answer,
    /// How often.
    #[serde(default = "once")]
    pub(crate) times: u32,
    /// It may be asked, and need not: where a load ends at a moment that is not the same each time.
    #[serde(default)]
    pub(crate) maybe: bool,
    /// The folder that `file` is relative to.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
}

/// A request that is expected.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    /// Method and path with the query: `GET /issues?page=1`.
    pub(crate) line: String,
    /// The query must stand as it is written, and not only mean the same.
    #[serde(default)]
    pub(crate) as_written: bool,
    /// Headers that it must have; with null those that it must not have.
    #[serde(default)]
    pub(crate) headers: IndexMap<String, Option<String>>,
    /// Its body as JSON.
    #[serde(default, deserialize_with = "present")]
    pub(crate) json: Option<Value>,
    /// Its body as a form: `a=1&b=2`, in any order of names.
    pub(crate) form: Option<String>,
    /// Its body as text.
    pub(crate) body: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// A list of values is a header that comes several times.
    pub(crate) headers: IndexMap<String, Values>,
    /// The body, written as JSON.
    #[serde(deserialize_with = "present")]
    pub(crate) json: Option<Value>,
    /// The body as it is.
    pub(crate) text: Option<String>,
    /// The body, for bytes that are no text.
    pub(crate) base64: Option<String>,
    /// The body from a file of the case's folder.
    pub(crate) file: Option<PathBuf>,
    /// The body, made.
    pub(crate) generate: Option<Generate>,
    /// The body is compressed.
    pub(crate) gzip: bool,
    /// Only so many bytes of the body are sent, then the connection is closed.
    pub(crate) cut: Option<usize>,
    /// The connection is reset before anything is sent.
    pub(crate) reset: bool,
    /// The answer does not come before the load ends as `ends.yaml` says.
    pub(crate) held: bool,
    /// The answer comes after this time.
    #[serde(deserialize_with = "delay")]
    pub(crate) delay: Option<Duration>,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            status: 200,
            headers: IndexMap::new(),
            json: None,
            text: None,
            base64: None,
            file: None,
            generate: None,
            gzip: false,
            cut: None,
            reset: false,
            held: false,
            delay: None,
        }
    }
}

/// One value of a header, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Values {
    One(String),
    Several(Vec<String>),
}

impl Values {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values,
        }
        .iter()
        .map(String::as_str)
    }
}

/// A body that would be long to write; one of its kinds.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Generate {
    /// One row with a list in a list, so many levels deep.
    pub(crate) nested: Option<usize>,
    /// One row with so many columns `c0`, `c1`, …
    pub(crate) columns: Option<usize>,
    /// One row with an `id` and an object `map` of so many fields `f0`, `f1`, …
    pub(crate) fields: Option<usize>,
    /// So many rows with an `id` from 1.
    pub(crate) rows: Option<usize>,
}

fn once() -> u32 {
    1
}

/// A value that is there, null too.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn delay<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let millis = text.strip_suffix("ms").and_then(|number| number.trim().parse().ok());
    let millis =
        millis.ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no delay such as `50ms`")))?;
    Ok(Some(Duration::from_millis(millis)))
}

/// Reads a file of exchanges; one that is not there holds none. `fill` puts values in place of `{{base}}` and its kin.
pub(crate) fn read(path: &Path, fill: &dyn Fn(&str) -> String) -> Result<Vec<Exchange>, CaseError> {
    let Some(text) = crate::case::read_if_there(path)? else { return Ok(Vec::new()) };
    let text = fill(&text);
    if text.lines().all(|line| line.trim().is_empty() || line.starts_with('#')) {
        return Ok(Vec::new());
    }
    let mut exchanges: Vec<Exchange> = serde_yaml::from_str(&text)
        .map_err(|error| CaseError::Unreadable { path: path.to_owned(), reason: error.to_string() })?;
    for exchange in &mut exchanges {
        path.parent().unwrap_or(path).clone_into(&mut exchange.folder);
    }
    Ok(exchanges)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<Exchange>, serde_yaml::Error> {
        serde_yaml::from_str(text)
    }

    #[test]
    fn an_exchange_has_defaults_for_all_but_its_line() {
        let exchanges = parse("- request: {line: GET /x}").unwrap();
        assert_eq!((exchanges[0].times, exchanges[0].response.status), (1, 200));
        assert!(exchanges[0].request.json.is_none());
    }

    #[test]
    fn a_body_of_null_is_a_body() {
        let exchanges = parse("- {request: {line: GET /x}, response: {json: null}}").unwrap();
        assert_eq!(exchanges[0].response.json, Some(Value::Null));
    }

    #[test]
    fn a_slip_of_the_pen_is_an_error() {
        for text in [
            "- {request: {line: GET /x, header: {}}}",
            "- {request: {line: GET /x}, response: {stauts: 200}}",
            "- {request: {line: GET /x}, response: {delay: 5}}",
            "- {response: {status: 200}}",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
