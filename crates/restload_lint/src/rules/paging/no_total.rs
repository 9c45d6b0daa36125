//! `no-total`: a counted walk whose end is not known before it is reached.

use restload_diag::Diagnostic;
use restload_spec::Path;
use restload_spec::plan::PaginatorKind;
use serde_json::Value;

use super::NO_TOTAL;
use crate::{Lint, Subject};

/// What APIs call the number of all rows.
const OF_ROWS: [&str; 12] = [
    "total",
    "totalcount",
    "totalresults",
    "totalitems",
    "totalrecords",
    "totalelements",
    "totalrows",
    "totalsize",
    "count",
    "recordcount",
    "itemcount",
    "resultcount",
];
/// What APIs call the number of all pages.
const OF_PAGES: [&str; 7] =
    ["totalpages", "pagecount", "lastpage", "pages", "numpages", "pagestotal", "totalpagecount"];

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        let Some(fetch) = resource.plan.and_then(|plan| plan.fetch.as_ref()) else { continue };
        let counts_pages = match &fetch.paginator.kind {
            PaginatorKind::PageNumber { total_pages: None, .. } => true,
            PaginatorKind::Offset { .. } => false,
            _ => continue,
        };
        let written = &resource.written.resource;
        if written.total.is_some()
            || !lint.is_sound(resource, "total")
            || !lint.is_sound(resource, "paginator")
        {
            continue;
        }
        let message = "the number of all rows is not known: pages are asked for one by one, and nothing proves that \
                       none is missing";
        let Some(help) = help(lint, resource, counts_pages) else { continue };
        found.push(NO_TOTAL.at(fetch.paginator.at.clone(), message).help(help));
    }
}

/// The edit to make; nothing where the sample shows that there is none.
fn help(lint: &Lint<'_>, resource: &Subject<'_>, counts_pages: bool) -> Option<String> {
    let Some(body) = lint.sample(resource).and_then(|sample| sample.body.as_ref()) else {
        let rows = "say where the answer has the number of all rows: `total: meta.total`, \
                    `total: {header: X-Total-Count}`";
        let pages = "; or that of all pages: `total_pages` of the paginator";
        return Some(format!("{rows}{}", if counts_pages { pages } else { "" }));
    };
    if let Some(place) = place(body, &OF_ROWS) {
        return Some(format!("`total: {place}`, a number that the sample has"));
    }
    let place = place(body, &OF_PAGES).filter(|_| counts_pages)?;
    Some(format!("`total_pages: {place}` in the paginator, a number that the sample has"))
}

/// The first place of a number with one of these names, outside of lists.
fn place(body: &Value, names: &[&str]) -> Option<String> {
    let of = |object: &Value, above: Option<&str>| {
        let (name, _) = object.as_object()?.iter().find(|(name, value)| {
            let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            value.is_u64() && names.contains(&plain.to_ascii_lowercase().as_str())
        })?;
        let path = above.map_or_else(|| name.clone(), |above| format!("{above}.{name}"));
        Path::parse(&path).is_ok().then_some(path)
    };
    of(body, None).or_else(|| body.as_object()?.iter().find_map(|(name, value)| of(value, Some(name))))
}
