//! Logs for tools that gather findings.

use serde_json::{Value, json};

use super::*;
use crate::{Fix, RuleFacts, Severity, render_sarif};

const FACTS: &[RuleFacts<'_>] = &[
    RuleFacts {
        name: "never-found",
        summary: "Is not in the log.",
        help: "",
        severity: Severity::Note,
        group: "data",
    },
    RuleFacts {
        name: "unknown-key",
        summary: "A key that is not one.",
        help: "# unknown-key\r\n\r\nA key\r\nthat nobody reads.\r\n\r\n## Example\n",
        severity: Severity::Warning,
        group: "structure",
    },
];

fn run(text: &str, found: &[Diagnostic]) -> Value {
    let log: Value =
        serde_json::from_str(&of_bytes(text, found, |files| render_sarif(files, "1.2.3", FACTS))).unwrap();
    assert_eq!(log["version"], "2.1.0");
    log["runs"][0].clone()
}

fn region(place: [usize; 4]) -> Value {
    json!({"startLine": place[0], "startColumn": place[1], "endLine": place[2], "endColumn": place[3]})
}

#[test]
fn a_run_names_the_tool_and_the_rules_that_were_found() {
    let unknown = Diagnostic::error("unknown-key", Pointer::root(), "`x` is no key").within(0..1);
    let run = run("a: 1", &[unknown, here(0..1)]);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let expected = json!({
        "name": "restload",
        "version": "1.2.3",
        "rules": [
            {
                "id": "unknown-key",
                "shortDescription": {"text": "A key that is not one."},
                "fullDescription": {"text": "A key that nobody reads."},
                "help": {"text": FACTS[1].help, "markdown": FACTS[1].help},
                "defaultConfiguration": {"level": "warning"},
                "properties": {"tags": ["structure"]},
            },
            {"id": "x"},
        ],
    });
    assert_eq!(run["tool"]["driver"], expected);
    let index = |result: usize| (&run["results"][result]["ruleId"], &run["results"][result]["ruleIndex"]);
    assert_eq!((index(0), index(1)), ((&json!("unknown-key"), &json!(0)), (&json!("x"), &json!(1))));
}

#[test]
fn a_result_has_place_further_places_and_the_edit() {
    let text = "é:\t1\r\nb: {{x}}\n";
    let fix = Fix::new("quote `{{x}}`").insert(10, "\"").insert(15, "\"");
    let found = [here(10..15).note("a fact").label(Pointer::root(), Part::Key, "the end").fix(fix)];
    let uri = json!({"uri": "a.yaml"});
    let put_in = |place| json!({"deletedRegion": region(place), "insertedContent": {"text": "\""}});
    let expected = json!({
        "ruleId": "x",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "here\nnote: a fact\nhelp: quote `{{{{x}}}}`"},
        "locations": [{"physicalLocation": {"artifactLocation": uri, "region": region([2, 4, 2, 9])}}],
        "relatedLocations": [{
            "id": 0,
            "message": {"text": "the end"},
            "physicalLocation": {"artifactLocation": uri, "region": region([2, 10, 2, 10])},
        }],
        "fixes": [{
            "description": {"text": "quote `{{{{x}}}}`"},
            "artifactChanges": [{
                "artifactLocation": uri,
                "replacements": [put_in([2, 4, 2, 4]), put_in([2, 9, 2, 9])],
            }],
        }],
    });
    assert_eq!(run(text, &found)["results"], json!([expected]));
}

#[test]
fn places_are_counted_as_the_standard_counts_them() {
    let place =
        |text: &str, span| run(text, &[here(span)])["results"][0]["locations"][0]["physicalLocation"].clone();
    let of = |text: &str, span| place(text, span)["region"].clone();
    // The examples of §3.30.2, and a byte order mark, which shifts nothing.
    let text = "abcd\r\nefg\r\nhijk\r\nlmn\r\n";
    assert_eq!(of(text, 1..3), region([1, 2, 1, 4]));
    assert_eq!(of(text, 6..11), region([2, 1, 3, 1]));
    assert_eq!(of(text, 22..22), region([4, 6, 4, 6]));
    assert_eq!(of("\u{feff}abcd", 4..6), region([1, 2, 1, 4]));
    assert_eq!(of("日本X", 6..7), region([1, 3, 1, 4]));
}

#[test]
fn an_edit_that_does_not_fit_the_text_is_left_out() {
    let found = [here(0..1).fix(Fix::new("mend it").delete(0..9))];
    assert_eq!(run("a", &found)["results"][0]["fixes"], json!([]));
}

#[test]
fn a_path_is_a_uri() {
    let uri = |path: &str| {
        let source = Source::new(path, "a");
        let found = [here(0..1)];
        let log = render_sarif(&[Checked::new(&source, &Within, &found)], "1", &[]);
        let log: Value = serde_json::from_str(&log).unwrap();
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        place["artifactLocation"]["uri"].as_str().unwrap().to_owned()
    };
    assert_eq!(uri("./specs/a-b.yaml"), "specs/a-b.yaml");
    assert_eq!(uri("a b#1%?/é:x.yaml"), "a%20b%231%25%3F/%C3%A9%3Ax.yaml");
    assert_eq!(uri("/tmp/a b.yaml"), "file:///tmp/a%20b.yaml");
    assert_eq!(uri("C:/specs/a.yaml"), "file:///C:/specs/a.yaml");
}

#[test]
fn nothing_found_is_a_run_without_results() {
    assert_eq!(run("a", &[])["results"], json!([]));
}
