//! Exit codes: what a script can tell of how restload ended.

/// Everything that was asked for is done.
pub const DONE: u8 = 0;
/// The command line is wrong, or names a file that cannot be read.
pub const USAGE: u8 = 1;
/// The spec has errors.
pub const SPEC: u8 = 2;
/// The run failed and nothing was committed; a missing input and an unwritable folder are such failures too.
pub const FAILED: u8 = 3;
/// Some tables were committed and some failed.
pub const PARTLY: u8 = 4;
/// Another run holds the folder.
pub const HELD: u8 = 6;
/// A bug of restload.
pub const BUG: u8 = 70;
/// Ended by Ctrl-C.
pub const INTERRUPTED: u8 = 130;
