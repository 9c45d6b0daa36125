//! How requests say who asks, settled.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};
use url::Url;

use super::Inputs;
use crate::spec::{ClientAuth, Grant};
use zeroize::Zeroizing;

use crate::{Escape, Made, Path, RenderError, Scopes, Template};

/// A value that is never printed, and overwritten when it is no longer needed.
#[derive(Clone, Default)]
pub struct Secret {
    text: Zeroizing<String>,
    made: Vec<Made>,
}

impl Secret {
    /// Wraps a value; what is shown of it from now on is `***`.
    pub fn new(value: impl Into<String>) -> Self {
        Self { text: Zeroizing::new(value.into()), made: Vec::new() }
    }

    /// Wraps a value with what of it was made of the secrets of inputs.
    pub(crate) fn rendered(value: impl Into<String>, made: Vec<Made>) -> Self {
        Self { made, ..Self::new(value) }
    }

    /// The value itself, for the wire only.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What of it was made of the secrets of inputs.
    pub fn made(&self) -> &[Made] {
        &self.made
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// How a request says who asks.
#[derive(Debug, Clone, PartialEq)]
pub enum AuthPlan {
    /// Not at all.
    None,
    /// `Authorization: <scheme> <token>`.
    Bearer {
        /// The word before the token.
        scheme: String,
        /// The token.
        token: Secret,
    },
    /// A key under a name of its own.
    ApiKey {
        /// Name of the header, query parameter or cookie.
        name: String,
        /// The key.
        key: Secret,
        /// Where it goes.
        place: KeyPlace,
    },
    /// `Authorization: Basic …` (RFC 7617); either part may be empty.
    Basic {
        /// The user name.
        username: Secret,
        /// The password.
        password: Secret,
    },
    /// `Authorization: Bearer …` with a token that is asked for. Two that are equal share one token.
    OAuth2(Box<OAuth2Plan>),
    /// What a login gave out. Two that are equal share one session.
    Session(Box<SessionPlan>),
}

impl AuthPlan {
    /// Whether a token has to be asked for.
    pub fn asks_for_token(&self) -> bool {
        matches!(self, Self::OAuth2(_) | Self::Session(_))
    }

    /// Where the token is asked for, if it is.
    pub fn token_url(&self) -> Option<&Url> {
        match self {
            Self::OAuth2(oauth2) => Some(&oauth2.token_url),
            Self::Session(session) => Some(&session.login.url),
            Self::None | Self::Bearer { .. } | Self::ApiKey { .. } | Self::Basic { .. } => None,
        }
    }

    /// The same, to be led elsewhere.
    pub fn token_url_mut(&mut self) -> Option<&mut Url> {
        match self {
            Self::OAuth2(oauth2) => Some(&mut oauth2.token_url),
            Self::Session(session) => Some(&mut session.login.url),
            Self::None | Self::Bearer { .. } | Self::ApiKey { .. } | Self::Basic { .. } => None,
        }
    }
}

/// Where an API key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// A header.
    Header,
    /// A query parameter.
    Query,
    /// A cookie.
    Cookie,
}

/// A token of OAuth 2.0.
#[derive(Debug, Clone, PartialEq)]
pub struct OAuth2Plan {
    /// Where it is asked for.
    pub token_url: Url,
    /// The client's name.
    pub client_id: Option<Secret>,
    /// Its secret, which may be empty.
    pub client_secret: Option<Secret>,
    /// How the two are sent.
    pub client_auth: ClientAuth,
    /// With what it is asked for.
    pub grant: GrantPlan,
    /// What it is to allow.
    pub scope: Option<String>,
    /// Further fields of the request.
    pub extra: Vec<(String, Secret)>,
    /// How long before its end it is renewed.
    pub expiry_margin: Duration,
    /// Texts of the request that are never printed, beside those that have keys of their own.
    pub hidden: Vec<Secret>,
}

/// What a token is asked for with.
#[derive(Debug, Clone, PartialEq)]
pub enum GrantPlan {
    /// The client's own secret.
    ClientCredentials,
    /// A refresh token.
    RefreshToken {
        /// The first of the run.
        token: Secret,
        /// It serves once, and the next is kept there.
        rotates: Option<Kept>,
    },
    /// A user's name and password.
    Password {
        /// The name.
        username: Secret,
        /// The password.
        password: Secret,
    },
    /// A signed assertion.
    JwtBearer {
        /// The key as PEM.
        private_key: Secret,
        /// What it claims, without what is known only when it is signed.
        claims: Map<String, Value>,
        /// The time from signing to its end; none: the claims say it, or nothing does.
        lifetime: Option<Duration>,
        /// Claims that are made when it is signed.
        made: Vec<MadeClaim>,
    },
}

impl GrantPlan {
    /// The grant as the author wrote it.
    pub fn kind(&self) -> Grant {
        match self {
            Self::ClientCredentials => Grant::ClientCredentials,
            Self::RefreshToken { .. } => Grant::RefreshToken,
            Self::Password { .. } => Grant::Password,
            Self::JwtBearer { .. } => Grant::JwtBearer,
        }
    }
}

/// A claim that is made when an assertion is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeClaim {
    /// `iat`: the moment.
    IssuedAt,
    /// `jti`: another text each time.
    Id,
}

/// Where a value is kept that changes from one use to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// In the file that it came from.
    File(PathBuf),
    /// Nowhere beyond the run: it is a sandbox's own.
    Run,
}

/// What a login gives out.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionPlan {
    /// The request.
    pub login: LoginPlan,
    /// Where the token is in its answer.
    pub token: TokenPlacePlan,
    /// Where it goes in requests.
    pub place: KeyPlace,
    /// Names there, with the texts that hold it.
    pub texts: Vec<(String, TokenText)>,
    /// How long it lasts; none: until the API answers 401.
    pub lifetime: Option<Duration>,
    /// How long before its end it is renewed.
    pub expiry_margin: Duration,
}

/// The request that gives out the token of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct LoginPlan {
    /// `POST`, …
    pub method: String,
    /// Where it is sent.
    pub url: Url,
    /// What it says of who asks beside its body; never one that asks for a token.
    pub auth: AuthPlan,
    /// Headers in order.
    pub headers: Vec<(String, Secret)>,
    /// The body.
    pub body: LoginBody,
    /// Texts of it that are never printed.
    pub hidden: Vec<Secret>,
}

/// The body of a login.
#[derive(Clone, PartialEq)]
pub enum LoginBody {
    /// None.
    Empty,
    /// A JSON document.
    Json(Value),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, Secret)>),
}

/// Passwords stand in it.
impl fmt::Debug for LoginBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::Json(_) => "Json(***)",
            Self::Form(_) => "Form(***)",
        })
    }
}

/// Where the token is in the answer to a login.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenPlacePlan {
    /// In the body.
    Body(Path),
    /// In a header.
    Header(String),
    /// In a cookie that the answer sets.
    Cookie(String),
}

impl fmt::Display for TokenPlacePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body(path) => write!(f, "at `{}`", path.text()),
            Self::Header(name) => write!(f, "in the header `{name}`"),
            Self::Cookie(name) => write!(f, "in the cookie `{name}`"),
        }
    }
}

/// A text that holds a token.
#[derive(Clone)]
pub struct TokenText {
    template: Template,
    inputs: Inputs,
}

impl TokenText {
    pub(crate) fn new(template: Template, inputs: Inputs) -> Self {
        Self { template, inputs }
    }

    /// The text with a token in it.
    pub fn with(&self, token: &str) -> Result<String, RenderError> {
        let token = Value::from(token);
        let scopes = Scopes { inputs: &self.inputs, token: Some(&token), ..Scopes::default() };
        Ok(match self.template.render(&scopes, Escape::None)?.value {
            Value::String(text) => text,
            value => value.to_string(),
        })
    }
}

/// Of one run, in which inputs do not change.
impl PartialEq for TokenText {
    fn eq(&self, other: &Self) -> bool {
        self.template == other.template
    }
}

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.template.fmt(f)
    }
}
