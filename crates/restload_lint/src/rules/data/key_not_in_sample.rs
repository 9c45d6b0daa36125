//! `key-not-in-sample`: a column of the key is not in the rows of the sample.

use restload_diag::{Diagnostic, Part};
use restload_spec::{Step, nearest};
use serde_json::Value;

use super::KEY_NOT_IN_SAMPLE;
use super::sampled::{at_own, fields, instead, is_shared, is_written, renamed, with_rows};
use crate::lint::ENOUGH;
use crate::{Lint, Sample, Subject};

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for (resource, sample) in with_rows(lint) {
        let is_own = || lint.is_written(&resource.written.at().join("primary_key"));
        // What is read for others only has no key, whatever `defaults` say.
        if !lint.is_sound(resource, "primary_key") || !(is_written(resource) || is_own()) {
            continue;
        }
        let key = resource.written.resource.primary_key.as_deref().unwrap_or_default();
        for (n, name) in key.iter().enumerate().take(ENOUGH) {
            found.extend(fault(lint, resource, sample, n, name));
        }
    }
}

fn fault(
    lint: &Lint<'_>,
    resource: &Subject<'_>,
    sample: &Sample,
    n: usize,
    name: &str,
) -> Option<Diagnostic> {
    let plan = resource.plan?;
    let at = |message: String| {
        let found = at_own(&KEY_NOT_IN_SAMPLE, lint, resource, "primary_key", message);
        let item = found.at.join(n);
        let is_item = found.part == Part::Value && !is_shared(lint, &item);
        if is_item { Diagnostic { at: item, ..found } } else { found }
    };
    if plan.drop.iter().any(|path| path.steps() == Some(&[Step::Key(name.to_owned())])) {
        let message = format!("`{name}` is a column of the key, and `drop` takes it out of the rows");
        return Some(at(message).help("leave it out of `drop`, or out of the key"));
    }
    if plan.add.iter().any(|(added, _)| added == name) {
        return None;
    }
    let path = &sample.path;
    let lacks = |row: &Value| row.get(name).is_none_or(Value::is_null);
    let lacking = sample.rows.iter().filter(|row| lacks(row)).count();
    if lacking == 0 {
        return None;
    }
    let names = fields(&sample.rows);
    if names.contains(&name) {
        let of = sample.rows.len();
        let have = if lacking == 1 { "has" } else { "have" };
        let message = format!(
            "`{name}` is a column of the key, and {lacking} of the {of} rows of `{path}` {have} none"
        );
        let help = "a row without its key ends the run: take a column that every row has, or leave such rows out with `transform: select(…)`";
        return Some(at(message).help(help));
    }
    let found = at(format!("`{name}` is a column of the key, and no row of `{path}` has it"));
    let fix = nearest(name, names.iter().copied())
        .filter(|_| found.part == Part::Value)
        .and_then(|near| renamed(lint, &found.at, Part::Value, near));
    Some(match fix {
        Some(fix) => found.fix(fix),
        None => found.help(instead(name, &names)),
    })
}
