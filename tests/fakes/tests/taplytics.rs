//! What the sheet says of Taplytics, seen over the wire.

mod client;

use client::{Answer, get};
use restload_fakes::{Fake, Options};
use serde_json::{Value, json};

fn fake() -> Fake {
    Fake::taplytics(Options::new().key("se cret"))
}

fn ask(fake: &Fake, path: &str) -> Answer {
    get(fake, path, &[("x-access-token", fake.key())])
}

#[test]
fn the_key_goes_in_the_header_or_in_the_query() {
    let fake = Fake::taplytics(Options::new().key("k3y"));
    assert_eq!(get(&fake, "/v2/users?api_token=k3y", &[]).status, 200);
    assert_eq!(get(&fake, "/v2/users", &[("X-Access-Token", "k3y")]).status, 200);
    assert_eq!(get(&fake, "/v2/users", &[("Authorization", "Bearer k3y")]).status, 401);
    assert_eq!(get(&fake, "/v2/users?api_token=wrong", &[]).status, 401);
}

#[test]
fn the_token_is_the_last_id_of_the_page_and_null_on_the_last() {
    let fake = fake();
    let mut rows: Vec<Value> = Vec::new();
    let mut path = "/v2/usersByToken?per_page=70".to_owned();
    let mut counts = Vec::new();
    loop {
        let body = ask(&fake, &path).json();
        let users = body["users"].as_array().unwrap().clone();
        counts.push(users.len());
        assert_eq!(body["numEntities"], users.len());
        rows.extend(users);
        let Some(token) = body["nextPaginationToken"].as_str() else {
            assert!(body["nextPaginationToken"].is_null());
            break;
        };
        assert_eq!(rows.last().unwrap()["id"], token);
        path = format!("/v2/usersByToken?per_page=70&paginationToken={token}");
    }
    assert_eq!(counts, [70, 70, 70, 40]);
    assert_eq!(rows, fake.expected("users"));
}

#[test]
fn a_page_has_100_users_however_many_are_asked_for() {
    let fake = fake();
    let size = |path: &str| ask(&fake, path).json()["users"].as_array().unwrap().len();
    assert_eq!(size("/v2/usersByToken"), 100);
    assert_eq!(size("/v2/usersByToken?per_page=500"), 100);
    assert_eq!(ask(&fake, "/v2/usersByToken?per_page=0").status, 400);
    assert_eq!(ask(&fake, "/v2/usersByToken?paginationToken=nobody").status, 400);
}

#[test]
fn links_have_single_quotes_the_key_and_a_stray_quote() {
    let fake = Fake::taplytics(Options::new().key("k3y"));
    let at = |page: usize| format!("<{}/v2/users?api_token=k3y&page={page}&per_page=100>", fake.origin());
    let links =
        |page: usize| ask(&fake, &format!("/v2/users?page={page}")).header("Link").unwrap().to_owned();
    assert_eq!(links(1), format!("{}; rel='last', {}; rel='next'\"", at(3), at(2)));
    assert_eq!(links(2), format!("{}; rel='last', {}; rel='next', {}; rel='first'\"", at(3), at(3), at(1)));
    assert_eq!(links(3), format!("{}; rel='prev', {}; rel='first'\"", at(2), at(1)));
}

#[test]
fn users_and_push_are_bare_arrays_by_page() {
    let fake = fake();
    for (path, name, pages) in [("/v2/users", "users", 3), ("/v2/push", "push", 2)] {
        let pages = (1..=pages).map(|page| ask(&fake, &format!("{path}?page={page}")).json());
        let rows: Vec<Value> = pages.flat_map(|page| page.as_array().unwrap().clone()).collect();
        assert_eq!(rows, fake.expected(name), "{name}");
    }
}

#[test]
fn a_user_alone_has_custom_data_in_place_of_metadata() {
    let fake = fake();
    let users = fake.expected("users");
    for user in [&users[0], &users[7]] {
        let id = user["id"].as_str().unwrap();
        let alone = ask(&fake, &format!("/v2/users/{id}")).json();
        assert_eq!(alone["custom_data"], user["metadata"]);
        assert!(alone.get("metadata").is_none() && alone.get("gender").is_some());
    }
    assert_eq!(ask(&fake, "/v2/users?user_id=user-1").json()["id"], "548223f2c7036020742ff21a");
    assert_eq!(ask(&fake, "/v2/users/548223f2c7036020742fffff").status, 404);
}

#[test]
fn users_have_free_keys_empty_places_and_nameless_devices() {
    let users = fake().expected("users");
    assert!(users.iter().any(|user| user["metadata"].get("Favourite colour").is_some()));
    assert!(users.iter().any(|user| user["metadata"] == json!({})));
    assert!(users.iter().any(|user| user["location"] == json!({})));
    assert!(users.iter().any(|user| user["location"]["latitude"].is_number()));
    assert!(users.iter().all(|user| user["devices"] == json!([{}])));
    assert!(users.iter().any(|user| user["experiments"] == json!([])));
}
