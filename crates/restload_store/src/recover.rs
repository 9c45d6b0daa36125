//! Puts right what runs that ended in the middle have left. Every step may be done twice: recovery that is itself
//! killed is begun again.

use std::collections::BTreeSet;
use std::fmt;

use crate::commit::{finish, take_back};
use crate::journal;
use crate::layout::{LOADS, OPEN, REPLACED, child, journal_path, open_folder, replaced_folder};
use crate::local::UNNAMED;
use crate::{LoadId, Store, StoreError};

/// What recovery did; its `Display` is a line for each load, for the user, and nothing where nothing was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Loads that were committed, whose commit was finished.
    pub finished: Vec<LoadId>,
    /// Loads that were not committed, whose files were taken out of the tables' folders again.
    pub undone: Vec<LoadId>,
    /// Loads that were not committed, whose parts were removed.
    pub dropped: Vec<LoadId>,
    /// Loads that were not committed and can be gone on with ([`crate::Folder::left_open`]): they are as they were.
    pub left: Vec<LoadId>,
}

impl Recovered {
    /// Whether there was nothing to do.
    pub fn is_empty(&self) -> bool {
        self.finished.is_empty() && self.undone.is_empty() && self.dropped.is_empty()
    }
}

impl fmt::Display for Recovered {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let finished =
            self.finished.iter().map(|load| format!("finished the interrupted commit of load {load}"));
        let undone = self.undone.iter().map(|load| {
            format!("undid the interrupted commit of load {load}: the tables are what they were before it")
        });
        let dropped =
            self.dropped.iter().map(|load| format!("removed what load {load} left: it ended early"));
        let lines: Vec<String> = finished.chain(undone).chain(dropped).collect();
        out.write_str(&lines.join("\n"))
    }
}

/// Settles every open load.
pub(crate) fn recover(store: &dyn Store) -> Result<Recovered, StoreError> {
    let mut recovered = Recovered::default();
    let open = store.list(OPEN)?;
    // What is not a load's is not ours to remove.
    let loads: BTreeSet<LoadId> = open.iter().filter_map(|path| child(OPEN, path)?.parse().ok()).collect();
    for load in &loads {
        settle(store, load, true, &mut recovered)?;
    }
    for path in store.list(LOADS)?.iter().filter(|path| path.ends_with(UNNAMED)) {
        store.remove(path)?;
    }
    store.prune(OPEN)?;
    Ok(recovered)
}

/// Finishes the commit of a load if its record is there; else undoes it, and removes the load unless `keeps` and it can be
/// gone on with.
pub(crate) fn settle(
    store: &dyn Store,
    load: &LoadId,
    keeps: bool,
    recovered: &mut Recovered,
) -> Result<(), StoreError> {
    let intents = journal::read_intents(store, load)?;
    // A commit may have been undone and begun again: the last one counts.
    for intent in intents.iter().rev() {
        if journal::is_committed(store, load, intent.sequence)? {
            finish(store, load, intent)?;
            recovered.finished.push(load.clone());
            return Ok(());
        }
    }
    for intent in &intents {
        take_back(store, load, intent)?;
    }
    let is_kept = keeps && journal::read_kept(store, load)?.is_some_and(|kept| !kept.checkpoints.is_empty());
    if is_kept {
        recovered.left.push(load.clone());
        return Ok(());
    }
    remove_open(store, load)?;
    let done = if intents.is_empty() { &mut recovered.dropped } else { &mut recovered.undone };
    done.push(load.clone());
    Ok(())
}

/// Removes an open load, its journal last: until then, recovery knows what to do.
pub(crate) fn remove_open(store: &dyn Store, load: &LoadId) -> Result<(), StoreError> {
    let journal = journal_path(load);
    for path in store.list(&open_folder(load))?.iter().filter(|path| **path != journal) {
        store.remove(path)?;
    }
    store.remove(&journal)?;
    store.prune(&open_folder(load))
}

/// Removes what loads before this one replaced.
pub(crate) fn clear_replaced(store: &dyn Store, keep: &LoadId) -> Result<(), StoreError> {
    let mut others = BTreeSet::new();
    for path in &store.list(REPLACED)? {
        let load = child(REPLACED, path).and_then(|name| name.parse::<LoadId>().ok());
        if let Some(load) = load.filter(|load| load != keep) {
            store.remove(path)?;
            others.insert(load);
        }
    }
    others.iter().try_for_each(|load| store.prune(&replaced_folder(load)))
}
