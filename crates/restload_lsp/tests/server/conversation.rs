//! How a conversation begins, goes on and ends.

use serde_json::{Value, json};

use crate::client::Client;

#[test]
fn nothing_is_answered_before_the_editor_introduced_itself_nor_after_the_end() {
    let mut client = Client::fresh();
    assert_eq!(client.request("textDocument/hover", json!({})).unwrap_err().code, -32002);
    client.request("initialize", json!({"capabilities": {}})).unwrap();
    assert_eq!(client.request("initialize", json!({"capabilities": {}})).unwrap_err().code, -32600);
    assert_eq!(client.request("textDocument/unheardOf", json!({})).unwrap_err().code, -32601);
    assert_eq!(client.request("textDocument/hover", json!({"position": 1})).unwrap_err().code, -32602);
    assert_eq!(client.request("shutdown", Value::Null).unwrap(), Value::Null);
    assert_eq!(client.request("textDocument/hover", json!({})).unwrap_err().code, -32600);
    assert_eq!(client.end(), 0);
}

#[test]
fn who_leaves_without_asking_leaves_an_exit_code() {
    assert_eq!(Client::start().end(), 1);
}

#[test]
fn what_is_offered_fits_what_the_editor_can_do() {
    let client = Client::start();
    assert_eq!(client.offered["positionEncoding"], "utf-16");
    assert_eq!(client.offered["textDocumentSync"], json!({"openClose": true, "change": 2}));
    for what in ["hover", "definition", "references", "documentSymbol", "documentFormatting"] {
        assert_eq!(client.offered[format!("{what}Provider")], true, "{what}");
    }
    let utf8 = Client::start_with(json!({"general": {"positionEncodings": ["utf-8", "utf-16"]}}));
    assert_eq!(utf8.offered["positionEncoding"], "utf-8");
}

#[test]
fn an_editor_that_watches_files_is_asked_to_watch_the_samples() {
    let watches = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let mut client = Client::start_with(watches);
    client.settle();
    let asked = &client.published[0];
    assert_eq!(asked["asked"], "client/registerCapability");
    assert!(asked["params"].to_string().contains("**/samples/**/*.json"), "{asked}");
}

#[test]
fn other_files_get_nothing() {
    let mut client = Client::start();
    client.open("compose.yaml", "services:\n  resources: {}\nversion: \"3\"\n");
    let at = json!({"line": 0, "character": 1});
    for method in ["hover", "definition", "references", "completion"] {
        assert_eq!(client.ask_at(&format!("textDocument/{method}"), "compose.yaml", &at), Value::Null);
    }
    let document = json!({"textDocument": {"uri": client.uri("compose.yaml")}});
    assert_eq!(client.request("textDocument/formatting", document.clone()).unwrap(), Value::Null);
    assert_eq!(client.request("textDocument/documentSymbol", document).unwrap(), Value::Null);
    client.settle();
    assert_eq!(client.published, Vec::<Value>::new());
    assert_eq!(client.ask_at("textDocument/hover", "never-opened.yaml", &at), Value::Null);
}
