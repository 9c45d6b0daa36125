//! The structure pass: is each key known, each value of the right kind, is nothing missing?
//!
//! The tree is walked against the JSON Schema that the types of [`crate::spec`] generate, so that editor, check and
//! parser agree. All faults are reported at once, none twice; where one fault explains another only the first is
//! said. What texts mean (templates, paths, durations) is not looked at here.

mod choose;
mod describe;
mod mend;
mod name;
mod prune;
mod read;
pub(crate) mod shape;
mod unknown;
mod walk;
mod words;

use restload_diag::{Diagnostic, Pointer};

pub(crate) use name::nearest_name;
pub(crate) use read::once_each;
pub use read::{Reading, read_spec, read_spec_bytes};

use crate::Document;

/// Finds all faults of structure of a document.
pub fn check_structure(document: &Document) -> Vec<Diagnostic> {
    walk::walk(document)
}

/// A text of the author in backticks, on one line and not too long.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let mut line: String = text.chars().take(MOST).flat_map(escaped).collect();
    if text.chars().nth(MOST).is_some() {
        line.push('…');
    }
    format!("`{line}`")
}

fn escaped(character: char) -> impl Iterator<Item = char> {
    let (plain, control) = match character {
        _ if character.is_control() => (None, Some(character.escape_default())),
        _ => (Some(character), None),
    };
    plain.into_iter().chain(control.into_iter().flatten())
}

/// A document that passed the structure pass and cannot be decoded: the two disagree, which is no fault of the spec.
pub(crate) fn decode_fault(at: Pointer, error: &serde_json::Error) -> Diagnostic {
    Diagnostic::error(
        "internal",
        at,
        format!("this spec passed the structure check and cannot be decoded: {error}"),
    )
    .help("this is a bug of restload, not of the spec: please report it with the part of the spec shown here")
}
