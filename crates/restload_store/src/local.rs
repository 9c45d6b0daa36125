//! A folder on this machine.
//!
//! A file that must be there whole or not at all is written under another name, synced, and then linked to its
//! own: a link never replaces a file. Folders are synced where the system lets them (not on Windows).

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fail::{self, fail_point};
use crate::lock::LocalLock;
use crate::{Held, Linked, PartFile, Put, Store, StoreError};

/// The ending of a file that [`LocalStore`] has not yet given its name; what a killed process left is removed
/// by recovery.
pub(crate) const UNNAMED: &str = ".unnamed";

/// How often a folder that vanishes is made again; no run removes one so often.
const TRIES: u32 = 100;

/// A [`Store`] in a folder on this machine. Nothing is created before the first file.
#[derive(Debug)]
pub struct LocalStore {
    folder: PathBuf,
    made: Made,
    /// The spec's folder got others, those of tables, and was not synced since.
    unsynced: Mutex<bool>,
}

/// The spec's folder and folders above it that had to be made; they go again if they stay empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made(Arc<Mutex<Vec<PathBuf>>>);

impl Made {
    fn add(&self, folder: &Path) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(folder.to_path_buf());
    }

    /// A folder that is not empty stays, and so do those above it.
    pub(crate) fn remove_empty(&self) {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while made.pop_if(|folder| fs::remove_dir(folder).is_ok()).is_some() {}
    }
}

impl LocalStore {
    /// The store of the files in `folder`, which need not exist.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, made: Made::default(), unsynced: Mutex::default() }
    }

    fn path(&self, path: &str) -> Result<PathBuf, StoreError> {
        let clean = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\\', ':', '\0']);
        if path.is_empty() {
            return Ok(self.folder.clone());
        }
        if !path.split('/').all(clean) {
            return Err(StoreError::PathLeaves { path: path.to_owned() });
        }
        Ok(self.folder.join(path))
    }

    /// Makes a file in a folder that is made before. Another run may remove the folder while it is still empty:
    /// then both are tried again.
    fn make<T>(
        &self,
        path: &str,
        made: Synced,
        act: impl Fn(&Path) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let path = self.path(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut tries = 0;
        loop {
            tries += 1;
            match self.make_folder(folder, made).and_then(|()| act(&path)) {
                Err(error) if error.io_kind() == Some(ErrorKind::NotFound) && tries < TRIES => {}
                result => return result,
            }
        }
    }

    fn make_folder(&self, folder: &Path, made: Synced) -> Result<(), StoreError> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        let above = folder.parent().unwrap_or(Path::new(""));
        self.make_folder(above, made)?;
        match fs::create_dir(folder) {
            Ok(()) if self.folder.starts_with(folder) => self.made.add(folder),
            Ok(()) => {}
            // Another run may have made it meanwhile.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
            // Not to be taken for a file that was to be new.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let is_file = io::Error::new(ErrorKind::NotADirectory, "it is a file, and is to be a folder");
                return Err(StoreError::io("create", folder)(is_file));
            }
            Err(error) => return Err(StoreError::io("create", folder)(error)),
        }
        if made == Synced::WithItsFiles && above == self.folder {
            *self.unsynced() = true;
            return Ok(());
        }
        sync_folder(above)
    }

    fn unsynced(&self) -> MutexGuard<'_, bool> {
        self.unsynced.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When it becomes durable that a folder is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Synced {
    Now,
    /// For a folder of a table: with the first of them, all are.
    WithItsFiles,
}

impl Store for LocalStore {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(path)?;
        absent_is_none(fs::read(&path)).map_err(StoreError::io("read", path))
    }

    fn reader(&self, path: &str, from: u64) -> Result<Option<Box<dyn io::Read + Send>>, StoreError> {
        let path = self.path(path)?;
        let opened = File::open(&path).and_then(|mut file| {
            file.seek(io::SeekFrom::Start(from))?;
            Ok(Box::new(file) as Box<dyn io::Read + Send>)
        });
        absent_is_none(opened).map_err(StoreError::io("read", path))
    }

    fn size(&self, path: &str) -> Result<Option<u64>, StoreError> {
        let path = self.path(path)?;
        let found = absent_is_none(fs::symlink_metadata(&path)).map_err(StoreError::io("read", path))?;
        Ok(found.map(|found| found.len()))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for (name, is_folder) in entries(&self.path(&folder)?)? {
                let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                if is_folder { folders.push(path) } else { files.push(path) }
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    fn create_part(&self, path: &str) -> Result<Box<dyn PartFile>, StoreError> {
        let create = |path: &Path| File::create_new(path).map_err(StoreError::io("create", path));
        Ok(Box::new(LocalPart(self.make(path, Synced::Now, create)?)))
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(path)?;
        let written = OpenOptions::new().append(true).open(&path).and_then(|mut file| {
            if fail::is_due("journal-write") {
                file.write_all(&bytes[..bytes.len() / 2])?;
                fail::end();
            }
            file.write_all(bytes)
        });
        written.map_err(StoreError::io("write", path))
    }

    fn sync_file(&self, path: &str) -> Result<(), StoreError> {
        let path = self.path(path)?;
        fail_point("journal-sync");
        let synced = OpenOptions::new().append(true).open(&path).and_then(|file| file.sync_all());
        synced.map_err(StoreError::io("sync", path))?;
        fail_point("journal-synced");
        Ok(())
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<Put, StoreError> {
        self.make(path, Synced::Now, |path| put(path, bytes))
    }

    fn link_file(&self, from: &str, to: &str) -> Result<Linked, StoreError> {
        let from = self.path(from)?;
        let is_there = || {
            let found = absent_is_none(fs::symlink_metadata(&from)).map_err(StoreError::io("read", &from))?;
            Ok(found.is_some())
        };
        if !is_there()? {
            return Ok(Linked::Absent);
        }
        fail_point("link");
        match self.make(to, Synced::WithItsFiles, |to| link_new(&from, to)) {
            Ok(Put::Exists) => return Ok(Linked::Exists),
            Ok(Put::Created) => {}
            // Another process may have taken it away meanwhile.
            Err(_) if !is_there()? => return Ok(Linked::Absent),
            Err(error) => return Err(error),
        }
        fail_point("linked");
        Ok(Linked::Linked)
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        let path = self.path(path)?;
        fail_point("remove");
        absent_is_none(fs::remove_file(&path)).map_err(StoreError::io("remove", path))?;
        Ok(())
    }

    fn sync_folder(&self, folder: &str) -> Result<(), StoreError> {
        fail_point("folder-sync");
        let folder = self.path(folder)?;
        // Held meanwhile: who comes second relies on it.
        let mut unsynced = self.unsynced();
        if *unsynced || folder == self.folder {
            sync_folder(&self.folder)?;
            *unsynced = false;
        }
        drop(unsynced);
        if folder == self.folder { Ok(()) } else { sync_folder(&folder) }
    }

    fn prune(&self, folder: &str) -> Result<(), StoreError> {
        if folder.is_empty() {
            self.made.remove_empty();
            return Ok(());
        }
        prune(&self.path(folder)?).map(|_| ())
    }

    fn lock(&self, path: &str) -> Result<Option<Box<dyn Held>>, StoreError> {
        let take =
            |path: &Path| LocalLock::take(path, self.made.clone()).map_err(StoreError::io("lock", path));
        Ok(self.make(path, Synced::Now, take)?.map(|lock| Box::new(lock) as Box<dyn Held>))
    }

    fn locate(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.folder.clone() } else { self.folder.join(path) }
    }
}

struct LocalPart(File);

impl io::Write for LocalPart {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl PartFile for LocalPart {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.sync_all()
    }
}

fn absent_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Names in a folder, and whether each is a folder; a name that is no UTF-8 is not ours and is passed over.
fn entries(folder: &Path) -> Result<Vec<(String, bool)>, StoreError> {
    let read = || -> io::Result<Vec<(String, bool)>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string() {
                entries.push((name, entry.file_type()?.is_dir()));
            }
        }
        Ok(entries)
    };
    Ok(absent_is_none(read()).map_err(StoreError::io("list", folder))?.unwrap_or_default())
}

fn put(path: &Path, bytes: &[u8]) -> Result<Put, StoreError> {
    let unnamed = create_unnamed(path)?;
    let put = write_synced(&unnamed, bytes).and_then(|()| {
        fail_point("put-link");
        link_new(&unnamed, path)
    });
    fail_point("put-linked");
    // What stays after a failure is removed by recovery; the first error is the one to tell.
    let removed = fs::remove_file(&unnamed);
    let put = put?;
    removed.map_err(StoreError::io("remove", unnamed))?;
    sync_folder(path.parent().unwrap_or(path))?;
    Ok(put)
}

/// A new file beside `path`. Process ids return, in containers above all: what a killed process left is passed by.
fn create_unnamed(path: &Path) -> Result<PathBuf, StoreError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or(OsStr::new("file")).to_string_lossy();
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let unnamed = path.with_file_name(format!(".{name}.{}-{count}{UNNAMED}", std::process::id()));
        match File::create_new(&unnamed) {
            Ok(_) => return Ok(unnamed),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(StoreError::io("create", unnamed)(error)),
        }
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let written = OpenOptions::new().write(true).open(path).and_then(|mut file| {
        if fail::is_due("put-write") {
            file.write_all(&bytes[..bytes.len() / 2])?;
            fail::end();
        }
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(StoreError::io("write", path))
}

fn link_new(from: &Path, to: &Path) -> Result<Put, StoreError> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(Put::Created),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Put::Exists),
        Err(error) => Err(StoreError::io("make a hard link at", to)(error)),
    }
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|opened| opened.sync_all());
        absent_is_none(synced).map_err(StoreError::io("sync", folder))?;
    }
    Ok(())
}

/// Whether the folder is gone.
fn prune(folder: &Path) -> Result<bool, StoreError> {
    let mut empty = true;
    for (name, is_folder) in entries(folder)? {
        empty &= is_folder && prune(&folder.join(name))?;
    }
    if !empty {
        return Ok(false);
    }
    match absent_is_none(fs::remove_dir(folder)) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => Ok(false),
        Err(error) => Err(StoreError::io("remove", folder)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, LocalStore) {
        let root = tempfile::tempdir().unwrap();
        let store = LocalStore::new(root.path().join("data/notes"));
        (root, store)
    }

    fn write(store: &LocalStore, path: &str, bytes: &[u8]) {
        assert_eq!(store.put_if_absent(path, bytes).unwrap(), Put::Created);
    }

    #[test]
    fn a_file_is_put_once_and_the_second_leaves_it_as_it_is() {
        let (_root, store) = store();
        assert_eq!(store.put_if_absent("a/b", b"first").unwrap(), Put::Created);
        assert_eq!(store.put_if_absent("a/b", b"second").unwrap(), Put::Exists);
        assert_eq!(store.read("a/b").unwrap().unwrap(), b"first");
        assert_eq!(store.list("").unwrap(), ["a/b"]);
    }

    #[test]
    fn a_second_name_never_overwrites() {
        let (_root, store) = store();
        write(&store, "a/1", b"one");
        write(&store, "b/1", b"other");
        assert_eq!(store.link_file("a/1", "b/1").unwrap(), Linked::Exists);
        assert_eq!(store.read("b/1").unwrap().unwrap(), b"other");
        assert_eq!(store.link_file("a/1", "b/2").unwrap(), Linked::Linked);
        store.remove("a/1").unwrap();
        assert_eq!(store.link_file("a/1", "b/3").unwrap(), Linked::Absent);
        assert_eq!(store.list("").unwrap(), ["b/1", "b/2"]);
        assert_eq!(store.read("b/2").unwrap().unwrap(), b"one");
    }

    #[test]
    fn the_folders_of_new_tables_are_synced_once_with_the_first_of_them() {
        for synced in ["b", ""] {
            let (_root, store) = store();
            write(&store, "kept/1", b"one");
            assert_eq!(store.link_file("kept/1", "kept/more/1").unwrap(), Linked::Linked);
            assert!(!*store.unsynced());
            for table in ["a", "b"] {
                assert_eq!(store.link_file("kept/1", &format!("{table}/1")).unwrap(), Linked::Linked);
            }
            assert!(*store.unsynced());
            store.sync_folder(synced).unwrap();
            assert!(!*store.unsynced(), "{synced}");
        }
    }

    #[test]
    fn nothing_is_added_to_a_file_that_is_not_there() {
        let (root, store) = store();
        assert_eq!(store.append("a/1", b"one").unwrap_err().io_kind(), Some(ErrorKind::NotFound));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
        write(&store, "a/1", b"one");
        store.append("a/1", b" two").unwrap();
        assert_eq!(store.read("a/1").unwrap().unwrap(), b"one two");
    }

    #[test]
    fn no_path_leaves_the_folder() {
        let (root, store) = store();
        fs::write(root.path().join("secret"), b"x").unwrap();
        for path in ["../../secret", "/etc/passwd", "a/../../../secret", "a//b", "./a", "a\\b"] {
            assert!(matches!(store.read(path), Err(StoreError::PathLeaves { .. })), "{path}");
            assert!(matches!(store.remove(path), Err(StoreError::PathLeaves { .. })), "{path}");
        }
    }

    #[test]
    fn empty_folders_go_and_those_with_files_stay() {
        let (root, store) = store();
        write(&store, "a/b/c/file", b"");
        write(&store, "a/d/file", b"");
        store.remove("a/b/c/file").unwrap();
        store.prune("a").unwrap();
        assert!(!store.locate("a/b").exists());
        assert!(store.locate("a/d/file").exists());
        store.remove("a/d/file").unwrap();
        store.prune("a").unwrap();
        store.prune("").unwrap();
        assert!(!root.path().join("data").exists());
        assert!(root.path().exists());
    }

    #[test]
    fn a_folder_that_was_there_before_stays() {
        let (root, store) = store();
        fs::create_dir(root.path().join("data")).unwrap();
        write(&store, "file", b"");
        store.remove("file").unwrap();
        store.prune("").unwrap();
        assert_eq!(fs::read_dir(root.path().join("data")).unwrap().count(), 0);
    }
}
