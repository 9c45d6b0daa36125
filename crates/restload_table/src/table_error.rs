//! What can go wrong between pages and files.

use crate::cast::NotWider;
use crate::types::TooManyColumns;

/// Why rows could not be written, joined or read back.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A column of the rows does not widen to that of the table.
    #[error("column `{column}`: {cast}")]
    Cast {
        /// The column.
        column: String,
        /// The two types.
        #[source]
        cast: NotWider,
    },
    /// The rows have a column that the table has not.
    #[error("the table has no column `{0}`")]
    NoSuchColumn(String),
    /// The table would have more columns than it may.
    #[error(transparent)]
    TooManyColumns(#[from] TooManyColumns),
    /// A key has a null.
    #[error("row {row}: the key column `{column}` is null or absent")]
    NullInKey {
        /// The row, counted from 1.
        row: u64,
        /// The column.
        column: String,
    },
    /// A file has other columns than were expected of it.
    #[error("a file has other columns than its table: {0}")]
    Layout(String),
    /// Arrow refused.
    #[error("arrow: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A Parquet file could not be written or read.
    #[error("parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A file could not be opened, written or closed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}
