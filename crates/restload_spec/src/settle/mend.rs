//! Faults of texts, with the edit that mends them where it is known.

use std::ops::Range;

use restload_diag::{Diagnostic, Fix, Pointer};

use super::Settler;
use crate::near::nearest;
use crate::{PathFault, ProgramFault};

/// Names that a help lists; of more it says how many.
const LISTED: usize = 8;
/// After so many faults it is not looked for what was meant: to compare each name with each other one takes long.
pub(super) const MANY: usize = 50;

impl Settler<'_> {
    /// The fault of a path. What calls a function is mended only where what is left serves the same end.
    pub(super) fn path_fault(&self, fault: PathFault, at: &Pointer) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::error("path-syntax", at.clone(), fault.message).within(fault.range.clone());
        diagnostic.help = fault.help;
        let Some(meant) = fault.meant else { return diagnostic };
        let written = self.document.get(at).and_then(crate::Node::text).unwrap_or_default();
        let calls = written.get(fault.range).is_some_and(|part| part.ends_with("()"));
        if calls && !matches!(at.last(), Some("data_selector" | "has_more")) {
            return diagnostic.help("name the place where the answer itself says the value");
        }
        match self.document.rewrite(at, &meant) {
            Some(edit) => {
                let fix = Fix::new(format!("write `{meant}`"));
                diagnostic.fix(fix.replace(edit.span, edit.replacement))
            }
            None => diagnostic,
        }
    }

    /// The fault of a program.
    pub(super) fn program_fault(&self, fault: ProgramFault, at: &Pointer) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::error(fault.rule, at.clone(), fault.message).within(fault.range.clone());
        diagnostic.help = fault.help;
        match fault.meant.and_then(|meant| self.rename(at, fault.range, &meant)) {
            Some(fix) => Diagnostic { help: None, ..diagnostic }.fix(fix),
            None => diagnostic,
        }
    }

    /// The fault of a name that is not among those there are: with the one that was probably meant, else with all.
    pub(super) fn misnamed<'n>(
        &self,
        fault: Diagnostic,
        what: &str,
        name: &str,
        names: impl Iterator<Item = &'n str> + Clone,
    ) -> Diagnostic {
        // Where there are so many faults, nobody is told all of them.
        let near = if self.faults.len() < MANY { nearest(name, names.clone()) } else { None };
        let Some(near) = near else {
            let all: Vec<&str> = names.collect();
            return fault.help(if all.is_empty() {
                "there is no other".to_owned()
            } else {
                format!("{what} {}", listed(&all))
            });
        };
        match self.document.rewrite(&fault.at, near) {
            Some(edit) => {
                let fix = Fix::new(format!("write `{near}`"));
                fault.fix(fix.replace(edit.span, edit.replacement))
            }
            None => fault.help(format!("did you mean `{near}`?")),
        }
    }

    /// The edit that puts another word in the place of these bytes of a text.
    pub(super) fn rename(&self, at: &Pointer, within: Range<usize>, word: &str) -> Option<Fix> {
        let edit = self.document.rewrite_within(at, within, word)?;
        Some(Fix::new(format!("write `{word}`")).replace(edit.span, edit.replacement))
    }
}

/// Names for a sentence, the first of many.
pub(super) fn listed(names: &[&str]) -> String {
    let first: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(LISTED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
