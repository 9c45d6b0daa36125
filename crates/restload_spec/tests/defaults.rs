//! What a resource takes from `defaults`, and where it came from.

#![expect(clippy::unwrap_used, reason = "a test whose spec cannot be read fails")]

use restload_diag::Source;
use restload_spec::spec::{Nested, PaginatorKind, Resource, WriteDisposition};
use restload_spec::{Resolved, read_spec, resolve_resources};

const HEAD: &str = "{version: 1, name: a, client: {base_url: 'https://a.example'}, ";

/// Reads a spec with these defaults and resources.
fn resources(defaults: &str, resources: &str) -> Vec<Resolved> {
    let text = format!("{HEAD}defaults: {defaults}, resources: {resources}}}");
    let reading = read_spec(Source::new("a.yaml", text.clone()), None);
    assert_eq!(reading.diagnostics, [], "{text}");
    resolve_resources(&reading.document).unwrap()
}

fn resource(defaults: &str, resource: &str) -> Resolved {
    resources(defaults, &format!("{{notes: {resource}}}")).pop().unwrap()
}

fn json(map: &serde_json::Map<String, serde_json::Value>) -> String {
    serde_json::to_string(map).unwrap()
}

#[test]
fn maps_merge_key_by_key_and_the_resource_wins() {
    let notes = resource(
        "{params: {lang: en, page: 1, kind: [a]}, headers: {A: x}, add: {from: here}, columns: {id: int64, at: date}}",
        "{path: n, params: {page: 2, extra: true, kind: null}, add: {id: '{{row.id}}'}, columns: {at: {type: timestamp}}}",
    );
    let Resource { params, headers, add, columns, .. } = &notes.resource;
    assert_eq!(json(params), r#"{"lang":"en","page":2,"extra":true}"#);
    assert_eq!(json(headers), r#"{"A":"x"}"#);
    assert_eq!(json(add), r#"{"from":"here","id":"{{row.id}}"}"#);
    let columns: Vec<_> =
        columns.iter().map(|(name, column)| (name.as_str(), column.kind.as_str())).collect();
    assert_eq!(columns, [("id", "int64"), ("at", "timestamp")]);
}

#[test]
fn everything_else_is_replaced() {
    let notes = resource(
        "{paginator: {type: cursor, next: a, size: 5}, primary_key: id, nested: json, drop: [a, b]}",
        "{path: n, paginator: header_link, drop: [c]}",
    );
    let paginator = notes.resource.paginator.unwrap();
    assert!(matches!(paginator.kind, PaginatorKind::HeaderLink(_)));
    assert_eq!(paginator.paging.size, None);
    assert_eq!(notes.resource.primary_key.unwrap(), ["id"]);
    assert_eq!(notes.resource.nested, Some(Nested::Json));
    assert_eq!(notes.resource.drop.unwrap(), ["c"]);
}

#[test]
fn an_explicit_null_resets() {
    let notes = resource(
        "{paginator: header_link, primary_key: id, params: {a: 1}, columns: {x: date, y: date}}",
        "{path: n, paginator: null, primary_key: null, params: null, columns: {x: null}}",
    );
    assert_eq!(notes.resource.paginator, None);
    assert_eq!(notes.resource.primary_key, None);
    assert!(notes.resource.params.is_empty());
    assert_eq!(notes.resource.columns.keys().collect::<Vec<_>>(), ["y"]);
}

#[test]
fn a_null_in_a_body_resets_a_default_and_is_sent_where_there_is_none() {
    let notes = resource(
        "{json: {page: 1, since: null}}",
        "{path: n, json: {page: null, until: null, deep: {x: null}}}",
    );
    assert_eq!(notes.resource.json.unwrap().to_string(), r#"{"since":null,"until":null,"deep":{"x":null}}"#);
    let list = resource("{json: {page: 1}}", "{path: n, json: [1, null]}");
    assert_eq!(list.resource.json.unwrap().to_string(), "[1,null]");
}

#[test]
fn a_table_that_is_null_is_told_from_one_that_is_not_said() {
    let [none, null, named] =
        &resources("{}", "{a: {path: a}, b: {path: b, table: null}, c: {path: c, table: t}}")[..]
    else {
        panic!("three resources")
    };
    assert_eq!(none.resource.table, None);
    assert_eq!(null.resource.table, Some(None));
    assert_eq!(named.resource.table, Some(Some("t".into())));
}

#[test]
fn a_resource_without_a_path_takes_only_what_is_about_its_rows() {
    let defaults = "{params: {a: 1}, headers: {b: c}, paginator: header_link, auth: none, add: {x: y}, data_selector: d,
        primary_key: id, columns: {id: int64}, nested: json, write_disposition: replace, drop: [z], total: t}";
    let notes = resources(defaults, "{lists: {path: l}, notes: {parent: lists}}").pop().unwrap();
    let expected = Resource {
        parent: notes.resource.parent.clone(),
        primary_key: Some(vec!["id".into()]),
        columns: notes.resource.columns.clone(),
        nested: Some(Nested::Json),
        write_disposition: Some(WriteDisposition::Replace),
        ..Resource::default()
    };
    assert_eq!(notes.resource, expected);
    assert_eq!(notes.resource.parent.unwrap().resource, "lists");
    assert_eq!(notes.resource.columns.len(), 1);
}

#[test]
fn each_part_knows_where_it_is_written() {
    let notes = resource(
        "{params: {lang: en, page: 1}, headers: {A: x}, paginator: {type: cursor, next: a}, primary_key: id}",
        "{path: n, params: {page: 2, lang: en}, headers: {B: y}, primary_key: [id]}",
    );
    let at = |path: &[&str]| notes.pointer(path).to_string();
    assert_eq!(notes.at().to_string(), "/resources/notes");
    assert_eq!(at(&[]), "/resources/notes");
    assert_eq!(at(&["path"]), "/resources/notes/path");
    assert_eq!(at(&["primary_key", "0"]), "/resources/notes/primary_key/0");
    assert_eq!(at(&["paginator"]), "/defaults/paginator");
    assert_eq!(at(&["paginator", "next"]), "/defaults/paginator/next");
    assert_eq!(at(&["params"]), "/resources/notes/params");
    assert_eq!(at(&["params", "lang"]), "/resources/notes/params/lang");
    assert_eq!(at(&["headers", "A"]), "/defaults/headers/A");
    assert_eq!(at(&["headers", "B"]), "/resources/notes/headers/B");
    assert_eq!(at(&["total"]), "/resources/notes/total");
}

#[test]
fn resources_stand_in_the_order_of_the_text() {
    let names: Vec<String> = resources("{}", "{z: {path: z}, a: {path: a}, m: {path: m}}")
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(names, ["z", "a", "m"]);
}
