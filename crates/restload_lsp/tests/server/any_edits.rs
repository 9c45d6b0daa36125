//! Whatever is typed, the server has the editor's text and goes on.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::client::{Client, position};
use crate::{AUTHORS, SHELF};

const BASE: &str = "  books:\n    parent: authors\n    path: \"a/{{parent.id}}/𝄞\"\n    body: |\n      {{row.é}}\n    add: {x: *y}\n";

fn letters() -> impl Strategy<Value = String> {
    "(a|é|𝄞|: |\n|\r\n|  |- |\\{|\\}|\\[|\"|'|\\||#|\\{\\{|\\}\\}|&y |\\*y|parent\\.|\t|\\\\|\u{0}|\u{feff}){0,5}"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_edits_leave_the_server_alive_with_the_text_of_the_editor(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..12, letters()), 1..20),
    ) {
        let mut client = Client::start();
        client.write("samples/shelf/authors.json", AUTHORS);
        let mut text = format!("{SHELF}{BASE}");
        client.open("shelf.yaml", &text);
        for (at, length, with) in edits {
            // Half of the edits are near the end, where the resource is.
            let at = if length % 2 == 0 { at.index(text.len() + 1) } else { text.len() - at.index(BASE.len().min(text.len()) + 1) };
            let start = text.floor_char_boundary(at);
            let mut end = text.ceil_char_boundary((start + length).min(text.len()));
            let mut start = start;
            // No editor has a caret between the two characters that end a line.
            let splits = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
            if splits(start) { start -= 1; }
            if splits(end) { end += 1; }
            let range = json!({"start": place(&text, start), "end": place(&text, end)});
            text.replace_range(start..end, &with);
            client.change("shelf.yaml", json!([{"range": range, "text": with}]));
            let caret = place(&text, start);
            for method in ["completion", "hover", "definition", "references"] {
                client.ask_at(&format!("textDocument/{method}"), "shelf.yaml", &caret);
            }
            let uri = client.uri("shelf.yaml");
            let whole = json!({"textDocument": {"uri": uri}});
            let actions = json!({"textDocument": {"uri": uri}, "range": {"start": caret, "end": caret}, "context": {"diagnostics": []}});
            for (method, params) in [("formatting", &whole), ("documentSymbol", &whole), ("codeAction", &actions)] {
                let answer = client.request(&format!("textDocument/{method}"), params.clone());
                prop_assert!(answer.as_ref().map_or_else(|error| error.code == -32803, |_| true), "{answer:?}");
            }
        }
        if text.contains("version:") && text.contains("resources:") {
            // The same text, opened anew, is found fault with in the same way.
            client.change("shelf.yaml", json!([]));
            let edited = client.diagnostics("shelf.yaml");
            let mut other = Client::start();
            other.write("samples/shelf/authors.json", AUTHORS);
            other.open("shelf.yaml", &text);
            let opened = if is_spec(&text) { other.diagnostics("shelf.yaml") } else { edited.clone() };
            prop_assert_eq!(without_uris(&edited), without_uris(&opened));
        }
        client.request("shutdown", Value::Null).unwrap();
        prop_assert_eq!(client.end(), 0);
    }
}

fn is_spec(text: &str) -> bool {
    ["version:", "resources:"]
        .iter()
        .all(|key| text.trim_start_matches('\u{feff}').lines().any(|line| line.starts_with(key)))
}

/// The place of a byte where a line ends with `\r` too.
fn place(text: &str, byte: usize) -> Value {
    let joined: String = {
        let mut before = text[..byte].replace("\r\n", "\n");
        before = before.replace('\r', "\n");
        before
    };
    position(&joined, joined.len())
}

/// The folders of two servers are not the same.
fn without_uris(found: &[Value]) -> Vec<Value> {
    let mut found = found.to_vec();
    for one in &mut found {
        let related = one.get_mut("relatedInformation").and_then(Value::as_array_mut);
        for place in related.into_iter().flatten() {
            place["location"]["uri"] = Value::Null;
        }
    }
    found
}
