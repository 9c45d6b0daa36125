//! What `specs/affinity.yaml` makes of the samples, against what dlt-source-affinity makes of them.
//!
//! `dlt_tables_expected.json` shows some rows of each table with some of their columns. Where that source has a table for
//! each dropdown field and for each list, the spec has one for all.

use std::collections::BTreeMap;

use restload_api_tests::{Expected, Stage, read_alike};
use restload_fakes::{Fake, Options, dlt_tables_expected};
use serde_json::Value;

/// The expected rows by the table of the spec in which they have to be.
fn expected_tables() -> BTreeMap<String, Vec<Value>> {
    let mut tables: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (table, rows) in dlt_tables_expected().as_object().unwrap() {
        let mut rows = rows.as_array().unwrap().clone();
        let mut table = table.as_str();
        if let Some(field) = table.strip_prefix("dropdown_options_") {
            for row in &mut rows {
                row["field_id"] = field.into();
            }
            table = "dropdown_options";
        } else if table == "lists-list-1-entries" {
            assert!(rows.iter().all(|row| row["listId"] == 1));
            table = "list_entries";
        }
        for row in &mut rows {
            // An id of dlt's own making.
            row.as_object_mut().unwrap().remove("_dlt_id");
        }
        tables.entry(table.to_owned()).or_default().extend(rows);
    }
    tables
}

/// Takes those values out of a row that are only the beginning of a text: `Acme is a mega-corporation ...`.
fn take_abbreviated(row: &mut Value) -> Vec<(String, String)> {
    let fields = row.as_object_mut().unwrap();
    let start = |value: &Value| Some(value.as_str()?.strip_suffix("...")?.to_owned());
    let taken: Vec<(String, String)> =
        fields.iter().filter_map(|(name, value)| Some((name.clone(), start(value)?))).collect();
    for (name, _) in &taken {
        fields.remove(name);
    }
    taken
}

fn key_of(table: &str) -> &'static [&'static str] {
    match table {
        "dropdown_options" => &["field_id", "dropdownOptionId"],
        "interactions" => &["id", "type"],
        _ => &["id"],
    }
}

#[test]
fn the_tables_of_dlt_source_affinity_come_out_of_its_samples() {
    let (fake, stage) = (Fake::affinity(Options::new().samples_only()), Stage::new());
    let _ = stage.load("affinity", &fake, &[]).exited(0);
    let tables = expected_tables();
    let wanted = [
        "companies",
        "dropdown_options",
        "fields",
        "interactions",
        "list_entries",
        "lists",
        "notes",
        "opportunities",
    ];
    assert!(tables.keys().eq(wanted), "{:?}", tables.keys());
    for (table, mut rows) in tables {
        let Some(read) = read_alike(&stage.folder("affinity").join(&table)) else { return };
        for (column, start) in rows.iter_mut().flat_map(take_abbreviated) {
            let begins = |value: &&Value| value.as_str().is_some_and(|text| text.starts_with(&start));
            assert!(read.column(&column).iter().any(begins), "{table}: {column} begins with {start}");
        }
        Expected::by_key(rows, key_of(&table)).check_part(&table, &read);
    }
}
