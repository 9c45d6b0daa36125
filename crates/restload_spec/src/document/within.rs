//! From bytes of a scalar's value to bytes of its spelling.
//!
//! A spelling is followed character by character: quotes, escapes, folded lines and indentation stand in it for other
//! characters of the value, or for none.

use std::ops::Range;

use super::{Content, Node, Style};

/// The bytes of the document that spell `range` of a scalar's value; those of the whole scalar where the spelling
/// cannot be followed.
pub(super) fn span(source: &str, node: &Node, range: Range<usize>) -> Range<usize> {
    let Content::Text(value) = &node.content else { return node.span.clone() };
    let mut follower = Follower { value, at: 0, range: clamp(range, value), start: None, end: None };
    let spelling = node.span.clone();
    let followed = match node.style {
        Style::Plain => follower.flow(source, spelling, node.style),
        Style::SingleQuoted | Style::DoubleQuoted => {
            follower.flow(source, without_quotes(spelling), node.style)
        }
        Style::Literal => follower.block(source, spelling, false),
        Style::Folded => follower.block(source, spelling, true),
        Style::Flow | Style::Block => None,
    };
    followed.and_then(|end| follower.found(end)).unwrap_or_else(|| node.span.clone())
}

/// A range that lies in a text, on boundaries of characters.
pub(super) fn clamp(range: Range<usize>, text: &str) -> Range<usize> {
    let start = text.floor_char_boundary(range.start);
    let end = text.ceil_char_boundary(range.end.min(text.len()));
    start..end.max(start)
}

fn without_quotes(span: Range<usize>) -> Range<usize> {
    span.start + 1..span.end.saturating_sub(1).max(span.start + 1)
}

/// Goes along a spelling and its value, and notes where a range of the value is spelled.
struct Follower<'v> {
    value: &'v str,
    /// The bytes of the value that are followed already.
    at: usize,
    range: Range<usize>,
    start: Option<usize>,
    end: Option<usize>,
}

impl Follower<'_> {
    /// The place of the range, where the spelling ends at `end`.
    fn found(&self, end: usize) -> Option<Range<usize>> {
        let start = self.start.unwrap_or(end);
        let is_whole = self.at == self.value.len() || self.end.is_some();
        is_whole.then(|| start..self.end.unwrap_or(start).max(start))
    }

    fn rest(&self) -> &str {
        &self.value[self.at..]
    }

    /// Whether nothing more is to be known.
    fn is_done(&self) -> bool {
        self.end.is_some() || self.at == self.value.len()
    }

    /// Takes a character of the value that these bytes spell; nothing where the value has another one.
    fn take(&mut self, character: char, spelled: Range<usize>) -> Option<()> {
        self.rest().starts_with(character).then_some(())?;
        if self.at == self.range.start {
            self.start = Some(spelled.start);
        }
        self.at += character.len_utf8();
        if self.at >= self.range.end && self.start.is_some() && !self.range.is_empty() {
            self.end = self.end.or(Some(spelled.end));
        }
        Some(())
    }

    /// Follows a scalar of flow style. Gives where it ends.
    fn flow(&mut self, source: &str, spelling: Range<usize>, style: Style) -> Option<usize> {
        let mut at = spelling.start;
        while at < spelling.end && !self.is_done() {
            let rest = source.get(at..spelling.end)?;
            let is_escaped = style == Style::DoubleQuoted
                && rest.strip_prefix('\\').is_some_and(|rest| rest.starts_with(['\r', '\n']));
            let (length, breaks) = line_breaks(&rest[usize::from(is_escaped)..]);
            if breaks > 0 {
                // An escaped break stands for nothing, a single one for a space, more of them for all but the first.
                let length = length + usize::from(is_escaped);
                match breaks {
                    1 if is_escaped => {}
                    1 => self.take(' ', at..at + length)?,
                    _ => (1..breaks).try_for_each(|_| self.take('\n', at..at + length))?,
                }
                at += length;
                continue;
            }
            let (character, length) = read_char(rest, style)?;
            self.take(character, at..at + length)?;
            at += length;
        }
        Some(spelling.end)
    }

    /// Follows a block scalar line by line, each behind the same indentation. Gives where it ends.
    fn block(&mut self, source: &str, spelling: Range<usize>, folded: bool) -> Option<usize> {
        let line_start = source[..spelling.start].rfind('\n').map_or(0, |newline| newline + 1);
        let indentation = spelling.start - line_start;
        // Empty lines at the top have no place of their own.
        while self.rest().starts_with('\n') {
            self.take('\n', spelling.start..spelling.start)?;
        }
        let mut at = spelling.start;
        while !self.is_done() {
            let line = source[at..].split(['\r', '\n']).next().unwrap_or_default();
            line.char_indices().try_for_each(|(n, c)| self.take(c, at + n..at + n + c.len_utf8()))?;
            at += line.len();
            let end = at + source[at..].find('\n').map_or(0, |newline| newline + 1);
            if self.rest().bytes().all(|byte| byte == b'\n') {
                (0..self.rest().len()).try_for_each(|_| self.take('\n', at..end))?;
                break;
            }
            let (length, breaks) = lines_between(&source[at..], indentation)?;
            let gap = at..at + length;
            if folded && breaks == 1 && self.rest().starts_with(' ') {
                self.take(' ', gap)?;
            } else {
                let newlines = self.rest().bytes().take_while(|byte| *byte == b'\n').count();
                (0..newlines.min(breaks)).try_for_each(|_| self.take('\n', gap.clone()))?;
            }
            at += length;
        }
        Some(spelling.end)
    }
}

/// The length of white space that has line breaks in it, and how many; none where it has none.
fn line_breaks(rest: &str) -> (usize, usize) {
    let white = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    (white, rest[..white].matches('\n').count())
}

/// The length of the breaks and empty lines before the next line of a block scalar, its indentation included, and how
/// many breaks there are.
fn lines_between(rest: &str, indentation: usize) -> Option<(usize, usize)> {
    let (mut at, mut breaks) = (0, 0);
    loop {
        at += rest[at..].find('\n')? + 1;
        breaks += 1;
        let line = rest[at..].split('\n').next().unwrap_or_default();
        let spaces = line.len() - line.trim_start_matches(' ').len();
        let is_empty = line[spaces..].trim_end_matches('\r').is_empty() && spaces <= indentation;
        if !is_empty {
            return (spaces >= indentation).then_some((at + indentation, breaks));
        }
    }
}

/// Reads one character of a spelling: what it stands for, and how many bytes spell it.
fn read_char(rest: &str, style: Style) -> Option<(char, usize)> {
    match style {
        Style::SingleQuoted if rest.starts_with('\'') => rest.starts_with("''").then_some(('\'', 2)),
        Style::DoubleQuoted => double_quoted_char(rest),
        _ => rest.chars().next().map(|first| (first, first.len_utf8())),
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
