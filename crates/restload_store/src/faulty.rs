//! A store that fails or dies at a chosen operation, to show what is left then.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::local::UNNAMED;
use crate::{Held, Linked, PartFile, Put, Store, StoreError};

/// How far the operation gets that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nothing of it happens.
    Nothing,
    /// What can be half done is: half of the bytes, a file without its name.
    Half,
    /// All of it happens, and the answer is lost.
    All,
}

/// What is to go wrong.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// The operation that fails, counted from 1; 0 is none.
    pub at: usize,
    /// How far it gets.
    pub reach: Reach,
    /// Whether every operation after it fails too, as for a process that was killed.
    pub dies: bool,
    /// The error that it fails with.
    pub kind: io::ErrorKind,
}

impl Fault {
    /// Nothing goes wrong; for counting operations.
    pub const NONE: Self = Self { at: 0, reach: Reach::Nothing, dies: false, kind: io::ErrorKind::Other };
}

/// A [`Store`] over another one, with a [`Fault`].
pub struct Faulty {
    inner: Arc<dyn Store>,
    counter: Arc<Counter>,
}

struct Counter {
    fault: Fault,
    operations: AtomicUsize,
}

enum Now {
    Works,
    Fails(Reach),
}

impl Counter {
    fn next(&self) -> Now {
        let operation = self.operations.fetch_add(1, Ordering::SeqCst) + 1;
        let Fault { at, reach, dies, .. } = self.fault;
        if at == operation {
            Now::Fails(reach)
        } else if dies && at != 0 && operation > at {
            Now::Fails(Reach::Nothing)
        } else {
            Now::Works
        }
    }
}

impl Faulty {
    /// The store `inner` with a fault.
    pub fn new(inner: Arc<dyn Store>, fault: Fault) -> Self {
        Self { inner, counter: Arc::new(Counter { fault, operations: AtomicUsize::new(0) }) }
    }

    /// How many operations there were, those that failed included.
    pub fn operations(&self) -> usize {
        self.counter.operations.load(Ordering::SeqCst)
    }

    fn run<T>(
        &self,
        doing: &'static str,
        path: &str,
        whole: impl FnOnce() -> Result<T, StoreError>,
        half: impl FnOnce() -> Result<(), StoreError>,
    ) -> Result<T, StoreError> {
        match self.counter.next() {
            Now::Works => return whole(),
            Now::Fails(Reach::Nothing) => {}
            Now::Fails(Reach::Half) => half()?,
            Now::Fails(Reach::All) => {
                whole()?;
            }
        }
        Err(StoreError::io(doing, self.inner.locate(path))(self.counter.fault.kind.into()))
    }
}

impl Store for Faulty {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.run("read", path, || self.inner.read(path), || Ok(()))
    }

    fn reader(&self, path: &str, from: u64) -> Result<Option<Box<dyn io::Read + Send>>, StoreError> {
        self.run("read", path, || self.inner.reader(path, from), || Ok(()))
    }

    fn size(&self, path: &str) -> Result<Option<u64>, StoreError> {
        self.run("read", path, || self.inner.size(path), || Ok(()))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        self.run("list", folder, || self.inner.list(folder), || Ok(()))
    }

    fn create_part(&self, path: &str) -> Result<Box<dyn PartFile>, StoreError> {
        let file = self.run("create", path, || self.inner.create_part(path), || Ok(()))?;
        Ok(Box::new(FaultyPart { inner: file, counter: Arc::clone(&self.counter) }))
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let half = || self.inner.append(path, &bytes[..bytes.len() / 2]);
        self.run("write", path, || self.inner.append(path, bytes), half)
    }

    fn sync_file(&self, path: &str) -> Result<(), StoreError> {
        self.run("sync", path, || self.inner.sync_file(path), || Ok(()))
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<Put, StoreError> {
        let half = || {
            let unnamed = format!("{path}{UNNAMED}");
            self.inner.put_if_absent(&unnamed, &bytes[..bytes.len() / 2]).map(|_| ())
        };
        self.run("write", path, || self.inner.put_if_absent(path, bytes), half)
    }

    fn link_file(&self, from: &str, to: &str) -> Result<Linked, StoreError> {
        self.run("make a hard link at", to, || self.inner.link_file(from, to), || Ok(()))
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.run("remove", path, || self.inner.remove(path), || Ok(()))
    }

    fn sync_folder(&self, folder: &str) -> Result<(), StoreError> {
        self.run("sync", folder, || self.inner.sync_folder(folder), || Ok(()))
    }

    fn prune(&self, folder: &str) -> Result<(), StoreError> {
        self.run("remove", folder, || self.inner.prune(folder), || Ok(()))
    }

    fn lock(&self, path: &str) -> Result<Option<Box<dyn Held>>, StoreError> {
        self.run("lock", path, || self.inner.lock(path), || Ok(()))
    }

    fn locate(&self, path: &str) -> PathBuf {
        self.inner.locate(path)
    }
}

struct FaultyPart {
    inner: Box<dyn PartFile>,
    counter: Arc<Counter>,
}

impl io::Write for FaultyPart {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.counter.next() {
            Now::Works => return self.inner.write(bytes),
            Now::Fails(Reach::Nothing) => {}
            Now::Fails(Reach::Half) => self.inner.write_all(&bytes[..bytes.len() / 2])?,
            Now::Fails(Reach::All) => self.inner.write_all(bytes)?,
        }
        Err(self.counter.fault.kind.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl PartFile for FaultyPart {
    fn finish(self: Box<Self>) -> io::Result<()> {
        match self.counter.next() {
            Now::Works => return self.inner.finish(),
            Now::Fails(Reach::All) => self.inner.finish()?,
            Now::Fails(_) => {}
        }
        Err(self.counter.fault.kind.into())
    }
}
