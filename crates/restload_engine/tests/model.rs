//! Whole loads, rollbacks, joined files and crashes in random order against a model in memory: a table that is merged, one that
//! grows and one that is replaced, with values that widen, on a disk that loses what was not synced.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod support;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{Array as _, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use futures::future::BoxFuture;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use restload_engine::report::{Ending, Outcome};
use restload_engine::run::{Services, run};
use restload_engine::transport::{Exchange, Request, Transport, TransportError};
use restload_engine::upkeep::{compact, verify};
use restload_store::faulty::{Fault, Faulty, Reach};
use restload_store::forgetful::Forgetful;
use restload_store::{Act as Made, CommitError, Folder, LoadId, RollbackError, Store};

const SPEC: &str = "
version: 1
name: spec
client: {base_url: 'https://api.example.com', concurrency: 2, retry: {attempts: 1}}
resources:
  merged: {path: merged, primary_key: id, deleted: gone, data_selector: $, paginator: single_page}
  grows: {path: grows, write_disposition: {append: snapshots}, data_selector: $, paginator: single_page}
  replaced: {path: replaced, data_selector: $, paginator: single_page}
";

/// A row of a table, whatever the types of its columns.
type Row = (String, Option<String>);
/// The rows of each table, in the order of its files.
type Tables = BTreeMap<String, Vec<Row>>;

/// A row as the API sends it; one that is gone has no value.
#[derive(Debug, Clone)]
struct Sent {
    id: u8,
    value: Value,
    gone: bool,
}

#[derive(Debug, Clone)]
enum Value {
    Int(i32),
    Half(i32),
    Text(u8),
    Null,
}

impl Value {
    fn json(&self) -> String {
        match self {
            Self::Int(n) => n.to_string(),
            Self::Half(n) => format!("{n}.5"),
            Self::Text(n) => format!("\"text {n}\""),
            Self::Null => "null".into(),
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(n) => Some(format!("text {n}")),
            number => Some(plain(&number.json())),
        }
    }
}

/// A number in one spelling.
fn plain(text: &str) -> String {
    text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| number.to_string())
}

impl Sent {
    fn json(&self) -> String {
        format!("{{\"id\":{},\"value\":{},\"gone\":{}}}", self.id, self.value.json(), self.gone)
    }

    fn row(&self) -> Row {
        (self.id.to_string(), self.value.text())
    }
}

/// What is done.
#[derive(Debug, Clone)]
enum Act {
    Load(Vec<Sent>),
    Rollback,
    Compact(u64),
    /// A load in the middle of which another process takes the newest load back.
    Overtaken(Vec<Sent>),
}

/// How a process ends before its time.
#[derive(Debug, Clone)]
struct Crash {
    at: usize,
    reach: Reach,
    dies: bool,
    power: Option<Vec<usize>>,
}

fn acts() -> impl Strategy<Value = Vec<(Act, Option<Crash>)>> {
    let value = prop_oneof![
        6 => (-9..99_i32).prop_map(Value::Int),
        1 => (0..99_i32).prop_map(Value::Half),
        1 => (0..9_u8).prop_map(Value::Text),
        1 => Just(Value::Null),
    ];
    let sent =
        (0..9_u8, value, prop::bool::weighted(0.2)).prop_map(|(id, value, gone)| Sent { id, value, gone });
    let rows = prop::collection::vec(sent, 0..8);
    let act = prop_oneof![
        6 => rows.clone().prop_map(Act::Load),
        3 => Just(Act::Rollback),
        2 => prop_oneof![Just(1_u64 << 20), Just(2000)].prop_map(Act::Compact),
        1 => rows.prop_map(Act::Overtaken),
    ];
    let reach = prop_oneof![Just(Reach::Nothing), Just(Reach::Half), Just(Reach::All)];
    let power = prop::option::of(prop::collection::vec(0..100_usize, 12));
    let crash = (1..120_usize, reach, prop::bool::weighted(0.8), power)
        .prop_map(|(at, reach, dies, power)| Crash { at, reach, dies, power });
    prop::collection::vec((act, prop::option::weighted(0.4, crash)), 1..8)
}

/// Answers each resource with the rows of one load.
struct Api {
    rows: Vec<Sent>,
    /// What happens before the first answer.
    overtake: Option<(Folder, AtomicBool, u64)>,
}

impl Transport for Api {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        if let Some((folder, done, number)) = &self.overtake
            && !done.swap(true, Ordering::SeqCst)
        {
            let lock = folder.lock().unwrap();
            match folder.rollback(&lock, load_id(*number), now()) {
                Ok(_) | Err(RollbackError::NoLoad(_) | RollbackError::Gone { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        let is_merged = request.url.path() == "/merged";
        let rows = self.rows.iter().filter(|row| is_merged || !row.gone);
        let body = format!("[{}]", rows.map(Sent::json).collect::<Vec<_>>().join(","));
        let answer = support::answer(request.url, 200, "application/json", body);
        Box::pin(async move { Ok(answer) })
    }
}

fn now() -> jiff::Timestamp {
    jiff::Timestamp::UNIX_EPOCH
}

fn load_id(number: u64) -> LoadId {
    LoadId::new(now(), number)
}

fn load(store: Arc<dyn Store>, api: Api) -> Outcome {
    let services = Services { folder: Some(Folder::over(store)), ..support::services(Arc::new(api)) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(support::plan(SPEC), support::settings("nowhere"), services))
}

/// The folder under test, and what stands in it.
struct World {
    _root: tempfile::TempDir,
    store: Arc<Forgetful>,
    standing: Vec<Tables>,
    count: u64,
}

impl World {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let root = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let root = root.unwrap();
        let store = Forgetful::new(root.path().join("out/spec"), root.path().join("shadows"), true).unwrap();
        Self { _root: root, store: Arc::new(store), standing: Vec::new(), count: 0 }
    }

    fn folder(&self) -> Folder {
        Folder::over(self.store.clone())
    }

    fn now(&self) -> Tables {
        self.standing.last().cloned().unwrap_or_default()
    }

    /// The newest record is whole and nothing lies beside it; gives the rows that it lists.
    fn read(&self) -> Tables {
        let folder = self.folder();
        let verified = verify(&folder, None).unwrap();
        assert!(verified.findings.is_empty(), "{:?}", verified.findings);
        let Some(record) = folder.newest_record().unwrap() else { return Tables::new() };
        let tables = record.tables.keys().map(|table| {
            let files = folder.files(&record, table);
            (table.clone(), files.iter().flat_map(|file| rows_of(file)).collect())
        });
        tables.filter(|(_, rows): &(String, Vec<Row>)| !rows.is_empty()).collect()
    }
}

fn rows_of(path: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    let file = File::open(path).unwrap();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let text =
            |name: &str| batch.column_by_name(name).map(|column| cast(column, &DataType::Utf8).unwrap());
        let (ids, values) = (text("id").unwrap(), text("value"));
        for row in 0..batch.num_rows() {
            let value = values.as_ref().map(AsArray::as_string::<i32>);
            let value = value.filter(|values| values.is_valid(row)).map(|values| plain(values.value(row)));
            rows.push((ids.as_string::<i32>().value(row).to_owned(), value));
        }
    }
    rows
}

/// What a load leaves, but for the order of the rows of the merged table.
fn loaded(before: &Tables, sent: &[Sent]) -> Tables {
    let mut merged: BTreeMap<String, Option<String>> =
        before.get("merged").into_iter().flatten().cloned().collect();
    for row in sent {
        if row.gone {
            merged.remove(&row.id.to_string());
        } else {
            merged.extend([row.row()]);
        }
    }
    let live = || sent.iter().filter(|row| !row.gone).map(Sent::row);
    let grown = before.get("grows").into_iter().flatten().cloned().chain(live()).collect();
    let tables = [("merged", merged.into_iter().collect()), ("grows", grown), ("replaced", live().collect())];
    let tables = tables.into_iter().map(|(name, rows): (_, Vec<Row>)| (name.to_owned(), rows));
    tables.filter(|(_, rows)| !rows.is_empty()).collect()
}

fn sorted(mut tables: Tables) -> Tables {
    for (_, rows) in tables.iter_mut().filter(|(name, _)| *name == "merged") {
        rows.sort();
    }
    tables
}

/// What came of an act, as far as the process lived to tell.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Done,
    /// Some tables were committed and some are as they were.
    Partly,
    Refused,
    Failed,
}

fn perform(world: &mut World, act: &Act, store: Arc<dyn Store>) -> Told {
    world.count += 1;
    let folder = Folder::over(store.clone());
    let number = world.count;
    let held = || {
        let lock = folder.lock().ok()?;
        folder.recover(&lock).ok()?;
        Some(lock)
    };
    match act {
        Act::Load(rows) => {
            let outcome = load(store, Api { rows: rows.clone(), overtake: None });
            match outcome.ending() {
                Ending::Done => Told::Done,
                Ending::Partly => Told::Partly,
                _ => Told::Failed,
            }
        }
        Act::Overtaken(rows) => {
            let overtake = Some((world.folder(), AtomicBool::new(false), number));
            let outcome = load(store, Api { rows: rows.clone(), overtake });
            match outcome.ending() {
                Ending::Done => Told::Done,
                Ending::Partly => Told::Partly,
                _ => Told::Failed,
            }
        }
        Act::Rollback => {
            let Some(lock) = held() else { return Told::Failed };
            match folder.rollback(&lock, load_id(number), now()) {
                Ok(_) | Err(RollbackError::Commit(CommitError::Unfinished { .. })) => Told::Done,
                Err(RollbackError::NoLoad(_) | RollbackError::Gone { .. }) => Told::Refused,
                Err(_) => Told::Failed,
            }
        }
        Act::Compact(target) => {
            let Some(lock) = held() else { return Told::Failed };
            match compact(&folder, &lock, (load_id(number), now()), *target, None) {
                Ok(_) => Told::Done,
                Err(_) => Told::Failed,
            }
        }
    }
}

fn step(world: &mut World, act: &Act, crash: Option<&Crash>, name: &str) {
    let fault = crash.map_or(Fault::NONE, |crash| Fault {
        at: crash.at,
        reach: crash.reach,
        dies: crash.dies,
        kind: std::io::ErrorKind::StorageFull,
    });
    let sequence = |world: &World| world.folder().newest_record().unwrap().map(|record| record.sequence);
    let before = sequence(world);
    let told = perform(world, act, Arc::new(Faulty::new(world.store.clone(), fault)));
    if let Some(power) = crash.and_then(|crash| crash.power.as_ref()) {
        let mut choices = power.iter().cycle();
        world.store.crash(|among| choices.next().map_or(0, |choice| choice % among)).unwrap();
    }
    let folder = world.folder();
    folder.recover(&folder.lock().unwrap()).unwrap();
    let found = world.read();
    if sequence(world) == before {
        assert_eq!(found, world.now(), "{name}: {told:?}, no record");
        let nothing_to_do = matches!(act, Act::Compact(_)) || told == Told::Refused;
        assert!(told != Told::Done || nothing_to_do, "{name}: told that it is done");
        return;
    }
    assert!(crash.is_some() || told != Told::Failed || matches!(act, Act::Overtaken(_)), "{name}: {told:?}");
    let newest = folder.newest_record().unwrap().unwrap();
    match newest.act {
        Made::Rollback => {
            world.standing.pop();
            assert_eq!(found, world.now(), "{name}: taken back");
        }
        Made::Recover => {
            assert_eq!(found, world.now(), "{name}: undone");
            assert!(told != Told::Done, "{name}: told that it is done");
        }
        Made::Compact => {
            assert_eq!(found, world.now(), "{name}: joined");
            world.standing.push(found);
        }
        _ => {
            let (Act::Load(rows) | Act::Overtaken(rows)) = act else { panic!("{name}: {newest:?}") };
            let (before, after) = (sorted(world.now()), sorted(loaded(&world.now(), rows)));
            if told == Told::Partly {
                // A table that could not be written is as it was, and was told to be; never anything in between.
                let is_one_of = |table: &String, rows: &Vec<Row>| {
                    [&before, &after]
                        .iter()
                        .any(|tables| tables.get(table).map_or(rows.is_empty(), |known| known == rows))
                };
                for table in before.keys().chain(after.keys()) {
                    let rows = sorted(found.clone()).remove(table).unwrap_or_default();
                    assert!(
                        is_one_of(table, &rows),
                        "{name}: {table} in part: {rows:?}, {before:?}, {after:?}"
                    );
                }
            } else {
                assert_eq!(sorted(found.clone()), after, "{name}: loaded");
            }
            world.standing.push(found);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_and_whenever_it_dies_the_rows_are_those_of_the_model(acts in acts()) {
        let mut world = World::new();
        for (number, (act, crash)) in acts.iter().enumerate() {
            step(&mut world, act, crash.as_ref(), &number.to_string());
        }
    }
}
