//! A process that dies, or a disk that fails, at every operation of a load.

use super::*;
use crate::faulty::{Fault, Faulty, Reach};
use crate::forgetful::Forgetful;

const NEW: [(&str, &str); 3] = [
    ("affiliates", "new affiliates"),
    ("conversions", "new conversions 1"),
    ("conversions", "new conversions 2"),
];
const REACHES: [Reach; 3] = [Reach::Nothing, Reach::Half, Reach::All];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Committed,
    Failed,
}

/// A replace of two tables by three parts. A process that lives abandons what it could not commit.
fn replace(store: Arc<dyn Store>, random: u64, dies: bool) -> Ended {
    let folder = Folder::over(store);
    let Ok(load) = folder.begin(load_id(random)) else { return Ended::Failed };
    let committed = match write_parts(&folder, &load, &NEW) {
        Ok(commit) => load.commit(commit),
        Err(error) => Err(StoreError::io("write", "part")(error).into()),
    };
    match committed {
        Ok(_) | Err(CommitError::Unfinished { .. }) => Ended::Committed,
        Err(CommitError::SequenceTaken { .. }) => panic!("there is no other"),
        Err(CommitError::Store(_)) if dies => Ended::Failed,
        Err(CommitError::Store(_)) => match load.abandon() {
            Ok(recovered) if !recovered.finished.is_empty() => Ended::Committed,
            _ => Ended::Failed,
        },
    }
}

fn operations(output: &Output) -> usize {
    let store = Arc::new(Faulty::new(output.store(), Fault::NONE));
    assert_eq!(replace(store.clone(), 1, false), Ended::Committed);
    store.operations()
}

fn fault(at: usize, reach: Reach, dies: bool) -> Fault {
    Fault { at, reach, dies, kind: io::ErrorKind::StorageFull }
}

#[test]
fn a_load_that_dies_or_fails_anywhere_leaves_all_old_or_all_new() {
    let count = operations(&Output::with_base());
    let mut seen = BTreeSet::new();
    for at in 1..=count {
        for (reach, dies) in REACHES.into_iter().flat_map(|reach| [(reach, true), (reach, false)]) {
            let case = format!("operation {at} of {count}, {reach:?}, dies: {dies}");
            let output = Output::with_base();
            let ended = replace(Arc::new(Faulty::new(output.store(), fault(at, reach, dies))), 1, dies);
            let recovered = output.recover();
            let tables = output.tables();
            let new = tables == owned(&NEW);
            assert!(new || tables == owned(&BASE), "{case}: {tables:?}");
            // A process that was told of its commit was told the truth; one that died may not have heard.
            assert!(new || ended == Ended::Failed, "{case}");
            assert!(dies || new == (ended == Ended::Committed), "{case}");
            output.lists_nothing_open();
            assert!(output.recover().is_empty(), "{case}");
            seen.insert((new, recovered.finished.len(), recovered.undone.len(), recovered.dropped.len()));

            assert_eq!(replace(output.store(), 2, false), Ended::Committed, "{case}");
            output.is_exactly(&NEW);
            output.lists_nothing_open();
        }
    }
    // Every way out was gone through: nothing to do, dropped, undone, finished.
    for way in [(false, 0, 0, 0), (false, 0, 0, 1), (false, 0, 1, 0), (true, 1, 0, 0), (true, 0, 0, 0)] {
        assert!(seen.contains(&way), "{way:?} of {seen:?}");
    }
}

#[test]
fn a_recovery_that_dies_is_done_again_with_the_same_end() {
    let count = operations(&Output::with_base());
    for at in 1..=count {
        let mut step = 0;
        loop {
            step += 1;
            let output = Output::with_base();
            replace(Arc::new(Faulty::new(output.store(), fault(at, Reach::All, true))), 1, true);
            let faulty = Arc::new(Faulty::new(output.store(), fault(step, Reach::Half, true)));
            let over = recover::recover(faulty.as_ref()).is_ok();
            output.recover();
            let tables = output.tables();
            assert!(tables == owned(&NEW) || tables == owned(&BASE), "{at}, {step}: {tables:?}");
            let committed = output.folder().newest_record().unwrap().unwrap().load == load_id(1);
            assert_eq!(tables == owned(&NEW), committed, "{at}, {step}");
            output.lists_nothing_open();
            if over {
                break;
            }
        }
    }
}

#[test]
fn a_power_failure_anywhere_leaves_all_old_or_all_new_and_nothing_of_a_load_that_is_over() {
    let count = operations(&Output::with_base());
    let mut seen = BTreeSet::new();
    for at in 1..=count + 1 {
        let output = Output::with_base();
        let shadows = output.root.path().join("shadows");
        let store = Arc::new(Forgetful::new(output.path(), shadows, false).unwrap());
        let ended = replace(Arc::new(Faulty::new(store.clone(), fault(at, Reach::Half, true))), 1, true);
        store.crash(|_| 0).unwrap();
        if at > count {
            // Before anybody recovers: this is what a reader of the folder sees.
            assert_eq!(ended, Ended::Committed);
            output.is_exactly(&NEW);
        }
        let recovered = output.recover();
        let tables = output.tables();
        let new = tables == owned(&NEW);
        assert!(new || tables == owned(&BASE), "{at} of {count}: {tables:?}");
        assert!(new || ended == Ended::Failed, "{at} of {count}");
        output.lists_nothing_open();
        seen.insert((new, recovered.finished.len(), recovered.undone.len()));
        assert_eq!(replace(store, 2, false), Ended::Committed, "{at} of {count}");
        output.is_exactly(&NEW);
    }
    for way in [(false, 0, 0), (false, 0, 1), (true, 1, 0)] {
        assert!(seen.contains(&way), "{way:?} of {seen:?}");
    }
}

#[test]
fn what_is_told_to_be_committed_is_durable_though_something_could_not_be_cleared_up() {
    let mut unfinished = 0;
    for at in 1..=operations(&Output::with_base()) {
        for reach in [Reach::Nothing, Reach::All] {
            let output = Output::with_base();
            let store = Arc::new(Forgetful::new(output.path(), output.root.path().join("s"), false).unwrap());
            let folder = Folder::over(Arc::new(Faulty::new(store.clone(), fault(at, reach, false))));
            let Ok(load) = folder.begin(load_id(1)) else { continue };
            let Ok(commit) = write_parts(&folder, &load, &NEW) else { continue };
            let Err(CommitError::Unfinished { record, .. }) = load.commit(commit) else { continue };
            unfinished += 1;
            store.crash(|_| 0).unwrap();
            // One folder may be that whose sync failed.
            let lost = record.all_files().filter(|file| !folder.locate(&file.path).exists());
            let lost: BTreeSet<&str> = lost.map(|file| layout::parent(&file.path)).collect();
            assert!(lost.len() <= 1, "operation {at}, {reach:?}: {lost:?}");
            output.recover();
            output.is_exactly(&NEW);
        }
    }
    assert!(unfinished > 10);
}

#[test]
fn a_journal_that_comes_back_after_a_later_load_moves_nothing() {
    let mut came_back = 0;
    for at in 1..=operations(&Output::with_base()) {
        let output = Output::with_base();
        replace(Arc::new(Faulty::new(output.store(), fault(at, Reach::All, true))), 1, true);
        if output.folder().newest_record().unwrap().unwrap().load != load_id(1) {
            continue;
        }
        let kept = output.path().join("_restload/kept");
        let read = |entry: io::Result<fs::DirEntry>| {
            let path = entry.unwrap().path();
            (fs::read(&path).unwrap(), path)
        };
        let left: Vec<_> = fs::read_dir(&kept).unwrap().map(read).collect();
        output.recover();
        let later = [("affiliates", "later"), ("conversions", "later too")];
        let (load, commit) = new_load(&output.folder(), 2, &later);
        load.commit(commit).unwrap();
        for (bytes, path) in left {
            came_back += usize::from(path.extension().is_some_and(|ending| ending == "part"));
            fs::write(path, bytes).unwrap();
        }
        output.recover();
        output.is_exactly(&later);
        output.lists_nothing_open();
    }
    assert!(came_back > 0);
}

#[test]
fn a_commit_that_failed_is_tried_again_and_dies() {
    for at in 1.. {
        let (output, dying) = (Output::with_base(), Output::with_base());
        // The first attempt fails once, at every operation; the second lives, and then dies, at every operation.
        let (again, before, after) = commit_twice(output.store(), at);
        let Some(again) = again else { break };
        again.unwrap();
        output.is_exactly(&NEW);
        assert!(output.recover().is_empty());
        output.lists_nothing_open();
        for step in before + 1..=after {
            let store: Arc<dyn Store> = Arc::new(Faulty::new(dying.store(), fault(step, Reach::All, true)));
            commit_twice(store, at);
            dying.recover();
            let tables = dying.tables();
            assert!(tables == owned(&NEW) || tables == owned(&BASE), "{at}, {step}: {tables:?}");
            dying.lists_nothing_open();
            fs::remove_dir_all(dying.path()).unwrap();
            let (load, commit) = new_load(&dying.folder(), 0, &BASE);
            load.commit(commit).unwrap();
        }
    }
}

/// The second attempt's end, where the first failed with nothing committed, and the operations before and after it.
fn commit_twice(store: Arc<dyn Store>, at: usize) -> (Option<Result<LoadRecord, CommitError>>, usize, usize) {
    let below = Arc::new(Faulty::new(store, Fault::NONE));
    let writing = Folder::over(below.clone());
    let (mut load, commit) = new_load(&writing, 1, &NEW);
    load.store = Arc::new(Faulty::new(below.clone(), fault(at, Reach::Half, false)));
    let first = load.commit(commit.clone());
    let before = below.operations();
    let again = matches!(first, Err(CommitError::Store(_))).then(|| load.commit(commit));
    (again, before, below.operations())
}

#[test]
fn a_sequence_below_the_newest_is_taken() {
    let output = Output::with_base();
    let (load, mut commit) = new_load(&output.folder(), 1, &NEW);
    commit.record.sequence = Sequence(9);
    load.commit(commit).unwrap();
    let (load, mut commit) = new_load(&output.folder(), 2, &[("affiliates", "late")]);
    commit.record.sequence = Sequence(5);
    let error = load.commit(commit).unwrap_err();
    assert!(matches!(error, CommitError::SequenceTaken { sequence: Sequence(9), .. }), "{error}");
    output.is_exactly(&NEW);
}

#[test]
fn a_load_is_committed_once() {
    let output = Output::with_base();
    let (load, mut commit) = new_load(&output.folder(), 1, &NEW);
    load.commit(commit.clone()).unwrap();
    commit.record.sequence = Sequence(3);
    let error = load.commit(commit).unwrap_err();
    assert!(error.to_string().contains("begun before"), "{error}");
    output.is_exactly(&NEW);
}

#[test]
fn what_was_replaced_is_kept_until_the_next_commit() {
    let output = Output::with_base();
    let replaced = || {
        let files = output.store().list("_restload/kept").unwrap();
        files.iter().map(|path| fs::read_to_string(output.path().join(path)).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(replace(output.store(), 1, false), Ended::Committed);
    assert_eq!(replaced(), ["old affiliates", "old conversions"]);
    let (load, commit) = new_load(&output.folder(), 2, &[("affiliates", "newer")]);
    load.commit(commit).unwrap();
    assert_eq!(replaced(), ["new affiliates"]);
    output.is_exactly(&[("affiliates", "newer"), NEW[1], NEW[2]]);
}

#[test]
fn of_two_loads_with_one_sequence_the_second_is_refused_and_may_try_again() {
    let output = Output::with_base();
    let folder = output.folder();
    let (first, first_commit) = new_load(&folder, 1, &[("affiliates", "first")]);
    let (second, second_commit) = new_load(&folder, 2, &[("affiliates", "second"), ("payments", "second")]);
    first.commit(first_commit).unwrap();
    let error = second.commit(second_commit.clone()).unwrap_err();
    assert!(matches!(error, CommitError::SequenceTaken { sequence: Sequence(2), .. }), "{error}");
    assert!(error.to_string().contains(first.id().as_str()), "{error}");
    output.is_exactly(&[("affiliates", "first"), BASE[1]]);

    let newest = folder.newest_record().unwrap().unwrap();
    let mut again = second_commit;
    again.record.sequence = Sequence::after(Some(&newest));
    again.remove = newest.files("affiliates").iter().map(|file| file.path.clone()).collect();
    second.commit(again).unwrap();
    output.is_exactly(&[("affiliates", "second"), ("payments", "second"), BASE[1]]);
}

#[test]
fn of_loads_that_commit_at_once_one_is_committed_whole() {
    for _ in 0..20 {
        let output = Output::with_base();
        let folder = output.folder();
        let loads: Vec<_> = (1..=4).map(|random| new_load(&folder, random, &NEW)).collect();
        let done: Vec<bool> = std::thread::scope(|scope| {
            let run = |(load, commit): (OpenLoad, Commit)| {
                let committed = load.commit(commit);
                assert!(
                    matches!(&committed, Ok(_) | Err(CommitError::SequenceTaken { .. })),
                    "{committed:?}"
                );
                if committed.is_err() {
                    load.abandon().unwrap();
                }
                committed.is_ok()
            };
            let threads: Vec<_> = loads.into_iter().map(|load| scope.spawn(move || run(load))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(done.into_iter().filter(|done| *done).count(), 1);
        output.is_exactly(&NEW);
        output.lists_nothing_open();
    }
}

#[test]
fn a_full_disk_is_told_with_its_file_wherever_it_is_met() {
    let count = operations(&Output::with_base());
    let mut met = 0;
    for at in 1..=count {
        let output = Output::with_base();
        let store = Arc::new(Faulty::new(output.store(), fault(at, Reach::Half, true)));
        let folder = Folder::over(store);
        let tried = folder.begin(load_id(1)).map_err(CommitError::Store).and_then(|load| {
            let commit = write_parts(&folder, &load, &NEW).map_err(StoreError::io("write", "a part"))?;
            load.commit(commit)
        });
        let Err(CommitError::Store(error)) = tried else { continue };
        met += 1;
        assert!(error.to_string().starts_with("cannot "), "{error}");
        assert!(
            error.to_string().contains(io::Error::from(io::ErrorKind::StorageFull).to_string().as_str()),
            "{error}"
        );
    }
    assert!(met > 10);
}
