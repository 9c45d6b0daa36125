//! What is said: one fault, its place, and the edit that mends it.

use std::fmt;
use std::ops::Range;

use crate::{Fix, Pointer};

/// How much a diagnostic weighs. An error keeps a spec from being run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The spec cannot be run.
    Error,
    /// The spec can be run and will probably not do what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// Which part of an entry is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Part {
    /// The key; the value where there is none (an item of a list, the document).
    Key,
    /// The value.
    #[default]
    Value,
}

/// One finding about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The name of the fault, kebab-case: `unknown-key`.
    pub rule: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What was found and what was expected: a lower-case fragment without a full stop.
    pub message: String,
    /// The place.
    pub at: Pointer,
    /// Which part of the entry at that place.
    pub part: Part,
    /// Bytes inside the scalar's text (its value, not its spelling in the document), where only these are meant.
    pub within: Option<Range<usize>>,
    /// Further places that explain the fault.
    pub labels: Vec<Label>,
    /// Further facts.
    pub notes: Vec<String>,
    /// The edit to make, in words.
    pub help: Option<String>,
    /// The edit to make, to be applied by a program.
    pub fix: Option<Fix>,
    /// What stands at the place is a secret: renderers put `*` in its place, wherever in the document's findings it
    /// would be shown.
    pub secret: bool,
}

/// A further place in the document with what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub at: Pointer,
    /// Which part of the entry at that place.
    pub part: Part,
    /// What is to be seen there.
    pub message: String,
}

impl Diagnostic {
    /// A finding of the given weight about the value at a place.
    pub fn new(severity: Severity, rule: &'static str, at: Pointer, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity,
            message: message.into(),
            at,
            part: Part::Value,
            within: None,
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
            secret: false,
        }
    }

    /// An error about the value at a place.
    pub fn error(rule: &'static str, at: Pointer, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, rule, at, message)
    }

    /// A warning about the value at a place.
    pub fn warning(rule: &'static str, at: Pointer, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, rule, at, message)
    }

    /// Points at this part of the entry.
    #[must_use]
    pub fn on(mut self, part: Part) -> Self {
        self.part = part;
        self
    }

    /// Points at these bytes of the scalar's text.
    #[must_use]
    pub fn within(mut self, range: Range<usize>) -> Self {
        self.within = Some(range);
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn label(mut self, at: Pointer, part: Part, message: impl Into<String>) -> Self {
        self.labels.push(Label { at, part, message: message.into() });
        self
    }

    /// Adds a further fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says which edit to make.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Gives the edit to make to a program.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Says that what stands at the place is a secret, which is not to be shown.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Whether this keeps the spec from being run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
