//! Who may write an open load: the process that took it over last.
//!
//! A load belongs to the process that began it, which is its first owner. Another process that goes on with it, or puts right
//! what it left, becomes the next: it creates `owner-<n>` put-if-absent, and only then reads the journal. Whoever wrote
//! something that counts looks afterwards whether it still is the owner. So either the new owner sees what the one before
//! wrote, or the one before sees that it is not the owner any more; no lock is needed for that. The names of the files that a
//! commit places hold the number of its owner: none takes away what another placed.

use std::collections::BTreeSet;

use crate::layout::{KEPT, journal_path, owner_path, parse_open, parse_owner};
use crate::{LoadId, Put, Store, StoreError};

/// The owner that began a load.
pub(crate) const FIRST: u32 = 1;

/// The files of an open load.
pub(crate) fn open_files(store: &dyn Store, load: &LoadId) -> Result<Vec<String>, StoreError> {
    let mut files = store.list(KEPT)?;
    files.retain(|path| parse_open(path).as_ref() == Some(load));
    Ok(files)
}

/// The loads of which files are there, the oldest first.
pub(crate) fn open_loads(store: &dyn Store) -> Result<BTreeSet<LoadId>, StoreError> {
    Ok(store.list(KEPT)?.iter().filter_map(|path| parse_open(path)).collect())
}

/// Becomes the owner of a load.
pub(crate) fn take_over(store: &dyn Store, load: &LoadId) -> Result<u32, StoreError> {
    let newest = open_files(store, load)?;
    let newest = newest.iter().filter_map(|path| parse_owner(load, path)).max().unwrap_or(FIRST);
    let next = newest.saturating_add(1);
    match store.put_if_absent(&owner_path(load, next), b"")? {
        Put::Created => Ok(next),
        Put::Exists => Err(taken_over(load)),
    }
}

/// Whether a load still is that of `owner`. What takes a load away removes the journal before the names of the owners.
pub(crate) fn owns(store: &dyn Store, load: &LoadId, owner: u32) -> Result<bool, StoreError> {
    let has_next = store.size(&owner_path(load, owner.saturating_add(1)))?.is_some();
    Ok(!has_next && store.size(&journal_path(load))?.is_some())
}

pub(crate) fn taken_over(load: &LoadId) -> StoreError {
    StoreError::TakenOver { load: load.to_string() }
}
