//! `unused-null-table`: a resource without a table that no other hangs on.

use restload_diag::{Diagnostic, Pointer};

use super::UNUSED_NULL_TABLE;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    if !all_parents_are_known(lint) {
        return;
    }
    for resource in &lint.resources {
        let written = &resource.written;
        let is_null = written.resource.table == Some(None) && lint.is_sound(resource, "table");
        // One that hangs on another reads details one by one, which is asked for by name.
        let hangs = written.resource.parent.is_some() || written.is_broken("parent");
        if is_null && !hangs && resource.children.is_empty() {
            let name = resource.name();
            let message =
                format!("`{name}` writes no table and is no resource's parent: a run does not read it");
            let help = format!(
                "leave `table: null` out to write its rows, or name it in another resource: `parent: {name}`"
            );
            found.push(UNUSED_NULL_TABLE.at(resource.at("table"), message).help(help));
        }
    }
}

/// Whether it is known of every resource on which one it hangs.
fn all_parents_are_known(lint: &Lint<'_>) -> bool {
    let written = lint.document.get(&Pointer::root().join("resources")).map_or(0, |all| all.entries().len());
    let is_known = |resource: &crate::Subject<'_>| {
        !resource.written.is_broken("parent")
            && (resource.parent.is_some() || resource.written.resource.parent.is_none())
            && lint.is_sound(resource, "parent")
    };
    written == lint.resources.len() && lint.resources.iter().all(is_known)
}
