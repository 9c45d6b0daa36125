//! `restload fmt` on whole specs.

#![expect(clippy::unwrap_used, reason = "a test whose cases cannot be read fails")]

use std::fs;
use std::path::{Path, PathBuf};

use restload_diag::Source;
use restload_spec::{Document, format_spec};

fn format(text: &str) -> String {
    format_spec(&Source::new("a.yaml", text)).unwrap()
}

/// Formats a text, which has to come out like this, and stay so.
fn check(text: &str, expected: &str) {
    assert_eq!(format(text), expected);
    assert_eq!(format(expected), expected, "a second time");
}

/// The YAML files below a folder.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut folders = vec![folder];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn keys_come_in_the_order_of_the_reference_and_names_stay_where_they_are() {
    check(
        "\
# yaml-language-server: $schema=../schema/restload.schema.json
name: a

# what is read
resources:
  zebras:
    # newest first
    params: {z: 1, a: 2}
    path: zebras # all of them
    paginator: {size: 10, size_param: n, type: offset}
    columns:
      z: {nullable: false, type: int64}
      a: json

  apes: {paginator: single_page, path: apes}

client:
  auth:
    api_key: '{{inputs.key}}'
    type: api_key
    name: X-Key
  # where
  base_url: https://a.example
version: 1
",
        "\
# yaml-language-server: $schema=../schema/restload.schema.json
version: 1
name: a

client:
  # where
  base_url: https://a.example
  auth:
    type: api_key
    name: X-Key
    api_key: '{{inputs.key}}'

# what is read
resources:
  zebras:
    path: zebras # all of them
    # newest first
    params: {z: 1, a: 2}
    paginator: {type: offset, size_param: n, size: 10}
    columns:
      z: {type: int64, nullable: false}
      a: json

  apes: {path: apes, paginator: single_page}
",
    );
}

#[test]
fn a_key_that_is_not_known_stays_behind_its_neighbour() {
    check(
        "resources:\n  a:\n    primary_key: id\n    odd: 1\n    path: a\nname: x\n",
        "name: x\nresources:\n  a:\n    path: a\n    primary_key: id\n    odd: 1\n",
    );
}

#[test]
fn a_map_whose_kind_is_not_said_is_left_as_it_is() {
    for kind in ["", "type: oauth, ", "type: 1, "] {
        let text = format!("client: {{auth: {{{kind}token: x, scheme: y, name: z, a: b}}, base_url: x}}\n");
        assert_eq!(format(&text), text.replace("{auth", "{base_url: x, auth").replace(", base_url: x}", "}"));
    }
}

#[test]
fn a_spec_of_another_version_is_left_as_it_is() {
    let text = "name: a\nversion: 2\n";
    assert_eq!(format(text), text);
}

#[test]
fn a_text_with_faults_of_yaml_is_not_formatted() {
    for (text, rule) in
        [("name: [a\n", "not-yaml"), ("name: a\nname: b\nversion: 1\n", "duplicate-key"), ("", "empty-spec")]
    {
        let faults = format_spec(&Source::new("a.yaml", text)).unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.rule).collect::<Vec<_>>(), [rule]);
    }
}

#[test]
fn every_spec_that_is_shipped_or_tested_means_what_it_meant() {
    let files: Vec<_> =
        ["specs", "tests/cases", "crates/restload_spec/tests"].into_iter().flat_map(files).collect();
    let mut formatted = 0;
    for path in files {
        let Ok(text) = String::from_utf8(fs::read(&path).unwrap()) else { continue };
        let Ok(sorted) = format_spec(&Source::new("a.yaml", text.as_str())) else { continue };
        let value = |text: &str| Document::parse(Source::new("a.yaml", text)).0.root().to_value();
        assert_eq!(value(&sorted), value(&text), "{}", path.display());
        assert_eq!(format(&sorted), sorted, "{}", path.display());
        formatted += 1;
    }
    assert!(formatted > 30, "{formatted}");
}
