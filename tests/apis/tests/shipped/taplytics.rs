//! `specs/taplytics.yaml`.

use std::sync::LazyLock;

use restload_api_tests::{Ended, Expected, Left, Stage, Table, read_alike};
use restload_fakes::{ALWAYS, Fake, Options};
use serde_json::{Value, json};

const TABLES: [&str; 4] = ["push", "user_experiments", "users", "users_by_page"];
/// Of the letters that keys in Base64 have.
const KEY: &str = "t0ken+of/the=pr\"j&ct#%\\\u{e9}";

fn fake() -> Fake {
    Fake::taplytics(Options::new().key(KEY).records("users", 130).records("push", 105))
}

struct Loaded {
    fake: Fake,
    stage: Stage,
    ended: Ended,
}

/// One load of everything, which most tests look at.
static LOADED: LazyLock<Loaded> = LazyLock::new(|| {
    let (fake, stage) = (fake(), Stage::new());
    let ended = stage.load("taplytics", &fake, &[]).exited(0);
    Loaded { fake, stage, ended }
});

fn table(name: &str) -> Option<Table> {
    read_alike(&LOADED.stage.folder("taplytics").join(name))
}

#[test]
fn users_are_read_by_token_and_by_page_alike() {
    for name in ["users", "users_by_page"] {
        if let Some(read) = table(name) {
            let users = LOADED.fake.expected("users");
            Expected::in_order(users, &["id"]).json(&["metadata", "devices"]).check(name, &read);
        }
    }
    let requests = LOADED.fake.requests();
    let by_token = requests.iter().filter(|request| request.path() == "/v2/usersByToken");
    let by_token: Vec<&str> = by_token.map(|request| request.path_and_query.as_str()).collect();
    let token = &LOADED.fake.expected("users")[99]["id"].as_str().unwrap().to_owned();
    let second = format!("/v2/usersByToken?per_page=100&paginationToken={token}");
    assert_eq!(by_token, ["/v2/usersByToken?per_page=100", &second]);
}

#[test]
fn experiments_of_users_are_a_table_without_requests() {
    let users = LOADED.fake.expected("users");
    let of_user = |user: &Value| {
        let experiments = user["experiments"].as_array().cloned().unwrap_or_default().into_iter();
        let id = user["id"].clone();
        experiments.map(move |mut experiment| {
            experiment["user_id"] = id.clone();
            experiment
        })
    };
    let experiments: Vec<Value> = users.iter().flat_map(of_user).collect();
    assert!(experiments.len() >= users.len());
    if let Some(read) = table("user_experiments") {
        Expected::in_order(experiments, &["user_id", "experiment_id"]).check("user_experiments", &read);
    }
    let record = LOADED.stage.record("taplytics");
    assert_eq!(record["resources"]["user_experiments"]["requests"], 0);
}

#[test]
fn push_notifications_are_read_in_their_order() {
    if let Some(read) = table("push") {
        let push = LOADED.fake.expected("push");
        Expected::in_order(push, &[]).json(&["filters", "custom_keys"]).check("push", &read);
    }
}

#[test]
fn columns_have_the_types_of_what_the_api_sends() {
    for (name, columns) in [
        (
            "users",
            &[
                ("id", "string"),
                ("user_id", "string"),
                ("created_at", "timestamp"),
                ("session_count", "int64"),
                ("location.latitude", "float64"),
                ("location.postal_code", "string"),
                ("experiments", "list<struct<experiment_id: string, variation: string>>"),
                ("metadata", "string"),
                ("devices", "string"),
            ][..],
        ),
        (
            "push",
            &[("notification.time_to_live", "int64"), ("production", "boolean"), ("custom_keys", "string")],
        ),
        ("user_experiments", &[("user_id", "string"), ("variation", "string")]),
    ] {
        let Some(read) = table(name) else { return };
        for (column, wanted) in columns {
            assert_eq!(read.type_of(column), *wanted, "{name}.{column}");
        }
    }
    assert_eq!(LOADED.stage.tables("taplytics"), TABLES);
}

#[test]
fn the_key_goes_in_the_header_and_links_are_followed_as_they_came() {
    let requests = LOADED.fake.requests();
    for request in &requests {
        assert_eq!(request.header("x-access-token"), Some(KEY), "{}", request.path_and_query);
    }
    let mut asked: Vec<&str> = requests.iter().map(|request| request.path_and_query.as_str()).collect();
    asked.retain(|path| !path.starts_with("/v2/usersByToken"));
    asked.sort_unstable();
    let key = encoded();
    let next = |path| format!("/v2/{path}?api_token={key}&page=2&per_page=100");
    assert_eq!(
        asked,
        [&next("push"), "/v2/push?per_page=100", &next("users"), "/v2/users?per_page=100"],
        "the link in single quotes is followed"
    );
}

/// The key as the API writes it into its links.
fn encoded() -> String {
    "t0ken%2Bof%2Fthe%3Dpr%22j%26ct%23%25%5C%C3%A9".to_owned()
}

/// All spellings in which a key may stand in a URL.
fn holds_the_key(text: &str) -> bool {
    let encoded = encoded();
    [KEY, &encoded, &encoded.to_lowercase(), "t0ken"].iter().any(|spelled| text.contains(spelled))
}

#[test]
fn the_key_in_the_links_of_the_api_is_nowhere_in_what_is_left() {
    assert!(!holds_the_key(&LOADED.ended.out), "{}", LOADED.ended.out);
    assert!(!holds_the_key(&LOADED.ended.err), "{}", LOADED.ended.err);
    let left = Left::read(&LOADED.stage.folder("taplytics"));
    assert!(left.paths().iter().any(|path| path.starts_with("_restload/loads/")));
    assert_eq!(left.with_text("t0ken"), [""; 0]);
    for name in TABLES {
        // Inside the files values are compressed.
        if let Some(read) = table(name) {
            assert!(!holds_the_key(&json!(read.rows).to_string()), "{name}");
        }
    }
}

#[test]
fn the_key_is_in_no_log_and_no_message_when_a_next_page_fails() {
    for log in [&["--log", "human"][..], &["--log", "json"], &["--quiet"]] {
        let (fake, stage) = (fake(), Stage::new());
        fake.fail_first(&format!("/v2/users?api_token={}&page=2*", encoded()), 500, ALWAYS, &[]);
        let ended = stage.load("taplytics", &fake, log).exited(4);
        assert!(ended.err.contains("page=2"), "the message names the request: {}", ended.err);
        assert!(!holds_the_key(&ended.out), "{}", ended.out);
        assert!(!holds_the_key(&ended.err), "{}", ended.err);
        assert_eq!(Left::read(&stage.folder("taplytics")).with_text("t0ken"), [""; 0]);
        assert_eq!(stage.tables("taplytics"), ["push", "user_experiments", "users"]);
    }
}

#[test]
fn a_log_in_json_is_a_json_object_a_line() {
    let stage = Stage::new();
    let ended = stage.load("taplytics", &fake(), &["--log", "json"]).exited(0);
    let lines: Vec<Value> = ended.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!lines.is_empty() && lines.iter().all(Value::is_object));
    assert!(!holds_the_key(&ended.err), "{}", ended.err);
}

#[test]
fn a_wrong_key_is_told_in_the_words_of_the_api() {
    let stage = Stage::new();
    let ended = stage.load_as("taplytics", &fake(), "an0ther-project", &[]).exited(3);
    assert!(ended.err.contains("401"), "{}", ended.err);
    assert!(ended.err.contains("Invalid API Key"), "{}", ended.err);
    assert!(!ended.err.contains("an0ther-project"), "{}", ended.err);
}
