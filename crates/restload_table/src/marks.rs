//! Which walk the rows of a file came from.
//!
//! It stands in the key-value metadata of the file, beside the rows and not in them: the columns of a table are those of the
//! API. One line for each run of rows from one walk, in the order of the rows.

use std::fmt::Write as _;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::ChunkReader;

use crate::table_error::TableError;

/// The name of the metadata.
pub(crate) const KEY: &str = "restload.walks";

/// The walk that rows came from, known again in later loads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WalkMark {
    /// The walk.
    pub walk: u128,
    /// The row above that it started from; 0 for a walk that starts from none.
    pub parent: u64,
    /// The resource.
    pub resource: u32,
}

/// Rows in a line, from one walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalkRun {
    /// The walk; none where the file does not say.
    pub mark: Option<WalkMark>,
    /// How many rows.
    pub rows: u64,
}

/// The walks of a file's rows, in the order of the rows. Rows of a file that says nothing are one run without a mark.
pub fn read_walks(file: impl ChunkReader + 'static) -> Result<Vec<WalkRun>, TableError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    walks_of(builder.metadata())
}

/// The walks that the metadata of a file names.
pub(crate) fn walks_of(metadata: &ParquetMetaData) -> Result<Vec<WalkRun>, TableError> {
    let file = metadata.file_metadata();
    let rows = u64::try_from(file.num_rows()).unwrap_or(0);
    let pairs = file.key_value_metadata().map_or(&[][..], Vec::as_slice);
    let text = pairs.iter().find(|pair| pair.key == KEY).and_then(|pair| pair.value.as_deref());
    let Some(text) = text else { return Ok(vec![WalkRun { mark: None, rows }]) };
    let runs: Option<Vec<WalkRun>> = text.lines().map(parse).collect();
    match runs {
        Some(runs) if runs.iter().map(|run| run.rows).sum::<u64>() == rows => Ok(runs),
        _ => Err(TableError::Layout(format!("its `{KEY}` does not fit its rows"))),
    }
}

fn parse(line: &str) -> Option<WalkRun> {
    let mut words = line.split(' ');
    let first = words.next()?;
    let mark = if first == "-" {
        None
    } else {
        let walk = u128::from_str_radix(first, 16).ok()?;
        let parent = u64::from_str_radix(words.next()?, 16).ok()?;
        Some(WalkMark { walk, parent, resource: u32::from_str_radix(words.next()?, 16).ok()? })
    };
    let rows = words.next()?.parse().ok()?;
    words.next().is_none().then_some(WalkRun { mark, rows })
}

/// The runs of a file that is being written.
#[derive(Debug, Default)]
pub(crate) struct Runs(Vec<WalkRun>);

impl Runs {
    /// Notes rows that follow those noted before.
    pub(crate) fn note(&mut self, mark: Option<WalkMark>, rows: u64) {
        match self.0.last_mut() {
            _ if rows == 0 => {}
            Some(last) if last.mark == mark => last.rows += rows,
            _ => self.0.push(WalkRun { mark, rows }),
        }
    }

    /// The text of the metadata; none where no row has a mark.
    pub(crate) fn text(&self) -> Option<String> {
        self.0.iter().any(|run| run.mark.is_some()).then_some(())?;
        let mut text = String::new();
        for run in &self.0 {
            // Writing to a text cannot fail.
            let _ = match run.mark {
                None => writeln!(text, "- {}", run.rows),
                Some(mark) => {
                    writeln!(text, "{:x} {:x} {:x} {}", mark.walk, mark.parent, mark.resource, run.rows)
                }
            };
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_read_as_they_were_written() {
        let mark = WalkMark { walk: u128::MAX, parent: 0, resource: 7 };
        let mut runs = Runs::default();
        for (mark, rows) in [(None, 2), (Some(mark), 3), (Some(mark), 1), (Some(WalkMark::default()), 0)] {
            runs.note(mark, rows);
        }
        let wanted = [WalkRun { mark: None, rows: 2 }, WalkRun { mark: Some(mark), rows: 4 }];
        assert_eq!(runs.0, wanted);
        let read: Vec<_> = runs.text().unwrap().lines().map(|line| parse(line).unwrap()).collect();
        assert_eq!(read, wanted);
    }

    #[test]
    fn rows_without_a_mark_need_no_text() {
        let mut runs = Runs::default();
        runs.note(None, 5);
        assert_eq!(runs.text(), None);
    }

    #[test]
    fn a_broken_line_is_none() {
        for line in ["", "-", "x 1 1 1", "1 1 1", "1 1 1 1 1", "1 1 1 -1"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
