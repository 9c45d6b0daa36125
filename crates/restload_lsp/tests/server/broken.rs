//! Completion in texts that cannot be read as YAML, as they are most of the time while they are written.

use serde_json::json;

use crate::client::{Client, Marked, byte};
use crate::completion::{labels, taken};
use crate::{AUTHORS, SHELF};

#[track_caller]
fn offers(more: &str, label: &str) {
    let labels = labels(more);
    assert!(labels.iter().any(|known| known == label), "no `{label}` in {labels:?} at {more}");
}

#[test]
fn a_key_that_is_being_typed_is_completed() {
    offers("  books:\n    path: books\n    pag▮\n", "paginator");
    offers("  books:\n    path: books\n    pag▮\n    transform: .\n  more: {path: x}\n", "paginator");
    offers("  books: {path: books, pag▮\n  more: {path: x}\n", "paginator");
    offers("  books:\n    paginator:\n      type: cursor\n      ne▮\n    path: x\n", "next");
    offers("inp▮\n", "lint");
    assert_eq!(
        taken("  books:\n    path: x\n    pag▮\n", "paginator"),
        "  books:\n    path: x\n    paginator: $0\n"
    );
}

#[test]
fn a_value_with_nothing_behind_its_key_is_completed() {
    offers("  books:\n    paginator: ▮\n    path: x\n", "header_link");
    offers("  books:\n    paginator:▮\n    path: x\n", "header_link");
    offers("  books:\n    paginator:\n      ▮\n    path: x\n", "type");
    offers("  books:\n    paginator: {▮\n    path: x\n", "type");
    offers("  books:\n    paginator: {type: ▮\n    path: x\n", "cursor");
    offers("  books: {path: x, paginator: ▮", "cursor");
}

#[test]
fn an_open_hole_is_completed_with_and_without_quotes() {
    for hole in ["\"x/{{parent.▮", "'x/{{parent.▮", "x/{{parent.▮", "{{parent.▮", "\"{{lower (upper parent.▮"]
    {
        offers(&format!("  books:\n    parent: authors\n    path: {hole}\n    paginator: offset\n"), "name");
        offers(&format!("  books: {{parent: authors, path: {hole}\n  more: {{path: x}}\n"), "name");
    }
    offers("  books:\n    parent: authors\n    path: \"{{▮\n", "parent");
    offers("  books:\n    parent: authors\n    path: \"{{}}/{{▮\n", "parent");
    offers("  books:\n    parent: authors\n    path: x\n    body: |\n      id={{parent.▮\n", "name");
}

#[test]
fn what_was_known_before_is_used_while_the_text_is_broken_in_two_places() {
    let mut client = Client::start();
    client.write("samples/shelf/authors.json", AUTHORS);
    let good = format!("{SHELF}  books:\n    parent: authors\n    path: x\n");
    client.open("shelf.yaml", &good);
    client.diagnostics("shelf.yaml");
    let marked = Marked::new(&format!("{good}    add: {{x: \"{{{{parent.▮\n  third: [\n"));
    client.change("shelf.yaml", json!([{"text": marked.text}]));
    let found = client.ask_at("textDocument/completion", "shelf.yaml", &marked.places[0]);
    assert!(found.as_array().unwrap().iter().any(|item| item["label"] == "name"), "{found}");
    let hover = client.ask_at("textDocument/hover", "shelf.yaml", &json!({"line": 0, "character": 2}));
    assert!(hover.is_null(), "places of an earlier text are not those of this one: {hover}");
}

/// Types a resource letter by letter, and asks at each.
#[test]
fn a_spec_can_be_typed_letter_by_letter() {
    let mut client = Client::start();
    client.write("samples/shelf/authors.json", AUTHORS);
    client.open("shelf.yaml", SHELF);
    let mut text = SHELF.to_owned();
    let typed = "  books:\n    parent: authors\n    path: \"authors/{{parent.id}}/é\"\n    paginator: {type: cursor, next: meta.next}\n    add:\n      who: '{{parent.name}}'\n    primary_key: [id, who]\n";
    let mut answered = 0;
    for letter in typed.chars() {
        let at = crate::client::position(&text, text.len());
        text.push(letter);
        client.change("shelf.yaml", json!([{"range": {"start": at, "end": at}, "text": letter.to_string()}]));
        let caret = crate::client::position(&text, text.len());
        let found = client.ask_at("textDocument/completion", "shelf.yaml", &caret);
        for item in found.as_array().into_iter().flatten() {
            let range = &item["textEdit"]["range"];
            assert_eq!(byte(&text, &range["end"]), text.len(), "{item}");
            assert_eq!(range["start"]["line"], caret["line"], "{item}");
            answered += 1;
        }
    }
    assert!(answered > 500, "{answered}");
    assert!(client.diagnostics("shelf.yaml").iter().all(|one| one["severity"] != 1));
}
