//! The places in an answer that the walk of a resource looks at.

use restload_spec::plan::{PaginatorKind, PaginatorPlan};
use restload_spec::{AnswerPlace, Path};

/// The places of a paginator, of a total and of a token for the next load.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Those in the body, each once.
    pub(crate) of_body: Vec<Path>,
    /// One of them is no plain path: the whole body is parsed for it.
    pub(crate) whole_body: bool,
    /// The last row is looked into.
    pub(crate) last_row: bool,
}

impl Places {
    pub(crate) fn new(
        paginator: Option<&PaginatorPlan>,
        total: Option<&AnswerPlace>,
        token: Option<&Path>,
    ) -> Self {
        let all: Vec<&AnswerPlace> = paginator.into_iter().flat_map(of_paginator).chain(total).collect();
        let mut of_body: Vec<Path> = Vec::new();
        let in_body = all.iter().filter_map(|place| match place {
            AnswerPlace::Body(path) => Some(path),
            AnswerPlace::Header(_) | AnswerPlace::Row(_) => None,
        });
        for path in in_body.chain(token) {
            if !of_body.iter().any(|known| known.text() == path.text()) {
                of_body.push(path.clone());
            }
        }
        Self {
            whole_body: of_body.iter().any(|place| place.steps().is_none() || !place.is_singular()),
            last_row: all.iter().any(|place| matches!(place, AnswerPlace::Row(_))),
            of_body,
        }
    }
}

fn of_paginator(paginator: &PaginatorPlan) -> impl Iterator<Item = &AnswerPlace> {
    let kind = match &paginator.kind {
        PaginatorKind::PageNumber { total_pages, .. } => total_pages.as_ref(),
        PaginatorKind::Cursor { next, .. } | PaginatorKind::JsonLink { next } => Some(next),
        PaginatorKind::Auto { .. }
        | PaginatorKind::SinglePage
        | PaginatorKind::Offset { .. }
        | PaginatorKind::HeaderLink { .. } => None,
    };
    kind.into_iter().chain(paginator.has_more.as_ref().map(|test| &test.place))
}
