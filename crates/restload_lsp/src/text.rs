//! The text of an open file, and the places of the protocol in it.
//!
//! An editor counts lines from 0 and, within a line, units of UTF-16 or bytes ([`Encoding`]); everything else here counts
//! bytes of the text. A line ends with `\n`, `\r\n` or `\r`, as the protocol says.

use std::ops::Range;

use gen_lsp_types::{Position, PositionEncodingKind, Range as LineRange};

/// What an editor counts within a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16: what holds where nothing was agreed on.
    #[default]
    Utf16,
}

impl Encoding {
    /// The first of the kinds that an editor offers and that is known here.
    pub(crate) fn agreed(offered: impl IntoIterator<Item = PositionEncodingKind>) -> Self {
        let known = offered.into_iter().find_map(|kind| match kind {
            PositionEncodingKind::UTF8 => Some(Self::Utf8),
            PositionEncodingKind::UTF16 => Some(Self::Utf16),
            _ => None,
        });
        known.unwrap_or_default()
    }

    /// Its name in the protocol.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

/// A text with its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    whole: String,
    /// The first byte of each line.
    starts: Vec<usize>,
    encoding: Encoding,
}

impl Text {
    pub(crate) fn new(text: impl Into<String>, encoding: Encoding) -> Self {
        let text = text.into();
        let starts = line_starts(&text);
        Self { whole: text, starts, encoding }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.whole
    }

    /// Puts other text in the place of a part.
    pub(crate) fn replace(&mut self, range: LineRange, replacement: &str) {
        let span = self.span(range);
        self.whole.replace_range(span, replacement);
        self.starts = line_starts(&self.whole);
    }

    /// The byte of a position. One behind the end of its line is that end, one within a character its first byte, one
    /// behind the last line the end of the text.
    pub(crate) fn byte(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(start) = self.starts.get(line).copied() else { return self.whole.len() };
        let line = &self.whole[start..self.line_end(line)];
        let units = usize::try_from(position.character).unwrap_or(usize::MAX);
        match self.encoding {
            Encoding::Utf8 => start + line.floor_char_boundary(units),
            Encoding::Utf16 => {
                let mut passed = 0;
                for (at, character) in line.char_indices() {
                    passed += character.len_utf16();
                    if passed > units {
                        return start + at;
                    }
                }
                start + line.len()
            }
        }
    }

    /// The position of a byte. One in the end of a line is where that begins.
    pub(crate) fn position(&self, byte: usize) -> Position {
        let byte = self.whole.floor_char_boundary(byte);
        let line = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let before = &self.whole[start..byte.min(self.line_end(line)).max(start)];
        let character = match self.encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 => before.chars().map(char::len_utf16).sum(),
        };
        let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Position { line: number(line), character: number(character) }
    }

    /// The bytes of a range; empty where it ends before it begins.
    pub(crate) fn span(&self, range: LineRange) -> Range<usize> {
        let start = self.byte(range.start);
        start..self.byte(range.end).max(start)
    }

    /// The range of bytes.
    pub(crate) fn range(&self, span: &Range<usize>) -> LineRange {
        LineRange { start: self.position(span.start), end: self.position(span.end.max(span.start)) }
    }

    /// Where a line (from 0) ends, the characters that end it left out.
    fn line_end(&self, line: usize) -> usize {
        let Some(next) = self.starts.get(line + 1) else { return self.whole.len() };
        let before = &self.whole[..*next];
        let shorter = before.strip_suffix("\r\n").or_else(|| before.strip_suffix(['\n', '\r']));
        shorter.unwrap_or(before).len()
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends_line = |at: &usize| match bytes[*at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    [0].into_iter().chain((0..bytes.len()).filter(ends_line).map(|at| at + 1)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn units_of_utf_16_are_counted_in_lines_of_any_end() {
        let text = Text::new("ö𝄞x\r\nsecond\rthird\n", Encoding::Utf16);
        for (position, byte) in [
            (at(0, 0), 0),
            (at(0, 1), 2),
            (at(0, 3), 6),
            (at(0, 4), 7),
            (at(1, 0), 9),
            (at(2, 5), 21),
            (at(3, 0), 22),
        ] {
            assert_eq!(text.byte(position), byte, "{position:?}");
            assert_eq!(text.position(byte), position, "{byte}");
        }
    }

    #[test]
    fn a_position_that_is_nowhere_is_the_nearest_place() {
        let text = Text::new("ö𝄞x\r\ny", Encoding::Utf16);
        assert_eq!(text.byte(at(0, 2)), 2, "within a character of two units");
        assert_eq!(text.byte(at(0, 99)), 7, "behind the end of its line");
        assert_eq!(text.byte(at(9, 0)), 10, "behind the last line");
        assert_eq!(text.position(8), at(0, 4), "between the two characters that end a line");
        assert_eq!(text.position(4), at(0, 1), "within a character");
        assert_eq!(text.span(LineRange { start: at(1, 1), end: at(0, 0) }), 10..10);
    }

    #[test]
    fn bytes_are_counted_where_that_was_agreed_on() {
        assert_eq!(Encoding::agreed([]), Encoding::Utf16);
        let offered = [PositionEncodingKind::UTF32, PositionEncodingKind::UTF8, PositionEncodingKind::UTF16];
        assert_eq!(Encoding::agreed(offered), Encoding::Utf8);
        let text = Text::new("ö𝄞x", Encoding::Utf8);
        assert_eq!(text.position(6), at(0, 6));
        assert_eq!((text.byte(at(0, 2)), text.byte(at(0, 3)), text.byte(at(0, 99))), (2, 2, 7));
    }

    /// A text as an editor holds it: units of UTF-16, and lines found by looking for their ends.
    fn edited_by_units(units: &mut Vec<u16>, from: usize, to: usize, with: &str) -> LineRange {
        let position = |at: usize| {
            let mut found = at_units(units, at);
            // A place within `\r\n` has no position of its own.
            if at > 0
                && units.get(at - 1) == Some(&u16::from(b'\r'))
                && units.get(at) == Some(&u16::from(b'\n'))
            {
                found = at_units(units, at - 1);
            }
            found
        };
        let range = LineRange { start: position(from), end: position(to) };
        let index = |at: usize| {
            let inside = at > 0 && units.get(at - 1) == Some(&13) && units.get(at) == Some(&10);
            if inside { at - 1 } else { at }
        };
        let (from, to) = (index(from), index(to));
        units.splice(from..to, with.encode_utf16());
        range
    }

    fn at_units(units: &[u16], at: usize) -> Position {
        let (mut line, mut start) = (0, 0);
        for n in 0..at {
            let ends = units[n] == 10 || (units[n] == 13 && units.get(n + 1) != Some(&10));
            if ends {
                (line, start) = (line + 1, n + 1);
            }
        }
        Position { line, character: u32::try_from(at - start).unwrap() }
    }

    proptest! {
        #[test]
        fn a_text_is_the_editors_text_after_any_edits(
            first in "(a|ö|𝄞|\r\n|\n|\r|: |\\{\\{){0,12}",
            edits in proptest::collection::vec((any::<u16>(), any::<u16>(), "(a|ö|𝄞|\r\n|\n|\r| ){0,4}"), 1..12),
        ) {
            let mut units: Vec<u16> = first.encode_utf16().collect();
            let mut text = Text::new(first, Encoding::Utf16);
            for (one, other, with) in edits {
                let whole = |at: u16| {
                    let at = usize::from(at) % (units.len() + 1);
                    // Editors do not edit halves of a character.
                    if units.get(at).is_some_and(|unit| (0xdc00..0xe000).contains(unit)) { at - 1 } else { at }
                };
                let (one, other) = (whole(one), whole(other));
                let range = edited_by_units(&mut units, one.min(other), one.max(other), &with);
                text.replace(range, &with);
                prop_assert_eq!(text.as_str(), String::from_utf16(&units).unwrap());
            }
        }

        #[test]
        fn a_position_leads_back_to_its_byte(text in "(a|ö|𝄞|\r\n|\n|\r){0,12}", utf8 in any::<bool>()) {
            let text = Text::new(text, if utf8 { Encoding::Utf8 } else { Encoding::Utf16 });
            for byte in (0..=text.as_str().len()).filter(|byte| text.as_str().is_char_boundary(*byte)) {
                let within_end = text.as_str()[..byte].ends_with('\r') && text.as_str()[byte..].starts_with('\n');
                if !within_end {
                    prop_assert_eq!(text.byte(text.position(byte)), byte);
                }
            }
        }
    }
}
