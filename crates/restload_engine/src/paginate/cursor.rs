//! `cursor`: a value from the answer goes into the next request.

use restload_spec::{AnswerPlace, RequestPlace};
use serde_json::Value;

use super::{Answer, Next, PaginateError, Patch, Position, StopReason, one_value, wrong_kind};

pub(super) fn first(param: &RequestPlace, start: Option<Value>) -> (Option<(RequestPlace, Value)>, Position) {
    let start = start.filter(|start| !start.is_null() && start.as_str() != Some(""));
    (start.clone().map(|start| (param.clone(), start)), Position::Cursor(start))
}

pub(super) fn next(
    place: &AnswerPlace,
    param: &RequestPlace,
    position: &Position,
    answer: &dyn Answer,
) -> Result<(Next, Position), PaginateError> {
    match one_value(place, answer)? {
        None => Ok((Next::Stop(StopReason::NoNext), position.clone())),
        Some(cursor @ (Value::String(_) | Value::Number(_))) => {
            let patch = Patch::Set(vec![(param.clone(), cursor.clone())]);
            Ok((Next::Fetch(patch), Position::Cursor(Some(cursor))))
        }
        Some(other) => Err(wrong_kind(place, "a cursor, a text or a number", &other)),
    }
}
