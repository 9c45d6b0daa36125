//! What a run would take for new: the cursors that the newest load left, and the bounds that the first requests carry.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::Timestamp;
use restload_spec::plan::{CursorPlan, IncrementalPlan, Plan, ResourcePlan};
use restload_store::LoadRecord;
use serde_json::Value;

use super::super::increment::{Cursors, Masked, States, WalkState, cut};
use restload_spec::CursorValue;

/// What a run would take for new of one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct FreshPreview {
    /// Where the cursor is: a path into the row or, of a token, into the body.
    pub cursor: String,
    /// How many walks the newest load left a cursor of.
    pub walks: usize,
    /// The least of their cursors, of a token the only one; null where there is none.
    pub stored: Value,
    /// From when on a walk of that cursor would be asked for; null from the beginning.
    pub start: Value,
    /// Until when; null where the request does not say.
    pub end: Value,
    /// In how many slices.
    pub slices: usize,
    /// It is read from its `start` in each load, since a descendant takes all rows.
    pub whole: bool,
}

/// What a run would take for new, by resource in the plan's order; none without `incremental`. `now` is where the load would
/// begin.
pub fn fresh(plan: &Plan, newest: Option<&LoadRecord>, now: Timestamp) -> Vec<Option<FreshPreview>> {
    let kept = newest.map(|record| record.cursors.clone()).unwrap_or_default();
    let cursors = Cursors {
        before: serde_json::from_value::<States>(kept).unwrap_or_default(),
        full_refresh: false,
        since: None,
        until: None,
        advance: false,
        started_at: now,
        masked: Masked::new(plan),
        ended: Mutex::new(BTreeMap::new()),
    };
    plan.resources.iter().map(|resource| of_resource(plan, resource, &cursors)).collect()
}

fn of_resource(plan: &Plan, resource: &ResourcePlan, cursors: &Cursors) -> Option<FreshPreview> {
    let increment = resource.incremental.as_ref()?;
    let states: Vec<&WalkState> =
        cursors.before.get(&resource.name).into_iter().flat_map(|walks| walks.values()).collect();
    let least = least(increment, &states);
    let appends = resource
        .combinations
        .iter()
        .find_map(|combination| combination.table)
        .is_some_and(|table| plan.tables[table].disposition.appends());
    // More windows than can be read are an error of the run, which a plan does not count.
    let slices = cut(increment, cursors, least, appends).unwrap_or_default();
    let first = slices.first();
    Some(FreshPreview {
        cursor: match &increment.cursor {
            CursorPlan::Row(names) => names.join("."),
            CursorPlan::Token(path) => path.text().to_owned(),
        },
        walks: states.len(),
        stored: least.map(|state| state.cursor.clone()).unwrap_or_default(),
        start: first.map(|slice| slice.start.clone()).unwrap_or_default(),
        end: slices
            .last()
            .filter(|_| increment.sends_end())
            .map(|slice| slice.end.clone())
            .unwrap_or_default(),
        slices: slices.len(),
        whole: increment.from_start,
    })
}

/// The walk that is furthest behind.
fn least<'s>(increment: &IncrementalPlan, states: &[&'s WalkState]) -> Option<&'s WalkState> {
    let at = |state: &WalkState| CursorValue::from_stored(&state.cursor, increment.kind());
    if increment.token().is_some() {
        return (states.len() == 1).then(|| states[0]);
    }
    states.iter().copied().filter(|state| at(state).is_some()).min_by_key(|state| at(state))
}
