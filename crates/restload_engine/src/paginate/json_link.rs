//! `json_link`: a URL in the answer, absolute or relative (RFC 3986).

use restload_spec::AnswerPlace;
use serde_json::Value;

use super::{Answer, Next, PaginateError, Patch, Position, StopReason, one_value, wrong_kind};

pub(super) fn next(place: &AnswerPlace, answer: &dyn Answer) -> Result<(Next, Position), PaginateError> {
    match one_value(place, answer)? {
        None => Ok((Next::Stop(StopReason::NoNext), Position::Link)),
        Some(Value::String(url)) => Ok((Next::Fetch(Patch::Url(url)), Position::Link)),
        Some(other) => Err(wrong_kind(place, "the URL of the next page", &other)),
    }
}
