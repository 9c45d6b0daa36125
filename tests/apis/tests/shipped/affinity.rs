//! `specs/affinity.yaml`, held against what the sheet says that dlt-source-affinity makes of the API.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use restload_api_tests::{Expected, Stage, Table, read_alike};
use restload_fakes::{Fake, Options};
use serde_json::Value;

use crate::affinity_rules::{all_with_fields, fields_of, flat, interaction_row, last_of_each};
use crate::below;

const TABLES: [&str; 27] = [
    "calls",
    "chat_messages",
    "companies",
    "company_fields",
    "dropdown_options",
    "emails",
    "field_values",
    "fields",
    "interactions",
    "list_entries",
    "list_fields",
    "lists",
    "lists_v1",
    "meetings",
    "notes",
    "opportunities",
    "organization_fields",
    "organizations",
    "people",
    "person_fields",
    "person_fields_v1",
    "persons",
    "relationship_strengths",
    "reminders",
    "saved_view_entries",
    "saved_views",
    "whoami",
];
const VIEWS: &str = r#"views=[{"list_id": 1, "view_id": 28}, {"list_id": 2, "view_id": 31}]"#;

/// More than a hundred companies, so that their ids go in two batches, and few of all else.
fn options() -> Options {
    let records = [
        ("companies", 103),
        ("list_entries", 14),
        ("notes", 12),
        ("opportunities", 8),
        ("persons", 16),
        ("reminders", 8),
    ];
    records.iter().fold(Options::new(), |options, (name, rows)| options.records(name, *rows))
}

struct Loaded {
    fake: Fake,
    stage: Stage,
}

/// One load of everything, which most tests look at.
static LOADED: LazyLock<Loaded> = LazyLock::new(|| {
    let (fake, stage) = (Fake::affinity(options()), Stage::new());
    let _ = stage.load("affinity", &fake, &["--set", VIEWS]).exited(0);
    Loaded { fake, stage }
});

fn table(name: &str) -> Option<Table> {
    read_alike(&LOADED.stage.folder("affinity").join(name))
}

fn check(name: &str, expected: &Expected) {
    if let Some(table) = table(name) {
        expected.check(name, &table);
    }
}

#[test]
fn companies_and_persons_have_a_column_for_each_field() {
    for (name, collection) in [("companies", "companies_with_fields"), ("persons", "persons_with_fields")] {
        let rows: Vec<Value> = LOADED.fake.expected(collection).iter().map(flat).collect();
        // A batch is a walk of its own.
        check(name, &Expected::by_key(rows, &["id"]));
    }
}

#[test]
fn entries_of_lists_have_a_column_for_each_field_and_the_id_of_their_entity() {
    let rows: Vec<Value> = LOADED.fake.expected("list_entries_with_fields").iter().map(flat).collect();
    check("list_entries", &Expected::by_key(rows, &["id"]));
    // The fourth list has no entries, and says so with null.
    assert!(LOADED.fake.requests().iter().any(|request| request.path() == "/v2/lists/4/list-entries"));
}

#[test]
fn entries_of_saved_views_are_those_of_the_views_that_are_named() {
    let rows = below(&LOADED.fake, "saved_view_list_entries", "view_id");
    let rows: Vec<Value> = rows.iter().map(flat).collect();
    assert!(rows.iter().any(|row| row["view_id"] == 28) && rows.iter().any(|row| row["view_id"] == 31));
    check("saved_view_entries", &Expected::by_key(rows, &["view_id", "id"]));
}

#[test]
fn fields_of_all_kinds_of_rows_are_one_table() {
    let rows = all_with_fields(&LOADED.fake);
    let fields = rows.iter().flat_map(fields_of).map(|field| {
        let mut row = field.clone();
        row.as_object_mut().unwrap().remove("value");
        row["value_type"] = field["value"]["type"].clone();
        row
    });
    let fields = last_of_each(fields, &["id"]);
    assert!(fields.iter().any(|field| field["value_type"] == "sparkline"), "a type that nobody knows");
    check("fields", &Expected::by_key(fields, &["id"]));
}

#[test]
fn dropdown_options_of_all_fields_are_one_table() {
    let rows = all_with_fields(&LOADED.fake);
    let dropdowns = rows.iter().flat_map(fields_of).filter(|field| {
        let ty = field["value"]["type"].as_str().unwrap();
        ["dropdown", "ranked-dropdown", "dropdown-multi"].contains(&ty) && !field["value"]["data"].is_null()
    });
    let options = dropdowns.flat_map(|field| {
        let data = &field["value"]["data"];
        let options = data.as_array().cloned().unwrap_or_else(|| vec![data.clone()]);
        options.into_iter().map(|mut option| {
            option["field_id"] = field["id"].clone();
            option
        })
    });
    let options = last_of_each(options, &["field_id", "dropdownOptionId"]);
    assert!(options.iter().any(|option| option["rank"].is_number()));
    check("dropdown_options", &Expected::by_key(options, &["field_id", "dropdownOptionId"]));
}

#[test]
fn interactions_of_all_fields_are_one_table() {
    let rows = all_with_fields(&LOADED.fake);
    let interactions = rows.iter().flat_map(fields_of).map(|field| &field["value"]);
    let interactions =
        interactions.filter(|value| value["type"] == "interaction" && !value["data"].is_null());
    let interactions =
        last_of_each(interactions.map(|value| interaction_row(&value["data"])), &["id", "type"]);
    let kinds: BTreeSet<&str> = interactions.iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["call", "chat-message", "email", "meeting"]);
    check("interactions", &Expected::by_key(interactions, &["id", "type"]));
}

#[test]
fn plain_tables_of_the_second_version_hold_what_was_served() {
    for (name, collection) in [
        ("calls", "calls"),
        ("chat_messages", "chat_messages"),
        ("company_fields", "companies_fields"),
        ("emails", "emails"),
        ("lists", "lists"),
        ("meetings", "meetings"),
        ("opportunities", "opportunities"),
        ("person_fields", "persons_fields"),
    ] {
        check(name, &Expected::in_order(LOADED.fake.expected(collection), &["id"]));
    }
    for name in ["list_fields", "saved_views"] {
        check(name, &Expected::by_key(below(&LOADED.fake, name, "list_id"), &["list_id", "id"]));
    }
}

#[test]
fn plain_tables_of_the_first_version_hold_what_was_served() {
    for (name, collection) in [
        ("lists_v1", "v1_lists"),
        ("organization_fields", "v1_organizations_fields"),
        ("organizations", "v1_organizations"),
        ("people", "v1_persons"),
        ("person_fields_v1", "v1_persons_fields"),
        ("reminders", "v1_reminders"),
    ] {
        check(name, &Expected::in_order(LOADED.fake.expected(collection), &["id"]));
    }
    if let Some(whoami) = table("whoami") {
        assert_eq!(whoami.names(), ["tenant", "user", "grant"]);
        assert_eq!(whoami.rows.len(), 1);
    }
}

#[test]
fn notes_have_names_in_place_of_numbers() {
    let named = |value: &Value, names: [&str; 4]| match value.as_u64() {
        Some(number) => names[usize::try_from(number).unwrap()].into(),
        None => Value::Null,
    };
    let mut notes = LOADED.fake.expected("v1_notes");
    for note in &mut notes {
        note["type"] = named(&note["type"], ["plain-text", "email", "html", "ai-summary"]);
        note["interaction_type"] =
            named(&note["interaction_type"], ["meeting", "call", "chat-message", "email"]);
    }
    check("notes", &Expected::in_order(notes, &["id"]));
}

#[test]
fn field_values_are_asked_for_by_list_entry() {
    let entries: BTreeSet<String> =
        LOADED.fake.expected("v1_list_entries").iter().map(|entry| entry["id"].to_string()).collect();
    let mut values = LOADED.fake.expected("v1_field_values");
    values.retain(|value| entries.contains(&value["list_entry_id"].to_string()));
    assert!(values.len() > entries.len());
    check("field_values", &Expected::by_key(values, &["id"]).json(&["value"]));
    let asked = LOADED.fake.requests().into_iter().filter(|request| request.path() == "/field-values");
    let asked: BTreeSet<String> = asked.map(|request| request.path_and_query).collect();
    let wanted = entries.iter().map(|id| format!("/field-values?list_entry_id={id}")).collect();
    assert_eq!(asked, wanted);
}

#[test]
fn relationship_strengths_are_asked_for_external_people_alone() {
    let people = LOADED.fake.expected("v1_persons");
    let external: BTreeSet<String> =
        people.iter().filter(|person| person["type"] == 0).map(|person| person["id"].to_string()).collect();
    assert!(external.len() < people.len(), "there is an internal one");
    let strengths = LOADED.fake.expected_with_parent("v1_relationships_strengths").into_iter();
    let strengths = strengths.filter(|(person, _)| external.contains(&person.to_string()));
    let strengths = strengths.map(|(_, strength)| strength).collect();
    check("relationship_strengths", &Expected::by_key(strengths, &["internal_id", "external_id"]));
    let asked = LOADED.fake.requests();
    let asked = asked.iter().filter_map(|request| {
        request.path_and_query.strip_prefix("/relationships-strengths?external_id=").map(str::to_owned)
    });
    assert_eq!(asked.collect::<BTreeSet<_>>(), external);
}

#[test]
fn columns_have_the_types_of_what_the_api_sends() {
    for (name, columns) in [
        (
            "companies",
            &[
                ("id", "int64"),
                ("domains", "list<string>"),
                ("isGlobal", "boolean"),
                ("affinity-data-industry", "list<string>"),
                ("affinity-data-location.city", "string"),
                ("first-email", "struct<id: int64, type: string>"),
                ("source-of-introduction", "int64"),
                ("field-16_Field with ranked-dropdown value_dropdown_option_id", "int64"),
                ("field-5_Field with dropdown-multi value_dropdown_option_ids", "list<int64>"),
            ][..],
        ),
        (
            "list_entries",
            &[
                ("createdAt", "timestamp"),
                ("creatorId", "int64"),
                ("entity_id", "int64"),
                ("field-12_Field with number value", "float64"),
                ("field-14_Field with person value", "int64"),
                ("field-15_Field with person-multi value", "list<int64>"),
            ],
        ),
        ("interactions", &[("id", "int64"), ("sentAt", "timestamp"), ("participants", "list<int64>")]),
        ("dropdown_options", &[("field_id", "string"), ("dropdownOptionId", "int64"), ("rank", "int64")]),
        ("notes", &[("type", "string"), ("created_at", "timestamp"), ("person_ids", "list<int64>")]),
        ("field_values", &[("id", "int64"), ("value", "string"), ("updated_at", "timestamp")]),
        ("relationship_strengths", &[("strength", "float64")]),
    ] {
        let Some(read) = table(name) else { return };
        for (column, wanted) in columns {
            assert_eq!(read.type_of(column), *wanted, "{name}.{column}");
        }
    }
    assert_eq!(LOADED.stage.tables("affinity"), TABLES);
}

/// The pairs of a query.
fn pairs(path_and_query: &str) -> Vec<(&str, &str)> {
    let query = path_and_query.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter_map(|pair| pair.split_once('=')).collect()
}

fn values<'a>(path_and_query: &'a str, name: &str) -> Vec<&'a str> {
    pairs(path_and_query).into_iter().filter(|(own, _)| *own == name).map(|(_, value)| value).collect()
}

#[test]
fn ids_go_in_batches_of_a_hundred_with_the_types_of_fields_repeated() {
    for (path, collection, sizes) in
        [("/v2/companies", "companies", &[3, 100][..]), ("/v2/persons", "persons", &[16])]
    {
        let requests = LOADED.fake.requests();
        let with_ids = requests.iter().filter(|request| request.path() == path);
        let with_ids: Vec<&str> = with_ids.map(|request| request.path_and_query.as_str()).collect();
        let with_ids: Vec<&str> =
            with_ids.into_iter().filter(|asked| !values(asked, "ids").is_empty()).collect();
        for asked in &with_ids {
            assert_eq!(
                values(asked, "fieldTypes"),
                ["enriched", "global", "relationship-intelligence"],
                "{asked}"
            );
        }
        let mut batches: Vec<usize> = with_ids.iter().map(|asked| values(asked, "ids").len()).collect();
        batches.sort_unstable();
        assert_eq!(batches, sizes, "{path}");
        let ids: BTreeSet<String> =
            LOADED.fake.expected(collection).iter().map(|row| row["id"].to_string()).collect();
        let asked: BTreeSet<String> =
            with_ids.iter().flat_map(|asked| values(asked, "ids")).map(str::to_owned).collect();
        assert_eq!(asked, ids, "{path}");
    }
}

#[test]
fn entries_are_asked_for_with_all_types_of_fields_and_those_of_views_with_none() {
    for request in LOADED.fake.requests() {
        let asked = request.path_and_query.as_str();
        let types = values(asked, "fieldTypes");
        if request.path().contains("/saved-views/") {
            assert_eq!(types, [""; 0], "{asked}");
        } else if request.path().starts_with("/v2/lists/") && request.path().ends_with("/list-entries") {
            assert_eq!(types, ["enriched", "global", "relationship-intelligence", "list"], "{asked}");
        }
        assert_eq!(request.header("Authorization"), Some(&*format!("Bearer {}", LOADED.fake.key())));
    }
}

/// v1 gives a token with the last row, and then an empty page.
#[test]
fn a_token_on_the_last_page_is_followed_to_the_empty_one() {
    let requests = LOADED.fake.requests();
    let asked = requests.iter().filter(|request| request.path() == "/persons");
    let asked: Vec<&str> = asked.map(|request| request.path_and_query.as_str()).collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert_eq!(values(asked[0], "page_size"), ["500"]);
    assert_eq!(values(asked[0], "page_token"), [""; 0]);
    assert_eq!(values(asked[1], "page_token").len(), 1);
}

#[test]
fn list_ids_choose_the_lists_whose_entries_are_read() {
    let (fake, stage) = (Fake::affinity(options()), Stage::new());
    let more = ["--set", "list_ids=2,450", "--resource", "list_entries,field_values,lists"];
    let _ = stage.load("affinity", &fake, &more).exited(0);
    let entries = fake.requests().into_iter().filter(|request| request.path().ends_with("/list-entries"));
    let entries: BTreeSet<String> = entries.map(|request| request.path().to_owned()).collect();
    let wanted = ["/lists/450/list-entries", "/v2/lists/2/list-entries"].map(str::to_owned).into();
    assert_eq!(entries, wanted);
    let rows: Vec<Value> = fake.expected("list_entries_with_fields").iter().map(flat).collect();
    let rows: Vec<Value> = rows.into_iter().filter(|row| row["listId"] == 2).collect();
    assert!(!rows.is_empty());
    if let Some(read) = read_alike(&stage.folder("affinity").join("list_entries")) {
        Expected::in_order(rows, &["id"]).check("list_entries", &read);
    }
    // The lists themselves are all there.
    assert_eq!(stage.record("affinity")["tables"]["lists"]["rows"], fake.expected("lists").len());
}

#[test]
fn without_views_no_view_is_asked_for() {
    let (fake, stage) = (Fake::affinity(options()), Stage::new());
    let ended = stage.load("affinity", &fake, &["--resource", "saved_view_entries"]).exited(0);
    assert_eq!(fake.requests().len(), 0);
    assert!(!stage.folder("affinity").join("saved_view_entries").exists());
    assert!(ended.err.contains("`view` is an empty list"), "{}", ended.err);
}

#[test]
fn a_wrong_key_is_told_in_the_words_of_the_api() {
    let (fake, stage) = (Fake::affinity(options()), Stage::new());
    let ended = stage.load_as("affinity", &fake, "wr0ng-key-of-some-length", &[]).exited(3);
    assert!(ended.err.contains("401"), "{}", ended.err);
    assert!(ended.err.contains("Missing or invalid API key"), "{}", ended.err);
    assert!(!ended.err.contains("wr0ng-key-of-some-length"), "{}", ended.err);
}
