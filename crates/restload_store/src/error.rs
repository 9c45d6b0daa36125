//! What can go wrong with the files of a spec's folder, in words that a person can act on.

use std::io;
use std::path::PathBuf;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk or the system refused; the kind of the error is kept ([`StoreError::io_kind`]).
    #[error("cannot {doing} `{}`: {source}", path.display())]
    Io {
        /// The verb: `write`, `read`, `list`, …
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A load record or a journal does not hold what it should.
    #[error(
        "`{}` is damaged ({reason}): put it back from a backup, or remove it if the tables of the load before are right",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
    /// A load record of a later format.
    #[error("`{}` is of format {found}, and this restload reads format 1: run the restload that wrote it", path.display())]
    LaterFormat {
        /// The record.
        path: PathBuf,
        /// Its format.
        found: u64,
    },
    /// The folder holds loads of another origin.
    #[error(
        "`{}` holds loads of `{was}`, and this run reads `{is}`: \
         write to another folder with `--out`, or remove `{}` to begin anew",
        folder.display(), folder.display()
    )]
    OtherOrigin {
        /// The spec's folder.
        folder: PathBuf,
        /// The origin of the newest load.
        was: String,
        /// The origin of this run.
        is: String,
    },
    /// The folder holds loads of another account.
    #[error(
        "`{}` holds loads of another account ({was}), and this run reads {is}: \
         write to another folder with `--out`, or remove `{}` to begin anew",
        folder.display(), folder.display()
    )]
    OtherIdentity {
        /// The spec's folder.
        folder: PathBuf,
        /// The identity inputs of the newest load that differ, with their values.
        was: String,
        /// The same inputs of this run.
        is: String,
    },
    /// Another run works in the folder.
    #[error("another run holds `{}`: wait until it has ended", path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
    },
    /// A table's or a spec's name that cannot be a folder.
    #[error(
        "`{name}` is no name of a {what}: letters, digits, `_`, `.` and `-`, and neither `.` nor `_` first"
    )]
    Name {
        /// `table` or `spec`.
        what: &'static str,
        /// The name as given.
        name: String,
    },
    /// A text that is no load id.
    #[error("`{text}` is no load id: expected `YYYYMMDDTHHMMSSZ-xxxxxx`")]
    LoadId {
        /// The text as found.
        text: String,
    },
    /// A path that would leave the spec's folder.
    #[error("`{path}` is no path inside the folder of a spec")]
    PathLeaves {
        /// The path as given.
        path: String,
    },
    /// A load of this id is already there.
    #[error("a load `{load}` is already there")]
    LoadExists {
        /// Its id.
        load: String,
    },
    /// Another process goes on with the load, or put right what it left: it is not this one's any more.
    #[error("load `{load}` was taken over, or removed, by another run: nothing more of this run is kept")]
    TakenOver {
        /// Its id.
        load: String,
    },
    /// The record to commit and the lists of files do not agree: a fault of the caller.
    #[error("the record of load `{load}` does not agree with its files: {reason}")]
    Disagrees {
        /// The load.
        load: String,
        /// Which file, and how.
        reason: String,
    },
}

impl StoreError {
    /// What the system said, where it was the system: `StorageFull`, `PermissionDenied`, …
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::Io { source, .. } => Some(source.kind()),
            _ => None,
        }
    }

    /// Names the act and the file on an error of the system; made for `map_err`.
    pub fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
