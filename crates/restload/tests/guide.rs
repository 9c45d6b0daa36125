//! The short forms in the tables of the guides are a part of the language that people copy: all of them must be valid.
//! The blocks of YAML are linted with all other pages (`cargo test -p xtask`).

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::fs;
use std::path::{Path, PathBuf};

use restload_diag::{Source, render_concise};
use restload_spec::{check, read_spec};
use serde_yaml::Value;

/// The spec that a piece is added to where no whole spec stands above it.
const BASE: &str = r#"
version: 1
name: base
inputs: {api_key: {secret: true}, client_id: {}, client_secret: {secret: true}, refresh_token: {secret: true}, private_key: {secret: true}}
client: {base_url: "https://api.example.com/"}
resources: {base: {path: base, paginator: single_page}}
"#;

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let guides = fs::read_dir(root.join("docs/guide")).unwrap().map(|entry| entry.unwrap().path());
    let guides = guides.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    guides.chain([root.join("README.md")]).collect()
}

/// The spec with a piece added: entries of maps beside or in place of those that are there.
fn with(spec: &Value, piece: &Value) -> Value {
    let mut whole = spec.clone();
    for (key, value) in piece.as_mapping().unwrap() {
        let entry = whole.as_mapping_mut().unwrap().entry(key.clone()).or_insert(Value::Null);
        match (entry.as_mapping_mut(), value.as_mapping()) {
            (Some(entries), Some(more)) => entries.extend(more.clone()),
            _ => *entry = value.clone(),
        }
    }
    whole
}

/// What is wrong with a spec; nothing where nothing is.
fn faults(name: &str, text: &str) -> String {
    let reading = read_spec(Source::new(name, text), None);
    let checked = check(&reading, "2026-01-01T00:00:00Z".parse().unwrap());
    let found = [reading.diagnostics, checked.diagnostics].concat();
    render_concise(&found, reading.document.source(), &reading.document)
}

#[test]
fn every_short_form_in_a_table_is_valid() {
    let mut seen = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let cells = page.lines().filter(|line| line.starts_with("| ")).flat_map(|line| line.split('`'));
        for cell in cells.filter(|cell| cell.starts_with("auth: ") || cell.starts_with("paginator: ")) {
            let indent = |text: &str| {
                text.replace("inputs.token", "inputs.api_key").replace("inputs.key", "inputs.api_key")
            };
            let piece = format!("resources:\n  piece:\n    path: piece\n    {}\n", indent(cell));
            let piece = if cell.starts_with("auth") { piece + "    paginator: single_page\n" } else { piece };
            let spec = with(&serde_yaml::from_str(BASE).unwrap(), &serde_yaml::from_str(&piece).unwrap());
            assert_eq!(faults(cell, &serde_yaml::to_string(&spec).unwrap()), "");
            seen += 1;
        }
    }
    assert!(seen >= 12, "only {seen} short forms were found");
}
