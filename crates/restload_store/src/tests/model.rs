//! Loads, crashes, merges, replaces, widenings, rollbacks, joined files, two committers and locks that lie in random order, against a
//! model in memory. Files are texts here; what is in them is for the crates above.

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::lies::{MEDDLERS, Meddled, Meddler, is_whole, meddle};
use super::*;
use crate::faulty::{Fault, Faulty, Reach};
use crate::forgetful::Forgetful;

/// What is done.
#[derive(Debug, Clone)]
enum Act {
    Append(usize),
    Replace(usize),
    /// Of the table's files, those whose bit is set are written again, and there are new rows.
    Merge(usize, u8),
    /// All files of the table are written again.
    Widen(usize),
    Rollback,
    /// All files of the table become one.
    Compact(usize),
    /// A load that another one overtakes.
    Overtaken(usize),
    /// A load with whose commit another process meddles, before one of its operations.
    Lied(usize, usize, Meddler),
}

/// How a process ends before its time.
#[derive(Debug, Clone)]
struct Crash {
    at: usize,
    reach: Reach,
    /// Else the disk fails once, and the process goes on.
    dies: bool,
    /// The machine dies with it: what was not synced is lost, by these choices.
    power: Option<Vec<usize>>,
    /// The recovery dies too.
    again: Option<usize>,
}

const TABLES: [&str; 2] = ["one", "two"];

type Tables = BTreeMap<String, Vec<String>>;

fn act() -> impl Strategy<Value = Act> {
    let table = 0..TABLES.len();
    prop_oneof![
        3 => table.clone().prop_map(Act::Append),
        2 => table.clone().prop_map(Act::Replace),
        3 => (table.clone(), any::<u8>()).prop_map(|(table, files)| Act::Merge(table, files)),
        1 => table.clone().prop_map(Act::Widen),
        3 => Just(Act::Rollback),
        1 => table.clone().prop_map(Act::Compact),
        1 => table.clone().prop_map(Act::Overtaken),
        3 => (table, 1..60_usize, prop::sample::select(MEDDLERS.to_vec()))
            .prop_map(|(table, at, meddler)| Act::Lied(table, at, meddler)),
    ]
}

fn crash() -> impl Strategy<Value = Crash> {
    let reach = prop_oneof![Just(Reach::Nothing), Just(Reach::Half), Just(Reach::All)];
    let power = prop::option::of(prop::collection::vec(0..100_usize, 12));
    (1..60_usize, reach, prop::bool::weighted(0.8), power, prop::option::of(1..20_usize))
        .prop_map(|(at, reach, dies, power, again)| Crash { at, reach, dies, power, again })
}

/// The folder under test, and what it should hold.
struct World {
    root: tempfile::TempDir,
    store: Arc<Forgetful>,
    /// What stands, the newest last.
    standing: Vec<Tables>,
    count: u64,
    /// The number of the load of the act that was performed last.
    performed: u64,
}

impl World {
    fn new() -> Self {
        let Output { root } = Output::empty();
        let store = Forgetful::new(root.path().join("out/notes"), root.path().join("shadows"), true).unwrap();
        Self { root, store: Arc::new(store), standing: Vec::new(), count: 0, performed: 0 }
    }

    fn folder(&self) -> Folder {
        Folder::over(self.store.clone())
    }

    fn now(&self) -> Tables {
        self.standing.last().cloned().unwrap_or_default()
    }

    fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// The tables as the newest record lists them; they are what lies in their folders, to the byte, and nothing else does.
    fn read(&self) -> Tables {
        let folder = self.folder();
        let Some(record) = folder.newest_record().unwrap() else {
            assert!(folder.visible().unwrap().is_empty());
            return Tables::new();
        };
        let listed: BTreeSet<String> = record.all_files().map(|file| file.path.clone()).collect();
        assert_eq!(folder.visible().unwrap().into_iter().collect::<BTreeSet<_>>(), listed);
        for file in record.all_files() {
            let found = folder.fingerprint(&file.path).unwrap().unwrap();
            assert_eq!((found.bytes, &found.sha256), (file.bytes, &file.sha256), "{}", file.path);
        }
        let read = |file: &FileEntry| fs::read_to_string(folder.locate(&file.path)).unwrap();
        let tables = record.tables.iter().filter(|(_, state)| !state.files.is_empty());
        tables.map(|(name, state)| (name.clone(), state.files.iter().map(read).collect())).collect()
    }
}

/// What a load is to do to its table: which files stay, and what is written after each of them.
fn planned(act: &Act, files: &[String], name: &str) -> (String, Vec<Planned>) {
    let table = match act {
        Act::Append(table)
        | Act::Replace(table)
        | Act::Merge(table, _)
        | Act::Widen(table)
        | Act::Compact(table)
        | Act::Overtaken(table)
        | Act::Lied(table, ..) => TABLES[*table].to_owned(),
        Act::Rollback => String::new(),
    };
    let stay = || (0..files.len()).map(Planned::Stays);
    let fresh = || Planned::Written(format!("rows of {name}\n"));
    let again = |text: &String| Planned::Written(format!("{text}again by {name}\n"));
    let plan = match act {
        Act::Append(_) | Act::Overtaken(_) | Act::Lied(..) => stay().chain([fresh()]).collect(),
        Act::Replace(_) => vec![fresh()],
        Act::Merge(_, mask) => {
            let of =
                |(at, text)| if *mask & (1_u8 << (at % 8)) == 0 { Planned::Stays(at) } else { again(text) };
            files.iter().enumerate().map(of).chain([fresh()]).collect()
        }
        Act::Widen(_) => files.iter().map(again).collect(),
        Act::Compact(_) if files.len() > 1 => vec![Planned::Written(files.concat())],
        Act::Compact(_) => stay().collect(),
        Act::Rollback => Vec::new(),
    };
    (table, plan)
}

enum Planned {
    Stays(usize),
    Written(String),
}

/// Writes a load up to its commit.
fn write(folder: &Folder, load: &OpenLoad, act: &Act, name: &str) -> Result<Commit, CommitError> {
    let base = folder.newest_record()?;
    let sequence = Sequence::after(base.as_ref());
    let mut record = LoadRecord::new(sequence, load.id().clone(), "notes", moment(), account());
    if let Some(base) = &base {
        record.take_tables(base);
    }
    let table = planned(act, &[], name).0;
    let files = std::mem::take(&mut record.tables.entry(table.clone()).or_default().files);
    let read = |file: &FileEntry| {
        let path = folder.locate(&file.path);
        fs::read_to_string(&path).map_err(StoreError::io("read", path))
    };
    let texts: Vec<String> = files.iter().map(read).collect::<Result<_, _>>()?;
    let (_, plan) = planned(act, &texts, name);
    let (mut place, mut stays, mut after) = (Vec::new(), BTreeSet::new(), Vec::new());
    for planned in plan {
        match planned {
            Planned::Stays(at) => {
                stays.insert(at);
                after.push(files[at].clone());
            }
            Planned::Written(text) => {
                let mut part = load.create_part()?;
                part.write_all(text.as_bytes()).map_err(StoreError::io("write", "part"))?;
                let part = part.close()?;
                place.push(Place { part: part.number, table: table.clone() });
                after.push(load.file(&part, &table, 1));
            }
        }
    }
    let gone = files.iter().enumerate().filter(|(at, _)| !stays.contains(at));
    let remove = gone.map(|(_, file)| file.path.clone()).collect();
    record.tables[&table].files = after;
    Ok(Commit { record, place, remove })
}

/// What becomes of an act.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Done,
    Refused,
    Failed,
}

fn perform(world: &mut World, act: &Act, store: Arc<dyn Store>, name: &str, dies: bool) -> Ended {
    let folder = Folder::over(store);
    let number = world.next();
    world.performed = number;
    if matches!(act, Act::Rollback) {
        let lock = folder.lock();
        let Ok(lock) = lock else { return Ended::Failed };
        return match folder.rollback(&lock, load_id(number), moment()) {
            Ok(_) | Err(RollbackError::Commit(CommitError::Unfinished { .. })) => Ended::Done,
            Err(RollbackError::NoLoad(_) | RollbackError::Gone { .. }) => Ended::Refused,
            Err(error @ RollbackError::NoRecord { .. }) => panic!("{error}"),
            Err(_) => Ended::Failed,
        };
    }
    if let Act::Lied(_, at, meddler) = act {
        return lied(world, act, &folder, (*at, *meddler), name);
    }
    // Every second load was noted of before its parts are written.
    let pins = RawValue::from_string("{}".to_owned()).unwrap();
    let begun = if number.is_multiple_of(2) {
        folder.begin_kept(load_id(number), &pins).and_then(|load| load.note_checkpoint(&pins).map(|()| load))
    } else {
        folder.begin(load_id(number))
    };
    let Ok(load) = begun else { return Ended::Failed };
    let ended = write(&folder, &load, act, name).and_then(|commit| {
        if matches!(act, Act::Overtaken(_)) {
            overtake(world, name);
        }
        load.commit(commit)
    });
    match ended {
        Ok(_) | Err(CommitError::Unfinished { .. }) => Ended::Done,
        Err(CommitError::SequenceTaken { .. }) => {
            assert!(matches!(act, Act::Overtaken(_)));
            if load.abandon().is_err() { Ended::Failed } else { Ended::Refused }
        }
        Err(CommitError::Store(_)) if dies => Ended::Failed,
        Err(CommitError::Store(_)) => match load.abandon() {
            Ok(recovered) if !recovered.finished.is_empty() => Ended::Done,
            _ => Ended::Failed,
        },
    }
}

/// A load that can be gone on with, while another process, on a disk that works, believes that it is alone.
fn lied(world: &mut World, act: &Act, folder: &Folder, (at, meddler): (usize, Meddler), name: &str) -> Ended {
    let (number, other) = (world.performed, world.next());
    let (healthy, by, same) = (world.folder(), format!("who meddled with {name}"), name.to_owned());
    let act = act.clone();
    let meddled = Meddled::new(folder.store.clone(), at, {
        let act = act.clone();
        move || {
            let write = |folder: &Folder, load: &OpenLoad| {
                // Who goes on with the load writes the same rows.
                let (act, name) =
                    if *load.id() == load_id(number) { (&act, &same) } else { (&Act::Replace(1), &by) };
                write(folder, load, act, name).unwrap()
            };
            meddle(&healthy, meddler, other, &write);
            is_whole(&healthy, "the other has ended");
        }
    });
    let folder = Folder::over(Arc::new(meddled));
    let pins = RawValue::from_string("{}".to_owned()).unwrap();
    let Ok(load) = folder.begin_kept(load_id(number), &pins) else { return Ended::Failed };
    let noted = if at % 2 == 0 { load.note_checkpoint(&pins) } else { load.note_last_checkpoint(&pins) };
    let noted = noted.map_err(CommitError::Store);
    match noted.and_then(|()| write(&folder, &load, &act, name)).and_then(|commit| load.commit(commit)) {
        Ok(_) | Err(CommitError::Unfinished { .. }) => Ended::Done,
        Err(_) => {
            let _ = load.abandon();
            Ended::Failed
        }
    }
}

/// Another process commits a replace of the second table meanwhile, on a disk that works.
fn overtake(world: &mut World, name: &str) {
    let folder = world.folder();
    let load = folder.begin(load_id(world.next())).unwrap();
    let by = format!("who overtook {name}");
    let commit = write(&folder, &load, &Act::Replace(1), &by).unwrap();
    load.commit(commit).unwrap();
    let mut tables = world.now();
    tables.insert(TABLES[1].to_owned(), vec![format!("rows of {by}\n")]);
    world.standing.push(tables);
}

/// What the tables are after an act that was done.
fn expected(world: &World, act: &Act, name: &str) -> Tables {
    let mut tables = world.now();
    let (table, _) = planned(act, &[], name);
    let files = tables.remove(&table).unwrap_or_default();
    let (_, plan) = planned(act, &files, name);
    let after: Vec<String> = plan
        .into_iter()
        .map(|planned| match planned {
            Planned::Stays(at) => files[at].clone(),
            Planned::Written(text) => text,
        })
        .collect();
    if !after.is_empty() {
        tables.insert(table, after);
    }
    tables
}

fn step(world: &mut World, act: &Act, crash: Option<&Crash>, name: &str) {
    let fault = crash.map_or(Fault::NONE, |crash| Fault {
        at: crash.at,
        reach: crash.reach,
        dies: crash.dies,
        kind: io::ErrorKind::StorageFull,
    });
    let dies = crash.is_some_and(|crash| crash.dies);
    let newest = world.folder().newest_record().unwrap();
    let before = newest.as_ref().map_or(0, |record| record.sequence.0);
    // What the newest load took out is kept, whatever crashed since.
    let can_go_back =
        newest.is_some_and(|record| record.stands().is_some_and(|at| Some(at) == record.same_as()));
    let store: Arc<dyn Store> = Arc::new(Faulty::new(world.store.clone(), fault));
    let ended = perform(world, act, store, name, dies);
    let mut choices = crash.iter().filter_map(|crash| crash.power.as_ref()).flatten().cycle();
    if crash.is_some_and(|crash| crash.power.is_some()) {
        world.store.crash(|among| choices.next().map_or(0, |choice| choice % among)).unwrap();
    }
    if let Some(at) = crash.and_then(|crash| crash.again) {
        let fault = Fault { at, reach: Reach::Half, dies: true, kind: io::ErrorKind::Other };
        let _ = recover::recover(&Faulty::new(world.store.clone(), fault));
        if crash.is_some_and(|crash| crash.power.is_some()) {
            world.store.crash(|among| choices.next().map_or(0, |choice| choice % among)).unwrap();
        }
    }
    recover::recover(world.store.as_ref()).unwrap();
    let folder = world.folder();
    let left = folder.left_open().unwrap();
    // A crash may also bring back one that was dropped.
    for left in &left {
        folder.drop_open(&folder.lock().unwrap(), &left.load).unwrap();
    }
    assert!(world.folder().unended().unwrap().is_empty());
    let found = world.read();
    let refused = matches!(act, Act::Rollback) && ended == Ended::Refused;
    assert!(!(refused && can_go_back), "{name}: a load cannot be taken back");
    if matches!(act, Act::Lied(..)) {
        return settle_lied(world, act, (before, &ended), &found, name);
    }
    settle(world, act, &ended, &found, name);
}

/// What two processes that believed to be alone have made is what their records say, one after the other.
fn settle_lied(world: &mut World, act: &Act, (before, ended): (u64, &Ended), found: &Tables, name: &str) {
    let folder = world.folder();
    let mut made = 0;
    for sequence in folder.sequences().unwrap().into_iter().filter(|sequence| sequence.0 > before) {
        let record = folder.record(sequence).unwrap().unwrap();
        match record.act {
            crate::Act::Recover => {}
            crate::Act::Rollback => drop(world.standing.pop()),
            _ if record.load == load_id(world.performed) => {
                made += 1;
                let after = expected(world, act, name);
                world.standing.push(after);
            }
            _ => {
                let after = expected(world, &Act::Replace(1), &format!("who meddled with {name}"));
                world.standing.push(after);
            }
        }
    }
    assert!(made == 1 || (made == 0 && *ended != Ended::Done), "{name}: {made} records, {ended:?}");
    assert_eq!(*found, world.now(), "{name}: {act:?}, {ended:?}");
}

/// Compares, and takes over what is there now.
fn settle(world: &mut World, act: &Act, ended: &Ended, found: &Tables, name: &str) {
    let before = world.now();
    if matches!(act, Act::Rollback) {
        let mut after = world.standing.clone();
        let had = after.pop();
        let after_tables = after.last().cloned().unwrap_or_default();
        match ended {
            Ended::Done => assert_eq!(*found, after_tables, "{name}: done"),
            Ended::Refused => assert_eq!(*found, before, "{name}: refused"),
            Ended::Failed => assert!(*found == before || *found == after_tables, "{name}: {found:?}"),
        }
        let newest = world.folder().newest_record().unwrap();
        let is_taken = *ended == Ended::Done
            || newest.is_some_and(|record| {
                record.act == crate::Act::Rollback && record.load == load_id(world.performed)
            });
        if is_taken && had.is_some() {
            world.standing = after;
        }
        return;
    }
    let after = expected(world, act, name);
    let committed =
        world.folder().newest_record().unwrap().is_some_and(|record| record.load == load_id(world.performed));
    match ended {
        Ended::Done => assert_eq!(*found, after, "{name}: done"),
        Ended::Refused => assert_eq!(*found, before, "{name}: refused"),
        Ended::Failed => assert!(*found == before || (committed && *found == after), "{name}: {found:?}"),
    }
    if *found == after && (committed || *ended == Ended::Done) {
        world.standing.push(after);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_and_whenever_it_dies_the_tables_are_those_of_the_model(
        acts in prop::collection::vec((act(), prop::option::weighted(0.5, crash())), 1..12)
    ) {
        let mut world = World::new();
        for (number, (act, crash)) in acts.iter().enumerate() {
            step(&mut world, act, crash.as_ref(), &number.to_string());
        }
        drop(world.root);
    }
}
