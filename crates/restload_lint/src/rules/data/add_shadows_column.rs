//! `add-shadows-column`: `add` names a column that the rows have.

use restload_diag::Diagnostic;

use super::ADD_SHADOWS_COLUMN;
use super::sampled::with_rows;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for (resource, sample) in with_rows(lint) {
        let Some(plan) = resource.plan else { continue };
        for (name, _) in &plan.add {
            let has_it = if plan.transform.is_some() {
                // Only what a program made is no null here: `add` has put one wherever it had not.
                sample.rows.iter().any(|row| row.get(name).is_some_and(|value| !value.is_null()))
            } else {
                sample.selected.iter().any(|row| row.get(name).is_some())
            };
            if has_it {
                let message = format!("the rows of `{}` have a column `{name}` already", sample.path);
                let help =
                    "add it under another name, or take the rows' own away first: `transform: del(.…)`";
                let at = resource.written.pointer(&["add", name]);
                found.push(ADD_SHADOWS_COLUMN.at_key(at, message).help(help.replace('…', name)));
            }
        }
    }
}
