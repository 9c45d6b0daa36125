//! Keys of rows as canonical bytes, the same whether they come from a page or from a file.

use arrow::array::ArrayRef;
use xxhash_rust::xxh3::xxh3_64;

use crate::columns::Columns;
use crate::spell::Speller;
use crate::table_error::TableError;
use crate::types::ColumnType;

/// The key of each row of a page: the canonical text of its key columns.
///
/// A scalar has the same text under every type that its column widens to, so keys of pages and of files compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Keys {
    /// The keys of columns, each with its name, type and values. `before` rows come before these, in messages.
    pub(crate) fn of(
        columns: &[(&str, &ColumnType, &ArrayRef)],
        rows: usize,
        before: u64,
    ) -> Result<Self, TableError> {
        let spellers: Vec<_> = columns.iter().map(|(_, ty, array)| Speller::new(array, ty)).collect();
        let mut keys = Self { bytes: Vec::new(), ends: Vec::with_capacity(rows) };
        let mut text = String::new();
        for row in 0..rows {
            for (speller, (name, ..)) in spellers.iter().zip(columns) {
                if speller.is_null(row) {
                    return Err(null_in_key(before + row as u64, name));
                }
                text.clear();
                speller.plain(row, &mut text);
                if columns.len() > 1 {
                    // Each part with its length, so that no two keys run into one.
                    keys.bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
                }
                keys.bytes.extend_from_slice(text.as_bytes());
            }
            keys.ends.push(keys.bytes.len());
        }
        Ok(keys)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The key of each row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        (0..self.len()).map(|row| {
            let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.bytes[start..self.ends[row]]
        })
    }

    /// A hash of the key of each row.
    pub fn hashes(&self) -> impl ExactSizeIterator<Item = u64> {
        self.iter().map(xxh3_64)
    }
}

pub(crate) fn null_in_key(row: u64, column: &str) -> TableError {
    TableError::NullInKey { row: row + 1, column: column.to_owned() }
}

impl Columns {
    /// The keys of the rows; a null in one is an error.
    pub fn keys(&self, names: &[String]) -> Result<Keys, TableError> {
        if self.rows() == 0 {
            return Ok(Keys::default());
        }
        let of = |name: &str| {
            let at = self.schema().columns.iter().position(|column| column.name == *name);
            let at = at.ok_or_else(|| null_in_key(0, name))?;
            let column = &self.schema().columns[at];
            Ok((column.name.as_str(), &column.ty, &self.arrays()[at]))
        };
        let columns = names.iter().map(String::as_str).map(of).collect::<Result<Vec<_>, TableError>>()?;
        Keys::of(&columns, self.rows(), 0)
    }
}
