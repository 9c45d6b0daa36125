//! The lock of a spec's folder: one run at a time works in it.
//!
//! It is advisory and saves work only; where it lies (some network disks), the sequence of the record decides.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::Held;
use crate::local::Made;

/// A held lock of a spec's folder ([`crate::Folder::lock`]); dropping it lets go.
pub struct Lock {
    pub(crate) _held: Box<dyn Held>,
}

impl std::fmt::Debug for Lock {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Lock")
    }
}

pub(crate) struct LocalLock {
    // Closing the file is what lets go.
    _file: File,
    path: PathBuf,
    made: Made,
}

impl LocalLock {
    /// None while another holds it; `NotFound` where the file or its folder was removed meanwhile: try again.
    pub(crate) fn take(path: &Path, made: Made) -> io::Result<Option<Self>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        Self::take_opened(file, path, made)
    }

    fn take_opened(file: File, path: &Path, made: Made) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            // A disk that has no locks.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if !is_at(&file, path)? {
            return Err(ErrorKind::NotFound.into());
        }
        Ok(Some(Self { _file: file, path: path.to_path_buf(), made }))
    }
}

impl Held for LocalLock {}

impl Drop for LocalLock {
    /// A run that left nothing leaves no folder for its lock either.
    fn drop(&mut self) {
        let Some(folder) = self.path.parent() else { return };
        let alone = fs::read_dir(folder).is_ok_and(|entries| entries.count() == 1);
        // Elsewhere an open file cannot be removed, or a later holder could not tell that it was.
        if alone && cfg!(unix) && fs::remove_file(&self.path).is_ok() && fs::remove_dir(folder).is_ok() {
            self.made.remove_empty();
        }
    }
}

/// Whether the locked file is still the one at `path`: the holder before may have removed it.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (held, there) = (file.metadata()?, fs::metadata(path)?);
    Ok(held.dev() == there.dev() && held.ino() == there.ino())
}

#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_that_was_removed_meanwhile_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let opened = || OpenOptions::new().create(true).append(true).open(&path).unwrap();
        let (removed, made_again) = (opened(), opened());
        fs::remove_file(&path).unwrap();
        let take = |file| LocalLock::take_opened(file, &path, Made::default());
        assert_eq!(take(removed).err().unwrap().kind(), ErrorKind::NotFound);
        let held = take(opened()).unwrap().unwrap();
        assert_eq!(take(made_again).err().unwrap().kind(), ErrorKind::NotFound);
        assert!(take(opened()).unwrap().is_none());
        drop(held);
    }
}
