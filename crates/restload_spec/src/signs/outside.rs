//! What an answer says besides its rows.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::Path;

/// How many levels of objects are looked into.
const LEVELS: usize = 12;

/// The body of an answer without its rows, and without any other list but those of links: `links: [{rel, href}]`.
/// `rows_at` are the keys that lead to the rows. What is no JSON is null.
pub fn outside_rows(body: &[u8], rows_at: &[String]) -> Value {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if !body.trim_ascii_start().starts_with(b"{") {
        return Value::Null;
    }
    serde_json::from_slice::<&RawValue>(body)
        .map_or(Value::Null, |whole| object(whole, Some(rows_at), LEVELS))
}

fn object(raw: &RawValue, rows_at: Option<&[String]>, levels: usize) -> Value {
    let members: Result<IndexMap<Cow<'_, str>, &RawValue>, _> = serde_json::from_str(raw.get());
    let (Ok(members), Some(levels)) = (members, levels.checked_sub(1)) else { return Value::Null };
    let mut kept = Map::new();
    for (name, value) in members {
        let below = match rows_at {
            Some([last]) if *last == name => continue,
            Some([first, rest @ ..]) if *first == name => Some(rest),
            _ => None,
        };
        let value = match value.get().as_bytes().first() {
            Some(b'{') => object(value, below, levels),
            Some(b'[') if is_links(&name) => serde_json::from_str(value.get()).unwrap_or_default(),
            Some(b'[') => continue,
            _ => serde_json::from_str(value.get()).unwrap_or_default(),
        };
        kept.insert(name.into_owned(), value);
    }
    Value::Object(kept)
}

fn is_links(name: &str) -> bool {
    matches!(plain(name).as_str(), "link" | "links")
}

/// A name without case and punctuation: `@odata.nextLink` and `odata_next_link` are one.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A plain value of an answer, and the keys that lead there.
#[derive(Debug, Clone)]
pub(super) struct Leaf<'v> {
    pub(super) keys: Vec<&'v str>,
    pub(super) value: &'v Value,
    /// The last key, plain.
    pub(super) name: String,
    /// The key above it, plain; empty at the top.
    pub(super) above: String,
}

impl Leaf<'_> {
    pub(super) fn path(&self) -> Path {
        Path::of_names(&self.keys)
    }

    /// The object that it stands in.
    pub(super) fn home(&self) -> &[&str] {
        self.keys.split_last().map_or(&[], |(_, home)| home)
    }

    /// An integer, also one that is written as a text.
    pub(super) fn integer(&self) -> Option<i64> {
        integer(self.value)
    }

    /// Nothing is there: null, false or "".
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self.value, Value::Null | Value::Bool(false))
            || self.value.as_str().is_some_and(|text| text.trim().is_empty())
    }
}

pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// All plain values of an answer, in document order.
pub(super) fn leaves(body: &Value) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    if let Value::Object(members) = body {
        gather(members, &mut Vec::new(), &mut found);
    }
    found
}

fn gather<'v>(members: &'v Map<String, Value>, above: &mut Vec<&'v str>, found: &mut Vec<Leaf<'v>>) {
    for (name, value) in members {
        above.push(name);
        match value {
            Value::Object(inner) => gather(inner, above, found),
            Value::Array(_) => {}
            value => found.push(Leaf {
                keys: above.clone(),
                value,
                name: plain(name),
                above: above.iter().rev().nth(1).map(|name| plain(name)).unwrap_or_default(),
            }),
        }
        above.pop();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_and_lists_are_left_out_and_numbers_keep_their_digits() {
        let body = br#"{"data": {"items": [{"next": "/x"}], "n": 12345678901234567890123}, "tags": ["a"],
            "links": [{"rel": "next", "href": "/y"}]}"#;
        let rows_at = ["data".to_owned(), "items".to_owned()];
        let outside = outside_rows(body, &rows_at);
        assert_eq!(
            outside.to_string(),
            r#"{"data":{"n":12345678901234567890123},"links":[{"rel":"next","href":"/y"}]}"#
        );
    }

    #[test]
    fn what_is_no_object_has_nothing_besides_its_rows() {
        assert_eq!(outside_rows(b"[{\"next\": 1}]", &[]), json!(null));
        assert_eq!(outside_rows(b"a,b\n1,2\n", &[]), json!(null));
        assert_eq!(outside_rows(b"\xef\xbb\xbf{\"a\": 1}", &[]), json!({"a": 1}));
    }
}
