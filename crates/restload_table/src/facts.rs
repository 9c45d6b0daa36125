//! What a file says of itself, without its rows.

use parquet::file::reader::ChunkReader;

use crate::rewrite::open;
use crate::table_error::TableError;
use crate::types::TableSchema;

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// Its rows.
    pub rows: u64,
    /// Its key-value metadata.
    pub metadata: Vec<(String, String)>,
}

/// Reads the end of a file, whose columns must be those of `schema`.
pub fn read_facts(file: impl ChunkReader + 'static, schema: &TableSchema) -> Result<FileFacts, TableError> {
    let builder = open(file, schema)?;
    let file = builder.metadata().file_metadata();
    let pairs = file.key_value_metadata().map_or(&[][..], Vec::as_slice);
    let metadata = pairs.iter().map(|pair| (pair.key.clone(), pair.value.clone().unwrap_or_default()));
    Ok(FileFacts { rows: u64::try_from(file.num_rows()).unwrap_or(0), metadata: metadata.collect() })
}
