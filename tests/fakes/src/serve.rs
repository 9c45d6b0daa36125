//! The server of a fake: a runtime in a thread, one handler for every path.
//!
//! The handler notes the request, waits, lets the API answer, and spoils the answer where a fault says so.
//! It knows nothing of any API; routes are the APIs' own, since their paths differ in what a slash means.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, HOST};
use axum::response::Response;
use bytes::Bytes;
use futures::{StreamExt, stream};
use tokio::sync::oneshot;

use crate::affinity::{self, Affinity};
use crate::ask::Ask;
use crate::fake::{Api, Seen};
use crate::faults::{Fault, Faults};
use crate::options::Options;
use crate::reply::Reply;
use crate::table::Tables;
use crate::tapfiliate::{self, Tapfiliate};
use crate::taplytics::{self, Taplytics};

/// The API behind a server.
#[derive(Debug)]
pub(crate) enum Served {
    Affinity(Affinity),
    Tapfiliate(Tapfiliate),
    Taplytics(Taplytics),
}

impl Served {
    fn new(api: Api, options: &Options) -> Self {
        match api {
            Api::Affinity => Self::Affinity(Affinity::new(options)),
            Api::Tapfiliate => Self::Tapfiliate(Tapfiliate::new(options)),
            Api::Taplytics => Self::Taplytics(Taplytics::new(options)),
        }
    }

    pub(crate) fn sizes(api: Api) -> &'static [(&'static str, usize)] {
        match api {
            Api::Affinity => affinity::SIZES,
            Api::Tapfiliate => tapfiliate::SIZES,
            Api::Taplytics => taplytics::SIZES,
        }
    }

    pub(crate) fn tables(&self) -> &Tables {
        match self {
            Self::Affinity(api) => &api.tables,
            Self::Tapfiliate(api) => &api.tables,
            Self::Taplytics(api) => &api.tables,
        }
    }

    pub(crate) fn tables_mut(&mut self) -> &mut Tables {
        match self {
            Self::Affinity(api) => &mut api.tables,
            Self::Tapfiliate(api) => &mut api.tables,
            Self::Taplytics(api) => &mut api.tables,
        }
    }

    fn answer(&self, ask: &Ask) -> Reply {
        match self {
            Self::Affinity(api) => api.answer(ask),
            Self::Tapfiliate(api) => api.answer(ask),
            Self::Taplytics(api) => api.answer(ask),
        }
    }

    /// An error in this API's own words.
    fn error(&self, ask: &Ask, status: u16) -> Reply {
        match self {
            Self::Affinity(_) => affinity::error(ask, status),
            Self::Tapfiliate(_) => tapfiliate::error(status),
            Self::Taplytics(_) => taplytics::error(status),
        }
    }
}

/// What the handler and the test share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) served: RwLock<Served>,
    pub(crate) faults: Faults,
    pub(crate) key: String,
    pub(crate) origin: Arc<str>,
    latency: Duration,
    seen: Mutex<Vec<Seen>>,
    in_flight: AtomicUsize,
    most: AtomicUsize,
}

impl Server {
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn forget(&self) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.most.store(self.in_flight.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    pub(crate) fn max_in_flight(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    fn note(&self, request: &Request) {
        let path_and_query = path_and_query(request);
        let seen =
            Seen { method: request.method().clone(), path_and_query, headers: request.headers().clone() };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    }
}

/// Counts a request as in flight while it lives, also when the client goes away.
struct InFlight<'a>(&'a Server);

impl<'a> InFlight<'a> {
    fn new(server: &'a Server) -> Self {
        let now = server.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        server.most.fetch_max(now, Ordering::SeqCst);
        Self(server)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Starts the server; it ends when the sender speaks or is dropped.
pub(crate) fn start(
    api: Api,
    options: &Options,
) -> io::Result<(Arc<Server>, oneshot::Sender<()>, JoinHandle<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
    listener.set_nonblocking(true)?;
    let server = Arc::new(Server {
        served: RwLock::new(Served::new(api, options)),
        faults: Faults::default(),
        key: options.key.clone(),
        origin: format!("http://{}", listener.local_addr()?).into(),
        latency: options.latency,
        seen: Mutex::default(),
        in_flight: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _context = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let (stop, stopped) = oneshot::channel();
    let routes = Router::new().fallback(handle).with_state(Arc::clone(&server));
    let thread = std::thread::Builder::new().name("fake".to_owned()).spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = axum::serve(listener, routes) => {}
                _ = stopped => {}
            }
        });
    })?;
    Ok((server, stop, thread))
}

async fn handle(State(server): State<Arc<Server>>, request: Request) -> Result<Response, Infallible> {
    let _in_flight = InFlight::new(&server);
    server.note(&request);
    let (wait, fault) = server.faults.take(&path_and_query(&request));
    let wait = wait + server.latency;
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let (parts, _) = request.into_parts();
    let origin = origin(&server, &parts.headers);
    let ask = Ask::new(parts.method, &parts.uri, parts.headers, origin);
    let served = server.served.read().unwrap_or_else(PoisonError::into_inner);
    Ok(match fault {
        None | Some(Fault::Delay(_)) => respond(served.answer(&ask), false),
        Some(Fault::Cut) => respond(served.answer(&ask), true),
        Some(Fault::Html(status)) => respond(Reply::html(status, "Please wait"), false),
        Some(Fault::Status(status, headers)) => {
            let mut reply = served.error(&ask, status);
            reply.headers.extend(headers);
            respond(reply, false)
        }
    })
}

/// The origin that the client asked, which is another one where something stands in front of the fake.
fn origin(server: &Server, headers: &HeaderMap) -> Arc<str> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    host.map_or_else(|| Arc::clone(&server.origin), |host| format!("http://{host}").into())
}

fn path_and_query(request: &Request) -> String {
    request.uri().path_and_query().map_or_else(String::new, ToString::to_string)
}

#[expect(clippy::expect_used, reason = "status and headers come from the fakes and their tests")]
fn respond(reply: Reply, cut: bool) -> Response {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = if cut {
        response = response.header(CONTENT_LENGTH, reply.body.len());
        cut_off(&reply.body)
    } else {
        Body::from(reply.body)
    };
    response.body(body).expect("a status and headers of the right form")
}

/// The first half of a body, then an error, at which the server ends the connection.
fn cut_off(body: &[u8]) -> Body {
    let half = Bytes::copy_from_slice(&body[..body.len() / 2]);
    let end = stream::once(async {
        // What was given before the error is only sent if the server comes to wait for more.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(io::Error::other("cut off"))
    });
    Body::from_stream(stream::once(async { Ok(half) }).chain(end))
}
