//! The places that give out tokens: who may have one, and who has one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use restload_diag::{Diagnostic, Pointer};
use restload_spec::plan::{
    AuthPlan, GrantPlan, KeyPlace, LoginBody, OAuth2Plan, Secret, SessionPlan, TokenPlacePlan,
};
use restload_spec::spec::ClientAuth;
use serde_json::json;
use url::{Url, form_urlencoded};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::auth::{cookie, refusal};
use crate::form::Form;
use crate::steps::{plain, put};

/// How long a token lives, in seconds.
const LIFE: u64 = 3600;

/// A place that gives out tokens.
#[derive(Debug)]
pub(crate) struct Giver {
    pub(crate) auth: AuthPlan,
    given: Mutex<Given>,
}

#[derive(Debug, Default)]
struct Given {
    tokens: Vec<String>,
    /// The refresh token that serves next, where each serves once.
    refresh: Option<String>,
}

impl Giver {
    /// A place for the tokens of an auth; none where the auth asks for none.
    pub(crate) fn of(auth: &AuthPlan) -> Option<Self> {
        auth.asks_for_token().then(|| Self { auth: auth.clone(), given: Mutex::default() })
    }

    /// What the sandbox cannot do for an auth.
    pub(crate) fn fault(auth: &AuthPlan, at: &Pointer) -> Option<Diagnostic> {
        let AuthPlan::Session(plan) = auth else { return None };
        let TokenPlacePlan::Body(path) = &plan.token else { return None };
        plain(path.steps()).is_none().then(|| {
            let message = "the sandbox cannot make an answer in which this path finds the token";
            Diagnostic::error("sandbox", at.join("token"), message).help("name it by keys: `data.token`")
        })
    }

    /// The answer to a request for a token; none where the request is none for this place.
    pub(crate) fn answer(&self, asked: &Asked) -> Option<Answer> {
        let url = self.auth.token_url()?;
        if asked.raw_path != url.path() || asked.raw_query != url.query().unwrap_or_default() {
            return None;
        }
        match &self.auth {
            AuthPlan::OAuth2(plan) => (asked.method == "POST").then(|| self.grant(plan, asked)),
            AuthPlan::Session(plan) => (asked.method == plan.login.method).then(|| self.log_in(plan, asked)),
            _ => None,
        }
    }

    fn grant(&self, plan: &OAuth2Plan, asked: &Asked) -> Answer {
        let oauth_error = |status, error: &str, description: String| Answer {
            status,
            headers: Vec::new(),
            body: json!({"error": error, "error_description": description}),
            form: Form::Json,
        };
        if let Some(description) = client_refusal(plan, asked) {
            return oauth_error(401, "invalid_client", description);
        }
        let newest = self.lock().refresh.clone();
        for (name, value) in wanted_fields(plan, newest.as_deref()) {
            if !asked
                .form
                .iter()
                .any(|(known, text)| *known == name && value.as_ref().is_none_or(|v| v == text))
            {
                let description = format!("the field `{name}` is missing, or not the one that is wanted");
                return oauth_error(400, "invalid_grant", description);
            }
        }
        let token = self.give();
        let mut body = json!({"access_token": token, "token_type": "Bearer", "expires_in": LIFE});
        if let GrantPlan::RefreshToken { rotates: Some(_), .. } = plan.grant {
            let next = format!("sandbox-refresh-{}", self.lock().tokens.len());
            body["refresh_token"] = next.as_str().into();
            self.lock().refresh = Some(next);
        }
        Answer { status: 200, headers: Vec::new(), body, form: Form::Json }
    }

    fn log_in(&self, plan: &SessionPlan, asked: &Asked) -> Answer {
        let plain_refusal = refusal(asked, &plan.login.auth, &[]);
        let is_right = match &plan.login.body {
            LoginBody::Empty => true,
            LoginBody::Json(body) => asked.json.as_ref() == Some(body),
            LoginBody::Form(fields) => asked.form == plain_pairs(fields),
        };
        let has_headers = plain_pairs(&plan.login.headers)
            .iter()
            .all(|(name, value)| asked.header(name).is_some_and(|found| found == value));
        if let Some(reason) = plain_refusal {
            return Answer::error(401, &reason);
        }
        if !is_right || !has_headers {
            return Answer::error(401, "this is not the login that this sandbox knows");
        }
        let token = self.give();
        let mut answer = Answer { status: 200, headers: Vec::new(), body: json!({}), form: Form::Json };
        match &plan.token {
            TokenPlacePlan::Body(path) => {
                if let Some(at) = plain(path.steps()) {
                    put(&mut answer.body, &at, token.into());
                }
            }
            TokenPlacePlan::Header(name) => answer.headers.push((name.clone(), token)),
            TokenPlacePlan::Cookie(name) => {
                answer.headers.push(("Set-Cookie".to_owned(), format!("{name}={token}; Path=/; HttpOnly")));
            }
        }
        answer
    }

    fn give(&self) -> String {
        let mut given = self.lock();
        let token = format!("sandbox-token-{}", given.tokens.len() + 1);
        given.tokens.push(token.clone());
        token
    }

    fn lock(&self) -> MutexGuard<'_, Given> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request lacks that needs a token of these places.
pub(crate) fn token_refusal(asked: &Asked, auth: &AuthPlan, givers: &[Giver]) -> Option<String> {
    let Some(giver) = givers.iter().find(|giver| giver.auth == *auth) else {
        return Some("there is no place that gives out this token".to_owned());
    };
    let tokens = giver.lock().tokens.clone();
    let comes_in = |token: &String| match auth {
        AuthPlan::Session(plan) => plan.texts.iter().all(|(name, text)| {
            let wanted = text.with(token).unwrap_or_default();
            found(asked, plan.place, name).is_some_and(|found| found == wanted)
        }),
        _ => asked.header("authorization") == Some(&format!("Bearer {token}")),
    };
    (!tokens.iter().any(comes_in)).then(|| {
        let path = auth.token_url().map(Url::path).unwrap_or_default();
        format!("a token is missing, or not one that this sandbox gave out at `{path}`")
    })
}

fn found(asked: &Asked, place: KeyPlace, name: &str) -> Option<String> {
    match place {
        KeyPlace::Header => asked.header(name).map(str::to_owned),
        KeyPlace::Query => {
            asked.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        }
        KeyPlace::Cookie => cookie(asked, name),
    }
}

/// What is wrong with how a client says who it is.
fn client_refusal(plan: &OAuth2Plan, asked: &Asked) -> Option<String> {
    let id = plan.client_id.as_ref()?.expose();
    let secret = plan.client_secret.as_ref().map(Secret::expose);
    let field =
        |name: &str| asked.form.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
    let is_right = match (plan.client_auth, secret) {
        (ClientAuth::Basic, Some(secret)) => {
            let sent = asked.header("authorization").and_then(|text| text.strip_prefix("Basic "));
            let pair = sent.and_then(|text| STANDARD.decode(text).ok());
            let pair = pair.and_then(|pair| String::from_utf8(pair).ok()).unwrap_or_default();
            let decoded = |text: &str| {
                form_urlencoded::parse(text.as_bytes())
                    .next()
                    .map(|(text, _)| text.into_owned())
                    .unwrap_or_default()
            };
            pair.split_once(':').is_some_and(|(own, key)| decoded(own) == id && decoded(key) == secret)
        }
        (_, secret) => field("client_id") == Some(id) && field("client_secret") == secret,
    };
    (!is_right).then(|| "the client does not say who it is, or not in the way that is wanted".to_owned())
}

/// The fields of a request for a token, each with its value where that is known.
fn wanted_fields(plan: &OAuth2Plan, newest: Option<&str>) -> Vec<(String, Option<String>)> {
    let mut fields: Vec<(String, Option<String>)> = Vec::new();
    let mut want = |name: &str, value: Option<&str>| fields.push((name.to_owned(), value.map(str::to_owned)));
    match &plan.grant {
        GrantPlan::ClientCredentials => want("grant_type", Some("client_credentials")),
        GrantPlan::RefreshToken { token, .. } => {
            want("grant_type", Some("refresh_token"));
            want("refresh_token", Some(newest.unwrap_or(token.expose())));
        }
        GrantPlan::Password { username, password } => {
            want("grant_type", Some("password"));
            want("username", Some(username.expose()));
            want("password", Some(password.expose()));
        }
        GrantPlan::JwtBearer { .. } => {
            want("grant_type", Some("urn:ietf:params:oauth:grant-type:jwt-bearer"));
            want("assertion", None);
        }
    }
    if let Some(scope) = &plan.scope {
        want("scope", Some(scope));
    }
    fields.retain(|(name, _)| plan.extra.iter().all(|(own, _)| own != name));
    fields.extend(plan.extra.iter().map(|(name, value)| (name.clone(), Some(value.expose().to_owned()))));
    fields
}

fn plain_pairs(pairs: &[(String, Secret)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect()
}

/// A private key as PEM, for an assertion that nobody holds against its public half.
pub(crate) fn made_up_key() -> String {
    let random = ring::rand::SystemRandom::new();
    let algorithm = &ring::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let key = ring::signature::EcdsaKeyPair::generate_pkcs8(algorithm, &random);
    let text = key.map(|key| STANDARD.encode(key.as_ref())).unwrap_or_default();
    format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
}
