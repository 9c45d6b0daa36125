//! What a connection adds: retries, redirects, auth and slots.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use jiff::Timestamp;
use restload_diag::Pointer;
use restload_spec::plan::{AuthPlan, ClientPlan, KeyPlace, Origin, RetryPlan, Secret, TimeoutPlan};
use url::Url;

use super::server::{Scripted, Server, ok, sends, status};
use crate::clock::TestClock;
use crate::events::{Event, Listener, RetryReason};
use crate::redact::Redactor;
use crate::transport::{
    Connection, Delivered, Exchange, Http, Request, Ruling, SendError, SendFailure, Transport, TransportError,
};

const KEY: &str = "s3cr3tkey";

/// Answers from a script and keeps what was asked.
#[derive(Default)]
struct Fake {
    script: Mutex<VecDeque<Result<Exchange, TransportError>>>,
    asked: Mutex<Vec<Request>>,
}

impl Fake {
    fn of(script: impl IntoIterator<Item = Exchange>) -> Arc<Self> {
        Arc::new(Self { script: Mutex::new(script.into_iter().map(Ok).collect()), asked: Mutex::default() })
    }

    fn urls(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|request| request.url.to_string()).collect()
    }
}

impl Transport for Fake {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        let url = request.url.clone();
        self.asked.lock().unwrap().push(request);
        let next = self.script.lock().unwrap().pop_front().expect("one request more than the script has");
        futures::future::ready(next.map(|exchange| Exchange { url, ..exchange })).boxed()
    }
}

#[derive(Default)]
struct Heard(Mutex<Vec<Event>>);

impl Listener for Heard {
    fn hear(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

struct Bench {
    client: ClientPlan,
    connection: Connection,
    clock: TestClock,
    heard: Arc<Heard>,
    redactor: Redactor,
}

impl Bench {
    fn new(transport: Arc<dyn Transport>, origins: &[&str], auth: AuthPlan) -> Self {
        let origin = |url: &&str| {
            let url = Url::parse(url).unwrap();
            let host = url.host_str().unwrap().to_owned();
            Origin { scheme: url.scheme().to_owned(), host, port: url.port_or_known_default().unwrap() }
        };
        let client = ClientPlan {
            base_url: Url::parse(origins[0]).unwrap(),
            token_base: None,
            origins: origins.iter().map(origin).collect(),
            auth,
            auth_at: Pointer::root(),
            rate_limits: Vec::new(),
            concurrency: 4,
            retry: RetryPlan {
                attempts: 4,
                statuses: vec![429, 503],
                initial: Duration::from_millis(500),
                max: Duration::from_millis(1500),
                at: Pointer::root(),
            },
            timeout: timeouts(),
            tls: restload_spec::plan::TlsPlan::default(),
            max_body: 1000,
        };
        let clock = TestClock::new(start());
        let (heard, redactor) = (Arc::new(Heard::default()), Redactor::new());
        let connection = Connection::new(
            transport,
            &client,
            Arc::new(clock.clone()),
            redactor.clone(),
            Arc::<Heard>::clone(&heard),
        );
        Self { client, connection, clock, heard, redactor }
    }

    fn against(server: &Server) -> Self {
        Self::new(Arc::new(Http::new(timeouts(), 1000)), &[server.url("/").as_str()], AuthPlan::None)
    }

    async fn get(&self, url: &str, auth: &AuthPlan) -> Result<Delivered, SendError> {
        self.connection
            .send(Request::get(Url::parse(url).unwrap()), auth, 0, &|_, _, _| Ruling::BuiltIn)
            .await
    }

    fn retries(&self) -> Vec<(RetryReason, u64)> {
        let heard = self.heard.0.lock().unwrap();
        let retries = heard.iter().filter_map(|event| match event {
            Event::Retry { why, wait, .. } => Some((why.clone(), u64::try_from(wait.as_millis()).unwrap())),
            _ => None,
        });
        retries.collect()
    }

    fn sleeps(&self) -> Vec<u64> {
        self.clock.sleeps().iter().map(|sleep| u64::try_from(sleep.as_millis()).unwrap()).collect()
    }
}

fn start() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn timeouts() -> TimeoutPlan {
    let seconds = Duration::from_secs;
    TimeoutPlan { connect: seconds(10), read: seconds(10), total: seconds(20) }
}

fn answer(status: u16, headers: &[(&str, &str)]) -> Exchange {
    let url = Url::parse("https://unset.test/").unwrap();
    Exchange { status, headers: headers.iter().copied().collect(), body: "body".into(), url }
}

fn query_key() -> AuthPlan {
    AuthPlan::ApiKey { name: "key".to_owned(), key: Secret::new(KEY), place: KeyPlace::Query }
}

fn header_key() -> AuthPlan {
    AuthPlan::ApiKey { name: "X-Api-Key".to_owned(), key: Secret::new(KEY), place: KeyPlace::Header }
}

const BASE: &str = "https://api.test/v1/";

#[tokio::test]
async fn statuses_of_the_plan_are_asked_again_with_growing_waits() {
    let server = Server::start([status(503, ""), status(429, ""), status(503, ""), ok("done")]).await;
    let bench = Bench::against(&server);
    let delivered = bench.get(server.url("/x").as_str(), &AuthPlan::None).await.unwrap();
    assert_eq!((delivered.exchange.status, delivered.attempts, delivered.requests), (200, 4, 4));
    // Half of 500, 1000 and 1500: the jitter of the test clock is 0.5.
    assert_eq!(bench.sleeps(), [250, 500, 750]);
    assert_eq!(delivered.waited, Duration::from_millis(1500));
    let reasons =
        [(503, 250), (429, 500), (503, 750)].map(|(status, wait)| (RetryReason::Status(status), wait));
    assert_eq!(bench.retries(), reasons);
    assert_eq!(server.lines(), ["GET /x"; 4]);
}

#[tokio::test]
async fn after_the_last_attempt_the_answer_is_delivered_as_it_is() {
    let server = Server::start([status(503, "down")]).await;
    let bench = Bench::against(&server);
    let delivered = bench.get(server.url("/x").as_str(), &AuthPlan::None).await.unwrap();
    assert_eq!((delivered.exchange.status, delivered.attempts), (503, 4));
    assert_eq!(delivered.exchange.body, "down");
    assert_eq!((server.lines().len(), bench.sleeps().len()), (4, 3));
}

#[tokio::test]
async fn other_statuses_are_delivered_at_once() {
    for code in [204, 304, 400, 401, 404, 500] {
        let server = Server::start([status(code, "")]).await;
        let bench = Bench::against(&server);
        let delivered = bench.get(server.url("/x").as_str(), &AuthPlan::None).await.unwrap();
        assert_eq!((delivered.exchange.status, delivered.attempts), (code, 1));
        assert!(bench.sleeps().is_empty());
    }
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_asked_again_and_then_an_error() {
    let url = sends(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789");
    let bench = Bench::new(Arc::new(Http::new(timeouts(), 1000)), &[url.as_str()], AuthPlan::None);
    let error = bench.get(url.as_str(), &AuthPlan::None).await.unwrap_err();
    assert_eq!((error.attempts, error.requests, error.last.is_none()), (4, 4, true));
    assert!(matches!(&error.failure, SendFailure::Transport(TransportError::CutOff { received: 10, .. })));
    assert_eq!(
        error.to_string(),
        "the answer was cut off after 10 bytes: end of file before message length reached (attempt 4, 1 s waited)"
    );
    assert_eq!(bench.retries().len(), 3);
}

#[tokio::test]
async fn an_error_that_will_not_pass_is_not_asked_again() {
    let error = TransportError::ContentEncoding { reason: format!("bad {KEY}") };
    let fake = Arc::new(Fake { script: Mutex::new([Err(error)].into()), asked: Mutex::default() });
    let bench = Bench::new(fake, &[BASE], query_key());
    let error = bench.get(BASE, &query_key()).await.unwrap_err();
    assert_eq!(
        (error.attempts, error.to_string().as_str()),
        (1, "the answer cannot be decompressed: bad ***")
    );
}

#[tokio::test]
async fn retry_after_wins_over_the_growing_wait() {
    let date = "Sat, 21 Nov 2026 08:00:42 GMT";
    let fake = Fake::of([
        answer(429, &[("Retry-After", "7")]),
        // Seven seconds have passed by now.
        answer(503, &[("Retry-After", date)]),
        answer(503, &[("Retry-After", "0")]),
        answer(200, &[]),
    ]);
    let bench = Bench::new(fake, &[BASE], AuthPlan::None);
    let delivered = bench.get(BASE, &AuthPlan::None).await.unwrap();
    assert_eq!(bench.sleeps(), [7000, 35_000, 750]);
    assert_eq!(delivered.waited, Duration::from_millis(42_750));
}

#[tokio::test]
async fn a_wait_that_is_too_long_ends_with_the_time_to_come_back() {
    let fake = Fake::of([answer(503, &[("Retry-After", "900")]), answer(429, &[("Retry-After", "7260")])]);
    let bench = Bench::new(fake, &[BASE], AuthPlan::None);
    let error = bench.get(BASE, &AuthPlan::None).await.unwrap_err();
    assert_eq!(bench.sleeps(), [900_000]);
    let at = "2026-11-21T10:16:00Z".parse().unwrap();
    assert_eq!(error.failure, SendFailure::ComeBack { status: 429, at, wait: Duration::from_mins(121) });
    assert_eq!(error.last.as_ref().map(|last| last.status), Some(429));
    assert_eq!(
        error.to_string(),
        "the API answered 429 Too Many Requests and asks to come back at 2026-11-21T10:16:00Z, in 2 h 1 min (attempt 2, 15 min waited)"
    );
}

#[tokio::test]
async fn redirects_within_the_origin_are_followed_with_auth() {
    let script = [
        status(301, "").with("location", "/b?page=2"),
        status(302, "").with("location", "c"),
        status(303, "").with("location", "/d?key=echoed&x=%2c"),
        status(307, "").with("location", "?y=1"),
        status(308, "").with("location", "/e#top"),
        ok("done"),
    ];
    let server = Server::start(script).await;
    let bench = Bench::against(&server);
    let delivered = bench.get(server.url("/a?page=1").as_str(), &query_key()).await.unwrap();
    assert_eq!((delivered.attempts, delivered.requests), (1, 6));
    assert_eq!(delivered.exchange.url, server.url("/e"));
    assert_eq!(
        server.lines(),
        [
            "GET /a?page=1&key=s3cr3tkey",
            "GET /b?page=2&key=s3cr3tkey",
            "GET /c?key=s3cr3tkey",
            "GET /d?x=%2c&key=s3cr3tkey",
            "GET /d?y=1&key=s3cr3tkey",
            "GET /e?key=s3cr3tkey",
        ]
    );
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_an_error_before_it_is_asked() {
    let other = Server::start([ok("")]).await;
    let server = Server::start([status(302, "").with("location", other.url("/x").as_str())]).await;
    let bench = Bench::against(&server);
    let error = bench.get(server.url("/a").as_str(), &header_key()).await.unwrap_err();
    assert_eq!(error.failure.name(), "credentials-would-leave");
    let message = error.to_string();
    assert!(message.contains(&format!("http://{}", server.address)), "{message}");
    assert!(message.contains(&format!("http://{}", other.address)), "{message}");
    assert_eq!((server.lines().len(), other.lines().len()), (1, 0));
    assert_eq!(server.seen()[0].header("x-api-key"), Some(KEY));
}

#[tokio::test]
async fn a_redirect_to_another_allowed_origin_is_followed() {
    let other = Server::start([ok("there")]).await;
    let server = Server::start([status(302, "").with("location", other.url("/x").as_str())]).await;
    let origins = [server.url("/"), other.url("/")];
    let http = Arc::new(Http::new(timeouts(), 1000));
    let bench = Bench::new(http, &[origins[0].as_str(), origins[1].as_str()], AuthPlan::None);
    let delivered = bench.get(server.url("/a").as_str(), &header_key()).await.unwrap();
    assert_eq!(delivered.exchange.body, "there");
    assert_eq!(other.seen()[0].header("x-api-key"), Some(KEY));
}

#[tokio::test]
async fn a_redirect_from_https_to_http_is_an_error_even_where_the_origin_is_allowed() {
    let fake = Fake::of([answer(302, &[("Location", "http://api.test/v1/")])]);
    let bench = Bench::new(Arc::<Fake>::clone(&fake), &[BASE, "http://api.test/"], AuthPlan::None);
    let error = bench.get(BASE, &header_key()).await.unwrap_err();
    assert_eq!(error.failure.name(), "credentials-would-leave");
    assert_eq!(fake.urls(), [BASE]);
}

#[tokio::test]
async fn a_url_of_another_origin_is_never_asked() {
    let fake = Fake::of([]);
    let bench = Bench::new(fake, &[BASE], header_key());
    bench.redactor.register("evil-host");
    for url in [
        "https://evil-host.test/x",
        "http://api.test/",
        "https://api.test:444/",
        "https://api.test.evil-host/",
    ] {
        let error = bench.get(url, &header_key()).await.unwrap_err();
        assert_eq!((error.failure.name(), error.requests), ("credentials-would-leave", 0), "{url}");
        assert!(!error.to_string().contains("evil-host"), "{error}");
    }
    assert!(bench.heard.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn redirects_have_an_end() {
    let server = Server::start([status(302, "").with("location", "/again?x=1")]).await;
    let bench = Bench::against(&server);
    let error = bench.get(server.url("/a").as_str(), &AuthPlan::None).await.unwrap_err();
    let last = server.url("/again").to_string();
    assert_eq!(error.failure, SendFailure::Transport(TransportError::TooManyRedirects { limit: 10, last }));
    assert_eq!((error.attempts, error.requests, server.lines().len()), (1, 11, 11));

    let server = Server::start([status(302, "")]).await;
    let bench = Bench::against(&server);
    let error = bench.get(server.url("/a").as_str(), &AuthPlan::None).await.unwrap_err();
    assert_eq!(
        error.failure,
        SendFailure::Transport(TransportError::RedirectWithoutLocation { status: 302 })
    );
}

#[tokio::test]
async fn a_post_keeps_its_body_unless_it_is_sent_to_see_another() {
    for (code, want) in [(302, "POST /b {}"), (307, "POST /b {}"), (303, "GET /b ")] {
        let server = Server::start([status(code, "").with("location", "/b"), ok("")]).await;
        let bench = Bench::against(&server);
        let mut request = Request::get(server.url("/a"));
        request.method = "POST".to_owned();
        request.body = Some(("application/json".to_owned(), "{}".into()));
        bench.connection.send(request, &AuthPlan::None, 0, &|_, _, _| Ruling::BuiltIn).await.unwrap();
        let seen = server.seen();
        assert_eq!(format!("{} {}", seen[1].line, seen[1].body), want, "{code}");
    }
}

#[tokio::test]
async fn each_kind_of_auth_goes_out_in_its_place() {
    let api_key = |place| AuthPlan::ApiKey { name: "Token".to_owned(), key: Secret::new(KEY), place };
    let bearer = AuthPlan::Bearer { scheme: "Bearer".to_owned(), token: Secret::new(KEY) };
    let basic = AuthPlan::Basic { username: Secret::new("me"), password: Secret::new("pässword") };
    for (auth, line, header) in [
        (AuthPlan::None, "GET /x", None),
        (bearer, "GET /x", Some(("authorization", "Bearer s3cr3tkey"))),
        (basic, "GET /x", Some(("authorization", "Basic bWU6cMOkc3N3b3Jk"))),
        (api_key(KeyPlace::Header), "GET /x", Some(("token", KEY))),
        (api_key(KeyPlace::Query), "GET /x?Token=s3cr3tkey", None),
        (api_key(KeyPlace::Cookie), "GET /x", Some(("cookie", "Token=s3cr3tkey"))),
    ] {
        let server = Server::start([ok("")]).await;
        let bench = Bench::against(&server);
        bench.get(server.url("/x").as_str(), &auth).await.unwrap();
        let seen = &server.seen()[0];
        assert_eq!(seen.line, line);
        let secret =
            |(name, _): &&(String, String)| matches!(name.as_str(), "authorization" | "token" | "cookie");
        let found = seen.headers.iter().find(secret).map(|(name, value)| (name.as_str(), value.as_str()));
        assert_eq!(found, header);
        let shown = bench.redactor.redact(&format!("{seen:?}"));
        assert!(!shown.contains(KEY) && !shown.contains("bWU6"), "{shown}");
    }
}

#[tokio::test]
async fn a_key_that_the_api_echoes_is_neither_doubled_nor_heard_nor_given_on() {
    let fake = Fake::of([answer(200, &[])]);
    let bench = Bench::new(Arc::<Fake>::clone(&fake), &[BASE], AuthPlan::None);
    let url = format!("https://user:pw@api.test/v1/?page=2&key={KEY}&other={KEY}");
    let delivered = bench.get(&url, &query_key()).await.unwrap();
    assert_eq!(fake.urls(), [format!("https://api.test/v1/?page=2&other={KEY}&key={KEY}")]);
    assert_eq!(delivered.exchange.url.as_str(), format!("https://api.test/v1/?page=2&other={KEY}"));
    let url = "https://api.test/v1/?page=2&other=***".to_owned();
    assert_eq!(*bench.heard.0.lock().unwrap(), [Event::RequestSent { method: "GET".to_owned(), url }]);
}

#[tokio::test]
async fn no_more_requests_are_in_flight_than_allowed() {
    let slow = |_| -> Scripted { ok("x").after(Duration::from_millis(20)) };
    let server = Server::start((0..24).map(slow)).await;
    let bench = Bench::against(&server);
    let url = server.url("/x");
    let all = join_all((0..24).map(|_| bench.get(url.as_str(), &AuthPlan::None))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(server.most(), 4);
    assert_eq!(format!("{:?}", bench.connection.slots()), "4 of 4 slots free, 0 waiting");
}

#[tokio::test]
async fn the_slot_is_free_while_a_retry_waits() {
    struct Watch(Mutex<Option<Connection>>, Mutex<Vec<String>>);
    impl Listener for Watch {
        fn hear(&self, event: &Event) {
            if let (Event::Retry { .. }, Some(connection)) = (event, &*self.0.lock().unwrap()) {
                self.1.lock().unwrap().push(format!("{:?}", connection.slots()));
            }
        }
    }
    let fake = Fake::of([answer(503, &[]), answer(200, &[])]);
    let bench = Bench::new(fake, &[BASE], AuthPlan::None);
    let watch = Arc::new(Watch(Mutex::new(Some(bench.connection.clone())), Mutex::default()));
    let connection = bench.connection.for_resource(&bench.client, &[], Arc::<Watch>::clone(&watch));
    connection
        .send(Request::get(Url::parse(BASE).unwrap()), &AuthPlan::None, 0, &|_, _, _| Ruling::BuiltIn)
        .await
        .unwrap();
    assert_eq!(*watch.1.lock().unwrap(), ["4 of 4 slots free, 0 waiting"]);
    watch.0.lock().unwrap().take();
}

/// Answers everything, and notes what may lead to no private address.
#[derive(Default)]
struct Outsider(Mutex<Vec<(bool, String)>>);

impl Transport for Outsider {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        self.0.lock().unwrap().push((false, request.url.to_string()));
        let leads = request.url.path() == "/leads";
        let headers = if leads { vec![("location", "https://files.example.org/x")] } else { Vec::new() };
        let status = if leads { 302 } else { 200 };
        let exchange = Exchange {
            status,
            headers: headers.into_iter().collect(),
            body: Vec::new().into(),
            url: request.url,
        };
        futures::future::ready(Ok(exchange)).boxed()
    }

    fn send_outside(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        self.0.lock().unwrap().push((true, request.url.to_string()));
        let address = "10.0.0.1".parse().unwrap();
        futures::future::ready(Err(TransportError::PrivateAddress { origin: "x".into(), address })).boxed()
    }
}

#[tokio::test]
async fn only_the_own_origin_may_be_at_a_private_address() {
    let transport = Arc::new(Outsider::default());
    let origins = ["https://api.example.com/", "https://files.example.org/"];
    let bench = Bench::new(Arc::<Outsider>::clone(&transport), &origins, AuthPlan::None);
    assert!(bench.get("https://api.example.com/x", &AuthPlan::None).await.is_ok());
    for url in ["https://files.example.org/y", "https://api.example.com/leads"] {
        let error = bench.get(url, &AuthPlan::None).await.unwrap_err();
        assert_eq!((error.failure.name(), error.attempts), ("private-address", 1), "{url}");
    }
    let want = [
        (false, "https://api.example.com/x"),
        (true, "https://files.example.org/y"),
        (false, "https://api.example.com/leads"),
        (true, "https://files.example.org/x"),
    ];
    assert_eq!(*transport.0.lock().unwrap(), want.map(|(outside, url)| (outside, url.to_owned())));
}
