//! What answers mean that are not simply read: `response_actions`.

use std::time::Duration;

use jiff::Timestamp;
use restload_diag::Diagnostic;
use restload_spec::plan::{ResourcePlan, ResponseActionPlan, WaitPlan};
use restload_spec::spec::ActionWord;
use restload_spec::{AnswerPlace, Path};
use restload_table::{Shape, decode};
use serde_json::Value;

use super::fault::Fault;
use super::{Run, declare};
use crate::transport::{Exchange, Ruling, describe_answer, describe_status, until_reset};

/// What a walk does about an answer that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ruled {
    /// The page is left out.
    SkipPage,
    /// The walk ends.
    EndWalk,
    /// The resource and what hangs on it are left as they are.
    SkipResource,
    /// The walk begins anew, without its stored cursor.
    RestartWalk,
}

/// The action that an answer calls for, as an index.
fn find(
    resource: &ResourcePlan,
    answer: &Exchange,
    judged: impl Fn(&ResponseActionPlan) -> bool,
) -> Option<usize> {
    resource.response_actions.iter().position(|action| {
        judged(action)
            && action.fits_status(answer.status)
            && action.fits(&answer.body, |place| values(answer, place))
    })
}

/// What the connection does about an answer: `may_go_on` says whether it can be asked again, `retried` whether that is
/// what is built in for it.
pub(crate) fn rule(
    resource: &ResourcePlan,
    answer: &Exchange,
    now: Timestamp,
    may_go_on: bool,
    retried: bool,
) -> Ruling {
    let waits = |action: &ResponseActionPlan| action.after_retries && retried && may_go_on;
    let Some(index) = find(resource, answer, |_| true) else { return Ruling::BuiltIn };
    let action = &resource.response_actions[index];
    if waits(action) {
        return Ruling::BuiltIn;
    }
    match action.action {
        ActionWord::Retry if may_go_on => Ruling::Again(wait(action.wait.as_ref(), answer, now)),
        ActionWord::Renew => Ruling::Renew(index),
        _ => Ruling::Deliver(index),
    }
}

fn wait(wait: Option<&WaitPlan>, answer: &Exchange, now: Timestamp) -> Option<Duration> {
    match wait? {
        WaitPlan::For(wait) => Some(*wait),
        WaitPlan::Told(header, format) => until_reset(answer.headers.get(header)?, *format, answer, now),
    }
}

/// What a walk does about an answer that an action was found for; the failure where that is one.
pub(crate) fn ruled(
    run: &Run,
    resource: &ResourcePlan,
    action: usize,
    answer: &Exchange,
    attempts: u32,
) -> Result<Ruled, Fault> {
    let action = &resource.response_actions[action];
    match action.action {
        ActionWord::SkipPage => Ok(Ruled::SkipPage),
        ActionWord::EndWalk => Ok(Ruled::EndWalk),
        ActionWord::SkipResource => Ok(Ruled::SkipResource),
        ActionWord::RestartWalk => Ok(Ruled::RestartWalk),
        ActionWord::Fail | ActionWord::Retry | ActionWord::Renew => {
            let times = if attempts > 1 { format!(", asked {attempts} times") } else { String::new() };
            let message = match &action.message {
                Some(message) => format!("{message} ({}{times})", describe_status(answer.status)),
                None => {
                    let what = match action.action {
                        ActionWord::Renew if !resource.auth.asks_for_token() => {
                            "the token is to be renewed, and the `auth` that is used asks for none"
                        }
                        ActionWord::Renew => "the API refuses the new token too, as `response_actions` say",
                        _ => "an answer that `response_actions` takes for a failure",
                    };
                    format!("{what}: {}{times}", describe_status(answer.status))
                }
            };
            let fault = Diagnostic::error("answer-fails", action.at.clone(), message);
            Err(fault.note(format!("answer: {}", describe_answer(answer, &run.redactor))).into())
        }
    }
}

/// What is at a place of an answer; nothing where its body is no JSON.
fn values(answer: &Exchange, place: &AnswerPlace) -> Vec<Value> {
    match place {
        AnswerPlace::Header(name) => answer.headers.get_all(name).map(Value::from).collect(),
        AnswerPlace::Body(path) => in_body(&answer.body, path),
        AnswerPlace::Row(_) => Vec::new(),
    }
}

/// A plain path is followed in one pass over the text; what it leads past is not kept.
fn in_body(body: &[u8], path: &Path) -> Vec<Value> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match path.steps() {
        Some(steps) if path.is_singular() => {
            let shape = Shape::builder().tap(&declare::steps(steps)).build();
            let page = decode(body, &shape).ok();
            let text = page.and_then(|page| page.taps.into_iter().next().flatten());
            text.and_then(|text| serde_json::from_slice(&text).ok()).into_iter().collect()
        }
        _ => {
            let whole: Option<Value> = serde_json::from_slice(body).ok();
            whole.iter().flat_map(|whole| path.select(whole)).cloned().collect()
        }
    }
}
