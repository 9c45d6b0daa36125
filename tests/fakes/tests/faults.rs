//! What a test can make go wrong, and what it can learn afterwards.

mod client;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use client::{Answer, get};
use restload_fakes::{ALWAYS, Api, Fake, Options};

const PROGRAMS: &str = "/1.6/programs/";

fn fake() -> Fake {
    Fake::tapfiliate(Options::new())
}

fn ask(fake: &Fake, path: &str) -> Answer {
    get(fake, path, &[("X-Api-Key", fake.key())])
}

#[test]
fn the_first_answers_fail_with_headers_and_the_next_is_right() {
    let fake = fake();
    fake.fail_first(PROGRAMS, 503, 2, &[("Retry-After", "1")]);
    for _ in 0..2 {
        let failed = ask(&fake, PROGRAMS);
        assert_eq!((failed.status, failed.header("Retry-After")), (503, Some("1")));
    }
    assert_eq!(ask(&fake, PROGRAMS).status, 200);
}

#[test]
fn an_error_of_a_rule_has_the_body_of_the_api() {
    let affinity = Fake::affinity(Options::new());
    affinity.fail_first("/v2/lists", 429, ALWAYS, &[]);
    affinity.fail_first("/lists", 429, ALWAYS, &[]);
    assert_eq!(get(&affinity, "/v2/lists", &[]).json()["errors"][0]["code"], "rate-limit");
    assert!(get(&affinity, "/lists", &[]).json()["message"].is_string());
    let tapfiliate = fake();
    tapfiliate.fail_first(PROGRAMS, 429, 1, &[]);
    assert_eq!(ask(&tapfiliate, PROGRAMS).json()["code"], 429);
}

#[test]
fn a_body_that_is_cut_is_shorter_than_announced() {
    let fake = fake();
    fake.cut_body("/1.6/conversions/?page=2", 1);
    let cut = ask(&fake, "/1.6/conversions/?page=2");
    let announced: usize = cut.header("Content-Length").unwrap().parse().unwrap();
    assert_eq!(cut.status, 200);
    assert_eq!(cut.body.len(), announced / 2);
    let whole = ask(&fake, "/1.6/conversions/?page=2");
    assert_eq!(whole.body.len(), announced);
    assert!(whole.body.starts_with(&cut.body));
}

#[test]
fn html_takes_the_place_of_json_under_any_status() {
    let fake = fake();
    fake.html("/1.6/*", 200, 1);
    let page = ask(&fake, PROGRAMS);
    assert!(page.status == 200 && page.is_html());
    assert!(!ask(&fake, PROGRAMS).is_html());
}

#[test]
fn a_delay_is_for_its_path_and_latency_for_all() {
    let fake = fake();
    fake.delay(PROGRAMS, Duration::from_millis(500));
    let took = |path: &str| {
        let start = Instant::now();
        assert_eq!(ask(&fake, path).status, 200);
        start.elapsed()
    };
    assert!(took(PROGRAMS) >= Duration::from_millis(500));
    assert!(took("/1.6/balances/") < Duration::from_millis(500));
    let slow = Fake::tapfiliate(Options::new().latency(Duration::from_millis(60)));
    let start = Instant::now();
    ask(&slow, PROGRAMS);
    assert!(start.elapsed() >= Duration::from_millis(60));
}

#[test]
fn requests_are_remembered_in_order_with_their_headers() {
    let fake = fake();
    ask(&fake, "/1.6/conversions/?page=2&x=a%20b");
    ask(&fake, PROGRAMS);
    let seen = fake.requests();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].path_and_query, "/1.6/conversions/?page=2&x=a%20b");
    assert_eq!(seen[0].path(), "/1.6/conversions/");
    assert_eq!((seen[1].method.as_str(), seen[1].header("x-api-key")), ("GET", Some(fake.key())));
    fake.forget_requests();
    assert!(fake.requests().is_empty());
}

#[test]
fn the_greatest_number_in_flight_is_known() {
    let fake = Fake::tapfiliate(Options::new().latency(Duration::from_millis(500)));
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| ask(&fake, PROGRAMS));
        }
    });
    assert_eq!(fake.max_in_flight(), 5);
    fake.forget_requests();
    ask(&fake, PROGRAMS);
    assert_eq!(fake.max_in_flight(), 1);
}

#[test]
fn a_fake_that_is_shut_down_gives_its_port_back() {
    let fake = fake();
    let address = fake.origin().trim_start_matches("http://").to_owned();
    ask(&fake, PROGRAMS);
    fake.shutdown();
    assert!(std::net::TcpStream::connect(&address).is_err());
    let again = Options::new().port(address.rsplit_once(':').unwrap().1.parse().unwrap());
    assert!(Fake::start(Api::Taplytics, &again).is_ok());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(Fake::start(Api::Taplytics, &Options::new().port(taken.local_addr().unwrap().port())).is_err());
}

#[test]
fn a_collection_that_does_not_exist_is_refused() {
    let error = Fake::start(Api::Tapfiliate, &Options::new().records("affiliate", 3)).unwrap_err();
    assert!(error.to_string().contains("no collection `affiliate` to"), "{error}");
}

#[test]
fn the_same_seed_gives_the_same_rows_and_another_the_same_ids() {
    let rows = |seed: u64| Fake::tapfiliate(Options::new().seed(seed)).expected("conversions");
    assert_eq!(rows(1), rows(1));
    assert_ne!(rows(1), rows(2));
    let ids = |seed| rows(seed).iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(1), ids(2));
}

#[tokio::test]
async fn a_fake_starts_and_ends_inside_a_runtime() {
    let fake = fake();
    let stream = tokio::net::TcpStream::connect(fake.origin().trim_start_matches("http://")).await;
    assert!(stream.is_ok());
    drop(fake);
}
