//! What is wrong with a path, and what was probably meant.

use std::ops::Range;

use jsonpath_rust::parser::parse_json_path;

use super::slip;

/// The fault of a path that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PathFault {
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// Where, in bytes of the path.
    pub range: Range<usize>,
    /// The edit to make, where it can be known.
    pub help: Option<String>,
    /// The path to write instead, where it can be no other.
    pub meant: Option<String>,
}

/// The fault of a text that is neither the short form nor JSONPath.
pub(super) fn of_path(text: &str) -> PathFault {
    if text.trim().is_empty() {
        return fault("the path is empty".to_owned(), 0..text.len(), "`$` is the whole body".to_owned());
    }
    if text.contains("{{") {
        let help = "write the path itself: names joined by dots, `data.items`".to_owned();
        return fault("a path is not a template".to_owned(), 0..text.len(), help);
    }
    let meant = slip::meant(text);
    let path = meant.as_ref().filter(|meant| meant.is_sure).map(|meant| meant.path.clone());
    if let Some(at) = text.find("()") {
        let start = text[..at].rfind('.').unwrap_or(0);
        let help = "leave it out: a path says where a value is; functions stand only in filters, \
                    `$.items[?length(@.tags) > 0]`";
        let message = format!("a path does not call a function, and `{}` does", &text[start..at + 2]);
        return PathFault { meant: path, ..fault(message, start..at + 2, help.to_owned()) };
    }
    let help = match &meant {
        Some(meant) => format!("write `{}`", meant.path),
        None if text.contains('|') => {
            "a path has no `|`: what a program is to do with a row stands under `transform`".to_owned()
        }
        None => {
            "write names joined by dots (`data.items`) or JSONPath, RFC 9535 (`$.data.items[0]`)".to_owned()
        }
    };
    let (message, start) = if text.starts_with('$') {
        (format!("`{text}` is not JSONPath"), readable(text))
    } else {
        (format!("`{text}` is neither names joined by dots nor JSONPath"), in_short(text))
    };
    PathFault { meant: path, ..fault(message, start..text.len(), help) }
}

/// The fault of a path with a blank within a name or number.
pub(super) fn of_blank(text: &str, at: usize) -> PathFault {
    let end = text[at..].find(|c: char| !c.is_whitespace()).map_or(text.len(), |length| at + length);
    let help = match slip::meant(text) {
        Some(meant) => format!("write `{}`", meant.path),
        None if end == text.len() => format!("write `{}`", text.trim()),
        None => "leave it out, or write a name that has one as `['a name']`".to_owned(),
    };
    fault(
        format!("`{text}` is not JSONPath: a blank stands within a name or number, or at the end"),
        at..end,
        help,
    )
}

fn fault(message: String, range: Range<usize>, help: String) -> PathFault {
    PathFault { message, range, help: Some(help), meant: None }
}

/// More than this is no path that anybody writes, and the grammar tries calls within calls over and over.
const MAX_LENGTH: usize = 2_000;
const MAX_DEPTH: usize = 32;
const MAX_CALLS: usize = 3;

/// What is refused before the grammar sees it.
pub(super) fn before_parsing(text: &str) -> Option<PathFault> {
    let refused = |message: String| Some(fault(message, 0..text.len(), "write a simpler path".to_owned()));
    if text.len() > MAX_LENGTH {
        return refused(format!("a path of {} bytes is too long: {MAX_LENGTH} at most", text.len()));
    }
    let (mut open, mut named) = (Vec::new(), false);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' => open.push(byte == b'(' && named),
            b')' | b']' => drop(open.pop()),
            _ => {}
        }
        named = byte.is_ascii_alphanumeric() || byte == b'_';
        if open.len() > MAX_DEPTH || open.iter().filter(|call| **call).count() > MAX_CALLS {
            return refused(format!(
                "brackets nest deeper than {MAX_DEPTH}, or functions deeper than {MAX_CALLS}"
            ));
        }
    }
    None
}

/// How many bytes of a path can be read before the first that cannot; nothing is told of filters.
fn readable(text: &str) -> usize {
    if text.contains('?') {
        return 0;
    }
    let ends = text.char_indices().map(|(at, _)| at).rev();
    ends.into_iter().find(|at| parse_json_path(&text[..*at]).is_ok()).unwrap_or(0)
}

/// How many bytes of a path are names joined by dots; none where nothing would be left behind them.
fn in_short(text: &str) -> usize {
    let mut end = 0;
    for name in text.split_inclusive('.') {
        let plain = name.trim_end_matches('.');
        let length = plain.find(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c)));
        let length = length.unwrap_or(plain.len());
        if !super::is_short_name(&plain[..length]) {
            break;
        }
        end += if length == plain.len() { name.len() } else { length };
        if length < plain.len() {
            break;
        }
    }
    if text[end..].trim().is_empty() { 0 } else { end }
}
