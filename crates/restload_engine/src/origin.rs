//! The origins that requests may go to: that of `base_url` and those of `allow_hosts`.
//!
//! Asked before each request, the first as well as those that a next link or a redirect names.

use std::net::{IpAddr, Ipv4Addr};

use restload_spec::plan::Origin;
use thiserror::Error;
use url::Url;

/// The origins that the credentials of an API may go to.
#[derive(Debug, Clone)]
pub struct Origins {
    allowed: Vec<Origin>,
}

/// A next link or a redirect leads where the credentials may not go (`credentials-would-leave`).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the API leads to `{to}`, but its credentials are for `{from}` only")]
pub struct CredentialsWouldLeave {
    /// The origin of `base_url`.
    pub from: String,
    /// The origin that was not asked.
    pub to: String,
}

impl Origins {
    /// The first is that of `base_url`.
    pub fn new(allowed: &[Origin]) -> Self {
        Self { allowed: allowed.to_vec() }
    }

    /// Whether a request may go there: scheme and port are equal and the host is allowed.
    pub fn allows(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let port = url.port_or_known_default();
        self.allowed.iter().any(|origin| {
            origin.scheme.eq_ignore_ascii_case(url.scheme())
                && Some(origin.port) == port
                && host_matches(&origin.host, host)
        })
    }

    /// Whether a URL may lead to an address that only this machine or its network can reach: one of the origin of `base_url`,
    /// and any that is allowed where `base_url` itself is such an address.
    pub fn may_be_private(&self, url: &Url) -> bool {
        let Some(own) = self.allowed.first() else { return true };
        let is_own = own.scheme.eq_ignore_ascii_case(url.scheme())
            && Some(own.port) == url.port_or_known_default()
            && url.host_str().is_some_and(|host| host_matches(&own.host, host));
        is_own || is_near(&own.host)
    }

    /// The same as [`Origins::allows`], with the error to show.
    pub fn check(&self, url: &Url) -> Result<(), CredentialsWouldLeave> {
        if self.allows(url) { Ok(()) } else { Err(self.would_leave(url)) }
    }

    /// The same for a step from one URL to the next, which never goes from https to http, allowed or not.
    pub fn check_step(&self, from: &Url, to: &Url) -> Result<(), CredentialsWouldLeave> {
        if from.scheme() == "https" && to.scheme() != "https" {
            return Err(self.would_leave(to));
        }
        self.check(to)
    }

    fn would_leave(&self, to: &Url) -> CredentialsWouldLeave {
        let from = self.allowed.first().map(Origin::to_string).unwrap_or_default();
        CredentialsWouldLeave { from, to: url_origin_text(to) }
    }
}

/// Whether a host is this machine, or is written as a private address.
fn is_near(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    bare == "localhost" || bare.ends_with(".localhost") || bare.parse().is_ok_and(is_private)
}

/// Whether an address cannot be reached, or is not meant, from everywhere (RFC 6890): this machine, its network, the
/// link, what a provider shares among its customers. Those that hold another address, by translation, are what they hold.
pub(crate) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || a == 0
                || (a == 100 && b & 0xc0 == 64)
                || (a, b, c) == (192, 0, 0)
        }
        IpAddr::V6(v6) => {
            let words = v6.segments();
            let held = |high: u16, low: u16| {
                let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
                is_private(Ipv4Addr::new(a, b, c, d).into())
            };
            match words {
                _ if v6.is_loopback() || v6.is_unspecified() => true,
                [first, ..] if first & 0xfe00 == 0xfc00 || first & 0xff80 == 0xfe80 => true,
                [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                    held(high, low)
                }
                [0x2002, high, low, ..] => held(high, low),
                _ => false,
            }
        }
    }
}

/// `*.` at the front takes exactly one label.
fn host_matches(pattern: &str, host: &str) -> bool {
    let Some(domain) = pattern.strip_prefix("*.") else {
        let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        return bare(pattern) == bare(host);
    };
    let Some((label, rest)) = host.split_once('.') else { return false };
    !label.is_empty() && rest.eq_ignore_ascii_case(domain)
}

/// Scheme, host and port of a URL, without the user, the path and the query that may hold secrets.
pub(crate) fn url_origin_text(url: &Url) -> String {
    let (scheme, host) = (url.scheme(), url.host_str().unwrap_or_default());
    url.port().map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(scheme: &str, host: &str, port: u16) -> Origin {
        Origin { scheme: scheme.to_owned(), host: host.to_owned(), port }
    }

    fn origins() -> Origins {
        Origins::new(&[
            origin("https", "api.example.com", 443),
            origin("https", "*.my.example.org", 8443),
            origin("http", "127.0.0.1", 8080),
            origin("http", "::1", 8080),
        ])
    }

    #[test]
    fn scheme_host_and_port_must_be_equal() {
        let origins = origins();
        for (url, allowed) in [
            ("https://api.example.com/x", true),
            ("https://API.example.com:443/x?y", true),
            ("https://api.example.com:8443/", false),
            ("http://api.example.com/", false),
            ("http://api.example.com:443/", false),
            ("https://api.example.com./", false),
            ("https://example.com/", false),
            ("https://v1.api.example.com/", false),
            ("https://api.example.com@evil.test/", false),
            ("https://api.example.com.evil.test/", false),
            ("http://127.0.0.1:8080/", true),
            ("http://127.0.0.1/", false),
            ("http://[::1]:8080/", true),
            ("data:text/plain,x", false),
        ] {
            assert_eq!(origins.allows(&Url::parse(url).unwrap()), allowed, "{url}");
        }
    }

    #[test]
    fn a_wildcard_takes_exactly_one_label() {
        let origins = origins();
        for (url, allowed) in [
            ("https://acme.my.example.org:8443/", true),
            ("https://my.example.org:8443/", false),
            ("https://a.b.my.example.org:8443/", false),
            ("https://acmemy.example.org:8443/", false),
            ("https://acme.my.example.org/", false),
        ] {
            assert_eq!(origins.allows(&Url::parse(url).unwrap()), allowed, "{url}");
        }
    }

    #[test]
    fn addresses_of_this_machine_and_its_network_are_private() {
        for (address, private) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("172.16.0.1", true),
            ("172.32.0.1", false),
            ("192.168.1.1", true),
            ("169.254.169.254", true),
            ("100.100.100.200", true),
            ("100.128.0.1", false),
            ("0.0.0.0", true),
            ("192.0.0.192", true),
            ("8.8.8.8", false),
            ("::1", true),
            ("::", true),
            ("fd00:ec2::254", true),
            ("fe80::1", true),
            ("fec0::1", true),
            ("::ffff:169.254.169.254", true),
            ("::ffff:8.8.8.8", false),
            ("64:ff9b::a9fe:a9fe", true),
            ("2002:a00:1::", true),
            ("2606:4700::1", false),
        ] {
            assert_eq!(is_private(address.parse().unwrap()), private, "{address}");
        }
    }

    #[test]
    fn only_the_origin_of_base_url_may_be_private() {
        let may =
            |origins: &[Origin], url: &str| Origins::new(origins).may_be_private(&Url::parse(url).unwrap());
        let outside = [origin("https", "api.example.com", 443), origin("https", "*.example.com", 443)];
        assert!(may(&outside, "https://API.example.com/x"));
        assert!(!may(&outside, "https://api.example.com:8443/x"));
        assert!(!may(&outside, "https://files.example.com/x"));
        assert!(!may(&outside, "https://10.0.0.1/x"));
        let inside = [origin("http", "127.0.0.1", 80), origin("http", "localhost", 80)];
        assert!(may(&inside, "http://localhost/x"));
        assert!(may(&[origin("https", "[fd00::1]", 443)], "https://files.example.com/x"));
    }

    #[test]
    fn a_step_never_goes_from_https_to_http() {
        let origins = origins();
        let (secure, plain) = ("https://api.example.com/", "http://127.0.0.1:8080/");
        let step =
            |from: &str, to: &str| origins.check_step(&Url::parse(from).unwrap(), &Url::parse(to).unwrap());
        assert_eq!(step(plain, secure), Ok(()));
        assert_eq!(step(plain, plain), Ok(()));
        assert!(step(secure, plain).is_err());
    }

    #[test]
    fn the_error_names_both_origins_and_nothing_that_could_be_secret() {
        let url = Url::parse("https://user:pass@evil.test:444/key?token=t").unwrap();
        assert_eq!(
            origins().check(&url).unwrap_err().to_string(),
            "the API leads to `https://evil.test:444`, but its credentials are for `https://api.example.com` only"
        );
    }
}
