//! `offset`: offset + rows received, never the size that was asked for: a server that sends fewer would lose rows.

use restload_spec::RequestPlace;
use serde_json::Value;

use super::{Answer, Next, PaginateError, Patch, Position, integer};

pub(super) fn first(
    param: &RequestPlace,
    start: Option<Value>,
) -> Result<(Option<(RequestPlace, Value)>, Position), PaginateError> {
    let start = start.unwrap_or_else(|| Value::from(0));
    let offset = integer(&start).and_then(|start| u64::try_from(start).ok());
    let offset = offset.ok_or_else(|| PaginateError::Start { found: start.to_string(), signed: false })?;
    Ok((Some((param.clone(), Value::from(offset))), Position::Offset(offset)))
}

pub(super) fn next(
    param: &RequestPlace,
    position: &Position,
    answer: &dyn Answer,
) -> Result<(Next, Position), PaginateError> {
    let &Position::Offset(offset) = position else { return Err(PaginateError::Position) };
    let offset = offset.checked_add(answer.rows() as u64).ok_or(PaginateError::Overflow)?;
    Ok((Next::Fetch(at(param, offset)), Position::Offset(offset)))
}

pub(super) fn at(param: &RequestPlace, offset: u64) -> Patch {
    Patch::Set(vec![(param.clone(), Value::from(offset))])
}
