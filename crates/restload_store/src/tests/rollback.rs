//! The newest load is taken back, also by a process that dies over it.

use super::*;
use crate::faulty::{Fault, Faulty, Reach};

const NEW: [(&str, &str); 2] = [("affiliates", "new affiliates"), ("payments", "payments")];

fn with_two_loads() -> Output {
    let output = Output::with_base();
    let (load, mut commit) = new_load(&output.folder(), 1, &NEW);
    commit.record.cursors = serde_json::json!({"payments": "later"});
    load.commit(commit).unwrap();
    output
}

fn take_back(folder: &Folder, random: u64) -> Result<Rollback, RollbackError> {
    let lock = folder.lock().unwrap();
    folder.rollback(&lock, load_id(random), moment())
}

#[test]
fn tables_and_cursors_are_those_of_the_record_before() {
    let output = with_two_loads();
    let folder = output.folder();
    let base = folder.record(Sequence(1)).unwrap().unwrap();
    let planned = folder.plan_rollback().unwrap();
    let done = take_back(&folder, 2).unwrap();
    assert_eq!(done, planned);
    assert_eq!((done.of.sequence, done.restored.len(), done.removed.len()), (Sequence(2), 1, 2));
    let newest = folder.newest_record().unwrap().unwrap();
    assert_eq!((newest.sequence, newest.act), (Sequence(3), Act::Rollback));
    assert_eq!(newest.rollback.as_ref().unwrap().to, Some(Sequence(1)));
    assert_eq!((newest.tables.len(), &newest.cursors), (base.tables.len(), &base.cursors));
    for (file, was) in newest.all_files().zip(base.all_files()) {
        // A name that left the tables never comes back to them.
        let came_back = done.restored.contains(&was.path);
        assert_eq!(came_back, file.path != was.path);
        assert_eq!((&file.sha256, &file.load), (&was.sha256, &was.load));
    }
    output.is_exactly(&BASE);
    output.lists_nothing_open();
}

#[test]
fn all_loads_are_taken_back_as_long_as_their_files_are_kept() {
    let output = with_two_loads();
    let folder = output.folder();
    take_back(&folder, 2).unwrap();
    let to = take_back(&folder, 3).unwrap().to;
    assert_eq!(to, None);
    assert!(output.tables().is_empty());
    let error = take_back(&folder, 4).unwrap_err();
    assert!(matches!(error, RollbackError::NoLoad(_)), "{error}");
}

#[test]
fn a_load_whose_replaced_files_are_gone_stays() {
    let output = with_two_loads();
    let folder = output.folder();
    fs::remove_dir_all(output.path().join("_restload/kept")).unwrap();
    let error = take_back(&folder, 2).unwrap_err();
    assert!(matches!(&error, RollbackError::Gone { gone, .. } if gone.len() == 1), "{error}");
    assert!(error.to_string().contains("the file `affiliates/"), "{error}");
    output.is_exactly(&[NEW[0], NEW[1], BASE[1]]);
    output.lists_nothing_open();
}

#[test]
fn a_load_whose_record_before_is_not_there_stays() {
    let output = with_two_loads();
    fs::remove_file(output.path().join("_restload/loads/0000000001.json")).unwrap();
    let error = take_back(&output.folder(), 2).unwrap_err();
    assert!(error.to_string().contains("the record before it, 0000000001, is not there"), "{error}");
}

#[test]
fn a_table_that_a_load_did_not_touch_has_no_changes() {
    let output = with_two_loads();
    let mut base = output.folder().newest_record().unwrap().unwrap();
    let change = Change { column: "a".into(), change: ChangeKind::Added, from: None, to: None };
    base.tables["payments"].changes.push(change);
    base.tables["payments"].merged = Some(Merged::default());
    let record = LoadRecord::on(&base, load_id(2), moment(), Act::State);
    assert!(record.tables["payments"].changes.is_empty() && record.tables["payments"].merged.is_none());
    assert_eq!(record.tables["payments"].files, base.tables["payments"].files);
}

#[test]
fn a_rollback_that_dies_or_fails_anywhere_leaves_all_or_nothing_of_it() {
    let count = {
        let output = with_two_loads();
        let store = Arc::new(Faulty::new(output.store(), Fault::NONE));
        take_back(&Folder::over(store.clone()), 2).unwrap();
        store.operations()
    };
    let mut seen = BTreeSet::new();
    for at in 1..=count {
        for (reach, dies) in [Reach::Nothing, Reach::Half, Reach::All]
            .into_iter()
            .flat_map(|reach| [(reach, true), (reach, false)])
        {
            let case = format!("operation {at} of {count}, {reach:?}, dies: {dies}");
            let output = with_two_loads();
            let fault = Fault { at, reach, dies, kind: io::ErrorKind::StorageFull };
            let folder = Folder::over(Arc::new(Faulty::new(output.store(), fault)));
            let ended = folder.lock().map(|lock| folder.rollback(&lock, load_id(2), moment()));
            output.recover();
            let taken = output.tables() == owned(&BASE);
            assert!(taken || output.tables() == owned(&[NEW[0], NEW[1], BASE[1]]), "{case}");
            if let Ok(Ok(_)) = ended {
                assert!(taken, "{case}");
            }
            output.lists_nothing_open();
            seen.insert(taken);
            // Whatever became of it, it can be done now.
            if !taken {
                take_back(&output.folder(), 3).unwrap();
            }
            output.is_exactly(&BASE);
        }
    }
    assert_eq!(seen.len(), 2);
}
