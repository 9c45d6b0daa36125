//! Two loads of one table under `{append: snapshots}`, the second with a wider type, a new column and without another:
//! readers that are told nothing but the folder read all of it.

use std::sync::LazyLock;

use restload_api_tests::{Left, Reader, Served, Stage, Table, read, read_alike};
use serde_json::{Value, json};

const FIRST: &str = r#"[
  {"id": 1, "amount": 19, "name": 7, "size": {"w": 1}, "tags": ["x"], "nothing": null, "gone": true, "big": 9007199254740993},
  {"id": 2, "amount": 20, "name": 8, "size": null, "tags": [], "nothing": null, "gone": false, "big": 1}
]"#;
const SECOND: &str = r#"[
  {"id": 1, "amount": 19.99, "name": "b", "size": {"w": 2, "h": 3}, "tags": null, "nothing": null, "big": 0.5, "new": "2024-05-06T07:08:09+02:00"},
  {"id": 3, "amount": -1, "name": "c", "size": {"w": null, "h": 4}, "tags": ["y", "z"], "nothing": null, "big": 2, "new": null}
]"#;

struct Loaded {
    stage: Stage,
    first: Left,
}

static LOADED: LazyLock<Loaded> = LazyLock::new(|| {
    let (stage, api) = (Stage::new(), Served::new());
    let spec = stage.write(
        "shop.yaml",
        "{version: 1, name: shop, client: {base_url: 'https://api.example.com'}, resources: {orders: {path: orders, \
         paginator: single_page, data_selector: $, write_disposition: {append: snapshots}}}}",
    );
    let load = |body: &str| {
        api.put("/orders", body);
        let _ = stage.run(&["run", &spec, "--base-url", &api.origin()]).exited(0);
    };
    load(FIRST);
    let first = Left::read(&stage.folder("shop/orders"));
    load(SECOND);
    Loaded { stage, first }
});

fn see(reader: Reader) -> Option<Table> {
    read(reader, &LOADED.stage.folder("shop/orders"))
}

/// The values of a column in all rows, the first load's first.
fn values(table: &Table, name: &str) -> Value {
    table.column(name).into_iter().cloned().collect()
}

/// Numbers by value: pandas has no integers beside nulls.
fn by_value(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(by_value).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), by_value(value))).collect(),
        Value::Number(number) => json!(number.as_f64()),
        other => other.clone(),
    }
}

#[test]
fn both_loads_have_their_files_in_the_folder() {
    let now = Left::read(&LOADED.stage.folder("shop/orders"));
    assert_eq!((LOADED.first.paths().len(), now.paths().len()), (1, 2));
    let record = LOADED.stage.record("shop");
    assert_eq!(record["tables"]["orders"]["rows"], 4);
    assert_eq!(record["tables"]["orders"]["files"].as_array().unwrap().len(), 2);
}

#[test]
fn duckdb_and_polars_see_one_schema_and_every_value() {
    let Some(table) = read_alike(&LOADED.stage.folder("shop/orders")) else { return };
    for (column, ty, wanted) in [
        ("id", "int64", json!([1, 2, 1, 3])),
        ("amount", "float64", json!([19.0, 20.0, 19.99, -1.0])),
        ("name", "string", json!(["7", "8", "b", "c"])),
        (
            "size",
            "struct<w: int64, h: int64>",
            json!([{"w": 1, "h": null}, null, {"w": 2, "h": 3}, {"w": null, "h": 4}]),
        ),
        ("tags", "list<string>", json!([["x"], [], null, ["y", "z"]])),
        ("nothing", "string", json!([null, null, null, null])),
        ("gone", "boolean", json!([true, false, null, null])),
        ("big", "decimal(17,1)", json!(["9007199254740993.0", "1.0", "0.5", "2.0"])),
        ("new", "timestamp", json!([null, null, "2024-05-06T05:08:09Z", null])),
    ] {
        assert_eq!(table.type_of(column), ty, "{column}");
        assert_eq!(values(&table, column), wanted, "{column}");
    }
}

#[test]
fn pandas_sees_every_value() {
    let Some(table) = see(Reader::Pandas) else { return };
    for (column, wanted) in [
        ("id", json!([1, 2, 1, 3])),
        ("amount", json!([19.0, 20.0, 19.99, -1.0])),
        ("name", json!(["7", "8", "b", "c"])),
        ("size", json!([{"w": 1, "h": null}, null, {"w": 2, "h": 3}, {"w": null, "h": 4}])),
        ("tags", json!([["x"], [], null, ["y", "z"]])),
        ("nothing", json!([null, null, null, null])),
        ("gone", json!([true, false, null, null])),
        ("big", json!(["9007199254740993.0", "1.0", "0.5", "2.0"])),
        ("new", json!([null, null, "2024-05-06T05:08:09Z", null])),
    ] {
        assert_eq!(by_value(&values(&table, column)), by_value(&wanted), "{column}");
    }
}

#[test]
fn rows_tell_their_load_and_new_columns_are_last() {
    let Some(table) = read_alike(&LOADED.stage.folder("shop/orders")) else { return };
    let columns = table.names();
    let before = ["id", "amount", "name", "size", "tags", "nothing", "gone", "big"];
    assert!(
        columns.iter().filter(|name| **name != "_load_id").eq(before.iter().chain(&["new"])),
        "{columns:?}"
    );
    assert_eq!(columns.last(), Some(&"new"));
    let loads = table.column("_load_id");
    assert!(loads[0] == loads[1] && loads[1] != loads[2] && loads[2] == loads[3], "{loads:?}");
    assert_eq!(LOADED.stage.record("shop")["load"], *loads[2]);
}

#[test]
fn the_record_says_what_changed() {
    let record = LOADED.stage.record("shop");
    let changes = record["tables"]["orders"]["changes"].as_array().unwrap();
    let change = |column: &str| {
        let found = changes.iter().find(|change| change["column"] == column);
        found.map_or("none", |change| change["change"].as_str().unwrap())
    };
    for (column, wanted) in [
        ("id", "none"),
        ("amount", "widened"),
        ("name", "widened"),
        ("size", "none"),
        ("size.h", "added"),
        ("big", "widened"),
        ("new", "added"),
    ] {
        assert_eq!(change(column), wanted, "{column}: {changes:?}");
    }
}

#[test]
fn the_record_says_which_column_vanished() {
    let record = LOADED.stage.record("shop");
    let changes = record["tables"]["orders"]["changes"].as_array().unwrap();
    let vanished = changes.iter().filter(|change| change["change"] == "vanished");
    assert!(vanished.map(|change| &change["column"]).eq([&json!("gone")]), "{changes:?}");
}
