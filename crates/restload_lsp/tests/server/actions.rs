//! What can be done about findings.

use serde_json::{Value, json};

use crate::client::{Client, edited, position};
use crate::shelf;

/// What can be done at a place of a text, and the text that each makes.
fn actions(client: &mut Client, text: &str, what: &str, only: Value) -> Vec<(Value, String)> {
    let at = position(text, text.find(what).unwrap());
    let uri = client.uri("shelf.yaml");
    let params = json!({
        "textDocument": {"uri": uri},
        "range": {"start": at, "end": at},
        "context": {"diagnostics": [{"code": 1, "range": {"start": at, "end": at}, "message": "of another"}], "only": only},
    });
    let found = client.request("textDocument/codeAction", params).unwrap();
    let made = |action: &Value| edited(text, &action["edit"]["changes"][&uri]);
    found.as_array().unwrap().iter().map(|action| (action.clone(), made(action))).collect()
}

fn rules(client: &mut Client) -> Vec<String> {
    let found = client.diagnostics("shelf.yaml");
    found.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_finding_is_mended_by_its_fix() {
    let (mut client, marked) = shelf("  books: {path: books, paginaton: offset}\n");
    let found = actions(&mut client, &marked.text, "paginaton", json!(["quickfix"]));
    let (action, made) = &found[0];
    assert_eq!((&action["kind"], &action["isPreferred"]), (&json!("quickfix"), &json!(true)));
    assert_eq!(action["diagnostics"][0]["code"], "unknown-key");
    assert_eq!(*made, marked.text.replace("paginaton", "paginator"));
    client.change("shelf.yaml", json!([{"text": made}]));
    assert!(!rules(&mut client).contains(&"unknown-key".to_owned()));
}

#[test]
fn a_finding_is_allowed_by_a_comment_above_and_the_reason_is_asked_for() {
    let (mut client, marked) = shelf("  books:\n    path: books\n    paginator: offset\n");
    assert!(rules(&mut client).contains(&"no-total".to_owned()), "{:?}", rules(&mut client));
    let found = actions(&mut client, &marked.text, "paginator: offset", Value::Null);
    let (_, made) = found.iter().find(|(action, _)| action["title"] == "allow `no-total` here").unwrap();
    assert!(made.contains("\n    # restload: allow(no-total) \n    paginator: offset\n"), "{made}");
    client.change("shelf.yaml", json!([{"text": made}]));
    let after = rules(&mut client);
    assert!(!after.contains(&"no-total".to_owned()), "{after:?}");
    assert!(after.contains(&"allow-without-reason".to_owned()), "{after:?}");
}

#[test]
fn what_keeps_a_spec_from_running_cannot_be_allowed() {
    let (mut client, marked) = shelf("  books: {path: books, colour: x}\n");
    let found = actions(&mut client, &marked.text, "colour", Value::Null);
    assert!(
        found.iter().all(|(action, _)| !action["title"].as_str().unwrap().starts_with("allow")),
        "{found:?}"
    );
}

#[test]
fn all_that_can_be_mended_is_mended_at_once() {
    let (mut client, marked) =
        shelf("  books: {paht: books, paginaton: offset}\n  more: {paht: x, paginator: offset}\n");
    for only in [json!(["source.fixAll"]), json!(["source"]), Value::Null] {
        let found = actions(&mut client, &marked.text, "version", only.clone());
        let (_, made) = found.iter().find(|(action, _)| action["kind"] == "source.fixAll.restload").unwrap();
        assert_eq!(*made, marked.text.replace("paht", "path").replace("paginaton", "paginator"), "{only}");
    }
    assert_eq!(actions(&mut client, &marked.text, "version", json!(["source.organizeImports"])), []);
    assert_eq!(actions(&mut client, &marked.text, "paht", json!(["refactor"])), []);
}

#[test]
fn where_nothing_is_found_nothing_is_offered() {
    let (mut client, marked) = shelf("");
    assert_eq!(actions(&mut client, &marked.text, "version", Value::Null), []);
}
