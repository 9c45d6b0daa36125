//! The rows of a table on their way into parts: pages are joined in the order in which they are pushed.

use std::io::Write;

use crate::columns::Columns;
use crate::part::{PartInfo, PartWriter};
use crate::table_error::TableError;
use crate::types::TableSchema;

/// Bytes of rows that are waited for before a part is opened, at first and after the schema has widened, so that it
/// settles and there are few parts.
const SETTLING_BYTES: usize = 4 << 20;

/// Where parts go. The caller names the files, syncs them and keeps the journal.
pub trait Parts {
    /// A file that is being written.
    type File: Write + Send;

    /// Opens the file of the next part.
    fn create(&mut self) -> std::io::Result<Self::File>;

    /// Takes a part that is done.
    fn closed(&mut self, file: Self::File, part: &PartInfo) -> std::io::Result<()>;
}

/// What a sink does besides writing rows.
#[derive(Clone, Debug, Default)]
pub struct SinkOptions {
    /// Key-value metadata of each part.
    pub metadata: Vec<(String, String)>,
    /// Bytes after which a part is closed and another is opened; `None` for no bound.
    pub part_bytes: Option<usize>,
    /// Whether a table without rows, but with known columns, gets a part without rows.
    pub empty_part: bool,
}

/// Where the rows of a page went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The number of the part.
    pub part: usize,
    /// The first row in it, counted from 0.
    pub row: u64,
}

/// Joins the pages of a table into parts.
///
/// A page that widens the table closes the open part and opens another, so that each part has one schema. The
/// parts that are narrower than the table in the end are for the caller to [`rewrite`](crate::rewrite).
pub struct TableSink<P: Parts> {
    parts: P,
    options: SinkOptions,
    schema: TableSchema,
    waiting: Vec<Columns>,
    waiting_bytes: usize,
    waiting_rows: u64,
    settling: bool,
    open: Option<PartWriter<P::File>>,
    closed: Vec<PartInfo>,
    rows: u64,
}

/// A table whose rows are all written.
#[derive(Debug)]
pub struct Finished<P> {
    /// The schema of the table.
    pub schema: TableSchema,
    /// The parts, in their order.
    pub closed: Vec<PartInfo>,
    /// Where they went.
    pub parts: P,
}

impl<P> Finished<P> {
    /// The parts whose columns are not those of the table.
    pub fn narrower(&self) -> impl Iterator<Item = &PartInfo> {
        self.closed.iter().filter(|part| !part.schema.same_layout(&self.schema))
    }
}

impl<P: Parts> TableSink<P> {
    /// A sink of a table of which `known` is known: declared columns, and those of earlier loads.
    pub fn new(parts: P, known: TableSchema, options: SinkOptions) -> Self {
        Self {
            parts,
            options,
            schema: known,
            waiting: Vec::new(),
            waiting_bytes: 0,
            waiting_rows: 0,
            settling: true,
            open: None,
            closed: Vec::new(),
            rows: 0,
        }
    }

    /// Goes on with a table of which parts are written already: they come before those that are to come.
    #[must_use]
    pub fn after(mut self, parts: Vec<PartInfo>) -> Self {
        self.rows += parts.iter().map(|part| part.rows).sum::<u64>();
        self.closed = parts;
        self
    }

    /// Appends the rows of a page, and says where they will be.
    pub fn push(&mut self, page: Columns) -> Result<Placed, TableError> {
        let joined = self.schema.join(page.schema())?;
        let settled = joined.same_layout(&self.schema);
        self.schema = joined;
        if !settled && self.open.is_some() {
            self.close_part()?;
            self.settling = true;
        }
        self.rows += page.rows() as u64;
        let part = self.closed.len();
        if page.rows() == 0 {
            return Ok(Placed { part, row: self.open.as_ref().map_or(self.waiting_rows, PartWriter::rows) });
        }
        let Some(open) = &mut self.open else { return self.wait(page) };
        let placed = Placed { part, row: open.rows() };
        open.write(page)?;
        if self.options.part_bytes.is_some_and(|most| open.bytes() >= most) {
            self.close_part()?;
        }
        Ok(placed)
    }

    /// Keeps a page until there are enough to open a part.
    fn wait(&mut self, page: Columns) -> Result<Placed, TableError> {
        let placed = Placed { part: self.closed.len(), row: self.waiting_rows };
        self.waiting_bytes += page.memory();
        self.waiting_rows += page.rows() as u64;
        self.waiting.push(page);
        if self.has_columns() && (!self.settling || self.waiting_bytes >= SETTLING_BYTES) {
            self.open_part()?;
        }
        Ok(placed)
    }

    fn open_part(&mut self) -> Result<&mut PartWriter<P::File>, TableError> {
        let mut part = PartWriter::new(self.parts.create()?, &self.schema, &self.options.metadata)?;
        for page in self.waiting.drain(..) {
            part.write(page)?;
        }
        (self.waiting_bytes, self.waiting_rows, self.settling) = (0, 0, false);
        Ok(self.open.insert(part))
    }

    /// Whether there is anything that a file could hold; until then rows wait.
    fn has_columns(&self) -> bool {
        !self.schema.columns.is_empty()
    }

    /// The schema of the table so far.
    pub fn schema(&self) -> &TableSchema {
        &self.schema
    }

    /// Rows pushed so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The parts that are done.
    pub fn closed(&self) -> &[PartInfo] {
        &self.closed
    }

    /// Where parts go.
    pub fn parts_mut(&mut self) -> &mut P {
        &mut self.parts
    }

    /// Whether rows wait for a column: until there is one, no file can hold them.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Bytes of memory that it takes.
    pub fn memory(&self) -> usize {
        self.waiting_bytes + self.open.as_ref().map_or(0, PartWriter::memory)
    }

    /// Writes out the row group that is open, to free memory; what waits for a part opens one.
    pub fn flush_row_group(&mut self) -> Result<(), TableError> {
        if let Some(part) = &mut self.open {
            return part.flush_row_group();
        }
        if self.waiting.is_empty() || !self.has_columns() {
            return Ok(());
        }
        self.open_part()?.flush_row_group()
    }

    /// Closes the part that is open, so that its rows are in a whole file.
    pub fn close_part(&mut self) -> Result<(), TableError> {
        if self.open.is_none() && !self.waiting.is_empty() && self.has_columns() {
            self.open_part()?;
        }
        let Some(part) = self.open.take() else { return Ok(()) };
        let (file, info) = part.finish()?;
        let info = PartInfo { number: self.closed.len(), ..info };
        self.parts.closed(file, &info)?;
        self.closed.push(info);
        Ok(())
    }

    /// Closes the last part. Rows of a table that never had a column are counted and in no part.
    pub fn finish(mut self) -> Result<Finished<P>, TableError> {
        self.close_part()?;
        if self.closed.is_empty() && self.options.empty_part && self.has_columns() {
            self.open_part()?;
            self.close_part()?;
        }
        Ok(Finished { schema: self.schema, closed: self.closed, parts: self.parts })
    }
}
