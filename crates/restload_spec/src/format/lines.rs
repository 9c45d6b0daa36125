//! Lines of a text: where they begin and end, and which hold no YAML.

const MARK: &str = "\u{feff}";

/// Where the first line begins: the mark that some editors put before it is no part of it.
pub(super) fn first(text: &str) -> usize {
    if text.starts_with(MARK) { MARK.len() } else { 0 }
}

/// Where the line of a byte begins.
pub(super) fn start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or_else(|| first(text), |newline| newline + 1)
}

/// Where the line of a byte ends, its line end included.
pub(super) fn end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// The lines from a place that begins one, each with the place where it begins.
pub(super) fn from(text: &str, start: usize) -> impl Iterator<Item = (usize, &str)> {
    text[start..].split_inclusive('\n').scan(start, |at, line| {
        let begins = *at;
        *at += line.len();
        Some((begins, line))
    })
}

/// Whether a line holds nothing.
pub(super) fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// Whether a line holds a comment and nothing else. Only a reader who knows that no text is going on here may ask.
pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// How far a line is indented.
pub(super) fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The line end that a text uses.
pub(super) fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(newline) if text[..newline].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
