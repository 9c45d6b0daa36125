//! What an error of the HTTP library means.

use std::error::Error;
use std::io;
use std::net::IpAddr;

use restload_spec::plan::TimeoutPlan;
use url::Url;

use super::outside::Inside;
use super::proxy;
use super::{TimeoutKind, TransportError};
use crate::origin::url_origin_text;

/// What is known of a request when it fails.
pub(super) struct Failure {
    origin: String,
    /// The proxy on the way.
    proxy: Option<String>,
    timeout: TimeoutPlan,
}

impl Failure {
    pub(super) fn new(url: &Url, proxy: Option<String>, timeout: &TimeoutPlan) -> Self {
        Self { origin: url_origin_text(url), proxy, timeout: *timeout }
    }

    /// The error of an answer that is not the API's: a proxy's that wants to know who asks.
    pub(super) fn of_a_proxy(&self, status: u16) -> Option<TransportError> {
        let proxy = self.proxy.clone().filter(|_| status == 407)?;
        Some(proxy::refused(proxy, self.origin.clone()))
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
            let through = self.proxy.as_ref().map(|proxy| format!(" (through the proxy `{proxy}`)"));
            let (reason, help) = tls_reason(&reason, &origin);
            let reason = reason + &through.unwrap_or_default();
            return TransportError::Tls { origin, reason, help };
        }
        if let Some(proxy) = self.proxy.as_ref().filter(|_| proxy::is_of_the_way(error)) {
            return proxy::failed(proxy, &origin, &reason);
        }
        if causes(error).any(|cause| cause.to_string().contains("dns error")) {
            TransportError::Dns { origin, reason }
        } else if error.is_connect() {
            let closed = reason == "tls handshake eof";
            let reason =
                if closed { "it ended the connection before that was secure".to_owned() } else { reason };
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

/// Who can be trusted, and what is shown of us.
const AUTHORITY: &str =
    "if it is an authority of your own that signs it, name its certificate: `client.tls.ca_file`";
const IDENTITY: &str =
    "`client.tls.client_cert` and `client_key` name the files of our certificate and its key";
const CLOCK: &str = "its operator has to renew it; see too that the clock of this machine is right";

/// What rustls says of a certificate, for one who does not know it, and what can be done.
fn tls_reason(reason: &str, origin: &str) -> (String, Option<&'static str>) {
    let said = reason.strip_prefix("invalid peer certificate: ").unwrap_or(reason);
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let begins = |words: &[&str]| words.iter().any(|word| said.starts_with(word));
    if begins(&["UnknownIssuer", "CaUsedAsEndEntity"]) {
        (format!("its certificate is signed by nobody that is trusted here ({said})"), Some(AUTHORITY))
    } else if begins(&["NotValidForName", "certificate not valid for name"]) {
        (format!("its certificate is not for `{host}`"), None)
    } else if begins(&["Expired", "certificate expired"]) {
        let until = after(said, "not valid after ").map(|at| format!(", on {at}")).unwrap_or_default();
        (format!("its certificate has expired{until}"), Some(CLOCK))
    } else if begins(&["NotValidYet", "certificate not valid yet"]) {
        let from =
            after(said, "not valid before ").map(|at| format!(", but from {at} on")).unwrap_or_default();
        (format!("its certificate is not valid yet{from}"), Some(CLOCK))
    } else if said.contains("CertificateRequired") {
        ("it wants a certificate of ours".to_owned(), Some(IDENTITY))
    } else if said.contains("UnknownCA") || said.contains("BadCertificate") {
        (format!("it does not accept our certificate ({said})"), Some(IDENTITY))
    } else if said.contains("InvalidContentType") {
        ("it does not speak TLS".to_owned(), None)
    } else {
        (said.to_owned(), None)
    }
}

/// The day that stands behind some words as seconds since 1970.
fn after(text: &str, words: &str) -> Option<String> {
    let (_, rest) = text.split_once(words)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let at = jiff::Timestamp::from_second(digits.parse().ok()?).ok()?;
    Some(at.strftime("%Y-%m-%d").to_string())
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
