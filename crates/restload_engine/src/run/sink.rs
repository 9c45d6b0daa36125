//! The rows of a table on their way into parts, in the order in which pages are handed over.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use arrow::array::{ArrayRef, AsArray};
use restload_diag::Diagnostic;
use restload_spec::CursorValue;
use restload_spec::plan::{Disposition, TablePlan};
use restload_store::{ClosedPart, OpenLoad, Part};
use restload_table::{
    ColumnType, Columns, Finished, PartInfo, Parts, Placed, SinkOptions, TableColumn, TableError,
    TableSchema, TableSink, WalkMark, read_keys,
};
use tokio::sync::Mutex;

use super::context::Position;
use super::drive::Run;
use super::extract::Gone;
use super::fault::Fault;
use super::identity::WalksMade;
use super::keep::{PartKept, TableKept, TakenTable};
use super::walk::Broken;

/// Bytes after which a part is closed, and a checkpoint made.
const PART_BYTES: usize = 256 << 20;

/// Rows by part.
pub(crate) type Dropped = HashMap<usize, HashSet<u64>>;

/// The column that tells the loads of an appended table apart.
pub(crate) const LOAD_ID: &str = "_load_id";

/// Where the rows of a page stand in the order of the load: of two rows with one key the later stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order {
    pub(crate) resource: usize,
    pub(crate) combination: usize,
    pub(crate) walk: Position,
    pub(crate) page: u64,
    /// A long page comes in pieces.
    pub(crate) piece: usize,
}

/// Rows of one page in a part.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    pub(crate) placed: Placed,
    pub(crate) rows: u64,
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
    /// Rows of parts that were taken over whose walk was taken over too.
    confirmed: std::sync::Mutex<HashMap<usize, Vec<Range<u64>>>>,
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
    /// Parts that were taken over.
    taken: usize,
    /// Parts that the journal knows of, and the columns that it knows.
    noted: (usize, TableSchema),
}

/// What of a table is durable since the last checkpoint.
pub(crate) struct Closed {
    pub(crate) parts: Vec<PartKept>,
    /// Its columns, where they are other ones.
    pub(crate) changed: Option<TableKept>,
    /// The number in the load of each of its parts.
    pub(crate) numbers: Vec<u32>,
    /// Its columns.
    schema: TableSchema,
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
    /// Rows of walks that were not taken over.
    pub(crate) lost: Dropped,
}

/// Parts in the folder of the open load.
struct LoadParts {
    load: Arc<OpenLoad>,
    closed: Vec<ClosedPart>,
    /// Bytes of parts that no checkpoint knows of.
    fresh: u64,
}

impl Parts for LoadParts {
    type File = Part;

    fn create(&mut self) -> io::Result<Part> {
        self.load.create_part().map_err(other)
    }

    fn closed(&mut self, file: Part, _part: &PartInfo) -> io::Result<()> {
        let closed = file.close().map_err(other)?;
        self.fresh += closed.bytes;
        self.closed.push(closed);
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
        taken: TakenTable,
    ) -> Self {
        let TakenTable { schema, as_text, parts } = taken;
        let (infos, closed): (Vec<PartInfo>, Vec<ClosedPart>) = parts.into_iter().unzip();
        let (taken, noted) = (infos.len(), (infos.len(), schema.clone()));
        let parts = LoadParts { load: load.clone(), closed, fresh: 0 };
        let options = SinkOptions { metadata, part_bytes: Some(PART_BYTES), ..SinkOptions::default() };
        let state = State {
            sink: Some(TableSink::new(parts, schema, options).after(infos)),
            chunks: Vec::new(),
            seen: HashSet::new(),
            again: HashSet::new(),
            gone: Vec::new(),
            as_text,
            taken,
            noted,
        };
        Self {
            table: index,
            primary_key: table.primary_key.clone(),
            snapshots: table.disposition == Disposition::AppendSnapshots,
            memory: AtomicUsize::new(0),
            walks: std::sync::Mutex::default(),
            confirmed: std::sync::Mutex::default(),
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Hands over the rows of a page, and says where they are; nowhere where there is nothing.
    pub(crate) async fn push(
        &self,
        run: &Arc<Run>,
        order: Order,
        columns: Columns,
        (gone, cursors): (Vec<Gone>, Vec<CursorValue>),
    ) -> Result<Option<Placed>, Broken> {
        if gone.is_empty() && columns.rows() == 0 && columns.schema().columns.is_empty() {
            return Ok(None);
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
            let State { sink: Some(sink), chunks, seen, again, gone: tombs, as_text, .. } = &mut *state
            else {
                return Ok(None);
            };
            let (objects, rows) = (columns_of_objects(&columns), columns.rows() as u64);
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
                chunks.push(Chunk { placed, rows, order, cursors });
            }
            let is_large = sink.parts_mut().fresh >= PART_BYTES as u64;
            Ok(Some((sink.memory(), placed, is_large)))
        };
        let pushed = run.blocking(work).await?.map_err(|error| fault(run, &error))?;
        let Some((memory, placed, is_large)) = pushed else { return Ok(None) };
        if is_large {
            run.ledger.wants_checkpoint();
        }
        self.memory.store(memory, Ordering::Relaxed);
        self.relieve(run).await.map_err(|error| fault(run, &error))?;
        Ok(Some(placed))
    }

    /// Closes the open part, so that all rows are in whole files; none where rows wait for a column.
    pub(crate) async fn close(&self, run: &Run) -> Result<Option<Closed>, TableError> {
        let mut state = self.state.clone().lock_owned().await;
        let table = self.table;
        let work = move || -> Result<Option<Closed>, TableError> {
            let State { sink, as_text, noted, .. } = &mut *state;
            let Some(sink) = sink else { return Ok(None) };
            sink.close_part()?;
            if sink.is_waiting() {
                return Ok(None);
            }
            let schema = sink.schema().clone();
            let infos = sink.closed().to_vec();
            let parts = sink.parts_mut();
            parts.fresh = 0;
            let fresh = infos.iter().zip(&parts.closed).skip(noted.0);
            let fresh = fresh.map(|(info, closed)| PartKept {
                table,
                number: closed.number,
                bytes: closed.bytes,
                sha256: closed.sha256.clone(),
                rows: info.rows,
                schema: info.schema.as_ref().clone(),
            });
            let fresh: Vec<_> = fresh.collect();
            let numbers = parts.closed.iter().map(|closed| closed.number).collect();
            let as_text: Vec<String> = as_text.iter().cloned().collect();
            let changed = (schema != noted.1).then(|| TableKept { table, schema: schema.clone(), as_text });
            Ok(Some(Closed { parts: fresh, changed, numbers, schema }))
        };
        let closed = run.blocking(work).await.unwrap_or(Ok(None))?;
        if closed.is_some() {
            self.memory.store(0, Ordering::Relaxed);
        }
        Ok(closed)
    }

    /// What was closed is in the journal. Until then the next checkpoint tells of it too.
    pub(crate) async fn noted(&self, closed: &Closed) {
        self.state.lock().await.noted = (closed.numbers.len(), closed.schema.clone());
    }

    /// Rows of a walk that is taken over, where they are, and in which order.
    pub(crate) async fn confirm(&self, chunks: Vec<Chunk>, tombs: Vec<Tomb>) {
        {
            let mut confirmed = self.confirmed.lock().unwrap_or_else(PoisonError::into_inner);
            for chunk in &chunks {
                let rows = chunk.placed.row..chunk.placed.row + chunk.rows;
                confirmed.entry(chunk.placed.part).or_default().push(rows);
            }
        }
        if self.primary_key.is_empty() {
            return;
        }
        let mut state = self.state.lock().await;
        for tomb in &tombs {
            let hash = xxhash_rust::xxh3::xxh3_64(&tomb.gone.key);
            if !state.seen.insert(hash) {
                state.again.insert(hash);
            }
        }
        state.gone.extend(tombs);
        state.chunks.extend(chunks);
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
        let mut confirmed =
            std::mem::take(&mut *self.confirmed.lock().unwrap_or_else(PoisonError::into_inner));
        let primary_key = self.primary_key.clone();
        let work = move || {
            let Some(sink) = state.sink.take() else { return Ok(None) };
            let Finished { schema, closed, parts: LoadParts { load, closed: files, .. } } = sink.finish()?;
            let mut parts: Vec<_> = closed.into_iter().zip(files).collect();
            let taken = &parts[..state.taken];
            let mut lost = lost(taken, &mut confirmed);
            state.see_again(&load, taken, &primary_key)?;
            // What was seen is known from the parts too, and takes memory.
            state.seen = HashSet::new();
            // Of a part of which nothing is left there is nothing to say.
            parts.retain(|(info, _)| {
                let is_lost = lost.get(&info.number).is_some_and(|lost| lost.len() as u64 == info.rows);
                !(is_lost && lost.remove(&info.number).is_some())
            });
            Ok(Some(Gathered {
                schema,
                parts,
                lost,
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

impl State {
    /// Finds out which keys of parts that were taken over came again.
    fn see_again(
        &mut self,
        load: &OpenLoad,
        taken: &[(PartInfo, ClosedPart)],
        primary_key: &[String],
    ) -> Result<(), TableError> {
        if primary_key.is_empty() {
            return Ok(());
        }
        for (info, closed) in taken.iter().filter(|(info, _)| info.rows > 0) {
            let file = File::open(load.locate_part(closed.number))?;
            read_keys(file, &info.schema, primary_key, &mut |_, key| {
                let hash = xxhash_rust::xxh3::xxh3_64(key);
                if !self.seen.insert(hash) {
                    self.again.insert(hash);
                }
            })?;
        }
        Ok(())
    }
}

/// Rows of parts that were taken over whose walk was not.
fn lost(taken: &[(PartInfo, ClosedPart)], confirmed: &mut HashMap<usize, Vec<Range<u64>>>) -> Dropped {
    let mut lost = Dropped::new();
    for (info, _) in taken {
        let mut known = confirmed.remove(&info.number).unwrap_or_default();
        known.sort_unstable_by_key(|rows| rows.start);
        let (mut rows, mut next) = (HashSet::new(), 0);
        for known in known {
            rows.extend(next..known.start);
            next = next.max(known.end);
        }
        rows.extend(next..info.rows);
        if !rows.is_empty() {
            lost.insert(info.number, rows);
        }
    }
    lost
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
