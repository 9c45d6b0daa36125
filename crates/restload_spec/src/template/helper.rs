//! The helpers of templates: `date`, `default`, `join`, `lower`, `upper`, `base64`, `urlencode`, `json`.

use std::{borrow::Cow, ops::RangeInclusive};

use jiff::tz::TimeZone;
use serde_json::Value;

use super::escape;
use crate::date;

/// A helper. There are no others, whatever Handlebars brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Helper {
    Date,
    Default,
    Join,
    Lower,
    Upper,
    Base64,
    Urlencode,
    Json,
}

impl Helper {
    pub(super) const ALL: [Self; 8] = [
        Self::Date,
        Self::Default,
        Self::Join,
        Self::Lower,
        Self::Upper,
        Self::Base64,
        Self::Urlencode,
        Self::Json,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Default => "default",
            Self::Join => "join",
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Base64 => "base64",
            Self::Urlencode => "urlencode",
            Self::Json => "json",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|helper| helper.name() == name)
    }

    pub(super) fn arity(self) -> RangeInclusive<usize> {
        match self {
            Self::Date => 2..=3,
            Self::Default | Self::Join => 2..=2,
            _ => 1..=1,
        }
    }

    /// How many arguments it takes, in words.
    pub(super) fn takes(self) -> &'static str {
        match self {
            Self::Date => "2 or 3 arguments",
            Self::Default | Self::Join => "2 arguments",
            _ => "1 argument",
        }
    }

    /// How it is written.
    pub(super) fn usage(self) -> &'static str {
        match self {
            Self::Date => "date VALUE FORMAT [ZONE]",
            Self::Default => "default VALUE OTHERWISE",
            Self::Join => "join LIST SEPARATOR",
            Self::Lower => "lower VALUE",
            Self::Upper => "upper VALUE",
            Self::Base64 => "base64 VALUE",
            Self::Urlencode => "urlencode VALUE",
            Self::Json => "json VALUE",
        }
    }

    /// Whether null is an argument like any other.
    pub(super) fn takes_null(self) -> bool {
        matches!(self, Self::Default | Self::Json)
    }

    /// Checks the arguments that are written out: a format and a zone are known before any value is. A fault has the
    /// index of its argument, a message and a help.
    pub(super) fn check(self, literals: &[Option<&Value>]) -> Result<(), (usize, String, String)> {
        if self != Self::Date {
            return Ok(());
        }
        if let Some(zone) = literals.get(2).copied().flatten() {
            let zone = zone.as_str().map(date::zone).unwrap_or(Err(format!("{zone} is not a time zone")));
            zone.map_err(|message| (2, message, "write a name such as `Europe/Berlin`".to_owned()))?;
        }
        let Some(format) = literals[1] else { return Ok(()) };
        let written = match format.as_str() {
            Some(format) => date::write_moment(&jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC), format),
            None => Err(format!("{format} is not a format")),
        };
        written.map(drop).map_err(|message| (1, message, FORMATS.to_owned()))
    }

    /// What the helper makes of its arguments, or what is wrong with them. Values of secrets are not told.
    pub(super) fn apply(self, arguments: &[Cow<'_, Value>], secret: bool) -> Result<Value, String> {
        let first = &*arguments[0];
        match self {
            Self::Date => apply_date(arguments, secret),
            Self::Default if first.is_null() || first == "" => Ok(arguments[1].clone().into_owned()),
            Self::Default => Ok(first.clone()),
            Self::Join => join(first, &text(&arguments[1])?).map(Value::String),
            Self::Lower => text(first).map(|text| Value::String(text.to_lowercase())),
            Self::Upper => text(first).map(|text| Value::String(text.to_uppercase())),
            Self::Base64 => text(first).map(|text| Value::String(base64(text.as_bytes()))),
            Self::Urlencode => text(first).map(|text| Value::String(escape::percent(&text))),
            Self::Json => Ok(Value::String(first.to_string())),
        }
    }
}

const FORMATS: &str =
    "write `iso`, `date`, `unix`, `unix_ms` or a pattern of strftime such as `%Y-%m-%dT%H:%M:%S.%3fZ`";

fn apply_date(arguments: &[Cow<'_, Value>], secret: bool) -> Result<Value, String> {
    let zone = match arguments.get(2) {
        Some(name) => date::zone(&text(name)?)?,
        None => TimeZone::UTC,
    };
    let moment = date::read_moment(&arguments[0], &zone).ok_or_else(|| {
        let shown = if secret { "the value".to_owned() } else { shortened(&arguments[0]) };
        format!("{shown} is not a date")
    })?;
    date::write_moment(&moment, &text(&arguments[1])?)
}

fn join(list: &Value, separator: &str) -> Result<String, String> {
    let Value::Array(items) = list else { return Err(format!("takes a list, not {}", kind(list))) };
    let item = |(at, item): (usize, &Value)| match item {
        Value::Null => Err(format!("item {} of the list is null", at + 1)),
        item => text(item).map_err(|_| format!("item {} of the list is {}", at + 1, kind(item))),
    };
    let texts: Vec<String> = items.iter().enumerate().map(item).collect::<Result<_, _>>()?;
    Ok(texts.join(separator))
}

/// The spelling of a scalar: text as it is, digits as they came.
pub(super) fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(format!("cannot take {}", kind(value))),
    }
}

/// What kind of value it is, with its article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| usize::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = char::from(ALPHABET[bits >> (18 - 6 * at) & 63]);
            text.push(if at <= group.len() { letter } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn apply(helper: &str, arguments: &Value) -> Result<Value, String> {
        let arguments: Vec<_> = arguments.as_array().unwrap().iter().map(Cow::Borrowed).collect();
        Helper::named(helper).unwrap().apply(&arguments, false)
    }

    #[test]
    fn helpers_give_what_they_say() {
        for (helper, arguments, result) in [
            ("date", json!(["2024-05-01T10:00:00Z", "%d/%m/%Y"]), json!("01/05/2024")),
            ("date", json!([1_714_557_600, "iso"]), json!("2024-05-01T10:00:00Z")),
            ("date", json!(["2024-05-01T23:00:00Z", "date", "Asia/Tokyo"]), json!("2024-05-02")),
            ("date", json!(["2024-05-01", "unix"]), json!(1_714_521_600)),
            ("default", json!([null, "b"]), json!("b")),
            ("default", json!(["", [1]]), json!([1])),
            ("default", json!([0, 1]), json!(0)),
            ("default", json!([false, true]), json!(false)),
            ("default", json!([null, null]), json!(null)),
            ("join", json!([["a", 1, true], ","]), json!("a,1,true")),
            ("join", json!([[], ","]), json!("")),
            ("join", json!([["a"], 0]), json!("a")),
            ("lower", json!(["ÄB"]), json!("äb")),
            ("upper", json!(["äb"]), json!("ÄB")),
            ("urlencode", json!(["a b/ü"]), json!("a%20b%2F%C3%BC")),
            ("json", json!([{"a": [1, null]}]), json!(r#"{"a":[1,null]}"#)),
            ("json", json!(["a\"b"]), json!(r#""a\"b""#)),
            ("base64", json!(["user:pass"]), json!("dXNlcjpwYXNz")),
        ] {
            assert_eq!(apply(helper, &arguments), Ok(result), "{helper}");
        }
    }

    #[test]
    fn helpers_say_what_they_cannot_use() {
        for (helper, arguments, message) in [
            ("date", json!(["soon", "iso"]), "\"soon\" is not a date"),
            ("date", json!([{"a": 1}, "iso"]), "{\"a\":1} is not a date"),
            ("date", json!(["2024-05-01", "long"]), "`long` is not a format"),
            ("date", json!(["2024-05-01", "iso", "Mars"]), "`Mars` is not a time zone of the IANA database"),
            ("join", json!(["a,b", ","]), "takes a list, not text"),
            ("join", json!([["a", null], ","]), "item 2 of the list is null"),
            ("join", json!([["a", {}], ","]), "item 2 of the list is an object"),
            ("lower", json!([["a"]]), "cannot take a list"),
            ("urlencode", json!([{}]), "cannot take an object"),
        ] {
            assert_eq!(apply(helper, &arguments), Err(message.to_owned()));
        }
    }

    #[test]
    fn a_secret_is_not_told() {
        let arguments = [json!("hunter2-hunter2"), json!("iso")].map(Cow::Owned);
        assert_eq!(Helper::Date.apply(&arguments, true), Err("the value is not a date".to_owned()));
    }

    #[test]
    fn base64_pads_as_rfc_4648_says() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("\u{3ff}>?", "z78+Pw=="),
        ] {
            assert_eq!(base64(text.as_bytes()), encoded, "{text}");
        }
    }
}
