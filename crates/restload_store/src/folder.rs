//! The folder of one spec's output, where a run begins and a reader looks.

use serde_json::value::RawValue;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::commit::newest_record;
use crate::journal::{self, Journal};
use crate::layout::{LOADS, LOCK, check_spec_name, parse_record_path};
use crate::owner::open_loads;
use crate::recover::{recover, settle};
use crate::{
    Account, LoadId, LoadRecord, LocalStore, Lock, OpenLoad, Recovered, Sequence, Store, StoreError,
};

/// A load that was left open and can be gone on with.
#[derive(Debug)]
pub struct LeftOpen {
    /// Its id.
    pub load: LoadId,
    /// What it was begun with ([`Folder::begin_kept`]).
    pub pins: Box<RawValue>,
}

/// The folder of one spec's output. A run takes them in this order: [`Folder::lock`], [`Folder::recover`],
/// [`Folder::newest_of`], [`Folder::begin`]. Opening creates nothing, and reading needs no lock.
#[derive(Clone)]
pub struct Folder {
    pub(crate) store: Arc<dyn Store>,
}

impl Folder {
    /// The folder `<root>/<spec>` on this machine; it need not exist.
    pub fn open(root: &Path, spec: &str) -> Result<Self, StoreError> {
        check_spec_name(spec)?;
        Ok(Self::over(Arc::new(LocalStore::new(root.join(spec)))))
    }

    /// The folder of a spec in any store.
    pub fn over(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Where the folder is.
    pub fn path(&self) -> PathBuf {
        self.store.locate("")
    }

    /// Where a file of a record is ([`crate::FileEntry::path`]).
    pub fn locate(&self, path: &str) -> PathBuf {
        self.store.locate(path)
    }

    /// Where the files of a table are, in the order of their rows: what a reader has to read, exactly.
    pub fn files(&self, record: &LoadRecord, table: &str) -> Vec<PathBuf> {
        record.files(table).iter().map(|file| self.store.locate(&file.path)).collect()
    }

    /// Holds the folder against other runs until what is returned is dropped; [`StoreError::Held`] if one has it.
    pub fn lock(&self) -> Result<Lock, StoreError> {
        match self.store.lock(LOCK)? {
            Some(held) => Ok(Lock { _held: held }),
            None => Err(StoreError::Held { path: self.store.locate(LOCK) }),
        }
    }

    /// Finishes or undoes what runs that ended in the middle have left. It takes the lock for witness: where a run goes on all the
    /// same, its open load is taken from it, and it ends with an error.
    pub fn recover(&self, _lock: &Lock) -> Result<Recovered, StoreError> {
        recover(self.store.as_ref())
    }

    /// The record of the newest load, which is what the tables are; none before the first.
    pub fn newest_record(&self) -> Result<Option<LoadRecord>, StoreError> {
        newest_record(self.store.as_ref())
    }

    /// The newest record, for a run that reads `account`; loads of another account are refused
    /// ([`StoreError::OtherOrigin`], [`StoreError::OtherIdentity`]).
    pub fn newest_of(&self, account: &Account) -> Result<Option<LoadRecord>, StoreError> {
        let newest = self.newest_record()?;
        if let Some(record) = &newest {
            record.check_account(account, &self.path())?;
        }
        Ok(newest)
    }

    /// The sequences of all records, the oldest first; there may be gaps.
    pub fn sequences(&self) -> Result<Vec<Sequence>, StoreError> {
        let paths = self.store.list(LOADS)?;
        let mut sequences: Vec<_> = paths.iter().filter_map(|path| parse_record_path(path)).collect();
        sequences.sort_unstable();
        Ok(sequences)
    }

    /// One record; none where there is none of that sequence.
    pub fn record(&self, sequence: Sequence) -> Result<Option<LoadRecord>, StoreError> {
        journal::read_record(self.store.as_ref(), sequence)
    }

    /// The loads that were left open and can be gone on with, the newest first. It needs no lock to look; to go on does.
    pub fn left_open(&self) -> Result<Vec<LeftOpen>, StoreError> {
        let store = self.store.as_ref();
        let mut left = Vec::new();
        for load in open_loads(store)?.into_iter().rev() {
            let journal = Journal::read(store, &load)?;
            if journal.is_kept()
                && let Some(pins) = journal.pins
            {
                left.push(LeftOpen { load, pins });
            }
        }
        Ok(left)
    }

    /// Goes on with a load that was left open: from here on it is this process's alone. Where its commit was begun meanwhile, by a
    /// process that should not live, it is settled first; [`StoreError::TakenOver`] if it took place.
    pub fn resume(&self, _lock: &Lock, load: LoadId) -> Result<OpenLoad, StoreError> {
        OpenLoad::resume(Arc::clone(&self.store), load)
    }

    /// Removes a load that was left open.
    pub fn drop_open(&self, _lock: &Lock, load: &LoadId) -> Result<(), StoreError> {
        settle(self.store.as_ref(), load, false, &mut Recovered::default())
    }

    /// Opens a new load that can be gone on with when it is left open: `pins` is what has to be the same then, in JSON.
    pub fn begin_kept(&self, load: LoadId, pins: &RawValue) -> Result<OpenLoad, StoreError> {
        OpenLoad::begin(Arc::clone(&self.store), load, Some(pins))
    }

    /// Opens a new load. The first act that writes: a folder that cannot be written fails here or at the lock.
    pub fn begin(&self, load: LoadId) -> Result<OpenLoad, StoreError> {
        OpenLoad::begin(Arc::clone(&self.store), load, None)
    }
}
