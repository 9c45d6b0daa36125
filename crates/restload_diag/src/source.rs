//! The text of a document, and who knows where in it a place stands.

use std::ops::Range;
use std::sync::OnceLock;

use crate::{Part, Pointer};

/// A byte order mark: it stands before the first column.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A document's text under the name that a reader knows it by.
///
/// Name and text stay as [`Source::new`] was given them: where lines begin is found out once.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as it was given: `specs/tapfiliate.yaml`.
    pub name: String,
    /// The whole text.
    pub text: String,
    lines: OnceLock<Lines>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl Eq for Source {}

impl Source {
    /// A text under a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// Line and column of a byte, both from 1. Columns count characters; a tab is one, `\r` belongs to its line's
    /// end, a byte order mark at the start is none. An offset within a character or past the end counts as the
    /// nearest place before it.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let lines = self.lines();
        let line = lines.holding(offset);
        let start = self.first_of_line(lines, line).min(offset);
        (line, lines.characters(&self.text, offset) - lines.characters(&self.text, start) + 1)
    }

    /// The bytes of a line (from 1), the end of the line with it and without a byte order mark. An empty range at the
    /// end of the text where there is no such line.
    pub fn line_span(&self, line: usize) -> Range<usize> {
        let lines = self.lines();
        let end = lines.starts.get(line).copied().unwrap_or(self.text.len());
        self.first_of_line(lines, line).min(end)..end
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::of(&self.text))
    }

    fn first_of_line(&self, lines: &Lines, line: usize) -> usize {
        match line {
            0 | 1 if self.text.starts_with(BYTE_ORDER_MARK) => BYTE_ORDER_MARK.len(),
            0 | 1 => 0,
            _ => lines.starts.get(line - 1).copied().unwrap_or(self.text.len()),
        }
    }
}

/// Where the lines of a text begin, and how many characters stand before some of its bytes: so that no place needs a
/// look at all that stands before it.
#[derive(Clone, Debug)]
struct Lines {
    /// The first byte of each line.
    starts: Vec<usize>,
    /// The number of characters that begin before byte 0, `STEP`, 2 × `STEP`, …
    marks: Vec<usize>,
}

impl Lines {
    const STEP: usize = 256;

    fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = [0].into_iter().chain(breaks.map(|(at, _)| at + 1)).collect();
        let mut marks = vec![0];
        let mut before = 0;
        for chunk in text.as_bytes().chunks(Self::STEP) {
            before += beginnings(chunk);
            marks.push(before);
        }
        Self { starts, marks }
    }

    /// The number of the line that a byte is in.
    fn holding(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// The number of characters before a byte.
    fn characters(&self, text: &str, offset: usize) -> usize {
        let mark = offset / Self::STEP;
        let counted = self.marks.get(mark).copied().unwrap_or_default();
        counted + beginnings(&text.as_bytes()[mark * Self::STEP..offset])
    }
}

/// The number of characters that begin in these bytes of UTF-8.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count()
}

/// Knows the bytes behind a pointer. A parsed document is one.
pub trait Locate {
    /// The bytes of a part of the entry at a place; of the nearest existing place above where there is none.
    ///
    /// `within` is a range of the scalar's value, which is mapped to its spelling in the document; where that
    /// cannot be done exactly the smallest range that surely holds it is given.
    fn span(&self, at: &Pointer, part: Part, within: Option<Range<usize>>) -> Range<usize>;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line and column as one would count them by hand.
    fn counted(text: &str, offset: usize) -> (usize, usize) {
        let before = &text[..offset];
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }

    #[test]
    fn every_place_is_where_counting_by_hand_puts_it() {
        let long = format!("{}\n{}", "日本語 ".repeat(300), "é\tx".repeat(500));
        for text in ["", "a", "\n", "a\r\nbé\r\n", "key: 日本\n\tX", long.as_str()] {
            let source = Source::new("a.yaml", text);
            for offset in (0..=text.len()).filter(|offset| text.is_char_boundary(*offset)) {
                assert_eq!(source.line_column(offset), counted(text, offset), "{offset} of {text:?}");
            }
        }
    }

    #[test]
    fn an_offset_in_a_character_or_past_the_end_counts_as_the_place_before_it() {
        let source = Source::new("a.yaml", "a\né");
        assert_eq!(source.line_column(3), (2, 1));
        assert_eq!(source.line_column(99), (2, 2));
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let source = Source::new("a.yaml", "\u{feff}key: 1\n");
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(3), (1, 1));
        assert_eq!(source.line_column(8), (1, 6));
        assert_eq!(&source.text[source.line_span(1)], "key: 1\n");
    }

    #[test]
    fn a_line_is_given_with_its_end() {
        let source = Source::new("a.yaml", "a\r\né\n");
        let line = |number| &source.text[source.line_span(number)];
        assert_eq!([line(1), line(2), line(3), line(4)], ["a\r\n", "é\n", "", ""]);
    }

    #[test]
    fn sources_of_equal_name_and_text_are_equal_whatever_was_asked_of_them() {
        let (asked, fresh) = (Source::new("a", "x\ny"), Source::new("a", "x\ny"));
        asked.line_column(2);
        assert_eq!(asked, fresh);
        assert_ne!(asked, Source::new("b", "x\ny"));
    }
}
