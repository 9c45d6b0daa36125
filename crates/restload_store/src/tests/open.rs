//! Loads that are left open and gone on with, and what durability costs.

use std::ops::ControlFlow;

use serde_json::value::{RawValue, to_raw_value};

use super::*;
use crate::counting::{Counted, Counting};
use crate::faulty::{Fault, Faulty, Reach};
use crate::forgetful::Forgetful;
use crate::layout::{journal_path, part_path};

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

/// A load with two parts, of which the journal tells, and one of which it does not.
fn left(folder: &Folder, random: u64) -> Vec<(u32, u64)> {
    let load = folder.begin_kept(load_id(random), &raw(r#"{"a":1}"#)).unwrap();
    let mut parts = Vec::new();
    for text in ["one", "second", "not told of"] {
        let mut part = load.create_part().unwrap();
        part.write_all(text.as_bytes()).unwrap();
        let part = part.close().unwrap();
        parts.push((part.number, part.bytes));
    }
    parts.pop();
    load.note_checkpoint(&raw(r#"{"n":1}"#)).unwrap();
    load.note_checkpoint(&raw(r#"{"n":2}"#)).unwrap();
    parts
}

/// What was noted of a load that is gone on with; where it stands in the journal it is found again.
fn texts(load: &OpenLoad) -> Vec<String> {
    let mut texts = Vec::new();
    let mut each = |at: u64, checkpoint: &RawValue| {
        let again = load.reread(at, checkpoint.get().len()).unwrap();
        assert_eq!(String::from_utf8(again).unwrap(), checkpoint.get());
        texts.push(checkpoint.get().to_owned());
        ControlFlow::Continue(())
    };
    load.checkpoints(&mut each).unwrap();
    texts
}

/// Goes on with a load that was left open.
fn go_on(folder: &Folder, random: u64) -> OpenLoad {
    folder.resume(&folder.lock().unwrap(), load_id(random)).unwrap()
}

#[test]
fn a_load_that_was_left_is_there_with_all_that_it_told_and_goes_on() {
    let output = Output::with_base();
    let folder = output.folder();
    let parts = left(&folder, 1);
    let recovered = output.recover();
    assert_eq!((recovered.left.as_slice(), recovered.is_empty()), ([load_id(1)].as_slice(), true));

    let all = folder.left_open().unwrap();
    assert_eq!((all.len(), all[0].pins.get()), (1, r#"{"a":1}"#));
    let load = go_on(&folder, 1);
    assert_eq!(texts(&load), [r#"{"n":1}"#, r#"{"n":2}"#]);
    assert!(load.keep_parts(&parts).unwrap().is_empty());
    // What no checkpoint tells of is gone, and its number is free.
    assert!(load.locate_part(2).exists() && !load.locate_part(3).exists());
    assert_eq!(load.create_part().unwrap().number(), 3);
    load.note_checkpoint(&raw(r#"{"n":3}"#)).unwrap();
    assert_eq!(texts(&load), [r#"{"n":1}"#, r#"{"n":2}"#, r#"{"n":3}"#]);
    drop(load);
    folder.drop_open(&folder.lock().unwrap(), &load_id(1)).unwrap();
    assert!(folder.left_open().unwrap().is_empty());
    output.is_exactly(&BASE);
}

#[test]
fn parts_that_are_gone_or_cut_are_named() {
    let output = Output::with_base();
    let folder = output.folder();
    let parts = left(&folder, 1);
    let part = |number| folder.locate(&part_path(&load_id(1), number));
    fs::write(part(1), "on").unwrap();
    fs::remove_file(part(2)).unwrap();
    assert_eq!(go_on(&folder, 1).keep_parts(&parts).unwrap(), [1, 2].into());
    assert!(!part(1).exists());
}

#[test]
fn a_line_that_is_cut_off_tells_nothing_and_hides_nothing() {
    let output = Output::with_base();
    let folder = output.folder();
    left(&folder, 1);
    let journal = folder.locate(&journal_path(&load_id(1)));
    let whole = fs::read(&journal).unwrap();
    fs::write(&journal, &whole[..whole.len() - 3]).unwrap();
    let load = go_on(&folder, 1);
    assert_eq!(texts(&load), [r#"{"n":1}"#]);
    load.note_checkpoint(&raw(r#"{"n":2,"again":true}"#)).unwrap();
    assert_eq!(texts(&load), [r#"{"n":1}"#, r#"{"n":2,"again":true}"#]);
}

#[test]
fn a_load_without_a_checkpoint_or_of_another_format_is_dropped() {
    for journal in
        ["", "{\"begin\":{\"format\":9,\"load\":\"x\",\"pins\":{}}}\n\n{\"checkpoint\":{}}\n", "{\"begin\""]
    {
        let output = Output::with_base();
        let folder = output.folder();
        let load = folder.begin_kept(load_id(1), &raw("{}")).unwrap();
        drop(load);
        let path = folder.locate(&journal_path(&load_id(1)));
        if !journal.is_empty() {
            fs::write(&path, journal).unwrap();
        }
        assert!(folder.left_open().unwrap().is_empty());
        assert_eq!(output.recover().dropped, [load_id(1)]);
        output.is_exactly(&BASE);
    }
}

#[test]
fn a_load_that_is_given_up_is_there_as_it_was_or_not_at_all() {
    for at in 1.. {
        let output = Output::with_base();
        let parts = left(&output.folder(), 1);
        let fault = Fault { at, reach: Reach::Half, dies: true, kind: io::ErrorKind::Other };
        let faulty = Arc::new(Faulty::new(output.store(), fault));
        let over = Folder::over(Arc::clone(&faulty) as Arc<dyn Store>);
        let died = {
            let lock = output.folder().lock().unwrap();
            let resumed = over.resume(&lock, load_id(1));
            resumed.and_then(|load| load.abandon()).is_err()
        };
        let recovered = output.recover();
        assert!(recovered.finished.is_empty() && recovered.undone.is_empty(), "operation {at}");
        if !recovered.left.is_empty() {
            let load = go_on(&output.folder(), 1);
            assert!(load.keep_parts(&parts).unwrap().is_empty(), "operation {at}");
            load.abandon().unwrap();
        }
        output.lists_nothing_open();
        output.is_exactly(&BASE);
        if !died {
            assert!(faulty.operations() < at);
            break;
        }
    }
}

#[test]
fn an_interrupted_commit_of_a_load_that_is_kept_is_undone_and_the_load_stays() {
    let output = Output::with_base();
    let mut undone = false;
    // Dies at every operation of the commit: either it is committed, or the load can be gone on with.
    for at in 1.. {
        let output = if at == 1 { &output } else { &Output::with_base() };
        let fault = Fault { at, reach: Reach::Half, dies: true, kind: io::ErrorKind::Other };
        let commit_of = |load: &OpenLoad, parts: &[(u32, u64)]| {
            let base = output.folder().newest_record().unwrap();
            let sequence = Sequence::after(base.as_ref());
            let mut record = LoadRecord::new(sequence, load.id().clone(), "notes", moment(), account());
            record.tables = base.unwrap().tables;
            let mut place = Vec::new();
            for (number, bytes) in parts {
                let closed = ClosedPart {
                    load: load.id().clone(),
                    number: *number,
                    bytes: *bytes,
                    sha256: String::new(),
                };
                record.tables["affiliates"].files.push(load.file(&closed, "affiliates", 1));
                place.push(Place { part: *number, table: "affiliates".into() });
            }
            Commit { record, place, remove: Vec::new() }
        };
        let parts = left(&output.folder(), 1);
        let faulty = Arc::new(Faulty::new(output.store(), fault));
        let over = Folder::over(Arc::clone(&faulty) as Arc<dyn Store>);
        let died = {
            let lock = output.folder().lock().unwrap();
            match over.resume(&lock, load_id(1)) {
                Ok(load) => {
                    load.keep_parts(&parts).is_err() || load.commit(commit_of(&load, &parts)).is_err()
                }
                Err(_) => true,
            }
        };
        let placed = output.folder().visible().unwrap().len() > BASE.len();
        let recovered = output.recover();
        if recovered.left.is_empty() {
            assert_eq!(output.tables().len(), BASE.len() + 2, "operation {at}");
        } else {
            // It is told that something was taken out again, though the load stays.
            assert!(!placed || recovered.undone == [load_id(1)], "operation {at}");
            undone |= placed;
            output.is_exactly(&BASE);
            let load = go_on(&output.folder(), 1);
            assert!(load.keep_parts(&parts).unwrap().is_empty(), "operation {at}");
            load.commit(commit_of(&load, &parts)).unwrap();
            assert_eq!(output.tables().len(), BASE.len() + 2, "operation {at}");
        }
        output.lists_nothing_open();
        if !died {
            assert!(faulty.operations() < at);
            break;
        }
    }
    assert!(undone);
}

/// A load of three tables with so many checkpoints of a part each, which replaces what the tables have or adds to it. Gives what it
/// made durable.
fn syncs_of(output: &Output, checkpoints: u64, replaces: bool) -> Counted {
    let store = Arc::new(Counting::new(output.store()));
    let folder = Folder::over(store.clone());
    let load = folder.begin_kept(load_id(1), &raw("{}")).unwrap();
    let base = folder.newest_record().unwrap().unwrap();
    let mut record = LoadRecord::on(&base, load.id().clone(), moment(), Act::Load);
    let (mut place, mut remove) = (Vec::new(), Vec::new());
    let tables = ["affiliates", "conversions", "payments"];
    for table in tables {
        let files = &mut record.tables.entry(table.to_owned()).or_default().files;
        if replaces {
            remove.extend(std::mem::take(files).into_iter().map(|file| file.path));
        }
    }
    for n in 1..=checkpoints {
        for table in tables {
            let mut part = load.create_part().unwrap();
            part.write_all(b"rows").unwrap();
            let part = part.close().unwrap();
            record.tables[table].files.push(load.file(&part, table, 1));
            place.push(Place { part: part.number, table: table.to_owned() });
        }
        let checkpoint = to_raw_value(&serde_json::json!({"n": n})).unwrap();
        if n == checkpoints {
            load.note_last_checkpoint(&checkpoint).unwrap();
        } else {
            load.note_checkpoint(&checkpoint).unwrap();
        }
    }
    load.commit(Commit { record, place, remove }).unwrap();
    store.taken()
}

#[test]
fn a_part_costs_two_syncs_and_a_load_four() {
    let output = || {
        let output = Output::with_base();
        let (load, commit) = new_load(&output.folder(), 9, &[("payments", "old payments")]);
        load.commit(commit).unwrap();
        output
    };
    // Each part, and the folder of its table; the journal and its name, the record and its name.
    assert_eq!(syncs_of(&output(), 1, false), Counted { parts: 3, syncs: 2 * 3 + 4 });
    // The folders once, and each checkpoint its line; the last goes with that of the commit.
    let four = Counted { parts: 12, syncs: 12 + 3 + (4 - 1) + 4 };
    assert_eq!(syncs_of(&output(), 4, false), four);
    // Where tables lose files, no more: their folders are synced after the record and not before it.
    assert_eq!(syncs_of(&output(), 1, true), Counted { parts: 3, syncs: 2 * 3 + 4 });
    // The folder of what is kept had been synced for the journal before: once more.
    assert_eq!(syncs_of(&output(), 4, true), Counted { syncs: four.syncs + 1, ..four });
    // The folder of a new table is synced too; those of several are at once.
    assert_eq!(syncs_of(&Output::with_base(), 1, false), Counted { parts: 3, syncs: 2 * 3 + 4 + 1 });
}

#[test]
fn what_was_noted_last_is_durable_with_the_end_of_the_run() {
    for synced in [false, true] {
        let output = Output::empty();
        let (root, shadows) = (output.root.path().join("out"), output.root.path().join("shadows"));
        let store = Arc::new(Forgetful::new(root, shadows, false).unwrap());
        let folder = Folder::over(store.clone());
        let load = folder.begin_kept(load_id(1), &raw("{}")).unwrap();
        load.note_checkpoint(&raw(r#"{"n":1}"#)).unwrap();
        load.note_last_checkpoint(&raw(r#"{"n":2}"#)).unwrap();
        if synced {
            load.sync().unwrap();
        }
        drop(load);
        store.crash(|_| 0).unwrap();
        let wanted: &[&str] = if synced { &[r#"{"n":1}"#, r#"{"n":2}"#] } else { &[r#"{"n":1}"#] };
        assert_eq!(texts(&go_on(&folder, 1)), wanted);
    }
}

#[test]
fn a_load_of_which_nothing_is_durable_is_dropped() {
    let output = Output::empty();
    let (root, shadows) = (output.root.path().join("out"), output.root.path().join("shadows"));
    let store = Arc::new(Forgetful::new(root, shadows, false).unwrap());
    let folder = Folder::over(store.clone());
    let load = folder.begin_kept(load_id(1), &raw("{}")).unwrap();
    let mut part = load.create_part().unwrap();
    part.write_all(b"rows").unwrap();
    part.close().unwrap();
    load.note_last_checkpoint(&raw("{}")).unwrap();
    drop(load);
    // The name of the journal is there, and half of what is in it.
    store.crash(|choices| choices / 2).unwrap();
    assert!(folder.left_open().unwrap().is_empty());
    assert_eq!(folder.recover(&folder.lock().unwrap()).unwrap().dropped, [load_id(1)]);
    assert!(store.list("_restload/kept").unwrap().is_empty());
}
