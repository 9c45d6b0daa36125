//! What is in a Parquet file, read without restload's own reader: its schema and rows as text.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, Float64Type, Int64Type, SchemaRef, TimeUnit,
    TimestampMicrosecondType,
};
use jiff::{SignedDuration, Timestamp, ToSpan};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::normal::lines;

/// A file, read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Content {
    pub(crate) schema: SchemaRef,
    /// One JSON object a row, with all columns in their order.
    pub(crate) rows: Vec<String>,
    /// Key-value metadata.
    pub(crate) metadata: Vec<(String, String)>,
}

/// Reads a file; the error is a sentence.
pub(crate) fn read(path: &Path) -> Result<Content, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| wrong(&error))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| wrong(&error))?;
    let schema = builder.schema().clone();
    let metadata = builder.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
    let metadata = metadata.into_iter().map(|pair| (pair.key, pair.value.unwrap_or_default())).collect();
    let mut rows = Vec::new();
    for batch in builder.build().map_err(|error| wrong(&error))? {
        let batch = batch.map_err(|error| wrong(&error))?;
        for row in 0..batch.num_rows() {
            rows.push(row_json(&batch, row)?);
        }
    }
    Ok(Content { schema, rows, metadata })
}

/// How many rows a file says that it has.
pub(crate) fn count(path: &Path) -> Result<u64, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| wrong(&error))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| wrong(&error))?;
    u64::try_from(builder.metadata().file_metadata().num_rows()).map_err(|error| wrong(&error))
}

/// One line a column: `amount: decimal(18,2)`.
pub(crate) fn schema_lines(schema: &SchemaRef) -> String {
    lines(schema.fields().iter().map(|field| field_text(field)))
}

fn field_text(field: &Field) -> String {
    format!("{}: {}", field.name(), type_text(field.data_type()))
}

/// The type in the words of the language; one that restload never writes as arrow spells it.
fn type_text(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 => "string".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int64 => "int64".to_owned(),
        DataType::Float64 => "float64".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) if &**zone == "UTC" => "timestamp".to_owned(),
        DataType::List(item) => format!("list<{}>", type_text(item.data_type())),
        DataType::Struct(fields) => {
            let fields: Vec<String> = fields.iter().map(|field| field_text(field)).collect();
            format!("struct<{}>", fields.join(", "))
        }
        other => format!("{other:?}"),
    }
}

fn row_json(batch: &RecordBatch, row: usize) -> Result<String, String> {
    let schema = batch.schema();
    object(schema.fields().iter().zip(batch.columns()).map(|(field, column)| (field.name(), column)), row)
}

fn object<'a>(
    members: impl Iterator<Item = (&'a String, &'a ArrayRef)>,
    row: usize,
) -> Result<String, String> {
    let members = members.map(|(name, column)| Ok(format!("{}:{}", quoted(name), value(column, row)?)));
    Ok(format!("{{{}}}", members.collect::<Result<Vec<String>, String>>()?.join(",")))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn value(array: &ArrayRef, row: usize) -> Result<String, String> {
    if array.is_null(row) {
        return Ok("null".to_owned());
    }
    Ok(match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => format!("{:?}", array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, _) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Utf8 => quoted(array.as_string::<i32>().value(row)),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value(row);
            let date = jiff::civil::date(1970, 1, 1).checked_add(days.days());
            quoted(&date.map_err(|error| error.to_string())?.to_string())
        }
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            let time = Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_micros(micros));
            quoted(&time.map_err(|error| error.to_string())?.to_string())
        }
        DataType::Struct(fields) => {
            object(fields.iter().map(|field| field.name()).zip(array.as_struct().columns()), row)?
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            let items = (0..items.len()).map(|item| value(&items, item)).collect::<Result<Vec<_>, _>>()?;
            format!("[{}]", items.join(","))
        }
        other => return Err(format!("a column of the type {other:?}, which restload never writes")),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray, StringArray,
        StructArray, TimestampMicrosecondArray,
    };
    use arrow::datatypes::{Fields, Schema};
    use parquet::arrow::ArrowWriter;

    use super::*;

    fn columns() -> Vec<(&'static str, ArrayRef)> {
        let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), None]), None]);
        let fields = Fields::from(vec![Field::new("a", DataType::Utf8, true)]);
        let inner: ArrayRef = Arc::new(StringArray::from(vec![Some("x\"y"), None]));
        vec![
            ("i", Arc::new(Int64Array::from(vec![Some(i64::MAX), None]))),
            ("f", Arc::new(Float64Array::from(vec![19.99, 2.0]))),
            ("b", Arc::new(BooleanArray::from(vec![true, false]))),
            (
                "d",
                Arc::new(
                    Decimal128Array::from(vec![Some(1999), None]).with_precision_and_scale(18, 2).unwrap(),
                ),
            ),
            ("day", Arc::new(Date32Array::from(vec![0, -1]))),
            ("at", Arc::new(TimestampMicrosecondArray::from(vec![1_500_000, 0]).with_timezone("UTC"))),
            ("list", Arc::new(list)),
            ("map", Arc::new(StructArray::new(fields, vec![inner], None))),
        ]
    }

    #[test]
    fn rows_and_schema_are_read_back_as_text() {
        let columns = columns();
        let fields = columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let batch =
            RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, column)| column).collect());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), schema, None).unwrap();
        writer.write(&batch.unwrap()).unwrap();
        writer.close().unwrap();
        let content = read(&path).unwrap();
        assert_eq!(
            schema_lines(&content.schema),
            "i: int64\nf: float64\nb: boolean\nd: decimal(18,2)\nday: date\nat: timestamp\nlist: list<int64>\n\
             map: struct<a: string>\n"
        );
        assert_eq!(
            content.rows,
            [
                r#"{"i":9223372036854775807,"f":19.99,"b":true,"d":19.99,"day":"1970-01-01","at":"1970-01-01T00:00:01.5Z","list":[1,null],"map":{"a":"x\"y"}}"#,
                r#"{"i":null,"f":2.0,"b":false,"d":null,"day":"1969-12-31","at":"1970-01-01T00:00:00Z","list":null,"map":{"a":null}}"#,
            ]
        );
    }
}
