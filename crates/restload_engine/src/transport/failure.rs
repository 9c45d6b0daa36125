//! What an error of the HTTP library means.

use std::error::Error;
use std::io;
use std::net::IpAddr;

use restload_spec::plan::TimeoutPlan;
use url::Url;

use super::outside::Inside;
use super::{TimeoutKind, TransportError};
use crate::origin::url_origin_text;

/// What is known of a request when it fails.
pub(super) struct Failure {
    origin: String,
    timeout: TimeoutPlan,
}

impl Failure {
    pub(super) fn new(url: &Url, timeout: &TimeoutPlan) -> Self {
        Self { origin: url_origin_text(url), timeout: *timeout }
    }

    /// An error before the status line came.
    pub(super) fn before_answer(&self, error: &reqwest::Error) -> TransportError {
        if let Some(timeout) = self.timeout(error) {
            return timeout;
        }
        let (origin, reason) = (self.origin.clone(), explain(error));
        if let Some(address) = inside(error) {
            return TransportError::PrivateAddress { origin, address };
        }
        if is_tls(error) {
            TransportError::Tls { origin, reason }
        } else if causes(error).any(|cause| cause.to_string().contains("dns error")) {
            TransportError::Dns { origin, reason }
        } else if error.is_connect() {
            TransportError::Connect { origin, reason }
        } else if error.is_builder() {
            TransportError::Unsendable { reason }
        } else {
            TransportError::Other { reason }
        }
    }

    /// An error after `received` bytes of the body.
    pub(super) fn within_answer(&self, error: &reqwest::Error, received: u64) -> TransportError {
        if let Some(timeout) = self.timeout(error) {
            return timeout;
        }
        let reason = explain(error);
        if is_broken_encoding(error) {
            TransportError::ContentEncoding { reason }
        } else {
            TransportError::CutOff { received, reason }
        }
    }

    fn timeout(&self, error: &reqwest::Error) -> Option<TransportError> {
        let (which, after) = match error {
            _ if !error.is_timeout() => return None,
            _ if error.is_connect() => (TimeoutKind::Connect, self.timeout.connect),
            _ => (TimeoutKind::Read, self.timeout.read),
        };
        Some(TransportError::Timeout { which, after })
    }
}

/// The innermost cause, which says most; the outermost repeats the URL, which may hold a secret.
pub(super) fn explain(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "the cause is not known".to_owned(), ToString::to_string)
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// The private address that a name turned out to be, where that was not allowed.
fn inside(error: &reqwest::Error) -> Option<IpAddr> {
    causes(error).find_map(|cause| {
        let all = std::iter::successors(Some(cause), |&cause| made_from(cause));
        all.into_iter().find_map(|cause| cause.downcast_ref::<Inside>()).map(|inside| inside.0)
    })
}

fn is_tls(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| {
        std::iter::successors(Some(cause), |&cause| made_from(cause)).any(<dyn Error>::is::<rustls::Error>)
    })
}

/// What an I/O error was made from, which its source passes over.
fn made_from<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
    Some(inner)
}

/// A decoder fails with an I/O error of its own, the connection with one of the HTTP library. Compressed data that ends too
/// early was cut off before it was wrapped up: that may pass.
fn is_broken_encoding(error: &reqwest::Error) -> bool {
    let inner = causes(error).find(|cause| !cause.is::<reqwest::Error>());
    inner
        .and_then(|inner| inner.downcast_ref::<io::Error>())
        .is_some_and(|inner| inner.kind() != io::ErrorKind::UnexpectedEof)
}
