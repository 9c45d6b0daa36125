//! Where a scalar's spelling begins and ends: the parser counts in what stands before and behind it.

use std::ops::Range;

/// The bytes of a scalar without the anchor, the tag and the comments that stand before it.
pub(super) fn without_properties(text: &str, bytes: Range<usize>) -> Range<usize> {
    let mut rest = &text[bytes.clone()];
    while rest.starts_with(['&', '!', '#']) {
        let ends = |character: char| {
            if rest.starts_with('#') { character == '\n' } else { character.is_whitespace() }
        };
        rest = rest[rest.find(ends).unwrap_or(rest.len())..].trim_start();
    }
    bytes.end - rest.len()..bytes.end
}

/// The bytes of a quoted scalar up to its closing quote: the parser counts the comment behind it in.
pub(super) fn quoted(text: &str, bytes: Range<usize>, quote: char) -> Range<usize> {
    let spelling = &text[bytes.start..];
    let mut characters = spelling.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if quote == '"' => _ = characters.next(),
            '\'' if quote == '\'' && characters.peek().is_some_and(|next| next.1 == '\'') => {
                characters.next();
            }
            _ if character == quote => return bytes.start..bytes.start + at + 1,
            _ => {}
        }
    }
    bytes
}

/// The bytes of a block scalar without the line that opens it: the parser counts it in where an anchor stands there.
pub(super) fn without_header(text: &str, bytes: Range<usize>) -> Range<usize> {
    let spelling = &text[bytes.clone()];
    let body = spelling.find('\n').map_or(spelling.len(), |newline| newline + 1);
    let first = spelling[body..].trim_start().len();
    bytes.end - first..bytes.end
}

/// The bytes of a block scalar without the blank lines behind it.
pub(super) fn block(text: &str, bytes: Range<usize>) -> Range<usize> {
    let spelling = text[bytes.clone()].trim_end_matches([' ', '\t', '\r', '\n']);
    bytes.start..bytes.start + spelling.len()
}
