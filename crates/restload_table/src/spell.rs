//! Values of arrays as text: plain, or as JSON.
//!
//! The text is canonical: it depends on the value only and not on the type of its column, so that keys compare
//! alike wherever they come from. Timestamps are in UTC with `Z`, numbers without needless zeros, JSON of structs
//! leaves out nulls.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    ListArray, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use std::fmt::Write;

use crate::json::quote;
use crate::types::{ColumnType, decimal_text, float_text, render_date, render_timestamp};

/// Writes the values of an array as text.
pub(crate) struct Speller<'a> {
    array: &'a dyn Array,
    values: Spelled<'a>,
}

enum Spelled<'a> {
    Text(&'a StringArray),
    /// Text that is JSON already.
    Json(&'a StringArray),
    Boolean(&'a BooleanArray),
    Int(&'a Int64Array),
    Float(&'a Float64Array),
    Decimal(&'a Decimal128Array, u8),
    Timestamp(&'a TimestampMicrosecondArray),
    Date(&'a Date32Array),
    Struct(Vec<(&'a str, Speller<'a>)>),
    List(&'a ListArray, Box<Speller<'a>>),
}

impl<'a> Speller<'a> {
    /// For an array of the type that [`ColumnType::arrow`] names.
    pub(crate) fn new(array: &'a ArrayRef, ty: &'a ColumnType) -> Self {
        let values = match ty {
            ColumnType::Untyped { .. } | ColumnType::Json => Spelled::Json(array.as_string()),
            ColumnType::Text => Spelled::Text(array.as_string()),
            ColumnType::Boolean => Spelled::Boolean(array.as_boolean()),
            ColumnType::Int64 { .. } => Spelled::Int(array.as_primitive::<Int64Type>()),
            ColumnType::Float64 { .. } => Spelled::Float(array.as_primitive::<Float64Type>()),
            ColumnType::Decimal { scale, .. } => {
                Spelled::Decimal(array.as_primitive::<Decimal128Type>(), *scale)
            }
            ColumnType::Timestamp => Spelled::Timestamp(array.as_primitive::<TimestampMicrosecondType>()),
            ColumnType::Date => Spelled::Date(array.as_primitive::<Date32Type>()),
            ColumnType::Struct { fields } => {
                let children = array.as_struct().columns().iter().zip(fields);
                Spelled::Struct(
                    children
                        .map(|(child, field)| (field.name.as_str(), Self::new(child, &field.ty)))
                        .collect(),
                )
            }
            ColumnType::List { item } => {
                let list = array.as_list::<i32>();
                Spelled::List(list, Box::new(Self::new(list.values(), item)))
            }
        };
        Self { array: array.as_ref(), values }
    }

    /// Whether there is no value.
    pub(crate) fn is_null(&self, row: usize) -> bool {
        self.array.is_null(row)
    }

    /// Appends a value in its plain spelling; a struct or list as JSON, a null as nothing.
    pub(crate) fn plain(&self, row: usize, out: &mut String) {
        if self.is_null(row) {
            return;
        }
        match &self.values {
            Spelled::Text(array) | Spelled::Json(array) => out.push_str(array.value(row)),
            Spelled::Timestamp(array) => render_timestamp(array.value(row), out),
            Spelled::Date(array) => render_date(array.value(row), out),
            _ => self.json(row, out),
        }
    }

    /// Appends a value as JSON.
    pub(crate) fn json(&self, row: usize, out: &mut String) {
        if self.is_null(row) {
            out.push_str("null");
            return;
        }
        match &self.values {
            Spelled::Text(array) => quote(array.value(row), out),
            Spelled::Json(array) => out.push_str(array.value(row)),
            Spelled::Boolean(array) => out.push_str(if array.value(row) { "true" } else { "false" }),
            Spelled::Int(array) => {
                let _ = write!(out, "{}", array.value(row));
            }
            Spelled::Float(array) => float_text(array.value(row), out),
            Spelled::Decimal(array, scale) => decimal_text(array.value(row), *scale, out),
            Spelled::Timestamp(_) | Spelled::Date(_) => {
                out.push('"');
                self.plain(row, out);
                out.push('"');
            }
            Spelled::Struct(fields) => json_object(fields, row, out),
            Spelled::List(list, items) => {
                let offsets = list.value_offsets();
                out.push('[');
                for at in offsets[row]..offsets[row + 1] {
                    if at > offsets[row] {
                        out.push(',');
                    }
                    items.json(at as usize, out);
                }
                out.push(']');
            }
        }
    }
}

fn json_object(fields: &[(&str, Speller<'_>)], row: usize, out: &mut String) {
    out.push('{');
    let there = fields.iter().filter(|(_, values)| !values.is_null(row));
    for (n, (name, values)) in there.enumerate() {
        if n > 0 {
            out.push(',');
        }
        quote(name, out);
        out.push(':');
        values.json(row, out);
    }
    out.push('}');
}
