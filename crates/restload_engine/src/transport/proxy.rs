//! The proxies that the environment names, by which an error tells whether it is the API that failed.
//!
//! The HTTP library goes through them by itself; here the same rules say which one a URL leads through.

use std::error::Error;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use super::TransportError;
use crate::origin::url_origin_text;

/// The proxies of the environment, and what goes past them.
#[derive(Debug)]
pub(super) struct Proxies(Matcher);

impl Proxies {
    /// Those that the variables `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name, and on some systems its settings.
    pub(super) fn of_the_system() -> Self {
        Self(Matcher::from_system())
    }

    /// Scheme, host and port of the proxy that a request to a URL goes through.
    pub(super) fn on_the_way_to(&self, url: &Url) -> Option<String> {
        let proxy = self.0.intercept(&url.as_str().parse().ok()?)?;
        let proxy = Url::parse(&proxy.uri().to_string()).ok()?;
        Some(url_origin_text(&proxy))
    }
}

/// The passwords that proxies of the environment are used with.
pub(crate) fn passwords() -> Vec<String> {
    let urls = super::outside::PROXIES.iter().filter_map(|name| std::env::var(name).ok());
    let password = |text: String| {
        let text = if text.contains("://") { text } else { format!("http://{text}") };
        let password = Url::parse(&text).ok()?.password()?.to_owned();
        let decoded = percent_encoding::percent_decode_str(&password).decode_utf8_lossy().into_owned();
        Some([password, decoded])
    };
    urls.filter_map(password).flatten().collect()
}

/// What an error before the answer means where a proxy is on the way: that of a tunnel, or of the connection to the proxy.
pub(super) fn failed(proxy: &str, origin: &str, reason: &str) -> TransportError {
    let (proxy, origin) = (proxy.to_owned(), origin.to_owned());
    match reason.strip_prefix("tunnel error: ") {
        Some("proxy authorization required") => refused(proxy, origin),
        Some("unsuccessful") => {
            let reason = "it opens no tunnel there".to_owned();
            TransportError::ProxyRefused { proxy, origin, reason }
        }
        _ => TransportError::Proxy { proxy, origin, reason: reason.to_owned() },
    }
}

/// A proxy that wants to know who asks.
pub(super) fn refused(proxy: String, origin: String) -> TransportError {
    let reason = "it wants a user name and password (407 Proxy Authentication Required)".to_owned();
    TransportError::ProxyRefused { proxy, origin, reason }
}

/// Whether an error came about on the way to a proxy or in it, and not behind it.
pub(super) fn is_of_the_way(error: &reqwest::Error) -> bool {
    let tunnel = |cause: &(dyn Error + 'static)| cause.to_string().starts_with("tunnel error");
    error.is_connect() || std::iter::successors(error.source(), |&cause| cause.source()).any(tunnel)
}
