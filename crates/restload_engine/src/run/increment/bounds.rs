//! The range of a walk, cut into slices: what each request is told, and what is written of its rows.

use std::sync::Arc;

use restload_spec::plan::IncrementalPlan;
use restload_spec::{CursorFormat, CursorKind, CursorStep, CursorValue, slices};
use serde_json::{Value, json};

use super::judge::Judge;
use super::state::{Cursors, WalkState};

/// One slice of a walk's range.
#[derive(Debug)]
pub(crate) struct Slice {
    /// `incremental` as templates see it.
    pub(crate) scope: Value,
    /// The start as it is sent; null where there is none.
    pub(crate) start: Value,
    /// The end as it is sent; null where there is none.
    pub(crate) end: Value,
    /// Where reading begins: a walk from the newest to the oldest ends before it.
    pub(crate) from: Option<CursorValue>,
    /// What is written.
    pub(crate) judge: Judge,
    /// It begins at a stored cursor.
    pub(crate) resumes: bool,
}

/// The slices of a walk; `state` is what the load before left of it. The error is for the author or who asks for the range.
pub(crate) fn cut(
    plan: &IncrementalPlan,
    cursors: &Cursors,
    state: Option<&WalkState>,
    appends: bool,
) -> Result<Vec<Slice>, String> {
    if plan.token().is_some() {
        return Ok(vec![token(plan, state, appends)]);
    }
    let stored = state.and_then(|state| CursorValue::from_stored(&state.cursor, plan.kind()));
    let range = Range::of(plan, cursors, stored.as_ref())?;
    let grain = plan.inclusive_end;
    let edges = slices(range.from.as_ref(), range.to.as_ref(), plan.window, grain, &plan.param_format)?;
    let count = edges.len();
    let seen = Arc::new(state.map(|state| state.hashes(plan.kind())).unwrap_or_default());
    let covered = match (&stored, cursors.is_backfill()) {
        (Some(stored), true) => {
            let from = state.and_then(|state| CursorValue::from_stored(&state.from, plan.kind()));
            Some((from, stored.clone()))
        }
        _ => None,
    };
    let slice = |(n, edges): (usize, restload_spec::Edges)| {
        let sent_start = edges.start.as_ref().map(|start| match n {
            0 => plan.param_format.as_sent(&grain.map_or_else(|| start.clone(), |grain| grain.floor(start))),
            _ => start.clone(),
        });
        let sent_end = edges.end.as_ref().map(|end| sent_end(end, grain, n + 1 == count));
        let later = (n > 0).then(|| edges.start.clone()).flatten();
        let judge = Judge {
            appends,
            lower: range.new_from.clone().max(later),
            drops_below: !plan.sends_start() || range.from != range.new_from,
            asked_from: asked_from(plan, &range, sent_start.as_ref(), appends).filter(|_| n == 0),
            drops_above: range.ends && !plan.sends_end(),
            upper: edges.end.clone(),
            seen: seen.clone(),
            covered: covered.clone(),
        };
        Slice {
            scope: json!({"start": shown(plan, sent_start.as_ref()), "end": shown(plan, sent_end.as_ref())}),
            start: written(plan, sent_start.as_ref()),
            end: written(plan, sent_end.as_ref()),
            from: edges.start,
            judge,
            resumes: stored.is_some(),
        }
    };
    Ok(edges.into_iter().enumerate().map(slice).collect())
}

/// The range of a walk.
struct Range {
    /// Where reading begins.
    from: Option<CursorValue>,
    /// Where what is new begins.
    new_from: Option<CursorValue>,
    /// Where it ends.
    to: Option<CursorValue>,
    /// The end was asked for, and is not just the start of the load.
    ends: bool,
}

impl Range {
    fn of(plan: &IncrementalPlan, cursors: &Cursors, stored: Option<&CursorValue>) -> Result<Self, String> {
        let now = cursors.started_at;
        let key_start = plan.start.as_ref().map(|start| start.at(now));
        let key_end = plan.end.as_ref().map(|end| end.at(now));
        let asked = |text: &Option<String>| match text {
            Some(text) => match plan.read_bound(&Value::from(text.as_str())) {
                Some(bound) => Ok(Some(bound.at(now))),
                None => Err(format!("`{text}` is no bound of its cursor")),
            },
            None => Ok(None),
        };
        let (since, until) = (asked(&cursors.since)?, asked(&cursors.until)?);
        let ends = until.is_some() || key_end.is_some();
        let clock = (plan.kind() == CursorKind::Moment).then(|| CursorValue::Moment(now.into()));
        let to = until.or(key_end).or(clock);
        if cursors.is_backfill() {
            let from = since.or(key_start);
            return Ok(Self { new_from: from.clone(), from, to, ends });
        }
        let resumed =
            stored.map(|stored| plan.lag.map_or_else(|| stored.clone(), |lag| lag.from(stored, -1)));
        let new_from = resumed.or_else(|| key_start.clone());
        let from = if plan.from_start { key_start } else { new_from.clone() };
        Ok(Self { from, new_from, to, ends })
    }
}

/// Before where rows were never asked for. Under append it is known only where the start is written into a place of the request,
/// since a template may round it.
fn asked_from(
    plan: &IncrementalPlan,
    range: &Range,
    sent: Option<&CursorValue>,
    appends: bool,
) -> Option<CursorValue> {
    if appends {
        sent.filter(|_| plan.start_param.is_some()).cloned()
    } else {
        range.from.clone().filter(|_| plan.sends_start())
    }
}

/// An end as it is sent: an inclusive one is the last grain before it.
fn sent_end(end: &CursorValue, grain: Option<CursorStep>, is_last: bool) -> CursorValue {
    match grain {
        Some(grain) if is_last => grain.from(&grain.ceiling(end), -1),
        Some(grain) => grain.from(end, -1),
        None => end.clone(),
    }
}

/// A bound in a request.
fn written(plan: &IncrementalPlan, bound: Option<&CursorValue>) -> Value {
    bound.map_or(Value::Null, |bound| plan.param_format.write(bound))
}

/// A bound in a template: as it is sent, unless `date` could not read that.
fn shown(plan: &IncrementalPlan, bound: Option<&CursorValue>) -> Value {
    match (&plan.param_format, bound) {
        (CursorFormat::Pattern(_), Some(bound)) => bound.stored(),
        (_, bound) => written(plan, bound),
    }
}

/// The one slice of a sync token.
fn token(plan: &IncrementalPlan, state: Option<&WalkState>, appends: bool) -> Slice {
    let stored = state.map(|state| state.cursor.clone()).filter(|token| !token.is_null());
    let first = plan.start.as_ref().map(|start| start.at(jiff::Timestamp::UNIX_EPOCH).stored());
    let start = stored.clone().or(first).unwrap_or(Value::Null);
    Slice {
        scope: json!({"start": start, "end": null}),
        start,
        end: Value::Null,
        from: None,
        judge: Judge { appends, ..Judge::default() },
        resumes: stored.is_some(),
    }
}
