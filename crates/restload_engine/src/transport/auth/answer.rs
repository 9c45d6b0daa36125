//! What the answer to a request for a token gives, and what is said of one that gives none.
//!
//! An answer of status 2xx may hold a token where nobody looked for it, so of such an answer only names and the words of
//! an error are shown.

use std::time::Duration;

use restload_spec::plan::names_in;
use serde_json::Value;

use super::TokenError;
use crate::redact::Redactor;
use crate::transport::{Exchange, describe_answer, describe_status, is_html_page};

/// Where answers say what is wrong.
const WORDS: [&str; 8] = [
    "error",
    "error_description",
    "error_message",
    "errorMessage",
    "errorSummary",
    "message",
    "detail",
    "error_uri",
];

/// What an answer gives.
#[derive(Debug)]
pub(crate) struct Granted {
    /// The token.
    pub(crate) token: String,
    /// How long it lives, if that is known.
    pub(crate) lives: Option<Duration>,
    /// The whole answer; null where it is no JSON.
    pub(crate) body: Value,
}

/// Where a token is looked for, and how that is said.
pub(super) struct Sought<'a> {
    /// The place, in words.
    pub(super) place: &'a str,
    /// Where it is written, below the auth.
    pub(super) at: &'static [&'static str],
    /// What to look at where it is not there.
    pub(super) help: &'static str,
}

/// A body that must be JSON.
pub(super) fn json(answer: &Exchange, sought: &Sought<'_>, redactor: &Redactor) -> Result<Value, TokenError> {
    serde_json::from_slice(&answer.body).map_err(|_| {
        let what = if answer.body.iter().all(u8::is_ascii_whitespace) || is_html_page(answer) {
            describe_answer(answer, redactor)
        } else {
            let kind = answer.headers.get("content-type").unwrap_or("no content type");
            format!(
                "{}, {}, {} bytes",
                describe_status(answer.status),
                redactor.redact(kind),
                answer.body.len()
            )
        };
        TokenError::Missing {
            message: "the answer to the request for a token is not JSON".to_owned(),
            at: sought.at,
            notes: vec![format!("answer: {what}")],
            help: sought.help,
        }
    })
}

/// A token as text: neither empty, nor of another kind, nor one that no header could hold.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.trim().is_empty() && !text.chars().any(char::is_control)).then_some(text)
}

/// An answer in which the token is not where it should be, or is none. `found`: what is there.
pub(super) fn missing(
    sought: &Sought<'_>,
    found: Option<&Value>,
    body: &Value,
    redactor: &Redactor,
) -> TokenError {
    let place = sought.place;
    let message = match found {
        Some(Value::Null) => format!("the token {place} of the answer is null"),
        Some(Value::String(text)) if text.trim().is_empty() => {
            format!("the token {place} of the answer is empty")
        }
        Some(Value::String(_)) => format!("the token {place} of the answer has a control character in it"),
        Some(_) => format!("what is {place} of the answer is no text"),
        None if body.is_null() => format!("there is no token {place} of the answer"),
        None => format!("there is no token {place} of the answer, {}", names_in(body)),
    };
    let words = WORDS.iter().filter_map(|name| {
        let text = body.get(*name)?.as_str()?;
        Some(redactor.redact(&format!("{name}: {}", text.chars().take(500).collect::<String>())))
    });
    TokenError::Missing { message, at: sought.at, notes: words.collect(), help: sought.help }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_text_that_a_header_can_hold() {
        for (value, want) in [
            (json!("abc"), Some("abc")),
            (json!(17), Some("17")),
            (json!(""), None),
            (json!("  "), None),
            (json!("a\nb"), None),
            (json!(null), None),
            (json!(true), None),
            (json!(["abc"]), None),
        ] {
            assert_eq!(text(&value).as_deref(), want, "{value}");
        }
    }

    #[test]
    fn of_an_answer_without_a_token_names_are_shown_and_no_values() {
        let body = json!({"accessToken": "s3cr3t-t0ken", "data": {"token": "s3cr3t-t0ken"}, "error_description": "try again"});
        let sought = Sought { place: "at `access_token`", at: &["token_url"], help: "look" };
        let TokenError::Missing { message, notes, .. } = missing(&sought, None, &body, &Redactor::new())
        else {
            panic!("another error")
        };
        assert_eq!(
            message,
            "there is no token at `access_token` of the answer, which has `accessToken`, `data`, `error_description`"
        );
        assert_eq!(notes, ["error_description: try again"]);
    }
}
