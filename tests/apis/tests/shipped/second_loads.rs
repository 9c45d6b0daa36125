//! What a second load of the shipped specs brings, and what it leaves.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use restload_api_tests::{Expected, Stage, Table, read_alike};
use restload_fakes::{ALWAYS, Fake, Options};
use serde_json::{Value, json};

use crate::affinity_rules::flat;
use crate::below;

const JSON: [&str; 3] = ["meta_data", "affiliate_meta_data", "warnings"];

fn table(stage: &Stage, spec: &str, name: &str) -> Option<Table> {
    read_alike(&stage.folder(spec).join(name))
}

fn check(stage: &Stage, spec: &str, name: &str, expected: &Expected) {
    if let Some(table) = table(stage, spec, name) {
        expected.check(name, &table);
    }
}

/// How many rows of a merged table the newest load wrote anew, and how many it added.
fn merged(stage: &Stage, spec: &str, table: &str) -> (Value, Value) {
    let merged = &stage.record(spec)["tables"][table]["merged"];
    (merged["updated"].clone(), merged["inserted"].clone())
}

fn tapfiliate() -> Fake {
    let records = [("affiliates", 6), ("conversions", 8), ("customers", 6), ("payments", 2)];
    Fake::tapfiliate(
        records.iter().fold(Options::new(), |options, (name, rows)| options.records(name, *rows)),
    )
}

/// A row like another one, of another id and time.
fn like(row: &Value, id: Value, created: &str) -> Value {
    let mut row = row.clone();
    row["id"] = id;
    row["created_at"] = created.into();
    row
}

#[test]
fn conversions_are_asked_for_by_day_and_none_is_lost_at_a_bound() {
    let (fake, stage) = (tapfiliate(), Stage::new());
    let only = ["--resource", "conversions,customers"];
    // The first and the last second of the day that is read back to, the second before it, and the newest row.
    let kinds = [
        (900_001, "2025-12-31T00:00:00+0000"),
        (900_002, "2026-01-01T00:59:59+0100"),
        (900_003, "2025-12-30T23:59:59+00:00"),
        (900_004, "2026-03-01T11:59:59+00:00"),
    ];
    fake.change("conversions", |rows| {
        let sample = rows[0].1.clone();
        rows.extend(kinds.iter().map(|(id, at)| (None, like(&sample, (*id).into(), at))));
    });
    let _ = stage.load("tapfiliate", &fake, &only).exited(0);
    let first = fake.expected("conversions");
    check(&stage, "tapfiliate", "conversions", &Expected::in_order(first, &["id"]).json(&JSON));
    let asked: BTreeSet<String> = fake.requests().into_iter().map(|request| request.path_and_query).collect();
    let query = "?date_from=2010-01-01&date_to=2026-03-01";
    let wanted = ["conversions", "customers"].map(|name| format!("/1.6/{name}/{query}"));
    assert_eq!(asked, wanted.into());

    // Sixty days before the cursor is 2025-12-31T11:59:59Z: that day is read from its beginning.
    fake.forget_requests();
    fake.change("conversions", |rows| {
        let sample = rows[0].1.clone();
        for (_, row) in rows.iter_mut() {
            row["amount"] = json!(4242);
        }
        rows.insert(0, (None, like(&sample, 900_005.into(), "2026-03-01T12:30:00+0000")));
    });
    let _ = stage.load("tapfiliate", &fake, &only).exited(0);
    let asked: Vec<String> = fake.requests().into_iter().map(|request| request.path_and_query).collect();
    let since = "/1.6/conversions/?date_from=2025-12-31&date_to=2026-03-01".to_owned();
    assert!(asked.contains(&since), "{asked:?}");
    let came = merged(&stage, "tapfiliate", "conversions");
    assert_eq!(came, (json!(3), json!(1)), "those of the days that were asked for");
    let Some(read) = table(&stage, "tapfiliate", "conversions") else { return };
    let amounts = read.column("amount");
    let amount_of = |id: i64| {
        let place = read.column("id").iter().position(|own| **own == id);
        amounts[place.unwrap()].as_f64().unwrap()
    };
    assert_eq!(read.rows.len(), fake.expected("conversions").len());
    assert!([900_001, 900_002, 900_004].into_iter().all(|id| amount_of(id).to_bits() == 4242_f64.to_bits()));
    assert!(amount_of(900_003).to_bits() != 4242_f64.to_bits(), "a second before what is read back to");
    // Everything that changed comes with a full refresh.
    let _ = stage.load("tapfiliate", &fake, &[&only[..], &["--full-refresh"]].concat()).exited(0);
    let all = fake.expected("conversions");
    check(&stage, "tapfiliate", "conversions", &Expected::in_order(all, &["id"]).json(&JSON));
}

#[test]
fn children_of_affiliates_go_when_they_or_their_parents_vanish() {
    let (fake, stage) = (tapfiliate(), Stage::new());
    let only = ["--resource", "affiliates,affiliates_notes,affiliates_balances,program_affiliates"];
    let _ = stage.load("tapfiliate", &fake, &only).exited(0);
    let notes = below(&fake, "affiliates_notes", "affiliate_id");
    check(
        &stage,
        "tapfiliate",
        "affiliates_notes",
        &Expected::by_key(notes.clone(), &["affiliate_id", "id"]),
    );
    // A note is deleted, an affiliate is, and another one between its listing and the question for its notes.
    let lone = notes.iter().find(|note| note["affiliate_id"] == "affiliate0005").unwrap().clone();
    let ids = fake.expected("affiliates").into_iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    fake.change("affiliates_notes", |rows| {
        rows.retain(|(parent, row)| {
            *parent != Some(ids[1].clone()) && *parent != Some(ids[2].clone()) && row["id"] != lone["id"]
        });
    });
    fake.change("affiliates", |rows| rows.retain(|(_, row)| row["id"] != ids[2]));
    fake.fail_first(&format!("/1.6/affiliates/{}/notes/", ids[1].as_str().unwrap()), 404, ALWAYS, &[]);
    let _ = stage.load("tapfiliate", &fake, &only).exited(0);
    let left = below(&fake, "affiliates_notes", "affiliate_id");
    assert!(!left.is_empty() && left.len() < notes.len() - 1, "{} of {}", left.len(), notes.len());
    check(&stage, "tapfiliate", "affiliates_notes", &Expected::by_key(left, &["affiliate_id", "id"]));
    let affiliates = Expected::in_order(fake.expected("affiliates"), &["id"]);
    check(&stage, "tapfiliate", "affiliates", &affiliates.json(&["meta_data", "custom_fields"]));
}

fn affinity() -> Fake {
    let records = [
        ("companies", 3),
        ("list_entries", 6),
        ("notes", 4),
        ("opportunities", 3),
        ("persons", 6),
        ("reminders", 2),
    ];
    Fake::affinity(records.iter().fold(Options::new(), |options, (name, rows)| options.records(name, *rows)))
}

#[test]
fn activity_that_was_created_or_changed_since_comes_and_nothing_else() {
    let (fake, stage) = (affinity(), Stage::new());
    let only = ["--resource", "calls,chat_messages,emails,meetings"];
    let _ = stage.load("affinity", &fake, &only).exited(0);
    let all = fake.expected("emails");
    check(&stage, "affinity", "emails", &Expected::in_order(all.clone(), &["id"]));
    let times =
        all.iter().map(|row| row["updatedAt"].as_str().or(row["createdAt"].as_str()).unwrap().to_owned());
    let cursor = times.max().unwrap();
    fake.forget_requests();
    fake.change("emails", |rows| {
        let sample = rows[0].1.clone();
        // An old one that is changed, a new one that never was, and one of the very second of the cursor.
        rows[0].1["subject"] = "changed".into();
        rows[0].1["updatedAt"] = "2026-02-28T23:59:59Z".into();
        for (id, created) in [(9001, "2026-02-27T00:00:00Z"), (9002, cursor.as_str())] {
            let mut row = sample.clone();
            row["id"] = id.into();
            row["createdAt"] = created.into();
            row["updatedAt"] = Value::Null;
            rows.push((None, row));
        }
    });
    let _ = stage.load("affinity", &fake, &only).exited(0);
    let asked: Vec<String> = fake.requests().into_iter().map(|request| request.path_and_query).collect();
    let filter = format!("createdAt>={cursor} | updatedAt>={cursor}");
    let filter = filter.replace('>', "%3E").replace('=', "%3D").replace(' ', "%20").replace('|', "%7C");
    let wanted = format!("/v2/emails?filter={filter}&limit=100");
    let plain = |text: &str| text.replace("%3A", ":").replace('+', "%20");
    assert!(asked.iter().any(|asked| plain(asked) == wanted), "{asked:?}, and not {wanted}");
    // The one that had the greatest time comes again.
    assert_eq!(merged(&stage, "affinity", "emails"), (json!(2), json!(2)));
    check(&stage, "affinity", "emails", &Expected::by_key(fake.expected("emails"), &["id"]));
    check(&stage, "affinity", "meetings", &Expected::by_key(fake.expected("meetings"), &["id"]));
}

#[test]
fn interactions_of_persons_are_read_in_windows_of_a_year_at_most() {
    let (fake, stage) = (affinity(), Stage::new());
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    // The bound between the first two windows.
    let bound = at("2023-02-01T00:00:00Z") + SignedDuration::from_hours(24 * 365);
    let people = fake.expected("v1_persons");
    let person = people.iter().find(|person| person["type"] == 0).unwrap()["id"].clone();
    fake.change("v1_interactions", |rows| {
        let email = rows.iter().find(|(_, row)| row["type"] == 3).unwrap().1.clone();
        for (id, date) in
            [(1, bound - SignedDuration::from_secs(1)), (2, bound), (3, at("2023-02-01T00:00:00Z"))]
        {
            let mut email = email.clone();
            email["id"] = (80_000 + id).into();
            email["date"] = date.to_string().into();
            rows.push((Some(person.clone()), email));
        }
    });
    let only = [
        "--resource",
        "person_emails,person_meetings,person_chat_messages",
        "--set",
        "interactions_since=2023-02-01",
    ];
    let _ = stage.load("affinity", &fake, &only).exited(0);
    let since = at("2023-02-01T00:00:00Z");
    let of_types = |types: &[u64]| -> Vec<Value> {
        let mut rows = fake.expected("v1_interactions");
        rows.retain(|row| {
            types.contains(&row["type"].as_u64().unwrap()) && at(row["date"].as_str().unwrap()) >= since
        });
        rows
    };
    for (name, types) in
        [("person_meetings", &[0, 1][..]), ("person_chat_messages", &[2]), ("person_emails", &[3])]
    {
        let rows = of_types(types);
        assert!(rows.len() >= types.len() * 2, "{name}");
        check(&stage, "affinity", name, &Expected::by_key(rows, &["id", "type"]));
    }
    // Internal persons are not asked for, and the API refused no range.
    let asked = fake.requests();
    let asked = asked.iter().filter(|request| request.path() == "/interactions");
    let asked: Vec<&str> = asked.map(|request| request.path_and_query.as_str()).collect();
    let external = people.iter().filter(|person| person["type"] == 0).count();
    assert_eq!(asked.len(), external * 4 * 4, "{asked:?}");

    // A second load reads a month back, and finds what was logged late.
    fake.forget_requests();
    fake.change("v1_interactions", |rows| {
        let mut late = rows.last().unwrap().clone();
        late.1["id"] = 80_009.into();
        late.1["date"] = "2026-02-20T10:00:00Z".into();
        rows.push(late);
    });
    let _ = stage.load("affinity", &fake, &only).exited(0);
    check(&stage, "affinity", "person_emails", &Expected::by_key(of_types(&[3]), &["id", "type"]));
}

#[test]
fn a_table_without_a_permission_is_left_as_it_is_and_said() {
    let (fake, stage) = (affinity(), Stage::new());
    let _ = stage.load("affinity", &fake, &[]).exited(0);
    let before = fake.expected("persons_with_fields");
    fake.fail_first("/v2/persons", 403, ALWAYS, &[]);
    fake.change("persons_with_fields", |rows| rows.truncate(2));
    fake.change("opportunities", |rows| rows.truncate(2));
    for collection in ["v1_persons", "v1_persons_full"] {
        fake.change(collection, |rows| rows.truncate(3));
    }
    let ended = stage.load("affinity", &fake, &[]).exited(0);
    for told in ["person_ids", "403"] {
        assert!(ended.err.contains(told) || ended.out.contains(told), "{told}\n{}\n{}", ended.out, ended.err);
    }
    let persons = before.iter().map(flat).collect();
    check(&stage, "affinity", "persons", &Expected::by_key(persons, &["id"]));
    check(&stage, "affinity", "opportunities", &Expected::in_order(fake.expected("opportunities"), &["id"]));
    // v1 answered, and its persons that are gone are.
    check(&stage, "affinity", "people", &Expected::in_order(fake.expected("v1_persons"), &["id"]));
}

#[test]
fn entries_and_their_values_go_when_they_vanish() {
    let (fake, stage) = (affinity(), Stage::new());
    let only = ["--resource", "list_entries,field_values"];
    let _ = stage.load("affinity", &fake, &only).exited(0);
    let entry = fake.expected("list_entries_with_fields")[0]["id"].clone();
    let first = fake.expected("v1_list_entries")[0]["id"].clone();
    fake.change("list_entries_with_fields", |rows| rows.retain(|(_, row)| row["id"] != entry));
    fake.change("v1_list_entries", |rows| rows.retain(|(_, row)| row["id"] != first));
    let _ = stage.load("affinity", &fake, &only).exited(0);
    let rows = fake.expected("list_entries_with_fields").iter().map(flat).collect();
    check(&stage, "affinity", "list_entries", &Expected::by_key(rows, &["id"]));
    let Some(values) = table(&stage, "affinity", "field_values") else { return };
    assert!(!values.rows.is_empty() && !values.column("list_entry_id").contains(&&first));
}

#[test]
fn users_are_as_the_api_has_them_and_new_users_as_they_were_first_seen() {
    let fake = Fake::taplytics(Options::new().records("users", 105).records("push", 2));
    let stage = Stage::new();
    let only = ["--resource", "users,user_experiments,new_users"];
    let _ = stage.load("taplytics", &fake, &only).exited(0);
    let first = fake.expected("users");
    let json = ["metadata", "devices"];
    check(&stage, "taplytics", "new_users", &Expected::in_order(first.clone(), &["id"]).json(&json));
    fake.change("users", |rows| {
        rows[1].1["session_count"] = json!(100_000);
        let last = rows.last().unwrap().1["created_at"].clone();
        let sample = rows[2].1.clone();
        // One of the very second of the last, and a later one.
        for (id, created) in [("54f", last), ("550", json!("2026-02-01T00:00:00+00:00"))] {
            let mut row = sample.clone();
            row["id"] = id.into();
            row["created_at"] = created;
            rows.push((None, row));
        }
        rows.remove(0);
    });
    let _ = stage.load("taplytics", &fake, &only).exited(0);
    let now = fake.expected("users");
    check(&stage, "taplytics", "users", &Expected::in_order(now.clone(), &["id"]).json(&json));
    let experiments: usize = now.iter().map(|user| user["experiments"].as_array().map_or(0, Vec::len)).sum();
    if let Some(read) = table(&stage, "taplytics", "user_experiments") {
        assert_eq!(read.rows.len(), experiments);
    }
    let seen = [&first[..], &now[now.len() - 2..]].concat();
    check(&stage, "taplytics", "new_users", &Expected::by_key(seen, &["id"]).json(&json));
}
