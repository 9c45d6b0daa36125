//! A load that is not committed: its parts lie where no reader finds them.

use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::fail::fail_point;
use crate::layout::{OPEN, OURS, file_path, journal_path, open_folder, part_path};
use crate::recover::{Recovered, settle};
use crate::{FileEntry, LoadId, PartFile, Store, StoreError, journal};

/// A load that is being written ([`crate::Folder::begin`]); it ends by [`OpenLoad::commit`] or
/// [`OpenLoad::abandon`], and one that ends otherwise is put right by [`crate::Folder::recover`].
pub struct OpenLoad {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) id: LoadId,
    parts: AtomicU32,
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
        let load = Self { store, id, parts: AtomicU32::new(0), unsettled: AtomicBool::new(false) };
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

    pub(crate) fn resume(
        store: Arc<dyn Store>,
        id: LoadId,
        parts: &[(u32, u64)],
    ) -> Result<Resumed, StoreError> {
        fail_point("resume");
        let wanted: BTreeMap<String, (u32, u64)> =
            parts.iter().map(|&(number, bytes)| (part_path(&id, number), (number, bytes))).collect();
        let mut sound = BTreeSet::new();
        let journal = journal_path(&id);
        for path in store.list(&open_folder(&id))?.iter().filter(|path| **path != journal) {
            match wanted.get(path) {
                Some((number, bytes)) if store.size(path)? == Some(*bytes) => {
                    sound.insert(*number);
                }
                _ => store.remove(path)?,
            }
        }
        let lost = parts.iter().map(|(number, _)| *number).filter(|number| !sound.contains(number)).collect();
        let highest = parts.iter().map(|(number, _)| *number).max().unwrap_or(0);
        let load = Self { store, id, parts: AtomicU32::new(highest), unsettled: AtomicBool::new(false) };
        Ok(Resumed { load, lost })
    }

    /// Notes what is durable, for [`crate::Folder::left_open`]. It is durable itself on return.
    pub fn note_checkpoint(&self, kept: &RawValue) -> Result<(), StoreError> {
        journal::note_checkpoint(self.store.as_ref(), &self.id, kept)
    }

    /// The id of the load.
    pub fn id(&self) -> &LoadId {
        &self.id
    }

    /// A new part, to be written on any thread. Parts are numbered from 1 in the order of this call, and readers
    /// that sort names see a table's files in the order of their numbers.
    pub fn create_part(&self) -> Result<Part, StoreError> {
        let number = self.parts.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let path = part_path(&self.id, number);
        let file = self.store.create_part(&path)?;
        let path = self.store.locate(&path);
        Ok(Part { load: self.id.clone(), number, path, file, bytes: 0, hash: Sha256::new() })
    }

    /// Where a part is, for the reader that rewrites it before the commit.
    pub fn locate_part(&self, number: u32) -> PathBuf {
        self.store.locate(&part_path(&self.id, number))
    }

    /// Removes a part that is not to be committed, rewritten ones for instance. The commit would do it too.
    pub fn remove_part(&self, number: u32) -> Result<(), StoreError> {
        self.store.remove(&part_path(&self.id, number))
    }

    /// Removes all of the load, and folders that stay empty. Where a commit failed so that it was not known
    /// whether it took place, this finds out, and finishes it if it did: then `finished` holds the load.
    pub fn abandon(&self) -> Result<Recovered, StoreError> {
        let mut recovered = Recovered::default();
        settle(self.store.as_ref(), &self.id, false, &mut recovered)?;
        self.store.prune(OPEN)?;
        self.store.prune(OURS)?;
        self.store.prune("")?;
        Ok(recovered)
    }
}

/// A load that is gone on with.
pub struct Resumed {
    /// The load.
    pub load: OpenLoad,
    /// Parts that it was to keep, and that are not there or of another size.
    pub lost: BTreeSet<u32>,
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
        let finished = self.file.flush().and_then(|()| self.file.finish());
        finished.map_err(StoreError::io("write", self.path))?;
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

impl ClosedPart {
    /// The entry of the part in a load record, as a file of `table` with so many rows.
    pub fn file(&self, table: &str, rows: u64) -> FileEntry {
        FileEntry {
            path: file_path(table, &self.load, self.number),
            rows,
            bytes: self.bytes,
            sha256: self.sha256.clone(),
            load: self.load.clone(),
        }
    }
}
