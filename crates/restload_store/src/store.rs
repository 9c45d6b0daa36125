//! What a place for files has to offer: the few acts that loads, commits and recovery are made of.

use std::io;
use std::path::PathBuf;

use crate::StoreError;

/// The place of one spec's files. Paths are relative to it and joined by `/`; folders come with their files.
///
/// What an act wrote is durable where it says so; an act that fails may have happened or not, and every caller is
/// written for both.
pub trait Store: Send + Sync {
    /// The bytes of a file; none where there is none.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// The bytes of a file from a place on, to be read as they are needed; none where there is none.
    fn reader(&self, path: &str, from: u64) -> Result<Option<Box<dyn io::Read + Send>>, StoreError>;

    /// The size of a file; none where there is none.
    fn size(&self, path: &str) -> Result<Option<u64>, StoreError>;

    /// The paths of all files in a folder and the folders below it, sorted; none where there is no such folder.
    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError>;

    /// A new file to be written from its start to its end; one that is there is an error. Its bytes are durable after
    /// [`PartFile::finish`], its name after [`Store::sync_folder`].
    fn create_part(&self, path: &str) -> Result<Box<dyn PartFile>, StoreError>;

    /// Adds bytes at the end of a file that is there; one that is not is an error (`NotFound`), and is not made. Durable after
    /// [`Store::sync_file`].
    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// Makes all bytes of a file durable; one that is not there is an error (`NotFound`).
    fn sync_file(&self, path: &str) -> Result<(), StoreError>;

    /// Creates a file with all its bytes at once, or leaves the one that is there. Durable on return.
    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<Put, StoreError>;

    /// Gives a file a second path and never overwrites. Durable after [`Store::sync_folder`] of the folder of `to`.
    fn link_file(&self, from: &str, to: &str) -> Result<Linked, StoreError>;

    /// Removes a file; one that is not there is removed already.
    fn remove(&self, path: &str) -> Result<(), StoreError>;

    /// Makes durable which files a folder has; one that is not there has none.
    fn sync_folder(&self, folder: &str) -> Result<(), StoreError>;

    /// Removes a folder, and the folders in it, as far as no file is in them. The empty path is the spec's own
    /// folder: it goes only if this store created it.
    fn prune(&self, folder: &str) -> Result<(), StoreError>;

    /// Locks the place until what is returned is dropped; none while another holds it. A place that has no locks
    /// says yes: a lock saves work, and what is right does not rest on it.
    fn lock(&self, path: &str) -> Result<Option<Box<dyn Held>>, StoreError>;

    /// Where a file is, for a person and for readers of its format.
    fn locate(&self, path: &str) -> PathBuf;
}

/// A file that is being written.
pub trait PartFile: io::Write + Send {
    /// Makes what was written durable.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// What a lock is held by; dropping it lets go.
pub trait Held: Send + Sync {}

/// What came of [`Store::put_if_absent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The file is now there.
    Created,
    /// Another file has the path, and was left as it is.
    Exists,
}

/// What came of [`Store::link_file`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// The file has both paths.
    Linked,
    /// There is no such file.
    Absent,
    /// A file has the second path, and was left as it is.
    Exists,
}
