//! A store that counts how often something is made durable: what that costs is a promise.
//!
//! Folders that are made for a first file are not counted: each is synced into the one above it, once.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{Held, Linked, PartFile, Put, Store, StoreError};

/// A [`Store`] over another one that counts.
pub struct Counting {
    inner: Arc<dyn Store>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    parts: AtomicUsize,
    syncs: AtomicUsize,
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Parts that were written to their end.
    pub parts: usize,
    /// How often something was made durable, parts included.
    pub syncs: usize,
}

impl Counting {
    /// Counts what is made durable in `inner`.
    pub fn new(inner: Arc<dyn Store>) -> Self {
        Self { inner, counts: Arc::default() }
    }

    /// What was counted since this was asked last.
    pub fn taken(&self) -> Counted {
        let taken = |count: &AtomicUsize| count.swap(0, Ordering::SeqCst);
        Counted { parts: taken(&self.counts.parts), syncs: taken(&self.counts.syncs) }
    }

    fn synced(&self, times: usize) {
        self.counts.syncs.fetch_add(times, Ordering::SeqCst);
    }
}

struct CountingPart(Box<dyn PartFile>, Arc<Counts>);

impl io::Write for CountingPart {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl PartFile for CountingPart {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.1.parts.fetch_add(1, Ordering::SeqCst);
        self.1.syncs.fetch_add(1, Ordering::SeqCst);
        self.0.finish()
    }
}

impl Store for Counting {
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
        Ok(Box::new(CountingPart(self.inner.create_part(path)?, Arc::clone(&self.counts))))
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.inner.append(path, bytes)
    }

    fn sync_file(&self, path: &str) -> Result<(), StoreError> {
        self.synced(1);
        self.inner.sync_file(path)
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<Put, StoreError> {
        // The file, and its folder.
        self.synced(2);
        self.inner.put_if_absent(path, bytes)
    }

    fn link_file(&self, from: &str, to: &str) -> Result<Linked, StoreError> {
        self.inner.link_file(from, to)
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.inner.remove(path)
    }

    fn sync_folder(&self, folder: &str) -> Result<(), StoreError> {
        self.synced(1);
        self.inner.sync_folder(folder)
    }

    fn prune(&self, folder: &str) -> Result<(), StoreError> {
        self.inner.prune(folder)
    }

    fn lock(&self, path: &str) -> Result<Option<Box<dyn Held>>, StoreError> {
        self.inner.lock(path)
    }

    fn locate(&self, path: &str) -> PathBuf {
        self.inner.locate(path)
    }
}
