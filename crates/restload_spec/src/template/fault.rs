//! The faults of a template, before and while it is rendered.

use std::ops::Range;

use super::Hole;

/// What is wrong with a template as written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateFault {
    /// The rule: `template-syntax`, `template-feature`, `unknown-scope`, `unknown-helper` or `helper-arguments`.
    pub rule: &'static str,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// Where, in bytes of the template.
    pub range: Range<usize>,
    /// The edit to make, where it can be known.
    pub help: Option<String>,
    /// A word that was probably meant, and the bytes of the template that stand in its place.
    pub meant: Option<(Range<usize>, String)>,
}

impl TemplateFault {
    /// Says which word was probably meant by these bytes.
    pub(super) fn meant(self, range: Range<usize>, word: &str) -> Self {
        Self { meant: Some((range, word.to_owned())), ..self }
    }
}

/// Why a template cannot be rendered with the values at hand. No message holds the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The scope does not exist where the template stands.
    #[error("`{hole}` is not known here: there is no `{}`", hole.scope)]
    NotHere {
        /// What was to be read.
        hole: Box<Hole>,
    },
    /// The value, or one on the way to it, is not there.
    #[error("`{hole}` is missing: there is no `{name}`")]
    Missing {
        /// What was to be read.
        hole: Box<Hole>,
        /// The first name of it that is not there.
        name: String,
    },
    /// The value is null, and text has no spelling for it.
    #[error("`{hole}` is null")]
    Null {
        /// What was read.
        hole: Box<Hole>,
    },
    /// The value is a list or an object, and stands within text.
    #[error("`{hole}` is {kind}, which has no place within text; use `json`{}", join_too(kind))]
    NotText {
        /// What was read.
        hole: Box<Hole>,
        /// `a list` or `an object`.
        kind: &'static str,
    },
    /// A hole in a URL's path rendered to what is no segment.
    #[error("`{place}` renders to {}, which would change the path of the URL", shown(found))]
    Segment {
        /// The hole or helper as written, or `the path` when it takes several holes to be one.
        place: String,
        /// What it rendered to: nothing, `.` or `..`.
        found: String,
    },
    /// A hole in a host is not one DNS label.
    #[error("`{place}` is not one label of a host name{}: it takes letters, digits and `-`, 63 at most", found.as_ref().map(|found| format!(" (`{found}`)")).unwrap_or_default())]
    HostLabel {
        /// The hole or helper as written.
        place: String,
        /// What it rendered to, unless it is a secret.
        found: Option<String>,
    },
    /// A hole that stands for scheme, host and port is not the start of a URL.
    #[error("`{place}` is not a URL that starts with `https://` or `http://`")]
    NotUrl {
        /// The hole or helper as written.
        place: String,
    },
    /// A helper cannot use its arguments.
    #[error("`{helper}`: {message}")]
    Helper {
        /// The helper.
        helper: &'static str,
        /// What is wrong with them.
        message: String,
    },
}

impl RenderError {
    /// The hole whose value is null or missing; where a row lacks a value, `on_missing_parent` decides on it.
    pub fn absent(&self) -> Option<&Hole> {
        match self {
            Self::Missing { hole, .. } | Self::Null { hole } => Some(hole),
            _ => None,
        }
    }
}

fn join_too(kind: &str) -> &'static str {
    if kind == "a list" { " or `join`" } else { "" }
}

fn shown(found: &str) -> String {
    if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") }
}

/// A fault of that rule.
pub(super) fn fault(
    rule: &'static str,
    message: String,
    range: Range<usize>,
    help: Option<&str>,
) -> TemplateFault {
    TemplateFault { rule, message, range, help: help.map(str::to_owned), meant: None }
}

/// The fault of a feature of Handlebars that templates have not.
pub(super) fn feature(what: &str, range: Range<usize>, help: &str) -> TemplateFault {
    fault("template-feature", format!("{what} are not in the template language"), range, Some(help))
}
