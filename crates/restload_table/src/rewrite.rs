//! Files of a table read back: to bring them to its schema, to leave rows out, to know their keys.

use std::io::Write;
use std::ops::Range;

use arrow::array::BooleanArray;
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;

use crate::columns::Columns;
use crate::keys::{Keys, null_in_key};
use crate::marks::{WalkRun, walks_of};
use crate::part::PartWriter;
use crate::span::KeySpans;
use crate::table_error::TableError;
use crate::types::TableSchema;

/// Rows that are read at once.
const BATCH_ROWS: usize = 8192;

/// Appends the rows of a file to a part, whose schema may be wider, and gives their number. `schema` is the file's
/// own; `keep` says which of its rows, counted from 0, are wanted.
pub fn rewrite<W: Write + Send>(
    file: impl ChunkReader + 'static,
    schema: &TableSchema,
    keep: Option<&dyn Fn(u64) -> bool>,
    out: &mut PartWriter<W>,
) -> Result<u64, TableError> {
    let builder = open(file, schema)?;
    note_walks(&walks_of(builder.metadata())?, keep, out);
    let (mut read, mut kept) = (0, 0);
    for batch in builder.with_batch_size(BATCH_ROWS).build()? {
        let mut batch = batch?;
        let rows = batch.num_rows() as u64;
        if let Some(keep) = keep {
            let mask: BooleanArray = (read..read + rows).map(|row| Some(keep(row))).collect();
            batch = filter_record_batch(&batch, &mask)?;
        }
        read += rows;
        kept += batch.num_rows() as u64;
        if batch.num_rows() > 0 {
            out.append(Columns::of_arrays(batch.num_rows(), schema.clone(), batch.columns().to_vec()))?;
        }
    }
    Ok(kept)
}

/// Rows stay those of their walks, in whichever file they are.
fn note_walks<W: Write + Send>(
    runs: &[WalkRun],
    keep: Option<&dyn Fn(u64) -> bool>,
    out: &mut PartWriter<W>,
) {
    let mut row = 0;
    for run in runs {
        let rows = row..row + run.rows;
        row = rows.end;
        let kept = keep.map_or(run.rows, |keep| rows.filter(|row| keep(*row)).count() as u64);
        out.note_walk(run.mark, kept);
    }
}

/// Tells the key of each row of a file, with its number counted from 0. Only the key's columns are read.
pub fn read_keys(
    file: impl ChunkReader + 'static,
    schema: &TableSchema,
    names: &[String],
    visit: &mut dyn FnMut(u64, &[u8]),
) -> Result<(), TableError> {
    read_keys_near(file, schema, names, None, visit, &mut |_| {})
}

/// As [`read_keys`], but rows whose keys cannot be `near`, as the statistics of their row group say, are passed over: `passed` is
/// told which.
pub fn read_keys_near(
    file: impl ChunkReader + 'static,
    schema: &TableSchema,
    names: &[String],
    near: Option<&KeySpans>,
    visit: &mut dyn FnMut(u64, &[u8]),
    passed: &mut dyn FnMut(Range<u64>),
) -> Result<(), TableError> {
    let builder = open(file, schema)?;
    let place = |name: &String| {
        let at = schema.columns.iter().position(|column| column.name == *name);
        at.ok_or_else(|| null_in_key(0, name))
    };
    let rows = builder.metadata().file_metadata().num_rows();
    if rows == 0 {
        return Ok(());
    }
    let places = names.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let (mut groups, mut ranges, mut row) = (Vec::new(), Vec::new(), 0);
    for (number, group) in builder.metadata().row_groups().iter().enumerate() {
        let range = row..row + u64::try_from(group.num_rows()).unwrap_or(0);
        row = range.end;
        if near.is_some_and(|near| near.misses(&KeySpans::of_group(group, schema, names))) {
            passed(range);
        } else {
            groups.push(number);
            ranges.push(range);
        }
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), places.iter().copied());
    let builder = builder.with_projection(mask).with_row_groups(groups).with_batch_size(BATCH_ROWS);
    each_key(builder.build()?, schema, &places, ranges, visit)
}

fn each_key(
    reader: ParquetRecordBatchReader,
    schema: &TableSchema,
    places: &[usize],
    ranges: Vec<Range<u64>>,
    visit: &mut dyn FnMut(u64, &[u8]),
) -> Result<(), TableError> {
    let mut rows = ranges.into_iter().flatten().peekable();
    for batch in reader {
        let batch: RecordBatch = batch?;
        // What is read stands in the order of the file.
        let of = |place: &usize| {
            let column = &schema.columns[*place];
            let at = places.iter().filter(|other| *other < place).count();
            (column.name.as_str(), &column.ty, batch.column(at))
        };
        let columns: Vec<_> = places.iter().map(of).collect();
        let first = rows.peek().copied().unwrap_or(0);
        let keys = Keys::of(&columns, batch.num_rows(), first)?;
        for (key, row) in keys.iter().zip(&mut rows) {
            visit(row, key);
        }
    }
    Ok(())
}

pub(crate) fn open<R: ChunkReader + 'static>(
    file: R,
    schema: &TableSchema,
) -> Result<ParquetRecordBatchReaderBuilder<R>, TableError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let (found, wanted) = (builder.schema(), schema.to_arrow());
    let same = found.fields().len() == wanted.fields().len()
        && found.fields().iter().zip(wanted.fields()).all(|(found, wanted)| same_field(found, wanted));
    if same { Ok(builder) } else { Err(TableError::Layout(difference(found, &wanted))) }
}

fn same_field(found: &Field, wanted: &Field) -> bool {
    found.name() == wanted.name() && found.data_type() == wanted.data_type()
}

fn difference(found: &Schema, wanted: &Schema) -> String {
    let say = |field: &Field| format!("`{}` {}", field.name(), field.data_type());
    let mut fields = found.fields().iter().zip(wanted.fields());
    match fields.find(|(found, wanted)| !same_field(found, wanted)) {
        Some((found, wanted)) => format!("found {}, expected {}", say(found), say(wanted)),
        None => format!("found {} columns, expected {}", found.fields().len(), wanted.fields().len()),
    }
}
