//! `reserved-column-name`: a column with the name of the one that tells loads apart.

use restload_diag::{Diagnostic, Part};
use restload_spec::spec::WriteDisposition;

use super::RESERVED_COLUMN_NAME;
use crate::{Lint, Subject};

/// The column that `write_disposition: {append: snapshots}` adds.
const LOAD_ID: &str = "_load_id";

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        let written = &resource.written.resource;
        let appends = matches!(written.write_disposition, Some(WriteDisposition::Append(_)));
        if !appends || written.table == Some(None) || !lint.is_sound(resource, "write_disposition") {
            continue;
        }
        let before = found.len();
        if written.add.contains_key(LOAD_ID) {
            found.push(finding(resource, &["add", LOAD_ID], "give this column another name"));
        }
        if written.columns.contains_key(LOAD_ID) {
            found.push(finding(
                resource,
                &["columns", LOAD_ID],
                "leave it out: it is text, the id of the load",
            ));
        }
        if found.len() == before && has_it(lint, resource) {
            let help = format!(
                "the rows of the sample have it: leave it out with `drop: [{LOAD_ID}]`, or rename it in a `transform`"
            );
            found.push(finding(resource, &["write_disposition"], &help));
        }
    }
}

fn finding(resource: &Subject<'_>, path: &[&str], help: &str) -> Diagnostic {
    let message =
        format!("`{LOAD_ID}` is the column that `append: snapshots` adds: rows cannot have one of that name");
    let finding = RESERVED_COLUMN_NAME.at_key(resource.written.pointer(path), message);
    match path {
        [_, _] => {
            finding.label(resource.at("write_disposition"), Part::Value, "this adds it").help(help.to_owned())
        }
        _ => finding.help(help.to_owned()),
    }
}

/// Whether rows of the sample have the column, and it is not dropped.
fn has_it(lint: &Lint<'_>, resource: &Subject<'_>) -> bool {
    let drops = resource.written.resource.drop.iter().flatten().any(|path| path == LOAD_ID);
    !drops && lint.sample(resource).is_some_and(|sample| sample.has_field(&[LOAD_ID.to_owned()]))
}
