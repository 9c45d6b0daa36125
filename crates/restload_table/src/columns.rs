//! The rows of a page as typed columns.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute::take;

use crate::build::{RecordValues, first_null};
use crate::decode::decode_rows;
use crate::error::{DecodeError, Fail};
use crate::json::quote;
use crate::marks::WalkMark;
use crate::shape::{Rules, Shape};
use crate::types::{TableColumn, TableSchema};

/// The rows of a page as typed columns, each of the least type that holds its values.
///
/// A page without rows has no columns.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    rows: usize,
    schema: TableSchema,
    arrays: Vec<ArrayRef>,
    rules: Arc<Rules>,
    mark: Option<WalkMark>,
}

impl Columns {
    pub(crate) fn of_record(record: RecordValues<'_>, rules: Arc<Rules>) -> Result<Self, Fail> {
        let rows = record.len;
        let mut columns =
            Self { rows, schema: TableSchema::default(), arrays: Vec::new(), rules, mark: None };
        if rows == 0 {
            return Ok(columns);
        }
        for mut field in record.fields {
            field.column.pad_to(rows);
            let finished = field.column.finish();
            let declared = columns.rules.declared(&field.name);
            let nullable = declared.is_none_or(|declared| declared.nullable);
            let column =
                TableColumn { name: field.name, ty: finished.ty, declared: declared.is_some(), nullable };
            columns.push(column, finished.array)?;
        }
        let rules = columns.rules.clone();
        for declared in &rules.declared {
            let known = columns.schema.column(&declared.name).is_some();
            if !known && !rules.added.contains(&declared.name) {
                let column = declared.column();
                let array = arrow::array::new_null_array(&column.ty.arrow(), rows);
                columns.push(column, array)?;
            }
        }
        Ok(columns)
    }

    fn push(&mut self, column: TableColumn, array: ArrayRef) -> Result<(), DecodeError> {
        if !column.nullable
            && let Some(row) = first_null(&array)
        {
            return Err(DecodeError::NullInColumn { row: row + 1, column: column.name });
        }
        self.schema.columns.push(column);
        self.arrays.push(array);
        Ok(())
    }

    /// Columns of arrays that were made elsewhere, of the types that [`TableSchema::to_arrow`] names.
    pub(crate) fn of_arrays(rows: usize, schema: TableSchema, arrays: Vec<ArrayRef>) -> Self {
        Self { rows, schema, arrays, rules: Arc::default(), mark: None }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names and types.
    pub fn schema(&self) -> &TableSchema {
        &self.schema
    }

    /// The values, in the order of the schema and of the types that [`ColumnType::arrow`](crate::ColumnType) names.
    pub fn arrays(&self) -> &[ArrayRef] {
        &self.arrays
    }

    /// Bytes of memory that the values take.
    pub fn memory(&self) -> usize {
        self.arrays.iter().map(Array::get_array_memory_size).sum()
    }

    /// Says which walk the rows came from; the file that they go to remembers it.
    pub fn mark(&mut self, mark: WalkMark) {
        self.mark = Some(mark);
    }

    pub(crate) fn marked(&self) -> Option<WalkMark> {
        self.mark
    }

    /// Leaves out a column, and tells how many values it had.
    pub fn remove(&mut self, name: &str) -> usize {
        let Some(at) = self.schema.columns.iter().position(|column| column.name == name) else { return 0 };
        self.schema.columns.remove(at);
        let array = self.arrays.remove(at);
        array.len() - array.null_count()
    }

    /// Adds a column with the same JSON value in each row. A page without rows stays without columns.
    pub fn add_constant(&mut self, name: &str, json: &[u8]) -> Result<(), DecodeError> {
        let (column, array) = self.values_of(name, std::iter::once(Some(json)))?;
        let same = UInt32Array::from(vec![0; self.rows]);
        // A constant has one row to take from, so this cannot be out of bounds.
        let array = take(&array, &same, None).unwrap_or(array);
        self.insert(column, array)
    }

    /// Adds a column with a JSON value, or none, for each row; rows without one have a null.
    pub fn add_values<'a>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = Option<&'a [u8]>>,
    ) -> Result<(), DecodeError> {
        let (column, array) = self.values_of(name, values.into_iter())?;
        if self.rows > 0 && array.len() != self.rows {
            return Err(DecodeError::RowsDiffer { given: array.len(), found: self.rows });
        }
        self.insert(column, array)
    }

    fn insert(&mut self, column: TableColumn, array: ArrayRef) -> Result<(), DecodeError> {
        if let Some(at) = self.schema.columns.iter().position(|known| known.name == column.name) {
            let row = (0..self.rows).find(|row| self.arrays[at].is_valid(*row)).unwrap_or(0) + 1;
            return Err(DecodeError::NameTaken { row, column: column.name });
        }
        if self.rows == 0 { Ok(()) } else { self.push(column, array) }
    }

    /// Reads the values of one column as the rows of a page that has nothing else.
    fn values_of<'a>(
        &self,
        name: &str,
        values: impl Iterator<Item = Option<&'a [u8]>>,
    ) -> Result<(TableColumn, ArrayRef), DecodeError> {
        let mut key = String::from("{");
        quote(name, &mut key);
        key.push(':');
        let row = |value: Option<&[u8]>| [key.as_bytes(), value.unwrap_or(b"null"), b"}"].concat();
        let rows: Vec<Vec<u8>> = values.map(row).collect();
        let mut shape = Shape::builder().nested_json(self.rules.nested_json);
        if let Some(declared) = self.rules.declared(name) {
            shape = shape.declare(declared.clone());
        }
        let mut page = decode_rows(rows.iter().map(Vec::as_slice), &shape.build())?;
        match (page.columns.schema.columns.pop(), page.columns.arrays.pop()) {
            (Some(column), Some(array)) => Ok((column, array)),
            _ => Err(DecodeError::RowsDiffer { given: 0, found: self.rows }),
        }
    }

    /// Leaves out all rows but the first.
    pub fn truncate(&mut self, rows: usize) {
        if rows < self.rows {
            self.rows = rows;
            self.arrays = self.arrays.iter().map(|array| array.slice(0, rows)).collect();
        }
    }
}
