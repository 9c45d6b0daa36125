//! What lint says, as an editor shows it.

use serde_json::{Value, json};

use crate::client::{Client, at_range, byte, position};
use crate::{SHELF, shelf};

fn rules(found: &[Value]) -> Vec<&str> {
    found.iter().map(|one| one["code"].as_str().unwrap()).collect()
}

#[test]
fn findings_have_their_place_weight_rule_and_help() {
    let (mut client, marked) = shelf("  books: {path: books, paginaton: offset}\n");
    let found = client.diagnostics("shelf.yaml");
    let one = found.iter().find(|one| one["code"] == "unknown-key").unwrap();
    assert_eq!(at_range(&marked.text, &one["range"]), "paginaton");
    assert_eq!((&one["severity"], &one["source"]), (&json!(1), &json!("restload")));
    assert!(
        one["message"].as_str().unwrap().contains("\nhelp: ")
            && one["message"].as_str().unwrap().contains("`paginator`"),
        "{one}"
    );
    assert!(found.iter().any(|one| one["severity"] == 3 || one["severity"] == 2), "{found:?}");
}

#[test]
fn further_places_are_told_to_an_editor_that_shows_them() {
    let twice = "  books: {path: books, paginator: offset, path: again}\n";
    let (mut client, marked) = shelf(twice);
    let found = client.diagnostics("shelf.yaml");
    let one = found.iter().find(|one| one["code"] == "duplicate-key").unwrap();
    let related = &one["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], json!(client.uri("shelf.yaml")));
    assert_eq!(at_range(&marked.text, &related["location"]["range"]), "path");
    let mut client = Client::start_with(json!({}));
    client.open("shelf.yaml", &format!("{SHELF}{twice}"));
    assert!(client.diagnostics("shelf.yaml").iter().all(|one| one.get("relatedInformation").is_none()));
}

#[test]
fn the_text_of_the_editor_counts_and_not_that_of_the_disk() {
    let (mut client, marked) = shelf("");
    client.write("shelf.yaml", "version: 1\nresources: [\n");
    assert!(client.diagnostics("shelf.yaml").iter().all(|one| one["severity"] != 1));
    let at = marked.text.find("path: authors").unwrap();
    let range = json!({"start": position(&marked.text, at), "end": position(&marked.text, at + 4)});
    client.change("shelf.yaml", json!([{"range": range, "text": "paht"}]));
    assert!(rules(&client.diagnostics("shelf.yaml")).contains(&"unknown-key"));
}

#[test]
fn samples_are_read_from_beside_the_file() {
    let (mut client, marked) = shelf("");
    assert!(!rules(&client.diagnostics("shelf.yaml")).contains(&"selector-misses-sample"));
    let missed = marked.text.replace("data.items", "data.rows");
    client.change("shelf.yaml", json!([{"text": missed}]));
    assert!(rules(&client.diagnostics("shelf.yaml")).contains(&"selector-misses-sample"));
    client.write("samples/shelf/authors.json", r#"{"data": {"rows": [{"id": 1}]}, "meta": {"next": null}}"#);
    let before = client.published.len();
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": []}));
    client.settle();
    let newest = client.published.last().unwrap()["diagnostics"].as_array().unwrap().clone();
    assert_eq!(client.published.len(), before + 1);
    assert!(!rules(&newest).contains(&"selector-misses-sample"));
}

#[test]
fn of_versions_in_a_row_the_last_is_shown_and_none_twice() {
    let (mut client, marked) = shelf("");
    client.diagnostics("shelf.yaml");
    let before = client.published.len();
    for n in 0..50 {
        client.change("shelf.yaml", json!([{"text": format!("{}# {n}\n", marked.text)}]));
    }
    client.diagnostics("shelf.yaml");
    client.settle();
    let at = json!({"line": 0, "character": 1});
    client.ask_at("textDocument/hover", "shelf.yaml", &at);
    client.settle();
    let versions: Vec<_> =
        client.published[before..].iter().map(|one| one["version"].as_i64().unwrap()).collect();
    assert!(versions.len() < 25, "{versions:?}");
    assert!(versions.windows(2).all(|pair| pair[0] < pair[1]), "{versions:?}");
}

#[test]
fn what_is_closed_or_is_no_spec_any_more_is_cleared() {
    let (mut client, _) = shelf("  books: {paht: x}\n");
    assert!(!client.diagnostics("shelf.yaml").is_empty());
    client.change("shelf.yaml", json!([{"text": "services: {}\n"}]));
    assert_eq!(client.diagnostics("shelf.yaml"), Vec::<Value>::new());
    client.change("shelf.yaml", json!([{"text": format!("{SHELF}  books: {{paht: x}}\n")}]));
    assert!(!client.diagnostics("shelf.yaml").is_empty());
    let uri = client.uri("shelf.yaml");
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    client.settle();
    assert_eq!(client.published.last().unwrap()["diagnostics"], json!([]));
}

#[test]
fn a_text_without_a_file_is_linted_too() {
    let mut client = Client::start();
    let document = json!({"uri": "untitled:Untitled-1", "languageId": "yaml", "version": 1, "text": SHELF});
    client.notify("textDocument/didOpen", json!({"textDocument": document}));
    client.settle();
    let found = client.published[0]["diagnostics"].as_array().unwrap();
    assert!(found.iter().all(|one| one["severity"] != 1), "{found:?}");
}

#[test]
fn places_are_right_behind_characters_of_several_bytes() {
    let more = "  bücher: {path: \"𝄞é\", paginaton: offset}\n";
    let (mut client, marked) = shelf(more);
    let found = client.diagnostics("shelf.yaml");
    let one = found.iter().find(|one| one["code"] == "unknown-key").unwrap();
    assert_eq!(at_range(&marked.text, &one["range"]), "paginaton");
    let mut utf8 = Client::start_with(json!({"general": {"positionEncodings": ["utf-8"]}}));
    utf8.open("shelf.yaml", &marked.text);
    let found = utf8.diagnostics("shelf.yaml");
    let one = found.iter().find(|one| one["code"] == "unknown-key").unwrap();
    let line_start = marked.text.find(more).unwrap();
    let expected = marked.text.find("paginaton").unwrap() - line_start;
    assert_eq!(one["range"]["start"]["character"], json!(expected));
    assert_ne!(byte(&marked.text, &one["range"]["start"]), marked.text.find("paginaton").unwrap());
}
