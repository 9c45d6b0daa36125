//! Where the files and the state of a spec's output live: load records, commit, recovery, lock.
//!
//! A spec's folder is `<out>/<spec>/`. What its tables are is what the newest load record lists; creating that
//! record is the one atomic act of a commit, and everything else is put right from the journal of the load when
//! a commit was interrupted. This crate sees files and never what is in them: columns, rows and cursors are
//! told by the caller and kept as they are.
//!
//! ```no_run
//! use restload_store::{Account, Commit, Folder, LoadId, LoadRecord, Place, Sequence};
//! use std::io::Write as _;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = Folder::open("data".as_ref(), "tapfiliate")?;
//! let lock = folder.lock()?;
//! let recovered = folder.recover(&lock)?;
//! let account = Account { origin: "https://api.tapfiliate.com".into(), ..Account::default() };
//! let base = folder.newest_of(&account)?;
//!
//! let now = jiff::Timestamp::now();
//! let load = folder.begin(LoadId::new(now, 4_711))?;
//! let mut part = load.create_part()?;
//! part.write_all(b"PAR1")?;
//! let part = part.close()?;
//!
//! let sequence = Sequence::after(base.as_ref());
//! let mut record = LoadRecord::new(sequence, load.id().clone(), "tapfiliate", now, account);
//! record.tables.entry("conversions".into()).or_default().files.push(load.file(&part, "conversions", 0));
//! let place = vec![Place { part: part.number, table: "conversions".into() }];
//! load.commit(Commit { record, place, remove: Vec::new() })?;
//! # Ok(())
//! # }
//! ```

mod commit;
#[cfg(any(test, feature = "test-faults"))]
pub mod counting;
mod error;
mod fail;
#[cfg(any(test, feature = "test-faults"))]
pub mod faulty;
mod folder;
#[cfg(any(test, feature = "test-faults"))]
pub mod forgetful;
mod journal;
mod layout;
mod load_id;
mod local;
mod lock;
mod open_load;
mod owner;
mod record;
mod recover;
mod rollback;
mod store;
#[cfg(test)]
mod tests;
mod upkeep;

pub use commit::{Commit, CommitError, Place};
pub use error::StoreError;
pub use fail::{FAIL_POINTS, fail_point};
pub use folder::{Folder, LeftOpen};
pub use layout::check_table_name;
pub use load_id::LoadId;
pub use local::LocalStore;
pub use lock::Lock;
pub use open_load::{ClosedPart, OpenLoad, Part};
pub use record::{
    Account, Act, Change, ChangeKind, FileEntry, Format, LoadRecord, Merged, Sequence, TableState, TakenBack,
    Undone,
};
pub use recover::Recovered;
pub use rollback::{Rollback, RollbackError};
pub use store::{Held, Linked, PartFile, Put, Store};
pub use upkeep::{Fingerprint, Unended};
