//! `restload loads`: what the load records tell of the past.

mod json;
mod table;

use restload_store::{Act, Change, LoadRecord, Sequence};
use serde_json::Value;

use crate::arguments::{HistoryForm, LoadsArguments};
use crate::exit;
use crate::folder::{no_load, open, refuse};
use crate::terminal::Terminal;
use crate::world::World;

/// Prints the history of a folder, the oldest load first.
pub(crate) fn loads(arguments: &LoadsArguments, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let folder = open(&arguments.of, world, terminal)?;
    let sequences = folder.sequences().map_err(|error| refuse(&error, terminal))?;
    if sequences.is_empty() {
        return Err(no_load(&folder, &arguments.of, terminal));
    }
    let (mut records, mut code) = (Vec::new(), exit::DONE);
    for sequence in sequences {
        match folder.record(sequence) {
            Ok(record) => records.extend(record),
            // The others are told all the same.
            Err(error) => code = refuse(&error, terminal),
        }
    }
    let told: Vec<Told> = records.iter().map(|record| Told::of(record, &records)).collect();
    let text = match arguments.format {
        HistoryForm::Human => table::draw(&told),
        HistoryForm::Json => json::render(&told),
    };
    terminal.print(&text).map_err(|error| {
        terminal.error(&format!("cannot write the list: {error}"), None);
        exit::FAILED
    })?;
    Ok(code)
}

/// What is told of one record.
struct Told<'a> {
    record: &'a LoadRecord,
    /// A later record took it back, and none took that back.
    taken_back: bool,
    /// It went on with what an earlier process had read.
    resumed: bool,
    /// Rows that it wrote.
    rows: u64,
    /// Rows, files and bytes of all tables after it.
    total_rows: u64,
    files: u64,
    bytes: u64,
    /// Columns that changed, with their table.
    changes: Vec<(&'a str, &'a Change)>,
    doubts: Vec<ToldDoubt<'a>>,
}

/// Something that may mean lost or doubled rows, as a record keeps it.
struct ToldDoubt<'a> {
    resource: &'a str,
    rule: &'a str,
    message: &'a str,
}

impl<'a> Told<'a> {
    fn of(record: &'a LoadRecord, all: &[LoadRecord]) -> Self {
        let reports = || record.resources.iter();
        let changes = record.tables.iter().flat_map(|(table, state)| {
            let is_changed = state.files.iter().any(|file| file.load == record.load);
            state.changes.iter().filter(move |_| is_changed).map(move |change| (table.as_str(), change))
        });
        Self {
            taken_back: is_taken_back(record.sequence, all),
            resumed: reports().any(|(_, report)| is_resumed(report)),
            rows: reports()
                .filter(|(_, report)| report["committed"] != false)
                .filter_map(|(_, report)| report["rows_written"].as_u64())
                .sum(),
            total_rows: record.tables.values().map(|state| state.rows).sum(),
            files: record.all_files().count() as u64,
            bytes: record.all_files().map(|file| file.bytes).sum(),
            changes: changes.collect(),
            doubts: reports().flat_map(|(resource, report)| doubts(resource, report)).collect(),
            record,
        }
    }

    /// What made the record, in words.
    fn words(&self) -> String {
        let what = match (self.record.act, &self.record.rollback) {
            (Act::Load, _) if self.resumed => "load, resumed".to_owned(),
            (Act::Load, _) => "load".to_owned(),
            (Act::State, _) => "cursors changed".to_owned(),
            (Act::Compact, _) => "compact".to_owned(),
            (Act::Recover, _) => match &self.record.recover {
                Some(undone) => format!("recover: undid {}", undone.load),
                None => "recover".to_owned(),
            },
            (Act::Rollback, Some(rollback)) => format!("rollback of {}", rollback.of.0),
            (Act::Rollback, None) => "rollback".to_owned(),
        };
        if self.taken_back { format!("{what}, taken back") } else { what }
    }
}

fn is_resumed(report: &Value) -> bool {
    let taken = report["taken"].as_object().into_iter().flat_map(|taken| taken.values());
    taken.chain([&report["anew_walks"]]).any(|count| count.as_u64().is_some_and(|count| count > 0))
}

/// Rollbacks are never taken back themselves: each goes further back.
fn is_taken_back(sequence: Sequence, all: &[LoadRecord]) -> bool {
    all.iter().filter_map(|record| record.rollback.as_ref()).any(|rollback| rollback.of == sequence)
}

fn doubts<'a>(resource: &'a str, report: &'a Value) -> impl Iterator<Item = ToldDoubt<'a>> {
    let doubts = report["doubts"].as_array().into_iter().flatten();
    doubts.map(move |doubt| ToldDoubt {
        resource,
        rule: doubt["rule"].as_str().unwrap_or_default(),
        message: doubt["message"].as_str().unwrap_or_default(),
    })
}
