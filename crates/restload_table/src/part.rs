//! A part: one Parquet file of one schema.

use std::io::Write;
use std::sync::Arc;

use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::cast::to_batch;
use crate::columns::Columns;
use crate::marks::{KEY, Runs, WalkMark};
use crate::table_error::TableError;
use crate::types::TableSchema;

/// Encoded bytes after which a row group is closed.
const ROW_GROUP_BYTES: usize = 16 << 20;
/// Bytes that a column's dictionary may take. Columns of ever new values give theirs up early, which measured
/// faster and smaller than parquet's default of 1 MiB.
const DICTIONARY_BYTES: usize = 256 << 10;
/// Pages of fewer rows wait for more, so that not each becomes a tiny batch.
const SMALL_PAGE: usize = 512;
/// Waiting rows are written when there are so many.
const WAITING_ROWS: usize = 4096;
/// Waiting rows are written when they take so many bytes.
const WAITING_BYTES: usize = 4 << 20;

/// Writes one Parquet file: zstd, statistics, row groups bounded by bytes.
pub struct PartWriter<W: Write + Send> {
    schema: Arc<TableSchema>,
    writer: ArrowWriter<Counted<W>>,
    waiting: Vec<Columns>,
    waiting_rows: usize,
    waiting_bytes: usize,
    rows: u64,
    runs: Runs,
}

/// A part that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartInfo {
    /// Its number among the parts of its sink, counted from 0.
    pub number: usize,
    /// Its rows.
    pub rows: u64,
    /// Its length.
    pub bytes: u64,
    /// The schema that it was written with.
    pub schema: Arc<TableSchema>,
}

impl<W: Write + Send> PartWriter<W> {
    /// Begins a file; `metadata` becomes its key-value metadata (`restload.spec`, `restload.resource`,
    /// `restload.load`).
    pub fn new(file: W, schema: &TableSchema, metadata: &[(String, String)]) -> Result<Self, TableError> {
        let file = Counted { file, bytes: 0 };
        let writer = ArrowWriter::try_new(file, schema.to_arrow(), Some(properties(metadata)))?;
        let schema = Arc::new(schema.clone());
        let (waiting, runs) = (Vec::new(), Runs::default());
        Ok(Self { schema, writer, waiting, waiting_rows: 0, waiting_bytes: 0, rows: 0, runs })
    }

    /// The schema of the file.
    pub fn schema(&self) -> &TableSchema {
        &self.schema
    }

    /// How many rows were handed over.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Appends rows, whose columns must widen to those of the file.
    pub fn write(&mut self, columns: Columns) -> Result<(), TableError> {
        self.runs.note(columns.marked(), columns.rows() as u64);
        self.append(columns)
    }

    /// Appends rows of which it is said elsewhere from which walks they came.
    pub(crate) fn append(&mut self, columns: Columns) -> Result<(), TableError> {
        self.rows += columns.rows() as u64;
        if columns.rows() >= SMALL_PAGE {
            self.write_waiting()?;
            return Ok(self.writer.write(&to_batch(&[columns], &self.schema)?)?);
        }
        self.waiting_rows += columns.rows();
        self.waiting_bytes += columns.memory();
        self.waiting.push(columns);
        if self.waiting_rows >= WAITING_ROWS || self.waiting_bytes >= WAITING_BYTES {
            self.write_waiting()?;
        }
        Ok(())
    }

    /// Says from which walk rows came that are appended.
    pub(crate) fn note_walk(&mut self, mark: Option<WalkMark>, rows: u64) {
        self.runs.note(mark, rows);
    }

    fn write_waiting(&mut self) -> Result<(), TableError> {
        if self.waiting_rows > 0 {
            self.writer.write(&to_batch(&self.waiting, &self.schema)?)?;
        }
        self.waiting.clear();
        (self.waiting_rows, self.waiting_bytes) = (0, 0);
        Ok(())
    }

    /// Bytes of memory that it takes.
    pub fn memory(&self) -> usize {
        self.waiting_bytes + self.writer.memory_size()
    }

    /// Bytes written so far, with what is encoded and not yet written.
    pub fn bytes(&self) -> usize {
        self.writer.bytes_written() + self.writer.in_progress_size()
    }

    /// Closes the row group, which frees nearly all its memory.
    pub fn flush_row_group(&mut self) -> Result<(), TableError> {
        self.write_waiting()?;
        Ok(self.writer.flush()?)
    }

    /// Ends the file, and gives it back.
    pub fn finish(mut self) -> Result<(W, PartInfo), TableError> {
        self.write_waiting()?;
        if let Some(walks) = self.runs.text() {
            self.writer.append_key_value_metadata(KeyValue::new(KEY.to_owned(), walks));
        }
        let counted = self.writer.into_inner()?;
        let info = PartInfo { number: 0, rows: self.rows, bytes: counted.bytes, schema: self.schema };
        Ok((counted.file, info))
    }
}

/// A file that counts what is written to it.
struct Counted<W> {
    file: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn properties(metadata: &[(String, String)]) -> WriterProperties {
    let pairs = metadata.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .set_created_by(concat!("restload ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(pairs))
        .build()
}
