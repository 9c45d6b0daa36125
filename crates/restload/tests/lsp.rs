//! `restload lsp` as an editor speaks to it: the real program over its standard input and output.

use std::fs;
use std::process::Command;

use restload_editor_tests::{Client, Marked};

const SPEC: &str = "\
version: 1
name: notes
docs: https://notes.example/docs
client: {base_url: 'https://api.notes.example/'}
resources:
  notes:
    path: notes
    data_selector: data
    paginaton: header_link
";

#[test]
fn an_editor_is_told_what_lint_finds_and_what_a_key_means() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.yaml");
    fs::write(&path, SPEC).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_restload"));
    command.arg("lsp").current_dir(folder.path());
    let mut client = Client::start(command).unwrap();
    client.initialize(folder.path()).unwrap();

    client.open(&path, SPEC).unwrap();
    let found = client.diagnostics(&path).unwrap();
    let codes: Vec<&str> = found.iter().filter_map(|one| one["code"].as_str()).collect();
    assert!(codes.contains(&"unknown-key"), "{found:?}");
    let fault = found.iter().find(|one| one["code"] == "unknown-key").unwrap();
    assert_eq!(
        (&fault["range"]["start"]["line"], &fault["range"]["start"]["character"]),
        (&8.into(), &4.into())
    );

    let mended = SPEC.replace("paginaton: header_link", "paginator: ");
    let marked = Marked::new(&mended.replace("paginator: ", "paginator: ▮"));
    client.open(&path, &marked.text).unwrap();
    let offered = client.completion(&path, &marked).unwrap();
    let labels: Vec<&str> = offered.iter().filter_map(|item| item["label"].as_str()).collect();
    for kind in ["page_number", "cursor", "header_link"] {
        assert!(labels.contains(&kind), "{kind}: {labels:?}");
    }

    let marked = Marked::new(&SPEC.replace("data_selector", "data_▮selector"));
    client.open(&path, &marked.text).unwrap();
    let told = client.hover(&path, &marked).unwrap();
    assert!(told.contains("Where the rows are"), "{told}");
    assert!(client.shutdown().unwrap(), "it ended badly");
}
