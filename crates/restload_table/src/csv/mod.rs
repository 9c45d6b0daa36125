//! CSV into JSON rows, so that its rows go the way of all others.
//!
//! Cells are text: what they mean is for the author to declare. An empty cell is null, quoted or not. Rows come in pieces, so
//! that the names of the columns, which JSON repeats in each row, are never in memory for more than one of them.

mod error;
mod text;

use csv::ByteRecord;

pub use error::CsvError;
pub use text::{EncodingError, text_of};

use crate::json::quote;

/// Bytes of JSON text after which a piece ends.
const PIECE: usize = 4 << 20;

/// How CSV is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvLayout {
    /// Between two cells.
    pub delimiter: u8,
    /// Around cells; none: a quote is a character like any other.
    pub quote: Option<u8>,
    /// Where the names of the columns are.
    pub header: CsvNames,
}

/// Where the names of the columns are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CsvNames {
    /// In the first row.
    FirstRow,
    /// Nowhere: `column_1`, `column_2`, …
    Numbered,
    /// Here.
    Given(Vec<String>),
}

/// The rows of a text, piece by piece.
///
/// ```
/// use restload_table::{CsvLayout, CsvNames, CsvRows};
/// let layout = CsvLayout { delimiter: b';', quote: Some(b'"'), header: CsvNames::FirstRow };
/// let mut rows = CsvRows::new("id;name\n7;\n", &layout)?;
/// let piece = rows.next_piece()?.unwrap();
/// assert_eq!(piece.json, br#"[{"id":"7","name":null}]"#);
/// assert!(rows.next_piece()?.is_none());
/// # Ok::<(), restload_table::CsvError>(())
/// ```
pub struct CsvRows<'t> {
    text: &'t str,
    layout: &'t CsvLayout,
    reader: csv::Reader<&'t [u8]>,
    /// The names of the columns, each as a key of JSON with its colon.
    keys: Vec<String>,
    record: ByteRecord,
    /// The record was read and is not given out yet.
    ready: bool,
    limit: usize,
}

/// Some rows of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvPiece {
    /// An array of objects.
    pub json: Vec<u8>,
    /// How many they are.
    pub rows: usize,
    /// The line of the text on which the first stands, counted from 1.
    pub line: usize,
}

impl<'t> CsvRows<'t> {
    /// Reads the names of the columns.
    pub fn new(text: &'t str, layout: &'t CsvLayout) -> Result<Self, CsvError> {
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(layout.delimiter);
        match layout.quote {
            Some(quote) => builder.quote(quote),
            None => builder.quoting(false),
        };
        let reader = builder.from_reader(text.as_bytes());
        let (keys, record) = (Vec::new(), ByteRecord::new());
        let mut rows = Self { text, layout, reader, keys, record, ready: false, limit: PIECE };
        rows.read()?;
        let names = match &layout.header {
            CsvNames::Given(names) => names.clone(),
            CsvNames::Numbered => (1..=rows.record.len()).map(|n| format!("column_{n}")).collect(),
            CsvNames::FirstRow if !rows.ready => return Err(CsvError::NoHeader),
            CsvNames::FirstRow => {
                rows.ready = false;
                rows.record.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
            }
        };
        check_names(&names)?;
        rows.keys = names.iter().map(|name| key(name)).collect();
        Ok(rows)
    }

    /// The same, with pieces of another size.
    #[must_use]
    pub fn with_pieces_of(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// The next rows; nothing at the end.
    pub fn next_piece(&mut self) -> Result<Option<CsvPiece>, CsvError> {
        if !self.ready {
            self.read()?;
        }
        if !self.ready {
            return Ok(None);
        }
        let mut json = String::from("[");
        let (line, mut rows) = (self.line(), 0);
        while self.ready && (rows == 0 || json.len() < self.limit) {
            if rows > 0 {
                json.push(',');
            }
            self.write(&mut json)?;
            rows += 1;
            self.read()?;
        }
        json.push(']');
        Ok(Some(CsvPiece { json: json.into_bytes(), rows, line }))
    }

    fn read(&mut self) -> Result<(), CsvError> {
        // Text in memory can be read, and records of any length are taken: nothing is left that could fail.
        self.ready = self.reader.read_byte_record(&mut self.record).unwrap_or(false);
        if self.ready && self.reader.position().byte() as usize >= self.text.len() && self.is_open() {
            return Err(CsvError::OpenQuote { line: self.line() });
        }
        Ok(())
    }

    fn write(&self, json: &mut String) -> Result<(), CsvError> {
        let (found, expected) = (self.record.len(), self.keys.len());
        if found != expected {
            return Err(CsvError::Uneven { line: self.line(), found, expected });
        }
        for (n, (key, cell)) in self.keys.iter().zip(&self.record).enumerate() {
            json.push(if n == 0 { '{' } else { ',' });
            json.push_str(key);
            if cell.is_empty() {
                json.push_str("null");
            } else {
                // Cells are cut at ASCII characters of a text.
                quote(&String::from_utf8_lossy(cell), json);
            }
        }
        json.push('}');
        Ok(())
    }

    /// The line on which the record stands.
    fn line(&self) -> usize {
        text::line_of(self.text, self.start())
    }

    /// Where the record begins, line breaks before it passed over.
    fn start(&self) -> usize {
        let at = self.record.position().map_or(0, |position| position.byte() as usize);
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count()
    }

    /// Whether the record, which is the last, ends within quotes: the text was cut off.
    fn is_open(&self) -> bool {
        let Some(quote) = self.layout.quote else { return false };
        let (mut quoted, mut at_start) = (false, true);
        let bytes = self.text.as_bytes().get(self.start()..).unwrap_or_default();
        for byte in bytes {
            if *byte == quote && (quoted || at_start) {
                // Of two in a row the first ends the cell and the second begins it again.
                (quoted, at_start) = (!quoted, quoted);
            } else if !quoted {
                at_start = *byte == self.layout.delimiter;
            }
        }
        quoted
    }
}

fn key(name: &str) -> String {
    let mut key = String::new();
    quote(name, &mut key);
    key.push(':');
    key
}

fn check_names(names: &[String]) -> Result<(), CsvError> {
    let mut known = std::collections::HashSet::new();
    for (n, name) in names.iter().enumerate() {
        if name.trim().is_empty() {
            return Err(CsvError::EmptyName { column: n + 1 });
        }
        if !known.insert(name) {
            return Err(CsvError::RepeatedName { name: name.clone() });
        }
    }
    Ok(())
}
