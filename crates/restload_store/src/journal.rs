//! The journal of an open load: JSON lines, of which each is durable before what it tells of is done.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::layout::{journal_path, record_path};
use crate::{LoadId, LoadRecord, Put, Sequence, Store, StoreError};

/// The format of journals that this version writes and reads.
const FORMAT: u32 = 2;

#[derive(Serialize)]
struct Begin<'a> {
    format: u32,
    load: &'a LoadId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pins: Option<&'a RawValue>,
}

#[derive(Serialize)]
enum Entry<'a> {
    #[serde(rename = "begin")]
    Begin(Begin<'a>),
    #[serde(rename = "committing")]
    Committing(&'a Intent),
    #[serde(rename = "checkpoint")]
    Checkpoint(&'a RawValue),
}

/// What a commit is about to do: enough to finish or to undo it without the process that began it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) sequence: Sequence,
    pub(crate) add: Vec<Added>,
    pub(crate) remove: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) restore: Vec<Restore>,
}

/// A file of an earlier load that comes back to its table, and the load that took it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Restore {
    pub(crate) path: String,
    pub(crate) from: LoadId,
}

impl Intent {
    /// The paths that files get by it.
    pub(crate) fn placed(&self) -> impl Iterator<Item = &str> + Clone {
        let added = self.add.iter().map(|added| added.path.as_str());
        added.chain(self.restore.iter().map(|restore| restore.path.as_str()))
    }
}

/// A part and the path that it gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Added {
    pub(crate) part: u32,
    pub(crate) path: String,
}

/// Opens the journal of a new load; one with `pins` may be gone on with.
pub(crate) fn begin(store: &dyn Store, load: &LoadId, pins: Option<&RawValue>) -> Result<(), StoreError> {
    let line = line(store, load, &Entry::Begin(Begin { format: FORMAT, load, pins }))?;
    match store.put_if_absent(&journal_path(load), &line)? {
        Put::Created => Ok(()),
        Put::Exists => Err(StoreError::LoadExists { load: load.to_string() }),
    }
}

pub(crate) fn note_committing(store: &dyn Store, load: &LoadId, intent: &Intent) -> Result<(), StoreError> {
    note(store, load, &Entry::Committing(intent))
}

/// Notes what is durable; the journal does not know what it means.
pub(crate) fn note_checkpoint(store: &dyn Store, load: &LoadId, kept: &RawValue) -> Result<(), StoreError> {
    note(store, load, &Entry::Checkpoint(kept))
}

fn note(store: &dyn Store, load: &LoadId, entry: &Entry<'_>) -> Result<(), StoreError> {
    // An entry that was cut off, by a full disk for instance, is not to swallow this one.
    let mut bytes = vec![b'\n'];
    bytes.append(&mut line(store, load, entry)?);
    store.append(&journal_path(load), &bytes)
}

fn line(store: &dyn Store, load: &LoadId, entry: &Entry<'_>) -> Result<Vec<u8>, StoreError> {
    let path = store.locate(&journal_path(load));
    let mut line = serde_json::to_vec(entry).map_err(|error| StoreError::io("write", path)(error.into()))?;
    line.push(b'\n');
    Ok(line)
}

/// The commits that a load began, the newest last.
///
/// A line that is cut off tells of nothing that was done, since what it tells of waits for it; so does a line
/// without end. Lines of other kinds are passed over.
pub(crate) fn read_intents(store: &dyn Store, load: &LoadId) -> Result<Vec<Intent>, StoreError> {
    #[derive(Deserialize)]
    struct Line {
        committing: Option<Intent>,
    }
    let journal = store.read(&journal_path(load))?.unwrap_or_default();
    Ok(lines::<Line>(&journal).filter_map(|line| line.committing).collect())
}

/// What a load kept: what it was begun with, and its checkpoints, the newest last; none where it cannot be gone on with.
pub(crate) fn read_kept(store: &dyn Store, load: &LoadId) -> Result<Option<Kept>, StoreError> {
    #[derive(Deserialize)]
    struct Begun {
        format: u32,
        pins: Option<Box<RawValue>>,
    }
    #[derive(Deserialize)]
    struct Line {
        begin: Option<Begun>,
        checkpoint: Option<Box<RawValue>>,
    }
    let journal = store.read(&journal_path(load))?.unwrap_or_default();
    let mut lines = lines::<Line>(&journal);
    let begun = lines.next().and_then(|line| line.begin).filter(|begun| begun.format == FORMAT);
    let Some(pins) = begun.and_then(|begun| begun.pins) else { return Ok(None) };
    let checkpoints: Vec<_> = lines.filter_map(|line| line.checkpoint).collect();
    Ok(Some(Kept { pins, checkpoints }))
}

/// What a load kept.
pub(crate) struct Kept {
    pub(crate) pins: Box<RawValue>,
    pub(crate) checkpoints: Vec<Box<RawValue>>,
}

/// The whole lines of a journal that can be read.
fn lines<'a, T: Deserialize<'a>>(journal: &'a [u8]) -> impl Iterator<Item = T> {
    let whole = journal.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    whole.filter_map(|line| serde_json::from_slice(line).ok())
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
