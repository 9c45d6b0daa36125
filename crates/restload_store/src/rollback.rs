//! Taking back the newest load: its tables and cursors become those of the record before it.
//!
//! That is a record of its own, made by the same commit as a load's: what the load had added goes out of the tables, what it
//! had removed comes back from where it is kept until the next commit, under another name. Nothing is read anew and nothing is
//! rewritten.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::journal::Restore;
use crate::layout::{KEPT, first_name, parse_replaced, restored_path};
use crate::{
    Act, Commit, CommitError, Folder, LoadId, LoadRecord, Lock, Sequence, Store, StoreError, TableState,
    TakenBack,
};

/// What a rollback takes back.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollback {
    /// The record that is taken back.
    pub of: LoadRecord,
    /// What the tables are after it; none where nothing was there before.
    pub to: Option<LoadRecord>,
    /// Files that come back to their tables.
    pub restored: Vec<String>,
    /// Files that go out of their tables.
    pub removed: Vec<String>,
}

/// Why a load was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// There is no load, or all are taken back.
    #[error("there is no load to take back in `{0}`")]
    NoLoad(String),
    /// Files that the load replaced are not kept any more.
    #[error(
        "load {load} cannot be taken back: {} that it replaced {}, since such files are kept until the next commit only",
        files(.gone), if .gone.len() == 1 { "is gone" } else { "are gone" }
    )]
    Gone {
        /// The load.
        load: LoadId,
        /// Their paths.
        gone: Vec<String>,
    },
    /// The record before it is not there: nobody knows what to go back to.
    #[error("load {load} cannot be taken back: the record before it, {missing}, is not there")]
    NoRecord {
        /// The load.
        load: LoadId,
        /// The sequence of the record.
        missing: Sequence,
    },
    /// The folder.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The record could not be made.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

fn files(gone: &[String]) -> String {
    match gone {
        [one] => format!("the file `{one}`"),
        many => format!("{} files", many.len()),
    }
}

impl Folder {
    /// What a rollback would take back; nothing is changed.
    pub fn plan_rollback(&self) -> Result<Rollback, RollbackError> {
        self.newest_standing().map(|standing| standing.rollback)
    }

    /// Takes back the newest load that stands. It takes the lock for witness, as [`Folder::recover`] does, and recovery comes
    /// before it.
    pub fn rollback(&self, _lock: &Lock, load: LoadId, now: Timestamp) -> Result<Rollback, RollbackError> {
        let Standing { newest, rollback, mut tables, kept } = self.newest_standing()?;
        let mut record = LoadRecord::on(&newest, load.clone(), now, Act::Rollback);
        record.fingerprint.clear();
        record.cursors = serde_json::Value::Null;
        let mut restore = Vec::new();
        for file in tables.values_mut().flat_map(|table| &mut table.files) {
            if let Some(kept) = kept.get(&file.path) {
                let path = restored_path(&file.path, &load);
                restore.push(Restore { kept: kept.clone(), path: path.clone() });
                file.path = path;
            }
        }
        record.tables = tables;
        if let Some(to) = &rollback.to {
            record.fingerprint.clone_from(&to.fingerprint);
            record.cursors.clone_from(&to.cursors);
        }
        let to = rollback.to.as_ref().and_then(LoadRecord::stands);
        record.rollback = Some(TakenBack { of: rollback.of.sequence, load: rollback.of.load.clone(), to });
        let open = self.begin(load)?;
        let commit = Commit { record, place: Vec::new(), remove: rollback.removed.clone() };
        match open.commit_restoring(commit, restore) {
            Ok(_) => Ok(rollback),
            Err(unfinished @ CommitError::Unfinished { .. }) => Err(unfinished.into()),
            Err(error) => {
                // The reason of the failure is the one to tell; what stays is for recovery.
                let _ = open.abandon();
                Err(error.into())
            }
        }
    }

    fn newest_standing(&self) -> Result<Standing, RollbackError> {
        let none = || RollbackError::NoLoad(self.path().display().to_string());
        let newest = self.newest_record()?.ok_or_else(none)?;
        let of = match newest.stands() {
            Some(sequence) if sequence == newest.sequence => newest.clone(),
            Some(sequence) => self
                .record(sequence)?
                .ok_or_else(|| RollbackError::NoRecord { load: newest.load.clone(), missing: sequence })?,
            None => return Err(none()),
        };
        let to = match of.sequence.0.checked_sub(1).filter(|before| *before > 0) {
            None => None,
            Some(before) => Some(self.record(Sequence(before))?.ok_or_else(|| RollbackError::NoRecord {
                load: of.load.clone(),
                missing: Sequence(before),
            })?),
        };
        let mut tables = to.clone().map(|to| to.tables).unwrap_or_default();
        let is: HashMap<&str, &str> =
            newest.all_files().map(|file| (first_name(&file.path), file.path.as_str())).collect();
        let places = kept_files(self.store())?;
        let places: HashMap<&str, &String> =
            places.iter().map(|(path, kept)| (first_name(path), kept)).collect();
        let (mut kept, mut stays, mut gone) = (HashMap::new(), HashSet::new(), Vec::new());
        for table in tables.values_mut() {
            table.changes.clear();
            table.merged = None;
            for file in &mut table.files {
                // It may have come back since, under another name.
                if let Some(path) = is.get(first_name(&file.path)) {
                    stays.insert(*path);
                    (*path).clone_into(&mut file.path);
                } else if let Some(place) = places.get(first_name(&file.path)) {
                    kept.insert(file.path.clone(), (*place).clone());
                } else {
                    gone.push(file.path.clone());
                }
            }
        }
        if !gone.is_empty() {
            return Err(RollbackError::Gone { load: of.load, gone });
        }
        let removed = newest.all_files().map(|file| &file.path);
        let removed = removed.filter(|path| !stays.contains(path.as_str())).cloned().collect();
        let mut restored: Vec<String> = kept.keys().cloned().collect();
        restored.sort_unstable();
        let rollback = Rollback { of, to, restored, removed };
        Ok(Standing { newest, rollback, tables, kept })
    }

    fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }
}

struct Standing {
    newest: LoadRecord,
    rollback: Rollback,
    /// The tables after it.
    tables: IndexMap<String, TableState>,
    /// Where the files lie that come back, by the paths that they have in `tables`.
    kept: HashMap<String, String>,
}

/// Files that were taken out of the tables and are kept, by the paths that they had, with the places where they lie. A commit that is
/// under way, or was undone, keeps files that are in the tables still.
pub(crate) fn kept_files(store: &Arc<dyn Store>) -> Result<BTreeMap<String, String>, StoreError> {
    let kept = store.list(KEPT)?;
    let was = |path: String| parse_replaced(&path).map(|(_, was)| (was, path));
    Ok(kept.into_iter().filter_map(was).collect())
}
