//! Arrays of a type as arrays of a wider one.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Float64Array, ListArray, StringBuilder, StructArray,
    new_null_array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{Decimal128Type, Float64Type, Int64Type};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};

use crate::columns::Columns;
use crate::spell::Speller;
use crate::table_error::TableError;
use crate::types::{ColumnType, Digits, StructField, TableSchema, arrow_fields, item_field};

/// The rows of several pages as one batch of the table's schema, which must be a join of theirs.
pub fn to_batch(pages: &[Columns], schema: &TableSchema) -> Result<RecordBatch, TableError> {
    let arrow = schema.to_arrow();
    let batches = pages.iter().map(|page| {
        let options = RecordBatchOptions::new().with_row_count(Some(page.rows()));
        Ok(RecordBatch::try_new_with_options(arrow.clone(), cast_columns(page, schema)?, &options)?)
    });
    let mut batches = batches.collect::<Result<Vec<_>, TableError>>()?;
    match batches.len() {
        1 => Ok(batches.remove(0)),
        _ => Ok(arrow::compute::concat_batches(&arrow, &batches)?),
    }
}

fn cast_columns(page: &Columns, schema: &TableSchema) -> Result<Vec<ArrayRef>, TableError> {
    let own = &page.schema().columns;
    if let Some(column) = own.iter().find(|column| schema.column(&column.name).is_none()) {
        return Err(TableError::NoSuchColumn(column.name.clone()));
    }
    let cast = |(at, column): (usize, &crate::TableColumn)| {
        // Mostly the columns of a page stand in the order of the table's.
        let same = own.get(at).filter(|known| known.name == column.name).map(|_| at);
        match same.or_else(|| own.iter().position(|known| known.name == column.name)) {
            Some(at) => cast_array(&page.arrays()[at], &own[at].ty, &column.ty)
                .map_err(|cast| TableError::Cast { column: column.name.clone(), cast }),
            None => Ok(new_null_array(&column.ty.arrow(), page.rows())),
        }
    };
    schema.columns.iter().enumerate().map(cast).collect()
}

/// Values of a type cannot be written into a column of another: the other is not a join with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{from} does not widen to {to}")]
pub struct NotWider {
    /// The type of the values.
    pub from: String,
    /// The type of the column.
    pub to: String,
}

/// An array of a type as one of a wider type.
pub(crate) fn cast_array(array: &ArrayRef, from: &ColumnType, to: &ColumnType) -> Result<ArrayRef, NotWider> {
    use ColumnType::{Decimal, Float64, Int64, Json, List, Struct, Text, Untyped};
    if from == to {
        return Ok(array.clone());
    }
    Ok(match (from, to) {
        (Untyped { empties: false }, _) => new_null_array(&to.arrow(), array.len()),
        (Untyped { .. }, Untyped { .. } | Text | Json) => array.clone(),
        (Untyped { .. }, Struct { fields }) => empty_structs(array, fields),
        (Untyped { .. }, List { item }) => empty_lists(array, item),
        (Struct { fields: from }, Struct { fields: to }) => cast_struct(array, from, to)?,
        (List { item: from }, List { item: to }) => cast_list(array, from, to)?,
        (Int64 { .. }, Float64 { .. }) => {
            Arc::new(array.as_primitive::<Int64Type>().unary::<_, Float64Type>(|value| value as f64))
        }
        (Int64 { .. }, Decimal { precision, scale }) => {
            let unit = 10i128.pow(u32::from(*scale));
            let values = array.as_primitive::<Int64Type>();
            decimals(values.unary(|value| i128::from(value) * unit), *precision, *scale)
        }
        (Float64 { .. }, Decimal { precision, scale }) => {
            let scaled = |value: f64| Digits::parse(&format!("{value:e}")).as_scaled(*precision, *scale);
            let values: &Float64Array = array.as_primitive();
            let values = values.unary_opt::<_, Decimal128Type>(scaled);
            if values.null_count() > array.null_count() {
                return Err(not_wider(from, to));
            }
            decimals(values, *precision, *scale)
        }
        (Decimal { scale: from, .. }, Decimal { precision, scale }) if from <= scale => {
            let unit = 10i128.pow(u32::from(scale - from));
            let values = array.as_primitive::<Decimal128Type>();
            decimals(values.unary(|value| value * unit), *precision, *scale)
        }
        (_, Text) => texts(array, from),
        _ if from.same_layout(to) => array.clone(),
        _ => return Err(not_wider(from, to)),
    })
}

fn not_wider(from: &ColumnType, to: &ColumnType) -> NotWider {
    NotWider { from: from.label(), to: to.label() }
}

fn decimals(values: Decimal128Array, precision: u8, scale: u8) -> ArrayRef {
    let ty = ColumnType::Decimal { precision, scale };
    Arc::new(values.with_data_type(ty.arrow()))
}

fn texts(array: &ArrayRef, from: &ColumnType) -> ArrayRef {
    if matches!(from, ColumnType::Json) {
        return array.clone();
    }
    let speller = Speller::new(array, from);
    let mut out = StringBuilder::with_capacity(array.len(), array.len() * 16);
    let mut text = String::new();
    for row in 0..array.len() {
        if speller.is_null(row) {
            out.append_null();
        } else {
            text.clear();
            speller.plain(row, &mut text);
            out.append_value(&text);
        }
    }
    Arc::new(out.finish())
}

fn empty_structs(array: &ArrayRef, fields: &[StructField]) -> ArrayRef {
    let nulls = fields.iter().map(|field| new_null_array(&field.ty.arrow(), array.len())).collect();
    Arc::new(StructArray::new(arrow_fields(fields), nulls, array.nulls().cloned()))
}

fn empty_lists(array: &ArrayRef, item: &ColumnType) -> ArrayRef {
    let items = new_null_array(&item.arrow(), 0);
    let offsets = OffsetBuffer::new_zeroed(array.len());
    Arc::new(ListArray::new(item_field(item), offsets, items, array.nulls().cloned()))
}

fn cast_struct(array: &ArrayRef, from: &[StructField], to: &[StructField]) -> Result<ArrayRef, NotWider> {
    let array = array.as_struct();
    let known = |field: &StructField| to.iter().any(|known| known.name == field.name);
    if !from.iter().all(known) {
        let (from, to) = (from.to_vec(), to.to_vec());
        return Err(not_wider(&ColumnType::Struct { fields: from }, &ColumnType::Struct { fields: to }));
    }
    let cast = |field: &StructField| match from.iter().position(|known| known.name == field.name) {
        Some(at) => cast_array(array.column(at), &from[at].ty, &field.ty),
        None => Ok(new_null_array(&field.ty.arrow(), array.len())),
    };
    let children = to.iter().map(cast).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(StructArray::new(arrow_fields(to), children, array.nulls().cloned())))
}

fn cast_list(array: &ArrayRef, from: &ColumnType, to: &ColumnType) -> Result<ArrayRef, NotWider> {
    let array: &ListArray = array.as_list();
    let items = cast_array(array.values(), from, to)?;
    Ok(Arc::new(ListArray::new(item_field(to), array.offsets().clone(), items, array.nulls().cloned())))
}
