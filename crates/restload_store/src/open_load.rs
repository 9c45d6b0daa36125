//! A load that is not committed: its parts lie where no reader finds them.

use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Read as _, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::fail::{self, fail_point};
use crate::journal::{self, Intent, Journal};
use crate::layout::{KEPT, OURS, file_path, journal_path, parse_owner, part_path};
use crate::owner::{FIRST, open_files, take_over, taken_over};
use crate::recover::{Recovered, abandon, settle_owned};
use crate::{FileEntry, LoadId, PartFile, Store, StoreError};

/// A load that is being written ([`crate::Folder::begin`]); it ends by [`OpenLoad::commit`] or
/// [`OpenLoad::abandon`], and one that ends otherwise is put right by [`crate::Folder::recover`].
pub struct OpenLoad {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) id: LoadId,
    /// Which of the processes that wrote it this one is.
    pub(crate) owner: u32,
    parts: AtomicU32,
    /// The name of its journal is durable.
    is_named: AtomicBool,
    /// A commit was begun and not undone: what the folders hold is for the journal to say.
    pub(crate) unsettled: AtomicBool,
}

impl OpenLoad {
    pub(crate) fn begin(
        store: Arc<dyn Store>,
        id: LoadId,
        pins: Option<&RawValue>,
    ) -> Result<Self, StoreError> {
        fail_point("begin");
        let begun = journal::begin(store.as_ref(), &id, pins);
        fail_point("begun");
        let load = Self::of(store, id, FIRST);
        match begun {
            Ok(()) => Ok(load),
            Err(exists @ StoreError::LoadExists { .. }) => Err(exists),
            Err(error) => {
                // Nobody gets this load to abandon it; the first error is the one to tell.
                let _ = load.abandon();
                Err(error)
            }
        }
    }

    /// Goes on with a load that another process has left.
    pub(crate) fn resume(store: Arc<dyn Store>, id: LoadId) -> Result<Self, StoreError> {
        fail_point("resume");
        let owner = take_over(store.as_ref(), &id)?;
        let journal = Journal::read(store.as_ref(), &id)?;
        // The owner before may have begun its commit in the meantime.
        if journal.intents.iter().any(|noted| !noted.undone) {
            let mut recovered = Recovered::default();
            settle_owned(store.as_ref(), &id, owner, &journal, true, &mut recovered)?;
            if recovered.left.is_empty() {
                return Err(taken_over(&id));
            }
        }
        journal::note_taken_over(store.as_ref(), &id, owner)?;
        Ok(Self::of(store, id, owner))
    }

    fn of(store: Arc<dyn Store>, id: LoadId, owner: u32) -> Self {
        // A further owner's name was synced beside that of the journal, and with it.
        let (is_named, unsettled) = (AtomicBool::new(owner != FIRST), AtomicBool::new(false));
        Self { store, id, owner, parts: AtomicU32::new(0), is_named, unsettled }
    }

    /// Goes through what was noted of the load ([`OpenLoad::note_checkpoint`]), the oldest first, each with its place in the
    /// journal, until it is told to stop. The journal is read as it goes; what is not asked for stays on the disk.
    pub fn checkpoints(
        &self,
        each: &mut dyn FnMut(u64, &RawValue) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        Journal::walk(self.store.as_ref(), &self.id, each).map(|_| ())
    }

    /// A piece of the journal again, by its place and its length.
    pub fn reread(&self, at: u64, bytes: usize) -> Result<Vec<u8>, StoreError> {
        let path = journal_path(&self.id);
        let Some(file) = self.store.reader(&path, at)? else { return Err(taken_over(&self.id)) };
        let mut read = Vec::with_capacity(bytes);
        let done = file.take(bytes as u64).read_to_end(&mut read);
        done.map_err(StoreError::io("read", self.store.locate(&path)))?;
        Ok(read)
    }

    /// Keeps of a load that is gone on with these parts, with their sizes, and removes all others. Gives those that are not there, or of
    /// another size.
    pub fn keep_parts(&self, parts: &[(u32, u64)]) -> Result<BTreeSet<u32>, StoreError> {
        let (store, id) = (self.store.as_ref(), &self.id);
        let wanted: BTreeMap<String, (u32, u64)> =
            parts.iter().map(|&(number, bytes)| (part_path(id, number), (number, bytes))).collect();
        let mut sound = BTreeSet::new();
        let journal = journal_path(id);
        for path in open_files(store, id)? {
            if path == journal || parse_owner(id, &path).is_some() {
                continue;
            }
            match wanted.get(&path) {
                Some((number, bytes)) if store.size(&path)? == Some(*bytes) => {
                    sound.insert(*number);
                }
                _ => store.remove(&path)?,
            }
        }
        self.parts.store(parts.iter().map(|(number, _)| *number).max().unwrap_or(0), Ordering::Relaxed);
        Ok(parts.iter().map(|(number, _)| *number).filter(|number| !sound.contains(number)).collect())
    }

    /// Notes what is durable, for [`crate::Folder::left_open`]. It is durable itself on return.
    pub fn note_checkpoint(&self, kept: &RawValue) -> Result<(), StoreError> {
        self.note_last_checkpoint(kept)?;
        self.sync()
    }

    /// As [`OpenLoad::note_checkpoint`], where a commit follows or [`OpenLoad::sync`] does: it is durable with these. A process that is
    /// killed before loses nothing of it; a power failure does.
    pub fn note_last_checkpoint(&self, kept: &RawValue) -> Result<(), StoreError> {
        journal::write_checkpoint(self.store.as_ref(), &self.id, self.owner, kept)
    }

    /// Makes durable what was noted.
    pub fn sync(&self) -> Result<(), StoreError> {
        journal::sync(self.store.as_ref(), &self.id)?;
        self.make_named()
    }

    pub(crate) fn note_committing(&self, intent: &Intent) -> Result<(), StoreError> {
        journal::note_committing(self.store.as_ref(), &self.id, self.owner, intent)?;
        if intent.remove.is_empty() { self.make_named() } else { self.make_all_named() }
    }

    /// The name of the journal waits for the first line that tells of something.
    fn make_named(&self) -> Result<(), StoreError> {
        if self.is_named.load(Ordering::SeqCst) { Ok(()) } else { self.make_all_named() }
    }

    /// The names of the parts, and of what is to be kept of the tables, too.
    fn make_all_named(&self) -> Result<(), StoreError> {
        self.store.sync_folder(KEPT)?;
        self.is_named.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// The id of the load.
    pub fn id(&self) -> &LoadId {
        &self.id
    }

    /// A new part, to be written on any thread. Parts are numbered from 1 in the order of this call, and readers
    /// that sort names see a table's files in the order of their numbers.
    pub fn create_part(&self) -> Result<Part, StoreError> {
        fail_point("part-create");
        loop {
            let number = self.parts.fetch_add(1, Ordering::Relaxed).saturating_add(1);
            let path = part_path(&self.id, number);
            let file = match self.store.create_part(&path) {
                // One that the owner before wrote when it was the owner no more.
                Err(error) if error.io_kind() == Some(io::ErrorKind::AlreadyExists) => continue,
                file => file?,
            };
            let path = self.store.locate(&path);
            return Ok(Part { load: self.id.clone(), number, path, file, bytes: 0, hash: Sha256::new() });
        }
    }

    /// The entry of a part in a load record, as a file of `table` with so many rows.
    pub fn file(&self, part: &ClosedPart, table: &str, rows: u64) -> FileEntry {
        FileEntry {
            path: file_path(table, &self.id, self.owner, part.number),
            rows,
            bytes: part.bytes,
            sha256: part.sha256.clone(),
            load: self.id.clone(),
        }
    }

    /// Where a part is, for the reader that rewrites it before the commit.
    pub fn locate_part(&self, number: u32) -> PathBuf {
        self.store.locate(&part_path(&self.id, number))
    }

    /// Removes all of the load, and folders that stay empty. Where a commit failed so that it was not known
    /// whether it took place, this finds out, and finishes it if it did: then `finished` holds the load. What another process took
    /// over is left to that one.
    pub fn abandon(&self) -> Result<Recovered, StoreError> {
        let mut recovered = Recovered::default();
        abandon(self.store.as_ref(), &self.id, self.owner, &mut recovered)?;
        self.store.prune(KEPT)?;
        self.store.prune(OURS)?;
        self.store.prune("")?;
        Ok(recovered)
    }
}

/// A file of a load that is being written; a [`Write`] to be given to the writer of its format.
///
/// A part that is dropped without [`Part::close`] goes with its load.
pub struct Part {
    load: LoadId,
    number: u32,
    path: PathBuf,
    file: Box<dyn PartFile>,
    bytes: u64,
    hash: Sha256,
}

impl Part {
    /// The number of the part in its load.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Makes the part durable and tells what it is.
    pub fn close(mut self) -> Result<ClosedPart, StoreError> {
        let flushed = self.file.flush();
        fail_point("part-sync");
        let finished = flushed.and_then(|()| self.file.finish());
        finished.map_err(StoreError::io("write", self.path))?;
        fail_point("part-synced");
        let mut sha256 = String::with_capacity(64);
        for byte in self.hash.finalize() {
            // Writing to a text cannot fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        Ok(ClosedPart { load: self.load, number: self.number, bytes: self.bytes, sha256 })
    }

    /// Errors of a writer pass through foreign code: they carry the file's name themselves, and keep their kind.
    fn named(&self, source: io::Error) -> io::Error {
        let kind = source.kind();
        // A writer has to see this one as it is, to try again.
        if kind == io::ErrorKind::Interrupted {
            return source;
        }
        io::Error::new(kind, StoreError::io("write", &self.path)(source))
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if fail::is_due("part-write") {
            self.file.write_all(&bytes[..bytes.len() / 2])?;
            fail::end();
        }
        let written = self.file.write(bytes).map_err(|error| self.named(error))?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|error| self.named(error))
    }
}

/// A part that is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedPart {
    /// The load that it belongs to.
    pub load: LoadId,
    /// Its number in the load.
    pub number: u32,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}
