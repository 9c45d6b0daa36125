//! How requests say who asks.

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::decode;

/// How requests say who asks. Credentials go to the origin of `base_url` and to `allow_hosts`, nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Nothing is sent.
    None,
    /// A token in the header `Authorization`.
    Bearer(Bearer),
    /// A key in a header, in the query or in a cookie.
    ApiKey(ApiKey),
    /// A user name and a password in the header `Authorization`.
    Basic(Basic),
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

impl<'de> Deserialize<'de> for Auth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (kind, fields) = decode::kind(deserializer)?;
        match kind.as_str() {
            "none" => Ok(Self::None),
            "bearer" => decode::part(&fields).map(Self::Bearer),
            "api_key" => decode::part(&fields).map(Self::ApiKey),
            "basic" => decode::part(&fields).map(Self::Basic),
            _ => Err(D::Error::unknown_variant(&kind, &["none", "bearer", "api_key", "basic"])),
        }
    }
}
