//! Tokens under way: who waits, who gives up, and what is spent.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use jiff::Timestamp;
use restload_diag::Pointer;
use restload_spec::plan::{
    AuthPlan, ClientPlan, GrantPlan, Kept, OAuth2Plan, Origin, RetryPlan, Secret, TimeoutPlan,
};
use restload_spec::spec::ClientAuth;
use tokio::sync::Semaphore;
use url::Url;

use crate::clock::TestClock;
use crate::redact::Redactor;
use crate::transport::{
    Connection, Exchange, Request, Ruling, SendFailure, TokenError, Transport, TransportError,
};

/// Gives out tokens one by one, each when the gate lets it, and answers all else by 200.
struct Api {
    gate: Semaphore,
    asked: Mutex<Vec<String>>,
}

impl Api {
    fn new() -> Arc<Self> {
        Arc::new(Self { gate: Semaphore::new(0), asked: Mutex::default() })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Waits until so many requests came.
    async fn until_asked(&self, requests: usize) {
        while self.asked().len() < requests {
            tokio::task::yield_now().await;
        }
    }
}

impl Transport for Api {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        let auth = request.headers.iter().find(|(name, _)| name == "Authorization");
        let shown = format!("{} {}", request.url.path(), auth.map_or("", |(_, value)| value));
        self.asked.lock().unwrap().push(shown.trim().to_owned());
        async move {
            let is_token = request.url.path() == "/token";
            if is_token {
                self.gate.acquire().await.unwrap().forget();
            }
            let body =
                if is_token { r#"{"access_token": "t0ken", "refresh_token": "second-token"}"# } else { "[]" };
            let headers = [("content-type", "application/json")].into_iter().collect();
            Ok(Exchange { status: 200, headers, body: body.into(), url: request.url })
        }
        .boxed()
    }
}

fn rotating(file: &Path) -> AuthPlan {
    AuthPlan::OAuth2(Box::new(OAuth2Plan {
        token_url: Url::parse("https://api.test/token").unwrap(),
        client_id: None,
        client_secret: None,
        client_auth: ClientAuth::Basic,
        grant: GrantPlan::RefreshToken {
            token: Secret::new("first-token"),
            rotates: Some(Kept::File(file.to_owned())),
        },
        scope: None,
        extra: Vec::new(),
        expiry_margin: Duration::from_mins(1),
        hidden: Vec::new(),
    }))
}

fn connection(api: &Arc<Api>, auth: &AuthPlan, concurrency: usize) -> Connection {
    let base_url = Url::parse("https://api.test/").unwrap();
    let second = Duration::from_secs(1);
    let client = ClientPlan {
        origins: Origin::of(&base_url).into_iter().collect(),
        base_url,
        token_base: None,
        auth: auth.clone(),
        auth_at: Pointer::root(),
        concurrency,
        rate_limits: Vec::new(),
        retry: RetryPlan {
            attempts: 1,
            statuses: Vec::new(),
            initial: second,
            max: second,
            at: Pointer::root(),
        },
        timeout: TimeoutPlan { connect: second, read: second, total: second },
        tls: restload_spec::plan::TlsPlan::default(),
        max_body: 1000,
    };
    let clock = Arc::new(TestClock::new(Timestamp::UNIX_EPOCH));
    Connection::new(api.clone(), &client, clock, Redactor::new(), Arc::new(()))
}

fn get(path: &str) -> Request {
    Request::get(Url::parse("https://api.test/").unwrap().join(path).unwrap())
}

fn file(folder: &tempfile::TempDir) -> std::path::PathBuf {
    let path = folder.path().join("refresh");
    std::fs::write(&path, "first-token\n").unwrap();
    path
}

#[tokio::test]
async fn who_waits_for_a_token_holds_no_slot() {
    let (api, folder) = (Api::new(), tempfile::tempdir().unwrap());
    let auth = rotating(&file(&folder));
    let connection = connection(&api, &auth, 1);
    api.gate.add_permits(1);
    let sent = join_all(
        (0..5).map(|n| connection.send(get(&format!("/{n}")), &auth, n, &|_, _, _| Ruling::BuiltIn)),
    );
    let sent = tokio::time::timeout(Duration::from_secs(5), sent).await.unwrap();
    assert!(sent.iter().all(Result::is_ok));
    assert_eq!(api.asked()[0], "/token");
    assert_eq!(api.asked().iter().filter(|asked| asked.ends_with(" Bearer t0ken")).count(), 5);
    assert_eq!(connection.tokens().requests(), 1);
}

#[tokio::test]
async fn a_token_that_was_sent_for_comes_though_nobody_waits_for_it_any_more() {
    let (api, folder) = (Api::new(), tempfile::tempdir().unwrap());
    let path = file(&folder);
    let auth = rotating(&path);
    let connection = connection(&api, &auth, 4);
    let waiting = tokio::spawn({
        let (connection, auth) = (connection.clone(), auth.clone());
        async move { connection.send(get("/x"), &auth, 0, &|_, _, _| Ruling::BuiltIn).await }
    });
    api.until_asked(1).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    api.gate.add_permits(1);
    connection.tokens().close().await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "second-token\n");
    connection.send(get("/y"), &auth, 0, &|_, _, _| Ruling::BuiltIn).await.unwrap();
    assert_eq!(api.asked(), ["/token", "/y Bearer t0ken"]);
}

#[tokio::test]
async fn at_the_end_of_a_run_nothing_more_is_spent() {
    let (api, folder) = (Api::new(), tempfile::tempdir().unwrap());
    let path = file(&folder);
    let auth = rotating(&path);
    let connection = connection(&api, &auth, 4);
    connection.tokens().close().await;
    let failure = connection.send(get("/x"), &auth, 0, &|_, _, _| Ruling::BuiltIn).await.unwrap_err().failure;
    assert_eq!(failure, SendFailure::NoToken(TokenError::Stopped));
    assert_eq!(api.asked(), [""; 0]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "first-token\n");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_costs_no_request() {
    let (api, folder) = (Api::new(), tempfile::tempdir().unwrap());
    let path = file(&folder);
    let auth = rotating(&path);
    let connection = connection(&api, &auth, 4);
    std::fs::remove_file(&path).unwrap();
    let failure = connection.send(get("/x"), &auth, 0, &|_, _, _| Ruling::BuiltIn).await.unwrap_err().failure;
    assert!(matches!(failure, SendFailure::NoToken(TokenError::File { .. })), "{failure}");
    assert_eq!(api.asked(), [""; 0]);
}
