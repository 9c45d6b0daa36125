//! A checkpoint: the parts of all tables closed, and a line in the journal that says what is in them.

use std::sync::Arc;

use restload_store::{StoreError, fail_point};
use serde_json::value::RawValue;

use super::entries::{Checkpoint, PageKept, RangeKept, WalkKept};
use super::ledger::{Noted, PageNote};
use crate::run::Run;
use crate::run::drive::at_large;
use crate::run::fault::Fault;
use crate::run::open::store_fault;
use crate::run::sink::{Closed, write_fault};

/// When a checkpoint is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durable {
    /// At once.
    Now,
    /// With the commit that follows, or with the end of the run: its parts are, and its line waits.
    AtTheEnd,
}

impl Run {
    /// Makes a checkpoint if it is time for one.
    pub(crate) async fn keep_up(self: &Arc<Self>) -> Result<(), Fault> {
        if !self.ledger.is_due(self.clock.monotonic()) {
            return Ok(());
        }
        let _all = self.ledger.gate.write().await;
        // Another may have been waiting for the same.
        if self.ledger.is_due(self.clock.monotonic()) { self.checkpoint(Durable::Now).await } else { Ok(()) }
    }

    /// Makes a checkpoint of all that came. Only where nothing is written any more is the gate not held.
    pub(crate) async fn checkpoint(self: &Arc<Self>, durable: Durable) -> Result<(), Fault> {
        if !self.ledger.has_news() {
            return Ok(());
        }
        fail_point("checkpoint");
        let mut closed = Vec::with_capacity(self.sinks.len());
        for sink in &self.sinks {
            let resource = self.plan.tables[sink.table()].resources[0];
            let of_sink = sink.close(self).await.map_err(|error| write_fault(self, resource, &error))?;
            let Some(of_sink) = of_sink else {
                // Rows without a column wait for one: until it comes nothing can be said to be durable.
                return Ok(());
            };
            closed.push(of_sink);
        }
        fail_point("checkpoint-closed");
        let noted = self.ledger.take(self.clock.monotonic());
        let n = noted.count + 1;
        let (run, load) = (self.clone(), self.load.clone());
        let work = move || {
            let entry = run.entry(n, &mut closed, noted)?;
            let noted = match durable {
                Durable::Now => load.note_checkpoint(&entry),
                Durable::AtTheEnd => load.note_last_checkpoint(&entry),
            };
            noted.map_err(|error| store_fault(&error)).map(|()| closed)
        };
        let made = self.blocking(work).await;
        let closed =
            made.map_err(|_| at_large("cannot-write", "a checkpoint was broken off".to_owned()))??;
        for (sink, closed) in self.sinks.iter().zip(&closed) {
            sink.noted(closed).await;
        }
        self.ledger.made(n);
        fail_point("checkpoint-noted");
        Ok(())
    }

    fn entry(&self, n: u64, closed: &mut [Closed], noted: Noted) -> Result<Box<RawValue>, Fault> {
        let mut entry = Checkpoint { n, ..Checkpoint::default() };
        for of_sink in &mut *closed {
            entry.parts.append(&mut of_sink.parts);
            entry.tables.extend(of_sink.changed.take());
        }
        for ((resource, key), note) in noted.walks {
            let anew = noted.anew.contains(&(resource, key));
            let pages = note.pages.into_iter().map(|page| kept(page, closed)).collect();
            let (stand, shares) = (note.stand, note.shares);
            let key = format!("{key:032x}");
            entry.walks.push(WalkKept { resource, key, anew, pages, stand, shares });
        }
        // In the order of the plan, so that a journal can be read by a person.
        entry.walks.sort_by(|one, other| (one.resource, &one.key).cmp(&(other.resource, &other.key)));
        let chosen = self.chosen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        entry.selected.clone_from(&chosen);
        drop(chosen);
        entry.paged = self.found_so_far();
        let text = serde_json::value::to_raw_value(&entry);
        text.map_err(|error| store_fault(&StoreError::io("write", "journal")(error.into())))
    }
}

fn kept(page: PageNote, closed: &[Closed]) -> PageKept {
    let number = |table: usize, part: usize| closed.get(table).and_then(|of| of.numbers.get(part)).copied();
    let rows = page.rows.into_iter().filter_map(|range| {
        Some(RangeKept {
            part: number(range.table, range.part)?,
            row: range.row,
            rows: range.rows,
            resource: range.resource,
            combination: range.combination,
            piece: range.piece,
            cursors: range.cursors,
        })
    });
    PageKept {
        n: page.n,
        slice: page.slice,
        asked: format!("{:032x}", page.asked),
        rows: rows.collect(),
        gone: page.gone,
        seeds: page.seeds,
        fresh: page.fresh,
    }
}
