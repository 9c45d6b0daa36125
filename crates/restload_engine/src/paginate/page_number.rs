//! `page_number`: page + 1.

use restload_spec::{AnswerPlace, RequestPlace};
use serde_json::Value;

use super::{Answer, Next, PaginateError, Patch, Position, integer, one_value, wrong_kind};

pub(super) fn first(
    param: &RequestPlace,
    start: Option<Value>,
) -> Result<(Option<(RequestPlace, Value)>, Position), PaginateError> {
    let start = start.unwrap_or_else(|| Value::from(1));
    let number =
        integer(&start).ok_or_else(|| PaginateError::Start { found: start.to_string(), signed: true })?;
    Ok((Some((param.clone(), Value::from(number))), Position::Page { number, first: number }))
}

pub(super) fn next(param: &RequestPlace, position: &Position) -> Result<(Next, Position), PaginateError> {
    let &Position::Page { number, first } = position else { return Err(PaginateError::Position) };
    let number = number.checked_add(1).ok_or(PaginateError::Overflow)?;
    Ok((Next::Fetch(at(param, number)), Position::Page { number, first }))
}

pub(super) fn at(param: &RequestPlace, number: i64) -> Patch {
    Patch::Set(vec![(param.clone(), Value::from(number))])
}

pub(super) fn is_last(
    place: &AnswerPlace,
    position: &Position,
    answer: &dyn Answer,
) -> Result<bool, PaginateError> {
    let &Position::Page { number, first } = position else { return Err(PaginateError::Position) };
    Ok(last(total_pages(place, answer)?, first).is_some_and(|last| number >= last))
}

/// The number of the last page. The API counts from 1 unless the walk began at 0 or below: a walk may begin in the middle.
pub(super) fn last(total_pages: Option<i64>, first: i64) -> Option<i64> {
    total_pages.map(|pages| pages.saturating_sub(1).saturating_add(first.min(1)))
}

pub(super) fn total_pages(place: &AnswerPlace, answer: &dyn Answer) -> Result<Option<i64>, PaginateError> {
    let Some(value) = one_value(place, answer)? else { return Ok(None) };
    match integer(&value) {
        Some(pages) if pages >= 0 => Ok(Some(pages)),
        _ => Err(wrong_kind(place, "the number of pages", &value)),
    }
}
