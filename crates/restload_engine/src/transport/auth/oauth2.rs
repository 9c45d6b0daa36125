//! Tokens of OAuth 2.0 (RFC 6749): the request for one, and what its answer gives.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use restload_spec::plan::{GrantPlan, OAuth2Plan};
use restload_spec::spec::ClientAuth;
use serde_json::Value;

use super::answer::{self, Granted, Sought};
use super::{TokenError, jwt, register_pair};
use crate::clock::Clock;
use crate::redact::Redactor;
use crate::transport::request::component;
use crate::transport::{Body, Exchange, Request, RequestParts};

/// Where the request is written, below the auth.
pub(crate) const AT: &[&str] = &["token_url"];

/// The request for a token. `refresh` is the refresh token to spend, where there is one.
pub(crate) fn request(
    plan: &OAuth2Plan,
    refresh: Option<&str>,
    clock: &dyn Clock,
    redactor: &Redactor,
) -> Result<Request, TokenError> {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut field = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
    match &plan.grant {
        GrantPlan::ClientCredentials => field("grant_type", "client_credentials"),
        GrantPlan::RefreshToken { token, .. } => {
            field("grant_type", "refresh_token");
            field("refresh_token", refresh.unwrap_or(token.expose()));
        }
        GrantPlan::Password { username, password } => {
            field("grant_type", "password");
            field("username", username.expose());
            field("password", password.expose());
        }
        GrantPlan::JwtBearer { private_key, claims, lifetime, made } => {
            let claims = jwt::claims(claims, *lifetime, made, clock);
            let assertion = jwt::sign(private_key.expose(), &claims)?;
            redactor.register(&assertion);
            field("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
            field("assertion", &assertion);
        }
    }
    if let Some(scope) = &plan.scope {
        field("scope", scope);
    }
    let mut headers = Vec::new();
    match (client_in_header(plan), &plan.client_id) {
        (Some(basic), _) => headers.push(("Authorization".to_owned(), format!("Basic {basic}"))),
        (None, Some(id)) => {
            field("client_id", id.expose());
            if let Some(secret) = &plan.client_secret {
                field("client_secret", secret.expose());
            }
        }
        (None, None) => {}
    }
    fields.retain(|(name, _)| plan.extra.iter().all(|(own, _)| own != name));
    fields.extend(plan.extra.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())));
    let parts = RequestParts {
        method: "POST".to_owned(),
        url: plan.token_url.clone(),
        params: Vec::new(),
        headers,
        body: Body::Form(fields),
    };
    Ok(parts.render())
}

/// What an answer of status 2xx gives.
pub(crate) fn read(answer: &Exchange, redactor: &Redactor) -> Result<Granted, TokenError> {
    let sought = Sought {
        place: "at `access_token`",
        at: AT,
        help: "is `token_url` the one that gives out tokens? what gives them out under another name is an `auth` of type `session`",
    };
    let body = answer::json(answer, &sought, redactor)?;
    let found = body.get("access_token");
    let Some(token) = found.and_then(answer::text) else {
        return Err(answer::missing(&sought, found, &body, redactor));
    };
    let lives = match body.get("expires_in") {
        Some(Value::Number(seconds)) => seconds.as_f64(),
        Some(Value::String(seconds)) => seconds.trim().parse().ok(),
        _ => None,
    };
    // 0 is how some say that it does not expire.
    let lives = lives.filter(|seconds| *seconds > 0.0).and_then(|s| Duration::try_from_secs_f64(s).ok());
    Ok(Granted { token, lives, body })
}

/// The refresh token to spend next, where the answer brought another one than was spent.
pub(crate) fn next_refresh(plan: &OAuth2Plan, spent: Option<&str>, answer: &Exchange) -> Option<String> {
    let GrantPlan::RefreshToken { token, .. } = &plan.grant else { return None };
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let next = body.get("refresh_token").and_then(answer::text)?;
    (next != spent.unwrap_or(token.expose())).then_some(next)
}

/// What helps when a token is refused.
pub(crate) fn help(plan: &OAuth2Plan, answer: &Exchange) -> &'static str {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let error = body.get("error").and_then(Value::as_str).unwrap_or_default();
    match (error, &plan.grant) {
        ("invalid_grant", GrantPlan::RefreshToken { rotates: Some(_), .. }) => {
            "the refresh token does not serve any more, or was spent by another run: put a new one into the file"
        }
        ("invalid_grant", GrantPlan::RefreshToken { .. }) => {
            "the refresh token does not serve any more: have a new one given out; if each serves once, write `rotates: true`"
        }
        ("invalid_grant", GrantPlan::Password { .. }) => "look at `username` and `password`",
        ("invalid_grant", GrantPlan::JwtBearer { .. }) => {
            "look at `claims` (who it is for, how long it holds), at `private_key`, and at the clock of this machine"
        }
        ("invalid_scope", _) => "look at `scope`",
        ("invalid_client" | "unauthorized_client", _) if plan.client_auth == ClientAuth::Basic => {
            "look at `client_id` and `client_secret`; `client_auth: body` sends them in the body"
        }
        ("invalid_client" | "unauthorized_client", _) => {
            "look at `client_id` and `client_secret`; `client_auth: basic` sends them in a header"
        }
        ("", _) if matches!(answer.status, 404 | 405) => {
            "compare `token_url` with the API's documentation: this is no place that gives out tokens"
        }
        _ => "look at `token_url`, at what is sent there, and at how: `client_auth`, `scope`, `extra`",
    }
}

/// Makes known what goes out with the request.
pub(super) fn register_secrets(plan: &OAuth2Plan, redactor: &Redactor) {
    for secret in plan.client_secret.iter().chain(&plan.hidden) {
        redactor.register_credential(secret);
    }
    if let Some(id) = &plan.client_id {
        redactor.register_made(id.made());
    }
    if let (Some(basic), Some(id), Some(secret)) =
        (client_in_header(plan), &plan.client_id, &plan.client_secret)
    {
        register_pair(&basic, [id, secret], redactor);
    }
    match &plan.grant {
        GrantPlan::ClientCredentials => {}
        GrantPlan::RefreshToken { token, .. } => redactor.register_credential(token),
        GrantPlan::Password { username, password } => {
            redactor.register_credential(password);
            redactor.register_made(username.made());
        }
        GrantPlan::JwtBearer { private_key, .. } => redactor.register_credential(private_key),
    }
}

/// The client's name and secret as a header has them; both are encoded first (RFC 6749, 2.3.1).
fn client_in_header(plan: &OAuth2Plan) -> Option<String> {
    let (id, secret) = (plan.client_id.as_ref()?, plan.client_secret.as_ref()?);
    let pair = format!("{}:{}", component(id.expose()), component(secret.expose()));
    (plan.client_auth == ClientAuth::Basic).then(|| STANDARD.encode(pair))
}
