//! `no-description`: resources or inputs do not say what they are.

use restload_diag::{Diagnostic, Pointer};

use super::NO_DESCRIPTION;
use crate::{Lint, Subject};

/// Names that are listed before "and so on".
const LISTED: usize = 3;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let resources = lint.resources.iter().filter(|resource| {
        let said = resource.written.resource.description.as_ref();
        said.is_none() && !resource.written.is_broken("description")
    });
    let resources: Vec<&str> = resources.map(Subject::name).collect();
    let help = "`description: …`, what a row is, and what it leaves open";
    note("resources", &resources, lint.resources.len(), help, found);
    let inputs = lint.spec.inputs.iter().filter(|(_, input)| input.description.is_none());
    let inputs: Vec<&str> = inputs.map(|(name, _)| name.as_str()).collect();
    let help = "`description: …`, where the person who runs the spec finds the value";
    note("inputs", &inputs, lint.spec.inputs.len(), help, found);
}

fn note(key: &str, names: &[&str], of: usize, help: &str, found: &mut Vec<Diagnostic>) {
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    let shown = shown.join(", ");
    let message = match names.len() {
        0 => return,
        1 => format!("{shown} has no description"),
        count if count == of => format!("none of the {count} {key} has a description"),
        count if count <= LISTED => format!("{count} of the {of} {key} have no description: {shown}"),
        count => {
            format!("{count} of the {of} {key} have no description: {shown} and {} more", count - LISTED)
        }
    };
    found.push(NO_DESCRIPTION.at_key(Pointer::root().join(key), message).help(help));
}
