//! DuckDB reads a table over and over while loads replace, merge and append to it: by the newest load record, and by the folder.
//!
//! A reader of the record never sees rows that were no state of the table. It may find a file gone that the next commit
//! replaced: that is an error of the reader, never a wrong answer. What a reader of the folder sees is counted and printed.

#![expect(clippy::print_stdout, reason = "what readers of the folder saw is a figure to look at")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use restload_api_tests::{Reader, Served, Stage, Table, read_files, try_read};
use serde_json::Value;

/// Rows of the first load; each further one has ten more.
const ROWS: u64 = 200;
/// Loads of each table.
const LOADS: u64 = 10;

/// What the API says at a load: all rows, each with the load in which it changed last.
fn rows(load: u64) -> BTreeMap<u64, u64> {
    let changed = |id: u64| (0..=load).rev().find(|load| (id + load).is_multiple_of(3) || is_new(id, *load));
    (0..ROWS + 10 * load).map(|id| (id, changed(id).unwrap_or(0))).collect()
}

fn is_new(id: u64, load: u64) -> bool {
    id < ROWS + 10 * load && (load == 0 || id >= ROWS + 10 * (load - 1))
}

fn body(rows: impl Iterator<Item = (u64, u64)>) -> String {
    let rows: Vec<String> = rows.map(|(id, load)| format!("{{\"id\":{id},\"load\":{load}}}")).collect();
    format!("[{}]", rows.join(","))
}

/// How often a reader saw what.
#[derive(Debug, Default)]
struct Seen {
    /// A state of the table, whole.
    right: u32,
    /// A file was gone before it was opened, or the table not there yet.
    refused: u32,
    /// Rows that never stood together.
    wrong: u32,
}

impl Seen {
    fn note(&mut self, states: &[BTreeMap<Vec<u64>, u32>], table: &Result<Table, String>) {
        match table {
            Err(_) => self.refused += 1,
            Ok(table) if states.contains(&counted(table)) => self.right += 1,
            Ok(_) => self.wrong += 1,
        }
    }
}

fn counted(table: &Table) -> BTreeMap<Vec<u64>, u32> {
    let mut counts = BTreeMap::new();
    for row in &table.rows {
        *counts.entry(row.iter().filter_map(Value::as_u64).collect()).or_default() += 1;
    }
    counts
}

/// The files that the newest record of a folder lists.
fn listed(folder: &Path) -> Option<Vec<PathBuf>> {
    let records = std::fs::read_dir(folder.join("_restload/loads")).ok()?;
    let records = records.flatten().map(|entry| entry.path());
    let newest =
        records.filter(|path| path.extension().is_some_and(|extension| extension == "json")).max()?;
    let record: Value = serde_json::from_slice(&std::fs::read(newest).ok()?).ok()?;
    let files = record["tables"]["rows"]["files"].as_array()?.iter();
    Some(files.filter_map(|file| Some(folder.join(file["path"].as_str()?))).collect())
}

/// Makes loads while readers read; says what those of the record and those of the folder saw.
fn read_while_loading(keys: &str, only_new: bool) -> Option<(Seen, Seen)> {
    let _ = try_read(Reader::DuckDb, Path::new("/nowhere"))?;
    let (stage, api) = (Stage::new(), Served::new());
    let spec = stage.write(
        "moving.yaml",
        &format!(
            "{{version: 1, name: moving, client: {{base_url: 'https://api.example.com'}}, resources: {{rows: {{path: rows, \
             paginator: single_page, data_selector: $, {keys}}}}}}}"
        ),
    );
    let folder = stage.folder("moving");
    let states: Vec<_> = (0..LOADS)
        .map(|load| {
            rows(load).into_iter().map(|(id, load)| (vec![id, if only_new { 0 } else { load }], 1)).collect()
        })
        .collect();
    let done = AtomicBool::new(false);
    Some(std::thread::scope(|scope| {
        let readers = scope.spawn(|| {
            let (mut by_record, mut by_folder) = (Seen::default(), Seen::default());
            loop {
                // Once more when all is quiet: on a slow machine every reading before may have met a commit.
                let is_last = done.load(Ordering::SeqCst);
                if let Some(seen) = listed(&folder).and_then(|files| read_files(Reader::DuckDb, &files)) {
                    by_record.note(&states, &seen);
                }
                if let Some(seen) = try_read(Reader::DuckDb, &folder.join("rows")) {
                    by_folder.note(&states, &seen);
                }
                if is_last {
                    break;
                }
            }
            (by_record, by_folder)
        });
        for load in 0..LOADS {
            let rows = rows(load).into_iter().map(|(id, load)| (id, if only_new { 0 } else { load }));
            api.put("/rows", &body(rows));
            let _ = stage.run(&["run", &spec, "--base-url", &api.origin()]).exited(0);
        }
        done.store(true, Ordering::SeqCst);
        readers.join().unwrap()
    }))
}

fn holds(disposition: &str, keys: &str, only_new: bool) -> Option<Seen> {
    let (by_record, by_folder) = read_while_loading(keys, only_new)?;
    println!("{disposition}: by the record {by_record:?}, by the folder {by_folder:?}");
    assert_eq!(by_record.wrong, 0, "{disposition}: {by_record:?}");
    assert!(by_record.right > 0, "{disposition}: {by_record:?}");
    Some(by_folder)
}

#[test]
fn a_reader_of_the_record_is_never_wrong_while_tables_are_replaced() {
    holds("replace", "write_disposition: replace", false);
}

#[test]
fn a_reader_of_the_record_is_never_wrong_while_tables_are_merged() {
    holds("merge", "primary_key: id", false);
}

#[test]
fn nobody_is_wrong_while_rows_are_appended() {
    let keys = "write_disposition: append, incremental: {cursor: id, format: integer, start: 0}";
    let Some(by_folder) = holds("append", keys, true) else { return };
    assert_eq!(by_folder.wrong, 0, "{by_folder:?}");
}
