//! `unbounded-pagination`: a counted walk that an empty page does not end, and nothing else does.

use restload_diag::Diagnostic;
use restload_spec::plan::PaginatorKind;
use restload_spec::spec::Templated;

use super::UNBOUNDED_PAGINATION;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        let Some(fetch) = resource.plan.and_then(|plan| plan.fetch.as_ref()) else { continue };
        let plan = &fetch.paginator;
        let Some(written) = &resource.written.resource.paginator else { continue };
        let goes_on = written.paging.stop_on_empty_page == Some(Templated::Value(false));
        let ends = resource.written.resource.total.is_some()
            || written.paging.has_more.is_some()
            || written.paging.max_pages.is_some()
            || (plan.stop_on_short_page && plan.size.is_some());
        let (total_pages, then) = match &plan.kind {
            PaginatorKind::PageNumber { total_pages, .. } => {
                (total_pages.is_some(), "the walk asks for page after page, for ever")
            }
            PaginatorKind::Offset { .. } => {
                (false, "the page behind the last row is asked for twice, which fails as `pagination-loops`")
            }
            _ => continue,
        };
        let sound = lint.is_sound(resource, "paginator") && lint.is_sound(resource, "total");
        if !goes_on || ends || total_pages || !sound {
            continue;
        }
        let message = format!("an empty page does not end this walk, and nothing else does: {then}");
        let help = "leave `stop_on_empty_page` out; or say what ends it: `total`, `has_more`, \
                    `stop_on_short_page` or `max_pages`";
        found.push(UNBOUNDED_PAGINATION.at(plan.at.join("stop_on_empty_page"), message).help(help));
    }
}
