//! Names that may only lead outside.
//!
//! An API that is allowed further hosts chooses, by its next links and redirects and by its own DNS, which addresses are asked.
//! The addresses of a name are looked up here, and the connection is made to what was looked up and judged: there is no second
//! look-up in which a name could have become another address.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;
use url::{Host, Url};

use crate::origin::is_private;

/// The variables by which a system names its proxies.
pub(super) const PROXIES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Looks names up, and gives those addresses that are no private ones.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    /// Hosts of proxies: what is behind them is for them to allow.
    proxies: Vec<String>,
}

/// A name has private addresses only.
#[derive(Debug, Error)]
#[error("it is at the private address {0}")]
pub(super) struct Inside(pub(super) IpAddr);

impl Outside {
    /// Knows the proxies of the environment.
    pub(super) fn new() -> Self {
        let hosts = PROXIES.iter().filter_map(|name| host_of(&std::env::var(name).ok()?));
        Self { proxies: hosts.collect() }
    }

    fn is_proxy(&self, name: &str) -> bool {
        self.proxies.iter().any(|proxy| proxy.eq_ignore_ascii_case(name))
    }
}

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        let is_proxy = self.is_proxy(name.as_str());
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if is_proxy {
                return Ok(Box::new(found.into_iter()) as Addrs);
            }
            let (inside, outside): (Vec<_>, Vec<_>) =
                found.into_iter().partition(|address| is_private(address.ip()));
            match (inside.first(), outside.is_empty()) {
                (Some(address), true) => Err(Inside(address.ip()).into()),
                _ => Ok(Box::new(outside.into_iter()) as Addrs),
            }
        })
    }
}

/// The private address that stands in a URL in place of a name: no look-up is made for it.
pub(super) fn private_literal(url: &Url) -> Option<IpAddr> {
    let address = match url.host()? {
        Host::Ipv4(address) => address.into(),
        Host::Ipv6(address) => address.into(),
        Host::Domain(_) => return None,
    };
    is_private(address).then_some(address)
}

/// The host of a proxy, whose scheme may be left out.
fn host_of(proxy: &str) -> Option<String> {
    let text = if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") };
    Url::parse(&text).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_of_this_machine_leads_nowhere() {
        let outside = Outside { proxies: Vec::new() };
        let error = outside.resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert!(error.downcast_ref::<Inside>().is_some_and(|inside| inside.0.is_loopback()), "{error}");
        let through = Outside { proxies: vec!["LocalHost".to_owned()] };
        assert!(through.resolve("localhost".parse().unwrap()).await.is_ok());
    }

    #[test]
    fn a_proxy_is_known_by_its_host() {
        assert_eq!(host_of("http://me:pw@proxy.test:3128/").as_deref(), Some("proxy.test"));
        assert_eq!(host_of("proxy.test:3128").as_deref(), Some("proxy.test"));
        assert_eq!(host_of("").as_deref(), None);
    }
}
