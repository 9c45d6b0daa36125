//! The rows of a table on their way into parts, in the order in which pages are handed over.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use arrow::array::{ArrayRef, AsArray};
use restload_diag::Diagnostic;
use restload_spec::CursorValue;
use restload_spec::plan::{Disposition, TablePlan};
use restload_store::{ClosedPart, OpenLoad, Part};
use restload_table::{
    ColumnType, Columns, Finished, PartInfo, Parts, Placed, SinkOptions, TableColumn, TableError,
    TableSchema, TableSink, WalkMark,
};
use tokio::sync::Mutex;

use super::context::Position;
use super::drive::Run;
use super::extract::Gone;
use super::fault::Fault;
use super::identity::WalksMade;
use super::walk::Broken;

/// The column that tells the loads of an appended table apart.
pub(crate) const LOAD_ID: &str = "_load_id";

/// Where the rows of a page stand in the order of the load: of two rows with one key the later stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order {
    pub(crate) resource: usize,
    pub(crate) combination: usize,
    pub(crate) walk: Position,
    pub(crate) page: u64,
}

/// Rows of one page in a part.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    pub(crate) placed: Placed,
    pub(crate) order: Order,
    /// The cursors of the rows, where rows are merged by them.
    pub(crate) cursors: Vec<CursorValue>,
}

/// A row of a page that is marked as gone.
#[derive(Debug, Clone)]
pub(crate) struct Tomb {
    pub(crate) order: Order,
    pub(crate) gone: Gone,
}

/// The way into one table.
pub(crate) struct Sink {
    table: usize,
    primary_key: Vec<String>,
    snapshots: bool,
    memory: AtomicUsize,
    walks: std::sync::Mutex<WalksMade>,
    state: Arc<Mutex<State>>,
}

struct State {
    sink: Option<TableSink<LoadParts>>,
    chunks: Vec<Chunk>,
    /// Hashes of the keys that came; those of two different keys may be equal, which costs time only.
    seen: HashSet<u64>,
    /// Hashes of those that came again.
    again: HashSet<u64>,
    /// Rows that are marked as gone.
    gone: Vec<Tomb>,
    /// Columns of objects that are kept as text.
    as_text: BTreeSet<String>,
}

/// All rows of a table, in parts.
pub(crate) struct Gathered {
    pub(crate) schema: TableSchema,
    pub(crate) parts: Vec<(PartInfo, ClosedPart)>,
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) again: HashSet<u64>,
    pub(crate) gone: Vec<Tomb>,
    pub(crate) walks: WalksMade,
    pub(crate) as_text: BTreeSet<String>,
}

/// Parts in the folder of the open load.
struct LoadParts {
    load: Arc<OpenLoad>,
    closed: Vec<ClosedPart>,
}

impl Parts for LoadParts {
    type File = Part;

    fn create(&mut self) -> io::Result<Part> {
        self.load.create_part().map_err(other)
    }

    fn closed(&mut self, file: Part, _part: &PartInfo) -> io::Result<()> {
        self.closed.push(file.close().map_err(other)?);
        Ok(())
    }
}

fn other(error: restload_store::StoreError) -> io::Error {
    io::Error::new(error.io_kind().unwrap_or(io::ErrorKind::Other), error)
}

impl Sink {
    pub(crate) fn new(
        index: usize,
        table: &TablePlan,
        load: &Arc<OpenLoad>,
        metadata: Vec<(String, String)>,
    ) -> Self {
        let parts = LoadParts { load: load.clone(), closed: Vec::new() };
        let options = SinkOptions { metadata, ..SinkOptions::default() };
        let sink = TableSink::new(parts, TableSchema::default(), options);
        let state = State {
            sink: Some(sink),
            chunks: Vec::new(),
            seen: HashSet::new(),
            again: HashSet::new(),
            gone: Vec::new(),
            as_text: BTreeSet::new(),
        };
        Self {
            table: index,
            primary_key: table.primary_key.clone(),
            snapshots: table.disposition == Disposition::AppendSnapshots,
            memory: AtomicUsize::new(0),
            walks: std::sync::Mutex::default(),
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Hands over the rows of a page.
    pub(crate) async fn push(
        &self,
        run: &Arc<Run>,
        order: Order,
        columns: Columns,
        (gone, cursors): (Vec<Gone>, Vec<CursorValue>),
    ) -> Result<(), Broken> {
        if gone.is_empty() && columns.rows() == 0 && columns.schema().columns.is_empty() {
            return Ok(());
        }
        let resource = order.resource;
        let mut columns = refuse_secrets(run, resource, columns).await?;
        let fault = |run: &Run, error: &TableError| Broken::Failed(write_fault(run, resource, error));
        if self.snapshots {
            let id = serde_json::Value::from(run.load.id().as_str()).to_string();
            columns.add_constant(LOAD_ID, id.as_bytes()).map_err(|error| {
                Broken::Failed(super::fault::decode(&run.plan.resources[resource], b"", &error))
            })?;
        }
        let keys = match self.primary_key.as_slice() {
            [] => None,
            names => Some(columns.keys(names).map_err(|error| fault(run, &error))?),
        };
        let mut state = self.state.clone().lock_owned().await;
        let work = move || {
            let State { sink: Some(sink), chunks, seen, again, gone: tombs, as_text } = &mut *state else {
                return Ok(0);
            };
            let objects = columns_of_objects(&columns);
            let placed = sink.push(columns)?;
            let is_text = |name: &String| {
                sink.schema().column(name).is_some_and(|column| column.ty == ColumnType::Text)
            };
            as_text.extend(objects.into_iter().filter(is_text));
            if let Some(keys) = keys {
                again.extend(keys.hashes().filter(|hash| !seen.insert(*hash)));
                let hashes = gone.iter().map(|gone| xxhash_rust::xxh3::xxh3_64(&gone.key));
                again.extend(hashes.filter(|hash| !seen.insert(*hash)));
                tombs.extend(gone.into_iter().map(|gone| Tomb { order: order.clone(), gone }));
                chunks.push(Chunk { placed, order, cursors });
            }
            Ok(sink.memory())
        };
        let memory = run.blocking(work).await?.map_err(|error| fault(run, &error))?;
        self.memory.store(memory, Ordering::Relaxed);
        self.relieve(run).await.map_err(|error| fault(run, &error))
    }

    /// Frees memory where all tables together take more than half of what there is: the largest goes first.
    async fn relieve(&self, run: &Arc<Run>) -> Result<(), TableError> {
        let taken: usize = run.sinks.iter().map(|sink| sink.memory.load(Ordering::Relaxed)).sum();
        if taken <= run.memory / 2 {
            return Ok(());
        }
        let Some(largest) = run.sinks.iter().max_by_key(|sink| sink.memory.load(Ordering::Relaxed)) else {
            return Ok(());
        };
        let mut state = largest.state.clone().lock_owned().await;
        let work = move || {
            let Some(sink) = &mut state.sink else { return Ok(0) };
            sink.flush_row_group()?;
            Ok::<usize, TableError>(sink.memory())
        };
        if let Ok(memory) = run.blocking(work).await {
            largest.memory.store(memory?, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Closes the last part.
    pub(crate) async fn gather(&self, run: &Run) -> Result<Option<Gathered>, TableError> {
        let mut state = self.state.clone().lock_owned().await;
        let walks = std::mem::take(&mut *self.walks.lock().unwrap_or_else(PoisonError::into_inner));
        let work = move || {
            let Some(sink) = state.sink.take() else { return Ok(None) };
            // What was seen is known from the parts too, and takes memory.
            state.seen = HashSet::new();
            let Finished { schema, closed, parts } = sink.finish()?;
            Ok(Some(Gathered {
                schema,
                parts: closed.into_iter().zip(parts.closed).collect(),
                chunks: std::mem::take(&mut state.chunks),
                again: std::mem::take(&mut state.again),
                gone: std::mem::take(&mut state.gone),
                walks,
                as_text: std::mem::take(&mut state.as_text),
            }))
        };
        run.blocking(work).await.unwrap_or(Ok(None))
    }

    /// Notes a walk that has ended, and whether all its rows came.
    pub(crate) fn note_walk(&self, mark: WalkMark, whole: bool) {
        self.walks.lock().unwrap_or_else(PoisonError::into_inner).note(mark, whole);
    }

    /// The table that it leads to.
    pub(crate) fn table(&self) -> usize {
        self.table
    }
}

/// Gives the columns back unless a secret is in them: it would be in a file for good.
async fn refuse_secrets(run: &Run, resource: usize, columns: Columns) -> Result<Columns, Broken> {
    let Some(secrets) = run.redactor.in_rows() else { return Ok(columns) };
    let (columns, found) = run
        .blocking(move || {
            let found = secrets.find(&columns);
            (columns, found)
        })
        .await?;
    match found {
        Some(place) => Err(Broken::Failed(super::fault::secret(&run.plan.resources[resource], &place))),
        None => Ok(columns),
    }
}

/// The columns of a page that hold objects: as structs, or as text where they have too many keys.
fn columns_of_objects(columns: &Columns) -> Vec<String> {
    let pairs = columns.schema().columns.iter().zip(columns.arrays());
    let holds_objects = |column: &TableColumn, array: &ArrayRef| match column.ty {
        ColumnType::Struct { .. } => true,
        ColumnType::Text if !column.declared => {
            let first = array.as_string::<i32>().iter().flatten().next();
            first.is_some_and(|text| text.starts_with('{') && text.ends_with('}'))
        }
        _ => false,
    };
    pairs
        .filter(|(column, array)| holds_objects(column, array))
        .map(|(column, _)| column.name.clone())
        .collect()
}

/// Rows that could not be written.
pub(crate) fn write_fault(run: &Run, resource: usize, error: &TableError) -> Fault {
    let resource = &run.plan.resources[resource];
    let (rule, at) = match error {
        TableError::NullInKey { .. } => ("null-in-key", resource.at("primary_key")),
        TableError::TooManyColumns(_) => ("too-many-columns", resource.at("")),
        _ => ("cannot-write", resource.at("")),
    };
    let text = error.to_string();
    // The library's words around an error of ours, which says all there is to say.
    let text = text.trim_start_matches("parquet: ").trim_start_matches("External: ");
    Diagnostic::error(rule, at, text).on(restload_diag::Part::Key).into()
}
