//! An answer as it came, and how it is shown in a message.

use std::fmt::Write as _;

use bytes::Bytes;
use url::Url;

use crate::redact::Redactor;

/// How much of a body a message shows.
const SHOWN: usize = 2048;

/// An answer of any status, body complete and decompressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The status code.
    pub status: u16,
    /// The headers of the answer.
    pub headers: Headers,
    /// The body after decompression.
    pub body: Bytes,
    /// The URL that answered, after redirects.
    pub url: Url,
}

/// Headers in the order in which they came; names in any case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The first value of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    /// All values of that name.
    pub fn get_all<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h str> {
        self.0
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// All names with their values.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(pairs: T) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// An answer for a message: status, content type and the first 2 KiB, redacted, without control characters. Of an HTML page only its
/// title or first line.
pub fn describe_answer(answer: &Exchange, redactor: &Redactor) -> String {
    let kind =
        answer.headers.get("content-type").map(|kind| redactor.redact(kind.trim())).unwrap_or_default();
    let status = describe_status(answer.status);
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return format!("{status}, an empty body");
    }
    let (start, cut) = start_of(&answer.body, redactor);
    if is_html(&kind, &start) {
        let line = printable(html_title(&start).unwrap_or_else(|| first_line(&start)));
        return format!("{status}, an HTML page: {line}");
    }
    let kind = if kind.is_empty() { "no content type".to_owned() } else { printable(&kind) };
    let rest = if cut { format!("… ({} bytes in all)", answer.body.len()) } else { String::new() };
    format!("{status}, {kind}: {}{rest}", printable(&start))
}

/// Whether an answer is an HTML page, whatever it should be.
pub(crate) fn is_html_page(answer: &Exchange) -> bool {
    let start = String::from_utf8_lossy(&answer.body[..answer.body.len().min(SHOWN)]);
    is_html(answer.headers.get("content-type").unwrap_or_default(), &start)
}

/// `404 Not Found`.
pub fn describe_status(status: u16) -> String {
    let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}

/// The start of a body, redacted before it is cut so that no piece of a secret is left at the edge.
fn start_of(body: &[u8], redactor: &Redactor) -> (String, bool) {
    let read = body.len().min(SHOWN + redactor.margin());
    let text = String::from_utf8_lossy(&body[..read]);
    (redactor.redact_start(&text, SHOWN), body.len() > SHOWN)
}

fn is_html(kind: &str, start: &str) -> bool {
    let begins = start.trim_start().get(..14).unwrap_or(start.trim_start()).to_ascii_lowercase();
    kind.to_ascii_lowercase().contains("html")
        || begins.starts_with("<!doctype html")
        || begins.starts_with("<html")
}

fn html_title(start: &str) -> Option<&str> {
    let lower = start.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let from = open + lower[open..].find('>')? + 1;
    let to = from + lower[from..].find("</title")?;
    Some(start[from..to].trim()).filter(|title| !title.is_empty())
}

fn first_line(start: &str) -> &str {
    start.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}

/// Lines are joined by a space; other control characters, and those that turn or hide text, are escaped.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !shown.is_empty() {
            shown.push(' ');
        }
        for char in line.chars() {
            match char {
                '\t' => shown.push(' '),
                '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                    // Writing to a string does not fail.
                    let _ = write!(shown, "{}", char.escape_unicode());
                }
                _ if char.is_control() => shown.extend(char.escape_default()),
                _ => shown.push(char),
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(status: u16, kind: Option<&str>, body: impl Into<Bytes>) -> String {
        let redactor = Redactor::new();
        redactor.register("s3cr3tkey");
        let headers = kind.map(|kind| ("Content-Type", kind)).into_iter().collect();
        let url = Url::parse("https://a.test/").unwrap();
        describe_answer(&Exchange { status, headers, body: body.into(), url }, &redactor)
    }

    #[test]
    fn json_is_shown_on_one_line_and_redacted() {
        assert_eq!(
            describe(404, Some("application/json"), "{\r\n  \"error\": \"no s3cr3tkey\"\n}\n"),
            "404 Not Found, application/json: { \"error\": \"no ***\" }"
        );
        assert_eq!(describe(799, None, "x"), "799, no content type: x");
        assert_eq!(describe(204, Some("text/html"), " \n"), "204 No Content, an empty body");
    }

    #[test]
    fn an_html_page_is_called_one_and_shown_by_its_title_or_first_line() {
        let page = "<!DOCTYPE html>\n<html><head><TITLE lang=en> Log\nin s3cr3tkey</TITLE></head></html>";
        assert_eq!(describe(401, Some("text/plain"), page), "401 Unauthorized, an HTML page: Log in ***");
        assert_eq!(
            describe(200, Some("text/html; charset=UTF-8"), "\n  Unauthorized\nmore"),
            "200 OK, an HTML page: Unauthorized"
        );
        assert_eq!(
            describe(502, None, "<html><title></title>\n<h1>Bad"),
            "502 Bad Gateway, an HTML page: <html><title></title>"
        );
    }

    #[test]
    fn nothing_that_moves_a_terminal_is_shown_as_it_is() {
        assert_eq!(
            describe(500, Some("text/plain\u{7}"), "a\u{1b}[2J\0\tb\u{202e}c\u{85}d"),
            "500 Internal Server Error, text/plain\\u{7}: a\\u{1b}[2J\\u{0} b\\u{202e}c\\u{85}d"
        );
    }

    #[test]
    fn a_long_body_is_cut_without_a_piece_of_a_secret() {
        let body = "x".repeat(SHOWN - 4) + "s3cr3tkey" + &"y".repeat(100);
        let shown = describe(500, None, body.clone());
        assert!(shown.ends_with(&format!("xxx***… ({} bytes in all)", body.len())), "{shown}");
        assert!(!shown.contains("s3cr"));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(describe(200, Some("x/y"), vec![b'a', 0xff, b'b']), "200 OK, x/y: a\u{fffd}b");
    }

    #[test]
    fn headers_are_found_in_any_case_and_all_of_them() {
        let headers: Headers = [("Link", "a"), ("X", "b"), ("LINK", "c")].into_iter().collect();
        assert_eq!(headers.get("link"), Some("a"));
        assert_eq!(headers.get_all("link").collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(headers.get("y"), None);
        assert_eq!(headers.iter().count(), 3);
    }
}
