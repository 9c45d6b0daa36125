//! The end of a page: builders become arrays.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray,
    NullBufferBuilder, StringArray, StructArray, TimestampMicrosecondArray,
};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};

use super::nested::{ListValues, RecordValues};
use super::scalar::int_digits;
use super::widen::spell_empty;
use super::{ColumnBuilder, DigitValues, Empty, TextValues, Values};
use crate::types::{ColumnType, Digits, Number, StructField, arrow_fields, is_exact_i64, item_field};

/// A column of a page that is done.
pub(crate) struct Finished {
    pub(crate) ty: ColumnType,
    pub(crate) array: ArrayRef,
}

impl ColumnBuilder<'_> {
    /// The type and the values; arrays are of the type that [`ColumnType::arrow`] names.
    pub(crate) fn finish(self) -> Finished {
        let len = self.len();
        let nulls = nulls(self.validity);
        let (ty, array): (ColumnType, ArrayRef) = match self.values {
            Values::Untyped(empties) => untyped(&empties, len, nulls),
            Values::Boolean(values) => {
                (ColumnType::Boolean, Arc::new(BooleanArray::new(values.build(), nulls)))
            }
            Values::Int(values) => (integer_type(&values), Arc::new(Int64Array::new(values.into(), nulls))),
            Values::Float(values) => {
                let (int_digits, frac_digits) = (values.int_digits, values.frac_digits);
                let ty = Number { i64_ok: false, f64_ok: true, int_digits, frac_digits }.column_type();
                (ty, Arc::new(Float64Array::new(values.of.values.into(), nulls)))
            }
            Values::Digits(values) => digits(*values, nulls),
            Values::Timestamp(values) => {
                let array = TimestampMicrosecondArray::new(values.values.into(), nulls);
                (ColumnType::Timestamp, Arc::new(array.with_timezone("UTC")))
            }
            Values::Date(values) => (ColumnType::Date, Arc::new(Date32Array::new(values.into(), nulls))),
            Values::Text(values) => (ColumnType::Text, text(values, nulls)),
            Values::Json(values) => (ColumnType::Json, text(values, nulls)),
            Values::Record(values) => record(*values, len, nulls),
            Values::List(values) => list(*values, nulls),
            Values::Declared(values) => values.finish(nulls),
        };
        Finished { ty, array }
    }
}

fn nulls(validity: NullBufferBuilder) -> Option<NullBuffer> {
    validity.build().filter(|nulls| nulls.null_count() > 0)
}

pub(super) fn text(values: TextValues, nulls: Option<NullBuffer>) -> ArrayRef {
    let offsets = OffsetBuffer::new(ScalarBuffer::from(values.offsets));
    Arc::new(StringArray::new(offsets, Buffer::from_vec(values.text.into_bytes()), nulls))
}

fn untyped(empties: &[Empty], len: usize, nulls: Option<NullBuffer>) -> (ColumnType, ArrayRef) {
    let ty = ColumnType::Untyped { empties: !empties.is_empty() };
    if empties.is_empty() {
        return (ty, Arc::new(StringArray::new_null(len)));
    }
    let mut values = TextValues::padded(0);
    for row in 0..len {
        values.push(spell_empty(empties, row));
    }
    (ty, text(values, nulls))
}

fn integer_type(values: &[i64]) -> ColumnType {
    let most = values.iter().map(|value| value.unsigned_abs()).max().unwrap_or(0);
    let exact = most <= 1 << 53 || values.iter().copied().all(is_exact_i64);
    ColumnType::Int64 { digits: int_digits(most) as u8, exact }
}

fn digits(values: DigitValues, nulls: Option<NullBuffer>) -> (ColumnType, ArrayRef) {
    let (int_digits, frac_digits) = (values.int_digits, values.frac_digits);
    let ty = Number { i64_ok: false, f64_ok: false, int_digits, frac_digits }.column_type();
    let ColumnType::Decimal { precision, scale } = ty else {
        return (ty, text(values.text, nulls));
    };
    let offsets = values.text.offsets.windows(2);
    let spelled = offsets.map(|ends| &values.text.text[ends[0] as usize..ends[1] as usize]);
    let unscaled: Vec<i128> =
        spelled.map(|number| Digits::parse(number).as_scaled(precision, scale).unwrap_or_default()).collect();
    let array = Decimal128Array::new(unscaled.into(), nulls).with_data_type(ty.arrow());
    (ty, Arc::new(array))
}

fn record(values: RecordValues<'_>, len: usize, nulls: Option<NullBuffer>) -> (ColumnType, ArrayRef) {
    if values.fields.is_empty() {
        // All that they had was dropped.
        let mut empty = TextValues::padded(0);
        (0..len).for_each(|_| empty.push("{}"));
        return (ColumnType::Untyped { empties: true }, text(empty, nulls));
    }
    let mut fields = Vec::with_capacity(values.fields.len());
    let mut arrays = Vec::with_capacity(values.fields.len());
    for mut field in values.fields {
        field.column.pad_to(len);
        let finished = field.column.finish();
        fields.push(StructField { name: field.name, ty: finished.ty });
        arrays.push(finished.array);
    }
    let array = StructArray::new(arrow_fields(&fields), arrays, nulls);
    (ColumnType::Struct { fields }, Arc::new(array))
}

fn list(values: ListValues<'_>, nulls: Option<NullBuffer>) -> (ColumnType, ArrayRef) {
    let item = values.item.finish();
    let offsets = OffsetBuffer::new(ScalarBuffer::from(values.offsets));
    let array = ListArray::new(item_field(&item.ty), offsets, item.array, nulls);
    (ColumnType::List { item: Box::new(item.ty) }, Arc::new(array))
}
