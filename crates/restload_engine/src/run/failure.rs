//! Answers and connections that end a walk, in words.

use restload_diag::Diagnostic;
use restload_spec::plan::{AuthPlan, ResourcePlan};

use super::Run;
use crate::transport::{Exchange, SendError, SendFailure, TransportError, describe_answer, describe_status};

const PROXY_HELP: &str = "the environment names the proxy: `HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT`, `HTTP_PROXY` for \
                          http; hosts in `NO_PROXY` are asked without it";

/// An answer that is no 2xx.
pub(crate) fn status(run: &Run, resource: &ResourcePlan, exchange: &Exchange, attempts: u32) -> Diagnostic {
    let described = match attempts {
        0 | 1 => describe_status(exchange.status),
        attempts => format!("{}, asked {attempts} times", describe_status(exchange.status)),
    };
    let fault = match exchange.status {
        401 => {
            let help = match resource.auth {
                AuthPlan::None => "the API wants to know who asks: give the client an `auth`",
                AuthPlan::OAuth2(_) => {
                    "a new token was asked for, and the API refuses that one too: look at what it allows (`scope`, \
                     `extra`), and at whose it is"
                }
                AuthPlan::Session(_) => {
                    "a new login was made, and the API refuses what it gave out too: look at `token`, and at `place`"
                }
                _ => {
                    "the credentials were sent as the spec says: look at the key, and at where the API wants it"
                }
            };
            Diagnostic::error(
                "unauthorized",
                resource.auth_at(),
                format!("the API does not accept the credentials: {described}"),
            )
            .help(help)
        }
        403 => Diagnostic::error(
            "forbidden",
            resource.at("path"),
            format!("the API refuses this to these credentials: {described}"),
        ),
        404 | 410 => Diagnostic::error(
            "not-found",
            resource.at("path"),
            format!("the API knows no such address: {described}"),
        )
        .help("compare the path, slash at the end included, with the API's documentation"),
        429 => Diagnostic::error(
            "too-many-requests",
            resource.at("path"),
            format!("the API answers {described}"),
        ),
        300..=399 => Diagnostic::error(
            "redirect",
            resource.at("path"),
            format!("the API answered {described}, which leads nowhere"),
        ),
        500.. => {
            Diagnostic::error("server-error", resource.at("path"), format!("the API answers {described}"))
        }
        _ => Diagnostic::error(
            "request-refused",
            resource.at("path"),
            format!("the API refuses the request: {described}"),
        ),
    };
    fault.note(format!("answer: {}", describe_answer(exchange, &run.redactor)))
}

/// No answer at all.
pub(crate) fn no_answer(run: &Run, resource: &ResourcePlan, error: &SendError, linked: bool) -> Diagnostic {
    if let SendFailure::NoToken(error) = &error.failure {
        return error.diagnostic(&resource.auth_at());
    }
    let message = run.redactor.redact(&error.to_string());
    let (rule, at, help) = match &error.failure {
        SendFailure::CredentialsWouldLeave(_) => (
            "credentials-would-leave",
            match &resource.fetch {
                Some(fetch) if linked => fetch.paginator.at.clone(),
                _ => resource.at("path"),
            },
            Some("if the other origin belongs to the API, name it in `client.allow_hosts`"),
        ),
        SendFailure::Transport(TransportError::BodyTooLarge { .. }) => {
            ("body-too-large", resource.at("path"), Some("ask for smaller pages, or raise `client.max_body`"))
        }
        SendFailure::Transport(TransportError::PrivateAddress { .. }) => (
            "private-address",
            match &resource.fetch {
                Some(fetch) if linked => fetch.paginator.at.clone(),
                _ => resource.at("path"),
            },
            Some("only the origin of `base_url` may be at a private address: make it the `base_url`"),
        ),
        SendFailure::Transport(TransportError::Proxy { .. } | TransportError::ProxyRefused { .. }) => {
            ("proxy", resource.at("path"), Some(PROXY_HELP))
        }
        SendFailure::Transport(TransportError::ContentEncoding { .. }) => {
            ("content-encoding", resource.at("path"), None)
        }
        SendFailure::Transport(TransportError::Tls { help, .. }) => ("no-answer", resource.at("path"), *help),
        SendFailure::Transport(_) | SendFailure::NoToken(_) => ("no-answer", resource.at("path"), None),
        SendFailure::ComeBack { .. } => ("come-back-later", resource.at("path"), None),
        SendFailure::LimitReached { .. } => (
            "come-back-later",
            resource.at("path"),
            Some("run it again then, or raise the limit's `max_wait`"),
        ),
    };
    let fault = Diagnostic::error(rule, at, message);
    let fault = match help {
        Some(help) => fault.help(help),
        None => fault,
    };
    match &error.last {
        Some(last) => fault.note(format!("answer: {}", describe_answer(last, &run.redactor))),
        None => fault,
    }
}
