//! `auto`: the paginator that the first answer of a resource tells of, pinned for the load.
//!
//! The signs are read by [`restload_spec::signs`]; here they become a paginator like one that is written in the spec, with
//! what the author said of all kinds.

use restload_spec::plan::{PaginatorKind, PaginatorPlan, ValueTemplate};
use restload_spec::signs::{Followed, Way, place_text, sent_text};
use restload_spec::{AnswerPlace, Test};

use super::Position;

/// A paginator that was found out.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) plan: PaginatorPlan,
    /// Where the answer says how many rows there are.
    pub(crate) total: Option<AnswerPlace>,
    /// The position of a walk's first page; none where nothing says from where pages are counted.
    first: Option<Position>,
    words: String,
    followed: Followed,
}

impl Found {
    /// The paginator that an answer tells of, with what is written for all kinds. `number` is that of the first page, where it
    /// was found out and the answer does not say it.
    pub(crate) fn new(written: &PaginatorPlan, followed: &Followed, number: Option<i64>) -> Self {
        let mut followed = followed.clone();
        if let Way::PageNumber { number: known, .. } = &mut followed.way {
            *known = known.or(number);
        }
        let has_more = written.has_more.clone().or(followed.has_more.clone());
        let (kind, first) = kind_of(&followed.way);
        let counted = matches!(kind, PaginatorKind::PageNumber { .. } | PaginatorKind::Offset { .. });
        let stop_on_empty_page = match written.kind {
            PaginatorKind::Auto { stop_on_empty_page: Some(written) } => written,
            _ => counted,
        };
        let words = words(&followed, written.has_more.is_none());
        let plan = PaginatorPlan {
            kind,
            size: written.size.clone(),
            has_more,
            stop_on_empty_page,
            stop_on_short_page: written.stop_on_short_page,
            max_pages: written.max_pages,
            keep_params: written.keep_params,
            at: written.at.clone(),
        };
        Self { plan, total: followed.total.clone(), first, words, followed }
    }

    /// What the answer told.
    pub(crate) fn followed(&self) -> &Followed {
        &self.followed
    }

    /// Where a walk is whose first answer has come. Where nothing says from where pages are counted, that they are from 0.
    pub(crate) fn first(&self) -> Position {
        self.first.clone().unwrap_or(Position::Page { number: 0, first: 0 })
    }

    /// Nothing says from where pages are counted.
    pub(crate) fn is_base_unknown(&self) -> bool {
        self.first.is_none()
    }

    pub(crate) fn is_counted(&self) -> bool {
        matches!(self.plan.kind, PaginatorKind::PageNumber { .. } | PaginatorKind::Offset { .. })
    }

    /// How pages are followed, and the paginator to write for it.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }
}

fn kind_of(way: &Way) -> (PaginatorKind, Option<Position>) {
    match way {
        Way::HeaderLink => (PaginatorKind::HeaderLink { rel: "next".to_owned() }, Some(Position::Link)),
        Way::JsonLink { next } => (PaginatorKind::JsonLink { next: next.clone() }, Some(Position::Link)),
        Way::Cursor { next, param } => {
            let kind = PaginatorKind::Cursor { next: next.clone(), param: param.clone(), start: None };
            (kind, Some(Position::Cursor(None)))
        }
        Way::PageNumber { param, number, total_pages, .. } => {
            let start = ValueTemplate::Literal(number.unwrap_or(0).into());
            let kind =
                PaginatorKind::PageNumber { param: param.clone(), start, total_pages: total_pages.clone() };
            (kind, number.map(|number| Position::Page { number, first: number }))
        }
        Way::Offset { param, offset, .. } => {
            let start = ValueTemplate::Literal((*offset).into());
            (PaginatorKind::Offset { param: param.clone(), start }, Some(Position::Offset(*offset)))
        }
    }
}

fn words(followed: &Followed, with_has_more: bool) -> String {
    let (what, mut fields) = match &followed.way {
        Way::HeaderLink => ("the URL in the header `Link`".to_owned(), vec!["type: header_link".to_owned()]),
        Way::JsonLink { next } => {
            let next = place_text(next);
            let what = format!("the URL at `{}`", next.trim_matches('"'));
            (what, vec!["type: json_link".to_owned(), format!("next: {next}")])
        }
        Way::Cursor { next, param } => {
            let (next, param) = (place_text(next), sent_text(param));
            let what = format!("the token at `{}`, sent as `{param}`", next.trim_matches('"'));
            (what, vec!["type: cursor".to_owned(), format!("next: {next}"), format!("param: {param}")])
        }
        Way::PageNumber { param, number, total_pages, .. } => {
            let param = sent_text(param);
            let start = number.unwrap_or(0);
            let what = format!("numbers sent as `{param}`, the first page being {start}");
            let fields =
                ["type: page_number".to_owned(), format!("param: {param}"), format!("start: {start}")];
            let pages = total_pages.iter().map(|pages| format!("total_pages: {}", place_text(pages)));
            (what, fields.into_iter().chain(pages).collect())
        }
        Way::Offset { param, offset, .. } => {
            let param = sent_text(param);
            let what = format!("offsets sent as `{param}`, the first being {offset}");
            let mut fields = vec!["type: offset".to_owned(), format!("param: {param}")];
            fields.extend((*offset > 0).then(|| format!("start: {offset}")));
            (what, fields)
        }
    };
    if let Some(test) = followed.has_more.as_ref().filter(|_| with_has_more) {
        fields.push(format!("has_more: {}", test_text(test)));
    }
    let total = followed.total.as_ref().map(|total| format!(", `total: {}`", place_text(total)));
    let paginator = match fields.as_slice() {
        [one] => one.trim_start_matches("type: ").to_owned(),
        fields => format!("{{{}}}", fields.join(", ")),
    };
    format!("{what} (`paginator: {paginator}`{})", total.unwrap_or_default())
}

fn test_text(test: &Test) -> String {
    let place = place_text(&test.place);
    match test.equals.as_deref() {
        Some([value]) => format!("{{path: {place}, equals: {value}}}"),
        _ => place,
    }
}
