//! What the sheet says of Tapfiliate, seen over the wire.

#![expect(clippy::unwrap_used, reason = "a test fails where what it looks for is not")]

mod client;

use std::collections::BTreeSet;
use std::time::Duration;

use client::{Answer, get};
use restload_fakes::{Fake, Options};
use serde_json::{Value, json};

fn fake() -> Fake {
    Fake::tapfiliate(Options::new())
}

fn ask(fake: &Fake, path: &str) -> Answer {
    get(fake, path, &[("X-Api-Key", fake.key())])
}

/// The URL behind `rel="next"`.
fn next(answer: &Answer) -> Option<String> {
    let links = answer.header("Link")?;
    let next = links.split(", ").find(|link| link.ends_with("; rel=\"next\""))?;
    Some(next.split_once('>')?.0.trim_start_matches('<').to_owned())
}

/// Every row of a list, by its links, and the number of pages.
fn walk(fake: &Fake, path: &str) -> (Vec<Value>, usize) {
    let mut rows = Vec::new();
    let mut pages = 0;
    let mut at = Some(path.to_owned());
    while let Some(path) = at {
        let answer = ask(fake, &path);
        assert_eq!(answer.status, 200, "{path}");
        rows.extend(answer.json().as_array().unwrap().iter().cloned());
        pages += 1;
        at = next(&answer);
    }
    (rows, pages)
}

fn sample(name: &str) -> Value {
    let path = format!("{}/samples/tapfiliate/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn both_header_names_carry_the_key() {
    let fake = fake();
    for name in ["X-Api-Key", "Api-Key", "x-api-key"] {
        assert_eq!(get(&fake, "/1.6/programs/", &[(name, fake.key())]).status, 200, "{name}");
    }
}

#[test]
fn a_wrong_key_is_told_in_json_and_a_missing_one_in_html() {
    let fake = fake();
    let wrong = get(&fake, "/1.6/programs/", &[("X-Api-Key", "wrong")]);
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.json(), json!({"message": "Authentication Failed.", "code": 401}));
    for headers in [&[][..], &[("X-Api-Key", "")], &[("Authorization", fake.key())]] {
        let missing = get(&fake, "/1.6/programs/", headers);
        assert_eq!(missing.status, 401);
        assert!(missing.is_html());
        assert!(missing.header("X-Ratelimit-Limit").is_none());
    }
}

#[test]
fn an_unmapped_path_is_html_and_an_unknown_id_is_json() {
    let fake = fake();
    for path in ["/1.6/payout-methods/", "/1.6/nothing/", "/1.5/programs/", "/"] {
        let unmapped = ask(&fake, path);
        assert_eq!(unmapped.status, 404, "{path}");
        assert!(unmapped.is_html(), "{path}");
    }
    for path in ["/1.6/affiliates/nobody/", "/1.6/affiliates/nobody/notes/", "/1.6/programs/none/affiliates/"]
    {
        let unknown = ask(&fake, path);
        assert_eq!(unknown.status, 404, "{path}");
        assert_eq!(unknown.json(), json!({"message": "Not Found", "code": 404}), "{path}");
    }
}

#[test]
fn a_path_without_its_last_slash_is_redirected_with_its_query() {
    let fake = fake();
    let answer = ask(&fake, "/1.6/conversions?page=2");
    assert_eq!(answer.status, 301);
    let there = format!("{}/1.6/conversions/?page=2", fake.origin());
    assert_eq!(answer.header("Location"), Some(there.as_str()));
    assert_eq!(ask(&fake, "/1.6/nothing").status, 404);
}

#[test]
fn links_lead_through_pages_of_25_in_order() {
    let fake = fake();
    for (path, name, want) in [
        ("/1.6/conversions/", "conversions", 130),
        ("/1.6/affiliates/", "affiliates", 60),
        ("/1.6/customers/", "customers", 60),
        ("/1.6/affiliate-prospects/", "affiliate_prospects", 30),
        ("/1.6/payments/", "payments", 28),
        ("/1.6/clicks/", "clicks", 30),
        ("/1.6/programs/", "programs", 4),
        ("/1.6/affiliate-groups/", "affiliate_groups", 3),
    ] {
        let (rows, pages) = walk(&fake, path);
        assert_eq!(rows, fake.expected(name), "{name}");
        assert_eq!((rows.len(), pages), (want, usize::div_ceil(want, 25)), "{name}");
    }
    let (commissions, pages) = walk(&fake, "/1.6/commissions/");
    assert_eq!(commissions, fake.expected("commissions"));
    assert!(pages > 4);
}

#[test]
fn rels_are_double_quoted_in_the_documented_order() {
    let fake = fake();
    let at = |page: usize| format!("<{}/1.6/conversions/?page={page}>", fake.origin());
    let want = [
        (1, format!("{}; rel=\"next\", {}; rel=\"last\"", at(2), at(6))),
        (
            2,
            format!(
                "{}; rel=\"next\", {}; rel=\"last\", {}; rel=\"first\", {}; rel=\"prev\"",
                at(3),
                at(6),
                at(1),
                at(1)
            ),
        ),
        (6, format!("{}; rel=\"first\", {}; rel=\"prev\"", at(1), at(5))),
    ];
    for (page, links) in want {
        let answer = ask(&fake, &format!("/1.6/conversions/?page={page}"));
        assert_eq!(answer.header("Link"), Some(links.as_str()), "page {page}");
    }
}

#[test]
fn a_page_beyond_the_end_is_an_empty_array_and_no_parameter_changes_the_size() {
    let fake = fake();
    let beyond = ask(&fake, "/1.6/conversions/?page=7");
    assert_eq!((beyond.status, beyond.json()), (200, json!([])));
    assert!(next(&beyond).is_none());
    let page = ask(&fake, "/1.6/conversions/?limit=100&per_page=100");
    assert_eq!(page.json().as_array().unwrap().len(), 25);
    assert_eq!(ask(&fake, "/1.6/conversions/?page=0").status, 400);
}

#[test]
fn only_what_is_paginated_has_links() {
    let fake = Fake::tapfiliate(Options::new().records("affiliates", 200));
    let balances = ask(&fake, "/1.6/balances/");
    assert!(balances.json().as_array().unwrap().len() > 25);
    assert_eq!(balances.header("Link"), None);
    for path in ["notes", "payout-methods", "payments", "programs", "balances", "meta-data"] {
        let answer = ask(&fake, &format!("/1.6/affiliates/janejameson/{path}/"));
        assert_eq!((answer.status, answer.header("Link")), (200, None), "{path}");
    }
}

#[test]
fn rate_limit_headers_count_down_to_a_unix_time_and_then_429() {
    let fake = Fake::tapfiliate(Options::new().rate_limit(2, Duration::from_mins(10)));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for left in ["1", "0"] {
        let answer = ask(&fake, "/1.6/programs/");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("X-Ratelimit-Limit"), Some("2"));
        assert_eq!(answer.header("X-Ratelimit-Remaining"), Some(left));
        let reset: u64 = answer.header("X-Ratelimit-Reset").unwrap().parse().unwrap();
        assert!((now + 590..now + 610).contains(&reset));
    }
    assert_eq!(ask(&fake, "/1.6/programs/").status, 429);
}

#[test]
fn the_first_rows_are_the_samples() {
    let fake = fake();
    for name in
        ["affiliates", "conversions", "customers", "commissions", "programs", "payments", "affiliate_groups"]
    {
        let sample = sample(name);
        let sample = sample.as_array().unwrap();
        assert_eq!(fake.expected(name)[..sample.len()], sample[..], "{name}");
    }
    let only = Fake::tapfiliate(Options::new().samples_only());
    assert_eq!(Value::from(only.expected("commissions")), sample("commissions"));
    assert_eq!(Value::from(only.expected("conversions")), sample("conversions"));
}

#[test]
fn maps_are_objects_arrays_and_nulls_and_dates_have_both_styles() {
    let fake = fake();
    let conversions = fake.expected("conversions");
    let metas: Vec<&Value> = conversions.iter().map(|row| &row["meta_data"]).collect();
    assert!(metas.contains(&&json!({})));
    assert!(metas.contains(&&json!([])));
    assert!(metas.contains(&&Value::Null));
    assert!(metas.iter().any(|meta| meta.as_object().is_some_and(|meta| !meta.is_empty())));
    for ending in ["+00:00", "+0000", "+0100"] {
        let has = |row: &Value| row["created_at"].as_str().unwrap().ends_with(ending);
        assert!(conversions.iter().any(has), "{ending}");
    }
    assert!(conversions.iter().all(|row| row["id"].is_u64() && row["affiliate"]["id"].is_string()));
    assert!(conversions.iter().any(|row| row["amount"].is_u64()));
    assert!(conversions.iter().any(|row| row["amount"].to_string().contains('.')));
}

#[test]
fn details_and_children_are_those_of_the_lists() {
    let fake = fake();
    for affiliate in fake.expected("affiliates").iter().take(8) {
        let id = affiliate["id"].as_str().unwrap();
        assert_eq!(&ask(&fake, &format!("/1.6/affiliates/{id}/")).json(), affiliate);
        for (path, name) in [
            ("notes", "affiliates_notes"),
            ("payout-methods", "affiliates_payout_methods"),
            ("payments", "affiliates_payments"),
            ("programs", "affiliates_programs"),
        ] {
            let own = fake.expected_with_parent(name).into_iter().filter(|(parent, _)| parent == id);
            let own: Vec<Value> = own.map(|(_, row)| row).collect();
            assert_eq!(
                ask(&fake, &format!("/1.6/affiliates/{id}/{path}/")).json(),
                Value::from(own),
                "{path}"
            );
        }
    }
    let balances: Vec<Value> = (0..6)
        .map(|row| fake.expected("affiliates")[row]["id"].as_str().unwrap().to_owned())
        .map(|id| ask(&fake, &format!("/1.6/affiliates/{id}/balances/")).json())
        .collect();
    assert_eq!(balances[0], json!({"USD": 5, "EUR": 35}));
    assert!(balances.contains(&json!([])));
}

#[test]
fn meta_data_is_a_map_or_an_empty_array_and_a_key_of_it_is_a_map_of_one() {
    let fake = fake();
    assert_eq!(
        ask(&fake, "/1.6/affiliates/janejameson/meta-data/").json(),
        json!({"foo": "bar", "tier": "gold"})
    );
    assert_eq!(ask(&fake, "/1.6/affiliates/janejameson/meta-data/foo/").json(), json!({"foo": "bar"}));
    assert_eq!(ask(&fake, "/1.6/affiliates/chucknorris1/meta-data/").json(), json!([]));
    assert_eq!(ask(&fake, "/1.6/conversions/2807860/meta-data/").json(), json!({"foo": "bar"}));
    assert_eq!(ask(&fake, "/1.6/customers/cu_eXampl4/meta-data/").json(), json!([]));
    assert_eq!(ask(&fake, "/1.6/customers/cu_eXampl4/meta-data/foo/").status, 404);
}

#[test]
fn affiliates_of_a_program_are_paged_and_seen_from_both_sides() {
    let fake = fake();
    let (rows, pages) = walk(&fake, "/1.6/programs/johns-affiliate-program/affiliates/");
    assert_eq!((rows.len(), pages), (60, 3));
    let (others, _) = walk(&fake, "/1.6/programs/eu-program/affiliates/");
    assert_eq!(others.len(), 20);
    let jane = ask(&fake, "/1.6/affiliates/janejameson/programs/").json();
    assert_eq!(jane.as_array().unwrap()[..2], sample("affiliate_programs").as_array().unwrap()[..]);
    let one = ask(&fake, "/1.6/programs/johns-affiliate-program/affiliates/chucknorris1/").json();
    assert_eq!(one, rows[1]);
    for path in ["commission-types", "levels", "bonuses"] {
        assert!(ask(&fake, &format!("/1.6/programs/eu-program/{path}/")).json().is_array(), "{path}");
    }
}

#[test]
fn custom_fields_are_not_an_affiliate() {
    assert_eq!(
        ask(&fake(), "/1.6/affiliates/custom-fields/").json(),
        sample("affiliate_custom_fields_UNCONFIRMED")
    );
}

#[test]
fn date_filters_take_both_days_in_utc_and_stay_in_the_links() {
    let fake = fake();
    let one_day = walk(&fake, "/1.6/conversions/?date_from=2021-05-10&date_to=2021-05-10").0;
    assert_eq!(one_day, fake.expected("conversions")[..1]);
    let days = ["2021-05-10", "2021-06-15", "2021-06-16", "2022-12-31"];
    let before = walk(&fake, &format!("/1.6/conversions/?date_from={}&date_to={}", days[0], days[1]));
    let after = walk(&fake, &format!("/1.6/conversions/?date_from={}&date_to={}", days[2], days[3]));
    assert!(before.1 > 1);
    assert_eq!([before.0, after.0].concat(), fake.expected("conversions"));
    assert_eq!(ask(&fake, "/1.6/customers/?date_from=tomorrow").status, 400);
    // A filter that a list does not have changes nothing.
    assert_eq!(walk(&fake, "/1.6/commissions/?date_from=2030-01-01").0, fake.expected("commissions"));
}

#[test]
fn status_and_paid_have_other_names_than_the_fields() {
    let fake = fake();
    let all = fake.expected("commissions");
    for (status, approved) in
        [("approved", json!(true)), ("disapproved", json!(false)), ("pending", Value::Null)]
    {
        let want: Vec<Value> = all.iter().filter(|row| row["approved"] == approved).cloned().collect();
        assert!(!want.is_empty());
        assert_eq!(walk(&fake, &format!("/1.6/commissions/?status={status}")).0, want, "{status}");
    }
    let paid: Vec<Value> = all.iter().filter(|row| !row["payout"].is_null()).cloned().collect();
    assert!(!paid.is_empty());
    assert_eq!(walk(&fake, "/1.6/commissions/?paid=1").0, paid);
    assert_eq!(ask(&fake, "/1.6/commissions/?paid=true").status, 400);
}

#[test]
fn what_rows_refer_to_is_there() {
    let fake = fake();
    let ids = |name: &str| -> BTreeSet<String> {
        let rows = fake.expected(name);
        let ids: BTreeSet<String> = rows.iter().map(|row| row["id"].to_string()).collect();
        assert_eq!(ids.len(), rows.len(), "ids of {name} are distinct");
        ids
    };
    let (affiliates, programs, customers) = (ids("affiliates"), ids("programs"), ids("customers"));
    let (conversions, payments, groups) = (ids("conversions"), ids("payments"), ids("affiliate_groups"));
    for row in fake.expected("conversions") {
        assert!(affiliates.contains(&row["affiliate"]["id"].to_string()));
        assert!(programs.contains(&row["program"]["id"].to_string()));
        assert!(row["customer"].is_null() || customers.contains(&row["customer"]["id"].to_string()));
    }
    for row in fake.expected("commissions") {
        assert!(conversions.contains(&row["conversion"]["id"].to_string()));
        assert!(row["payout"].is_null() || payments.contains(&row["payout"]["id"].to_string()));
    }
    for row in fake.expected("affiliates") {
        assert!(row["parent_id"].is_null() || affiliates.contains(&row["parent_id"].to_string()));
        assert!(
            row["affiliate_group_id"].is_null() || groups.contains(&row["affiliate_group_id"].to_string())
        );
    }
}
