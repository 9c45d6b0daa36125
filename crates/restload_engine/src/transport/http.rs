//! HTTP itself: one connection pool, TLS by rustls, transparent decompression, bodies with a bound.
//!
//! Redirects are not followed here and nothing is repeated; see [`Connection`](super::Connection). The pools are made on
//! first use: one for plain HTTP never loads the TLS roots of the system.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response, redirect, retry};
use restload_spec::plan::{TimeoutPlan, TlsPlan};
use url::{Host, Url};

use super::failure::{Failure, explain};
use super::outside::{Outside, private_literal};
use super::proxy::Proxies;
use super::tls;
use super::{Exchange, Headers, Request, TimeoutKind, Transport, TransportError};
use crate::origin::url_origin_text;

/// What goes out as `User-Agent` unless the spec says otherwise.
const USER_AGENT: &str = concat!("restload/", env!("CARGO_PKG_VERSION"));

/// What goes out as `Accept` unless the spec says otherwise.
const ACCEPT_JSON: &str = "application/json, */*;q=0.5";

/// Bodies up to this size are read into a buffer of the size that the server says.
const LARGEST_TRUST: usize = 16 << 20;

/// HTTP/1.1 and HTTP/2 over reqwest.
#[derive(Debug)]
pub struct Http {
    timeout: TimeoutPlan,
    max_body: u64,
    tls: TlsPlan,
    /// Asked on first use too: where the system keeps its proxies may be slow to read.
    proxies: OnceLock<Proxies>,
    /// Those for wherever the author says, then those that go to no private address.
    pools: [[OnceLock<Result<Client, String>>; 4]; 2],
}

/// Who needs what: TLS roots only for https, the system's proxy for all but loopback.
#[derive(Clone, Copy)]
enum Pool {
    Loopback,
    LoopbackSecure,
    Plain,
    Secure,
}

impl Http {
    /// Opens nothing yet. `max_body` is in bytes, after decompression.
    pub fn new(timeout: TimeoutPlan, max_body: u64) -> Self {
        let tls = TlsPlan::default();
        let pools = [const { [const { OnceLock::new() }; 4] }; 2];
        Self { timeout, max_body, tls, proxies: OnceLock::new(), pools }
    }

    /// The same with certificates other than those of the system. Their files are read at the first request that needs them.
    #[must_use]
    pub fn with_tls(self, tls: TlsPlan) -> Self {
        Self { tls, ..self }
    }

    fn client(&self, url: &Url, outside: bool) -> Result<&Client, TransportError> {
        let pool = Pool::of(url);
        let made = self.pools[usize::from(outside)][pool as usize].get_or_init(|| self.open(pool, outside));
        made.as_ref().map_err(|reason| TransportError::Unsendable { reason: reason.clone() })
    }

    /// The proxy that a request goes through.
    fn proxy(&self, url: &Url) -> Option<String> {
        match Pool::of(url) {
            Pool::Loopback | Pool::LoopbackSecure => None,
            Pool::Plain | Pool::Secure => self.proxies.get_or_init(Proxies::of_the_system).on_the_way_to(url),
        }
    }

    async fn exchange(&self, request: Request, outside: bool) -> Result<Exchange, TransportError> {
        let failure = Failure::new(&request.url, self.proxy(&request.url), &self.timeout);
        let url = request.url.clone();
        if let Some(address) = private_literal(&url).filter(|_| outside) {
            return Err(TransportError::PrivateAddress { origin: url_origin_text(&url), address });
        }
        let prepared = prepare(self.client(&url, outside)?, request)?;
        let response = prepared.send().await.map_err(|error| failure.before_answer(&error))?;
        let status = response.status().as_u16();
        if let Some(error) = failure.of_a_proxy(status) {
            return Err(error);
        }
        let headers = read_headers(response.headers());
        let body = self.read_body(response, &failure).await?;
        Ok(Exchange { status, headers, body, url })
    }

    async fn within_time(&self, request: Request, outside: bool) -> Result<Exchange, TransportError> {
        let total = self.timeout.total;
        let late = |_| TransportError::Timeout { which: TimeoutKind::Total, after: total };
        tokio::time::timeout(total, self.exchange(request, outside)).await.map_err(late)?
    }

    fn open(&self, pool: Pool, outside: bool) -> Result<Client, String> {
        // An error says that the process has a provider already, which does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .connect_timeout(self.timeout.connect)
            .read_timeout(self.timeout.read)
            .pool_idle_timeout(Duration::from_secs(90));
        let builder = if outside { builder.dns_resolver(Outside::new()) } else { builder };
        let builder = match pool {
            Pool::Secure => tls::apply(builder, &self.tls)?,
            Pool::LoopbackSecure => tls::apply(builder, &self.tls)?.no_proxy(),
            Pool::Plain => builder.tls_certs_only([]),
            Pool::Loopback => builder.tls_certs_only([]).no_proxy(),
        };
        builder.build().map_err(|error| explain(&error))
    }

    async fn read_body(&self, mut response: Response, failure: &Failure) -> Result<Bytes, TransportError> {
        // Known for bodies without an encoding only; what is received is counted after decompression.
        let said = response.content_length();
        if let Some(size) = said.filter(|&size| size > self.max_body) {
            return Err(TransportError::BodyTooLarge { limit: self.max_body, size, complete: true });
        }
        let mut first = Bytes::new();
        let mut body: Vec<u8> = Vec::new();
        let mut received = 0;
        loop {
            let chunk = response.chunk().await.map_err(|error| failure.within_answer(&error, received))?;
            let Some(chunk) = chunk else { break };
            received += chunk.len() as u64;
            if received > self.max_body {
                let size = received;
                return Err(TransportError::BodyTooLarge { limit: self.max_body, size, complete: false });
            }
            if body.is_empty() && first.is_empty() {
                first = chunk;
                continue;
            }
            if body.is_empty() {
                let said = said.and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
                body.reserve(said.min(LARGEST_TRUST).max(first.len() + chunk.len()));
                body.extend_from_slice(&first);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(if body.is_empty() { first } else { body.into() })
    }
}

impl Transport for Http {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        self.within_time(request, false).boxed()
    }

    fn send_outside(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        self.within_time(request, true).boxed()
    }
}

impl Pool {
    fn of(url: &Url) -> Self {
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        match url.scheme() {
            "https" if loopback => Self::LoopbackSecure,
            "https" => Self::Secure,
            _ if loopback => Self::Loopback,
            _ => Self::Plain,
        }
    }
}

fn prepare(client: &Client, request: Request) -> Result<reqwest::RequestBuilder, TransportError> {
    let unsendable = |reason: String| TransportError::Unsendable { reason };
    let Request { method, url, headers, body } = request;
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| unsendable(format!("`{method}` is not a method")))?;
    let mut map = HeaderMap::with_capacity(headers.len() + 2);
    for (name, value) in headers {
        let key = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| unsendable(format!("`{}` is not the name of a header", name.escape_debug())))?;
        // The value may be a secret and is not shown.
        let value = HeaderValue::from_maybe_shared(Bytes::from(value)).map_err(|_| {
            unsendable(format!("the value of header `{key}` has a line break or another control character"))
        })?;
        map.append(key, value);
    }
    map.entry(ACCEPT).or_insert(HeaderValue::from_static(ACCEPT_JSON));
    let mut builder = client.request(method, url);
    if let Some((kind, content)) = body {
        if let Ok(kind) = HeaderValue::from_str(&kind) {
            map.entry(CONTENT_TYPE).or_insert(kind);
        }
        builder = builder.body(content);
    }
    Ok(builder.headers(map))
}

/// Values that are no UTF-8 are read as Latin-1, as RFC 9110, 5.5 has them from old.
fn read_headers(headers: &HeaderMap) -> Headers {
    let text = |value: &HeaderValue| match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    };
    headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect()
}
