//! Tables that are left as they were, and why.

use restload_diag::Diagnostic;
use restload_spec::plan::Disposition;

use super::whole::broken_batches;
use super::{inputs, replaces};
use crate::report::Outcome;
use crate::run::drive::Run;
use crate::run::fault::Fault;
use crate::run::fields::ancestors;
use crate::run::open::Opened;

/// Whether there is a table whose resources did not fail.
pub(crate) fn commits_any(run: &Run, outcome: &Outcome) -> bool {
    let mut tables = run.sinks.iter().map(|sink| sink.table());
    tables.any(|table| !is_failed(run, table, outcome) && !is_skipped(run, table, outcome))
}

/// Whether a resource that writes a table failed, or one that it hangs on.
pub(super) fn is_failed(run: &Run, table: usize, outcome: &Outcome) -> bool {
    let failed = |index: usize| outcome.resources[index].failed;
    run.plan.tables[table]
        .resources
        .iter()
        .any(|&resource| failed(resource) || ancestors(&run.plan, resource).any(failed))
}

/// Whether a resource that writes a table was left as it is, or one that it hangs on.
pub(super) fn is_skipped(run: &Run, table: usize, outcome: &Outcome) -> bool {
    let skipped = |index: usize| outcome.resources[index].skipped.is_some();
    run.plan.tables[table]
        .resources
        .iter()
        .any(|&resource| skipped(resource) || ancestors(&run.plan, resource).any(skipped))
}

/// Why the rows of a table that is replaced are not all there.
pub(super) fn incomplete(run: &Run, table: usize, outcome: &Outcome) -> Option<Fault> {
    let plan = &run.plan.tables[table];
    if let Some(batched) = broken_batches(&run.plan, table, outcome) {
        let name = &run.plan.resources[batched].name;
        let message = format!(
            "`{}` is not merged: the rows that `{name}` is read for did not all come, and its batches are other ones now",
            plan.name
        );
        let fault = Diagnostic::error("incomplete-replace", plan.at.clone(), message);
        return Some(fault.help("`--allow-incomplete` merges it all the same").into());
    }
    if plan.disposition != Disposition::Replace && !replaces(run, plan) {
        return None;
    }
    let line = |index: usize| std::iter::once(index).chain(ancestors(&run.plan, index));
    let lost = plan.resources.iter().flat_map(|&index| line(index)).find(|&index| {
        outcome.resources[index].skipped_pages > 0 || outcome.resources[index].cut_walks > 0
    })?;
    let report = &outcome.resources[lost];
    let lost = [(report.skipped_pages, "left out", "page", ""), (report.cut_walks, "cut", "walk", " short")];
    let lost: Vec<String> = lost
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, verb, noun, rest)| {
            format!("{verb} {count} {noun}{}{rest}", if count == 1 { "" } else { "s" })
        })
        .collect();
    let message = format!(
        "`{}` is not replaced: `{}` {}, whose rows would be gone",
        plan.name,
        report.name,
        lost.join(" and ")
    );
    let fault = Diagnostic::error("incomplete-replace", plan.at.clone(), message);
    Some(fault.help("`--allow-incomplete` replaces it all the same").into())
}

/// Why the rows of a table that is replaced are not those that the load before asked for.
pub(super) fn of_other_inputs(run: &Run, table: usize, opened: &Opened) -> Option<Fault> {
    let differing = inputs::differing(&run.plan, table, opened.newest.as_ref())?;
    let plan = &run.plan.tables[table];
    let inputs::Differing { name, was, is } = differing;
    let message = format!(
        "`{}` is not replaced: its rows hang on the input `{name}`, which is {is} now and was {was} in the load before",
        plan.name
    );
    let fault = Diagnostic::error("incomplete-replace", plan.at.clone(), message);
    Some(
        fault
            .help("`--allow-incomplete` replaces it all the same; another folder (`--out`) keeps both")
            .into(),
    )
}
