//! Runs specs against servers on loopback as the command line would, and reads what they leave with readers that are not
//! ours: DuckDB, Polars and pandas.
//!
//! A [`Stage`] is an output folder with a clock whose sleeps end at once. [`read`] asks a reader for a table's folder,
//! by way of `readers/read.py` in one Python process; [`Expected`] holds what it saw against rows of JSON. The Python is
//! that of `RESTLOAD_READERS`, else `python3`. A reader that is not there is said to be left out, and its part of a test
//! passes; with `RESTLOAD_REQUIRE_READERS=1` it fails.
//!
//! The tests are in `tests/shipped`.

#![expect(clippy::panic, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod column_type;
mod expected;
mod left;
mod readers;
mod same;
mod served;
mod stage;

pub use column_type::ColumnType;
pub use expected::Expected;
pub use left::Left;
pub use readers::{Reader, Table, read, read_alike, read_files, try_read};
pub use served::Served;
pub use stage::{Ended, Stage};
