//! Tokens of OAuth 2.0 (RFC 6749, RFC 7523).

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::auth::{texts, texts_in};
use super::{Templated, decode, shape};

/// A token of OAuth 2.0 in the header `Authorization`: asked for before the first request, renewed before it expires and
/// once when the API answers 401. One token serves the whole run.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    /// What the token is asked for with.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: client_credentials, token_url: "https://login.example.com/token", client_id: "{{inputs.client_id}}", client_secret: "{{inputs.client_secret}}"}
    /// ```
    pub grant: Grant,

    /// Where the token is asked for: a URL, or a path that is joined to `base_url`. A template over `inputs`. It is https;
    /// http goes to loopback only, unless `allow_http` is set.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: client_credentials, token_url: "https://login.example.com/token", client_id: "{{inputs.client_id}}", client_secret: "{{inputs.client_secret}}"}
    /// ```
    #[schemars(length(min = 1))]
    pub token_url: String,

    /// The name of the client. Default: none is sent.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: client_credentials, token_url: "https://login.example.com/token", client_id: "{{inputs.client_id}}", client_secret: "{{inputs.client_secret}}"}
    /// ```
    pub client_id: Option<String>,

    /// The client's secret; it goes to `token_url` alone. Default: none is sent.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: client_credentials, token_url: "https://login.example.com/token", client_id: "{{inputs.client_id}}", client_secret: "{{inputs.client_secret}}"}
    /// ```
    pub client_secret: Option<String>,

    /// How `client_id` and `client_secret` are sent: as `basic` auth in a header, or as fields of the `body`. A client
    /// without a secret is named in the body. Default: `basic`.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: client_credentials, token_url: "https://login.example.com/token", client_id: "{{inputs.client_id}}", client_secret: "{{inputs.client_secret}}", client_auth: body}
    /// ```
    pub client_auth: Option<ClientAuth>,

    /// What the token is to allow, with spaces between. Default: what the API gives.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: client_credentials, token_url: "https://login.example.com/token", client_id: "{{inputs.client_id}}", client_secret: "{{inputs.client_secret}}", scope: contacts.read lists.read}
    /// ```
    pub scope: Option<String>,

    /// The refresh token, of `grant: refresh_token`. Default: none.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: refresh_token, token_url: "https://login.example.com/token", refresh_token: "{{inputs.refresh_token}}"}
    /// ```
    pub refresh_token: Option<String>,

    /// A refresh token serves once: each answer brings the next, which replaces the file that the input was read from
    /// (`file:PATH`) before the new token is used. Default: `false`.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: refresh_token, token_url: "https://login.example.com/token", refresh_token: "{{inputs.refresh_token}}", rotates: true}
    /// ```
    pub rotates: Option<Templated<bool>>,

    /// The user's name, of `grant: password`. Default: none.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: password, token_url: "https://login.example.com/token", username: "{{inputs.username}}", password: "{{inputs.password}}"}
    /// ```
    pub username: Option<String>,

    /// The user's password, of `grant: password`. Default: none.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: password, token_url: "https://login.example.com/token", username: "{{inputs.username}}", password: "{{inputs.password}}"}
    /// ```
    pub password: Option<String>,

    /// The key that signs the assertion of `grant: jwt_bearer`, as PEM: an RSA key signs by RS256, a key of the curve
    /// P-256 by ES256. Default: none.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: jwt_bearer, token_url: "https://login.example.com/token", private_key: "{{inputs.private_key}}"}
    /// ```
    pub private_key: Option<String>,

    /// What the assertion of `grant: jwt_bearer` claims; templates over `inputs`. `exp` may be a duration from the moment
    /// at which it is signed. Default: `aud` is the `token_url`, `iss` the `client_id` where there is one, `iat` the
    /// moment, `exp` 2 minutes later, `jti` another text each time; a null leaves one of them out.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: jwt_bearer, token_url: "https://login.example.com/token", private_key: "{{inputs.private_key}}", claims: {iss: "{{inputs.client_email}}", exp: 1h}}
    /// ```
    #[serde(default, deserialize_with = "decode::map")]
    #[schemars(schema_with = "shape::claims")]
    pub claims: Map<String, Value>,

    /// Further fields of the token's request, by name; templates over `inputs`. One of the name of a standard field takes
    /// its place. Default: none.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: client_credentials, token_url: "https://login.example.com/token", client_id: "{{inputs.client_id}}", client_secret: "{{inputs.client_secret}}", extra: {audience: "https://api.example.com/"}}
    /// ```
    #[serde(default, deserialize_with = "decode::map")]
    #[schemars(schema_with = "shape::extra")]
    pub extra: Map<String, Value>,

    /// How long before its end a token is renewed; of a token that lives less than twice as long, half of its life.
    /// Default: `60s`.
    ///
    /// ```yaml
    /// auth: {type: oauth2, grant: client_credentials, token_url: "https://login.example.com/token", client_id: "{{inputs.client_id}}", client_secret: "{{inputs.client_secret}}", expiry_margin: 5m}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::duration")]
    pub expiry_margin: Option<String>,
}

impl OAuth2 {
    /// All texts in it that may be templates.
    pub(super) fn texts(&self) -> Vec<&str> {
        let mut all = texts([
            Some(&self.token_url),
            self.client_id.as_ref(),
            self.client_secret.as_ref(),
            self.scope.as_ref(),
            self.refresh_token.as_ref(),
            self.username.as_ref(),
            self.password.as_ref(),
            self.private_key.as_ref(),
            self.expiry_margin.as_ref(),
        ]);
        if let Some(Templated::Template(rotates)) = &self.rotates {
            all.push(rotates);
        }
        all.extend(texts_in(self.claims.values().chain(self.extra.values())));
        all
    }
}

/// What a token is asked for with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Grant {
    /// With the client's own secret (RFC 6749, 4.4).
    ClientCredentials,
    /// With a refresh token that a user gave out once (RFC 6749, 6).
    RefreshToken,
    /// With a user's name and password (RFC 6749, 4.3).
    Password,
    /// With a signed assertion (RFC 7523).
    JwtBearer,
}

impl Grant {
    /// The word in the spec.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::RefreshToken => "refresh_token",
            Self::Password => "password",
            Self::JwtBearer => "jwt_bearer",
        }
    }
}

/// How a client says who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ClientAuth {
    /// As a user name and a password in the header `Authorization`.
    Basic,
    /// As fields of the body.
    Body,
}
