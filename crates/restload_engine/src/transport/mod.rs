//! From a request to its answer: HTTP at the bottom, redirects, retries, auth and slots above it.
//!
//! A [`Transport`] sends one request as it is. A [`Connection`] is what the walk talks to: it adds auth, follows redirects within
//! the allowed origins, asks again what failed for a while, and keeps within `concurrency`. A status of 404 is an
//! answer here, not an error: what it means is said by the walk.

mod ask_token;
mod attempt;
mod auth;
mod budget;
mod connection;
mod exchange;
mod failure;
mod http;
mod outside;
mod pace;
mod proxy;
mod redirect;
mod request;
mod retry;
#[cfg(test)]
mod tests;
mod tls;

use std::net::IpAddr;
use std::time::Duration;

use futures::future::BoxFuture;
use thiserror::Error;

use crate::redact::Redactor;

pub(crate) use auth::apply as apply_auth;
pub use auth::{TokenError, register_secrets, strip_auth};
pub(crate) use budget::until_reset;
pub use connection::{Connection, Delivered, Judge, Ruling, SendError, SendFailure};
pub(crate) use exchange::is_html_page;
pub use exchange::{Exchange, Headers, describe_answer, describe_status};
pub use http::Http;
pub(crate) use proxy::passwords as proxy_passwords;
pub(crate) use request::name_of_pair;
pub use request::{Body, PlaceError, Request, RequestParts};
pub use retry::LONGEST_RETRY_AFTER;

/// Sends one request and brings its answer, whatever its status.
pub trait Transport: Send + Sync {
    /// Sends the request as it is: no auth is added, no redirect followed, nothing repeated.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>>;

    /// The same for a request that may have been led here by an answer: it goes to no private address.
    fn send_outside(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        self.send(request)
    }
}

/// No answer came, or none that can be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransportError {
    /// No connection to the server.
    #[error("cannot connect to `{origin}`: {reason}")]
    Connect {
        /// Scheme, host and port.
        origin: String,
        /// What the system says.
        reason: String,
    },
    /// The name of the host is not known.
    #[error("cannot find the host of `{origin}`: {reason}")]
    Dns {
        /// Scheme, host and port.
        origin: String,
        /// What the system says.
        reason: String,
    },
    /// The server is not who it should be, or does not speak TLS.
    #[error("no secure connection to `{origin}`: {reason}")]
    Tls {
        /// Scheme, host and port.
        origin: String,
        /// What is wrong with it.
        reason: String,
        /// What can be done about it.
        help: Option<&'static str>,
    },
    /// No connection to the proxy.
    #[error("cannot connect to the proxy `{proxy}`, through which `{origin}` is asked: {reason}")]
    Proxy {
        /// Scheme, host and port of the proxy.
        proxy: String,
        /// Scheme, host and port of the API.
        origin: String,
        /// What the system says.
        reason: String,
    },
    /// The proxy lets the request not through.
    #[error("the proxy `{proxy}` does not let a request to `{origin}` through: {reason}")]
    ProxyRefused {
        /// Scheme, host and port of the proxy.
        proxy: String,
        /// Scheme, host and port of the API.
        origin: String,
        /// What it says.
        reason: String,
    },
    /// An answer leads to an address that only this machine or its network can reach.
    #[error("`{origin}` is at a private address, `{address}`, where an API may not lead to")]
    PrivateAddress {
        /// Scheme, host and port.
        origin: String,
        /// The address that was not connected to.
        address: IpAddr,
    },
    /// It took too long.
    #[error("{} (`client.timeout.{}`)", .which.describe(*.after), .which.key())]
    Timeout {
        /// Which of the three.
        which: TimeoutKind,
        /// How long was waited.
        after: Duration,
    },
    /// The connection broke before the answer was complete.
    #[error("the answer was cut off after {received} bytes: {reason}")]
    CutOff {
        /// Bytes of the body until then, decompressed.
        received: u64,
        /// What the system says.
        reason: String,
    },
    /// The body is not in the encoding that its header names.
    #[error("the answer cannot be decompressed: {reason}")]
    ContentEncoding {
        /// What is wrong with it.
        reason: String,
    },
    /// The body is larger than `max_body`.
    #[error(
        "the answer has {} bytes, `client.max_body` allows {limit}",
        if *.complete { size.to_string() } else { format!("more than {size}") }
    )]
    BodyTooLarge {
        /// `max_body`.
        limit: u64,
        /// What the server says that it has, else what was received until it was given up; decompressed.
        size: u64,
        /// `size` is the size of the whole.
        complete: bool,
    },
    /// One redirect led to the next too often.
    #[error("more than {limit} redirects, the last to `{last}`")]
    TooManyRedirects {
        /// How many are followed.
        limit: u32,
        /// Where the last led, without its query.
        last: String,
    },
    /// A redirect that does not say where to, or not in a way that can be read.
    #[error("a redirect ({status}) without a `Location` that can be followed")]
    RedirectWithoutLocation {
        /// The status of the answer.
        status: u16,
    },
    /// The request cannot be sent.
    #[error("the request cannot be sent: {reason}")]
    Unsendable {
        /// What is wrong with it.
        reason: String,
    },
    /// Anything else.
    #[error("no answer: {reason}")]
    Other {
        /// What the system says.
        reason: String,
    },
}

impl TransportError {
    /// Whether the same request may well succeed when it is asked again.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Proxy { .. }
            | Self::Dns { .. }
            | Self::Timeout { .. }
            | Self::CutOff { .. }
            | Self::Other { .. } => true,
            Self::Tls { .. }
            | Self::ProxyRefused { .. }
            | Self::PrivateAddress { .. }
            | Self::ContentEncoding { .. }
            | Self::BodyTooLarge { .. }
            | Self::TooManyRedirects { .. }
            | Self::RedirectWithoutLocation { .. }
            | Self::Unsendable { .. } => false,
        }
    }

    /// The same error without secrets: what others wrote into it may hold some.
    #[must_use]
    pub(crate) fn redacted(mut self, redactor: &Redactor) -> Self {
        match &mut self {
            Self::Connect { reason, .. }
            | Self::Dns { reason, .. }
            | Self::Tls { reason, .. }
            | Self::Proxy { reason, .. }
            | Self::CutOff { reason, .. }
            | Self::ContentEncoding { reason }
            | Self::TooManyRedirects { last: reason, .. }
            | Self::Unsendable { reason }
            | Self::Other { reason } => *reason = redactor.redact(reason),
            Self::PrivateAddress { origin, .. } => *origin = redactor.redact(origin),
            Self::ProxyRefused { .. }
            | Self::Timeout { .. }
            | Self::BodyTooLarge { .. }
            | Self::RedirectWithoutLocation { .. } => {}
        }
        self
    }
}

/// The three limits of `client.timeout`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeoutKind {
    /// For the connection, TLS included.
    Connect,
    /// Between two pieces of an answer.
    Read,
    /// For the request as a whole, body included.
    Total,
}

impl TimeoutKind {
    /// The key in the spec.
    pub fn key(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Read => "read",
            Self::Total => "total",
        }
    }

    fn describe(self, after: Duration) -> String {
        match self {
            Self::Connect => format!("no connection within {after:?}"),
            Self::Read => format!("nothing was received for {after:?}"),
            Self::Total => format!("the request was not done within {after:?}"),
        }
    }
}
