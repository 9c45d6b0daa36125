//! Columns whose type the spec declares: a value fits, or is an error.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, BooleanBufferBuilder, Date32Array, Decimal128Array, Float64Array,
    Int64Array, TimestampMicrosecondArray,
};
use arrow::buffer::NullBuffer;

use super::{ColumnBuilder, TextValues, Values, finish};
use crate::declared::{DateFormat, Declared, DeclaredType, float, numeric, whole};
use crate::error::{DecodeError, Fail};
use crate::json::{Compact, Reader, spell_number};
use crate::shape::Node;
use crate::types::{ColumnType, Digits};

/// A declared column of a page.
pub(crate) struct DeclaredValues {
    declared: Declared,
    /// A boolean may come as text.
    texts: bool,
    typed: Typed,
}

enum Typed {
    Text(TextValues),
    Json(TextValues),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Boolean(BooleanBufferBuilder),
    Decimal(Vec<i128>, u8, u8),
    Date(Vec<i32>, DateFormat),
    Timestamp(Vec<i64>, DateFormat),
}

/// How a scalar was spelled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelled {
    Text,
    Number,
    Boolean,
}

impl ColumnBuilder<'_> {
    /// A declared column without values; with `texts` a boolean may come as text.
    pub(crate) fn declared(declared: &Declared, texts: bool) -> Self {
        let values = Values::Declared(Box::new(DeclaredValues::new(declared.clone(), texts)));
        Self { values, ..Self::new() }
    }
}

impl DeclaredValues {
    fn new(declared: Declared, texts: bool) -> Self {
        let format = declared.format.clone().unwrap_or(DateFormat::Iso);
        let typed = match declared.ty {
            DeclaredType::String => Typed::Text(TextValues::padded(0)),
            DeclaredType::Json => Typed::Json(TextValues::padded(0)),
            DeclaredType::Int64 => Typed::Int(Vec::new()),
            DeclaredType::Float64 => Typed::Float(Vec::new()),
            DeclaredType::Boolean => Typed::Boolean(BooleanBufferBuilder::new(0)),
            DeclaredType::Decimal { precision, scale } => Typed::Decimal(Vec::new(), precision, scale),
            DeclaredType::Date => Typed::Date(Vec::new(), format),
            DeclaredType::Timestamp => Typed::Timestamp(Vec::new(), format),
        };
        Self { declared, texts, typed }
    }

    /// Appends the value that is next, which is no null.
    pub(crate) fn push(
        &mut self,
        reader: &mut Reader<'_>,
        node: Option<&Node>,
        careful: bool,
        row: usize,
    ) -> Result<(), Fail> {
        let start = reader.pos;
        let compact = Compact { careful };
        let text = reader.text;
        let fits = match (&mut self.typed, reader.peek()) {
            (Typed::Json(values), b'"') if self.texts => {
                let content = reader.string()?.content();
                let before = values.text.len();
                let fits = push_json(&content, &mut values.text).is_ok();
                if !fits {
                    values.text.truncate(before);
                }
                values.end_value();
                fits
            }
            (Typed::Json(values), _) | (Typed::Text(values), b'{' | b'[') => {
                compact.value(reader, node, &mut values.text)?;
                values.end_value();
                true
            }
            (typed, b'"') => {
                let content = reader.string()?.content();
                match typed {
                    Typed::Boolean(_) if self.texts && is_boolean(&content) => {
                        typed.push(&content.to_ascii_lowercase(), Spelled::Boolean)
                    }
                    _ => typed.push(&content, Spelled::Text),
                }
            }
            (typed, first) => {
                reader.skip_value()?;
                let spelled = match first {
                    b't' | b'f' => Some(Spelled::Boolean),
                    b'{' | b'[' => None,
                    _ => Some(Spelled::Number),
                };
                spelled.is_some_and(|spelled| typed.push(&text[start..reader.pos], spelled))
            }
        };
        if fits { Ok(()) } else { Err(self.misfit(&text[start..reader.pos], row)) }
    }

    fn misfit(&self, value: &str, row: usize) -> Fail {
        let mut short: String = value.chars().take(60).collect();
        if short.len() < value.len() {
            short.push('…');
        }
        let (column, expected) = (self.declared.name.clone(), self.declared.label());
        DecodeError::Misfit { row, column, value: short, expected }.into()
    }

    pub(super) fn pad(&mut self, n: usize) {
        match &mut self.typed {
            Typed::Text(values) | Typed::Json(values) => values.pad(n),
            Typed::Int(values) | Typed::Timestamp(values, _) => values.resize(values.len() + n, 0),
            Typed::Float(values) => values.resize(values.len() + n, 0.0),
            Typed::Boolean(values) => values.append_n(n, false),
            Typed::Decimal(values, ..) => values.resize(values.len() + n, 0),
            Typed::Date(values, _) => values.resize(values.len() + n, 0),
        }
    }

    pub(super) fn finish(self, nulls: Option<NullBuffer>) -> (ColumnType, ArrayRef) {
        let ty = self.declared.ty.column_type();
        let array: ArrayRef = match self.typed {
            Typed::Text(values) | Typed::Json(values) => finish::text(values, nulls),
            Typed::Int(values) => Arc::new(Int64Array::new(values.into(), nulls)),
            Typed::Float(values) => Arc::new(Float64Array::new(values.into(), nulls)),
            Typed::Boolean(values) => Arc::new(BooleanArray::new(values.build(), nulls)),
            Typed::Decimal(values, ..) => {
                Arc::new(Decimal128Array::new(values.into(), nulls).with_data_type(ty.arrow()))
            }
            Typed::Date(values, _) => Arc::new(Date32Array::new(values.into(), nulls)),
            Typed::Timestamp(values, _) => {
                Arc::new(TimestampMicrosecondArray::new(values.into(), nulls).with_timezone("UTC"))
            }
        };
        (ty, array)
    }
}

impl Typed {
    /// Appends a scalar, if it fits.
    fn push(&mut self, text: &str, spelled: Spelled) -> bool {
        let number = || (spelled != Spelled::Boolean).then(|| numeric(text)).flatten();
        let instant =
            |format: &DateFormat| spelled == Spelled::Text || (format.is_number() && number().is_some());
        match self {
            Self::Text(values) | Self::Json(values) if spelled == Spelled::Number => {
                spell_number(text, &mut values.text);
                values.end_value();
                true
            }
            Self::Text(values) | Self::Json(values) => {
                values.push(text);
                true
            }
            Self::Int(values) => append(values, number().and_then(whole)),
            Self::Float(values) => append(values, number().and_then(float)),
            Self::Boolean(values) => {
                values.append(text == "true");
                spelled == Spelled::Boolean
            }
            Self::Decimal(values, precision, scale) => {
                append(values, number().and_then(|text| Digits::parse(text).as_scaled(*precision, *scale)))
            }
            Self::Date(values, format) => {
                append(values, instant(format).then(|| format.days(text)).flatten())
            }
            Self::Timestamp(values, format) => {
                append(values, instant(format).then(|| format.micros(text)).flatten())
            }
        }
    }
}

/// Appends text that is JSON itself, in its compact form.
fn push_json(text: &str, out: &mut String) -> Result<(), Fail> {
    let mut reader = Reader::new(text);
    reader.peek();
    Compact { careful: true }.value(&mut reader, None, out)?;
    reader.finish()
}

fn is_boolean(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

fn append<T>(values: &mut Vec<T>, value: Option<T>) -> bool {
    let fits = value.is_some();
    values.extend(value);
    fits
}

/// The first row of a column that has a null, counted from 0.
pub(crate) fn first_null(array: &dyn Array) -> Option<usize> {
    (0..array.len()).find(|row| array.is_null(*row))
}
