//! Puts right what runs that ended in the middle have left. Every step may be done twice: recovery that is itself
//! killed is begun again.

use std::fmt;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::commit::{finish, newest_record, place_again, take_back};
use crate::fail::fail_point;
use crate::journal::{self, Intent, Journal};
use crate::layout::{KEPT, LOADS, journal_path, parse_owner, record_path};
use crate::local::UNNAMED;
use crate::owner::{self, open_files, open_loads, take_over};
use crate::{Account, Act, LoadId, LoadRecord, Sequence, Store, StoreError, Undone};

/// What recovery did; its `Display` is a line for each load, for the user, and nothing where nothing was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Loads that were committed, whose commit was finished.
    pub finished: Vec<LoadId>,
    /// Loads that were not committed, whose files were taken out of the tables' folders again; some may be left open.
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
    // What is not a load's is not ours to remove.
    for load in &open_loads(store)? {
        settle(store, load, true, &mut recovered)?;
    }
    for folder in [KEPT, LOADS] {
        for path in store.list(folder)?.iter().filter(|path| path.ends_with(UNNAMED)) {
            store.remove(path)?;
        }
    }
    Ok(recovered)
}

/// Finishes the commit of a load if its record is there; else undoes it, and removes the load unless `keeps` and it can be
/// gone on with.
///
/// The process that wrote the load may live all the same, where a lock lies: before anything of it is touched it is taken over.
pub(crate) fn settle(
    store: &dyn Store,
    load: &LoadId,
    keeps: bool,
    recovered: &mut Recovered,
) -> Result<(), StoreError> {
    let journal = Journal::read(store, load)?;
    if keeps && journal.is_kept() && journal.intents.iter().all(|noted| noted.undone) {
        // What an owner placed that was none any more, and that ended before it could take it back.
        journal.intents.iter().try_for_each(|noted| take_back(store, load, &noted.intent))?;
        recovered.left.push(load.clone());
        return Ok(());
    }
    let owner = take_over(store, load)?;
    let journal = Journal::read(store, load)?;
    settle_owned(store, load, owner, &journal, keeps, recovered)
}

/// Settles a load that this process has taken over, and whose journal it read since.
pub(crate) fn settle_owned(
    store: &dyn Store,
    load: &LoadId,
    owner: u32,
    journal: &Journal,
    keeps: bool,
    recovered: &mut Recovered,
) -> Result<(), StoreError> {
    for noted in journal.intents.iter().filter(|noted| !noted.undone) {
        claim(store, load, &noted.intent)?;
    }
    if finish_committed(store, load, journal)? {
        recovered.finished.push(load.clone());
        return Ok(());
    }
    for noted in &journal.intents {
        take_back(store, load, &noted.intent)?;
    }
    if keeps && journal.is_kept() {
        if !journal.intents.is_empty() {
            journal::note_undone(store, load, owner)?;
            recovered.undone.push(load.clone());
        }
        recovered.left.push(load.clone());
        return Ok(());
    }
    let has_more = open_files(store, load)?.iter().any(|path| parse_owner(load, path).is_none());
    give_up(store, load)?;
    match (journal.intents.is_empty(), has_more) {
        (false, _) => recovered.undone.push(load.clone()),
        (true, true) => recovered.dropped.push(load.clone()),
        // Its end was cut short, and nothing is left of it.
        (true, false) => {}
    }
    Ok(())
}

/// Removes a load of the process that wrote it, unless another has taken it over.
pub(crate) fn abandon(
    store: &dyn Store,
    load: &LoadId,
    owner: u32,
    recovered: &mut Recovered,
) -> Result<(), StoreError> {
    let is_there = store.size(&journal_path(load))?.is_some();
    if is_there && !owner::owns(store, load, owner)? {
        return Ok(());
    }
    let journal = Journal::read(store, load)?;
    if journal.owner > owner {
        return Ok(());
    }
    if finish_committed(store, load, &journal)? {
        recovered.finished.push(load.clone());
        return Ok(());
    }
    // Its own commits have ended one way or the other, and those of owners before it were undone.
    for noted in &journal.intents {
        take_back(store, load, &noted.intent)?;
    }
    give_up(store, load)?;
    let done = if journal.intents.is_empty() { &mut recovered.dropped } else { &mut recovered.undone };
    done.push(load.clone());
    Ok(())
}

/// Finishes the commit of a load if its record is there.
fn finish_committed(store: &dyn Store, load: &LoadId, journal: &Journal) -> Result<bool, StoreError> {
    // A commit may have been undone and begun again: the last one counts.
    for noted in journal.intents.iter().rev() {
        if !journal::is_committed(store, load, noted.intent.sequence)? {
            continue;
        }
        // It was read, and may yet not be durable.
        store.sync_folder(LOADS)?;
        for before in journal.intents.iter().filter(|before| before.by < noted.by) {
            take_back(store, load, &before.intent)?;
        }
        place_again(store, load, &noted.intent)?;
        finish(store, load, &noted.intent)?;
        return Ok(true);
    }
    Ok(false)
}

/// Takes the sequence that a commit wanted, where it is free, with a record that lists what the newest lists. From then on the
/// process that began the commit cannot create its record, whether it lives or not.
fn claim(store: &dyn Store, load: &LoadId, intent: &Intent) -> Result<(), StoreError> {
    let path = record_path(intent.sequence);
    if store.size(&path)?.is_some() {
        return Ok(());
    }
    let now = Timestamp::now();
    let base = newest_record(store)?;
    let id = claim_id(load, intent.sequence, now);
    let mut record = match &base {
        Some(base) => LoadRecord::on(base, id, now, Act::Recover),
        None => {
            let account = Account { origin: intent.origin.clone(), identity: intent.identity.clone() };
            LoadRecord::new(intent.sequence, id, &intent.spec, now, account)
        }
    };
    record.act = Act::Recover;
    record.sequence = intent.sequence;
    record.recover = Some(Undone {
        load: load.clone(),
        same_as: base.as_ref().and_then(LoadRecord::same_as),
        stands: base.as_ref().and_then(LoadRecord::stands),
    });
    let json = record.to_json();
    let json = json.map_err(|error| StoreError::io("write", store.locate(&path))(error.into()))?;
    fail_point("claim");
    // Where one is there now, it is that of the commit, or of a third: either way it is decided.
    store.put_if_absent(&path, &json)?;
    fail_point("claimed");
    Ok(())
}

/// The id of such a record: nobody else has it, except one who undoes the same commit at the same time.
fn claim_id(load: &LoadId, sequence: Sequence, now: Timestamp) -> LoadId {
    let hash = Sha256::digest(format!("{load} {sequence}").as_bytes());
    let random = hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    LoadId::new(now, random)
}

/// Removes a load that is not to be committed and of which nothing is in the tables: its journal first, so that nobody goes on
/// with half of it where this is cut short.
fn give_up(store: &dyn Store, load: &LoadId) -> Result<(), StoreError> {
    store.remove(&journal_path(load))?;
    fail_point("given-up");
    remove_open(store, load)
}

/// Removes an open load: its journal after its parts, so that until then recovery knows what to do; and what tells of its
/// owners last, so that an owner before this one knows that it is none.
pub(crate) fn remove_open(store: &dyn Store, load: &LoadId) -> Result<(), StoreError> {
    let journal = journal_path(load);
    let is_last = |path: &String| *path == journal || parse_owner(load, path).is_some();
    let (last, first): (Vec<_>, Vec<_>) = open_files(store, load)?.into_iter().partition(is_last);
    for path in &first {
        store.remove(path)?;
    }
    store.remove(&journal)?;
    for path in last.iter().filter(|path| **path != journal) {
        store.remove(path)?;
    }
    Ok(())
}
