//! The record that makes a load true.

use std::collections::BTreeSet;

use restload_diag::Pointer;
use restload_store::{Change, Commit, CommitError, LoadRecord, Place, Sequence};

use super::{Settled, inputs};
use crate::report::Outcome;
use crate::run::RunSettings;
use crate::run::drive::{Run, at_large};
use crate::run::ending::leave_open;
use crate::run::increment;
use crate::run::open::{Opened, abandon, note, store_fault};

/// Commits what the tables are now, and says what came of it.
pub(super) fn write_record(
    run: &Run,
    opened: &Opened,
    settings: &RunSettings,
    settled: Vec<Settled>,
    outcome: &mut Outcome,
) {
    let sequence = Sequence::after(opened.newest.as_ref());
    let id = opened.load.id().clone();
    let mut record =
        LoadRecord::new(sequence, id, &settings.folder, opened.started_at, opened.account.clone());
    record.finished_at = run.clock.now();
    let committed: BTreeSet<usize> = settled.iter().map(|done| done.table).collect();
    record.fingerprint = inputs::fingerprint(&run.plan, &committed, opened.newest.as_ref());
    if let Some(newest) = &opened.newest {
        record.take_tables(newest);
    }
    let (mut place, mut remove) = (Vec::new(), Vec::new());
    for done in &settled {
        let name = &run.plan.tables[done.table].name;
        place.extend(done.place.iter().map(|&part| Place { part, table: name.clone() }));
        remove.extend(done.remove.iter().cloned());
        record.tables.insert(name.clone(), done.state.clone());
    }
    for (resource, rows) in settled.iter().flat_map(|done| &done.replaced_rows) {
        outcome.resources[*resource].replaced_rows += rows;
    }
    for (report, plan) in outcome.resources.iter().zip(&run.plan.resources) {
        let mut report_json = serde_json::to_value(report).unwrap_or_default();
        let mut tables = plan.combinations.iter().filter_map(|combination| combination.table);
        if report.rows_written > 0 && !tables.any(|table| committed.contains(&table)) {
            report_json["committed"] = false.into();
        }
        record.resources.insert(report.name.clone(), report_json);
    }
    record.cursors = increment::settle(run, &committed, outcome);
    match opened.load.commit(Commit { record, place, remove }) {
        Ok(_) => {}
        Err(CommitError::Unfinished { source, .. }) => {
            outcome.notes.push(note(
                "unfinished",
                Pointer::root(),
                format!("the load is committed, and clearing up failed: {source}"),
            ));
        }
        Err(error) => {
            let fault = match &error {
                CommitError::Store(error) => *store_fault(error),
                error => *at_large("sequence-taken", error.to_string()),
            };
            let passes = matches!(error, CommitError::Store(_));
            outcome.failures.push(fault);
            if passes {
                leave_open(run, opened, outcome);
            } else {
                abandon(opened, outcome);
            }
            return;
        }
    }
    outcome.sequence = Some(sequence.0);
    for mut done in settled {
        outcome.notes.append(&mut done.notes);
        let report = &mut outcome.tables[done.table];
        report.rows = done.rows;
        report.total_rows = done.state.rows;
        report.files = done.state.files.len() as u64;
        report.bytes = done.state.files.iter().map(|file| file.bytes).sum();
        report.changes = done.state.changes.iter().map(say_change).collect();
        report.rewritten = done.rewritten;
        report.merged = done.state.merged;
        report.committed = true;
    }
}

fn say_change(change: &Change) -> String {
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => format!("`{}` from {from} to {to}", change.column),
        (None, Some(to)) => format!("`{}` is new: {to}", change.column),
        (Some(from), None) => format!("`{}` ({from}) has no value any more", change.column),
        (None, None) => format!("`{}`", change.column),
    }
}
