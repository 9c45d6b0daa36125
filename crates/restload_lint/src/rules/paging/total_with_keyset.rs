//! `total-with-keyset`: a total beside a cursor that is taken from the last row.

use restload_diag::{Diagnostic, Part};
use restload_spec::AnswerPlace;
use restload_spec::plan::PaginatorKind;

use super::TOTAL_WITH_KEYSET;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        let Some(plan) = resource.plan else { continue };
        let Some(fetch) = &plan.fetch else { continue };
        let PaginatorKind::Cursor { next: AnswerPlace::Row(_), .. } = &fetch.paginator.kind else { continue };
        if plan.total.is_none() || !lint.is_sound(resource, "total") || !lint.is_sound(resource, "paginator")
        {
            continue;
        }
        let at = resource.at("total");
        let message = "this total is beside a cursor from the last row, and usually counts the rows after \
                       that row only";
        let unless = "unless the API counts all rows on every page";
        let help = if at.segments().next() == Some("defaults") {
            format!("write `total: null` in `{}`, {unless}", resource.name())
        } else {
            format!("leave `total` out, {unless}")
        };
        let next = fetch.paginator.at.join("next");
        let finding = TOTAL_WITH_KEYSET.at(at, message).label(next, Part::Value, "the cursor");
        let note = "such a total shrinks with each page, and every load ends with the doubt `incomplete`";
        found.push(finding.note(note).help(help));
    }
}
