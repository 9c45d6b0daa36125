//! The connection, settled: where, as whom, how fast.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use restload_diag::Pointer;
use url::Url;

use super::{AuthPlan, TokenBase};
use crate::spec::ResetFormat;

/// The connection to one API.
#[derive(Debug)]
pub struct ClientPlan {
    /// With a path that ends in `/`. Where the token names it, its host is a stand-in that no name server knows.
    pub base_url: Url,
    /// How the base URL comes out of a token; none where it is known beforehand.
    pub token_base: Option<TokenBase>,
    /// Where credentials may go: the origin of `base_url` first, then those of `allow_hosts`.
    pub origins: Vec<Origin>,
    /// What goes along with each request unless a resource has its own.
    pub auth: AuthPlan,
    /// Where that stands in the spec; of a list the item that was chosen.
    pub auth_at: Pointer,
    /// Requests in flight, over all resources; at least 1.
    pub concurrency: usize,
    /// What the API takes in a time, of all resources together.
    pub rate_limits: Vec<RateLimitPlan>,
    /// When and how often a request is asked again.
    pub retry: RetryPlan,
    /// How long a request may take.
    pub timeout: TimeoutPlan,
    /// Whom servers are trusted by, and with which certificate they are asked.
    pub tls: TlsPlan,
    /// The largest body in bytes, after decompression.
    pub max_body: u64,
}

/// The certificates of a connection, as PEM files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsPlan {
    /// Trusted in place of those of the system.
    pub ca_file: Option<PathBuf>,
    /// A certificate of ours, and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// What an API takes in a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimitPlan {
    /// What tells budgets apart: the name that the author gave, else the place where it is written.
    pub key: String,
    /// So many requests in such a time.
    pub quota: Option<(u64, Duration)>,
    /// The header that says how many requests are left.
    pub remaining: Option<String>,
    /// The header that says when requests are left again, and how it says it.
    pub reset: Option<(String, ResetFormat)>,
    /// The longest wait.
    pub max_wait: Duration,
    /// Where it stands in the spec.
    pub at: Pointer,
}

/// An origin that credentials may go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `https`, or `http` where it was allowed.
    pub scheme: String,
    /// A host name or address; `*.` at the front takes exactly one label.
    pub host: String,
    /// The port, also when it is the scheme's own.
    pub port: u16,
}

impl Origin {
    /// The origin of a URL (RFC 6454); none of a URL without a host.
    pub fn of(url: &Url) -> Option<Self> {
        Some(Self {
            scheme: url.scheme().to_owned(),
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = if self.scheme == "https" { 443 } else { 80 };
        if self.port == own {
            write!(f, "{}://{}", self.scheme, self.host)
        } else {
            write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
        }
    }
}

/// When and how often a request is asked again: exponential with full jitter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPlan {
    /// Requests in all, the first one included; at least 1.
    pub attempts: u32,
    /// Statuses that are asked again.
    pub statuses: Vec<u16>,
    /// The longest first wait.
    pub initial: Duration,
    /// The longest wait of all, unless the server names a longer one.
    pub max: Duration,
    /// Where it stands in the spec.
    pub at: Pointer,
}

/// How long a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeoutPlan {
    /// For the connection, TLS included.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub read: Duration,
    /// For the request as a whole, body included.
    pub total: Duration,
}
