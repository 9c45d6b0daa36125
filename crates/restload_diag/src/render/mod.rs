//! Diagnostics as text, for people and for programs: one file a format.

mod concise;
mod full;
mod github;
mod json;
mod sarif;
mod snippet;
mod suggestion;
mod summary;
#[cfg(test)]
mod tests;
mod veil;

use std::ops::Range;

use crate::{Diagnostic, Label, Locate, Part, Pointer, Source};

pub use concise::{render_concise, render_concise_files};
pub use full::{render_full, render_full_files};
pub use github::render_github;
pub use json::render_json;
pub use sarif::{RuleFacts, render_sarif};

/// A document that was looked at, and what was found in it.
#[derive(Clone, Copy)]
pub struct Checked<'a> {
    /// Its text.
    pub source: &'a Source,
    /// Who knows its places.
    pub locate: &'a dyn Locate,
    /// What was found, in any order.
    pub diagnostics: &'a [Diagnostic],
}

impl<'a> Checked<'a> {
    /// What was found in a document.
    pub fn new(source: &'a Source, locate: &'a dyn Locate, diagnostics: &'a [Diagnostic]) -> Self {
        Self { source, locate, diagnostics }
    }

    /// The bytes of a place, within the text and at the edges of characters.
    fn span(&self, at: &Pointer, part: Part, within: Option<Range<usize>>) -> Range<usize> {
        let (text, span) = (&self.source.text, self.locate.span(at, part, within));
        let start = text.floor_char_boundary(span.start);
        start..text.ceil_char_boundary(span.end.min(text.len())).max(start)
    }
}

/// A diagnostic with its document and its bytes.
struct Finding<'a> {
    file: Checked<'a>,
    diagnostic: &'a Diagnostic,
    span: Range<usize>,
}

impl<'a> Finding<'a> {
    fn source(&self) -> &'a Source {
        self.file.source
    }

    /// The bytes of a further place.
    fn label_span(&self, label: &Label) -> Range<usize> {
        self.file.span(&label.at, label.part, None)
    }

    /// Everything that is said, a line each: the message, the further facts, the edit to make.
    fn words(&self) -> String {
        let Diagnostic { message, notes, help, fix, .. } = self.diagnostic;
        let title = fix.as_ref().map(|fix| &fix.title).filter(|title| help.as_ref() != Some(title));
        let notes = notes.iter().map(|note| format!("note: {note}"));
        let help = help.iter().chain(title).map(|help| format!("help: {help}"));
        [message.clone()].into_iter().chain(notes).chain(help).collect::<Vec<_>>().join("\n")
    }
}

/// What was found in all documents, by name of the document, then by place, at one place by weight.
fn findings<'a>(files: &[Checked<'a>]) -> Vec<Finding<'a>> {
    let of_file = |file: &Checked<'a>| {
        let file = *file;
        file.diagnostics.iter().map(move |diagnostic| {
            let span = file.span(&diagnostic.at, diagnostic.part, diagnostic.within.clone());
            Finding { file, diagnostic, span }
        })
    };
    let mut findings: Vec<_> = files.iter().flat_map(of_file).collect();
    findings.sort_by(|one, other| {
        let key = |of: &Finding<'a>| (of.source().name.as_str(), of.span.start, of.diagnostic.severity);
        key(one).cmp(&key(other))
    });
    findings
}

/// The part of a span that is in its first line: a whole resource underlined shows less than its first line.
fn first_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let line = text[span.clone()].split('\n').next().unwrap_or_default().trim_end_matches('\r');
    span.start..span.start + line.len()
}

/// A path as other systems write it: with `/`, and without `./` at its start.
fn slashed(path: &str) -> String {
    let path = path.replace(std::path::MAIN_SEPARATOR, "/");
    path.strip_prefix("./").map_or(path.clone(), str::to_owned)
}
