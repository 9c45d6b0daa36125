//! A request: its parts as the walk holds them, and as it goes out.

use std::fmt;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use restload_spec::{RequestPlace, Step};
use serde_json::{Map, Value};
use thiserror::Error;
use url::Url;

/// All but the unreserved characters of RFC 3986: right in every part of a query and in a form.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request as it goes out; without auth until [`Connection`](super::Connection) adds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// With its query.
    pub url: Url,
    /// In order; a name may occur several times.
    pub headers: Vec<(String, String)>,
    /// Content type and content.
    pub body: Option<(String, Bytes)>,
}

impl Request {
    /// A GET without headers.
    pub fn get(url: Url) -> Self {
        Self { method: "GET".to_owned(), url, headers: Vec::new(), body: None }
    }
}

/// Values may be secrets: only what names the request is shown.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = crate::origin::url_origin_text(&self.url);
        write!(f, "{} {origin}{}", self.method, self.url.path())
    }
}

/// A request in parts, so that a paginator can set one of them.
#[derive(Clone, PartialEq)]
pub struct RequestParts {
    /// `GET`, `POST`, …
    pub method: String,
    /// Without `params`; it may have a query of its own.
    pub url: Url,
    /// Query parameters, plain, in order; a name may occur several times.
    pub params: Vec<(String, String)>,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

/// The body of a request.
#[derive(Clone, PartialEq, Default)]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// A JSON document.
    Json(Value),
    /// `application/x-www-form-urlencoded`, plain.
    Form(Vec<(String, String)>),
    /// Text as it is.
    Text(String),
}

/// A value cannot be put where a paginator wants it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// The body is of another kind.
    #[error("`{place}` belongs to a {wanted} body, but the request has a {found} body")]
    OtherBody {
        /// The place as written.
        place: String,
        /// `JSON` or `form`.
        wanted: &'static str,
        /// What it has.
        found: &'static str,
    },
    /// The path leads through something that is neither an object nor a list.
    #[error("`{path}` leads through {found} in the JSON body")]
    NoWay {
        /// The path as written.
        path: String,
        /// What stands in the way.
        found: &'static str,
    },
    /// The path matches more than one place.
    #[error("`{path}` does not name one place in the JSON body")]
    NotOne {
        /// The path as written.
        path: String,
    },
}

impl RequestParts {
    /// Puts `value` at `place` and removes whatever stood there: all parameters or headers of that name. A null removes only;
    /// a list is repeated, except in JSON, where values keep their type.
    pub fn set(&mut self, place: &RequestPlace, value: &Value) -> Result<(), PlaceError> {
        match place {
            RequestPlace::Param(name) => {
                strip_param(&mut self.url, name);
                replace(&mut self.params, |known| known == name, name, value);
            }
            RequestPlace::Header(name) => {
                replace(&mut self.headers, |known| known.eq_ignore_ascii_case(name), name, value);
            }
            RequestPlace::Form(name) => {
                if self.body == Body::Empty {
                    self.body = Body::Form(Vec::new());
                }
                let Body::Form(fields) = &mut self.body else { return Err(self.other_body(name, "form")) };
                replace(fields, |known| known == name, name, value);
            }
            RequestPlace::Json(path) => {
                if self.body == Body::Empty {
                    self.body = Body::Json(Value::Object(Map::new()));
                }
                let Body::Json(body) = &mut self.body else {
                    return Err(self.other_body(path.text(), "JSON"));
                };
                let steps =
                    path.steps().ok_or_else(|| PlaceError::NotOne { path: path.text().to_owned() })?;
                set_in_json(body, steps, value, path.text())?;
            }
        }
        Ok(())
    }

    /// The request as it goes out.
    pub fn render(&self) -> Request {
        let mut url = self.url.clone();
        url.set_fragment(None);
        if !self.params.is_empty() {
            let own = url.query().filter(|query| !query.is_empty()).map(|query| format!("{query}&"));
            url.set_query(Some(&(own.unwrap_or_default() + &render_pairs(&self.params))));
        }
        let body = match &self.body {
            Body::Empty => None,
            Body::Json(value) => Some(("application/json", value.to_string().into())),
            Body::Form(fields) => Some(("application/x-www-form-urlencoded", render_pairs(fields).into())),
            Body::Text(text) => Some(("text/plain; charset=utf-8", text.clone().into())),
        };
        let body = body.map(|(kind, content): (&str, Bytes)| (kind.to_owned(), content));
        Request { method: self.method.clone(), url, headers: self.headers.clone(), body }
    }

    fn other_body(&self, place: &str, wanted: &'static str) -> PlaceError {
        let found = match self.body {
            Body::Empty => "empty",
            Body::Json(_) => "JSON",
            Body::Form(_) => "form",
            Body::Text(_) => "text",
        };
        PlaceError::OtherBody { place: place.to_owned(), wanted, found }
    }
}

/// Values may be secrets: only what names the request is shown.
impl fmt::Debug for RequestParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.params.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
        let origin = crate::origin::url_origin_text(&self.url);
        write!(f, "{} {origin}{} {names:?}", self.method, self.url.path())
    }
}

/// Values may be secrets.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::Json(_) => "Json(…)",
            Self::Form(_) => "Form(…)",
            Self::Text(_) => "Text(…)",
        })
    }
}

/// Puts the texts of `value` where the first of the replaced pairs stood, else at the end.
fn replace(pairs: &mut Vec<(String, String)>, is_meant: impl Fn(&str) -> bool, name: &str, value: &Value) {
    let at = pairs.iter().position(|(known, _)| is_meant(known)).unwrap_or(pairs.len());
    pairs.retain(|(known, _)| !is_meant(known));
    let new = texts_of(value).into_iter().map(|text| (name.to_owned(), text));
    pairs.splice(at..at, new);
}

/// What a value is in a query, a header or a form: one text, several for a list, none for a null.
fn texts_of(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts_of).collect(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec![value.to_string()],
    }
}

/// Objects are made on the way; lists grow by one at most.
fn set_in_json(body: &mut Value, steps: &[Step], value: &Value, path: &str) -> Result<(), PlaceError> {
    let no_way = |found| PlaceError::NoWay { path: path.to_owned(), found };
    let mut here = body;
    for step in steps {
        here = match step {
            Step::Key(key) => {
                if here.is_null() {
                    *here = Value::Object(Map::new());
                }
                let found = kind_of(here);
                let object = here.as_object_mut().ok_or_else(|| no_way(found))?;
                object.entry(key.as_str()).or_insert(Value::Null)
            }
            Step::Index(index) => {
                if here.is_null() {
                    *here = Value::Array(Vec::new());
                }
                let found = kind_of(here);
                let items = here.as_array_mut().ok_or_else(|| no_way(found))?;
                if *index == items.len() {
                    items.push(Value::Null);
                }
                items.get_mut(*index).ok_or_else(|| no_way("a list that is too short"))?
            }
            Step::Wildcard => return Err(PlaceError::NotOne { path: path.to_owned() }),
        };
    }
    *here = value.clone();
    Ok(())
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A text percent-encoded for a query or a form.
pub(crate) fn component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

fn render_pairs(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| {
        format!("{}={}", utf8_percent_encode(name, COMPONENT), utf8_percent_encode(value, COMPONENT))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Appends a query parameter and leaves the rest of the query as it is written.
pub(crate) fn push_param(url: &mut Url, name: &str, value: &str) {
    let pair = render_pairs(&[(name.to_owned(), value.to_owned())]);
    let query = match url.query() {
        Some(query) if !query.is_empty() => format!("{query}&{pair}"),
        _ => pair,
    };
    url.set_query(Some(&query));
}

/// Removes every query parameter of that name and leaves the others as they are written.
pub(crate) fn strip_param(url: &mut Url, name: &str) {
    let Some(query) = url.query() else { return };
    if !query.split('&').any(|pair| name_of_pair(pair) == name) {
        return;
    }
    let kept = query.split('&').filter(|pair| name_of_pair(pair) != name).collect::<Vec<_>>().join("&");
    url.set_query(Some(&*kept).filter(|kept| !kept.is_empty()));
}

/// The decoded name of `name=value` in a query.
pub(crate) fn name_of_pair(pair: &str) -> String {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name).replace('+', " ");
    percent_decode_str(&name).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use restload_spec::Path;
    use serde_json::json;

    use super::*;

    fn parts(url: &str) -> RequestParts {
        let url = Url::parse(url).unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        RequestParts {
            method: "GET".to_owned(),
            url,
            params: vec![pair("ids[]", "1"), pair("q", "a b&c=ü+/"), pair("ids[]", "2")],
            headers: vec![pair("X-Page", "1"), pair("x-page", "2"), pair("Accept", "x/y")],
            body: Body::Empty,
        }
    }

    fn param(name: &str) -> RequestPlace {
        RequestPlace::Param(name.to_owned())
    }

    fn at(path: &str) -> RequestPlace {
        RequestPlace::Json(Path::parse(path).unwrap())
    }

    #[test]
    fn a_query_is_encoded_so_that_every_server_reads_it_alike() {
        let request = parts("https://a.test/x?own=%2c,1#part").render();
        assert_eq!(
            request.url.as_str(),
            "https://a.test/x?own=%2c,1&ids%5B%5D=1&q=a%20b%26c%3D%C3%BC%2B%2F&ids%5B%5D=2"
        );
        assert_eq!(request.body, None);
    }

    #[test]
    fn a_parameter_replaces_all_of_its_name_in_the_url_too() {
        let mut parts = parts("https://a.test/x?page=0&own=%2c&p%61ge=7&page");
        parts.params.clear();
        parts.set(&param("page"), &json!(2)).unwrap();
        assert_eq!(parts.render().url.as_str(), "https://a.test/x?own=%2c&page=2");
        parts.set(&param("page"), &json!(3)).unwrap();
        parts.set(&param("size"), &json!("all")).unwrap();
        assert_eq!(parts.render().url.as_str(), "https://a.test/x?own=%2c&page=3&size=all");
    }

    #[test]
    fn a_replaced_parameter_keeps_its_place_a_list_is_repeated_and_a_null_removes() {
        let mut parts = parts("https://a.test/x");
        parts.set(&param("ids[]"), &json!([7, "8", null])).unwrap();
        parts.set(&param("q"), &Value::Null).unwrap();
        assert_eq!(parts.render().url.as_str(), "https://a.test/x?ids%5B%5D=7&ids%5B%5D=8");
    }

    #[test]
    fn digits_of_a_number_stay() {
        let mut parts = parts("https://a.test/x");
        parts.params.clear();
        let value: Value = serde_json::from_str("123456789012345678901234567890").unwrap();
        parts.set(&param("cursor"), &value).unwrap();
        parts.set(&at("c"), &value).unwrap();
        assert_eq!(parts.render().url.query(), Some("cursor=123456789012345678901234567890"));
        assert_eq!(parts.render().body.unwrap().1, r#"{"c":123456789012345678901234567890}"#);
    }

    #[test]
    fn a_header_replaces_all_of_its_name_in_any_case() {
        let mut parts = parts("https://a.test/x");
        parts.set(&RequestPlace::Header("X-PAGE".to_owned()), &json!(3)).unwrap();
        let want = [("X-PAGE", "3"), ("Accept", "x/y")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(parts.render().headers, want);
    }

    #[test]
    fn a_json_path_makes_objects_on_the_way_and_keeps_types() {
        let mut parts = parts("https://a.test/x");
        parts.set(&at("page.after"), &json!(7)).unwrap();
        parts.set(&at("$.sorts[0].field"), &json!("id")).unwrap();
        parts.set(&at("page.after"), &json!("8")).unwrap();
        let Some((kind, body)) = parts.render().body else { panic!("no body") };
        assert_eq!(kind, "application/json");
        assert_eq!(body, r#"{"page":{"after":"8"},"sorts":[{"field":"id"}]}"#);
    }

    #[test]
    fn a_json_path_that_cannot_be_set_is_an_error() {
        let mut parts = parts("https://a.test/x");
        parts.body = Body::Json(json!({"a": 1, "l": []}));
        let message = |error: Result<(), PlaceError>| error.unwrap_err().to_string();
        assert_eq!(
            message(parts.set(&at("a.b"), &json!(1))),
            "`a.b` leads through a number in the JSON body"
        );
        assert_eq!(
            message(parts.set(&at("$.l[3]"), &json!(1))),
            "`$.l[3]` leads through a list that is too short in the JSON body"
        );
        assert_eq!(
            message(parts.set(&at("$.l[*]"), &json!(1))),
            "`$.l[*]` does not name one place in the JSON body"
        );
        assert_eq!(
            message(parts.set(&RequestPlace::Form("f".to_owned()), &json!(1))),
            "`f` belongs to a form body, but the request has a JSON body"
        );
    }

    #[test]
    fn a_form_is_encoded_like_a_query() {
        let mut parts = parts("https://a.test/x");
        parts.set(&RequestPlace::Form("a b".to_owned()), &json!("c&d")).unwrap();
        let Some((kind, body)) = parts.render().body else { panic!("no body") };
        assert_eq!((&*kind, &*body), ("application/x-www-form-urlencoded", &b"a%20b=c%26d"[..]));
    }

    #[test]
    fn what_is_shown_for_debugging_holds_no_value() {
        let mut parts = parts("https://user:pass@a.test/x?key=s3cr3t");
        parts.body = Body::Text("s3cr3t".to_owned());
        let shown = format!("{parts:?} {:?} {:?}", parts.render(), parts.body);
        assert!(!shown.contains("s3cr3t") && !shown.contains("pass"), "{shown}");
    }
}
