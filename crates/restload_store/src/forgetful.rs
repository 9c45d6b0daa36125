//! A store in which a crash loses what was not synced, to show that all that matters was.
//!
//! It lies in a folder on this machine, so that readers of Parquet see its files. It is stricter than file systems are: of what
//! was not synced each name, and each end of a file, is lost or kept by itself.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::layout::parent;
use crate::{Held, Linked, LocalStore, PartFile, Put, Store, StoreError};

/// A [`Store`] that forgets ([`Forgetful::crash`]).
pub struct Forgetful {
    inner: LocalStore,
    lock_lies: bool,
    state: Arc<Mutex<State>>,
}

/// What a crash may undo.
#[derive(Default)]
struct State {
    /// Where files are held that a crash may bring back.
    shadows: PathBuf,
    count: u64,
    /// For each name, what was done to it since its folder was synced.
    names: BTreeMap<String, Vec<Act>>,
    /// Files whose bytes are not synced, or only so many of them.
    unsynced: BTreeMap<String, Unsynced>,
}

struct Unsynced {
    shadow: PathBuf,
    durable: u64,
}

enum Act {
    Added,
    Removed(PathBuf),
}

impl State {
    fn shadow(&mut self) -> PathBuf {
        self.count += 1;
        self.shadows.join(self.count.to_string())
    }

    fn did(&mut self, path: &str, act: Act) {
        self.names.entry(path.to_owned()).or_default().push(act);
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Forgetful {
    /// A store in `folder`; `shadows` is a folder beside it, for its own use. Where the lock lies, everybody holds it.
    pub fn new(folder: PathBuf, shadows: PathBuf, lock_lies: bool) -> io::Result<Self> {
        fs::create_dir_all(&shadows)?;
        let state = State { shadows, ..State::default() };
        Ok(Self { inner: LocalStore::new(folder), lock_lies, state: Arc::new(Mutex::new(state)) })
    }

    /// The machine dies: of what was not synced, a part that `chance` decides is lost.
    pub fn crash(&self, mut chance: impl FnMut(usize) -> usize) -> io::Result<()> {
        let mut state = lock(&self.state);
        for Unsynced { shadow, durable } in std::mem::take(&mut state.unsynced).into_values() {
            let file = OpenOptions::new().write(true).open(&shadow)?;
            let bytes = usize::try_from(file.metadata()?.len() - durable).unwrap_or(usize::MAX - 1);
            file.set_len(durable + chance(bytes + 1) as u64)?;
        }
        for (path, mut acts) in std::mem::take(&mut state.names) {
            let kept = chance(acts.len() + 1);
            let at = self.inner.locate(&path);
            for act in acts.drain(kept..).rev() {
                match act {
                    Act::Added => drop(fs::remove_file(&at)),
                    Act::Removed(shadow) => {
                        fs::create_dir_all(at.parent().unwrap_or(&at))?;
                        fs::hard_link(shadow, &at)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Keeps a file that is about to lose its name.
    fn keep(&self, path: &str) -> Result<Option<PathBuf>, StoreError> {
        let at = self.inner.locate(path);
        let shadow = lock(&self.state).shadow();
        match fs::hard_link(&at, &shadow) {
            Ok(()) => Ok(Some(shadow)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("keep", at)(error)),
        }
    }
}

impl Store for Forgetful {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.read(path)
    }

    fn reader(&self, path: &str, from: u64) -> Result<Option<Box<dyn io::Read + Send>>, StoreError> {
        self.inner.reader(path, from)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, StoreError> {
        self.inner.size(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        self.inner.list(folder)
    }

    fn create_part(&self, path: &str) -> Result<Box<dyn PartFile>, StoreError> {
        let inner = self.inner.create_part(path)?;
        let mut state = lock(&self.state);
        let shadow = state.shadow();
        let at = self.inner.locate(path);
        fs::hard_link(&at, &shadow).map_err(StoreError::io("keep", at))?;
        state.did(path, Act::Added);
        state.unsynced.insert(path.to_owned(), Unsynced { shadow, durable: 0 });
        Ok(Box::new(ForgetfulPart { inner, path: path.to_owned(), state: self.state.clone() }))
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let durable = self.inner.size(path)?.unwrap_or(0);
        let is_synced = !lock(&self.state).unsynced.contains_key(path);
        if is_synced && let Some(shadow) = self.keep(path)? {
            lock(&self.state).unsynced.insert(path.to_owned(), Unsynced { shadow, durable });
        }
        self.inner.append(path, bytes)
    }

    fn sync_file(&self, path: &str) -> Result<(), StoreError> {
        self.inner.sync_file(path)?;
        lock(&self.state).unsynced.remove(path);
        Ok(())
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<Put, StoreError> {
        let put = self.inner.put_if_absent(path, bytes)?;
        // It is durable, and with it that one of that name was removed before.
        lock(&self.state).names.remove(path);
        Ok(put)
    }

    fn link_file(&self, from: &str, to: &str) -> Result<Linked, StoreError> {
        let linked = self.inner.link_file(from, to)?;
        if linked == Linked::Linked {
            lock(&self.state).did(to, Act::Added);
        }
        Ok(linked)
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        let shadow = self.keep(path)?;
        self.inner.remove(path)?;
        if let Some(shadow) = shadow {
            lock(&self.state).did(path, Act::Removed(shadow));
        }
        Ok(())
    }

    fn sync_folder(&self, folder: &str) -> Result<(), StoreError> {
        lock(&self.state).names.retain(|path, _| parent(path) != folder);
        self.inner.sync_folder(folder)
    }

    fn prune(&self, folder: &str) -> Result<(), StoreError> {
        self.inner.prune(folder)
    }

    fn lock(&self, path: &str) -> Result<Option<Box<dyn Held>>, StoreError> {
        if self.lock_lies { Ok(Some(Box::new(Lie))) } else { self.inner.lock(path) }
    }

    fn locate(&self, path: &str) -> PathBuf {
        self.inner.locate(path)
    }
}

struct Lie;

impl Held for Lie {}

struct ForgetfulPart {
    inner: Box<dyn PartFile>,
    path: String,
    state: Arc<Mutex<State>>,
}

impl io::Write for ForgetfulPart {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl PartFile for ForgetfulPart {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.inner.finish()?;
        lock(&self.state).unsynced.remove(&self.path);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn store() -> (tempfile::TempDir, Forgetful) {
        let root = tempfile::tempdir().unwrap();
        let store = Forgetful::new(root.path().join("out"), root.path().join("shadows"), true).unwrap();
        (root, store)
    }

    fn write(store: &Forgetful, path: &str, sync: bool) {
        let mut part = store.create_part(path).unwrap();
        part.write_all(b"rows").unwrap();
        if sync {
            part.finish().unwrap();
        }
    }

    #[test]
    fn what_was_not_synced_is_lost_and_what_was_is_not() {
        let (_root, store) = store();
        write(&store, "a/1", true);
        store.sync_folder("a").unwrap();
        write(&store, "a/2", true);
        store.remove("a/1").unwrap();
        store.crash(|_| 0).unwrap();
        assert_eq!(store.list("").unwrap(), ["a/1"]);
        store.crash(|_| 0).unwrap();
        assert_eq!(store.read("a/1").unwrap().unwrap(), b"rows");
    }

    #[test]
    fn bytes_are_lost_from_their_end() {
        let (_root, store) = store();
        write(&store, "a/1", false);
        store.sync_folder("a").unwrap();
        store.crash(|choices| choices / 2).unwrap();
        assert_eq!(store.read("a/1").unwrap().unwrap(), b"ro");
    }

    #[test]
    fn what_is_added_at_an_end_is_lost_from_there_on() {
        let (_root, store) = store();
        write(&store, "a/1", true);
        store.sync_folder("a").unwrap();
        store.append("a/1", b" more").unwrap();
        store.sync_file("a/1").unwrap();
        store.append("a/1", b" and").unwrap();
        store.append("a/1", b" more").unwrap();
        store.crash(|choices| choices / 2).unwrap();
        assert_eq!(store.read("a/1").unwrap().unwrap(), b"rows more and ");
        store.crash(|_| 0).unwrap();
        assert_eq!(store.read("a/1").unwrap().unwrap(), b"rows more and ");
    }

    #[test]
    fn a_second_name_is_lost_and_the_first_removed_each_by_itself() {
        for (synced, wanted) in [("b", vec!["a/1", "b/1"]), ("a", vec![])] {
            let (_root, store) = store();
            write(&store, "a/1", true);
            store.sync_folder("a").unwrap();
            store.link_file("a/1", "b/1").unwrap();
            store.remove("a/1").unwrap();
            store.sync_folder(synced).unwrap();
            store.crash(|_| 0).unwrap();
            assert_eq!(store.list("").unwrap(), wanted, "{synced}");
        }
    }

    #[test]
    fn a_lucky_crash_loses_nothing() {
        let (_root, store) = store();
        write(&store, "a/1", false);
        store.link_file("a/1", "b/1").unwrap();
        store.remove("a/1").unwrap();
        store.crash(|choices| choices - 1).unwrap();
        assert_eq!(store.read("b/1").unwrap().unwrap(), b"rows");
        assert_eq!(store.list("").unwrap(), ["b/1"]);
    }
}
