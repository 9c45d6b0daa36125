//! How far the spelling of a value reaches, brackets included.
//!
//! A map in braces is told from one by indentation by what closes it: behind a last value, `}` cannot stand for
//! anything else.

use crate::{Content, Node, Style};

/// How far a value reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// The byte behind its last one; blanks, comments and line ends below are no part of it.
    pub(super) end: usize,
    /// Whether it is a list or map by indentation.
    pub(super) by_indentation: bool,
}

/// The extent of a value that begins behind a byte, which is the end of a value that is not there.
pub(super) fn extent(text: &str, value: &Node, after: usize) -> Extent {
    if let Some(alias) = &value.alias {
        return Extent { end: alias.end, by_indentation: false };
    }
    let (last, brackets) = match &value.content {
        Content::Map(entries) => {
            (entries.last().map(|last| extent(text, &last.value, last.key_span.end).end), ['{', '}'])
        }
        Content::List(items) => {
            let end = items.iter().fold(after, |end, item| extent(text, item, end).end);
            (Some(end).filter(|_| !items.is_empty()), ['[', ']'])
        }
        // A text block without text has no place of its own.
        _ if is_text_block(value) && value.span.is_empty() => {
            return Extent { end: after, by_indentation: false };
        }
        _ => return Extent { end: value.span.end.max(after), by_indentation: false },
    };
    let inside = last
        .or_else(|| text.get(value.span.clone())?.rfind(brackets[0]).map(|open| value.span.start + open + 1));
    match inside.and_then(|inside| closed(text, inside, brackets[1])) {
        Some(end) => Extent { end, by_indentation: false },
        None => Extent { end: last.unwrap_or(value.span.end.max(after)), by_indentation: last.is_some() },
    }
}

/// Where the bracket ends that closes a list or map behind its last value, if one does.
fn closed(text: &str, last: usize, closing: char) -> Option<usize> {
    let mut rest = skip_blanks(&text[last..]);
    // A key without a value may still have its colon.
    for passed in [':', ','] {
        rest = rest.strip_prefix(passed).map_or(rest, skip_blanks);
    }
    rest.strip_prefix(closing).map(|rest| text.len() - rest.len())
}

/// The text behind blanks, line ends and comments.
fn skip_blanks(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = rest.find('\n').map_or("", |end| rest[end..].trim_start());
    }
    rest
}

/// Whether a value is text after `|` or `>`.
pub(super) fn is_text_block(value: &Node) -> bool {
    value.alias.is_none() && matches!(value.style, Style::Literal | Style::Folded)
}
