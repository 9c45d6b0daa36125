//! The journal of an open load: JSON lines, of which each is durable before what it tells of is done.
//!
//! Its first line tells of nothing yet, and becomes durable with the second ([`crate::OpenLoad::note_checkpoint`]).

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::layout::{journal_path, record_path};
use crate::owner::{self, taken_over};
use crate::{LoadId, LoadRecord, Sequence, Store, StoreError};

/// The format of journals that this version writes and reads.
const FORMAT: u32 = 3;

#[derive(Serialize)]
struct Begin<'a> {
    format: u32,
    load: &'a LoadId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pins: Option<&'a RawValue>,
}

/// A line, and the owner of the load that wrote it.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "is_first")]
    by: u32,
    #[serde(flatten)]
    entry: Entry<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Entry<'a> {
    Begin(Begin<'a>),
    Committing(&'a Intent),
    Checkpoint(&'a RawValue),
    /// From here on only what this owner writes counts.
    TakenOver(bool),
    /// What commits were begun before is undone.
    Undone(bool),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_first(owner: &u32) -> bool {
    *owner == owner::FIRST
}

/// What a commit is about to do: enough to finish or to undo it without the process that began it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) sequence: Sequence,
    pub(crate) add: Vec<Added>,
    pub(crate) remove: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) restore: Vec<Restore>,
    /// Whose load it is: what a record says of itself where none was before it.
    #[serde(default)]
    pub(crate) spec: String,
    #[serde(default)]
    pub(crate) origin: String,
    #[serde(default)]
    pub(crate) identity: BTreeMap<String, String>,
}

/// A file of an earlier load that comes back to its table, and where it is kept. It has a name of its own there: one that a
/// commit took out of the tables never comes back to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Restore {
    pub(crate) kept: String,
    pub(crate) path: String,
}

impl Intent {
    /// The paths that files get by it.
    pub(crate) fn placed(&self) -> impl Iterator<Item = &str> + Clone {
        let added = self.add.iter().map(|added| added.path.as_str());
        added.chain(self.restore.iter().map(|restore| restore.path.as_str()))
    }

    /// The paths that leave their tables by it.
    pub(crate) fn removed(&self) -> impl Iterator<Item = &str> + Clone {
        self.remove.iter().map(String::as_str)
    }
}

/// A part and the path that it gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Added {
    pub(crate) part: u32,
    pub(crate) path: String,
}

/// Opens the journal of a new load; one with `pins` may be gone on with. Neither its line nor its name is durable.
pub(crate) fn begin(store: &dyn Store, load: &LoadId, pins: Option<&RawValue>) -> Result<(), StoreError> {
    let line = line(store, load, owner::FIRST, Entry::Begin(Begin { format: FORMAT, load, pins }))?;
    let path = journal_path(load);
    let mut journal = match store.create_part(&path) {
        Err(error) if error.io_kind() == Some(ErrorKind::AlreadyExists) => {
            return Err(StoreError::LoadExists { load: load.to_string() });
        }
        journal => journal?,
    };
    let written = journal.write_all(&line).and_then(|()| journal.flush());
    written.map_err(|error| StoreError::io("write", store.locate(&path))(error))
}

pub(crate) fn note_committing(
    store: &dyn Store,
    load: &LoadId,
    owner: u32,
    intent: &Intent,
) -> Result<(), StoreError> {
    note(store, load, owner, Entry::Committing(intent))
}

/// Notes what is durable; the journal does not know what it means. The line itself is durable after [`sync`], or with the next line.
pub(crate) fn write_checkpoint(
    store: &dyn Store,
    load: &LoadId,
    owner: u32,
    kept: &RawValue,
) -> Result<(), StoreError> {
    write(store, load, owner, Entry::Checkpoint(kept))?;
    still_owns(store, load, owner)
}

/// Makes the lines durable that are written.
pub(crate) fn sync(store: &dyn Store, load: &LoadId) -> Result<(), StoreError> {
    there(load, store.sync_file(&journal_path(load)))
}

/// Notes that another owner goes on with the load.
pub(crate) fn note_taken_over(store: &dyn Store, load: &LoadId, owner: u32) -> Result<(), StoreError> {
    note(store, load, owner, Entry::TakenOver(true))
}

/// Notes that the commits that were begun are undone.
pub(crate) fn note_undone(store: &dyn Store, load: &LoadId, owner: u32) -> Result<(), StoreError> {
    note(store, load, owner, Entry::Undone(true))
}

/// Writes a line, makes it durable, and makes sure that it counts.
fn note(store: &dyn Store, load: &LoadId, owner: u32, entry: Entry<'_>) -> Result<(), StoreError> {
    write(store, load, owner, entry)?;
    sync(store, load)?;
    still_owns(store, load, owner)
}

fn write(store: &dyn Store, load: &LoadId, owner: u32, entry: Entry<'_>) -> Result<(), StoreError> {
    // An entry that was cut off, by a full disk for instance, is not to swallow this one.
    let mut bytes = vec![b'\n'];
    bytes.append(&mut line(store, load, owner, entry)?);
    there(load, store.append(&journal_path(load), &bytes))
}

/// A journal that is not there was taken away by another owner.
fn there(load: &LoadId, done: Result<(), StoreError>) -> Result<(), StoreError> {
    match done {
        Err(error) if error.io_kind() == Some(ErrorKind::NotFound) => Err(taken_over(load)),
        done => done,
    }
}

/// A line that is written counts: another owner has not yet read the journal, or finds the line in it.
fn still_owns(store: &dyn Store, load: &LoadId, owner: u32) -> Result<(), StoreError> {
    if owner::owns(store, load, owner)? { Ok(()) } else { Err(taken_over(load)) }
}

fn line(store: &dyn Store, load: &LoadId, by: u32, entry: Entry<'_>) -> Result<Vec<u8>, StoreError> {
    let path = store.locate(&journal_path(load));
    let line = serde_json::to_vec(&Written { by, entry });
    let mut line = line.map_err(|error| StoreError::io("write", path)(error.into()))?;
    line.push(b'\n');
    Ok(line)
}

/// What a journal says, besides what is in its checkpoints.
#[derive(Default)]
pub(crate) struct Journal {
    /// What the load was begun with; none where it cannot be gone on with.
    pub(crate) pins: Option<Box<RawValue>>,
    /// How many checkpoints it has.
    pub(crate) checkpoints: u64,
    /// The commits that were begun, the newest last.
    pub(crate) intents: Vec<Noted>,
    /// The owner that wrote last.
    pub(crate) owner: u32,
}

/// A commit that was begun.
pub(crate) struct Noted {
    pub(crate) by: u32,
    pub(crate) intent: Intent,
    /// It is known to be undone.
    pub(crate) undone: bool,
}

impl Journal {
    /// Whether the load can be gone on with.
    pub(crate) fn is_kept(&self) -> bool {
        self.pins.is_some() && self.checkpoints > 0
    }

    /// Reads a journal; one that is not there says nothing.
    pub(crate) fn read(store: &dyn Store, load: &LoadId) -> Result<Self, StoreError> {
        Self::walk(store, load, &mut |_, _| ControlFlow::Continue(()))
    }

    /// Reads a journal line by line, and hands out its checkpoints with their places in it.
    ///
    /// A line that is cut off tells of nothing that was done, since what it tells of waits for it; so does a line without end.
    /// Lines of other kinds are passed over, and those that an owner wrote after another had taken the load over.
    pub(crate) fn walk(
        store: &dyn Store,
        load: &LoadId,
        each: &mut dyn FnMut(u64, &RawValue) -> ControlFlow<()>,
    ) -> Result<Self, StoreError> {
        let mut journal = Self { owner: owner::FIRST, ..Self::default() };
        let path = journal_path(load);
        let Some(file) = store.reader(&path, 0)? else { return Ok(journal) };
        let mut file = BufReader::with_capacity(1 << 16, file);
        let (mut text, mut at, mut first) = (Vec::new(), 0, true);
        loop {
            text.clear();
            let read = file.read_until(b'\n', &mut text);
            let read = read.map_err(|error| StoreError::io("read", store.locate(&path))(error))?;
            if !text.ends_with(b"\n") {
                return Ok(journal);
            }
            let start = at;
            at += read as u64;
            let Ok(line) = serde_json::from_slice::<Line<'_>>(&text) else { continue };
            let is_first = std::mem::take(&mut first);
            if let Some(begun) = &line.begin {
                let known = is_first && begun.format == FORMAT;
                journal.pins = begun.pins.filter(|_| known).map(ToOwned::to_owned);
            }
            let Some(checkpoint) = journal.take(line) else { continue };
            let within = checkpoint.get().as_ptr().addr() - text.as_ptr().addr();
            if each(start + within as u64, checkpoint).is_break() {
                return Ok(journal);
            }
        }
    }

    /// Takes a line; gives the checkpoint that is in it.
    fn take<'a>(&mut self, line: Line<'a>) -> Option<&'a RawValue> {
        let by = line.by.unwrap_or(owner::FIRST);
        if by < self.owner {
            return None;
        }
        self.owner = by;
        self.intents.extend(line.committing.map(|intent| Noted { by, intent, undone: false }));
        if line.undone.is_some() {
            self.intents.iter_mut().for_each(|noted| noted.undone = true);
        }
        let checkpoint = line.checkpoint.filter(|_| self.pins.is_some())?;
        self.checkpoints += 1;
        Some(checkpoint)
    }
}

#[derive(Deserialize)]
struct Begun<'a> {
    format: u32,
    #[serde(borrow)]
    pins: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Line<'a> {
    by: Option<u32>,
    #[serde(borrow)]
    begin: Option<Begun<'a>>,
    committing: Option<Intent>,
    #[serde(borrow)]
    checkpoint: Option<&'a RawValue>,
    undone: Option<bool>,
}

/// Whether the record of `sequence` is there and that of this load.
pub(crate) fn is_committed(store: &dyn Store, load: &LoadId, sequence: Sequence) -> Result<bool, StoreError> {
    Ok(read_record(store, sequence)?.is_some_and(|record| record.load == *load))
}

pub(crate) fn read_record(store: &dyn Store, sequence: Sequence) -> Result<Option<LoadRecord>, StoreError> {
    let path = record_path(sequence);
    let Some(json) = store.read(&path)? else { return Ok(None) };
    let path = store.locate(&path);
    let record = LoadRecord::from_json(&json, &path)?;
    if record.sequence != sequence {
        let reason = format!("it says that it is record {}", record.sequence);
        return Err(StoreError::Damaged { path, reason });
    }
    Ok(Some(record))
}
