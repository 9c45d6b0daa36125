//! What the sheet says of Affinity v1, seen over the wire.

mod client;

use client::{Answer, get};
use restload_fakes::{Fake, Options};
use serde_json::{Value, json};

fn fake() -> Fake {
    Fake::affinity(Options::new())
}

fn ask(fake: &Fake, path: &str) -> Answer {
    get(fake, path, &[("Authorization", &format!("Bearer {}", fake.key()))])
}

/// The rows under `key` on every page, and the last body.
fn walk(fake: &Fake, path: &str, key: &str) -> (Vec<Value>, Vec<usize>, Value) {
    let mut rows = Vec::new();
    let mut sizes = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let at = token.map_or_else(|| path.to_owned(), |token| format!("{path}&page_token={token}"));
        let answer = ask(fake, &at);
        assert_eq!(answer.status, 200, "{at}: {}", answer.text());
        let body = answer.json();
        let page = body[key].as_array().unwrap_or_else(|| panic!("`{key}` at {at}"));
        sizes.push(page.len());
        rows.extend(page.iter().cloned());
        token = body["next_page_token"].as_str().map(str::to_owned);
        if token.is_none() {
            return (rows, sizes, body);
        }
    }
}

#[test]
fn the_key_is_the_password_of_nobody_or_a_bearer_token() {
    let fake = Fake::affinity(Options::new().key("KEY"));
    let status = |value: &str| get(&fake, "/auth/whoami", &[("Authorization", value)]).status;
    // `:KEY`, `KEY:` and `user:KEY`.
    assert_eq!(status("Basic OktFWQ=="), 200);
    assert_eq!(status("Basic S0VZOg=="), 401);
    assert_eq!(status("Basic dXNlcjpLRVk="), 401);
    assert_eq!(status("Bearer KEY"), 200);
    assert_eq!(status("Bearer key"), 401);
    let refused = get(&fake, "/lists", &[]);
    assert_eq!(refused.status, 401);
    assert!(refused.json().get("errors").is_none() && refused.header("X-Ratelimit-Limit-User").is_some());
}

#[test]
fn persons_end_with_an_empty_page_after_a_token() {
    let fake = fake();
    let (rows, sizes, last) = walk(&fake, "/persons?page_size=50", "persons");
    assert_eq!(sizes, [50, 50, 20, 0]);
    assert_eq!(rows, fake.expected("v1_persons"));
    assert_eq!(last, json!({"persons": [], "next_page_token": null}));
}

#[test]
fn organizations_end_without_the_key() {
    let fake = fake();
    let (rows, sizes, last) = walk(&fake, "/organizations?page_size=100", "organizations");
    assert_eq!(sizes, [100, 100, 30]);
    assert_eq!(rows, fake.expected("v1_organizations"));
    assert!(last.get("next_page_token").is_none());
}

#[test]
fn the_other_lists_end_with_null_and_have_keys_of_their_own() {
    let fake = fake();
    for (path, key, name) in [
        ("opportunities", "opportunities", "v1_opportunities"),
        ("notes", "notes", "v1_notes"),
        ("reminders", "reminders", "v1_reminders"),
        ("entity-files", "entity_files", "v1_entity_files"),
    ] {
        let (rows, _, last) = walk(&fake, &format!("/{path}?page_size=20"), key);
        assert_eq!(rows, fake.expected(name), "{name}");
        assert_eq!(last.get("next_page_token"), Some(&Value::Null), "{name}");
    }
}

#[test]
fn a_token_is_refused_with_another_query() {
    let fake = fake();
    let first = ask(&fake, "/notes?page_size=20").json();
    let token = first["next_page_token"].as_str().unwrap();
    for query in ["page_size=21", "page_size=20&person_id=2021", "x=1"] {
        let refused = ask(&fake, &format!("/notes?{query}&page_token={token}"));
        assert_eq!(refused.status, 422, "{query}");
        assert_eq!(refused.json()["message"], "Invalid page_token variable");
    }
    assert_eq!(ask(&fake, &format!("/notes?page_token={token}&page_size=20")).status, 200);
    assert_eq!(ask(&fake, &format!("/persons?page_token={token}&page_size=20")).status, 422);
    assert_eq!(ask(&fake, "/notes?page_size=501").status, 422);
}

#[test]
fn list_entries_are_a_bare_array_without_a_page_size() {
    let fake = fake();
    let bare = ask(&fake, "/lists/450/list-entries").json();
    assert_eq!(bare.as_array().unwrap().len(), 67);
    assert_eq!(ask(&fake, "/lists/450/list-entries?page_token=whatever").json(), bare);
    let (paged, sizes, _) = walk(&fake, "/lists/450/list-entries?page_size=30", "list_entries");
    assert_eq!((Value::from(paged), sizes), (bare, vec![30, 30, 7]));
    for list in fake.expected("v1_lists") {
        let entries = ask(&fake, &format!("/lists/{}/list-entries", list["id"])).json();
        assert_eq!(list["list_size"], entries.as_array().unwrap().len(), "list {}", list["id"]);
    }
}

#[test]
fn lists_and_fields_are_bare_arrays() {
    let fake = fake();
    for (path, name) in [
        ("lists", "v1_lists"),
        ("fields", "v1_fields"),
        ("persons/fields", "v1_persons_fields"),
        ("organizations/fields", "v1_organizations_fields"),
        ("webhook", "v1_webhook"),
    ] {
        assert_eq!(ask(&fake, &format!("/{path}")).json(), Value::from(fake.expected(name)), "{name}");
    }
    assert_eq!(ask(&fake, "/lists/450").json()["fields"][0]["id"], 1625);
    assert_eq!(ask(&fake, "/fields?list_id=11").json().as_array().unwrap().len(), 1);
}

#[test]
fn field_values_want_exactly_one_selector() {
    let fake = fake();
    assert_eq!(ask(&fake, "/field-values").status, 422);
    assert_eq!(ask(&fake, "/field-values?list_entry_id=64608&person_id=2021").status, 422);
    assert_eq!(ask(&fake, "/field-values?list_entry_id=1").status, 404);
    let of_sample = ask(&fake, "/field-values?list_entry_id=64608").json();
    let ids: Vec<&Value> = of_sample.as_array().unwrap().iter().map(|value| &value["id"]).collect();
    assert_eq!(ids, [177_634, 177_635, 177_636]);
    for entry in fake.expected("v1_list_entries").iter().skip(1).step_by(20) {
        let values = ask(&fake, &format!("/field-values?list_entry_id={}", entry["id"])).json();
        assert_eq!(values.as_array().unwrap().len(), 2);
        assert_eq!(values[0]["entity_id"], entry["entity_id"]);
    }
    assert_eq!(ask(&fake, "/field-values?person_id=2021").json().as_array().unwrap().len(), 6);
}

#[test]
fn strengths_of_a_stranger_are_empty_and_need_an_external_person() {
    let fake = fake();
    let known = ask(&fake, "/relationships-strengths?external_id=2021").json();
    assert_eq!(known.as_array().unwrap().len(), 2);
    assert_eq!(
        ask(&fake, "/relationships-strengths?external_id=2021&internal_id=443").json()[0]["strength"],
        0.5
    );
    assert_eq!(ask(&fake, "/relationships-strengths?external_id=5").json(), json!([]));
    assert_eq!(ask(&fake, "/relationships-strengths").status, 422);
    assert_eq!(ask(&fake, "/field-value-changes?field_id=1625").json().as_array().unwrap().len(), 3);
}

#[test]
fn links_to_others_are_seen_alone_and_dates_leave_out_who_has_none() {
    let fake = fake();
    assert!(ask(&fake, "/persons?page_size=1").json()["persons"][0].get("organization_ids").is_none());
    let alone = ask(&fake, "/persons/2021").json();
    assert!(alone["organization_ids"].is_array() && alone.get("interaction_dates").is_none());
    let (dated, _, _) = walk(&fake, "/persons?with_interaction_dates=true", "persons");
    assert!(dated.len() < fake.expected("v1_persons").len());
    assert!(dated.iter().all(|person| person["interaction_dates"]["first_email_date"].is_string()));
    assert!(dated[0]["interactions"]["first_email"].get("person_ids").is_none());
    let since = "/organizations?min_last_interaction_date=2025-06-01T00:00:00Z&with_interaction_dates=true";
    let (recent, _, _) = walk(&fake, since, "organizations");
    assert!(!recent.is_empty());
    assert!(
        recent
            .iter()
            .all(|row| row["interaction_dates"]["last_interaction_date"].as_str() > Some("2025-05-31"))
    );
}

#[test]
fn notes_and_reminders_are_filtered_by_whom_they_are_about() {
    let fake = fake();
    let (notes, _, _) = walk(&fake, "/notes?person_id=2021", "notes");
    assert!(!notes.is_empty() && notes.iter().all(|note| note["person_ids"].to_string().contains("2021")));
    let (reminders, _, _) = walk(&fake, "/reminders?person_id=2021&status=0", "reminders");
    assert!(!reminders.is_empty());
    assert!(reminders.iter().all(|row| row["person"]["id"] == 2021 && row["status"] == 0));
}

#[test]
fn the_rate_limit_can_be_asked_for() {
    let fake = fake();
    ask(&fake, "/lists");
    let rate = ask(&fake, "/rate-limit").json();
    assert_eq!(rate["rate"]["api_key_per_minute"]["used"], 2);
    assert_eq!(ask(&fake, "/people").status, 404);
}

#[test]
fn interactions_are_of_one_person_one_type_and_a_year_at_most() {
    let fake = fake();
    let rows = fake.expected_with_parent("v1_interactions");
    let (person, wanted) = rows.iter().find(|(_, row)| row["type"] == 3 && row["id"] == 50_003).unwrap();
    let range = "start_time=2025-06-01T00:00:00Z&end_time=2026-06-01T00:00:00Z";
    let body = ask(&fake, &format!("/interactions?person_id={person}&type=3&{range}")).json();
    assert_eq!(body, json!({"emails": [wanted], "next_page_token": null}));
    for (kind, key) in [(0, "events"), (1, "events"), (2, "chat_messages")] {
        let body = ask(&fake, &format!("/interactions?person_id={person}&type={kind}&{range}")).json();
        assert_eq!(body[key].as_array().map(Vec::len), Some(1), "{body}");
    }
    let internal =
        fake.expected("v1_persons").iter().find(|person| person["type"] == 1).unwrap()["id"].clone();
    for refused in [
        format!("/interactions?person_id={person}&{range}"),
        format!("/interactions?person_id={person}&type=4&{range}"),
        format!("/interactions?type=3&{range}"),
        format!("/interactions?person_id={internal}&type=3&{range}"),
        format!("/interactions?person_id={person}&organization_id=1&type=3&{range}"),
        format!("/interactions?person_id={person}&type=3&start_time=2025-06-01T00:00:00Z"),
        format!(
            "/interactions?person_id={person}&type=3&start_time=2025-06-01T00:00:00Z&end_time=2025-06-01T00:00:00Z"
        ),
        format!(
            "/interactions?person_id={person}&type=3&start_time=2025-05-31T23:59:59Z&end_time=2026-06-01T00:00:00Z"
        ),
        format!("/interactions?person_id={person}&type=3&page_size=101&{range}"),
    ] {
        assert_eq!(ask(&fake, &refused).status, 422, "{refused}");
    }
}

#[test]
fn what_is_changed_is_served_from_then_on() {
    let fake = fake();
    let count = || ask(&fake, "/notes").json()["notes"].as_array().map(Vec::len);
    let before = count();
    fake.change("v1_notes", |rows| rows.truncate(3));
    assert_eq!((before, count(), fake.expected("v1_notes").len()), (Some(45), Some(3), 3));
}
