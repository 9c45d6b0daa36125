//! The end of a load: every table brought to one schema, one row a key, and the record that makes it true.

mod doubles;
mod inputs;
mod keys;
mod merge;
mod older;
mod parts;
mod record;
mod refuse;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use restload_diag::Diagnostic;
use restload_spec::plan::{Disposition, TablePlan};
use restload_store::{Change, ChangeKind, ClosedPart, FileEntry, Folder, OpenLoad, TableState};
use restload_table::{ColumnType, PartInfo, PartWriter, SchemaChange, TableError, TableSchema};

use super::RunSettings;
use super::declare::declared;
use super::drive::{Run, at_large};
use super::ending::{ends_open, leave_open};
use super::fault::Fault;
use super::open::{Opened, abandon, note, store_fault};
use super::sink::{Gathered, write_fault};
use crate::report::Outcome;

use doubles::Doubles;
use record::write_record;
pub(crate) use refuse::commits_any;
use refuse::{incomplete, is_failed, is_skipped, of_other_inputs};
use whole::Whole;

/// What becomes of one table.
struct Settled {
    table: usize,
    state: TableState,
    place: Vec<u32>,
    remove: Vec<String>,
    rows: u64,
    /// Rows whose key came again later, by resource.
    replaced_rows: BTreeMap<usize, u64>,
    rewritten: u64,
    /// What the reader should know of its columns.
    notes: Vec<Diagnostic>,
}

/// Commits all tables whose resources did not fail.
pub(crate) async fn commit(run: &Arc<Run>, opened: Opened, settings: &RunSettings, outcome: &mut Outcome) {
    let mut settled = Vec::new();
    for sink in &run.sinks {
        let table = sink.table();
        if is_failed(run, table, outcome) || is_skipped(run, table, outcome) {
            continue;
        }
        if let Some(fault) = incomplete(run, table, outcome).or_else(|| of_other_inputs(run, table, &opened))
            && !settings.allow_incomplete
        {
            outcome.failures.push(*fault);
            continue;
        }
        let gathered = match sink.gather(run).await {
            Ok(Some(gathered)) => gathered,
            Ok(None) => continue,
            Err(error) => {
                outcome.failures.push(*write_fault(run, run.plan.tables[table].resources[0], &error));
                continue;
            }
        };
        let before = opened
            .newest
            .as_ref()
            .and_then(|record| record.tables.get(&run.plan.tables[table].name))
            .cloned();
        let whole = Whole::of(&run.plan, table, outcome, settings.limit.is_some());
        let (work_run, load) = (run.clone(), opened.load.clone());
        let folder = opened.folder.clone();
        let work = move || {
            Settling { run: &work_run, load: &load, folder: &folder, table, whole }.settle(gathered, before)
        };
        match run.blocking(work).await {
            Ok(Ok(done)) => settled.push(done),
            Ok(Err(fault)) => outcome.failures.push(*fault),
            Err(_) => {}
        }
    }
    // The disk may have filled up just now: nothing that was read is given up for that.
    if ends_open(run, outcome) {
        leave_open(run, &opened, outcome);
        return;
    }
    if settled.is_empty() {
        abandon(&opened, outcome);
        return;
    }
    write_record(run, &opened, settings, settled, outcome);
}

/// Whether a table that grows is replaced by this load: what is incremental is read from its start.
fn replaces(run: &Run, table: &TablePlan) -> bool {
    let grows =
        matches!(table.disposition, Disposition::Append | Disposition::Merge | Disposition::MergeWalks);
    run.cursors.full_refresh && grows
}

/// The settling of one table.
struct Settling<'a> {
    run: &'a Run,
    load: &'a OpenLoad,
    folder: &'a Folder,
    table: usize,
    whole: Whole,
}

impl Settling<'_> {
    fn plan(&self) -> &TablePlan {
        &self.run.plan.tables[self.table]
    }

    /// Whether the rows of earlier loads go.
    fn replaces(&self) -> bool {
        self.plan().disposition == Disposition::Replace || replaces(self.run, self.plan())
    }

    fn fault(&self, error: &TableError) -> Fault {
        write_fault(self.run, self.plan().resources[0], error)
    }

    fn settle(&self, mut gathered: Gathered, before: Option<TableState>) -> Result<Settled, Fault> {
        let stays = !self.replaces();
        let before = before.unwrap_or_default();
        let known = self.known(&before)?;
        let base = if stays { known.clone() } else { self.redeclared(known.clone()) };
        let schema = base
            .join(&gathered.schema)
            .and_then(|schema| schema.join(&self.declared()))
            .map_err(|error| self.fault(&error.into()))?;
        self.check_contract(&schema)?;
        let mut notes = self.column_notes(&schema, &gathered.as_text);
        let changes = if before.files.is_empty() || gathered.parts.is_empty() {
            Vec::new()
        } else {
            changes(&known, &schema, &gathered.schema)
        };
        let Doubles { mut dropped, replaced, dead } = self.doubles(&gathered)?;
        let merge = match self.plan().disposition {
            Disposition::Merge | Disposition::MergeWalks if !self.replaces() => {
                Some(self.merge(&gathered, &before, &known, &mut dropped, &dead)?)
            }
            _ => None,
        };
        let has_rows = !gathered.parts.is_empty();
        let older = self.older(before.files, merge.as_ref(), (&known, &schema), has_rows)?;
        let mut files = older.files;
        let (rewritten, remove) = (older.rewritten, older.remove);
        let parts = std::mem::take(&mut gathered.parts);
        let placed = self.place_parts(parts, &schema, &dropped, merge.is_some())?;
        let rows = placed.iter().map(|file| file.rows).sum();
        files.extend(placed);
        if schema.columns.is_empty() {
            notes.extend(self.rows_without_columns());
        }
        if files.is_empty() && !schema.columns.is_empty() {
            files.push(self.empty(&schema)?);
        }
        let place = files
            .iter()
            .filter(|file| file.load == *self.load.id())
            .filter_map(|file| part_number(&file.path))
            .collect();
        let state = TableState {
            disposition: self.plan().disposition.as_str().to_owned(),
            primary_key: self.plan().primary_key.clone(),
            schema: serde_json::to_value(&schema).unwrap_or_default(),
            rows: files.iter().map(|file| file.rows).sum(),
            files,
            changes,
            merged: merge.map(|merge| merge.merged),
        };
        Ok(Settled {
            table: self.table,
            state,
            place,
            remove,
            rows,
            replaced_rows: replaced,
            rewritten,
            notes,
        })
    }

    /// The columns that the table has had so far.
    fn known(&self, before: &TableState) -> Result<TableSchema, Fault> {
        recorded_schema(before).map_err(|error| {
            at_large(
                "load-record",
                format!("the record's schema of `{}` cannot be read: {error}", self.plan().name),
            )
        })
    }

    /// A table that keeps its columns has none that is wider than before.
    fn check_contract(&self, schema: &TableSchema) -> Result<(), Fault> {
        let contract = self.run.extractors.contract(self.table);
        let Some((column, was, is)) = contract.and_then(|contract| contract.broken_by(schema)) else {
            return Ok(());
        };
        let message =
            format!("`{column}` would go from {was} to {is}, which `schema_contract` does not allow");
        let at = self.run.plan.resources[self.plan().resources[0]].at("schema_contract");
        Err(Diagnostic::error("schema-contract", at, message).into())
    }

    /// Columns whose name or type is not what one would expect of the answers.
    fn column_notes(&self, schema: &TableSchema, as_text: &BTreeSet<String>) -> Vec<Diagnostic> {
        let at = || self.plan().at.clone();
        let table = &self.plan().name;
        let renamed = schema.renames().into_iter().map(|(name, stored)| {
            let why = if name.is_empty() || name.ends_with('.') {
                "a name cannot be empty"
            } else {
                "two names differ in case only"
            };
            let message = format!("`{table}`: the column `{name}` is stored as `{stored}`, since {why}");
            note("column-renamed", at(), message)
        });
        let whole = as_text.iter().map(|column| {
            let message = format!(
                "`{table}`: the objects in `{column}` have more than 200 keys, or are not objects everywhere: kept as JSON text"
            );
            note("map-as-text", at(), message)
        });
        renamed.chain(whole).collect()
    }

    /// Rows such as `{}` in a table that never had a column: a file has no place for them.
    fn rows_without_columns(&self) -> Option<Diagnostic> {
        let resources = &self.plan().resources;
        let rows: u64 =
            resources.iter().map(|&index| self.run.tallies[index].lock().report.rows_written).sum();
        let message =
            format!("`{}`: {rows} rows have no column at all, and are in no file", self.plan().name);
        (rows > 0).then(|| note("rows-without-columns", self.plan().at.clone(), message))
    }

    /// The columns that the author declares.
    fn declared(&self) -> TableSchema {
        let declared: Vec<_> = self.plan().columns.iter().map(declared).collect();
        TableSchema::declared(&declared)
    }

    /// The earlier schema of a table whose rows are replaced: what the author declares now holds.
    fn redeclared(&self, mut known: TableSchema) -> TableSchema {
        for column in self.declared().columns {
            if let Some(known) = known.columns.iter_mut().find(|known| known.name == column.name) {
                *known = column;
            }
        }
        known
    }

    /// A file without rows, so that the table can be read.
    fn empty(&self, schema: &TableSchema) -> Result<FileEntry, Fault> {
        let part = self.create(schema)?;
        self.close(part)
    }

    fn create(&self, schema: &TableSchema) -> Result<PartWriter<restload_store::Part>, Fault> {
        let file = self.load.create_part().map_err(|error| store_fault(&error))?;
        let metadata = self.run.metadata(self.table);
        PartWriter::new(file, schema, &metadata).map_err(|error| self.fault(&error))
    }

    fn close(&self, part: PartWriter<restload_store::Part>) -> Result<FileEntry, Fault> {
        let (file, info): (_, PartInfo) = part.finish().map_err(|error| self.fault(&error))?;
        let closed = file.close().map_err(|error| store_fault(&error))?;
        Ok(self.entry(&closed, info.rows))
    }

    fn entry(&self, closed: &ClosedPart, rows: u64) -> FileEntry {
        self.load.file(closed, &self.plan().name, rows)
    }
}

/// The columns that a load record says a table has.
pub(crate) fn recorded_schema(state: &TableState) -> Result<TableSchema, serde_json::Error> {
    match &state.schema {
        serde_json::Value::Null => Ok(TableSchema::default()),
        schema => serde_json::from_value(schema.clone()),
    }
}

/// The number of a part in the name of its file: `<table>/<load>-00001.parquet`.
fn part_number(path: &str) -> Option<u32> {
    path.strip_suffix(".parquet")?.rsplit('-').next()?.parse().ok()
}

/// What is different from the load before: columns that are new or wider, and those that had no value in all of this load.
fn changes(before: &TableSchema, after: &TableSchema, load: &TableSchema) -> Vec<Change> {
    let has_values = |name: &str| {
        let column = load.column(name);
        column.is_some_and(|column| column.ty != ColumnType::Untyped { empties: false })
    };
    let vanished = before.columns.iter().filter(|column| !has_values(&column.name)).filter(|column| {
        // One that never had a value cannot lose it.
        column.ty != ColumnType::Untyped { empties: false } && !column.declared
    });
    let vanished = vanished.map(|column| Change {
        column: column.name.clone(),
        change: ChangeKind::Vanished,
        from: Some(column.ty.label()),
        to: None,
    });
    let changes = before.changes(after).into_iter().map(|change| match change {
        SchemaChange::Added { name, to } => {
            Change { column: name, change: ChangeKind::Added, from: None, to: Some(to) }
        }
        SchemaChange::Widened { name, from, to } => {
            Change { column: name, change: ChangeKind::Widened, from: Some(from), to: Some(to) }
        }
    });
    changes.chain(vanished).collect()
}
