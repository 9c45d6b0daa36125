//! From one page to the next: what the first request carries, why a walk ends, what the next request is.
//!
//! Pure: nothing is sent here and nothing remembered but the [`Position`]. What all kinds share beyond a page, such as the cap on
//! pages, the set of requests asked, pages that are equal and the limit, belongs to the walk.

mod ahead;
pub(crate) mod auto;
mod cursor;
mod header_link;
mod json_link;
mod offset;
mod page_number;
mod patch;
mod single_page;
#[cfg(test)]
mod tests;

use restload_spec::plan::{PaginatorKind, PaginatorPlan};
use restload_spec::{AnswerPlace, RequestPlace};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use url::Url;

pub use ahead::{Ahead, Pace, ahead, pace};
pub use patch::{PatchError, apply};

/// What a paginator may know of an answer.
pub trait Answer {
    /// All values at a place, in document order; none where it is absent.
    fn values(&self, place: &AnswerPlace) -> Vec<Value>;

    /// Rows as the selector found them, before anything dropped one.
    fn rows(&self) -> usize;

    /// The page was one object and not a list of rows.
    fn single(&self) -> bool;

    /// The URL of the Link header with this relation, as it came.
    fn link(&self, rel: &str) -> Option<String>;

    /// The URL that answered.
    fn url(&self) -> &Url;
}

/// How far a walk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Pages done, this one included.
    pub pages: u64,
    /// Rows received, those of this page included.
    pub rows: u64,
    /// The number of rows that the latest answer says there are.
    pub total: Option<u64>,
}

/// Where a walk is: what the request of the page at hand asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// The only page.
    Single,
    /// A page by its number.
    Page {
        /// The number that was asked for.
        number: i64,
        /// The number of the walk's first page.
        first: i64,
    },
    /// A page by the rows before it.
    Offset(u64),
    /// A page by the cursor that was sent; none for a first request without one.
    Cursor(Option<Value>),
    /// A page by a link. The link is not kept: it may hold a key that the API echoes.
    Link,
}

/// What is different in the next request.
#[derive(Debug, Clone, PartialEq)]
pub enum Patch {
    /// Values at their places, in the resource's own request.
    Set(Vec<(RequestPlace, Value)>),
    /// A URL as it came, absolute or relative to the answer's.
    Url(String),
}

/// What comes after a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Nothing.
    Stop(StopReason),
    /// Another request.
    Fetch(Patch),
}

/// The request after a page whose answer cannot be used; none where only the answer would tell. `stride` is the rows of the
/// walk's first page.
pub fn skip(
    paginator: &PaginatorPlan,
    position: &Position,
    stride: u64,
) -> Result<Option<(Patch, Position)>, PaginateError> {
    match (&paginator.kind, position) {
        (PaginatorKind::PageNumber { param, .. }, Position::Page { .. }) => {
            match page_number::next(param, position)? {
                (Next::Fetch(patch), position) => Ok(Some((patch, position))),
                (Next::Stop(_), _) => Ok(None),
            }
        }
        (PaginatorKind::Offset { param, .. }, &Position::Offset(offset)) if stride > 0 => {
            let offset = offset.checked_add(stride).ok_or(PaginateError::Overflow)?;
            Ok(Some((offset::at(param, offset), Position::Offset(offset))))
        }
        _ => Ok(None),
    }
}

/// Why a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// There is only one.
    SinglePage,
    /// The page of a counted walk was one object.
    SingleRow,
    /// The answer names no next page.
    NoNext,
    /// The page had no rows.
    EmptyPage,
    /// The page had fewer rows than were asked for.
    ShortPage,
    /// As many rows came as the API says there are.
    TotalReached,
    /// It was the last page by the API's own count.
    LastPage,
    /// The answer says that there is no more.
    HasMoreFalse,
    /// The rows are older than the start.
    OlderThanStart,
    /// As many rows as the person asked for.
    Limit,
    /// A response action.
    Action,
}

impl StopReason {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::SinglePage,
        Self::SingleRow,
        Self::NoNext,
        Self::EmptyPage,
        Self::ShortPage,
        Self::TotalReached,
        Self::LastPage,
        Self::HasMoreFalse,
        Self::OlderThanStart,
        Self::Limit,
        Self::Action,
    ];

    /// Its name in reports and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SinglePage => "single-page",
            Self::SingleRow => "single-row",
            Self::NoNext => "no-next",
            Self::EmptyPage => "empty-page",
            Self::ShortPage => "short-page",
            Self::TotalReached => "total-reached",
            Self::LastPage => "last-page",
            Self::HasMoreFalse => "has-more-false",
            Self::OlderThanStart => "older-than-start",
            Self::Limit => "limit",
            Self::Action => "action",
        }
    }
}

impl std::fmt::Display for StopReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The way to the next page cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PaginateError {
    /// `start` of a counted walk.
    #[error("`start` must be an integer{}, found `{found}`", if *.signed { "" } else { " of at least 0" })]
    Start {
        /// What it was rendered to, as JSON.
        found: String,
        /// It may be negative.
        signed: bool,
    },
    /// The place of a cursor, a link or a number of pages holds something else.
    #[error("{place} should hold {wanted}, found {found}")]
    Kind {
        /// The place in words.
        place: String,
        /// What it should hold.
        wanted: &'static str,
        /// What it holds, in words.
        found: String,
    },
    /// The place matches several values that differ.
    #[error("{place} matches {count} values that differ; help: write a path that matches one")]
    Several {
        /// The place in words.
        place: String,
        /// How many there are.
        count: usize,
    },
    /// Beyond what can be counted.
    #[error("the number of the next page is beyond the largest integer")]
    Overflow,
    /// The position belongs to another kind of paginator.
    #[error("the walk was left by another kind of paginator")]
    Position,
}

/// What the first request carries, and where the walk then is. `start` is the rendered `start` of the kind, where it has one.
pub fn first(
    plan: &PaginatorPlan,
    start: Option<Value>,
) -> Result<(Vec<(RequestPlace, Value)>, Position), PaginateError> {
    let (set, position) = match &plan.kind {
        PaginatorKind::Auto { .. } | PaginatorKind::SinglePage => (None, Position::Single),
        PaginatorKind::PageNumber { param, .. } => page_number::first(param, start)?,
        PaginatorKind::Offset { param, .. } => offset::first(param, start)?,
        PaginatorKind::Cursor { param, .. } => cursor::first(param, start),
        PaginatorKind::HeaderLink { .. } | PaginatorKind::JsonLink { .. } => (None, Position::Link),
    };
    let size = plan.size.as_ref().and_then(|(place, size)| Some((place.clone()?, Value::from(*size))));
    Ok((set.into_iter().chain(size).collect(), position))
}

/// What comes after the page at `position`. Where several reasons to stop meet, the first of these is named: single-row,
/// has-more-false, total-reached, last-page, empty-page, short-page, no-next.
pub fn next(
    plan: &PaginatorPlan,
    position: &Position,
    progress: &Progress,
    answer: &dyn Answer,
) -> Result<(Next, Position), PaginateError> {
    let stop = |reason| Ok((Next::Stop(reason), position.clone()));
    if let PaginatorKind::SinglePage = plan.kind {
        return stop(single_page::STOP);
    }
    // Of a list that shows no sign of paging, all that can prove its end does.
    let counted = matches!(
        plan.kind,
        PaginatorKind::Auto { .. } | PaginatorKind::PageNumber { .. } | PaginatorKind::Offset { .. }
    );
    if counted && answer.single() {
        return stop(StopReason::SingleRow);
    }
    if says_no_more(plan, answer) {
        return stop(StopReason::HasMoreFalse);
    }
    if counted && progress.total == Some(progress.rows) {
        return stop(StopReason::TotalReached);
    }
    if let PaginatorKind::PageNumber { total_pages: Some(place), .. } = &plan.kind
        && page_number::is_last(place, position, answer)?
    {
        return stop(StopReason::LastPage);
    }
    let auto = matches!(plan.kind, PaginatorKind::Auto { .. });
    if (auto || plan.stop_on_empty_page) && answer.rows() == 0 {
        return stop(StopReason::EmptyPage);
    }
    if plan.stop_on_short_page && plan.size.as_ref().is_some_and(|&(_, size)| (answer.rows() as u64) < size) {
        return stop(StopReason::ShortPage);
    }
    match &plan.kind {
        PaginatorKind::Auto { .. } | PaginatorKind::SinglePage => stop(single_page::STOP),
        PaginatorKind::PageNumber { param, .. } => page_number::next(param, position),
        PaginatorKind::Offset { param, .. } => offset::next(param, position, answer),
        PaginatorKind::Cursor { next, param, .. } => cursor::next(next, param, position, answer),
        PaginatorKind::HeaderLink { rel } => Ok(header_link::next(rel, answer)),
        PaginatorKind::JsonLink { next } => json_link::next(next, answer),
    }
}

/// `has_more` ends a walk only when its place is there and not null.
fn says_no_more(plan: &PaginatorPlan, answer: &dyn Answer) -> bool {
    let Some(test) = &plan.has_more else { return false };
    let values = answer.values(&test.place);
    let found: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
    !found.is_empty() && !test.holds(&found)
}

/// The one value at a place: none where it is absent, null or "", or false, which some APIs send for no cursor.
fn one_value(place: &AnswerPlace, answer: &dyn Answer) -> Result<Option<Value>, PaginateError> {
    let mut values = answer.values(place);
    values.retain(|value| !value.is_null());
    let Some(value) = values.first().cloned() else { return Ok(None) };
    if values.iter().any(|other| *other != value) {
        return Err(PaginateError::Several { place: place_text(place), count: values.len() });
    }
    let nothing = value == Value::Bool(false) || value.as_str().is_some_and(|text| text.trim().is_empty());
    Ok(Some(value).filter(|_| !nothing))
}

/// A place in words: `` `meta.next` in the body ``.
pub fn place_text(place: &AnswerPlace) -> String {
    match place {
        AnswerPlace::Body(path) => format!("`{}` in the body", path.text()),
        AnswerPlace::Row(path) => format!("`{}` in the last row", path.text()),
        AnswerPlace::Header(name) => format!("header `{name}`"),
    }
}

fn wrong_kind(place: &AnswerPlace, wanted: &'static str, found: &Value) -> PaginateError {
    let found = match found {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(number) => format!("the number `{number}`"),
        // A text may hold anything, a secret too.
        Value::String(_) => "a text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    PaginateError::Kind { place: place_text(place), wanted, found }
}

/// An integer, also when it is written as a text.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
