//! A page, alone: from the bytes of a body to columns of its own types, in one pass.
//!
//! Decoding is a pure function of the body, so it runs on any thread and in any order, and a page that turns out
//! broken leaves nothing behind. Pages are joined afterwards, in their order, by [`TableSink`](crate::TableSink).

mod lines;
mod row;
mod walk;

use std::ops::Range;

use crate::build::RecordValues;
use crate::columns::Columns;
use crate::error::{DecodeError, Fail, Failure};
use crate::json::{Reader, error_of};
use crate::page::{Page, RowTaps};
use crate::shape::Shape;

/// Reads a body.
pub fn decode(body: &[u8], shape: &Shape) -> Result<Page, DecodeError> {
    decode_first(body, shape, usize::MAX)
}

/// Reads a body, and makes columns of its first `limit` rows; what is left out widens nothing.
/// [`Page::rows`] still counts all.
pub fn decode_first(body: &[u8], shape: &Shape, limit: usize) -> Result<Page, DecodeError> {
    // Places in text and offsets of values have 31 bits.
    if body.len() > i32::MAX as usize {
        return Err(DecodeError::TooLarge { bytes: body.len() });
    }
    let once = |careful| -> Result<Page, (Fail, Option<usize>)> {
        let mut decoder =
            Decoder::new(Reader::of_body(body).map_err(|fail| (fail, None))?, shape, limit, careful);
        match decoder.body() {
            Ok(()) => decoder.finish().map_err(|fail| (fail, None)),
            Err(fail) => Err((fail, decoder.current_row)),
        }
    };
    let page = match once(false) {
        Err((fail, _)) if matches!(*fail.0, Failure::Duplicate) => once(true),
        other => other,
    };
    page.map_err(|(fail, row)| error_of(fail, body, row))
}

/// Reads rows that were selected or made elsewhere, each as JSON text, through the very same steps.
///
/// The page counts the rows given; they are of one match, and places in errors are places in the rows joined.
pub fn decode_rows<'a>(rows: impl IntoIterator<Item = &'a [u8]>, shape: &Shape) -> Result<Page, DecodeError> {
    let mut body = vec![b'['];
    let mut given = 0;
    for row in rows {
        if given > 0 {
            body.push(b',');
        }
        body.extend_from_slice(row);
        given += 1;
    }
    body.push(b']');
    let page = decode(&body, &shape.of_rows())?;
    if page.rows == given { Ok(page) } else { Err(DecodeError::RowsDiffer { given, found: page.rows }) }
}

/// A body that is being read.
struct Decoder<'a> {
    reader: Reader<'a>,
    shape: &'a Shape,
    limit: usize,
    /// Keys may come twice: objects are read name by name.
    careful: bool,
    record: RecordValues<'a>,
    rows: usize,
    /// The row that is being read, counted from 1.
    current_row: Option<usize>,
    matches: usize,
    missed_line: Option<usize>,
    /// A wildcard of the selector met an empty array or object.
    empty_match: bool,
    single: bool,
    taps: Vec<Option<Range<usize>>>,
    row_taps: Vec<Option<Range<usize>>>,
    row_ranges: Vec<Range<usize>>,
    last_row: Option<Range<usize>>,
    row_hashes: Vec<u64>,
    duplicates: u64,
}

/// Which of the taps a walk finds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taps {
    Body,
    /// Those of the row whose taps begin here.
    Row(usize),
}

impl<'a> Decoder<'a> {
    fn new(reader: Reader<'a>, shape: &'a Shape, limit: usize, careful: bool) -> Self {
        Self {
            reader,
            shape,
            limit,
            careful,
            record: RecordValues::default(),
            rows: 0,
            current_row: None,
            matches: 0,
            missed_line: None,
            empty_match: false,
            single: false,
            taps: vec![None; shape.taps],
            row_taps: Vec::new(),
            row_ranges: Vec::new(),
            last_row: None,
            row_hashes: Vec::new(),
            duplicates: 0,
        }
    }

    fn body(&mut self) -> Result<(), Fail> {
        if self.shape.lines {
            return self.lines();
        }
        self.reader.peek();
        if self.reader.pos == self.reader.bytes.len() {
            return Err(DecodeError::Empty.into());
        }
        self.walk(&self.shape.body, Taps::Body)?;
        self.reader.finish()
    }

    fn finish(self) -> Result<Page, Fail> {
        let bytes = self.reader.bytes;
        let text = |range: Range<usize>| bytes[range].to_vec();
        let columns = Columns::of_record(self.record, self.shape.rules.clone())?;
        Ok(Page {
            rows: self.rows,
            matched: self.matches > 0 || self.empty_match || (self.shape.lines && self.missed_line.is_none()),
            missed_line: self.missed_line,
            single: self.single && !self.shape.lines && self.matches == 1 && self.shape.one_place,
            columns,
            taps: self.taps.into_iter().map(|range| range.map(text)).collect(),
            row_taps: RowTaps::of(self.shape.row_taps, &self.row_taps, bytes),
            row_ranges: self.row_ranges,
            last_row: self.last_row.map(text),
            row_hashes: self.row_hashes,
            duplicates: self.duplicates,
        })
    }
}
