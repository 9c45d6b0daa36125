//! A lock that lies: another process recovers, goes on with the load or commits its own, before any operation of a commit.
//! What is right rests on the creation of the record alone.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::value::RawValue;

use super::*;
use crate::forgetful::Forgetful;

/// A store in which somebody else does something before an operation.
pub(super) struct Meddled {
    inner: Arc<dyn Store>,
    count: AtomicUsize,
    at: usize,
    act: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Meddled {
    /// At 0 nothing is done.
    pub(super) fn new(inner: Arc<dyn Store>, at: usize, act: impl FnOnce() + Send + 'static) -> Self {
        Self { inner, count: AtomicUsize::new(0), at, act: Mutex::new(Some(Box::new(act))) }
    }

    fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    fn step(&self) -> &dyn Store {
        if self.count.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
            let act = self.act.lock().unwrap().take();
            act.unwrap()();
        }
        self.inner.as_ref()
    }
}

impl Store for Meddled {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.step().read(path)
    }

    fn reader(&self, path: &str, from: u64) -> Result<Option<Box<dyn io::Read + Send>>, StoreError> {
        self.step().reader(path, from)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, StoreError> {
        self.step().size(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        self.step().list(folder)
    }

    fn create_part(&self, path: &str) -> Result<Box<dyn PartFile>, StoreError> {
        self.step().create_part(path)
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.step().append(path, bytes)
    }

    fn sync_file(&self, path: &str) -> Result<(), StoreError> {
        self.step().sync_file(path)
    }

    fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<Put, StoreError> {
        self.step().put_if_absent(path, bytes)
    }

    fn link_file(&self, from: &str, to: &str) -> Result<Linked, StoreError> {
        self.step().link_file(from, to)
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.step().remove(path)
    }

    fn sync_folder(&self, folder: &str) -> Result<(), StoreError> {
        self.step().sync_folder(folder)
    }

    fn prune(&self, folder: &str) -> Result<(), StoreError> {
        self.step().prune(folder)
    }

    fn lock(&self, path: &str) -> Result<Option<Box<dyn Held>>, StoreError> {
        self.inner.lock(path)
    }

    fn locate(&self, path: &str) -> std::path::PathBuf {
        self.inner.locate(path)
    }
}

/// What the other process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meddler {
    /// It recovers.
    Recovers,
    /// It recovers, and commits a load of its own.
    Commits,
    /// It goes on with the load where it was left open, and commits it; else one of its own.
    GoesOn,
    /// It drops all that is open, and commits a load of its own.
    Drops,
    /// It takes the newest load back.
    TakesBack,
    /// It has recovered before, and commits a load of its own.
    CommitsAtOnce,
}

pub(super) const MEDDLERS: [Meddler; 6] = [
    Meddler::Recovers,
    Meddler::Commits,
    Meddler::GoesOn,
    Meddler::Drops,
    Meddler::TakesBack,
    Meddler::CommitsAtOnce,
];

/// Does it; `random` is the number of its load. `write` writes a load up to its commit.
pub(super) fn meddle(
    folder: &Folder,
    meddler: Meddler,
    random: u64,
    write: &dyn Fn(&Folder, &OpenLoad) -> Commit,
) {
    let lock = folder.lock().unwrap();
    if meddler != Meddler::CommitsAtOnce {
        folder.recover(&lock).unwrap();
    }
    let left = folder.left_open().unwrap();
    let load = match meddler {
        Meddler::Recovers => return,
        Meddler::TakesBack => {
            let done = folder.rollback(&lock, load_id(random), moment());
            let known = matches!(done, Ok(_) | Err(RollbackError::NoLoad(_) | RollbackError::Gone { .. }));
            assert!(known, "{done:?}");
            return;
        }
        Meddler::GoesOn if !left.is_empty() => {
            let load = folder.resume(&lock, left[0].load.clone()).unwrap();
            let mut noted = 0;
            let mut count = |_: u64, _: &RawValue| {
                noted += 1;
                ControlFlow::Continue(())
            };
            load.checkpoints(&mut count).unwrap();
            assert_eq!(noted, 1);
            load.keep_parts(&[]).unwrap();
            load
        }
        Meddler::Drops => {
            for left in &left {
                folder.drop_open(&lock, &left.load).unwrap();
            }
            folder.begin(load_id(random)).unwrap()
        }
        Meddler::Commits | Meddler::GoesOn | Meddler::CommitsAtOnce => folder.begin(load_id(random)).unwrap(),
    };
    load.commit(write(folder, &load)).unwrap();
}

/// Every file of the newest record is there, to the byte.
pub(super) fn is_whole(folder: &Folder, case: &str) {
    for file in folder.newest_record().unwrap().iter().flat_map(LoadRecord::all_files) {
        let found = folder.fingerprint(&file.path).unwrap();
        let found = found.unwrap_or_else(|| panic!("{case}: `{}` is listed and not there", file.path));
        assert_eq!((found.bytes, &found.sha256), (file.bytes, &file.sha256), "{case}: {}", file.path);
    }
}

/// A folder in which everybody has the lock, and its tables and history.
struct World {
    _root: tempfile::TempDir,
    store: Arc<Forgetful>,
}

impl World {
    fn new(loads: u64) -> Self {
        let Output { root } = Output::empty();
        let store = Forgetful::new(root.path().join("out/notes"), root.path().join("shadows"), true).unwrap();
        let world = Self { _root: root, store: Arc::new(store) };
        for random in 0..loads {
            let (load, commit) = new_load(&world.folder(), 100 + random, &BASE);
            load.commit(commit).unwrap();
        }
        world
    }

    fn folder(&self) -> Folder {
        Folder::over(self.store.clone())
    }

    fn meddled(&self, at: usize, meddler: Meddler) -> Arc<Meddled> {
        let folder = self.folder();
        let other = move || {
            let write = |folder: &Folder, load: &OpenLoad| {
                write_parts(folder, load, &[("affiliates", "the other's"), ("payments", "the other's")])
                    .unwrap()
            };
            meddle(&folder, meddler, 50, &write);
            is_whole(&folder, "the other has ended");
        };
        Arc::new(Meddled::new(self.store.clone(), at, other))
    }

    /// All is right; and nothing lies about once the next run has put right what was left.
    fn is_right(&self, case: &str) {
        let folder = self.folder();
        is_whole(&folder, case);
        folder.recover(&folder.lock().unwrap()).unwrap();
        is_whole(&folder, case);
        let newest = folder.newest_record().unwrap();
        let listed: BTreeSet<String> =
            newest.iter().flat_map(LoadRecord::all_files).map(|file| file.path.clone()).collect();
        assert_eq!(folder.visible().unwrap().into_iter().collect::<BTreeSet<_>>(), listed, "{case}");
    }

    fn records_of(&self, load: &LoadId) -> usize {
        let folder = self.folder();
        let records = folder.sequences().unwrap().into_iter().map(|at| folder.record(at).unwrap().unwrap());
        records.filter(|record| record.load == *load).count()
    }
}

/// A load with a checkpoint, from its beginning to its commit.
fn load(store: Arc<dyn Store>, kept: bool) -> Result<(), CommitError> {
    let folder = Folder::over(store);
    let pins = RawValue::from_string("{}".to_owned()).unwrap();
    let load = if kept { folder.begin_kept(load_id(1), &pins)? } else { folder.begin(load_id(1))? };
    let ended = write_parts(&folder, &load, &[("affiliates", "this one's"), ("conversions", "this one's")])
        .map_err(|error| CommitError::Store(StoreError::io("write", "parts")(error)))
        .and_then(|commit| {
            load.note_checkpoint(&pins)?;
            load.commit(commit).map(|_| ())
        });
    if ended.is_err() {
        let _ = load.abandon();
    }
    ended
}

#[test]
fn a_commit_that_another_meddles_with_is_whole_or_ends_with_an_error() {
    for (meddler, kept) in MEDDLERS.into_iter().flat_map(|meddler| [(meddler, true), (meddler, false)]) {
        let (mut done, mut refused) = (0, 0);
        for at in 1.. {
            let world = World::new(1);
            let store = world.meddled(at, meddler);
            let ended = load(store.clone(), kept);
            if store.count() < at {
                break;
            }
            let case = format!("{meddler:?} before operation {at}, kept: {kept}: {ended:?}");
            match &ended {
                Ok(()) | Err(CommitError::Unfinished { .. }) => done += 1,
                Err(error) => {
                    refused += 1;
                    let text = error.to_string();
                    let known =
                        ["another run", "there is no part", "not be there", "cannot ", "is there already"];
                    assert!(known.iter().any(|known| text.contains(known)), "{case}");
                }
            }
            let records = world.records_of(&load_id(1));
            match meddler {
                Meddler::GoesOn => assert!(records <= 1, "{case}"),
                _ => assert_eq!(records, usize::from(!refused_by(&ended)), "{case}"),
            }
            world.is_right(&case);
        }
        assert!(done > 0 && refused > 0, "{meddler:?}, kept: {kept}: {done} done, {refused} refused");
    }
}

fn refused_by(ended: &Result<(), CommitError>) -> bool {
    !matches!(ended, Ok(()) | Err(CommitError::Unfinished { .. }))
}

#[test]
fn a_rollback_that_another_meddles_with_is_whole_or_ends_with_an_error() {
    for meddler in MEDDLERS {
        for at in 1.. {
            let world = World::new(2);
            let store = world.meddled(at, meddler);
            let folder = Folder::over(store.clone());
            let ended = folder.rollback(&folder.lock().unwrap(), load_id(1), moment());
            if store.count() < at {
                break;
            }
            world.is_right(&format!("{meddler:?} before operation {at}: {ended:?}"));
        }
    }
}

/// A load that dies at an operation; says whether it did.
fn died_at(world: &World, operation: usize) -> bool {
    use crate::faulty::{Fault, Faulty, Reach};
    let fault = Fault { at: operation, reach: Reach::All, dies: true, kind: io::ErrorKind::Other };
    let store = Arc::new(Faulty::new(world.store.clone(), fault));
    let _ = load(store.clone(), true);
    store.operations() >= operation
}

/// The operations at which a load dies last with so many of its files in their places, with a record or without, and with so many of
/// those that it replaces still there.
fn deaths() -> BTreeSet<usize> {
    let mut last = BTreeMap::new();
    for operation in 1.. {
        let world = World::new(1);
        if !died_at(&world, operation) {
            break;
        }
        let visible = world.folder().visible().unwrap();
        let of_this = visible.iter().filter(|path| layout::placed_by(path) == Some(load_id(1))).count();
        let state = (of_this, world.records_of(&load_id(1)), visible.len() - of_this);
        last.insert(state, operation);
    }
    for state in [(1, 0, 2), (2, 0, 2), (2, 1, 2), (2, 1, 1), (2, 1, 0)] {
        assert!(last.contains_key(&state), "{state:?} of {last:?}");
    }
    last.into_iter().filter(|((placed, ..), _)| *placed > 0).map(|(_, operation)| operation).collect()
}

#[test]
fn a_recovery_that_another_meddles_with_leaves_all_right() {
    for meddler in MEDDLERS {
        for died in deaths() {
            for at in 1.. {
                let world = World::new(1);
                died_at(&world, died);
                let store = world.meddled(at, meddler);
                let folder = Folder::over(store.clone());
                let _ = folder.recover(&folder.lock().unwrap());
                if store.count() < at {
                    break;
                }
                world.is_right(&format!("{meddler:?} before operation {at}, died at {died}"));
            }
        }
    }
}

#[test]
fn a_commit_that_was_undone_leaves_a_record_that_lists_what_was_there() {
    let world = World::new(1);
    let folder = world.folder();
    let (slow, commit) = new_load(&folder, 1, &[("affiliates", "slow")]);
    let before = folder.newest_record().unwrap().unwrap();
    // It dies before its record.
    slow.commit_until_placed(&commit);
    let recovered = folder.recover(&folder.lock().unwrap()).unwrap();
    assert_eq!(recovered.undone, [load_id(1)]);
    let newest = folder.newest_record().unwrap().unwrap();
    assert_eq!((newest.sequence, newest.act), (Sequence(2), Act::Recover));
    let undone = newest.recover.as_ref().unwrap();
    assert_eq!(
        (&undone.load, undone.same_as, undone.stands),
        (&load_id(1), Some(Sequence(1)), Some(Sequence(1)))
    );
    assert_eq!((&newest.tables, &newest.cursors), (&before.tables, &before.cursors));
    assert_eq!((newest.same_as(), newest.stands()), (Some(Sequence(1)), Some(Sequence(1))));
    // What stands is taken back, not its repetition.
    let taken = folder.rollback(&folder.lock().unwrap(), load_id(2), moment()).unwrap();
    assert_eq!((taken.of.sequence, taken.to), (Sequence(1), None));
}

#[test]
fn a_first_commit_that_was_undone_belongs_to_no_account() {
    let world = World::new(0);
    let folder = world.folder();
    let (slow, commit) = new_load(&folder, 1, &[("affiliates", "slow")]);
    slow.commit_until_placed(&commit);
    folder.recover(&folder.lock().unwrap()).unwrap();
    let newest = folder.newest_of(&Account::default()).unwrap().unwrap();
    assert_eq!((newest.sequence, newest.spec.as_str(), newest.same_as()), (Sequence(1), "notes", None));
    let error = folder.rollback(&folder.lock().unwrap(), load_id(2), moment()).unwrap_err();
    assert!(matches!(error, RollbackError::NoLoad(_)), "{error}");
    let (load, commit) = new_load(&folder, 3, &BASE);
    assert_eq!(load.commit(commit).unwrap().sequence, Sequence(2));
}

#[test]
fn what_an_owner_notes_after_another_took_the_load_over_does_not_count() {
    let world = World::new(0);
    let folder = world.folder();
    let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
    let first = folder.begin_kept(load_id(1), &raw("{}")).unwrap();
    first.note_checkpoint(&raw("1")).unwrap();
    let second = folder.resume(&folder.lock().unwrap(), load_id(1)).unwrap();
    let error = first.note_checkpoint(&raw("2")).unwrap_err();
    assert!(matches!(error, StoreError::TakenOver { .. }), "{error}");
    second.note_checkpoint(&raw("3")).unwrap();
    let mut noted = Vec::new();
    let mut each = |_: u64, text: &RawValue| {
        noted.push(text.get().to_owned());
        ControlFlow::Continue(())
    };
    second.checkpoints(&mut each).unwrap();
    assert_eq!(noted, ["1", "3"]);
    // The first one leaves it alone, and of two that would go on with it one does.
    first.abandon().unwrap();
    second.note_checkpoint(&raw("4")).unwrap();
    let third = folder.resume(&folder.lock().unwrap(), load_id(1)).unwrap();
    assert!(second.note_checkpoint(&raw("5")).is_err());
    third.abandon().unwrap();
    assert!(matches!(second.note_checkpoint(&raw("6")), Err(StoreError::TakenOver { .. })));
    assert!(folder.unended().unwrap().is_empty());
}

#[test]
fn a_file_that_is_replaced_is_not_put_back() {
    let world = World::new(1);
    let folder = world.folder();
    let base = folder.newest_record().unwrap().unwrap().files("affiliates")[0].path.clone();
    let lock = folder.lock().unwrap();
    // A commit that is undone leaves a second name of what it would have replaced.
    let (slow, commit) = new_load(&folder, 1, &[("affiliates", "slow")]);
    slow.commit_until_placed(&commit);
    folder.recover(&lock).unwrap();
    let kept = folder.kept().unwrap()[&base].clone();
    fs::remove_file(folder.locate(&base)).unwrap();
    assert!(folder.put_back(&lock, &base, &kept).unwrap());
    assert!(!folder.put_back(&lock, &base, &kept).unwrap());
    is_whole(&folder, "it is back");
    let (load, commit) = new_load(&folder, 2, &[("affiliates", "new")]);
    load.commit(commit).unwrap();
    let kept = folder.kept().unwrap()[&base].clone();
    assert!(!folder.put_back(&lock, &base, &kept).unwrap());
    world.is_right("nothing came back");
    folder.rollback(&lock, load_id(3), moment()).unwrap();
    world.is_right("but by a rollback");
}

#[test]
fn a_file_of_a_load_that_is_not_over_is_not_set_aside() {
    let world = World::new(1);
    let folder = world.folder();
    let (slow, commit) = new_load(&folder, 1, &[("affiliates", "slow")]);
    slow.commit_until_placed(&commit);
    let lock = folder.lock().unwrap();
    let path = slow.file(
        &ClosedPart { load: load_id(1), number: 1, bytes: 4, sha256: String::new() },
        "affiliates",
        1,
    );
    assert_eq!(folder.set_aside(&lock, &path.path).unwrap(), None);
    let listed = folder.newest_record().unwrap().unwrap().files("affiliates")[0].path.clone();
    assert_eq!(folder.set_aside(&lock, &listed).unwrap(), None);
    fs::write(folder.locate("affiliates/mine.parquet"), "").unwrap();
    assert!(folder.set_aside(&lock, "affiliates/mine.parquet").unwrap().is_some());
}
