//! The client, settled.

use std::path::PathBuf;
use std::time::Duration;

use restload_diag::{Diagnostic, Part, Pointer};
use serde_json::Value;
use url::Url;

use super::{Settler, Wanted};
use crate::plan::{ClientPlan, Origin, RateLimitPlan, RetryPlan, TimeoutPlan, TlsPlan, is_loopback};
use crate::spec::{RateLimit, ResetFormat, Size as WrittenSize};

/// Requests in flight where the author is silent.
const CONCURRENCY: u32 = 8;
/// The longest wait for a limit where the author is silent.
const MAX_WAIT: Duration = Duration::from_mins(15);
/// The largest body where the author is silent.
const MAX_BODY: u64 = 256 << 20;
/// Statuses that are asked again where the author is silent.
const RETRIED: [u16; 7] = [408, 425, 429, 500, 502, 503, 504];

impl Settler<'_> {
    pub(super) fn client(&mut self, wanted: &Wanted) -> Option<ClientPlan> {
        let at = Pointer::root().join("client");
        let written = &self.spec.client;
        let allow_http = self.scalar(written.allow_http.as_ref(), false, &at.join("allow_http"));
        let (base_url, token_base) = self.home(wanted.base_url.as_ref(), allow_http);
        let auth = self.auth(written.auth.as_ref(), &at.join("auth"));
        let concurrency = self.scalar(written.concurrency.as_ref(), CONCURRENCY, &at.join("concurrency"));
        if concurrency == 0 {
            self.error("out-of-range", at.join("concurrency"), "0 requests in flight are none: at least 1");
        }
        let rate_limits = self.rate_limits(written.rate_limit.as_deref(), &at.join("rate_limit"));
        let retry = self.retry(&at.join("retry"));
        let timeout = self.timeout(&at.join("timeout"));
        let tls = self.tls(&at.join("tls"));
        let max_body = self.max_body(&at.join("max_body"));
        let allowed = self.allowed_hosts(&at.join("allow_hosts"), allow_http);
        let base_url = base_url?;
        let origins = Origin::of(&base_url).into_iter().chain(allowed).collect();
        let (auth, auth_at) = auth?;
        let may_ask = match &written.auth {
            // Which of them will be taken is not known without inputs.
            Some(written) if self.stand_ins => written.may_ask_for_token(),
            _ => auth.asks_for_token(),
        };
        if let Some(base) = &token_base
            && !may_ask
            && !self.is_broken(&at.join("auth"))
        {
            self.fault(
                Diagnostic::error(
                    "base-url",
                    base.at.clone(),
                    "this takes what a token names, and `auth` asks for none",
                )
                .help("`auth` of type `oauth2` or `session` asks for a token"),
            );
        }
        Some(ClientPlan {
            base_url,
            token_base,
            origins,
            auth,
            auth_at,
            rate_limits,
            concurrency: usize::try_from(concurrency).unwrap_or(1).max(1),
            retry,
            timeout,
            tls,
            max_body,
        })
    }

    fn allowed_hosts(&mut self, at: &Pointer, allow_http: bool) -> Vec<Origin> {
        let hosts = self.spec.client.allow_hosts.clone().unwrap_or_default();
        let mut origins = Vec::new();
        for (n, host) in hosts.iter().enumerate() {
            let at = at.join(n);
            let Some(host) = self.text(host, &at) else { continue };
            let (wild, rest) = match host.strip_prefix("*.") {
                Some(rest) => ("*.", rest),
                None => ("", host.as_str()),
            };
            let text = if rest.contains("://") { rest.to_owned() } else { format!("https://{rest}") };
            match Url::parse(&text).ok().and_then(|url| Origin::of(&url).filter(|_| url.path() == "/")) {
                Some(origin)
                    if origin.scheme == "http"
                        && !allow_http
                        && !Url::parse(&text).is_ok_and(|url| is_loopback(&url)) =>
                {
                    self.fault(
                        Diagnostic::error("http-base-url", at, "credentials would go over http in the clear")
                            .help("write the name alone, which means https; `allow_http: true` allows it where you must"),
                    );
                }
                Some(origin) if !origin.host.contains('*') => {
                    origins.push(Origin { host: format!("{wild}{}", origin.host), ..origin });
                }
                _ => {
                    let message = format!("`{host}` is not the name of a host");
                    let named = Url::parse(&text).ok().and_then(|url| url.host_str().map(str::to_owned));
                    let help = match named.filter(|name| text.contains("://") && !name.contains('*')) {
                        Some(name) if rest != name => format!("write `{wild}{name}`: all paths of a host are meant"),
                        _ => "write the name alone, `files.example.com`, or `*.example.com` for one label below it".into(),
                    };
                    self.fault(Diagnostic::error("allow-hosts", at, message).help(help));
                }
            }
        }
        origins
    }

    /// The limits of the client or of a resource.
    pub(super) fn rate_limits(&mut self, written: Option<&[RateLimit]>, at: &Pointer) -> Vec<RateLimitPlan> {
        let written = written.unwrap_or_default();
        let is_list = self.document.get(at).is_some_and(|node| !node.items().is_empty());
        let settled = written.iter().enumerate().filter_map(|(n, limit)| {
            let at = if is_list { at.join(n) } else { at.clone() };
            self.rate_limit(limit, &at)
        });
        settled.collect()
    }

    fn rate_limit(&mut self, written: &RateLimit, at: &Pointer) -> Option<RateLimitPlan> {
        let needs = [
            ("requests", "per", written.requests.is_some(), written.per.is_some()),
            ("per", "requests", written.per.is_some(), written.requests.is_some()),
            ("remaining", "reset", written.remaining.is_some(), written.reset.is_some()),
        ];
        let missing = needs.iter().find(|(_, _, said, met)| *said && !met);
        if let Some((key, other, ..)) = missing {
            if !self.is_broken(&at.join(other)) {
                let message = format!("`{key}` needs `{other}` beside it");
                self.fault(Diagnostic::error("missing-key", at.join(key), message).on(Part::Key));
            }
            return None;
        }
        if written.requests.is_none() && written.reset.is_none() {
            if !["requests", "per", "remaining", "reset"].iter().any(|key| self.is_broken(&at.join(key))) {
                let message = "this limit says neither how many requests nor a header that does";
                self.fault(
                    Diagnostic::error("missing-key", at.clone(), message)
                        .help("`requests: 900` and `per: 1m`, or `remaining: HEADER` and `reset: HEADER`"),
                );
            }
            return None;
        }
        let requests = self.scalar(written.requests.as_ref(), 1, &at.join("requests"));
        if requests == 0 {
            self.error("out-of-range", at.join("requests"), "0 requests are none: at least 1");
        }
        let per = self.duration(written.per.as_ref(), Duration::from_mins(1), &at.join("per"));
        Some(RateLimitPlan {
            key: match &written.name {
                Some(name) => name.clone(),
                None => at.to_string(),
            },
            quota: written.per.is_some().then_some((requests.max(1), per)),
            remaining: written.remaining.clone(),
            reset: written
                .reset
                .clone()
                .map(|header| (header, written.reset_format.unwrap_or(ResetFormat::Seconds))),
            max_wait: self.duration(written.max_wait.as_ref(), MAX_WAIT, &at.join("max_wait")),
            at: at.clone(),
        })
    }

    fn retry(&mut self, at: &Pointer) -> RetryPlan {
        let written = self.spec.client.retry.clone().unwrap_or_default();
        let attempts = self.scalar(written.attempts.as_ref(), 6, &at.join("attempts")).max(1);
        let initial =
            self.duration(written.initial.as_ref(), Duration::from_millis(500), &at.join("initial"));
        let max = self.duration(written.max.as_ref(), Duration::from_mins(1), &at.join("max"));
        let statuses = written.statuses.unwrap_or_else(|| RETRIED.to_vec());
        RetryPlan { attempts, statuses, initial, max, at: at.clone() }
    }

    fn timeout(&mut self, at: &Pointer) -> TimeoutPlan {
        let written = self.spec.client.timeout.clone().unwrap_or_default();
        TimeoutPlan {
            connect: self.duration(written.connect.as_ref(), Duration::from_secs(10), &at.join("connect")),
            read: self.duration(written.read.as_ref(), Duration::from_mins(1), &at.join("read")),
            total: self.duration(written.total.as_ref(), Duration::from_mins(5), &at.join("total")),
        }
    }

    fn tls(&mut self, at: &Pointer) -> TlsPlan {
        let written = self.spec.client.tls.clone().unwrap_or_default();
        let mut file = |key: &str, text: Option<&String>| match self.rendered(text?, &at.join(key))?.0 {
            Value::String(path) if !path.is_empty() => Some(PathBuf::from(path)),
            Value::Null => None,
            _ => {
                self.error("template-value", at.join(key), "there is no path for this file");
                None
            }
        };
        let ca_file = file("ca_file", written.ca_file.as_ref());
        let certificate = file("client_cert", written.client_cert.as_ref());
        let key = file("client_key", written.client_key.as_ref());
        let alone = match (&written.client_cert, &written.client_key) {
            (Some(_), None) => Some(("client_cert", "client_key")),
            (None, Some(_)) => Some(("client_key", "client_cert")),
            _ => None,
        };
        if let Some((key, other)) = alone.filter(|(_, other)| !self.is_broken(&at.join(other))) {
            let message = format!("`{key}` needs `{other}` beside it");
            self.fault(Diagnostic::error("missing-key", at.join(key), message).on(Part::Key));
        }
        TlsPlan { ca_file, identity: certificate.zip(key) }
    }

    fn max_body(&mut self, at: &Pointer) -> u64 {
        match self.spec.client.max_body.clone() {
            None => MAX_BODY,
            Some(WrittenSize::Bytes(bytes)) => bytes,
            Some(WrittenSize::Text(text)) => self.size(&text, MAX_BODY, at),
        }
    }
}
