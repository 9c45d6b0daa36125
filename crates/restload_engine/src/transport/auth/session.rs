//! Sessions: the login, and what its answer gives.

use restload_spec::plan::{KeyPlace, LoginBody, Secret, SessionPlan, TokenPlacePlan};
use serde_json::Value;

use super::answer::{self, Granted, Sought};
use super::{TokenError, register_secrets as register_plain};
use crate::redact::Redactor;
use crate::transport::{Body, Exchange, Request, RequestParts};

/// Where the request is written, below the auth.
pub(crate) const AT: &[&str] = &["login", "path"];

/// The login.
pub(crate) fn request(plan: &SessionPlan) -> Request {
    let login = &plan.login;
    let plain = |pairs: &[(String, Secret)]| {
        pairs.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect::<Vec<_>>()
    };
    let parts = RequestParts {
        method: login.method.clone(),
        url: login.url.clone(),
        params: Vec::new(),
        headers: plain(&login.headers),
        body: match &login.body {
            LoginBody::Empty => Body::Empty,
            LoginBody::Json(body) => Body::Json(body.clone()),
            LoginBody::Form(fields) => Body::Form(plain(fields)),
        },
    };
    parts.render()
}

/// Whether a redirect holds the token itself, so that it is not to be followed.
pub(crate) fn is_in(plan: &SessionPlan, answer: &Exchange) -> bool {
    match &plan.token {
        TokenPlacePlan::Body(_) => false,
        TokenPlacePlan::Header(name) => {
            answer.headers.get(name).is_some_and(|value| !value.trim().is_empty())
        }
        TokenPlacePlan::Cookie(name) => cookie(answer, name).is_some(),
    }
}

/// What an answer of status 2xx gives, or a redirect that holds the token.
pub(crate) fn read(
    plan: &SessionPlan,
    answer: &Exchange,
    redactor: &Redactor,
) -> Result<Granted, TokenError> {
    let place = plan.token.to_string();
    let sought = Sought {
        place: &place,
        at: &["token"],
        help: "look at what `login` sends, and at where its answer has the token",
    };
    let (found, body) = match &plan.token {
        TokenPlacePlan::Body(path) => {
            let body = answer::json(answer, &sought, redactor)?;
            (path.first(&body).cloned(), body)
        }
        TokenPlacePlan::Header(name) => {
            let token = answer.headers.get(name).map(str::trim).filter(|token| !token.is_empty());
            (token.map(Value::from), any_json(answer))
        }
        TokenPlacePlan::Cookie(name) => (cookie(answer, name).map(Value::from), any_json(answer)),
    };
    match found.as_ref().and_then(answer::text) {
        Some(token) => Ok(Granted { token, lives: plan.lifetime, body }),
        None => Err(answer::missing(&sought, found.as_ref(), &body, redactor)),
    }
}

/// The names with the texts that go along with requests.
pub(crate) fn placed(plan: &SessionPlan, token: &str) -> Result<Vec<(String, Secret)>, TokenError> {
    let filled = plan.texts.iter().map(|(name, text)| {
        let text = text.with(token).map_err(|error| TokenError::Missing {
            message: error.to_string(),
            at: &["place"],
            notes: Vec::new(),
            help: "look at the text that holds the token",
        })?;
        Ok((name.clone(), Secret::new(text)))
    });
    filled.collect()
}

/// Makes known what goes out with the login, as it is and as JSON spells it.
pub(super) fn register_secrets(plan: &SessionPlan, redactor: &Redactor) {
    register_plain(&plan.login.auth, redactor);
    for secret in &plan.login.hidden {
        redactor.register_credential(secret);
        let spelled = Value::from(secret.expose()).to_string();
        redactor.register(spelled.trim_matches('"'));
    }
}

/// The names of query parameters that hold the token.
pub(super) fn params(plan: &SessionPlan) -> impl Iterator<Item = &str> {
    let names = plan.texts.iter().filter(|_| plan.place == KeyPlace::Query);
    names.map(|(name, _)| name.as_str())
}

fn any_json(answer: &Exchange) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// The value of a cookie that an answer sets (RFC 6265, 5.2); the last counts. One that is taken away has none.
fn cookie(answer: &Exchange, name: &str) -> Option<String> {
    let mut found = None;
    for line in answer.headers.get_all("set-cookie") {
        let pair = line.split(';').next().unwrap_or_default();
        let Some((known, value)) = pair.split_once('=') else { continue };
        if known.trim() == name {
            found = Some(value.trim().to_owned()).filter(|value| !value.trim_matches('"').is_empty());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn the_last_cookie_of_a_name_counts_and_one_that_is_taken_away_is_none() {
        let answer = |cookies: &[&str]| Exchange {
            status: 200,
            headers: cookies.iter().map(|cookie| ("Set-Cookie", *cookie)).collect(),
            body: Vec::new().into(),
            url: Url::parse("https://a.test/").unwrap(),
        };
        for (cookies, want) in [
            (&["sid=a=b; Path=/; HttpOnly"][..], Some("a=b")),
            (&["sid=a", "other=x", "sid = b ;Secure"], Some("b")),
            (&["sid=a", "sid=; Max-Age=0"], None),
            (&["sid=\"\""], None),
            (&["SID=a", "xsid=b", "sid"], None),
            (&[], None),
        ] {
            assert_eq!(cookie(&answer(cookies), "sid").as_deref(), want, "{cookies:?}");
        }
    }
}
