//! What is wrong with a path, and what was probably meant.

use std::ops::Range;

use jsonpath_rust::parser::parse_json_path;

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
}

/// The fault of a text that is neither the short form nor JSONPath.
pub(super) fn of_path(text: &str) -> PathFault {
    if text.trim().is_empty() {
        return fault("the path is empty".to_owned(), 0..text.len(), "`$` is the whole body".to_owned());
    }
    if text.contains("{{") {
        return fault(
            "a path is not a template".to_owned(),
            0..text.len(),
            "write the path itself".to_owned(),
        );
    }
    if let Some(at) = text.find("()") {
        let start = text[..at].rfind('.').unwrap_or(0);
        let help = "leave it out; functions stand only in filters: `$.items[?length(@.tags) > 0]`";
        return fault("a path does not end in a function".to_owned(), start..at + 2, help.to_owned());
    }
    let help = match suggest(text) {
        Some(meant) => format!("write `{meant}`"),
        None => {
            "write names joined by dots (`data.items`) or JSONPath, RFC 9535 (`$.data.items[0]`)".to_owned()
        }
    };
    if text.starts_with('$') {
        return fault(format!("`{text}` is not JSONPath"), readable(text)..text.len(), help);
    }
    fault(format!("`{text}` is neither names joined by dots nor JSONPath"), 0..text.len(), help)
}

fn fault(message: String, range: Range<usize>, help: String) -> PathFault {
    PathFault { message, range, help: Some(help) }
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

/// The path that was probably meant, if the usual repairs give one.
fn suggest(text: &str) -> Option<String> {
    let mut rest = text.strip_prefix('$').unwrap_or(text).trim();
    let mut path = String::from("$");
    while !rest.is_empty() {
        let (segment, behind) = match rest.strip_prefix('[') {
            Some(inner) => bracket(inner)?,
            None => name(rest)?,
        };
        path.push_str(&segment);
        rest = behind;
    }
    (path != text && parse_json_path(&path).is_ok()).then_some(path)
}

/// The segment that a bracket makes, read after its `[`, and what stands behind it.
fn bracket(inner: &str) -> Option<(String, &str)> {
    let (content, rest) = inner.split_once(']')?;
    let as_it_is = content.starts_with(['\'', '"', '?', '*', '-', ':', ' '])
        || content.starts_with(|c: char| c.is_ascii_digit());
    let segment = match content {
        "" => "[*]".to_owned(),
        _ if as_it_is => format!("[{content}]"),
        name => quoted(name),
    };
    Some((segment, rest))
}

/// The segment that a name after at most two dots makes, and what stands behind it.
fn name(rest: &str) -> Option<(String, &str)> {
    let (deep, rest) = match rest.strip_prefix("..") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix('.').unwrap_or(rest)),
    };
    // A name such as `@odata.nextLink` has its dot within.
    let from = if rest.starts_with('@') { rest.find('.').map_or(0, |dot| dot + 1) } else { 0 };
    let end = rest[from..].find(['.', '[']).map_or(rest.len(), |at| from + at);
    let (name, rest) = rest.split_at(end);
    let dots = if deep { ".." } else { "." };
    let segment = match name {
        "" if rest.starts_with('[') && deep => dots.to_owned(),
        "" => return None,
        name if name == "*" || is_shorthand(name) => format!("{dots}{name}"),
        name if deep => format!("{dots}{}", quoted(name)),
        name => quoted(name),
    };
    Some((segment, rest))
}

/// Whether JSONPath takes the name after a dot.
fn is_shorthand(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}

fn quoted(name: &str) -> String {
    format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
}
