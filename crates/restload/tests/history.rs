//! What is found in a folder that was damaged, and what is mended: the real binary between loads.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use restload_store::Folder;
use tempfile::TempDir;

const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs/tapfiliate.yaml");
const FOLDER: &str = "tapfiliate.sandbox";

/// A folder with two loads of made-up data.
struct Place(TempDir);

#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for rows in ["3", "4"] {
            let args = ["run", SPEC, "--sandbox", "--rows", rows, "--resource", "affiliates", "-q"];
            let said = place.say(&args);
            assert_eq!(said.code, Some(0), "{said:?}");
        }
        place
    }

    fn say(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_restload"));
        command.args(arguments).current_dir(self.0.path()).env_clear().stdin(Stdio::null());
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn verify(&self) -> Said {
        self.say(&["verify", FOLDER])
    }

    fn repair(&self) -> Said {
        self.say(&["verify", FOLDER, "--repair"])
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("data").join(FOLDER)
    }

    fn folder(&self) -> Folder {
        Folder::open(&self.0.path().join("data"), FOLDER).unwrap()
    }

    /// The file of the table.
    fn file(&self) -> PathBuf {
        let folder = self.folder();
        let record = folder.newest_record().unwrap().unwrap();
        folder.files(&record, "affiliates").remove(0)
    }

    fn is_whole(&self) {
        let said = self.verify();
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.out.contains("all is as the records say"), "{said:?}");
    }
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[test]
fn a_whole_folder_is_proved() {
    let place = Place::new();
    place.is_whole();
    let said = place.repair();
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
    assert!(!said.out.contains("repaired"), "{said:?}");
}

#[test]
fn a_byte_that_changed_is_found_and_stays() {
    let place = Place::new();
    let mut bytes = fs::read(place.file()).unwrap();
    bytes[10] ^= 1;
    fs::write(place.file(), bytes).unwrap();
    for said in [place.verify(), place.repair()] {
        assert_eq!(said.code, Some(3), "{said:?}");
        assert!(said.err.contains("error[file-differs]") && said.err.contains("its SHA-256 is"), "{said:?}");
        assert!(said.out.contains("1 fault"), "{said:?}");
    }
}

#[test]
fn a_file_that_is_gone_or_cut_is_found_and_stays() {
    let place = Place::new();
    let bytes = fs::read(place.file()).unwrap();
    fs::write(place.file(), &bytes[..bytes.len() - 1]).unwrap();
    let said = place.verify();
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.err.contains(&format!("it has {} bytes", bytes.len() - 1)), "{said:?}");
    fs::remove_file(place.file()).unwrap();
    for said in [place.verify(), place.repair()] {
        assert_eq!(said.code, Some(3), "{said:?}");
        assert!(said.err.contains("error[file-missing]") && said.err.contains("a backup"), "{said:?}");
    }
}

#[test]
fn a_record_that_counts_other_rows_is_found() {
    let place = Place::new();
    let path = place.path().join("_restload/loads/0000000002.json");
    let record = fs::read_to_string(&path).unwrap();
    let newest = place.folder().newest_record().unwrap().unwrap();
    let rows = newest.tables["affiliates"].rows;
    fs::write(&path, record.replacen(&format!("\"rows\": {rows}"), "\"rows\": 99", 1)).unwrap();
    let said = place.verify();
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.err.contains("error[load-record]") && said.err.contains("the table 99"), "{said:?}");
    fs::write(&path, record.replace(&format!("\"rows\": {rows}"), "\"rows\": 99")).unwrap();
    let said = place.verify();
    assert!(said.err.contains(&format!("it has {rows} rows, and should have 99")), "{said:?}");
    fs::write(&path, "{").unwrap();
    for said in [place.verify(), place.repair()] {
        assert_eq!(said.code, Some(3), "{said:?}");
        assert!(said.err.contains("is damaged"), "{said:?}");
    }
    assert!(place.folder().visible().unwrap().len() == 1);
}

#[test]
fn a_file_that_no_record_lists_is_found_and_set_aside() {
    let place = Place::new();
    let orphan = place.file().with_file_name("orphan.parquet");
    fs::copy(place.file(), &orphan).unwrap();
    fs::write(place.file().with_file_name("notes.txt"), "a person's own").unwrap();
    let said = place.verify();
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.err.contains("error[orphan]: `affiliates/orphan.parquet`"), "{said:?}");
    for to in ["orphan.parquet`", "orphan.parquet.2`"] {
        let said = place.repair();
        assert_eq!(said.code, Some(0), "{said:?}");
        let wanted = format!(
            "repaired: moved `affiliates/orphan.parquet`, which no record that counts lists, to `_restload/orphans/affiliates/{to}"
        );
        assert!(said.out.contains(&wanted), "{said:?}");
        assert!(!orphan.exists());
        fs::copy(place.file(), &orphan).unwrap();
    }
    fs::remove_file(&orphan).unwrap();
    place.is_whole();
}

#[test]
fn a_record_that_is_not_there_is_told_and_no_fault() {
    let place = Place::new();
    fs::remove_file(place.path().join("_restload/loads/0000000001.json")).unwrap();
    let said = place.verify();
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.err.contains("note: record 0000000001 is not there"), "{said:?}");
}

#[test]
fn when_the_newest_record_is_taken_away_the_files_of_the_one_before_come_back() {
    let place = Place::new();
    let newer = place.file();
    fs::remove_file(place.path().join("_restload/loads/0000000002.json")).unwrap();
    let said = place.verify();
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(
        said.err.contains("lies in `_restload/kept/0000000002~affiliates~")
            && said.err.contains("error[orphan]"),
        "{said:?}"
    );
    let said = place.repair();
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("repaired: brought `affiliates/"), "{said:?}");
    assert!(place.path().join("_restload/orphans/affiliates").join(name(&newer)).exists());
    place.is_whole();
}

#[test]
fn an_interrupted_commit_is_told_and_undone() {
    let place = Place::new();
    interrupt(&place);
    let said = place.verify();
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.err.contains("error[interrupted-commit]"), "{said:?}");
    assert!(!said.err.contains("orphan"), "{said:?}");
    // What only asks changes nothing.
    let asked = place.say(&["rollback", FOLDER, "--dry-run"]);
    assert_eq!((asked.code, asked.out.as_str()), (Some(3), ""), "{asked:?}");
    assert!(asked.err.contains("was interrupted") && asked.err.contains("restload recover"), "{asked:?}");
    assert_eq!(place.verify().err, said.err);
    let said = place.say(&["recover", FOLDER]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("undid the interrupted commit of load"), "{said:?}");
    place.is_whole();

    interrupt(&place);
    let said = place.repair();
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("repaired: undid the interrupted commit"), "{said:?}");
    place.is_whole();

    interrupt(&place);
    let said = place.say(&["rollback", FOLDER]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.err.contains("undid the interrupted commit"), "{said:?}");
    place.is_whole();
}

/// A load that was killed after its file had got its place, before there was a record.
fn interrupt(place: &Place) {
    let (load, sequence) = ("20260102T030405Z-4k7x0a", place.folder().sequences().unwrap().len() + 1);
    let path = format!("affiliates/{load}-00001.parquet");
    let open = place.path().join("_restload/kept");
    fs::create_dir_all(&open).unwrap();
    let journal = format!(
        "{{\"begin\":{{\"format\":1,\"load\":\"{load}\"}}}}\n\n{{\"committing\":{{\"sequence\":{sequence},\
         \"add\":[{{\"part\":1,\"path\":\"{path}\"}}],\"remove\":[]}}}}\n"
    );
    fs::write(open.join(format!("{load}.journal")), journal).unwrap();
    fs::copy(place.file(), place.path().join(path)).unwrap();
}

/// A run that is held at a step while somebody who does not see its lock recovers. Gives what the recovery said, and the run.
#[cfg(all(unix, debug_assertions))]
fn recovered_meanwhile(place: &Place, step: &str) -> (Said, Said) {
    let held = place.0.path().join("held");
    let mut command = Command::new(env!("CARGO_BIN_EXE_restload"));
    command.args(["run", SPEC, "--sandbox", "--rows", "5", "--resource", "affiliates", "-q"]);
    command.current_dir(place.0.path()).env_clear().stdin(Stdio::null());
    command.env("RESTLOAD_WAIT_AT", step).env("RESTLOAD_WAIT_FILE", &held);
    let run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = std::time::Instant::now();
    while !held.exists() {
        assert!(began.elapsed().as_secs() < 60, "{step} is never reached");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    fs::remove_file(place.path().join("_restload/lock")).unwrap();
    let recovered = place.say(&["recover", FOLDER]);
    place.is_whole();
    fs::remove_file(&held).unwrap();
    let output = run.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let run = Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
    place.is_whole();
    (recovered, run)
}

#[cfg(all(unix, debug_assertions))]
#[test]
fn a_run_whose_lock_lies_ends_with_an_error_or_is_committed() {
    let place = Place::new();
    for step in ["part-create:1", "commit:1"] {
        let (recovered, run) = recovered_meanwhile(&place, step);
        assert!(recovered.out.contains("removed what load"), "{step}: {recovered:?}");
        assert_eq!(run.code, Some(3), "{step}: {run:?}");
        assert!(run.err.contains("error[taken-over]"), "{step}: {run:?}");
    }
    let before = place.file();
    for step in ["commit-noted:1", "commit-placed:1"] {
        let (recovered, run) = recovered_meanwhile(&place, step);
        assert!(recovered.out.contains("undid the interrupted commit of load"), "{step}: {recovered:?}");
        assert_eq!(run.code, Some(3), "{step}: {run:?}");
        assert!(run.err.contains("error[sequence-taken]"), "{step}: {run:?}");
        assert_eq!(place.file(), before);
    }
    assert!(place.say(&["loads", FOLDER]).out.contains("recover: undid"));
    let (recovered, run) = recovered_meanwhile(&place, "commit-recorded:1");
    assert!(recovered.out.contains("finished the interrupted commit of load"), "{recovered:?}");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_ne!(place.file(), before);
    // What stands is taken back, whatever recovered since.
    assert_eq!(place.say(&["rollback", FOLDER]).code, Some(0));
    place.is_whole();
}

#[test]
fn a_folder_that_a_run_holds_is_left_alone() {
    let place = Place::new();
    let folder = place.folder();
    let _lock = folder.lock().unwrap();
    for verb in ["verify", "recover", "rollback", "compact"] {
        let said = place.say(&[verb, FOLDER]);
        assert_eq!(said.code, Some(6), "{verb}: {said:?}");
        assert!(said.err.contains("another run holds"), "{verb}: {said:?}");
    }
    // Who only reads the records needs no lock.
    assert_eq!(place.say(&["loads", FOLDER]).code, Some(0));
}

#[test]
fn a_damaged_record_hides_no_other_from_the_history() {
    let place = Place::new();
    fs::write(place.path().join("_restload/loads/0000000001.json"), "{").unwrap();
    let said = place.say(&["loads", FOLDER]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.err.contains("0000000001.json` is damaged"), "{said:?}");
    assert!(said.out.contains("load"), "{said:?}");
}
