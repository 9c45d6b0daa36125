//! What an answer means that is not simply read.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::rate_limit::ResetFormat;
use super::{Test, shape};

/// What is done about an answer. Of a list the first that fits an answer is taken: a resource's own before the client's, these
/// before what is built in (2xx is read, a 401 renews the token once, 429 and `retry.statuses` are asked again, the rest fails).
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "a response action")]
pub struct ResponseAction {
    /// The status of the answer: a number, a class such as `5xx`, or a list of them. Default: any, 2xx included.
    ///
    /// ```yaml
    /// response_actions: [{status: [404, 410], action: end_walk}]
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::answer_statuses")]
    pub status: Option<Value>,

    /// A test on the answer. Default: none.
    ///
    /// ```yaml
    /// response_actions: [{when: {path: ok, equals: false}, action: fail}]
    /// ```
    pub when: Option<Test>,

    /// A text that the body of the answer contains. Default: none.
    ///
    /// ```yaml
    /// response_actions: [{status: 403, contains: not enabled, action: skip_resource}]
    /// ```
    #[schemars(length(min = 1))]
    pub contains: Option<String>,

    /// What is done.
    ///
    /// ```yaml
    /// response_actions: [{status: 404, action: end_walk}]
    /// ```
    pub action: ActionWord,

    /// Whether the request is asked again first, as `retry` says, with a new token after a 401, and this done when that does not
    /// help. Default: `false`.
    ///
    /// ```yaml
    /// response_actions: [{status: 500, after_retries: true, action: skip_page}]
    /// ```
    pub after_retries: Option<bool>,

    /// How long to wait before the request is asked again: a duration, or the header that says it. Default: as `retry` says.
    ///
    /// ```yaml
    /// response_actions: [{status: 423, action: retry, wait: 30s}]
    /// ```
    pub wait: Option<ActionWait>,

    /// What a failure says, for whoever runs the spec. Default: what the API answers.
    ///
    /// ```yaml
    /// response_actions: [{status: 402, action: fail, message: This plan of the API has no reports}]
    /// ```
    #[schemars(length(min = 1))]
    pub message: Option<String>,
}

/// What is done about an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ActionWord {
    /// The walk fails.
    Fail,
    /// The request is asked again.
    Retry,
    /// The token is renewed and the request asked again, once; where that does not help the walk fails. Only where `auth` asks for
    /// a token (`oauth2`, `session`), for an API that says otherwise than by 401 that a token is not good any more.
    Renew,
    /// The page is left out, and the walk goes on to the next where that can be known without the answer; else it fails.
    SkipPage,
    /// The walk ends. On the first page of a child's walk there are no rows, and that is complete; elsewhere the walk is cut.
    EndWalk,
    /// The walk begins anew without its stored cursor, once: the API does not know a token any more. Only where a resource has
    /// `incremental`, and before any row was read.
    RestartWalk,
    /// The resource and what hangs on it are left as they are.
    SkipResource,
}

/// How long to wait before a request is asked again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ActionWait {
    /// A duration.
    For(String),
    /// As a header of the answer says.
    Told(ToldWait),
}

/// The header that says how long to wait.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "`wait`")]
pub struct ToldWait {
    /// The name of the header.
    ///
    /// ```yaml
    /// response_actions: [{status: 423, action: retry, wait: {header: X-Ready-In}}]
    /// ```
    #[schemars(length(min = 1))]
    pub header: String,

    /// How it says it: the `seconds` until then, the `unix` time, or an `http_date`. Default: `seconds`.
    ///
    /// ```yaml
    /// response_actions: [{status: 423, action: retry, wait: {header: X-Ready-At, format: unix}}]
    /// ```
    pub format: Option<ResetFormat>,
}

impl JsonSchema for ActionWait {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ActionWait".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let told = generator.subschema_for::<ToldWait>();
        schemars::json_schema!({"oneOf": [{"type": "string", "minLength": 1, "examples": ["30s"]}, told]})
    }
}
