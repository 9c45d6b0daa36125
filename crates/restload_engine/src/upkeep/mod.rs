//! What is done to a folder between loads: it is proved whole, and its small files are joined. No request is made.

mod compact;
mod verify;

pub use compact::{CompactError, Compacted, CompactedTable, TARGET_BYTES, compact};
pub use verify::{Finding, Verified, verify};
