//! The connection, settled: where, as whom, how fast.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use restload_diag::Pointer;
use url::Url;
use zeroize::Zeroizing;

use crate::spec::ResetFormat;

/// The connection to one API.
#[derive(Debug)]
pub struct ClientPlan {
    /// With a path that ends in `/`.
    pub base_url: Url,
    /// Where credentials may go: the origin of `base_url` first, then those of `allow_hosts`.
    pub origins: Vec<Origin>,
    /// What goes along with each request unless a resource has its own.
    pub auth: AuthPlan,
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

/// A value that is never printed, and overwritten when it is no longer needed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a value; what is shown of it from now on is `***`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The value itself, for the wire only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// How a request says who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthPlan {
    /// Not at all.
    None,
    /// `Authorization: <scheme> <token>`.
    Bearer {
        /// The word before the token.
        scheme: String,
        /// The token.
        token: Secret,
    },
    /// A key under a name of its own.
    ApiKey {
        /// Name of the header, query parameter or cookie.
        name: String,
        /// The key.
        key: Secret,
        /// Where it goes.
        place: KeyPlace,
    },
    /// `Authorization: Basic …` (RFC 7617); either part may be empty.
    Basic {
        /// The user name.
        username: Secret,
        /// The password.
        password: Secret,
    },
}

/// Where an API key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// A header.
    Header,
    /// A query parameter.
    Query,
    /// A cookie.
    Cookie,
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
