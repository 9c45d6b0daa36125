//! The server: requests in, answers out.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use bytes::Bytes;
use jiff::Timestamp;
use restload_diag::Diagnostic;
use restload_spec::Document;
use restload_spec::plan::{Inputs, Plan};
use restload_spec::spec::Spec;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use url::Url;
use url::form_urlencoded;

use crate::api::Api;
use crate::asked::{Asked, decoded};
use crate::build::{Made, Source, relocate, relocate_auth};
use crate::error::SandboxError;
use crate::inputs::{filled_lists, made_up};
use crate::quota::Quota;

/// The largest body of a request.
const LARGEST_BODY: usize = 16 << 20;

/// Reads a sample: takes its path below the spec's folder, and gives nothing where there is no such file. The error is a
/// sentence.
pub type ReadSample<'a> = dyn Fn(&str) -> Result<Option<Vec<u8>>, String> + 'a;

/// How a sandbox is set up.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// Rows of each list.
    pub rows: u64,
    /// Another number gives other rows; the same one the same.
    pub seed: u64,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Inputs that are not made up.
    pub given: Inputs,
    /// The resources that will be read: they, and what they hang on, must have samples. Empty: all with a table.
    pub resources: Vec<String>,
}

impl Default for SandboxOptions {
    /// 250 rows, any port, all inputs made up, all resources.
    fn default() -> Self {
        Self { rows: 250, seed: 0, port: 0, given: Inputs::default(), resources: Vec::new() }
    }
}

/// A fake of an API that listens on this machine until it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    base_url: Url,
    origin: Url,
    inputs: Inputs,
    notes: Vec<Diagnostic>,
    elsewhere: Vec<String>,
    /// Ends the server when it goes.
    _end: oneshot::Sender<()>,
}

impl Sandbox {
    /// Starts a sandbox. It needs a tokio runtime with time and network; `now` is what relative dates count from.
    pub async fn start(
        document: &Document,
        spec: &Spec,
        read: &ReadSample<'_>,
        options: &SandboxOptions,
        now: Timestamp,
    ) -> Result<Self, SandboxError> {
        let refused = |source| SandboxError::Listen { port: options.port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.map_err(refused)?;
        let origin = origin_of(listener.local_addr().map_err(refused)?);
        let source = Source { document, spec, read, options, origin: &origin, now };
        let mut inputs = made_up(spec, &options.given, &origin, now);
        let base_url = source.base_url(&inputs)?;
        let mut made = source.api(&inputs, &base_url)?;
        let filled = filled_lists(spec, &options.given, &made.api);
        if !filled.is_empty() {
            for (name, value) in filled {
                if let Some(mut input) = inputs.get(&name).cloned() {
                    input.value = value;
                    inputs.insert(name, input);
                }
            }
            made = source.api(&inputs, &base_url)?;
        }
        let Made { api, notes, elsewhere } = made;
        let end = serve(listener, api);
        Ok(Self { base_url, origin, inputs, notes, elsewhere, _end: end })
    }

    /// What stands in place of the spec's base URL.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// The inputs that go with it.
    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// What there is to say of the samples.
    pub fn notes(&self) -> &[Diagnostic] {
        &self.notes
    }

    /// Origins that give out tokens for this API: a run that is not taken over would ask them, and not the sandbox.
    pub fn elsewhere(&self) -> &[String] {
        &self.elsewhere
    }

    /// Makes a plan ask the sandbox and nothing else: absolute paths and tokens lead to it too, and no other origin is allowed.
    ///
    /// So many requests in such a time are what the real API takes: the sandbox takes any, and nobody has to wait for it. What the
    /// headers of its answers say is left is kept to. Gives whether there was anything to wait for.
    pub fn take_over(&self, plan: &mut Plan) -> bool {
        plan.client.origins.truncate(1);
        relocate_auth(&mut plan.client.auth, &self.origin);
        plan.resources.iter_mut().for_each(|resource| relocate(resource, &self.origin));
        let own = plan.resources.iter_mut().flat_map(|resource| &mut resource.rate_limits);
        let quotas = plan.client.rate_limits.iter_mut().chain(own).map(|limit| limit.quota.take());
        quotas.fold(false, |any, quota| any | quota.is_some())
    }
}

/// What the server shares between requests.
struct Shared {
    api: Api,
    quota: Quota,
}

fn origin_of(address: SocketAddr) -> Url {
    #[expect(clippy::expect_used, reason = "an address and a port make a URL")]
    Url::parse(&format!("http://{address}/")).expect("a URL")
}

fn serve(listener: TcpListener, api: Api) -> oneshot::Sender<()> {
    let shared = Arc::new(Shared { api, quota: Quota::new() });
    let router = Router::new().fallback(answer).layer(DefaultBodyLimit::max(LARGEST_BODY)).with_state(shared);
    let (end, ended) = oneshot::channel::<()>();
    tokio::spawn(async move {
        let until_dropped = async {
            // Either way nobody needs the server any more.
            let _ = ended.await;
        };
        // Accepting goes on over errors of single connections, so there is no other end.
        let _ = axum::serve(listener, router).with_graceful_shutdown(until_dropped).await;
    });
    end
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let asked = asked(&method, &uri, &headers, &body);
    let work = move || {
        // Links name the server as the client does: `localhost` and 127.0.0.1 are two origins.
        let base_url = &shared.api.base_url;
        let host = asked.header("host").map_or_else(|| base_url.authority().to_owned(), str::to_owned);
        let answer = shared.api.answer(&asked, &format!("http://{host}"));
        (answer, shared.quota.headers())
    };
    let Ok((answer, quota)) = tokio::task::spawn_blocking(work).await else {
        return respond(
            StatusCode::INTERNAL_SERVER_ERROR,
            &[],
            "application/json",
            "{\"error\": \"a bug of the sandbox\"}".to_owned(),
        );
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let quota = quota.map(|(name, value)| (name.to_owned(), value));
    let headers: Vec<(String, String)> = answer.headers.into_iter().chain(quota).collect();
    respond(status, &headers, answer.form.content_type(), answer.form.write(&answer.body))
}

fn respond(status: StatusCode, headers: &[(String, String)], kind: &str, body: String) -> Response<Body> {
    let mut response = Response::builder().status(status).header("Content-Type", kind);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).unwrap_or_else(|_| {
        // A cursor or a total has got into a header that cannot hold it.
        let mut bare = Response::new(Body::empty());
        *bare.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        bare
    })
}

fn asked(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Asked {
    let raw_query = uri.query().unwrap_or_default();
    let text = String::from_utf8_lossy(body).into_owned();
    let text_of = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<_> =
        headers.iter().map(|(name, value)| (name.as_str().to_owned(), text_of(value))).collect();
    let kind = headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value);
    let is_form = kind.starts_with("application/x-www-form-urlencoded");
    let pairs = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
    Asked {
        method: method.as_str().to_owned(),
        raw_path: uri.path().to_owned(),
        path: decoded(uri.path()),
        raw_query: raw_query.to_owned(),
        query: pairs(raw_query),
        json: serde_json::from_slice(body).ok(),
        form: if is_form { pairs(&text) } else { Vec::new() },
        headers,
        text,
    }
}
