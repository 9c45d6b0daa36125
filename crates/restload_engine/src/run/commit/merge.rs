//! A merge: which rows of a table give way to those of a load.
//!
//! Of the files that the table has, only the key's columns are read, one file after the other; a file without a row that gives
//! way stays as it is. Memory grows with the keys of the load, not with those of the table.

use std::collections::HashSet;
use std::fs::File;

use restload_diag::{Diagnostic, Part};
use restload_spec::plan::Disposition;
use restload_store::{FileEntry, Merged, TableState};
use restload_table::{KeySpans, TableSchema, WalkMark, read_keys, read_keys_near, read_walks};

use super::Settling;
use super::keys::{KeySet, RowSet};
use crate::run::fault::Fault;
use crate::run::identity::WalksMade;
use crate::run::sink::Dropped;
use crate::run::sink::Gathered;

/// What a merge does to a table.
#[derive(Debug, Default)]
pub(super) struct Merge {
    /// Of each file that the table has, the rows that give way.
    pub(super) out: Vec<RowSet>,
    /// What is reported.
    pub(super) merged: Merged,
}

impl Settling<'_> {
    /// Finds the rows that give way. Rows of this load that do so are added to `dropped`; `dead` are the keys whose last row in
    /// the load says that it is gone.
    pub(super) fn merge(
        &self,
        gathered: &Gathered,
        before: &TableState,
        known: &TableSchema,
        dropped: &mut Dropped,
        dead: &[Vec<u8>],
    ) -> Result<Merge, Fault> {
        let mut out: Vec<RowSet> = before.files.iter().map(|file| RowSet::new(file.rows)).collect();
        if self.plan().disposition == Disposition::MergeWalks {
            self.walks_give_way(gathered, before, &mut out, dropped)?;
        }
        let by_walk: u64 = out.iter().map(RowSet::count).sum();
        let new_rows = || {
            let rows: u64 = gathered.parts.iter().map(|(info, _)| info.rows).sum();
            rows - dropped.values().map(|rows| rows.len() as u64).sum::<u64>()
        };
        if self.plan().primary_key.is_empty() {
            let merged = Merged { inserted: new_rows(), vanished: by_walk, ..Merged::default() };
            return Ok(Merge { out, merged });
        }
        if before.files.iter().all(|file| file.rows == 0) {
            return Ok(Merge { out, merged: Merged { inserted: new_rows(), ..Merged::default() } });
        }
        self.check_key(known)?;
        let mut live = KeySet::new(self.keys_of_load(gathered, dropped)?);
        let mut dead = KeySet::new(dead.iter().map(|key| KeySet::hash(key)).collect());
        // Where keys go that are gone is said by no statistics.
        let near = if dead.is_empty() { self.spans_of_load(gathered)? } else { None };
        let mut vanished = 0;
        if !(live.is_empty() && dead.is_empty()) {
            for (file, out) in before.files.iter().zip(&mut out) {
                vanished += self.keys_give_way((file, known), near.as_ref(), out, &mut live, &mut dead)?;
            }
        } else if by_walk > 0 {
            vanished = by_walk;
        }
        if self.is_new_key(before) {
            self.one_row_a_key(before, known, &mut out)?;
        }
        let merged = Merged {
            updated: live.found(),
            inserted: live.len() - live.found(),
            deleted: dead.found(),
            vanished,
        };
        Ok(Merge { out, merged })
    }

    /// The keys of the rows that the load leaves, by their hashes.
    fn keys_of_load(&self, gathered: &Gathered, dropped: &Dropped) -> Result<Vec<u128>, Fault> {
        let mut hashes = Vec::new();
        for (info, closed) in &gathered.parts {
            let out = dropped.get(&info.number);
            let file = self.open(&self.load.locate_part(closed.number))?;
            read_keys(file, &info.schema, &self.plan().primary_key, &mut |row, key| {
                if out.is_none_or(|out| !out.contains(&row)) {
                    hashes.push(KeySet::hash(key));
                }
            })
            .map_err(|error| self.fault(&error))?;
        }
        Ok(hashes)
    }

    /// Rows of a file whose key came again. Gives how many rows went with their walk and did not come again.
    fn keys_give_way(
        &self,
        (file, known): (&FileEntry, &TableSchema),
        near: Option<&KeySpans>,
        out: &mut RowSet,
        live: &mut KeySet,
        dead: &mut KeySet,
    ) -> Result<u64, Fault> {
        let (mut vanished, mut passed) = (0, Vec::new());
        let opened = self.open_older(file)?;
        let mut visit = |row, key: &[u8]| {
            let hash = KeySet::hash(key);
            if live.find(hash) || dead.find(hash) {
                out.insert(row);
            } else if out.contains(row) {
                vanished += 1;
            }
        };
        let key = &self.plan().primary_key;
        read_keys_near(opened, known, key, near, &mut visit, &mut |rows| passed.push(rows))
            .map_err(|error| self.unreadable(file, &error))?;
        let passed = passed.into_iter().flatten().filter(|row| out.contains(*row)).count();
        Ok(vanished + passed as u64)
    }

    /// Between which values the keys of the load lie.
    fn spans_of_load(&self, gathered: &Gathered) -> Result<Option<KeySpans>, Fault> {
        let mut all: Option<KeySpans> = None;
        for (info, closed) in &gathered.parts {
            let file = self.open(&self.load.locate_part(closed.number))?;
            let spans = KeySpans::of(file, &info.schema, &self.plan().primary_key);
            let spans = spans.map_err(|error| self.fault(&error))?;
            all = match (all, spans) {
                (Some(all), Some(spans)) => Some(all.join(spans)),
                (all, spans) => all.or(spans),
            };
        }
        Ok(all)
    }

    /// Whether the rows of earlier loads may have a key more than once.
    fn is_new_key(&self, before: &TableState) -> bool {
        before.primary_key != self.plan().primary_key || before.disposition == "append"
    }

    /// Of rows of earlier loads that were not told apart by this key, the last of each stays. That is done once, and takes
    /// memory for each row of the table.
    fn one_row_a_key(
        &self,
        before: &TableState,
        known: &TableSchema,
        out: &mut [RowSet],
    ) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        for (file, out) in before.files.iter().zip(out).rev() {
            let mut keys = Vec::new();
            self.keys_of_file(file, known, &mut |_, key| keys.push(KeySet::hash(key)))?;
            for (row, key) in keys.into_iter().enumerate().rev() {
                if !out.contains(row as u64) && !seen.insert(key) {
                    out.insert(row as u64);
                }
            }
        }
        Ok(())
    }

    fn keys_of_file(
        &self,
        file: &FileEntry,
        known: &TableSchema,
        visit: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<(), Fault> {
        let opened = self.open_older(file)?;
        let read = read_keys(opened, known, &self.plan().primary_key, visit);
        read.map_err(|error| self.unreadable(file, &error))
    }

    /// Rows of earlier loads must have the key too.
    fn check_key(&self, known: &TableSchema) -> Result<(), Fault> {
        let missing = self.plan().primary_key.iter().find(|name| known.column(name).is_none());
        missing.map_or(Ok(()), |name| Err(self.keyless(name)))
    }

    pub(super) fn keyless(&self, column: &str) -> Fault {
        let table = &self.plan().name;
        let message =
            format!("rows of earlier loads of `{table}` have no `{column}`: none can be merged by it");
        let at = self.run.plan.resources[self.plan().resources[0]].at("primary_key");
        Diagnostic::error("null-in-key", at, message)
            .on(Part::Key)
            .help("load the table once with `write_disposition: replace`, or choose another `primary_key`")
            .into()
    }

    /// Rows of earlier loads whose walk was made again, or whose parent is gone; and rows of this load whose walk was cut, where
    /// it left rows before and no key tells which is which.
    fn walks_give_way(
        &self,
        gathered: &Gathered,
        before: &TableState,
        out: &mut [RowSet],
        dropped: &mut Dropped,
    ) -> Result<(), Fault> {
        let made = &gathered.walks;
        let mut left_before = HashSet::new();
        for (file, out) in before.files.iter().zip(out) {
            let mut row = 0;
            let opened = self.open_older(file)?;
            for run in read_walks(opened).map_err(|error| self.unreadable(file, &error))? {
                let rows = row..row + run.rows;
                row = rows.end;
                if self.gives_way(made, run.mark) {
                    rows.for_each(|row| out.insert(row));
                } else if let Some(mark) = run.mark.filter(|mark| made.is_cut(*mark)) {
                    left_before.insert(mark);
                }
            }
        }
        if left_before.is_empty() || !self.plan().primary_key.is_empty() {
            return Ok(());
        }
        for (info, closed) in &gathered.parts {
            let file = self.open(&self.load.locate_part(closed.number))?;
            let mut row = 0;
            for run in read_walks(file).map_err(|error| self.fault(&error))? {
                let rows = row..row + run.rows;
                row = rows.end;
                if run.mark.is_some_and(|mark| left_before.contains(&mark)) {
                    dropped.entry(info.number).or_default().extend(rows);
                }
            }
        }
        Ok(())
    }

    fn gives_way(&self, made: &WalksMade, mark: Option<WalkMark>) -> bool {
        let Some(mark) = mark else {
            // Nobody knows which walk left them: without a key they would stay beside the same rows come again.
            return self.plan().primary_key.is_empty() && self.whole.is_all;
        };
        let is_gone = || mark.parent != 0 && !made.knows_parent(mark) && self.whole.has(mark.resource);
        made.replaces(mark) || is_gone()
    }

    fn open(&self, path: &std::path::Path) -> Result<File, Fault> {
        File::open(path).map_err(|error| self.fault(&error.into()))
    }
}
