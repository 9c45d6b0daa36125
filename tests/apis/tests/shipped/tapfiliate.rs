//! `specs/tapfiliate.yaml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use restload_api_tests::{Expected, Stage, Table, read_alike};
use restload_fakes::{ALWAYS, Fake, Options};
use serde_json::{Value, json};

use crate::below;

const TABLES: [&str; 14] = [
    "affiliate_groups",
    "affiliate_prospects",
    "affiliates",
    "affiliates_balances",
    "affiliates_meta",
    "affiliates_notes",
    "balances",
    "commissions",
    "conversions",
    "customers",
    "payments",
    "payout_methods",
    "program_affiliates",
    "programs",
];

/// Two pages of most lists.
fn options() -> Options {
    let records = [("affiliates", 27), ("conversions", 60), ("customers", 28), ("payments", 12)];
    records.iter().fold(Options::new(), |options, (name, rows)| options.records(name, *rows))
}

struct Loaded {
    fake: Fake,
    stage: Stage,
}

/// One load of everything, which most tests look at.
static LOADED: LazyLock<Loaded> = LazyLock::new(|| {
    let (fake, stage) = (Fake::tapfiliate(options()), Stage::new());
    let _ = stage.load("tapfiliate", &fake, &[]).exited(0);
    Loaded { fake, stage }
});

impl Loaded {
    fn table(&self, name: &str) -> Option<Table> {
        read_alike(&self.stage.folder("tapfiliate").join(name))
    }

    fn check(&self, name: &str, expected: &Expected) {
        if let Some(table) = self.table(name) {
            expected.check(name, &table);
        }
    }
}

/// The rows `{parent, key, value}` of a map below each parent; what has no entries comes as `[]` and is no row.
fn entries(maps: Vec<(Value, Value)>, [parent, key, value]: [&str; 3]) -> Vec<Value> {
    let of_map = |(id, map): (Value, Value)| {
        let entries = map.as_object().cloned().unwrap_or_default().into_iter();
        entries.map(|(name, found)| json!({parent: id, key: name, value: found})).collect::<Vec<_>>()
    };
    maps.into_iter().flat_map(of_map).collect()
}

#[test]
fn lists_are_read_in_their_order() {
    for (table, json) in [
        ("affiliates", &["meta_data", "custom_fields"][..]),
        ("affiliate_groups", &[]),
        ("affiliate_prospects", &["meta_data", "custom_fields"]),
        ("customers", &["meta_data", "affiliate_meta_data", "warnings"]),
        ("conversions", &["meta_data", "affiliate_meta_data", "warnings"]),
        ("programs", &[]),
        ("commissions", &[]),
        ("payments", &[]),
    ] {
        let rows = LOADED.fake.expected(table);
        LOADED.check(table, &Expected::in_order(rows, &["id"]).json(json));
    }
}

#[test]
fn children_carry_the_id_of_their_parent() {
    for (table, collection, parent, json) in [
        ("affiliates_notes", "affiliates_notes", "affiliate_id", &[][..]),
        ("payout_methods", "affiliates_payout_methods", "affiliate_id", &["details"]),
        ("program_affiliates", "program_affiliates", "program_id", &["meta_data", "custom_fields"]),
    ] {
        let rows = below(&LOADED.fake, collection, parent);
        assert!(rows.len() > 20, "{table}");
        LOADED.check(table, &Expected::by_key(rows, &[parent, "id"]).json(json));
    }
}

#[test]
fn maps_become_a_row_for_each_entry() {
    let fake = &LOADED.fake;
    let meta = entries(fake.expected_with_parent("affiliates_meta"), ["affiliate_id", "key", "value"]);
    LOADED.check("affiliates_meta", &Expected::by_key(meta, &["affiliate_id", "key"]));
    let own = fake.expected_with_parent("affiliates_balances");
    assert!(own.iter().any(|(_, map)| *map == json!([])), "an empty map comes as an empty list");
    let own = entries(own, ["affiliate_id", "currency", "amount"]);
    LOADED.check("affiliates_balances", &Expected::by_key(own, &["affiliate_id", "currency"]));
    let all = fake.expected("balances").into_iter();
    let all = all.map(|row| (row["affiliate_id"].clone(), row["balances"].clone())).collect();
    let all = entries(all, ["affiliate_id", "currency", "amount"]);
    LOADED.check("balances", &Expected::in_order(all, &["affiliate_id", "currency"]));
}

#[test]
fn columns_have_the_types_of_what_the_api_sends() {
    for (table, columns) in [
        (
            "conversions",
            &[
                ("id", "int64"),
                ("external_id", "string"),
                ("amount", "float64"),
                ("created_at", "timestamp"),
                ("click.created_at", "timestamp"),
                ("commissions.id", "int64"),
                ("commissions.approved", "boolean"),
                ("commissions.payout", "struct<id: string>"),
                ("meta_data", "string"),
                ("warnings", "string"),
            ][..],
        ),
        (
            "customers",
            &[
                ("id", "string"),
                ("created_at", "timestamp"),
                ("program.id", "string"),
                ("meta_data", "string"),
            ],
        ),
        ("affiliates", &[("id", "string"), ("created_at", "timestamp"), ("address.country.code", "string")]),
        ("commissions", &[("id", "int64"), ("amount", "float64"), ("finalization_date", "timestamp")]),
        ("affiliates_balances", &[("affiliate_id", "string"), ("amount", "float64")]),
        ("affiliates_meta", &[("key", "string"), ("value", "string")]),
        ("payments", &[("id", "string"), ("amount", "float64"), ("created_at", "timestamp")]),
        ("programs", &[("cookie_time", "int64"), ("recurring", "boolean")]),
        ("program_affiliates", &[("approved", "boolean"), ("applied_at", "timestamp")]),
    ] {
        let Some(read) = LOADED.table(table) else { return };
        for (column, wanted) in columns {
            assert_eq!(read.type_of(column), *wanted, "{table}.{column}");
        }
    }
    // Both styles of offsets were there to be read, and another zone.
    let served = LOADED.fake.expected("conversions");
    for offset in ["+00:00", "+0000", "+0100"] {
        assert!(served.iter().any(|row| row["created_at"].as_str().unwrap().ends_with(offset)), "{offset}");
    }
}

#[test]
fn the_tables_are_those_that_the_record_lists_and_no_others() {
    assert_eq!(LOADED.stage.tables("tapfiliate"), TABLES);
    let record = LOADED.stage.record("tapfiliate");
    for table in TABLES {
        if let Some(read) = LOADED.table(table) {
            assert_eq!(record["tables"][table]["rows"], read.rows.len(), "{table}");
        }
    }
}

#[test]
fn each_request_is_made_once_with_the_key_and_its_last_slash() {
    let requests = LOADED.fake.requests();
    let mut asked = BTreeSet::new();
    for request in &requests {
        assert!(request.path().ends_with('/'), "{}", request.path_and_query);
        assert_eq!(request.header("X-Api-Key"), Some(LOADED.fake.key()));
        assert_eq!(request.header("Authorization"), None);
        assert!(asked.insert(&request.path_and_query), "{} was asked twice", request.path_and_query);
    }
    let third = "/1.6/conversions/?date_from=2010-01-01&date_to=2026-03-01&page=3";
    assert!(asked.contains(&third.to_owned()), "{asked:?}");
}

#[test]
fn headers_of_the_rate_limit_do_not_disturb_down_to_the_last_request() {
    let asked = LOADED.fake.requests().len() as u64;
    let fake = Fake::tapfiliate(options().rate_limit(asked, Duration::from_hours(1)));
    let stage = Stage::new();
    let _ = stage.load("tapfiliate", &fake, &[]).exited(0);
    assert_eq!(fake.requests().len() as u64, asked);
    assert_eq!(stage.waits(), [], "nothing is waited for");
}

#[test]
fn tables_by_id_are_read_when_they_are_named() {
    for (table, list, json) in [
        ("affiliates_by_id", "affiliates", &["meta_data", "custom_fields"][..]),
        ("customers_by_id", "customers", &["meta_data", "affiliate_meta_data", "warnings"]),
        ("conversions_by_id", "conversions", &["meta_data", "affiliate_meta_data", "warnings"]),
    ] {
        let fake = Fake::tapfiliate(Options::new().records(list, 5));
        let stage = Stage::new();
        let _ = stage.load("tapfiliate", &fake, &["--resource", table]).exited(0);
        assert_eq!(stage.tables("tapfiliate"), [table]);
        if let Some(read) = read_alike(&stage.folder("tapfiliate").join(table)) {
            Expected::by_key(fake.expected(list), &["id"]).json(json).check(table, &read);
        }
        assert_eq!(fake.requests().len(), 6, "one page of the list, and a request for each of its rows");
    }
}

#[test]
fn a_wrong_key_is_told_in_the_words_of_the_api() {
    let (fake, stage) = (Fake::tapfiliate(options()), Stage::new());
    let ended = stage.load_as("tapfiliate", &fake, "wr0ng-key-of-some-length", &[]).exited(3);
    assert!(ended.err.contains("401"), "{}", ended.err);
    assert!(ended.err.contains("Authentication Failed."), "{}", ended.err);
    assert!(!ended.err.contains("wr0ng-key-of-some-length"), "{}", ended.err);
    assert!(!stage.folder("tapfiliate").exists());
}

#[test]
fn an_empty_key_asks_for_nothing() {
    let (fake, stage) = (Fake::tapfiliate(options()), Stage::new());
    let ended = stage.load_as("tapfiliate", &fake, "", &[]).exited(3);
    assert!(ended.err.contains("api_key"), "{}", ended.err);
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn the_login_page_that_comes_without_a_key_is_called_a_page() {
    let (fake, stage) = (Fake::tapfiliate(options()), Stage::new());
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs/tapfiliate.yaml");
    let shipped = std::fs::read_to_string(shipped).unwrap();
    let without = shipped.replace("auth: {type: api_key,", "auth: {type: none} # {");
    assert_ne!(without, shipped);
    let spec = stage.write("tapfiliate.yaml", &without);
    let set = ["--set", "api_key=not-asked-for", "--base-url", &fake.base_url()];
    let ended = stage.run(&[&["run", &spec][..], &set].concat()).exited(3);
    assert!(ended.err.contains("401") && ended.err.contains("HTML"), "{}", ended.err);
    assert!(ended.err.contains("Log in"), "{}", ended.err);
}

#[test]
fn a_child_that_fails_for_one_parent_fails_alone() {
    let (fake, stage) = (Fake::tapfiliate(options()), Stage::new());
    let gone = fake.expected("affiliates")[9]["id"].as_str().unwrap().to_owned();
    fake.fail_first(&format!("/1.6/affiliates/{gone}/notes/"), 403, ALWAYS, &[]);
    let ended = stage.load("tapfiliate", &fake, &[]).exited(4);
    assert!(ended.err.contains("403"), "{}", ended.err);
    assert!(ended.err.contains(&gone), "{}", ended.err);
    let rest: Vec<&str> = TABLES.into_iter().filter(|name| *name != "affiliates_notes").collect();
    assert_eq!(stage.tables("tapfiliate"), rest);
    // The other parents were still asked.
    let notes = fake.requests().iter().filter(|request| request.path().ends_with("/notes/")).count();
    assert_eq!(notes, fake.expected("affiliates").len());
}

#[test]
fn what_fails_for_a_while_is_asked_again_and_changes_nothing() {
    let (fake, stage) = (Fake::tapfiliate(options()), Stage::new());
    fake.fail_first("/1.6/conversions/?date_from=2010-01-01&date_to=2026-03-01&page=2", 500, 2, &[]);
    fake.fail_first("/1.6/customers/", 429, 1, &[("Retry-After", "17")]);
    fake.cut_body("/1.6/programs/", 1);
    let resources = "conversions,customers,programs";
    let _ = stage.load("tapfiliate", &fake, &["--resource", resources]).exited(0);
    for (table, retries) in [("conversions", 2), ("customers", 1), ("programs", 1)] {
        assert_eq!(stage.record("tapfiliate")["resources"][table]["retries"], retries, "{table}");
        if let Some(read) = read_alike(&stage.folder("tapfiliate").join(table)) {
            assert_eq!(LOADED.table(table), Some(read));
        }
    }
    assert!(stage.waits().contains(&Duration::from_secs(17)), "{:?}", stage.waits());
}
