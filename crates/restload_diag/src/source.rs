//! The text of a document, and who knows where in it a place stands.

use std::ops::Range;

use crate::{Part, Pointer};

/// A document's text under the name that a reader knows it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as it was given: `specs/tapfiliate.yaml`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// A text under a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Line and column of a byte, both from 1. Columns count characters; a tab is one, `\r` belongs to its line's
    /// end. An offset within a character or past the end counts as the nearest place before it.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (line, before[line_start..].chars().count() + 1)
    }
}

/// Knows the bytes behind a pointer. A parsed document is one.
pub trait Locate {
    /// The bytes of a part of the entry at a place; of the nearest existing place above where there is none.
    ///
    /// `within` is a range of the scalar's value, which is mapped to its spelling in the document; where that
    /// cannot be done exactly the smallest range that surely holds it is given.
    fn span(&self, at: &Pointer, part: Part, within: Option<Range<usize>>) -> Range<usize>;
}
