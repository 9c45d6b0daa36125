//! `filter-before-count`: a selector that leaves rows out before the paginator has counted them.

use restload_diag::Diagnostic;
use restload_spec::SlowPart;
use restload_spec::plan::{FetchPlan, OnMissing, PaginatorKind, ResourcePlan, Selector};

use super::FILTER_BEFORE_COUNT;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        let Some(plan) = resource.plan else { continue };
        let (Selector::Path(path), Some(fetch)) = (&plan.selector, &plan.fetch) else { continue };
        let sound = ["data_selector", "paginator", "total"].iter().all(|key| lint.is_sound(resource, key));
        if !path.slow_parts().contains(&SlowPart::Filter) || !sound {
            continue;
        }
        let Some(then) = consequence(plan, fetch) else { continue };
        let message = format!("the filter leaves rows out before they are counted: {then}");
        let help = "select the whole list, and leave rows out after the count: \
                    `transform: select(.kind == \"issue\")`";
        found.push(FILTER_BEFORE_COUNT.at(resource.at("data_selector"), message).help(help));
    }
}

/// What comes of it, where anything does.
fn consequence(plan: &ResourcePlan, fetch: &FetchPlan) -> Option<&'static str> {
    let paginator = &fetch.paginator;
    let is_error = plan.on_missing_data == OnMissing::Error;
    match &paginator.kind {
        PaginatorKind::Offset { .. } => Some("the offset moves by the rows that passed, and rows come twice"),
        PaginatorKind::SinglePage => {
            plan.total.is_some().then_some("they are fewer than `total`, which is the doubt `incomplete`")
        }
        _ if paginator.stop_on_short_page => {
            Some("a page that has fewer of them ends the walk, and the rest is lost")
        }
        _ if is_error => Some("a page of which no row passes matches nothing, which is an error"),
        _ if paginator.stop_on_empty_page => {
            Some("a page of which no row passes ends the walk, and the rest is lost")
        }
        _ => plan.total.is_some().then_some("they are fewer than `total`, which is the doubt `incomplete`"),
    }
}
