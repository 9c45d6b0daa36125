//! A run that does not come to its commit: what is left open of it, and what is said when that is gone on with.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use restload_diag::Pointer;

use super::open::{Opened, abandon, note, store_fault};
use super::{Run, commit};
use crate::report::{Outcome, TakenOver};

/// Failures of a kind that passes without a change of the spec, and that the whole API has, where it answers nothing else.
const OF_THE_API: [&str; 3] = ["no-answer", "come-back-later", "too-many-requests"];

/// One that the disk has.
const OF_THE_DISK: &str = "cannot-write";

/// Further failures of that kind, which one resource may have while others are well.
const OF_ONE: [&str; 6] =
    ["content-encoding", "server-error", "unauthorized", "body-cut-off", "file-missing", "file-differs"];

/// The load is not this process's any more.
const TAKEN_OVER: &str = "taken-over";

/// Whether a run that failed is gone on with by the next: what failed may be well by then. Tables that are whole are committed
/// unless the API, or the disk, is away.
pub(super) fn ends_open(run: &Run, outcome: &Outcome) -> bool {
    if run.ledger.count() == 0 {
        return false;
    }
    let failed_by = |rules: &[&str]| outcome.failures.iter().any(|failure| rules.contains(&failure.rule));
    let is_away = run.unanswered.load(Ordering::Relaxed) > run.answered.load(Ordering::Relaxed);
    let passes = failed_by(&OF_THE_API) || failed_by(&OF_ONE);
    (is_away && failed_by(&OF_THE_API))
        || failed_by(&[OF_THE_DISK])
        || failed_by(&[TAKEN_OVER])
        || (passes && !commit::commits_any(run, outcome))
}

/// Takes note of how a request ended. The API is away where one fails so and none that was made after it was answered; else it is that
/// request which fails.
pub(super) fn note_answer(run: &Run, number: u64, failed_by: Option<&str>) {
    let is_of_api = failed_by.is_some_and(|rule| OF_THE_API.contains(&rule));
    let latest = if is_of_api { &run.unanswered } else { &run.answered };
    latest.fetch_max(number, Ordering::Relaxed);
}

/// Leaves the load for the next run, if there is anything of it.
pub(crate) fn leave_open(run: &Run, opened: &Opened, outcome: &mut Outcome) {
    if run.ledger.count() == 0 {
        abandon(opened, outcome);
        return;
    }
    if let Err(error) = opened.load.sync() {
        let fault = store_fault(&error);
        if outcome.failures.iter().all(|failure| failure.rule != fault.rule) {
            outcome.failures.push(*fault);
        }
    }
    // What another process took over is left open by that one.
    outcome.left_open = outcome.failures.iter().all(|failure| failure.rule != TAKEN_OVER);
    let taken: u64 = outcome.resources.iter().map(|resource| resource.taken.rows).sum();
    outcome.rows_kept = taken + run.ledger.kept();
}

/// Leaves a load before its first request: as another process left it, where one did; else nothing stays of it.
pub(super) fn leave_as_found(opened: &Opened, outcome: &mut Outcome) {
    if opened.taken.checkpoints == 0 {
        abandon(opened, outcome);
        return;
    }
    outcome.left_open = true;
}

/// Says what was taken over of another process of this load, and what was not.
pub(super) fn say_taken(run: &Run, outcome: &mut Outcome) {
    if run.taken.checkpoints == 0 {
        return;
    }
    let sum = |figure: fn(&TakenOver) -> u64| -> u64 {
        outcome.resources.iter().map(|report| figure(&report.taken)).sum()
    };
    let count = |number: u64, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let load = run.load.id();
    let message = match sum(|taken| taken.walks) {
        0 => {
            format!("load {load} was left open and is gone on with, though nothing that it read can be used")
        }
        walks => format!(
            "load {load} was left open and is gone on with: {} with {} of {} were there already",
            count(sum(|taken| taken.pages), "page"),
            count(sum(|taken| taken.rows), "row"),
            count(walks, "walk"),
        ),
    };
    outcome.notes.push(note("resumed", Pointer::root(), message));
    let anew = run.anew.lock().unwrap_or_else(PoisonError::into_inner);
    for (index, resource) in run.plan.resources.iter().enumerate() {
        let mut of_resource = anew.iter().filter(|(anew, _)| *anew == index);
        let Some((_, why)) = of_resource.next() else { continue };
        let more = of_resource.count();
        let more = if more == 0 { String::new() } else { format!("; so are {more} more of its walks") };
        let message = format!("`{}`: a walk is begun anew: {why}{more}", resource.name);
        outcome.notes.push(note("begun-anew", resource.at(""), message));
    }
}
