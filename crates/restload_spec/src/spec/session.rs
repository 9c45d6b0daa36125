//! Sessions: a login gives out a token or cookie that goes along with every request.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::auth::{texts, texts_in};
use super::{Auth, Method, decode, shape};

/// A token or cookie that a login gives out: asked for before the first request, renewed before it expires and once when
/// the API answers 401. One serves the whole run.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The request that gives out the token. It goes to the origin of its own URL alone.
    ///
    /// ```yaml
    /// auth: {type: session, login: {path: login, json: {user: "{{inputs.user}}", password: "{{inputs.password}}"}}, token: token, place: {header: {Authorization: "Session {{token}}"}}}
    /// ```
    pub login: Login,

    /// Where the token is in the answer to the login: a path into the body, `{header: Name}` or `{cookie: name}`.
    ///
    /// ```yaml
    /// auth: {type: session, login: {path: login, json: {user: "{{inputs.user}}", password: "{{inputs.password}}"}}, token: data.session_id, place: {header: {Authorization: "Session {{token}}"}}}
    /// ```
    pub token: TokenPlace,

    /// Where the token goes in a request, and how it is written there: `{{token}}` stands for it. Templates over `inputs`.
    ///
    /// ```yaml
    /// auth: {type: session, login: {path: login, json: {user: "{{inputs.user}}", password: "{{inputs.password}}"}}, token: token, place: {header: {Authorization: "Session {{token}}"}}}
    /// ```
    #[schemars(schema_with = "shape::token_goes")]
    pub place: TokenGoes,

    /// How long a session lasts; it is renewed 60 seconds before. Default: until the API answers 401.
    ///
    /// ```yaml
    /// auth: {type: session, login: {path: login, json: {user: "{{inputs.user}}", password: "{{inputs.password}}"}}, token: token, place: {header: {Authorization: "Session {{token}}"}}, expires_in: 30m}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::duration")]
    pub expires_in: Option<String>,
}

/// The request that gives out the token of a session.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "`login`")]
pub struct Login {
    /// The method of the login. Default: `POST`.
    ///
    /// ```yaml
    /// auth: {type: session, login: {method: GET, path: session, auth: {type: basic, username: "{{inputs.user}}", password: "{{inputs.password}}"}}, token: token, place: {header: {Authorization: "Session {{token}}"}}}
    /// ```
    pub method: Option<Method>,

    /// Where the login is sent: a path that is joined to `base_url`, or a URL. A template over `inputs`.
    ///
    /// ```yaml
    /// auth: {type: session, login: {path: "https://login.example.com/session"}, token: token, place: {header: {Authorization: "Session {{token}}"}}}
    /// ```
    #[schemars(length(min = 1))]
    pub path: String,

    /// How the login says who asks, beside its body. Default: `none`.
    ///
    /// ```yaml
    /// auth: {type: session, login: {path: session, auth: {type: basic, username: "{{inputs.user}}", password: "{{inputs.password}}"}}, token: token, place: {header: {Authorization: "Session {{token}}"}}}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::login_auth")]
    pub auth: Option<Auth>,

    /// Headers of the login; templates over `inputs`. Default: none.
    ///
    /// ```yaml
    /// auth: {type: session, login: {path: session, headers: {X-App: "{{inputs.app}}"}}, token: token, place: {header: {Authorization: "Session {{token}}"}}}
    /// ```
    #[serde(default, deserialize_with = "decode::map")]
    #[schemars(schema_with = "shape::headers")]
    pub headers: Map<String, Value>,

    /// The body as JSON; templates over `inputs` in its texts. Default: no body.
    ///
    /// ```yaml
    /// auth: {type: session, login: {path: login, json: {user: "{{inputs.user}}", password: "{{inputs.password}}"}}, token: token, place: {header: {Authorization: "Session {{token}}"}}}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::anything")]
    pub json: Option<Value>,

    /// The body as form fields; templates over `inputs`. Default: no body.
    ///
    /// ```yaml
    /// auth: {type: session, login: {path: login, form: {user: "{{inputs.user}}", password: "{{inputs.password}}"}}, token: token, place: {header: {Authorization: "Session {{token}}"}}}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::params")]
    pub form: Option<Map<String, Value>>,
}

impl Session {
    /// All texts in it that may be templates.
    pub(super) fn texts(&self) -> Vec<&str> {
        let Login { path, auth, headers, json, form, .. } = &self.login;
        let mut all = texts([Some(path), self.expires_in.as_ref()]);
        all.extend(auth.iter().flat_map(Auth::texts));
        all.extend(texts_in(headers.values().chain(json).chain(form.iter().flat_map(Map::values))));
        all.extend(self.place.texts().values().map(String::as_str));
        all
    }
}

impl TokenGoes {
    /// The names with the texts that hold the token.
    pub fn texts(&self) -> &IndexMap<String, String> {
        let (Self::Header(texts) | Self::Query(texts) | Self::Cookie(texts)) = self;
        texts
    }

    /// The word in the spec.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Header(_) => "header",
            Self::Query(_) => "query",
            Self::Cookie(_) => "cookie",
        }
    }
}

/// Where the token is in the answer to a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPlace {
    /// A path into the body.
    Body(String),
    /// The name of a header.
    Header(String),
    /// The name of a cookie.
    Cookie(String),
}

/// Where the token of a session goes: names with the texts that hold it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenGoes {
    /// Into headers.
    Header(IndexMap<String, String>),
    /// Into parameters of the query; they are kept out of everything that is printed or stored.
    Query(IndexMap<String, String>),
    /// Into cookies.
    Cookie(IndexMap<String, String>),
}

/// The one entry of a token's place that is written as a map.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Named {
    Header(String),
    Cookie(String),
}

impl<'de> Deserialize<'de> for TokenPlace {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(path) => Ok(Self::Body(path)),
            map => Ok(match decode::part(&map)? {
                Named::Header(name) => Self::Header(name),
                Named::Cookie(name) => Self::Cookie(name),
            }),
        }
    }
}

impl JsonSchema for TokenPlace {
    fn schema_name() -> Cow<'static, str> {
        "TokenPlace".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "object"],
            "title": "the place of a token",
            "description": "Where the token is in the answer to the login: a path into the body, `{header: Name}` or `{cookie: name}`.",
            "examples": ["token"],
            "minLength": 1,
            "properties": {
                "header": {"type": "string", "minLength": 1, "description": "The name of a header.\n\n```yaml\nauth: {type: session, login: {path: login, json: {user: \"{{inputs.user}}\", password: \"{{inputs.password}}\"}}, token: {header: X-Session}, place: {header: {Authorization: \"Session {{token}}\"}}}\n```"},
                "cookie": {"type": "string", "minLength": 1, "description": "The name of a cookie.\n\n```yaml\nauth: {type: session, login: {path: login, json: {user: \"{{inputs.user}}\", password: \"{{inputs.password}}\"}}, token: {cookie: sid}, place: {header: {Authorization: \"Session {{token}}\"}}}\n```"},
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        })
    }
}

/// The schema of where a token goes.
pub(super) fn token_goes_schema() -> Schema {
    let named = |what: &str, example: &str| {
        json!({
            "type": "object",
            "additionalProperties": {"type": "string"},
            "minProperties": 1,
            "description": format!("{what}, each with the text that is sent.\n\n```yaml\n{example}\n```"),
        })
    };
    json_schema!({
        "type": "object",
        "title": "`place`",
        "properties": {
            "header": named("Names of headers", "auth: {type: session, login: {path: login, json: {user: \"{{inputs.user}}\", password: \"{{inputs.password}}\"}}, token: token, place: {header: {Authorization: \"Session {{token}}\"}}}"),
            "query": named("Names of query parameters", "auth: {type: session, login: {path: login, json: {user: \"{{inputs.user}}\", password: \"{{inputs.password}}\"}}, token: token, place: {query: {session: \"{{token}}\"}}}"),
            "cookie": named("Names of cookies", "auth: {type: session, login: {path: login, json: {user: \"{{inputs.user}}\", password: \"{{inputs.password}}\"}}, token: token, place: {cookie: {sid: \"{{token}}\"}}}"),
        },
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    })
}
