//! Opening, reading and refusing.

use super::*;
use crate::faulty::{Fault, Faulty, Reach};

fn write_record(output: &Output, name: &str, json: &str) {
    let folder = output.path().join("_restload/loads");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), json).unwrap();
}

#[test]
fn a_record_begins_with_its_format_and_is_read_as_it_was_written() {
    let output = Output::empty();
    let (load, mut commit) = new_load(&output.folder(), 0, &BASE);
    let record = &mut commit.record;
    record.cursors = serde_json::from_str(r#"{"z": 123456789012345678901234567890, "a": 1.10}"#).unwrap();
    record.resources.insert("zeta".to_owned(), serde_json::json!({"requests": 3}));
    record.resources.insert("alpha".to_owned(), serde_json::json!({"doubts": []}));
    record.tables["affiliates"].changes.push(Change {
        column: "amount".to_owned(),
        change: ChangeKind::Widened,
        from: Some("int64".to_owned()),
        to: Some("float64".to_owned()),
    });
    let written = load.commit(commit).unwrap();
    assert_eq!(output.folder().newest_record().unwrap().unwrap(), written);
    let text = fs::read_to_string(output.path().join("_restload/loads/0000000001.json")).unwrap();
    assert!(text.starts_with("{\n  \"format\": 1,\n  \"sequence\": 1,"), "{text}");
    assert!(text.contains("123456789012345678901234567890") && text.contains("1.10"), "{text}");
    assert!(text.find("zeta") < text.find("alpha"), "{text}");
    assert!(text.contains(r#""change": "widened""#), "{text}");
}

#[test]
fn the_example_of_the_reference_page_is_a_record() {
    let page = include_str!("../../../../docs/reference/load-record.md");
    let (_, rest) = page.split_once("```json\n").unwrap();
    let (json, _) = rest.split_once("```").unwrap();
    let record = LoadRecord::from_json(json.as_bytes(), Path::new("load-record.md")).unwrap();
    // Written again it is the same: the example has every field, in the order of the type, and no other.
    assert_eq!(String::from_utf8(record.to_json().unwrap()).unwrap(), json);
}

#[test]
fn fields_that_are_not_known_are_passed_over() {
    let output = Output::with_base();
    let path = output.path().join("_restload/loads/0000000001.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"spec\"", "\"colour\": {\"a\": [1]}, \"spec\"")).unwrap();
    output.is_exactly(&BASE);
}

#[test]
fn a_record_of_a_later_format_is_refused_by_name() {
    let output = Output::with_base();
    write_record(&output, "0000000002.json", r#"{"format": 2, "sequence": "another shape"}"#);
    let error = output.folder().newest_record().unwrap_err();
    assert!(matches!(error, StoreError::LaterFormat { found: 2, .. }), "{error}");
    assert!(error.to_string().contains("0000000002.json` is of format 2"), "{error}");
}

#[test]
fn a_damaged_newest_record_is_refused_by_name() {
    for json in ["", "{\"format\": 1, \"sequ", "[]", "{}", r#"{"format": 0}"#] {
        let output = Output::with_base();
        write_record(&output, "0000000007.json", json);
        let error = output.folder().newest_record().unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{json}: {error}");
        assert!(error.to_string().contains("0000000007.json"), "{error}");
    }
    let output = Output::with_base();
    let loads = output.path().join("_restload/loads");
    fs::copy(loads.join("0000000001.json"), loads.join("0000000002.json")).unwrap();
    let error = output.folder().newest_record().unwrap_err();
    assert!(error.to_string().contains("it says that it is record 0000000001"), "{error}");
}

#[test]
fn gaps_in_the_sequence_are_no_fault() {
    let output = Output::with_base();
    let (load, mut commit) = new_load(&output.folder(), 1, &[("affiliates", "later")]);
    commit.record.sequence = Sequence(12);
    load.commit(commit).unwrap();
    write_record(&output, "notes.txt", "a person's own");
    output.is_exactly(&[("affiliates", "later"), BASE[1]]);
    assert_eq!(output.folder().sequences().unwrap(), [Sequence(1), Sequence(12)]);
    assert_eq!(Sequence::after(output.folder().newest_record().unwrap().as_ref()), Sequence(13));
    assert_eq!(output.folder().record(Sequence(5)).unwrap(), None);
}

#[test]
fn another_origin_or_account_is_refused_with_the_two_ways_on() {
    let output = Output::with_base();
    let folder = output.folder();
    assert!(folder.newest_of(&account()).unwrap().is_some());

    let other = Account { origin: "http://127.0.0.1:8080".to_owned(), ..account() };
    let error = folder.newest_of(&other).unwrap_err();
    assert!(matches!(&error, StoreError::OtherOrigin { was, is, .. }
        if was == "https://api.example.com" && is == "http://127.0.0.1:8080"));
    let named = format!("remove `{}`", output.path().display());
    assert!(error.to_string().contains("`--out`") && error.to_string().contains(&named), "{error}");

    for identity in [vec![("region", "us")], vec![], vec![("region", "eu"), ("account", "7")]] {
        let identity =
            identity.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let error = folder.newest_of(&Account { identity, ..account() }).unwrap_err();
        assert!(matches!(error, StoreError::OtherIdentity { .. }), "{error}");
        assert!(error.to_string().contains("`--out`") && error.to_string().contains(&named), "{error}");
    }
    assert!(Output::empty().folder().newest_of(&other).unwrap().is_none());
}

#[test]
fn a_lock_is_held_once() {
    let output = Output::empty();
    let lock = output.folder().lock().unwrap();
    let error = output.folder().lock().unwrap_err();
    assert!(matches!(error, StoreError::Held { .. }), "{error}");
    drop(lock);
    let _again = output.folder().lock().unwrap();
}

#[test]
fn a_lock_that_changes_hands_is_never_held_twice() {
    let output = Output::empty();
    let held = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    let Ok(lock) = output.folder().lock() else { continue };
                    assert!(!held.swap(true, std::sync::atomic::Ordering::SeqCst));
                    for _ in 0..10 {
                        std::thread::yield_now();
                    }
                    held.store(false, std::sync::atomic::Ordering::SeqCst);
                    drop(lock);
                }
            });
        }
    });
}

#[test]
fn an_abandoned_first_load_leaves_no_folder() {
    let output = Output::empty();
    let folder = output.folder();
    let lock = folder.lock().unwrap();
    let (load, _) = new_load(&folder, 0, &BASE);
    assert!(load.locate_part(2).exists());
    let unfinished = load.create_part().unwrap();
    load.abandon().unwrap();
    drop((unfinished, lock));
    assert_eq!(fs::read_dir(output.root.path()).unwrap().count(), 0);
}

#[test]
fn an_abandoned_later_load_leaves_the_tables_as_they_were() {
    let output = Output::with_base();
    let (load, _) = new_load(&output.folder(), 1, &[("affiliates", "x"), ("payments", "y")]);
    load.abandon().unwrap();
    output.is_exactly(&BASE);
    output.lists_nothing_open();
    assert!(output.recover().is_empty());
}

#[test]
fn a_load_that_was_left_is_dropped_with_a_word() {
    let output = Output::with_base();
    drop(new_load(&output.folder(), 1, &[("affiliates", "x")]));
    let recovered = output.recover();
    assert_eq!(recovered.dropped, [load_id(1)]);
    assert_eq!(recovered.to_string(), format!("removed what load {} left: it ended early", load_id(1)));
    output.is_exactly(&BASE);
}

#[test]
fn a_part_knows_its_bytes_and_its_hash() {
    let output = Output::empty();
    let load = output.folder().begin(load_id(0)).unwrap();
    let mut part = load.create_part().unwrap();
    part.write_all(b"a").unwrap();
    part.write_all(b"bc").unwrap();
    assert_eq!((part.number(), part.bytes()), (1, 3));
    let part = part.close().unwrap();
    assert_eq!(part.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(load.file(&part, "notes", 9).path, format!("notes/{}-00001.parquet", load_id(0)));
    assert_eq!(fs::read(load.locate_part(1)).unwrap(), b"abc");
    assert_eq!(load.create_part().unwrap().number(), 2);
}

#[test]
fn a_full_disk_under_a_part_names_the_part_and_keeps_its_kind() {
    let output = Output::empty();
    let fault = Fault { at: 4, reach: Reach::Half, dies: true, kind: io::ErrorKind::StorageFull };
    let folder = Folder::over(Arc::new(Faulty::new(output.store(), fault)));
    let mut part = folder.begin(load_id(0)).unwrap().create_part().unwrap();
    let error = part.write_all(b"rows").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    let message = error.to_string();
    assert!(message.starts_with("cannot write `") && message.contains("00001.part"), "{message}");
    assert_eq!(part.close().unwrap_err().io_kind(), Some(io::ErrorKind::StorageFull));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let output = Output::empty();
    fs::write(output.root.path().join("out"), b"a file").unwrap();
    for error in [output.folder().lock().unwrap_err(), output.folder().begin(load_id(0)).err().unwrap()] {
        assert!(error.to_string().contains("/out"), "{error}");
        assert_eq!(error.io_kind(), Some(io::ErrorKind::NotADirectory));
    }
    assert_eq!(fs::read(output.root.path().join("out")).unwrap(), b"a file");
}

#[test]
fn a_spec_or_a_load_that_cannot_have_a_folder_is_refused() {
    for spec in ["", "..", "a/b", "_restload"] {
        assert!(matches!(Folder::open(Path::new("data"), spec), Err(StoreError::Name { what: "spec", .. })));
    }
    let output = Output::empty();
    let _load = output.folder().begin(load_id(0)).unwrap();
    assert!(matches!(output.folder().begin(load_id(0)), Err(StoreError::LoadExists { .. })));
}

#[test]
fn a_record_that_does_not_agree_with_its_files_is_not_committed() {
    type Spoil = fn(&mut Commit);
    let spoil: [(&str, Spoil); 7] = [
        ("is placed, and not listed", |commit| commit.record.tables["affiliates"].files.clear()),
        ("is listed, and not placed", |commit| drop(commit.place.pop())),
        ("is removed, and listed", |commit| {
            commit.remove.push(commit.record.tables["conversions"].files[0].path.clone());
        }),
        ("is listed twice", |commit| {
            let file = commit.record.tables["conversions"].files[0].clone();
            commit.record.tables["conversions"].files.push(file);
        }),
        ("it is the record of load", |commit| commit.record.load = load_id(9)),
        ("is no path inside the folder", |commit| commit.remove.push("../other/file".to_owned())),
        ("is no name of a table", |commit| commit.place[0].table = "_restload".to_owned()),
    ];
    for (reason, spoil) in spoil {
        let output = Output::with_base();
        let (load, mut commit) = new_load(&output.folder(), 1, &[("affiliates", "new")]);
        spoil(&mut commit);
        let error = load.commit(commit).unwrap_err();
        assert!(error.to_string().contains(reason), "{reason}: {error}");
        output.is_exactly(&BASE);
    }
}

#[test]
fn the_files_of_a_table_are_given_where_they_are() {
    let output = Output::with_base();
    let folder = output.folder();
    let record = folder.newest_record().unwrap().unwrap();
    let files = folder.files(&record, "affiliates");
    assert_eq!(files.len(), 1);
    assert_eq!(fs::read_to_string(&files[0]).unwrap(), BASE[0].1);
    assert!(folder.files(&record, "payments").is_empty());
}
