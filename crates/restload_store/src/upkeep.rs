//! What a person who looks after a folder needs: what lies in it beside what the records say, and moving it where it belongs.
//!
//! Nothing here removes a file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _};

use sha2::{Digest as _, Sha256};

use crate::journal::Journal;
use crate::layout::{ORPHANS, OURS, journal_path, parent, placed_by};
use crate::owner::open_loads;
use crate::rollback::kept_files;
use crate::{FileEntry, Folder, Linked, LoadId, Lock, StoreError, journal};

/// A load that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unended {
    /// The load.
    pub load: LoadId,
    /// Its commit was begun: recovery finishes or undoes it.
    pub committing: bool,
    /// The files that the commit gives their places, and those that it takes out.
    pub files: Vec<String>,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

impl FileEntry {
    /// What of the file that was found is not as the record says, in words; none where all is.
    pub fn differs(&self, found: &Fingerprint) -> Option<String> {
        if found.bytes != self.bytes {
            return Some(format!("it has {} bytes, and should have {}", found.bytes, self.bytes));
        }
        (found.sha256 != self.sha256)
            .then(|| format!("its SHA-256 is {}, and should be {}", found.sha256, self.sha256))
    }
}

impl Folder {
    /// The Parquet files that a reader of the tables' folders meets, whatever the records say of them.
    pub fn visible(&self) -> Result<Vec<String>, StoreError> {
        let ours = format!("{OURS}/");
        let mut paths = self.store.list("")?;
        paths.retain(|path| !path.starts_with(&ours) && path.ends_with(".parquet"));
        Ok(paths)
    }

    /// Loads that are not over: of runs that go on, or that ended in the middle.
    pub fn unended(&self) -> Result<Vec<Unended>, StoreError> {
        open_loads(self.store.as_ref())?.into_iter().map(|load| self.unended_load(load)).collect()
    }

    /// A commit that was undone stays in the journal of a load that can be gone on with: only what still lies about counts.
    fn unended_load(&self, load: LoadId) -> Result<Unended, StoreError> {
        let store = self.store.as_ref();
        let (mut committing, mut files) = (false, Vec::new());
        for noted in Journal::read(store, &load)?.intents {
            let intent = &noted.intent;
            committing |= journal::is_committed(store, &load, intent.sequence)?;
            for path in intent.placed() {
                committing |= store.list(parent(path))?.iter().any(|there| there == path);
            }
            let paths = intent.placed().chain(intent.remove.iter().map(String::as_str));
            files.extend(paths.map(str::to_owned));
        }
        Ok(Unended { load, committing, files })
    }

    /// Files that were taken out of the tables and are kept, by the paths that they had, with the paths that they have now
    /// ([`Folder::locate`]).
    pub fn kept(&self) -> Result<BTreeMap<String, String>, StoreError> {
        kept_files(&self.store)
    }

    /// Size and hash of a file; none where there is none.
    pub fn fingerprint(&self, path: &str) -> Result<Option<Fingerprint>, StoreError> {
        let path = self.store.locate(path);
        match fingerprint(&path) {
            Ok(fingerprint) => Ok(Some(fingerprint)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("read", path)(error)),
        }
    }

    /// Takes a file that no record lists out of its table's folder, and says where it is now; none where its load is not over, so
    /// that a record may list it yet, or where one does by now.
    pub fn set_aside(&self, _lock: &Lock, path: &str) -> Result<Option<String>, StoreError> {
        if let Some(load) = placed_by(path)
            && self.store.size(&journal_path(&load))?.is_some()
        {
            return Ok(None);
        }
        if self.lists(path)? {
            return Ok(None);
        }
        let mut to = format!("{ORPHANS}/{path}");
        let mut more = 1;
        while self.store.link_file(path, &to)? == Linked::Exists {
            more += 1;
            to = format!("{ORPHANS}/{path}.{more}");
        }
        self.store.sync_folder(parent(&to))?;
        self.store.remove(path)?;
        self.store.sync_folder(parent(path))?;
        self.store.prune(parent(path))?;
        Ok(Some(to))
    }

    /// Brings a kept file back to the place where the newest record has it; says whether it is there now. It is kept all the same, until
    /// the next commit.
    pub fn put_back(&self, _lock: &Lock, path: &str, kept: &str) -> Result<bool, StoreError> {
        let store = self.store.as_ref();
        if !self.lists(path)? || store.link_file(kept, path)? != Linked::Linked {
            return Ok(false);
        }
        store.sync_folder(parent(path))?;
        // A run that does not see the lock may have replaced it meanwhile.
        if self.lists(path)? {
            return Ok(true);
        }
        store.remove(path)?;
        Ok(false)
    }

    fn lists(&self, path: &str) -> Result<bool, StoreError> {
        Ok(self.newest_record()?.is_some_and(|newest| newest.all_files().any(|file| file.path == path)))
    }
}

fn fingerprint(path: &std::path::Path) -> io::Result<Fingerprint> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
    let mut sha256 = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a text cannot fail.
        let _ = write!(sha256, "{byte:02x}");
    }
    Ok(Fingerprint { bytes, sha256 })
}
