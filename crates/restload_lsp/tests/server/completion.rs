//! What may be written at a place.

use serde_json::{Value, json};

use crate::client::{Client, Marked, edited};
use crate::{AUTHORS, SHELF, shelf};

/// What is offered at the mark.
pub(crate) fn offered(more: &str) -> (Vec<Value>, String) {
    let (mut client, marked) = shelf(more);
    let found = client.ask_at("textDocument/completion", "shelf.yaml", &marked.places[0]);
    (found.as_array().cloned().unwrap_or_default(), marked.text)
}

pub(crate) fn labels(more: &str) -> Vec<String> {
    offered(more).0.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

/// The resources below the head once an item is taken.
#[track_caller]
pub(crate) fn taken(more: &str, label: &str) -> String {
    let (items, text) = offered(more);
    let item = items.iter().find(|item| item["label"] == label);
    let item = item.unwrap_or_else(|| panic!("no `{label}` in {items:?}"));
    let mut edits = vec![item["textEdit"].clone()];
    edits.extend(item["additionalTextEdits"].as_array().into_iter().flatten().cloned());
    edited(&text, &Value::from(edits))[SHELF.len()..].to_owned()
}

fn item(more: &str, label: &str) -> Value {
    let (items, _) = offered(more);
    items
        .iter()
        .find(|item| item["label"] == label)
        .unwrap_or_else(|| panic!("no `{label}` in {items:?}"))
        .clone()
}

#[test]
fn keys_are_those_that_are_valid_and_not_there_with_their_documentation() {
    let more = "  books:\n    path: books\n    ▮\n    transform: .\n";
    let keys = labels(more);
    assert!(keys.contains(&"paginator".to_owned()) && keys.contains(&"parent".to_owned()), "{keys:?}");
    for other in ["path", "transform", "base_url", "version", "type"] {
        assert!(!keys.contains(&other.to_owned()), "{other}");
    }
    let one = item(more, "paginator");
    assert!(one["documentation"]["value"].as_str().unwrap().contains("How the next page"), "{one}");
    assert_eq!(one["insertTextFormat"], 2);
    assert_eq!(
        taken(more, "primary_key"),
        "  books:\n    path: books\n    primary_key: $0\n    transform: .\n"
    );
    assert_eq!(taken("  books:\n    ▮\n", "params"), "  books:\n    params:\n  $0\n");
}

#[test]
fn a_key_that_has_its_colon_is_replaced_alone() {
    assert_eq!(taken("  books:\n    pa▮th: books\n", "parent"), "  books:\n    parent: books\n");
    assert_eq!(taken("  books: {pa▮th: books}\n", "parent"), "  books: {parent: books}\n");
}

#[test]
fn a_kind_is_offered_short_or_with_what_it_needs() {
    let more = "  books:\n    path: books\n    paginator: ▮\n";
    let kinds = labels(more);
    for kind in ["single_page", "page_number", "offset", "cursor", "header_link", "json_link"] {
        assert!(kinds.contains(&kind.to_owned()), "{kinds:?}");
    }
    assert!(taken(more, "offset").ends_with("paginator: offset\n"));
    assert!(taken(more, "cursor").ends_with("paginator: {type: cursor, next: $1}\n"));
    assert!(!item(more, "cursor")["documentation"]["value"].as_str().unwrap().is_empty());
    assert!(taken("  books:\n    paginator:▮\n", "offset").ends_with("paginator: offset\n"));
}

#[test]
fn within_a_kind_its_own_keys_are_offered() {
    let cursor = labels("  books:\n    paginator:\n      type: cursor\n      ▮\n");
    assert!(cursor.contains(&"next".to_owned()) && !cursor.contains(&"rel".to_owned()), "{cursor:?}");
    let link = labels("  books: {path: b, paginator: {type: header_link, ▮}}\n");
    assert!(link.contains(&"rel".to_owned()) && !link.contains(&"next".to_owned()), "{link:?}");
    let unsaid = labels("  books: {path: b, paginator: {▮}}\n");
    assert_eq!(unsaid[0], "type");
    assert!(unsaid.contains(&"size".to_owned()) && !unsaid.contains(&"next".to_owned()), "{unsaid:?}");
    let types = labels("  books: {path: b, paginator: {type: cur▮sor, next: x}}\n");
    assert!(types.contains(&"offset".to_owned()), "{types:?}");
    assert!(taken("  books:\n    paginator:\n      type: ▮\n", "cursor").ends_with("type: cursor\n"));
}

#[test]
fn words_of_the_language_are_offered() {
    assert_eq!(labels("  books: {method: ▮}\n"), ["GET", "POST", "PUT", "PATCH"]);
    assert_eq!(labels("  books: {path: b, nested: ▮}\n"), ["keep", "json"]);
    assert!(labels("  books: {write_disposition: ▮}\n").contains(&"{append: …}".to_owned()));
    assert_eq!(
        taken("  books: {write_disposition: ▮}\n", "{append: …}"),
        "  books: {write_disposition: {append: ${1:snapshots}}}\n"
    );
    assert_eq!(taken("  books: {total: ▮}\n", "{header: …}"), "  books: {total: {header: $1}}\n");
    let types = labels("  books: {columns: {a: ▮}}\n");
    assert!(
        types.contains(&"timestamp".to_owned()) && types.contains(&"decimal(18,2)".to_owned()),
        "{types:?}"
    );
    assert_eq!(
        taken("  books: {columns: {a: ▮}}\n", "decimal(18,2)"),
        "  books: {columns: {a: \"decimal(18,2)\"}}\n"
    );
}

#[test]
fn parents_are_other_resources_that_do_not_hang_on_this_one() {
    let more = "  books: {parent: ▮}\n  pages: {parent: books}\n";
    assert_eq!(labels(more), ["authors", "{resource: …}"]);
    assert_eq!(item(more, "authors")["detail"], "authors");
    assert_eq!(labels("  books: {parent: {resource: ▮}}\n"), ["authors"]);
}

#[test]
fn a_hole_begins_with_the_scopes_that_are_known_there() {
    let child = labels("  books: {parent: authors, path: \"x/{{▮\"}\n");
    for scope in ["inputs", "parent", "resources", "run", "inputs.region", "date"] {
        assert!(child.contains(&scope.to_owned()), "{scope}: {child:?}");
    }
    assert!(!child.contains(&"row".to_owned()) && !child.contains(&"each".to_owned()), "{child:?}");
    let alone = labels("  books: {path: \"x/{{▮\"}\n");
    assert!(!alone.contains(&"parent".to_owned()), "{alone:?}");
    assert!(labels("  books: {path: b, add: {x: \"{{▮}}\"}}\n").contains(&"row".to_owned()));
    assert!(
        labels("  books: {parent: {resource: authors, batch: 5}, path: \"{{▮\"}\n")
            .contains(&"batch".to_owned())
    );
    assert!(labels("  books: {for_each: {x: [1]}, path: \"{{▮\"}\n").contains(&"each".to_owned()));
    let argument = labels("  books: {parent: authors, path: \"{{lower ▮}}\"}\n");
    assert!(
        argument.contains(&"parent".to_owned()) && !argument.contains(&"date".to_owned()),
        "{argument:?}"
    );
}

#[test]
fn fields_of_the_parent_come_from_its_sample_with_values() {
    let more = "  books: {parent: authors, path: \"x/{{parent.▮}}\"}\n";
    assert_eq!(labels(more), ["id", "name", "home", "api_token", "odd name"]);
    assert_eq!(item(more, "id")["detail"], "7");
    assert_eq!(item(more, "api_token")["detail"], "\"***\"");
    assert_eq!(taken(more, "name"), "  books: {parent: authors, path: \"x/{{parent.name}}\"}\n");
    assert_eq!(taken(more, "odd name"), "  books: {parent: authors, path: \"x/{{parent.[odd name]}}\"}\n");
    assert_eq!(labels("  books: {parent: authors, path: \"{{parent.home.▮}}\"}\n"), ["city"]);
    assert_eq!(labels("  books: {parent: authors, path: \"{{resources.▮}}\"}\n"), ["authors"]);
    assert_eq!(labels("  books: {parent: authors, path: \"{{resources.authors.home.c▮}}\"}\n"), ["city"]);
    assert_eq!(labels("  books: {for_each: {x: [1], y: [2]}, path: \"{{each.▮}}\"}\n"), ["x", "y"]);
    assert_eq!(labels("  books: {path: \"{{run.▮}}\"}\n"), ["id", "started_at"]);
    assert_eq!(labels("  books: {path: \"{{inputs.▮}}\"}\n"), ["api_key", "region"]);
    assert_eq!(
        labels("  books: {path: \"{{date run.started_at '▮'}}\"}\n"),
        ["iso", "date", "unix", "unix_ms"]
    );
}

#[test]
fn a_hole_that_is_not_closed_is_closed_and_quoted() {
    assert_eq!(
        taken("  books:\n    path: \"x/{{inputs.re▮\n", "region"),
        "  books:\n    path: \"x/{{inputs.region}}\n"
    );
    assert_eq!(
        taken("  books:\n    path: x/{{inputs.re▮\n", "region"),
        "  books:\n    path: x/{{inputs.region}}\n"
    );
    assert_eq!(
        taken("  books:\n    path: {{inputs.re▮\n", "region"),
        "  books:\n    path: \"{{inputs.region}}\"\n"
    );
    assert_eq!(
        taken("  books:\n    path: {{re▮\n", "inputs.region"),
        "  books:\n    path: \"{{inputs.region}}\"\n"
    );
    assert_eq!(
        taken("  books:\n    path: {{inputs.▮}}\n", "region"),
        "  books:\n    path: \"{{inputs.region}}\"\n"
    );
    let deep = taken("  books:\n    path: \"{{lower (upper inputs.▮\n", "region");
    assert_eq!(deep, "  books:\n    path: \"{{lower (upper inputs.region)}}\n");
    let more = taken("  books:\n    path: \"{{default inputs.▮\n", "region");
    assert_eq!(more, "  books:\n    path: \"{{default inputs.region\n");
    assert_eq!(
        taken("  books:\n    path: \"{{{inputs.▮\n", "region"),
        "  books:\n    path: \"{{{inputs.region}}}\n"
    );
    assert_eq!(
        taken("  books:\n    path: \"{{in▮puts.region}}\"\n", "run"),
        "  books:\n    path: \"{{run..region}}\"\n"
    );
}

#[test]
fn paths_and_columns_come_from_the_sample() {
    let with = |key: &str| {
        let mut client = Client::start();
        client.write("samples/shelf/authors.json", AUTHORS);
        let marked = Marked::new(&SHELF.replace("    primary_key: id\n", &format!("    {key}\n")));
        client.open("shelf.yaml", &marked.text);
        let found = client.ask_at("textDocument/completion", "shelf.yaml", &marked.places[0]);
        let labels = found.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned());
        labels.collect::<Vec<_>>()
    };
    assert_eq!(with("primary_key: ▮"), ["id", "name", "api_token", "odd name"]);
    assert_eq!(with("primary_key: [id, ▮]"), ["id", "name", "api_token", "odd name"]);
    assert_eq!(with("total: ▮"), ["meta.total", "{header: …}", "{row: …}"]);
    assert_eq!(with("total: {row: ▮}")[..4], ["id", "name", "home", "home.city"]);
    assert_eq!(with("drop: [▮]")[..4], ["id", "name", "home", "home.city"]);
    assert_eq!(with("columns: {▮}"), ["id", "name", "home", "api_token", "odd name"]);
    let more = "  books: {path: b, sample: samples/shelf/authors.json, data_selector: ▮}\n";
    assert_eq!(labels(more), ["data.items", "$"]);
    assert_eq!(item(more, "data.items")["detail"], "2 objects");
}

#[test]
fn whole_parts_are_offered_as_snippets() {
    let resource = taken("  ▮\n", "resource");
    assert_eq!(resource, "  ${1:name}:\n  path: ${2:path}\n  paginator: ${3:single_page}\n");
    assert!(taken("  ▮\n", "child resource").contains("path: \"authors/{{parent.id}}/$3\""));
    let mut client = Client::start();
    client.open("new.yaml", "");
    let found = client.ask_at("textDocument/completion", "new.yaml", &json!({"line": 0, "character": 0}));
    assert!(
        found[0]["textEdit"]["newText"].as_str().unwrap().starts_with("version: 1\nname: new\n"),
        "{found}"
    );
    client.open("other.yaml", "services: {}\n");
    let found = client.ask_at("textDocument/completion", "other.yaml", &json!({"line": 1, "character": 0}));
    assert_eq!(found, Value::Null);
}

#[test]
fn an_editor_without_snippets_gets_text() {
    let mut client = Client::start_with(json!({}));
    let marked = Marked::new(&format!("{SHELF}  books:\n    path: x\n    paginator: ▮\n"));
    client.open("shelf.yaml", &marked.text);
    let found = client.ask_at("textDocument/completion", "shelf.yaml", &marked.places[0]);
    assert!(
        found
            .as_array()
            .unwrap()
            .iter()
            .all(|item| !item["textEdit"]["newText"].as_str().unwrap().contains('$'))
    );
}

#[test]
fn rules_are_offered_where_they_are_allowed() {
    let comment = labels("  # restload: allow(no-▮)\n  books: {path: b}\n");
    assert!(
        comment.contains(&"no-total".to_owned()) && !comment.contains(&"unknown-key".to_owned()),
        "{comment:?}"
    );
    assert_eq!(labels("  # a note ▮\n"), Vec::<String>::new());
    assert!(taken("lint:\n  ▮\n", "no-total").contains("no-total: {level: ${1:allow}, reason: $2}"));
    assert_eq!(labels("lint:\n  no-total: {level: ▮}\n"), ["allow", "note", "warning", "error"]);
}
