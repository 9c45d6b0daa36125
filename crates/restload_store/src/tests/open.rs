//! Loads that are left open and gone on with, and what durability costs.

use std::ops::ControlFlow;

use serde_json::value::{RawValue, to_raw_value};

use super::*;
use crate::counting::Counting;
use crate::faulty::{Fault, Faulty, Reach};

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
    let load = folder.path().join("_restload/open").join(load_id(1).as_str());
    fs::write(load.join("00001.part"), "on").unwrap();
    fs::remove_file(load.join("00002.part")).unwrap();
    assert_eq!(go_on(&folder, 1).keep_parts(&parts).unwrap(), [1, 2].into());
    assert!(!load.join("00001.part").exists());
}

#[test]
fn a_line_that_is_cut_off_tells_nothing_and_hides_nothing() {
    let output = Output::with_base();
    let folder = output.folder();
    left(&folder, 1);
    let journal = folder.path().join("_restload/open").join(load_id(1).as_str()).join("journal");
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
        let path = folder.path().join("_restload/open").join(load_id(1).as_str()).join("journal");
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
        let recovered = output.recover();
        if recovered.left.is_empty() {
            assert_eq!(output.tables().len(), BASE.len() + 2, "operation {at}");
        } else {
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
}

#[test]
fn a_part_costs_two_syncs_and_a_commit_four() {
    let output = Output::with_base();
    let store = Arc::new(Counting::new(output.store()));
    let folder = Folder::over(store.clone());
    let load = folder.begin_kept(load_id(1), &raw("{}")).unwrap();
    assert_eq!(store.taken(), 2);
    // Two checkpoints of three parts each, for three tables, of which two are replaced.
    let base = folder.newest_record().unwrap().unwrap();
    let mut record = LoadRecord::on(&base, load.id().clone(), moment(), Act::Load);
    let (mut place, mut remove) = (Vec::new(), Vec::new());
    for table in ["affiliates", "conversions", "payments"] {
        let files = std::mem::take(&mut record.tables.entry(table.to_owned()).or_default().files);
        remove.extend(files.into_iter().map(|file| file.path));
    }
    for round in 0..2_u64 {
        for table in ["affiliates", "conversions", "payments"] {
            let mut part = load.create_part().unwrap();
            part.write_all(b"rows").unwrap();
            let part = part.close().unwrap();
            record.tables[table].files.push(load.file(&part, table, 1));
            place.push(Place { part: part.number, table: table.to_owned() });
        }
        load.note_checkpoint(&to_raw_value(&serde_json::json!({"n": round})).unwrap()).unwrap();
        // Each part, and the line of the checkpoint.
        assert_eq!(store.taken(), 3 + 1);
    }
    load.commit(Commit { record, place, remove }).unwrap();
    // The folders of the three tables, and once more of those that lost files; the line of the journal, the record, the folder of
    // records, and that of what was replaced.
    assert_eq!(store.taken(), 3 + 2 + 4);
}
