//! Diagnostics for programs.

use serde_json::{Value, json};

use super::*;
use crate::{Fix, render_json};

fn parsed(text: &str, found: &[Diagnostic]) -> Value {
    serde_json::from_str(&of_bytes(text, found, render_json)).unwrap()
}

#[test]
fn every_fact_of_a_diagnostic_is_in_its_object() {
    let text = "name: é\npaginaton: y\n";
    let found = [Diagnostic::error("unknown-key", at("/a~1b/paginaton"), "`paginaton` is not a key")
        .on(Part::Key)
        .label(at("/name"), Part::Value, "here")
        .note("a fact")
        .help("did you mean `paginator`?")
        .fix(Fix::new("write `paginator`").insert(21, "\n").replace(9..18, "paginator"))];
    let expected = json!([{
        "path": "specs/x.yaml",
        "rule": "unknown-key",
        "severity": "error",
        "message": "`paginaton` is not a key",
        "start": {"line": 2, "column": 1, "offset": 9},
        "end": {"line": 2, "column": 10, "offset": 18},
        "pointer": "/a~1b/paginaton",
        "labels": [{
            "message": "here",
            "start": {"line": 1, "column": 7, "offset": 6},
            "end": {"line": 2, "column": 1, "offset": 9},
            "pointer": "/name",
        }],
        "notes": ["a fact"],
        "help": "did you mean `paginator`?",
        "fix": {
            "title": "write `paginator`",
            "edits": [
                {
                    "start": {"line": 2, "column": 1, "offset": 9},
                    "end": {"line": 2, "column": 10, "offset": 18},
                    "replacement": "paginator",
                },
                {
                    "start": {"line": 2, "column": 13, "offset": 21},
                    "end": {"line": 2, "column": 13, "offset": 21},
                    "replacement": "\n",
                },
            ],
        },
    }]);
    let rendered = of_text(text, &found, render_json);
    let parsed: Value = serde_json::from_str(&rendered).unwrap();
    assert_eq!(parsed, expected);
    // The order of the keys is the one of the description.
    assert_eq!(parsed.to_string(), expected.to_string());
}

#[test]
fn keys_without_a_fact_are_there_too() {
    let found = parsed("a: 1", &[here(0..1)]);
    let keys: Vec<_> = found[0].as_object().unwrap().keys().map(String::as_str).collect();
    let expected =
        ["path", "rule", "severity", "message", "start", "end", "pointer", "labels", "notes", "help", "fix"];
    assert_eq!(keys, expected);
    assert_eq!(
        (&found[0]["fix"], &found[0]["help"], &found[0]["labels"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
}

#[test]
fn places_are_right_behind_tabs_and_line_ends_of_windows_and_at_the_end() {
    let text = "a:\té\r\nb: 日本X";
    let end = text.len();
    let found = parsed(text, &[here(3..5), here(end - 1..end), here(end..end + 9)]);
    let places: Vec<_> = found.as_array().unwrap().iter().map(|one| [&one["start"], &one["end"]]).collect();
    let place =
        |line: usize, column: usize, offset: usize| json!({"line": line, "column": column, "offset": offset});
    assert_eq!(places[0], [&place(1, 4, 3), &place(1, 5, 5)]);
    assert_eq!(places[1], [&place(2, 6, end - 1), &place(2, 7, end)]);
    assert_eq!(places[2], [&place(2, 7, end), &place(2, 7, end)]);
}

#[test]
fn each_diagnostic_is_a_line_and_nothing_found_is_an_empty_array() {
    assert_eq!(of_bytes("", &[], render_json), "[]\n");
    let two = of_bytes("a: 1", &[here(0..1), here(3..4)], render_json);
    assert_eq!(two.lines().count(), 4);
    assert!(two.starts_with("[\n  {") && two.ends_with("}\n]\n"), "{two}");
}
