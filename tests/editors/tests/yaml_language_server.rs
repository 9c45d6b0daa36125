//! The schema for editors in yaml-language-server, which VS Code, Neovim, Helix and others speak with about YAML.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot speak with the server fails"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use restload_editor_tests::{Client, Marked};
use serde_json::{Value, json};

/// Where editors are told which schema a spec has.
const MODELINE: &str = "# yaml-language-server: $schema=../schema/restload.schema.json\n";

/// The shipped specs' folder. The texts of the tests are opened as if they stood in it.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs").canonicalize().unwrap()
}

/// The server with the folder open; `None`, said on standard error, where it is not there.
fn editor() -> Option<Client> {
    static SAID: Once = Once::new();
    let Some(server) = std::env::var_os("RESTLOAD_YAML_LANGUAGE_SERVER").map(PathBuf::from) else {
        let required = std::env::var("RESTLOAD_REQUIRE_YAML_LANGUAGE_SERVER").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "yaml-language-server is required: RESTLOAD_YAML_LANGUAGE_SERVER says where it is"
        );
        // Not by `eprintln!`, which is shown for failed tests alone.
        SAID.call_once(|| {
            let _ = writeln!(
                io::stderr(),
                "left out: the schema in yaml-language-server (RESTLOAD_YAML_LANGUAGE_SERVER is not set)"
            );
        });
        return None;
    };
    let mut command = Command::new(if is_script(&server) { Path::new("node") } else { &server });
    if is_script(&server) {
        command.arg(&server);
    }
    command.arg("--stdio");
    let offline = json!({"enable": false});
    let settings = json!({"yaml": {
        "validate": true, "hover": true, "completion": true, "schemaStore": offline, "kubernetesCRDStore": offline,
    }});
    let mut client = Client::start(command).expect("the server starts").settings(settings);
    client.initialize(&folder()).expect("the server introduces itself");
    Some(client)
}

fn is_script(server: &Path) -> bool {
    server.extension().is_some_and(|ending| ending == "js" || ending == "cjs")
}

/// A spec whose one resource has these lines.
fn resource(lines: &str) -> String {
    format!(
        "{MODELINE}version: 1\nname: t\nclient: {{base_url: https://t.example}}\nresources:\n  notes:\n    path: notes\n{lines}"
    )
}

/// Opens a text of a test; the caret, if one is in it.
fn open(editor: &mut Client, name: &str, text: &str) -> (PathBuf, Option<Marked>) {
    let file = folder().join(format!("{name}.yaml"));
    let marked = text.contains('▮').then(|| Marked::new(text));
    editor.open(&file, marked.as_ref().map_or(text, |marked| &marked.text)).unwrap();
    (file, marked)
}

/// The labels of what is offered at the caret.
fn offered(editor: &mut Client, name: &str, lines: &str) -> Vec<String> {
    let (file, marked) = open(editor, name, &resource(lines));
    let items = editor.completion(&file, &marked.unwrap()).unwrap();
    items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

/// What is found fault with, as `line: message`, in order.
fn faults(editor: &mut Client, name: &str, text: &str) -> Vec<String> {
    let (file, _) = open(editor, name, text);
    let mut found = editor.diagnostics(&file).unwrap();
    let place = |fault: &Value| {
        let start = &fault["range"]["start"];
        (start["line"].as_u64(), start["character"].as_u64())
    };
    found.sort_by_key(place);
    found.iter().map(|fault| format!("{}: {}", fault["range"]["start"]["line"], fault["message"])).collect()
}

/// The words for the kinds of a tagged definition, from the schema itself.
fn kinds(definition: &str) -> BTreeSet<String> {
    let schema = restload_spec::editor_schema();
    let words = schema["$defs"][definition]["properties"]["type"]["enum"].as_array().unwrap();
    words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_shipped_specs_are_found_right() {
    let Some(mut editor) = editor() else { return };
    let mut count = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with(MODELINE), "{} has no line for editors", file.display());
        editor.open(&file, &text).unwrap();
        assert_eq!(editor.diagnostics(&file).unwrap(), Vec::<Value>::new(), "{}", file.display());
        count += 1;
    }
    assert!(count >= 3);
    assert!(editor.shutdown().unwrap());
}

#[test]
fn all_kinds_of_paging_are_offered_as_a_word_or_as_a_map() {
    let Some(mut editor) = editor() else { return };
    let mut with_null = kinds("Paginator");
    with_null.insert("null".to_owned());
    let offered: BTreeSet<String> = offered(&mut editor, "word", "    paginator: ▮\n").into_iter().collect();
    assert_eq!(offered, with_null);
}

#[test]
fn a_kind_that_needs_more_than_its_word_is_written_as_a_map() {
    let Some(mut editor) = editor() else { return };
    let (file, marked) = open(&mut editor, "map", &resource("    paginator: ▮\n"));
    let items = editor.completion(&file, &marked.unwrap()).unwrap();
    let written = |label: &str| {
        let item = items.iter().find(|item| item["label"] == label).unwrap();
        item["textEdit"]["newText"].as_str().or(item["insertText"].as_str()).unwrap().to_owned()
    };
    assert_eq!(written("cursor"), "\n  type: cursor\n  next: ");
    assert_eq!(written("header_link"), "header_link");
}

#[test]
fn the_kinds_are_offered_under_type() {
    let Some(mut editor) = editor() else { return };
    let paging = offered(&mut editor, "type", "    paginator:\n      type: ▮\n");
    assert_eq!(paging.into_iter().collect::<BTreeSet<_>>(), kinds("Paginator"));
    let auth = offered(&mut editor, "auth", "    auth:\n      type: ▮\n");
    assert_eq!(auth.into_iter().collect::<BTreeSet<_>>(), kinds("Auth"));
}

/// Within braces the server offers nothing before the first letter of a key, whatever the schema.
#[test]
fn only_the_keys_of_the_kind_are_offered() {
    let Some(mut editor) = editor() else { return };
    let keys = |labels: Vec<String>| labels.into_iter().collect::<BTreeSet<_>>();
    let cursor = keys(offered(&mut editor, "cursor", "    paginator: {type: cursor, n▮}\n"));
    assert!(cursor.contains("next") && cursor.contains("param") && cursor.contains("has_more"), "{cursor:?}");
    assert!(!cursor.contains("total_pages") && !cursor.contains("rel"), "{cursor:?}");
    let offset = keys(offered(&mut editor, "offset", "    paginator:\n      type: offset\n      ▮\n"));
    assert!(offset.contains("param") && offset.contains("size") && offset.contains("has_more"), "{offset:?}");
    assert!(!offset.contains("next") && !offset.contains("rel"), "{offset:?}");
    let bearer = keys(offered(&mut editor, "bearer", "    auth:\n      type: bearer\n      ▮\n"));
    assert!(bearer.contains("token") && bearer.contains("scheme"), "{bearer:?}");
    assert!(!bearer.contains("username") && !bearer.contains("api_key"), "{bearer:?}");
}

#[test]
fn nothing_that_is_offered_lacks_a_name() {
    let Some(mut editor) = editor() else { return };
    let places =
        ["    ▮\n", "    paginator: ▮\n", "    params: ▮\n", "    write_disposition: ▮\n", "    auth: ▮\n"];
    for (nth, place) in places.iter().enumerate() {
        let labels = offered(&mut editor, &format!("name-{nth}"), place);
        assert!(!labels.is_empty(), "{place}");
        assert!(!labels.iter().any(|label| label.contains("[object")), "{place}: {labels:?}");
    }
}

#[test]
fn a_key_is_written_with_its_colon_and_without_the_defaults_below_it() {
    let Some(mut editor) = editor() else { return };
    let (file, marked) = open(&mut editor, "whole", &format!("{MODELINE}version: 1\nname: t\n▮\n"));
    let items = editor.completion(&file, &marked.unwrap()).unwrap();
    let written = |label: &str| {
        let item = items.iter().find(|item| item["label"] == label).unwrap();
        item["textEdit"]["newText"].as_str().or(item["insertText"].as_str()).unwrap().to_owned()
    };
    assert_eq!(written("client"), "client:\n  base_url: ");
    assert_eq!(written("defaults").trim_end(), "defaults:");
    let (file, marked) = open(&mut editor, "keys", &resource("    ▮\n"));
    for item in editor.completion(&file, &marked.unwrap()).unwrap() {
        let text = item["textEdit"]["newText"].as_str().or(item["insertText"].as_str()).unwrap();
        let label = item["label"].as_str().unwrap();
        assert!(text.starts_with(&format!("{label}:")), "{label}: {text}");
    }
}

#[test]
fn a_key_is_explained_under_the_pointer() {
    let Some(mut editor) = editor() else { return };
    let mut shown = |name: &str, lines: &str| {
        let (file, marked) = open(&mut editor, name, &resource(lines));
        editor.hover(&file, &marked.unwrap()).unwrap()
    };
    let selector = shown("selector", "    data_se▮lector: data.items\n");
    assert!(selector.contains("Where the rows are: a path into the answer"), "{selector}");
    assert!(selector.contains("Default: `auto`") && selector.contains("data.items"), "{selector}");
    // What the key is for, rather than what the map that it refers to is.
    let paginator = shown("pages", "    pagina▮tor: {type: cursor, next: next}\n");
    assert!(paginator.contains("`auto` finds it out on the first answer"), "{paginator}");
    assert!(paginator.contains("paginator: {type: cursor, next: meta.next_cursor}"), "{paginator}");
    let kind = shown("kind", "    paginator: {ty▮pe: cursor, next: next}\n");
    assert!(kind.contains("`cursor`: Each answer holds the mark of the next."), "{kind}");
    let next = shown("next", "    paginator: {type: cursor, ne▮xt: next}\n");
    assert!(next.contains("Where the answer holds the mark."), "{next}");
}

#[test]
fn a_misspelt_key_is_found() {
    let Some(mut editor) = editor() else { return };
    let found = faults(&mut editor, "t", &resource("    paginaton: header_link\n    total: {headr: a}\n"));
    assert_eq!(found, ["7: \"Property paginaton is not allowed.\"", "8: \"Property headr is not allowed.\""]);
    let found = faults(&mut editor, "u", &resource("    paginator: {type: cursor, next: a, toal: b}\n"));
    assert_eq!(found, ["7: \"Property toal is not allowed.\""]);
}

#[test]
fn a_wrong_kind_is_found_and_the_kinds_are_named() {
    let Some(mut editor) = editor() else { return };
    let found = faults(&mut editor, "t", &resource("    paginator: {type: cursr, next: a}\n"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(kinds("Paginator").iter().all(|kind| found[0].contains(&format!("\\\"{kind}\\\""))), "{found:?}");
    let found = faults(&mut editor, "u", &resource("    paginator: cursr\n"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("header_link") && found[0].starts_with("7: "), "{found:?}");
}

#[test]
fn a_key_that_a_kind_must_have_and_a_value_of_the_wrong_type_are_found() {
    let Some(mut editor) = editor() else { return };
    let found = faults(&mut editor, "t", &resource("    paginator: {type: cursor}\n    drop: id\n"));
    assert_eq!(
        found,
        ["7: \"Missing property \\\"next\\\".\"", "8: \"Incorrect type. Expected one of array, null.\""]
    );
    let found = faults(&mut editor, "u", &resource("    parent: {resource: a, batch: many}\n"));
    assert_eq!(found, ["7: \"Text is taken here only as a template, such as {{inputs.name}}.\""]);
}
