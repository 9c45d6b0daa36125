//! What the sheet says of Affinity v2, seen over the wire.

#![expect(clippy::unwrap_used, reason = "a test fails where what it looks for is not")]

mod client;

use std::time::Duration;

use client::{Answer, get};
use restload_fakes::{Fake, Options, dlt_tables_expected};
use serde_json::{Value, json};

const ALL_TYPES: &str = "fieldTypes=enriched&fieldTypes=global&fieldTypes=relationship-intelligence";

fn fake() -> Fake {
    Fake::affinity(Options::new())
}

fn ask(fake: &Fake, path: &str) -> Answer {
    get(fake, path, &[("Authorization", &format!("Bearer {}", fake.key()))])
}

/// Every row of a list by `nextUrl`, and the URLs.
fn walk(fake: &Fake, path: &str) -> (Vec<Value>, Vec<String>) {
    let mut rows = Vec::new();
    let mut urls = Vec::new();
    let mut at = path.to_owned();
    loop {
        let answer = ask(fake, &at);
        assert_eq!(answer.status, 200, "{at}: {}", answer.text());
        let body = answer.json();
        rows.extend(body["data"].as_array().into_iter().flatten().cloned());
        urls.push(at.clone());
        match body["pagination"]["nextUrl"].as_str() {
            Some(next) => next.clone_into(&mut at),
            None => return (rows, urls),
        }
    }
}

fn errors(answer: &Answer) -> (u16, String, Value) {
    let body = answer.json();
    let error = &body["errors"][0];
    (answer.status, error["code"].as_str().unwrap().to_owned(), error["param"].clone())
}

#[test]
fn only_a_bearer_token_is_taken() {
    let fake = fake();
    assert_eq!(ask(&fake, "/v2/auth/whoami").json()["grant"]["type"], "api-key");
    let basic = get(&fake, "/v2/auth/whoami", &[("Authorization", "Basic OmZha2Uta2V5LTAxMjM0NTY3ODk=")]);
    assert_eq!(errors(&basic), (401, "authentication".to_owned(), Value::Null));
    assert_eq!(get(&fake, "/v2/lists", &[]).status, 401);
}

#[test]
fn cursors_lead_through_every_company_and_back() {
    let fake = fake();
    let (rows, urls) = walk(&fake, "/v2/companies");
    assert_eq!(urls.len(), 3);
    assert_eq!(rows, fake.expected("companies"));
    assert!(urls[1].starts_with(&format!("{}/v2/companies?cursor=", fake.origin())));
    let second = ask(&fake, &urls[1]).json();
    let back = ask(&fake, second["pagination"]["prevUrl"].as_str().unwrap()).json();
    assert_eq!(back["data"], Value::from(rows[..100].to_vec()));
    assert_eq!(back["pagination"]["prevUrl"], Value::Null);
    assert_eq!(walk(&fake, "/v2/persons?limit=50").0, fake.expected("persons"));
    assert_eq!(walk(&fake, "/v2/opportunities").0, fake.expected("opportunities"));
    assert_eq!(walk(&fake, "/v2/lists?limit=1").0, fake.expected("lists"));
}

#[test]
fn next_urls_repeat_the_whole_query() {
    let fake = fake();
    let (rows, urls) = walk(&fake, &format!("/v2/companies?limit=100&{ALL_TYPES}"));
    assert_eq!(rows, fake.expected("companies_with_fields"));
    for url in &urls[1..] {
        assert!(url.contains(&format!("limit=100&{ALL_TYPES}&cursor=")), "{url}");
    }
}

#[test]
fn a_limit_out_of_bounds_and_a_cursor_of_nowhere_are_refused() {
    let fake = fake();
    for limit in ["0", "101", "-1", "many"] {
        let refused = ask(&fake, &format!("/v2/companies?limit={limit}"));
        assert_eq!(errors(&refused), (400, "validation".to_owned(), "limit".into()), "{limit}");
    }
    assert_eq!(errors(&ask(&fake, "/v2/companies?cursor=xyz")).2, "cursor");
    assert_eq!(ask(&fake, "/v2/notes?limit=0").json()["data"], json!([]));
}

#[test]
fn there_are_no_fields_unless_asked_for_and_then_only_those() {
    let fake = fake();
    let row = |query: &str| ask(&fake, &format!("/v2/companies?ids=1&{query}")).json()["data"][0].clone();
    assert!(row("").get("fields").is_none());
    let kinds = |row: &Value| {
        let mut kinds: Vec<String> =
            row["fields"].as_array().unwrap().iter().map(|field| field["type"].to_string()).collect();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds(&row("fieldTypes=enriched")), ["\"enriched\""]);
    assert_eq!(kinds(&row("fieldTypes=global&fieldTypes=enriched")), ["\"enriched\"", "\"global\""]);
    let by_id = row("fieldIds=field-5&fieldIds=first-email");
    assert_eq!(by_id["fields"].as_array().unwrap().len(), 2);
    assert_eq!(errors(&ask(&fake, "/v2/companies?fieldTypes=list")).2, "fieldTypes");
}

#[test]
fn up_to_a_hundred_ids_may_be_asked_for_at_once() {
    let fake = fake();
    let companies = fake.expected("companies_with_fields");
    let ids: Vec<String> = companies[..100].iter().map(|row| format!("&ids={}", row["id"])).collect();
    let query = ids.concat();
    let body = ask(&fake, &format!("/v2/companies?limit=100{query}&{ALL_TYPES}")).json();
    assert_eq!(body["data"], Value::from(companies[..100].to_vec()));
    assert_eq!(body["pagination"]["nextUrl"], Value::Null);
    let refused = ask(&fake, &format!("/v2/companies?limit=100{query}&ids=7"));
    assert_eq!(errors(&refused), (400, "validation".to_owned(), "ids".into()));
    assert_eq!(ask(&fake, "/v2/persons?ids=2&ids=999999").json()["data"].as_array().unwrap().len(), 1);
}

#[test]
fn entries_of_a_list_carry_its_own_fields_too() {
    let fake = fake();
    let entries = fake.expected_with_parent("list_entries_with_fields");
    for list in [1, 2, 3] {
        let own = entries.iter().filter(|(parent, _)| *parent == list).map(|(_, entry)| entry.clone());
        let (rows, urls) = walk(&fake, &format!("/v2/lists/{list}/list-entries?{ALL_TYPES}&fieldTypes=list"));
        assert_eq!(rows, own.collect::<Vec<_>>(), "list {list}");
        assert_eq!(urls.len(), if list == 1 { 2 } else { 1 });
    }
    let (bare, _) = walk(&fake, "/v2/lists/1/list-entries");
    assert!(bare.iter().all(|entry| entry["entity"].get("fields").is_none()));
    let one = ask(&fake, "/v2/lists/1/list-entries/1?fieldTypes=list").json();
    assert_eq!(one["entity"]["fields"].as_array().unwrap().len(), 17);
    let fields = walk(&fake, "/v2/lists/1/list-entries/1/fields?limit=10").0;
    assert_eq!(fields.len(), 19);
}

#[test]
fn the_data_of_an_empty_list_is_null() {
    let body = ask(&fake(), "/v2/lists/4/list-entries").json();
    assert_eq!(body, json!({"data": null, "pagination": {"prevUrl": null, "nextUrl": null}}));
}

#[test]
fn a_sheet_view_gives_its_columns_and_takes_no_field_types() {
    let fake = fake();
    let views = walk(&fake, "/v2/lists/1/saved-views").0;
    assert_eq!(views.iter().map(|view| &view["type"]).collect::<Vec<_>>(), ["sheet", "board", "dashboard"]);
    let (rows, _) = walk(&fake, "/v2/lists/1/saved-views/28/list-entries?limit=50");
    let all = fake.expected_with_parent("saved_view_list_entries");
    assert_eq!(rows, all.into_iter().filter(|(view, _)| *view == 28).map(|(_, row)| row).collect::<Vec<_>>());
    assert!(rows.len() < 110 && rows[0]["entity"]["fields"].as_array().unwrap().len() == 19);
    let typed = ask(&fake, "/v2/lists/1/saved-views/28/list-entries?fieldTypes=list");
    assert_eq!(errors(&typed), (400, "validation".to_owned(), "fieldTypes".into()));
    assert_eq!(ask(&fake, "/v2/lists/1/saved-views/29/list-entries").status, 400);
    assert_eq!(ask(&fake, "/v2/lists/2/saved-views/28").status, 404);
}

#[test]
fn fields_are_described_without_values() {
    let fake = fake();
    for path in ["/v2/companies/fields", "/v2/persons/fields", "/v2/lists/1/fields"] {
        let (rows, _) = walk(&fake, path);
        assert!(rows.iter().all(|row| row["valueType"].is_string() && row.get("value").is_none()), "{path}");
    }
    let known = walk(&fake, "/v2/companies/fields").0;
    assert!(known.iter().any(|field| field["id"] == "field-99" && field["valueType"] == "sparkline"));
}

#[test]
fn values_are_of_every_type_and_one_of_them_is_of_none() {
    let fake = fake();
    let mut types: Vec<String> = Vec::new();
    let rows = [fake.expected("companies_with_fields"), fake.expected("persons_with_fields")].concat();
    for field in rows.iter().flat_map(|row| row["fields"].as_array().unwrap()) {
        types.push(field["value"]["type"].as_str().unwrap().to_owned());
        if field["value"]["type"] == "interaction" && !field["value"]["data"].is_null() {
            types.push(format!("interaction:{}", field["value"]["data"]["type"].as_str().unwrap()));
        }
    }
    for kind in
        ["sparkline", "dropdown-multi", "interaction:call", "interaction:email", "interaction:meeting"]
    {
        assert!(types.iter().any(|known| known == kind), "{kind}");
    }
    let link = |row: &&Value| {
        row["fields"].as_array().unwrap().iter().any(|f| f["value"]["data"][0]["link"].is_string())
    };
    assert!(rows.iter().any(|row| link(&row)));
    assert!(rows.iter().any(|row| row["id"] == 9_007_199_254_740_991_u64));
}

#[test]
fn notes_have_pages_of_twenty_a_total_on_demand_and_a_filter() {
    let fake = fake();
    let first = ask(&fake, "/v2/notes?totalCount=true").json();
    assert_eq!(first["data"].as_array().unwrap().len(), 20);
    assert_eq!(first["pagination"]["totalCount"], 45);
    assert!(ask(&fake, "/v2/notes").json()["pagination"].get("totalCount").is_none());
    assert_eq!(walk(&fake, "/v2/notes?totalCount=true").0, fake.expected("notes"));
    let includes = "includes=companiesPreview&includes=personsPreview&includes=opportunitiesPreview&includes=repliesCount";
    assert_eq!(walk(&fake, &format!("/v2/notes?{includes}")).0, fake.expected("notes_with_previews"));
    let since = walk(&fake, "/v2/notes?filter=updatedAt%3E%3D2023-01-06T00%3A00%3A00Z&limit=3").0;
    let want = |row: &Value| row["updatedAt"].as_str().is_some_and(|at| at >= "2023-01-06T00:00:00Z");
    assert_eq!(since, fake.expected("notes").into_iter().filter(want).collect::<Vec<_>>());
    assert!(!since.is_empty() && since.len() < 20);
    assert_eq!(errors(&ask(&fake, "/v2/notes?filter=soon")).2, "filter");
    assert_eq!(walk(&fake, "/v2/notes/1/replies").0.len(), 1);
    assert_eq!(walk(&fake, "/v2/notes/2/attached-persons").0.len(), 2);
}

#[test]
fn interactions_have_lists_of_their_own() {
    let fake = fake();
    for (path, name) in [
        ("calls", "calls"),
        ("chat-messages", "chat_messages"),
        ("emails", "emails"),
        ("meetings", "meetings"),
    ] {
        assert_eq!(walk(&fake, &format!("/v2/{path}?limit=10")).0, fake.expected(name), "{name}");
    }
}

#[test]
fn one_entity_knows_its_lists_and_entries() {
    let fake = fake();
    assert_eq!(ask(&fake, "/v2/persons/2").json(), fake.expected("persons")[0]);
    assert_eq!(ask(&fake, "/v2/lists/1").json(), fake.expected("lists")[0]);
    assert_eq!(walk(&fake, "/v2/companies/1/list-entries").0[0]["listId"], 1);
    assert!(walk(&fake, "/v2/companies/1/lists").0[0].get("type").is_none());
    for path in
        ["/v2/companies/5", "/v2/lists/99/list-entries", "/v2/nothing", "/v2/people", "/v2/companies/"]
    {
        assert_eq!(errors(&ask(&fake, path)), (404, "not-found".to_owned(), Value::Null), "{path}");
    }
}

#[test]
fn every_answer_tells_the_limits_in_text_and_the_reset_in_seconds_to_go() {
    let fake = Fake::affinity(Options::new().rate_limit(2, Duration::from_secs(40)));
    for (path, status, left) in [("/v2/lists", 200, "1"), ("/v2/nothing", 404, "0"), ("/v2/lists", 429, "0")]
    {
        let answer = ask(&fake, path);
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("X-Ratelimit-Limit-User"), Some("2"));
        assert_eq!(answer.header("X-Ratelimit-Limit-User-Remaining"), Some(left));
        let reset: u64 = answer.header("X-Ratelimit-Limit-User-Reset").unwrap().parse().unwrap();
        assert!((30..=40).contains(&reset));
        assert!(answer.header("X-Ratelimit-Limit-Org-Remaining").is_some());
    }
}

#[test]
fn the_samples_alone_are_what_dlt_made_its_tables_from() {
    let fake = Fake::affinity(Options::new().samples_only());
    let dlt = dlt_tables_expected();
    let (companies, _) = walk(&fake, &format!("/v2/companies?{ALL_TYPES}"));
    let want = dlt["companies"].as_array().unwrap();
    assert_eq!(companies.len(), want.len());
    for (company, want) in companies.iter().zip(want) {
        assert_eq!((&company["id"], &company["name"]), (&want["id"], &want["name"]));
        let field = |id: &str| {
            let fields = company["fields"].as_array().unwrap();
            fields.iter().find(|field| field["id"] == id).unwrap()["value"]["data"].clone()
        };
        assert_eq!(field("source-of-introduction")["id"], want["source-of-introduction"]);
        assert_eq!(field("first-email")["id"], want["first-email"]["id"]);
    }
    let entries = walk(&fake, &format!("/v2/lists/1/list-entries?{ALL_TYPES}&fieldTypes=list")).0;
    assert_eq!(entries[0]["entity"]["id"], dlt["lists-list-1-entries"][0]["entity_id"]);
    assert_eq!(fake.expected("v1_notes")[0]["content"], dlt["notes"][0]["content"]);
}
