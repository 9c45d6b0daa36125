//! A text with the caret in it.

use serde_json::{Value, json};

/// A text and a place in it, written as one with `▮` where the caret stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The text, without the mark.
    pub text: String,
    line: usize,
    character: usize,
}

impl Marked {
    /// Takes the mark out of a text.
    ///
    /// # Panics
    /// If there is not one mark.
    pub fn new(marked: &str) -> Self {
        let (before, after) = marked.split_once('▮').unwrap_or_else(|| panic!("no ▮ in {marked}"));
        assert!(!after.contains('▮'), "two ▮ in {marked}");
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            text: format!("{before}{after}"),
            line: before.matches('\n').count(),
            character: line.encode_utf16().count(),
        }
    }

    /// The place as the protocol counts: lines from 0, and UTF-16 units in the line.
    pub fn position(&self) -> Value {
        json!({"line": self.line, "character": self.character})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_units_of_utf_16() {
        let marked = Marked::new("a: 1\nö𝄞: ▮2\n");
        assert_eq!(marked.text, "a: 1\nö𝄞: 2\n");
        assert_eq!(marked.position(), json!({"line": 1, "character": 5}));
    }
}
