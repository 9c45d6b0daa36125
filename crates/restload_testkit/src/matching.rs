//! Whether a request is the one that is expected.

use serde_json::Value;

use crate::exchange::Expected;

/// A request as it came over the wire.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The HTTP method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// All headers.
    pub headers: Vec<(String, String)>,
    /// The body; empty where there is none.
    pub body: Vec<u8>,
}

impl Asked {
    /// Method and target, and the body if there is one.
    pub(crate) fn line(&self) -> String {
        self.line_as(&format!("{} {}", self.method, self.target))
    }

    /// The same with another spelling of method and target.
    pub(crate) fn line_as(&self, line: &str) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let gap = if body.is_empty() { "" } else { " " };
        format!("{line}{gap}{body}")
    }

    /// All values of a header, with `, ` between them.
    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

/// What is different; none if it is the request that is expected.
pub(crate) fn difference(expected: &Expected, asked: &Asked) -> Option<String> {
    if !same_line(expected, asked) {
        return Some(format!("the line is `{}`", expected.line));
    }
    for (name, value) in &expected.headers {
        let found = asked.header(name);
        if found != *value {
            let shown = |value: &Option<String>| {
                value.as_ref().map_or("absent".to_owned(), |value| format!("`{value}`"))
            };
            return Some(format!("header `{name}` is {} and should be {}", shown(&found), shown(value)));
        }
    }
    let body = String::from_utf8_lossy(&asked.body).into_owned();
    let same_body = match (&expected.json, &expected.form, &expected.body) {
        (Some(json), None, None) => {
            serde_json::from_slice::<Value>(&asked.body).is_ok_and(|body| body == *json)
        }
        (None, Some(form), None) => pairs(form) == pairs(&body),
        (None, None, text) => text.as_deref().unwrap_or_default() == body,
        _ => return Some("the case expects more than one body".to_owned()),
    };
    (!same_body).then(|| format!("the body is `{body}`"))
}

fn same_line(expected: &Expected, asked: &Asked) -> bool {
    let line = format!("{} {}", asked.method, asked.target);
    if expected.as_written || line == expected.line {
        return line == expected.line;
    }
    let split = |line: &str| {
        let (path, query) = line.split_once('?').unwrap_or((line, ""));
        (path.to_owned(), pairs(query))
    };
    split(&line) == split(&expected.line)
}

/// The decoded names and values of a query or form, sorted by name; those of one name keep their order.
fn pairs(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    pairs
}

/// What a piece of a query or form means.
pub(crate) fn decoded(text: &str) -> Vec<u8> {
    let mut rest = text.as_bytes();
    let mut out = Vec::new();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let coded = match *after {
            [high, low, ..] if byte == b'%' => digit(high).zip(digit(low)),
            _ => None,
        };
        if let Some((high, low)) = coded {
            out.push(u8::try_from(high * 16 + low).unwrap_or_default());
            rest = &after[2..];
        } else {
            out.push(if byte == b'+' { b' ' } else { byte });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(text: &str) -> Expected {
        serde_yaml::from_str(text).unwrap()
    }

    fn asked(line: &str, body: &str) -> Asked {
        let (method, target) = line.split_once(' ').unwrap();
        Asked {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: vec![("X-Key".to_owned(), "abc".to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_query_means_the_same_in_any_order_of_names_and_spelling() {
        let one = expected("{line: 'GET /x?a=1&b=x%20y&a=2'}");
        assert_eq!(difference(&one, &asked("GET /x?b=x+y&a=1&a=2", "")), None);
        assert!(difference(&one, &asked("GET /x?b=x+y&a=2&a=1", "")).is_some());
        assert!(difference(&one, &asked("GET /y?a=1&b=x%20y&a=2", "")).is_some());
        let written = expected("{line: 'GET /x?a=1&b=2', as_written: true}");
        assert!(difference(&written, &asked("GET /x?b=2&a=1", "")).is_some());
    }

    #[test]
    fn a_path_is_compared_as_it_is_written() {
        let one = expected("{line: GET /a%2Fb}");
        assert_eq!(difference(&one, &asked("GET /a%2Fb", "")), None);
        assert!(difference(&one, &asked("GET /a/b", "")).is_some());
    }

    #[test]
    fn headers_and_bodies_must_be_those_expected() {
        let one = expected("{line: GET /x, headers: {x-key: abc, x-other: null}}");
        assert_eq!(difference(&one, &asked("GET /x", "")), None);
        assert!(difference(&one, &asked("GET /x", "body")).is_some());
        let other = expected("{line: GET /x, headers: {x-key: null}}");
        assert_eq!(
            difference(&other, &asked("GET /x", "")).unwrap(),
            "header `x-key` is `abc` and should be absent"
        );
        let json = expected("{line: POST /x, json: {a: 1, b: [2]}}");
        assert_eq!(difference(&json, &asked("POST /x", r#"{"b":[2],"a":1}"#)), None);
        assert!(difference(&json, &asked("POST /x", r#"{"b":[2],"a":"1"}"#)).is_some());
        let form = expected("{line: POST /x, form: 'a=1&b=2'}");
        assert_eq!(difference(&form, &asked("POST /x", "b=2&a=1")), None);
    }
}
