//! Files of a table read back: to bring them to its schema, to leave rows out, to know their keys.

use std::io::Write;

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
    let mask = ProjectionMask::roots(builder.parquet_schema(), places.iter().copied());
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build()?;
    each_key(reader, schema, &places, visit)
}

fn each_key(
    reader: ParquetRecordBatchReader,
    schema: &TableSchema,
    places: &[usize],
    visit: &mut dyn FnMut(u64, &[u8]),
) -> Result<(), TableError> {
    let mut row = 0;
    for batch in reader {
        let batch: RecordBatch = batch?;
        // What is read stands in the order of the file.
        let of = |place: &usize| {
            let column = &schema.columns[*place];
            let at = places.iter().filter(|other| *other < place).count();
            (column.name.as_str(), &column.ty, batch.column(at))
        };
        let columns: Vec<_> = places.iter().map(of).collect();
        let keys = Keys::of(&columns, batch.num_rows(), row)?;
        for key in keys.iter() {
            visit(row, key);
            row += 1;
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
