//! What happens in a run, as it happens: for progress, log and report.

use std::time::Duration;

use serde::Serialize;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// A request went out: a first one, a repeated one or one that follows a redirect.
    RequestSent {
        /// Its method.
        method: String,
        /// Its URL without what auth added, redacted.
        url: String,
    },
    /// A token is asked for.
    TokenAsked {
        /// Where, without the query, redacted.
        url: String,
        /// Why.
        why: TokenReason,
    },
    /// A request failed and will be asked again.
    Retry {
        /// How many requests were made so far, this one included; 1 after the first.
        attempt: u32,
        /// What was wrong with it.
        why: RetryReason,
        /// The wait before the next.
        wait: Duration,
    },
    /// The first walk of a resource begins.
    ResourceStarted {
        /// Its name.
        resource: String,
    },
    /// All walks of a resource are done.
    ResourceFinished {
        /// Its name.
        resource: String,
    },
    /// A page was read.
    Page {
        /// The resource.
        resource: String,
        /// Its rows.
        rows: u64,
        /// The rows that the API says there are, for a resource of one walk.
        total: Option<u64>,
    },
    /// A resource waits before it asks again.
    Waiting {
        /// The resource.
        resource: String,
        /// Why.
        why: RetryReason,
        /// For how long.
        wait: Duration,
    },
    /// The tables are put in their place.
    Committing {
        /// How many.
        tables: usize,
    },
}

impl Event {
    /// The resource that it is about, where it is about one.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::ResourceStarted { resource }
            | Self::ResourceFinished { resource }
            | Self::Page { resource, .. }
            | Self::Waiting { resource, .. } => Some(resource),
            _ => None,
        }
    }
}

/// Why a token is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenReason {
    /// There is none yet.
    First,
    /// The one that there is expires soon.
    Expiring,
    /// The API refused the one that there is.
    Refused,
}

/// Why a request is asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryReason {
    /// The server answered with this status.
    Status(u16),
    /// The budget of a `rate_limit` is used up.
    RateLimit,
    /// No answer came, or not all of it: the error, redacted.
    Error(String),
}

/// Takes note of events. It must not block: it is called where the work is done.
pub trait Listener: Send + Sync {
    /// Called once per event.
    fn hear(&self, event: &Event);
}

/// Listens to nothing.
impl Listener for () {
    fn hear(&self, _event: &Event) {}
}
