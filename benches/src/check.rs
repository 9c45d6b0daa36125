//! Checks the files of a table against what the server sends.
//!
//! The footers say how many rows there are, which fields, how many nulls and how long the lists are; where it is
//! asked for, every value is compared with the record of its `id`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::Value;

use crate::fault::Fault;
use crate::person::{FIELDS, Person};

/// Which table is checked, and how closely.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// The folder of the table.
    folder: PathBuf,
    /// The rows that it has.
    #[arg(long)]
    rows: usize,
    /// Compare every value.
    #[arg(long)]
    values: bool,
    /// Hold the rows to the order of the API's pages.
    #[arg(long)]
    in_order: bool,
}

/// Checks the table, and says the first difference.
pub(crate) fn check(settings: &Settings) -> Result<(), Fault> {
    let wrong = |found| Fault::Wrong { table: settings.folder.display().to_string(), found };
    let files = files_of(&settings.folder)?;
    let mut footers = Footers::default();
    let mut seen = Seen::new(settings.rows, settings.in_order);
    for path in &files {
        let parquet = |source| Fault::Parquet { path: path.clone(), source };
        let file = File::open(path).map_err(|source| Fault::File { path: path.clone(), source })?;
        let reader = SerializedFileReader::new(file).map_err(parquet)?;
        footers.read(&reader).map_err(wrong)?;
        if settings.values {
            for row in reader.get_row_iter(None).map_err(parquet)? {
                seen.row(&row.map_err(parquet)?).map_err(wrong)?;
            }
        }
    }
    footers.compare(settings.rows as u64).map_err(wrong)?;
    if settings.values && seen.count != settings.rows {
        return Err(wrong(format!("{} rows were read, {} were sent", seen.count, settings.rows)));
    }
    Ok(())
}

/// The Parquet files of a folder in the order in which they were written.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let file = |source| Fault::File { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(file)? {
        files.push(entry.map_err(file)?.path());
    }
    files.retain(|path| path.extension().is_some_and(|end| end == "parquet"));
    // `-10.parquet` comes after `-9.parquet`.
    files.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    Ok(files)
}

/// What the footers of a table's files say, summed.
#[derive(Default)]
struct Footers {
    rows: u64,
    nulls: u64,
    tags: u64,
    organization_ids: u64,
}

impl Footers {
    fn read(&mut self, reader: &SerializedFileReader<File>) -> Result<(), String> {
        let metadata = reader.metadata();
        let schema = metadata.file_metadata().schema();
        let names: Vec<_> = schema.get_fields().iter().map(|field| field.name()).collect();
        if names != FIELDS {
            return Err(format!("the fields are {names:?}, {FIELDS:?} were sent"));
        }
        for group in metadata.row_groups() {
            self.rows += u64::try_from(group.num_rows()).unwrap_or_default();
            for column in group.columns() {
                self.column(column)?;
            }
        }
        Ok(())
    }

    fn column(&mut self, column: &ColumnChunkMetaData) -> Result<(), String> {
        let path = column.column_path();
        let field = path.parts().first().map_or("", String::as_str);
        let nulls = column.statistics().and_then(parquet::file::statistics::Statistics::null_count_opt);
        let values = u64::try_from(column.num_values()).unwrap_or_default();
        match (field, nulls) {
            (_, None) => return Err(format!("`{path}` has no statistics")),
            ("note", Some(nulls)) => self.nulls += nulls,
            (_, Some(1..)) => return Err(format!("`{path}` has nulls, none were sent")),
            ("tags", _) => self.tags += values,
            ("organization_ids", _) => self.organization_ids += values,
            _ => {}
        }
        Ok(())
    }

    fn compare(&self, rows: u64) -> Result<(), String> {
        // Every third record has no note; the ids of a whole table are 1 to its number of rows.
        let expected = [
            ("rows", self.rows, rows),
            ("nulls in `note`", self.nulls, rows / 3),
            ("items in `tags`", self.tags, rows * 2),
            ("items in `organization_ids`", self.organization_ids, rows * 3),
        ];
        match expected.iter().find(|(_, found, sent)| found != sent) {
            Some((what, found, sent)) => Err(format!("{found} {what} were found, {sent} were sent")),
            None => Ok(()),
        }
    }
}

/// The ids that were read so far.
struct Seen {
    ids: Vec<bool>,
    count: usize,
    in_order: bool,
}

impl Seen {
    fn new(rows: usize, in_order: bool) -> Self {
        Self { ids: vec![false; rows], count: 0, in_order }
    }

    /// Takes the next row; an id that was not sent, came before or is out of order is told, as is a value that
    /// is not that of the record with this id.
    fn row(&mut self, row: &Row) -> Result<(), String> {
        let Some((_, Field::Long(id))) = row.get_column_iter().next() else {
            return Err("`id` is no int64".to_owned());
        };
        let id = *id;
        let index = usize::try_from(id - 1).ok().filter(|index| *index < self.ids.len());
        let Some(index) = index else { return Err(format!("id {id} was not sent")) };
        if std::mem::replace(&mut self.ids[index], true) {
            return Err(format!("id {id} is there twice"));
        }
        if self.in_order && index != self.count {
            return Err(format!("id {id} stands in place {}", self.count + 1));
        }
        self.count += 1;
        let sent = serde_json::to_value(Person::numbered(id.unsigned_abs())).map_err(|e| e.to_string())?;
        for (name, field) in row.get_column_iter() {
            if !same(field, &sent[name]) {
                return Err(format!("id {id}: `{name}` is {field}, {} was sent", sent[name]));
            }
        }
        Ok(())
    }
}

/// Whether a value of a file is the value that was sent: a time sent as text is a timestamp in the file.
fn same(field: &Field, sent: &Value) -> bool {
    match (field, sent) {
        (Field::Null, Value::Null) => true,
        (Field::Bool(found), Value::Bool(sent)) => found == sent,
        (Field::Long(found), Value::Number(sent)) => sent.as_i64() == Some(*found),
        (Field::Double(found), Value::Number(sent)) => {
            sent.as_f64().is_some_and(|sent| sent.to_bits() == found.to_bits())
        }
        (Field::Str(found), Value::String(sent)) => found == sent,
        (Field::TimestampMicros(found), Value::String(sent)) => {
            sent.parse::<Timestamp>().is_ok_and(|sent| sent.as_microsecond() == *found)
        }
        (Field::ListInternal(found), Value::Array(sent)) => {
            found.len() == sent.len()
                && found.elements().iter().zip(sent).all(|(field, sent)| same(field, sent))
        }
        (Field::Group(found), Value::Object(sent)) => {
            found.len() == sent.len()
                && found
                    .get_column_iter()
                    .zip(sent)
                    .all(|((name, field), (sent_name, sent))| name == sent_name && same(field, sent))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn group(fields: Vec<(&str, Field)>) -> Row {
        Row::new(fields.into_iter().map(|(name, field)| (name.to_owned(), field)).collect())
    }

    #[test]
    fn a_value_is_the_same_only_in_its_own_type() {
        assert!(same(&Field::Long(7), &json!(7)));
        assert!(!same(&Field::Str("7".to_owned()), &json!(7)));
        assert!(!same(&Field::Double(5.0), &json!(5.01)));
        assert!(same(&Field::Double(5.05), &json!(5.05)));
        assert!(!same(&Field::Null, &json!("")));
    }

    #[test]
    fn a_time_is_compared_as_the_moment_that_it_names() {
        assert!(same(&Field::TimestampMicros(1_767_225_600_000_000), &json!("2026-01-01T00:00:00Z")));
        assert!(!same(&Field::TimestampMicros(1_767_225_600_000), &json!("2026-01-01T00:00:00Z")));
    }

    #[test]
    fn a_struct_is_compared_by_names_and_values() {
        let found = Field::Group(group(vec![("lat", Field::Double(1.5)), ("lng", Field::Double(-2.25))]));
        assert!(same(&found, &json!({"lat": 1.5, "lng": -2.25})));
        assert!(!same(&found, &json!({"lat": 1.5, "lon": -2.25})));
        assert!(!same(&found, &json!({"lat": 1.5})));
    }

    #[test]
    fn a_row_that_is_repeated_out_of_order_or_unknown_is_told() {
        let mut seen = Seen::new(10, true);
        let row = |id| group(vec![("id", Field::Long(id))]);
        assert_eq!(seen.row(&row(1)), Ok(()));
        assert_eq!(seen.row(&row(1)), Err("id 1 is there twice".to_owned()));
        assert_eq!(seen.row(&row(3)), Err("id 3 stands in place 2".to_owned()));
        assert_eq!(seen.row(&row(11)), Err("id 11 was not sent".to_owned()));
        assert_eq!(seen.row(&row(0)), Err("id 0 was not sent".to_owned()));
    }

    #[test]
    fn a_value_that_is_not_the_record_s_is_told_with_its_row() {
        let mut seen = Seen::new(10, false);
        let row = group(vec![("id", Field::Long(2)), ("source", Field::Str("export".to_owned()))]);
        let told = seen.row(&row).unwrap_err();
        assert!(told.starts_with("id 2: `source` is "), "{told}");
    }

    #[test]
    fn footers_that_count_too_few_are_told() {
        let footers = Footers { rows: 9, nulls: 3, tags: 18, organization_ids: 26 };
        let told = footers.compare(9).unwrap_err();
        assert_eq!(told, "26 items in `organization_ids` were found, 27 were sent");
        assert_eq!(Footers { organization_ids: 27, ..footers }.compare(9), Ok(()));
    }
}
