//! What the tests share: reading columns back as JSON values, by means of their own.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use restload_table::{
    ColumnType, Columns, PartInfo, PartWriter, Parts, Shape, SinkOptions, Step, TableSchema, TableSink,
    rewrite,
};
use serde_json::Value;

/// The steps of a path written with dots; `*` and numbers are wildcards and indices.
pub(crate) fn path(text: &str) -> Vec<Step> {
    let step = |part: &str| match (part, part.parse()) {
        ("*", _) => Step::Wildcard,
        (_, Ok(index)) => Step::Index(index),
        _ => Step::Key(part.to_owned()),
    };
    text.split('.').filter(|part| !part.is_empty()).map(step).collect()
}

/// A shape of rows in an array at the top.
pub(crate) fn top() -> Shape {
    Shape::builder().rows(&[]).build()
}

/// Parts in memory.
#[derive(Default)]
pub(crate) struct InMemory {
    pub(crate) files: Vec<Bytes>,
}

impl Parts for InMemory {
    type File = Vec<u8>;

    fn create(&mut self) -> std::io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn closed(&mut self, file: Vec<u8>, part: &PartInfo) -> std::io::Result<()> {
        assert_eq!(file.len() as u64, part.bytes);
        assert_eq!(part.number, self.files.len());
        self.files.push(file.into());
        Ok(())
    }
}

/// Writes pages, a part for each where `apart`, brings all parts to one schema, and reads them back.
pub(crate) fn through_parquet(pages: Vec<Columns>, apart: bool) -> (TableSchema, RecordBatch) {
    let mut sink = TableSink::new(InMemory::default(), TableSchema::default(), SinkOptions::default());
    for page in pages {
        sink.push(page).unwrap();
        if apart {
            sink.close_part().unwrap();
        }
    }
    let mut done = sink.finish().unwrap();
    let narrower: Vec<_> = done.narrower().cloned().collect();
    for part in narrower {
        let mut out = PartWriter::new(Vec::new(), &done.schema, &[]).unwrap();
        let file = done.parts.files[part.number].clone();
        assert_eq!(rewrite(file, &part.schema, None, &mut out).unwrap(), part.rows);
        done.parts.files[part.number] = out.finish().unwrap().0.into();
    }
    let batches: Vec<_> = done.parts.files.into_iter().flat_map(read).collect();
    let schema = done.schema.to_arrow();
    for batch in &batches {
        assert_eq!(batch.schema().fields(), schema.fields());
    }
    (done.schema, arrow::compute::concat_batches(&schema, &batches).unwrap())
}

/// The batches of a Parquet file.
pub(crate) fn read(file: Bytes) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    reader.map(Result::unwrap).collect()
}

/// A number as digits and a power of ten, so that spellings of one value are equal.
fn number(text: &str) -> Option<(bool, String, i64)> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (int, frac) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{int}{frac}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = exponent.parse::<i64>().ok()? - frac.len() as i64;
    let kept = digits.trim_end_matches('0');
    let exponent = exponent + (digits.len() - kept.len()) as i64;
    let kept = kept.trim_start_matches('0');
    if kept.is_empty() {
        Some((false, String::new(), 0))
    } else {
        Some((negative, kept.to_owned(), exponent))
    }
}

fn same_number(left: &str, right: &str) -> bool {
    let (left, right) = (number(left), number(right));
    left.is_some() && left == right
}

fn micros(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Whether a value in a column is what the JSON value says, with the equalities that are documented: absent is
/// null, text may be the plain spelling or the JSON of a value, `{}` and `[]` are alike in structs and lists.
pub(crate) fn agrees(want: &Value, array: &ArrayRef, row: usize, ty: &ColumnType) -> bool {
    if want.is_null() || array.is_null(row) {
        return want.is_null() && array.is_null(row);
    }
    match ty {
        ColumnType::Untyped { .. } => {
            is_empty(want) && want.to_string().as_str() == array.as_string::<i32>().value(row)
        }
        ColumnType::Boolean => want.as_bool() == Some(array.as_boolean().value(row)),
        ColumnType::Int64 { .. } => {
            let value = array.as_primitive::<Int64Type>().value(row);
            want.is_number() && same_number(&want.to_string(), &value.to_string())
        }
        ColumnType::Float64 { .. } => {
            let value = array.as_primitive::<Float64Type>().value(row);
            want.is_number() && same_number(&want.to_string(), &format!("{value:e}"))
        }
        ColumnType::Decimal { scale, .. } => {
            let value = array.as_primitive::<Decimal128Type>().value(row);
            want.is_number() && same_number(&want.to_string(), &format!("{value}e-{scale}"))
        }
        ColumnType::Timestamp => {
            let value = array.as_primitive::<TimestampMicrosecondType>().value(row);
            want.as_str().and_then(micros) == Some(value)
        }
        ColumnType::Date => {
            let days = array.as_primitive::<Date32Type>().value(row);
            let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            want.as_str() == Some(&date.to_string())
        }
        ColumnType::Text | ColumnType::Json => agrees_as_text(want, array.as_string::<i32>().value(row)),
        ColumnType::Struct { fields } => {
            let array = array.as_struct();
            let there = |name: &str| fields.iter().any(|field| field.name == name);
            let Some(object) = want.as_object() else {
                return is_empty(want) && array.columns().iter().all(|column| column.is_null(row));
            };
            let field = |(at, field): (usize, &restload_table::StructField)| {
                let want = object.get(&field.name).unwrap_or(&Value::Null);
                agrees(want, array.column(at), row, &field.ty)
            };
            object.iter().all(|(name, value)| value.is_null() || there(name))
                && fields.iter().enumerate().all(field)
        }
        ColumnType::List { item } => {
            let items = array.as_list::<i32>().value(row);
            match want.as_array() {
                Some(want) => {
                    want.len() == items.len()
                        && want.iter().enumerate().all(|(at, want)| agrees(want, &items, at, item))
                }
                None => is_empty(want) && items.is_empty(),
            }
        }
    }
}

/// Whether a text is what the value is spelled as.
fn agrees_as_text(want: &Value, text: &str) -> bool {
    match want {
        Value::String(want) => want == text || (micros(want).is_some() && micros(want) == micros(text)),
        Value::Number(want) => same_number(&want.to_string(), text),
        Value::Bool(want) => want.to_string() == text,
        _ => serde_json::from_str(text).is_ok_and(|got| agrees_as_json(want, &got)),
    }
}

/// Whether JSON in a text is the value; values in it may have become text themselves.
fn agrees_as_json(want: &Value, got: &Value) -> bool {
    match (want, got) {
        (Value::Null, got) => got.is_null(),
        (Value::Array(want), Value::Array(got)) => {
            want.len() == got.len() && want.iter().zip(got).all(|(want, got)| agrees_as_json(want, got))
        }
        (Value::Object(want), Value::Object(got)) => {
            let names = want.keys().chain(got.keys());
            let value =
                |of: &serde_json::Map<String, Value>, name: &str| of.get(name).cloned().unwrap_or_default();
            names.into_iter().all(|name| agrees_as_json(&value(want, name), &value(got, name)))
        }
        (want, got) if is_empty(want) && is_empty(got) => true,
        (want, Value::String(text)) => agrees_as_text(want, text),
        (Value::Number(want), Value::Number(got)) => same_number(&want.to_string(), &got.to_string()),
        (want, got) => want == got,
    }
}
