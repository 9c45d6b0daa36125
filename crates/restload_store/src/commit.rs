//! The commit of a load.
//!
//! In this order: what the tables are to lose gets a second name, by which it is kept; the journal notes what is to be done; parts get a
//! second name in the tables' folders; the record is created, which is the commit; what it no longer lists leaves the tables'
//! folders; the open load is removed. A process that dies in between leaves a journal from which
//! [`crate::Folder::recover`] goes on.
//!
//! The folder of a table is synced once: before the record if it only gains files, after it if it loses some. A power failure in between may
//! take the names of its new files; recovery gives them again, from the first ones.
//!
//! No lock is needed for that to be right. Who undoes a commit takes its sequence first, so that its record cannot come any
//! more; and no name that a commit gives to a file is ever given again, so that whoever takes one away late takes nothing that
//! counts.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::Ordering;

use crate::fail::fail_point;
use crate::journal::{self, Added, Intent, Restore};
use crate::layout::{
    KEPT, LOADS, check_table_name, check_table_path, file_path, parent, parse_record_path, parse_replaced,
    part_path, record_path, replaced_path,
};
use crate::recover::remove_open;
use crate::{Linked, LoadId, LoadRecord, OpenLoad, Put, Sequence, Store, StoreError};

/// What a commit is made of.
#[derive(Debug, Clone)]
pub struct Commit {
    /// What the tables are after it: every table of the folder with all of its files.
    pub record: LoadRecord,
    /// The parts that become files; others of the load are removed.
    pub place: Vec<Place>,
    /// Files of older loads that the record no longer lists, by their paths in the record before.
    pub remove: Vec<String>,
}

/// A part and the table that it becomes a file of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The number of the part.
    pub part: u32,
    /// The table.
    pub table: String,
}

/// Why a commit did not end as it should.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Another load committed first; this one is as it was before the commit.
    #[error("another run committed load {sequence}{} while this one ran: nothing of this run was committed; run it again", named(by.as_ref()))]
    SequenceTaken {
        /// The sequence that both wanted.
        sequence: Sequence,
        /// The load that has it, where its record could be read.
        by: Option<LoadId>,
    },
    /// Nothing was committed. Only where the disk failed at the creation of the record itself is that not sure;
    /// [`OpenLoad::abandon`] and [`crate::Folder::recover`] find out.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The load is committed, but what it replaced is still in the tables' folders, or which files these have is not durable, or
    /// its parts are not cleared away: the record is right, who reads the folder sees older rows too. Recovery finishes it.
    #[error("the load is committed, but not cleared up after: {source}; the next run does it first")]
    Unfinished {
        /// The record as committed.
        record: Box<LoadRecord>,
        /// What failed.
        source: StoreError,
    },
}

fn named(load: Option<&LoadId>) -> String {
    load.map_or_else(String::new, |load| format!(" (`{load}`)"))
}

impl OpenLoad {
    /// Makes the load's record the newest one, and the tables what it lists.
    ///
    /// After [`CommitError::SequenceTaken`] and, as a rule, [`CommitError::Store`] the parts are back where they
    /// were: the load can be abandoned, or committed again, on top of the newer record. After success and
    /// [`CommitError::Unfinished`] it is over.
    pub fn commit(&self, commit: Commit) -> Result<LoadRecord, CommitError> {
        self.commit_restoring(commit, Vec::new())
    }

    /// As [`OpenLoad::commit`]; files that an earlier load took out of the tables come back to them.
    pub(crate) fn commit_restoring(
        &self,
        commit: Commit,
        restore: Vec<Restore>,
    ) -> Result<LoadRecord, CommitError> {
        let store = self.store.as_ref();
        let Commit { record, place, remove } = commit;
        let intent = self.intent(&record, &place, remove, restore);
        self.check(&record, &place, &intent)?;
        let json = record.to_json().map_err(|error| self.disagrees(error.to_string()))?;
        // Seen before anything moves, it costs nobody anything; the creation of the record decides all the same.
        let newest = newest_sequence(store)?;
        if let Some(sequence) = newest.filter(|newest| *newest >= record.sequence) {
            return Err(taken(store, sequence));
        }

        fail_point("commit");
        if self.unsettled.swap(true, Ordering::SeqCst) {
            return Err(self.disagrees("a commit of it was begun before and not undone".to_owned()).into());
        }
        let noted = keep(store, &intent).and_then(|()| self.note_committing(&intent));
        if let Err(error) = noted {
            self.undo(&intent);
            return Err(error.into());
        }
        fail_point("commit-noted");
        if let Err(error) = self.place(&intent, &record) {
            self.undo(&intent);
            // Where another undid it meanwhile, that is the reason.
            let is_taken = store.size(&record_path(intent.sequence)).is_ok_and(|size| size.is_some());
            return Err(if is_taken { taken(store, intent.sequence) } else { error.into() });
        }
        fail_point("commit-placed");
        self.create_record(&intent, &json)?;
        fail_point("commit-recorded");
        match finish(store, &self.id, &intent) {
            Ok(()) => {
                fail_point("committed");
                Ok(record)
            }
            Err(source) => Err(CommitError::Unfinished { record: Box::new(record), source }),
        }
    }

    /// A commit that ends before its record.
    #[cfg(test)]
    pub(crate) fn commit_until_placed(&self, commit: &Commit) {
        let intent = self.intent(&commit.record, &commit.place, commit.remove.clone(), Vec::new());
        keep(self.store.as_ref(), &intent).unwrap();
        self.note_committing(&intent).unwrap();
        self.place(&intent, &commit.record).unwrap();
    }

    fn intent(
        &self,
        record: &LoadRecord,
        place: &[Place],
        remove: Vec<String>,
        restore: Vec<Restore>,
    ) -> Intent {
        let add = place.iter().map(|place| Added {
            part: place.part,
            path: file_path(&place.table, &self.id, self.owner, place.part),
        });
        Intent {
            sequence: record.sequence,
            add: add.collect(),
            remove,
            restore,
            spec: record.spec.clone(),
            origin: record.origin.clone(),
            identity: record.identity.clone(),
        }
    }

    fn check(&self, record: &LoadRecord, place: &[Place], intent: &Intent) -> Result<(), StoreError> {
        if record.load != self.id {
            return Err(self.disagrees(format!("it is the record of load `{}`", record.load)));
        }
        for table in record.tables.keys().chain(place.iter().map(|place| &place.table)) {
            check_table_name(table)?;
        }
        let mut listed = HashSet::new();
        let mut of_this_load = HashSet::new();
        for file in record.tables.values().flat_map(|table| &table.files) {
            check_table_path(&file.path)?;
            if !listed.insert(file.path.as_str()) {
                return Err(self.disagrees(format!("`{}` is listed twice", file.path)));
            }
            if file.load == self.id {
                of_this_load.insert(file.path.as_str());
            }
        }
        for added in &intent.add {
            if !of_this_load.remove(added.path.as_str()) {
                return Err(self.disagrees(format!("`{}` is placed, and not listed", added.path)));
            }
        }
        if let Some(path) = of_this_load.iter().next() {
            return Err(self.disagrees(format!("`{path}` is listed, and not placed")));
        }
        for Restore { path, .. } in &intent.restore {
            check_table_path(path)?;
            if !listed.contains(path.as_str()) {
                return Err(self.disagrees(format!("`{path}` is brought back, and not listed")));
            }
        }
        for path in &intent.remove {
            check_table_path(path)?;
            if listed.contains(path.as_str()) {
                return Err(self.disagrees(format!("`{path}` is removed, and listed")));
            }
        }
        Ok(())
    }

    fn disagrees(&self, reason: String) -> StoreError {
        StoreError::Disagrees { load: self.id.to_string(), reason }
    }

    fn place(&self, intent: &Intent, record: &LoadRecord) -> Result<(), StoreError> {
        for added in &intent.add {
            let gone = || format!("there is no part {}", added.part);
            self.link(&part_path(&self.id, added.part), &added.path, gone)?;
        }
        for Restore { kept, path } in &intent.restore {
            self.link(kept, path, || format!("`{kept}` is not there any more"))?;
        }
        let (loses, gain) = (folders(intent.removed()), folders(intent.placed()));
        let placed: HashSet<&str> = intent.placed().collect();
        let is_new = |folder: &&str| {
            let mut files = record.files(folder).iter();
            !loses.contains(folder) && files.all(|file| placed.contains(file.path.as_str()))
        };
        // The folder of a new table is new itself, whoever made it.
        if gain.iter().any(is_new) {
            self.store.sync_folder("")?;
        }
        sync_folders(self.store.as_ref(), gain.difference(&loses).copied().collect())
    }

    fn link(&self, from: &str, to: &str, gone: impl Fn() -> String) -> Result<(), StoreError> {
        match self.store.link_file(from, to)? {
            Linked::Linked => Ok(()),
            Linked::Absent => Err(self.disagrees(gone())),
            Linked::Exists => Err(self.disagrees(format!("`{to}` is there already"))),
        }
    }

    fn create_record(&self, intent: &Intent, json: &[u8]) -> Result<(), CommitError> {
        let store = self.store.as_ref();
        match store.put_if_absent(&record_path(intent.sequence), json) {
            Ok(Put::Created) => Ok(()),
            Ok(Put::Exists) => {
                self.undo(intent);
                Err(taken(store, intent.sequence))
            }
            // The record may be there even so, and then it counts: others may have read it.
            Err(error) => match journal::is_committed(store, &self.id, intent.sequence) {
                Ok(true) if store.sync_folder(LOADS).is_ok() => Ok(()),
                Ok(false) => {
                    self.undo(intent);
                    Err(error.into())
                }
                Ok(true) | Err(_) => Err(error.into()),
            },
        }
    }

    /// What fails here stays in the journal, for `abandon` and `recover`; the reason for the undoing is the one to tell.
    fn undo(&self, intent: &Intent) {
        let undone = take_back(self.store.as_ref(), &self.id, intent);
        self.unsettled.store(undone.is_err(), Ordering::SeqCst);
    }
}

fn taken(store: &dyn Store, sequence: Sequence) -> CommitError {
    let by = journal::read_record(store, sequence).ok().flatten().map(|record| record.load);
    CommitError::SequenceTaken { sequence, by }
}

pub(crate) fn newest_sequence(store: &dyn Store) -> Result<Option<Sequence>, StoreError> {
    Ok(store.list(LOADS)?.iter().filter_map(|path| parse_record_path(path)).max())
}

pub(crate) fn newest_record(store: &dyn Store) -> Result<Option<LoadRecord>, StoreError> {
    match newest_sequence(store)? {
        Some(sequence) => journal::read_record(store, sequence),
        None => Ok(None),
    }
}

/// What the newest record lists. A journal may outlive its load, where a crash undid its removal: what later records list is
/// then no more for it to take away.
struct Listed {
    load: Option<LoadId>,
    paths: HashSet<String>,
}

impl Listed {
    fn now(store: &dyn Store) -> Result<Self, StoreError> {
        let newest = newest_record(store)?;
        let paths = newest.iter().flat_map(LoadRecord::all_files).map(|file| file.path.clone()).collect();
        Ok(Self { load: newest.map(|record| record.load), paths })
    }
}

/// Takes the files of a commit without a record out of the tables again. Its record cannot come any more: the process that
/// began it does this, or its sequence is taken.
pub(crate) fn take_back(store: &dyn Store, load: &LoadId, intent: &Intent) -> Result<(), StoreError> {
    let mut placed: Vec<&str> = intent.placed().collect();
    for path in &placed {
        check_table_path(path)?;
    }
    let listed = Listed::now(store)?;
    placed.retain(|path| !listed.paths.contains(*path));
    // A crash may have lost the name of a part and kept the one that it got here.
    let mut again = false;
    for added in intent.add.iter().filter(|added| placed.contains(&added.path.as_str())) {
        again |= store.link_file(&added.path, &part_path(load, added.part))? == Linked::Linked;
    }
    if again {
        store.sync_folder(KEPT)?;
    }
    for path in &placed {
        store.remove(path)?;
    }
    leave_folders(store, folders(placed.into_iter()))
}

/// Gives what a commit takes out of the tables a second name, for a rollback, until the next commit.
fn keep(store: &dyn Store, intent: &Intent) -> Result<(), StoreError> {
    for path in intent.removed() {
        store.link_file(path, &replaced_path(intent.sequence, path))?;
    }
    Ok(())
}

/// Places again what a power failure took out of the tables after the record of their commit.
pub(crate) fn place_again(store: &dyn Store, load: &LoadId, intent: &Intent) -> Result<(), StoreError> {
    let listed = Listed::now(store)?;
    let parts = intent.add.iter().map(|added| (part_path(load, added.part), added.path.as_str()));
    let restored = intent.restore.iter().map(|Restore { kept, path }| (kept.clone(), path.as_str()));
    let mut again = Vec::new();
    for (from, path) in parts.chain(restored).filter(|(_, path)| listed.paths.contains(*path)) {
        check_table_path(path)?;
        if store.link_file(&from, path)? == Linked::Linked {
            again.push(path);
        }
    }
    sync_folders(store, folders(again.into_iter()))
}

/// All that comes after the record of a commit. Where something cannot be removed, the rest, and what was placed, is made durable all the
/// same.
pub(crate) fn finish(store: &dyn Store, load: &LoadId, intent: &Intent) -> Result<(), StoreError> {
    let listed = take_out(store, intent);
    let left = leave_folders(store, folders(intent.removed()));
    let listed = listed?;
    left?;
    if listed.load.as_ref() == Some(load) {
        for path in store.list(KEPT)? {
            if parse_replaced(&path).is_some_and(|(by, _)| by < intent.sequence) {
                store.remove(&path)?;
            }
        }
    }
    fail_point("commit-cleared");
    remove_open(store, load)
}

/// Removes what a commit replaced; and what it placed, where a later one has taken that out already and it was placed again.
fn take_out(store: &dyn Store, intent: &Intent) -> Result<Listed, StoreError> {
    let listed = Listed::now(store)?;
    let gone = intent.removed().chain(intent.placed()).filter(|path| !listed.paths.contains(*path));
    let remove = |path| check_table_path(path).and_then(|()| store.remove(path));
    all(gone, remove)?;
    Ok(listed)
}

/// Does it to all of them, also where one fails; gives the first failure.
fn all<T>(
    of: impl IntoIterator<Item = T>,
    act: impl FnMut(T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let done: Vec<_> = of.into_iter().map(act).collect();
    done.into_iter().collect()
}

/// Makes durable which files the folders have, and removes those that are empty now.
fn leave_folders(store: &dyn Store, folders: BTreeSet<&str>) -> Result<(), StoreError> {
    sync_folders(store, folders.clone())?;
    folders.into_iter().try_for_each(|folder| store.prune(folder))
}

fn sync_folders(store: &dyn Store, folders: BTreeSet<&str>) -> Result<(), StoreError> {
    all(folders, |folder| store.sync_folder(folder))
}

fn folders<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    paths.map(parent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{Output, new_load};

    #[test]
    fn a_record_that_came_in_between_is_not_overwritten() {
        let output = Output::with_base();
        let folder = output.folder();
        let (slow, commit) = new_load(&folder, 1, &[("affiliates", "slow")]);
        let intent = Intent {
            sequence: commit.record.sequence,
            add: vec![Added { part: 1, path: file_path("affiliates", slow.id(), 1, 1) }],
            remove: commit.remove.clone(),
            restore: Vec::new(),
            spec: String::new(),
            origin: String::new(),
            identity: std::collections::BTreeMap::new(),
        };
        // Past the look at the newest record, before the creation of its own: the other commits.
        journal::note_committing(slow.store.as_ref(), slow.id(), 1, &intent).unwrap();
        slow.place(&intent, &commit.record).unwrap();
        let (fast, fast_commit) = new_load(&folder, 2, &[("affiliates", "fast")]);
        fast.commit(fast_commit).unwrap();

        let error = slow.create_record(&intent, b"{}").unwrap_err();
        let CommitError::SequenceTaken { sequence: Sequence(2), by: Some(by) } = &error else {
            panic!("{error}");
        };
        assert_eq!(by, fast.id());
        assert!(slow.locate_part(1).exists());
        slow.abandon().unwrap();
        output.is_exactly(&[("affiliates", "fast"), ("conversions", "old conversions")]);
    }
}
