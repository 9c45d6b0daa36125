//! The crate from outside: bodies in, Parquet out, read back with another reader than the writer.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the numbers of a test are small"
)]

mod differential;
mod files;
mod formats;
mod lossless;
mod pages;
mod support;
mod types;
