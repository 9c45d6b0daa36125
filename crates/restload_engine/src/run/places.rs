//! The places in an answer that the walk of a resource looks at.

use restload_spec::plan::{PaginatorKind, ResourcePlan};
use restload_spec::{AnswerPlace, Path};

/// All places of a resource: of its paginator, and its total.
pub(crate) fn of(resource: &ResourcePlan) -> Vec<&AnswerPlace> {
    let Some(fetch) = &resource.fetch else { return Vec::new() };
    let kind = match &fetch.paginator.kind {
        PaginatorKind::PageNumber { total_pages, .. } => total_pages.as_ref(),
        PaginatorKind::Cursor { next, .. } | PaginatorKind::JsonLink { next } => Some(next),
        PaginatorKind::SinglePage | PaginatorKind::Offset { .. } | PaginatorKind::HeaderLink { .. } => None,
    };
    let has_more = fetch.paginator.has_more.as_ref().map(|test| &test.place);
    kind.into_iter().chain(has_more).chain(&resource.total).collect()
}

/// Those in the body, each once.
pub(crate) fn of_body(resource: &ResourcePlan) -> Vec<Path> {
    let mut paths: Vec<Path> = Vec::new();
    let token = resource.incremental.as_ref().and_then(|incremental| incremental.token());
    let of_body = of(resource).into_iter().filter_map(|place| match place {
        AnswerPlace::Body(path) => Some(path),
        _ => None,
    });
    for path in of_body.chain(token) {
        if !paths.iter().any(|known| known.text() == path.text()) {
            paths.push(path.clone());
        }
    }
    paths
}

/// Whether the last row is looked into.
pub(crate) fn uses_last_row(resource: &ResourcePlan) -> bool {
    of(resource).iter().any(|place| matches!(place, AnswerPlace::Row(_)))
}
