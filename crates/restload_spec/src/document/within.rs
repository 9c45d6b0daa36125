//! From bytes of a scalar's value to bytes of its spelling.

use std::ops::Range;

use super::{Content, Node, Style};

/// The bytes of the document that spell `range` of a scalar's value; those of the whole scalar where the spelling
/// cannot be followed.
pub(super) fn span(source: &str, node: &Node, range: Range<usize>) -> Range<usize> {
    let Content::Text(value) = &node.content else { return node.span.clone() };
    let range = clamp(range, value);
    let spelling = &source[node.span.clone()];
    let mapped = match node.style {
        Style::Plain => plain(spelling, value, &range),
        Style::SingleQuoted => quoted(spelling, value, &range, single_quoted_char),
        Style::DoubleQuoted => quoted(spelling, value, &range, double_quoted_char),
        Style::Literal => literal(source, node, value, &range),
        Style::Folded | Style::Flow | Style::Block => None,
    };
    mapped
        .map_or_else(|| node.span.clone(), |found| found.start + node.span.start..found.end + node.span.start)
}

/// A range that lies in a text, on boundaries of characters.
pub(super) fn clamp(range: Range<usize>, text: &str) -> Range<usize> {
    let start = text.floor_char_boundary(range.start);
    let end = text.ceil_char_boundary(range.end.min(text.len()));
    start..end.max(start)
}

fn plain(spelling: &str, value: &str, range: &Range<usize>) -> Option<Range<usize>> {
    (spelling == value).then(|| range.clone())
}

/// Reads one character of a quoted scalar: what it stands for and how many bytes spell it.
type ReadChar = fn(&str) -> Option<(char, usize)>;

fn quoted(spelling: &str, value: &str, range: &Range<usize>, read: ReadChar) -> Option<Range<usize>> {
    let inner = spelling.get(1..spelling.len().checked_sub(1)?)?;
    let (mut at, mut start, mut end) = (0, None, None);
    let mut spelled = 1;
    for expected in value.chars() {
        start = start.or((at == range.start).then_some(spelled));
        end = end.or((at == range.end).then_some(spelled));
        let (found, bytes) = read(inner.get(spelled - 1..)?)?;
        if found != expected {
            return None;
        }
        at += expected.len_utf8();
        spelled += bytes;
    }
    if spelled - 1 != inner.len() {
        return None;
    }
    Some(start.unwrap_or(spelled)..end.unwrap_or(spelled))
}

fn single_quoted_char(rest: &str) -> Option<(char, usize)> {
    let first = rest.chars().next()?;
    match first {
        '\'' => rest.starts_with("''").then_some(('\'', 2)),
        _ => Some((first, first.len_utf8())),
    }
}

fn double_quoted_char(rest: &str) -> Option<(char, usize)> {
    let first = rest.chars().next()?;
    if first != '\\' {
        return Some((first, first.len_utf8()));
    }
    let escape = rest[1..].chars().next()?;
    let digits = match escape {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return simple_escape(escape).map(|found| (found, 1 + escape.len_utf8())),
    };
    let code = u32::from_str_radix(rest.get(2..2 + digits)?, 16).ok()?;
    Some((char::from_u32(code)?, 2 + digits))
}

fn simple_escape(escape: char) -> Option<char> {
    Some(match escape {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        ' ' | '"' | '/' | '\\' => escape,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return None,
    })
}

/// Follows a block scalar line by line: its lines are those of the value, each behind the same indentation.
fn literal(source: &str, node: &Node, value: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let line_start = source[..node.span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let indentation = &source[line_start..node.span.start];
    let leading = value.len() - value.trim_start_matches('\n').len();
    if leading > 0 || indentation.contains(|character| character != ' ') {
        return None;
    }
    let mut spelled = node.span.start;
    let (mut at, mut start, mut end) = (0, None, None);
    for line in value.split_inclusive('\n') {
        let text = line.trim_end_matches('\n');
        if at > 0 && !text.is_empty() {
            spelled += source.get(spelled..)?.starts_with(indentation).then_some(indentation.len())?;
        }
        if !source.get(spelled..)?.starts_with(text) {
            return None;
        }
        let line_end = at + text.len();
        if (at..=line_end).contains(&range.start) {
            start = start.or(Some(spelled + range.start - at));
        }
        if (at..=line_end).contains(&range.end) {
            end = end.or(Some(spelled + range.end - at));
        }
        at += line.len();
        spelled += source[spelled..].find('\n').map_or(text.len(), |newline| newline + 1);
    }
    let start = start?;
    Some(start - node.span.start..end.unwrap_or(node.span.end).max(start) - node.span.start)
}
