//! Specs with faults, and what is said of them.
//!
//! Each `tests/structure/<case>.yaml` is read as a spec file; what is said of it is held against `<case>.txt`. A case
//! without faults has no text. `RESTLOAD_BLESS=1 cargo test -p restload_spec --test structure` writes the texts anew:
//! read what changed before you keep it.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its cases fails")]

use std::fs;
use std::path::{Path, PathBuf};

use restload_diag::{Diagnostic, apply_fixes, render_concise, render_full};
use restload_spec::{Reading, read_spec_bytes};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/structure")
}

/// The files of the folder with an ending, by name.
fn files(ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    files.sort();
    files
}

fn read(path: &Path) -> Reading {
    let name = path.file_name().unwrap().to_str().unwrap();
    read_spec_bytes(&format!("specs/{name}"), &fs::read(path).unwrap())
}

fn rendered(reading: &Reading) -> String {
    render_full(&reading.diagnostics, reading.document.source(), &reading.document, false)
}

#[test]
fn each_case_is_told_what_its_text_says() {
    let bless = std::env::var_os("RESTLOAD_BLESS").is_some();
    let mut wrong = Vec::new();
    for path in files("yaml") {
        let said = rendered(&read(&path));
        let expected = path.with_extension("txt");
        if bless && said.is_empty() {
            let _ = fs::remove_file(&expected);
        } else if bless {
            fs::write(&expected, &said).unwrap();
        } else if said != fs::read_to_string(&expected).unwrap_or_default() {
            wrong.push(format!("{}\n{said}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "RESTLOAD_BLESS=1 writes these anew:\n{}", wrong.join("\n"));
}

#[test]
fn a_case_has_a_spec_exactly_when_nothing_is_wrong_with_it() {
    for path in files("yaml") {
        let reading = read(&path);
        assert_eq!(reading.spec.is_some(), reading.diagnostics.is_empty(), "{}", path.display());
    }
}

#[test]
fn each_text_belongs_to_a_case() {
    for path in files("txt") {
        assert!(path.with_extension("yaml").exists(), "{}", path.display());
    }
    assert!(files("yaml").len() > 20);
}

#[test]
fn nothing_is_said_twice_of_one_place() {
    for path in files("yaml") {
        let Reading { diagnostics, document, .. } = read(&path);
        let concise = render_concise(&diagnostics, document.source(), &document);
        let mut places: Vec<&str> = concise.lines().filter_map(|line| line.split("] ").next()).collect();
        let all = places.len();
        places.dedup();
        assert_eq!(places.len(), all, "{concise}");
    }
}

#[test]
fn each_finding_says_what_to_do() {
    for path in files("yaml") {
        for found in read(&path).diagnostics {
            assert!(found.help.is_some() || found.fix.is_some(), "{}: {}", path.display(), found.message);
        }
    }
}

#[test]
fn what_is_mended_is_no_fault_any_more() {
    for path in files("yaml") {
        let reading = read(&path);
        let (text, document) = (&reading.document.source().text, &reading.document);
        for found in reading.diagnostics.iter().filter(|found| found.fix.is_some()) {
            let mended = apply_fixes(text, &found.fix);
            let name = path.file_name().unwrap().to_str().unwrap();
            let after = read_spec_bytes(&format!("specs/{name}"), mended.text.as_bytes());
            let said = |found: &Diagnostic| (found.rule, found.message.clone());
            let before = reading.diagnostics.iter().filter(|other| said(other) == said(found)).count();
            let left = after.diagnostics.iter().filter(|other| said(other) == said(found)).count();
            assert_eq!(
                left + 1,
                before,
                "{}",
                render_concise(std::slice::from_ref(found), document.source(), document)
            );
        }
    }
}
