//! How requests say who asks.

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{OAuth2, Session, decode};
use crate::{Scope, Template};

/// How requests say who asks. Credentials go to the origin of `base_url` and to `allow_hosts`, nowhere else; what a token
/// is asked for with goes to the origin of its own URL alone.
#[derive(Clone, Debug, PartialEq)]
pub enum Auth {
    /// Nothing is sent.
    None,
    /// A token in the header `Authorization`.
    Bearer(Bearer),
    /// A key in a header, in the query or in a cookie.
    ApiKey(ApiKey),
    /// A user name and a password in the header `Authorization`.
    Basic(Basic),
    /// A token of OAuth 2.0 in the header `Authorization`, asked for and renewed.
    OAuth2(Box<OAuth2>),
    /// A token or cookie that a login gives out, asked for and renewed.
    Session(Box<Session>),
    /// The first of a list whose inputs are all given.
    FirstOf(Vec<Auth>),
}

/// A token in the header `Authorization`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bearer {
    /// The token. A template over `inputs`.
    ///
    /// ```yaml
    /// auth: {type: bearer, token: "{{inputs.token}}"}
    /// ```
    pub token: String,

    /// The word before the token. Default: `Bearer`.
    ///
    /// ```yaml
    /// auth: {type: bearer, token: "{{inputs.token}}", scheme: Token}
    /// ```
    pub scheme: Option<String>,
}

/// A key in a header, in the query or in a cookie.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// The name of the header, query parameter or cookie.
    ///
    /// ```yaml
    /// auth: {type: api_key, name: X-Api-Key, api_key: "{{inputs.api_key}}"}
    /// ```
    #[schemars(length(min = 1))]
    pub name: String,

    /// Where the key is sent. Default: `header`.
    ///
    /// ```yaml
    /// auth: {type: api_key, in: query, name: key, api_key: "{{inputs.api_key}}"}
    /// ```
    #[serde(rename = "in")]
    pub place: Option<ApiKeyPlace>,

    /// The key. A template over `inputs`.
    ///
    /// ```yaml
    /// auth: {type: api_key, name: X-Api-Key, api_key: "{{inputs.api_key}}"}
    /// ```
    pub api_key: String,
}

/// Where an API key is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ApiKeyPlace {
    /// In a header.
    Header,
    /// In a parameter of the query; it is kept out of everything that is printed or stored.
    Query,
    /// In a cookie.
    Cookie,
}

/// A user name and a password in the header `Authorization`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Basic {
    /// The user name, which may be empty. A template over `inputs`.
    ///
    /// ```yaml
    /// auth: {type: basic, username: "", password: "{{inputs.api_key}}"}
    /// ```
    pub username: String,

    /// The password, which may be empty. A template over `inputs`.
    ///
    /// ```yaml
    /// auth: {type: basic, username: "{{inputs.api_key}}", password: ""}
    /// ```
    pub password: String,
}

impl Auth {
    /// Whether it, or one of its list, asks for a token.
    pub fn may_ask_for_token(&self) -> bool {
        match self {
            Self::OAuth2(_) | Self::Session(_) => true,
            Self::FirstOf(list) => list.iter().any(Self::may_ask_for_token),
            Self::None | Self::Bearer(_) | Self::ApiKey(_) | Self::Basic(_) => false,
        }
    }

    /// The word of its `type`; of a list none.
    pub fn kind(&self) -> Option<&'static str> {
        Some(match self {
            Self::None => "none",
            Self::Bearer(_) => "bearer",
            Self::ApiKey(_) => "api_key",
            Self::Basic(_) => "basic",
            Self::OAuth2(_) => "oauth2",
            Self::Session(_) => "session",
            Self::FirstOf(_) => return None,
        })
    }

    /// The inputs that it names, in conditions and defaults too.
    pub fn inputs(&self) -> Vec<String> {
        inputs_in(&self.texts())
    }

    /// All texts in it that may be templates.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::None => Vec::new(),
            Self::Bearer(bearer) => texts([Some(&bearer.token), bearer.scheme.as_ref()]),
            Self::ApiKey(api_key) => texts([Some(&api_key.api_key), Some(&api_key.name)]),
            Self::Basic(basic) => texts([Some(&basic.username), Some(&basic.password)]),
            Self::OAuth2(oauth2) => oauth2.texts(),
            Self::Session(session) => session.texts(),
            Self::FirstOf(list) => list.iter().flat_map(Self::texts).collect(),
        }
    }
}

/// The inputs that texts name, each once.
fn inputs_in(texts: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for template in texts.iter().filter_map(|text| Template::parse(text).ok()) {
        for hole in template.holes().iter().filter(|hole| hole.scope == Scope::Inputs) {
            if let Some(name) = hole.path.first().filter(|name| !names.contains(name)) {
                names.push(name.clone());
            }
        }
    }
    names
}

/// The texts that are there.
pub(super) fn texts<const N: usize>(texts: [Option<&String>; N]) -> Vec<&str> {
    texts.into_iter().flatten().map(String::as_str).collect()
}

/// The texts within values.
pub(super) fn texts_in<'v>(values: impl IntoIterator<Item = &'v Value>) -> Vec<&'v str> {
    let mut found = Vec::new();
    for value in values {
        match value {
            Value::String(text) => found.push(text.as_str()),
            Value::Array(items) => found.extend(texts_in(items)),
            Value::Object(fields) => found.extend(texts_in(fields.values())),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    found
}

/// The words of `type`.
pub(super) const KINDS: [&str; 6] = ["none", "bearer", "api_key", "basic", "oauth2", "session"];

impl<'de> Deserialize<'de> for Auth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.is_array() {
            return decode::part(&value).map(Self::FirstOf);
        }
        let (kind, fields) = decode::kind(value).map_err(D::Error::custom)?;
        match kind.as_str() {
            "none" => Ok(Self::None),
            "bearer" => decode::part(&fields).map(Self::Bearer),
            "api_key" => decode::part(&fields).map(Self::ApiKey),
            "basic" => decode::part(&fields).map(Self::Basic),
            "oauth2" => decode::part(&fields).map(Self::OAuth2),
            "session" => decode::part(&fields).map(Self::Session),
            _ => Err(D::Error::unknown_variant(&kind, &KINDS)),
        }
    }
}
