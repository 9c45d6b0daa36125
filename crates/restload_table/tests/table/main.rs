//! The crate from outside: bodies in, Parquet out, read back with another reader than the writer.

mod differential;
mod files;
mod lossless;
mod pages;
mod support;
mod types;
