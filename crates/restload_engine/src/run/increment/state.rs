//! What the load record keeps of walks, and what becomes of it at the end of a load.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use restload_diag::Diagnostic;
use restload_spec::plan::{IncrementalPlan, Plan};
use restload_spec::{CursorKind, CursorValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::drive::{Run, at_large};
use super::super::fault::Fault;
use super::super::fields::ancestors;
use super::identity::Masked;
use crate::report::Outcome;

/// What is kept of one walk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct WalkState {
    /// The walk in words: its first request without its bounds.
    pub(crate) of: String,
    /// The greatest cursor over what is complete; a moment is ISO text in UTC.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) cursor: Value,
    /// Under append: from where on everything is there; null from the beginning.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) from: Value,
    /// Under append: the cursors and the hashes of the keys (else of the rows) that were written from the cursor on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) seen: Vec<(Value, String)>,
}

impl WalkState {
    /// The hashes of what was written from the cursor on, each with the greatest cursor that it came with.
    pub(crate) fn hashes(&self, kind: CursorKind) -> HashMap<u64, CursorValue> {
        let mut hashes = HashMap::with_capacity(self.seen.len());
        for (value, hash) in &self.seen {
            let hash = u64::from_str_radix(hash, 16).ok();
            let Some((hash, cursor)) = hash.zip(CursorValue::from_stored(value, kind)) else { continue };
            let greatest = hashes.entry(hash).or_insert_with(|| cursor.clone());
            if *greatest < cursor {
                *greatest = cursor;
            }
        }
        hashes
    }
}

/// What is kept of all walks, by resource and by the walk's name.
pub(crate) type States = BTreeMap<String, BTreeMap<String, WalkState>>;

/// A walk that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) of: String,
    pub(crate) appends: bool,
    /// The greatest cursor over what is complete.
    pub(crate) reached: Option<CursorValue>,
    pub(crate) token: Option<Value>,
    /// Where it began.
    pub(crate) from: Option<CursorValue>,
    /// What it wrote, under append.
    pub(crate) fresh: Vec<(CursorValue, u64)>,
}

/// The cursors of a run.
#[derive(Debug)]
pub(crate) struct Cursors {
    /// What the load before left.
    pub(crate) before: States,
    /// Nothing of it counts.
    pub(crate) full_refresh: bool,
    /// The range that was asked for.
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    /// The cursor moves though a range was asked for.
    pub(crate) advance: bool,
    pub(crate) started_at: Timestamp,
    pub(crate) masked: Masked,
    pub(crate) ended: Mutex<BTreeMap<(usize, String), Vec<Ended>>>,
}

impl Cursors {
    /// A range was asked for, whatever is stored.
    pub(crate) fn is_backfill(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// What the load before left of a walk.
    pub(crate) fn of(&self, resource: &str, walk: &str) -> Option<&WalkState> {
        if self.full_refresh {
            return None;
        }
        self.before.get(resource)?.get(walk)
    }

    /// Notes the end of a walk.
    pub(crate) fn end(&self, resource: usize, walk: String, ended: Ended) {
        let mut all = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry((resource, walk)).or_default().push(ended);
    }
}

/// Refuses a range that a resource cannot be read for.
pub(crate) fn check_range(plan: &Plan, cursors: &Cursors) -> Result<(), Fault> {
    if !cursors.is_backfill() {
        return Ok(());
    }
    let increments: Vec<_> =
        plan.resources.iter().filter(|resource| resource.incremental.is_some()).collect();
    if increments.is_empty() {
        let message = "`--since` and `--until` are about `incremental`, and no resource that is read has it";
        return Err(at_large("no-increment", message.to_owned()));
    }
    for (resource, incremental) in increments.iter().filter_map(|r| Some((r, r.incremental.as_ref()?))) {
        if incremental.token().is_some() {
            let message = format!("`{}` goes by a token of the API: it has no range", resource.name);
            return Err(Diagnostic::error("no-range", incremental.at.clone(), message).into());
        }
        for text in cursors.since.iter().chain(&cursors.until) {
            if incremental.read_bound(&Value::from(text.as_str())).is_none() {
                let message = format!("`{text}` is no bound of the cursor of `{}`", resource.name);
                let help = match incremental.kind() {
                    CursorKind::Moment => {
                        "write a date (`2026-01-31`), a moment (`2026-01-31T12:00:00Z`) or a time ago (`-7d`)"
                    }
                    CursorKind::Integer => "write a whole number",
                    CursorKind::Text => "write a value as the cursor has it",
                };
                return Err(Diagnostic::error("no-range", incremental.at.clone(), message).help(help).into());
            }
        }
        let at = |text: &Option<String>| {
            let bound = incremental.read_bound(&Value::from(text.as_deref()?))?;
            Some(bound.at(cursors.started_at))
        };
        if let (Some(since), Some(until)) = (at(&cursors.since), at(&cursors.until))
            && since > until
        {
            let message = "`--since` is after `--until`: nothing lies between them";
            return Err(Diagnostic::error("no-range", incremental.at.clone(), message).into());
        }
        check_gap(&resource.name, incremental, cursors)?;
    }
    Ok(())
}

/// Under append what is there is known from one cursor to another: a range that does not touch it would come twice when it is
/// asked for twice.
fn check_gap(name: &str, plan: &IncrementalPlan, cursors: &Cursors) -> Result<(), Fault> {
    let Some(until) = &cursors.until else { return Ok(()) };
    let until = plan.read_bound(&Value::from(until.as_str())).map(|bound| bound.at(cursors.started_at));
    for state in cursors.before.get(name).into_iter().flat_map(BTreeMap::values) {
        let from = CursorValue::from_stored(&state.from, plan.kind());
        if let (Some(from), Some(until)) = (from, &until)
            && *until < from
        {
            let message = format!("`{name}` has rows from {from} on: up to {until} would leave a gap");
            let fault = Diagnostic::error("no-range", plan.at.clone(), message);
            return Err(fault.help(format!("`--until {from}` closes it")).into());
        }
    }
    Ok(())
}

/// What the record of this load keeps: `committed` are the tables that it makes true.
pub(crate) fn settle(run: &Run, committed: &BTreeSet<usize>, outcome: &Outcome) -> Value {
    let mut states = run.cursors.before.clone();
    if run.limit.is_some() {
        return record(&states);
    }
    let ended = std::mem::take(&mut *run.cursors.ended.lock().unwrap_or_else(PoisonError::into_inner));
    let mut cleared = BTreeSet::new();
    for ((index, walk), ended) in ended {
        let resource = &run.plan.resources[index];
        let Some(plan) = &resource.incremental else { continue };
        let written = |table: &usize| committed.contains(table);
        if outcome.resources[index].failed
            || outcome.resources[index].skipped.is_some()
            || !resource.combinations.iter().filter_map(|c| c.table).all(|table| written(&table))
        {
            continue;
        }
        let of_resource = states.entry(resource.name.clone()).or_default();
        if run.cursors.full_refresh && cleared.insert(index) {
            of_resource.clear();
        }
        let moves = !plan.held
            && (!run.cursors.is_backfill() || run.cursors.advance)
            && below_is_done(run, index, committed, outcome);
        let before = of_resource.remove(&walk);
        if let Some(after) = after(plan, &run.cursors, before, ended, moves) {
            of_resource.insert(walk, after);
        }
    }
    states.retain(|_, walks| !walks.is_empty());
    record(&states)
}

fn record(states: &States) -> Value {
    if states.is_empty() { Value::Null } else { serde_json::to_value(states).unwrap_or_default() }
}

/// Whether all that hangs on a resource was read and committed.
fn below_is_done(run: &Run, index: usize, committed: &BTreeSet<usize>, outcome: &Outcome) -> bool {
    let below =
        (0..run.plan.resources.len()).filter(|&other| ancestors(&run.plan, other).any(|a| a == index));
    below.into_iter().all(|other| {
        let (report, resource) = (&outcome.resources[other], &run.plan.resources[other]);
        let line: Vec<usize> = std::iter::once(other).chain(ancestors(&run.plan, other)).collect();
        let nearest =
            line.iter().position(|&above| above == index).and_then(|at| line.get(at.checked_sub(1)?));
        let by_changes = nearest.is_some_and(|&nearest| {
            run.plan.resources[nearest].parent.as_ref().is_some_and(|parent| parent.changed)
        });
        let is_lost = report.skipped.is_some() || report.cut_walks > 0 || report.skipped_pages > 0;
        let tables = || resource.combinations.iter().filter_map(|c| c.table);
        let lacks_table = tables().any(|table| !committed.contains(&table));
        let is_left = report.skipped.is_none() && lacks_table;
        !(report.failed || is_left || (by_changes && is_lost))
    })
}

/// What is kept of a walk.
fn after(
    plan: &IncrementalPlan,
    cursors: &Cursors,
    before: Option<WalkState>,
    ended: Vec<Ended>,
    moves: bool,
) -> Option<WalkState> {
    let is_new = before.is_none();
    let mut state = before.unwrap_or_default();
    let stored = CursorValue::from_stored(&state.cursor, plan.kind());
    let appends = ended.iter().any(|ended| ended.appends);
    let began = ended.iter().find_map(|ended| ended.from.clone());
    let mut reached = stored.clone();
    for ended in &ended {
        state.of.clone_from(&ended.of);
        reached = reached.max(ended.reached.clone());
        if moves && let Some(token) = &ended.token {
            state.cursor.clone_from(token);
        }
    }
    if plan.token().is_some() {
        return (!state.cursor.is_null()).then_some(state);
    }
    let cursor = if moves { reached } else { stored };
    state.cursor = cursor.as_ref().map_or(Value::Null, CursorValue::stored);
    if appends {
        let known = CursorValue::from_stored(&state.from, plan.kind());
        let goes_back = cursors.is_backfill() && known > began;
        if is_new || goes_back {
            state.from = began.as_ref().map_or(Value::Null, CursorValue::stored);
        }
        remember(plan, &mut state, cursor.as_ref(), ended);
    } else {
        (state.seen, state.from) = (Vec::new(), Value::Null);
    }
    (!state.cursor.is_null() || !state.seen.is_empty()).then_some(state)
}

/// Keeps what was written from the cursor, less the lag, on.
fn remember(plan: &IncrementalPlan, state: &mut WalkState, cursor: Option<&CursorValue>, ended: Vec<Ended>) {
    let from = cursor.map(|cursor| plan.lag.map_or_else(|| cursor.clone(), |lag| lag.from(cursor, -1)));
    let known = std::mem::take(&mut state.seen).into_iter().filter_map(|(value, hash)| {
        Some((CursorValue::from_stored(&value, plan.kind())?, u64::from_str_radix(&hash, 16).ok()?))
    });
    let fresh = ended.into_iter().flat_map(|ended| ended.fresh);
    let kept: BTreeSet<(CursorValue, u64)> =
        known.chain(fresh).filter(|(value, _)| from.as_ref().is_none_or(|from| value >= from)).collect();
    state.seen = kept.into_iter().map(|(value, hash)| (value.stored(), format!("{hash:016x}"))).collect();
}
