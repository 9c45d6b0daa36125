//! What a run left in the output folder: its newest load record, and the tables that the record lists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::normal::lines;
use crate::rows::{self, Content};

/// What is in the folder of a spec.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// The newest load record.
    pub(crate) record: Option<Value>,
    /// The tables that it lists.
    pub(crate) tables: BTreeMap<String, Table>,
    /// Files that readers of the folder would see, from the folder, with their sizes.
    pub(crate) visible: BTreeMap<PathBuf, u64>,
}

/// A table, its files joined.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) files: BTreeSet<PathBuf>,
    pub(crate) contents: Vec<Content>,
}

/// Counters of a resource's report that a case may assert.
const COUNTED: [&str; 19] = [
    "walks",
    "equal_walks",
    "skipped_parents",
    "pages",
    "skipped_pages",
    "cut_walks",
    "empty_walks",
    "requests",
    "retries",
    "waited_seconds",
    "rows_found",
    "rows_written",
    "replaced_rows",
    "gone_rows",
    "outside_rows",
    "seen_rows",
    "cursorless_rows",
    "repeated_rows",
    "duplicate_keys",
];

impl Left {
    /// Reads the folder of a spec; one that is not there holds nothing.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let mut left = Self { record: newest_record(folder)?, ..Self::default() };
        visible(folder, folder, &mut left.visible)?;
        let tables =
            left.record.as_ref().and_then(|record| record["tables"].as_object()).cloned().unwrap_or_default();
        for (name, table) in tables {
            let mut read = Table::default();
            for file in table["files"].as_array().into_iter().flatten() {
                let path = PathBuf::from(file["path"].as_str().unwrap_or_default());
                read.contents.push(rows::read(&folder.join(&path))?);
                read.files.insert(path);
            }
            left.tables.insert(name, read);
        }
        Ok(left)
    }

    /// Why the walks of each resource ended: `issues: no-next`, or `issues: 2 no-next, 1 empty-page`.
    pub(crate) fn stop_lines(&self) -> Vec<String> {
        let line = |(name, report): (&String, &Value)| {
            let reasons = report["stop_reasons"].as_object()?;
            let counts: Vec<(String, u64)> =
                reasons.iter().map(|(reason, count)| (reason.clone(), count.as_u64().unwrap_or(0))).collect();
            match counts.as_slice() {
                [] => None,
                [(reason, 1)] => Some(format!("{name}: {reason}")),
                counts => {
                    let counts: Vec<String> =
                        counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
                    Some(format!("{name}: {}", counts.join(", ")))
                }
            }
        };
        self.reports().filter_map(line).collect()
    }

    /// Counters and doubts of each resource: `issues: retries 1`, `issues: doubt incomplete`.
    pub(crate) fn report_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, report) in self.reports() {
            for counter in COUNTED {
                lines.push(format!("{name}: {counter} {}", report[counter].as_u64().unwrap_or(0)));
            }
            let doubts = report["doubts"].as_array().into_iter().flatten();
            let doubts: Vec<&str> = doubts.filter_map(|doubt| doubt["rule"].as_str()).collect();
            for (column, values) in report["discarded"].as_object().into_iter().flatten() {
                lines.push(format!("{name}: discarded {column} {values}"));
            }
            lines.push(format!("{name}: doubts {}", doubts.len()));
            lines.extend(doubts.iter().map(|doubt| format!("{name}: doubt {doubt}")));
        }
        for (name, walks) in self.record.iter().filter_map(|record| record["cursors"].as_object()).flatten() {
            let mut walks: Vec<&Value> =
                walks.as_object().into_iter().flat_map(|walks| walks.values()).collect();
            walks.sort_by_key(|walk| walk["of"].to_string());
            lines.push(format!("cursors {name}: {}", walks.len()));
            for walk in walks {
                let of = walk["of"].as_str().unwrap_or_default();
                let seen = walk["seen"].as_array().map_or(0, Vec::len);
                lines.push(format!("cursor {name} {of}: {}", walk["cursor"]));
                lines.push(format!("cursor {name} {of}: {seen} seen"));
            }
        }
        for (name, table) in self.record.iter().filter_map(|record| record["tables"].as_object()).flatten() {
            let disposition = table["disposition"].as_str().unwrap_or("none");
            lines.push(format!("table {name}: disposition {disposition}"));
            if let Some(merged) = table["merged"].as_object() {
                let figures: Vec<_> = merged.iter().map(|(word, count)| format!("{count} {word}")).collect();
                lines.push(format!("table {name}: merged {}", figures.join(", ")));
            }
            let files: BTreeSet<&str> = table["files"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|file| file["load"].as_str())
                .collect();
            lines.push(format!("table {name}: files of {} loads", files.len()));
            for change in table["changes"].as_array().into_iter().flatten() {
                let word = |key: &str| change[key].as_str().unwrap_or("none");
                let types = match (change["from"].as_str(), change["to"].as_str()) {
                    (Some(from), Some(to)) => format!(" from {from} to {to}"),
                    _ => String::new(),
                };
                lines.push(format!("table {name}: {} {}{types}", word("column"), word("change")));
            }
        }
        lines
    }

    fn reports(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.record.iter().filter_map(|record| record["resources"].as_object()).flatten()
    }

    pub(crate) fn sequence(&self) -> Option<u64> {
        self.record.as_ref()?["sequence"].as_u64()
    }
}

impl Table {
    /// The rows of all files in their order, one a line.
    pub(crate) fn lines(&self) -> String {
        lines(self.contents.iter().flat_map(|content| &content.rows))
    }

    /// The columns of the first file.
    pub(crate) fn schema(&self) -> String {
        self.contents.first().map_or("no file\n".to_owned(), |content| rows::schema_lines(&content.schema))
    }
}

/// The files that the newest record lists; none where there is no record.
pub(crate) fn listed(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let record = newest_record(folder)?.unwrap_or_default();
    let tables = record["tables"].as_object().into_iter().flat_map(|tables| tables.values());
    let files = tables.flat_map(|table| table["files"].as_array().into_iter().flatten());
    Ok(files.filter_map(|file| Some(folder.join(file["path"].as_str()?))).collect())
}

fn newest_record(folder: &Path) -> Result<Option<Value>, String> {
    let Ok(entries) = std::fs::read_dir(folder.join("_restload/loads")) else { return Ok(None) };
    let paths = entries.flatten().map(|entry| entry.path());
    let records = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let Some(newest) = records.max() else { return Ok(None) };
    let text = std::fs::read(&newest).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map(Some).map_err(|error| format!("{}: {error}", newest.display()))
}

/// Files below a folder but not below `_restload`.
fn visible(folder: &Path, below: &Path, files: &mut BTreeMap<PathBuf, u64>) -> Result<(), String> {
    let Ok(entries) = std::fs::read_dir(below) else { return Ok(()) };
    for entry in entries.flatten() {
        let path = entry.path();
        let size = entry.metadata().map_err(|error| error.to_string())?.len();
        if !path.is_dir() {
            files.insert(path.strip_prefix(folder).unwrap_or(&path).to_owned(), size);
        } else if entry.file_name() != "_restload" {
            visible(folder, &path, files)?;
        }
    }
    Ok(())
}
