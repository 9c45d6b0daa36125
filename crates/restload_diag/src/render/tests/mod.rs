//! What the renderers make of small documents.

mod concise;
mod full;
mod github;
mod json;
mod many;
mod sarif;
mod suggestion;
mod veil;

use std::ops::Range;

use crate::{Diagnostic, Locate, Part, Pointer, Source};

use super::Checked;

/// Finds a place by its last name: that text, and behind it up to the end of the line.
struct ByText<'t>(&'t str);

impl Locate for ByText<'_> {
    fn span(&self, at: &Pointer, part: Part, within: Option<Range<usize>>) -> Range<usize> {
        let name = at.last().unwrap_or_default();
        let start = self.0.find(name).unwrap();
        let value = start + name.len() + 2;
        match (part, within) {
            (Part::Key, _) => start..start + name.len(),
            (Part::Value, Some(range)) => value + range.start..value + range.end,
            (Part::Value, None) => {
                value..self.0[value..].find('\n').map_or(self.0.len(), |end| value + end + 1)
            }
        }
    }
}

/// Finds every place where `within` says it is in the text, and behind its end without that.
struct Within;

impl Locate for Within {
    fn span(&self, _: &Pointer, _: Part, within: Option<Range<usize>>) -> Range<usize> {
        within.unwrap_or(usize::MAX - 1..usize::MAX)
    }
}

fn at(text: &str) -> Pointer {
    text.parse().unwrap()
}

/// An error at these bytes of the text, to be found by [`Within`].
fn here(span: Range<usize>) -> Diagnostic {
    Diagnostic::error("x", Pointer::root(), "here").within(span)
}

/// Renders what was found in one document, whose places are found by text.
fn of_text<T>(text: &str, found: &[Diagnostic], render: impl Fn(&[Checked<'_>]) -> T) -> T {
    render(&[Checked::new(&Source::new("specs/x.yaml", text), &ByText(text), found)])
}

/// Renders what was found in one document at given bytes.
fn of_bytes<T>(text: &str, found: &[Diagnostic], render: impl Fn(&[Checked<'_>]) -> T) -> T {
    render(&[Checked::new(&Source::new("a.yaml", text), &Within, found)])
}
