//! The spec as its author wrote it: plain data, options where the author may be silent, no default applied.
//!
//! These types are the parser, the JSON Schema for editors, the structure check and the reference manual at once:
//! their doc comments are what an author reads. Templates, paths and durations are kept as text; the check of what
//! they say is not made here, so that one bad template does not hide the next.

mod auth;
mod client;
mod column;
mod decode;
mod format;
mod incremental;
mod input;
mod lint;
mod oauth2;
mod paginator;
mod parent;
pub(crate) mod patterns;
mod place;
mod rate_limit;
mod resource;
mod response_action;
mod session;
mod shape;
mod tagged;
mod templated;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

pub use auth::{ApiKey, ApiKeyPlace, Auth, Basic, Bearer};
pub use client::{Client, Retry, Size, Timeout, Tls};
pub use column::{Column, Nested};
pub use format::{Csv, CsvHeader, Format, Quote};
pub use incremental::{CursorPlace, Incremental, OnMissingCursor, Sorted};
pub use input::{Input, InputType};
pub use lint::{Level, RuleLevel};
pub use oauth2::{ClientAuth, Grant, OAuth2};
pub use paginator::{Cursor, HeaderLink, JsonLink, Offset, PageNumber, Paginator, PaginatorKind, Paging};
pub use parent::{OnMissingParent, Parent, ParentRows};
pub use place::{AnswerPlace, RequestPlace, RowTest, Test};
pub use rate_limit::{RateLimit, ResetFormat};
pub use resource::{
    Append, Defaults, MergeScope, Method, OnMissingData, Resource, SchemaContract, WriteDisposition,
};
pub use response_action::{ActionWait, ActionWord, ResponseAction, ToldWait};
pub use session::{Login, Session, TokenGoes, TokenPlace};
pub use templated::Templated;

pub(crate) use resource::NOT_IN_DEFAULTS;

/// The version of the language that this program reads.
pub(crate) const LANGUAGE_VERSION: u32 = 1;

/// One REST API as a set of tables.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "a spec")]
pub struct Spec {
    /// The version of the language: 1.
    ///
    /// ```yaml
    /// version: 1
    /// ```
    #[schemars(extend("const" = LANGUAGE_VERSION))]
    pub version: u32,

    /// The name of the API, which is the file's name without `.yaml`: the folder of the output and the key of the
    /// state. Small letters, digits, `_` and `-`, a letter first.
    ///
    /// ```yaml
    /// name: tapfiliate
    /// ```
    #[schemars(regex(pattern = patterns::NAME))]
    pub name: String,

    /// The name of the API for people. Default: none.
    ///
    /// ```yaml
    /// title: Tapfiliate
    /// ```
    pub title: Option<String>,

    /// What the API holds, for people. Default: none.
    ///
    /// ```yaml
    /// description: Affiliates, their conversions and what is owed to them
    /// ```
    pub description: Option<String>,

    /// Where the API's documentation stands. Default: none.
    ///
    /// ```yaml
    /// docs: https://tapfiliate.com/docs/rest
    /// ```
    pub docs: Option<String>,

    /// What the person who runs the spec supplies, by name. Default: nothing.
    ///
    /// ```yaml
    /// inputs:
    ///   api_key: {secret: true, env: TAPFILIATE_API_KEY}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::inputs")]
    pub inputs: IndexMap<String, Input>,

    /// The connection: where, as whom, how fast.
    ///
    /// ```yaml
    /// client: {base_url: "https://api.tapfiliate.com/1.6/"}
    /// ```
    pub client: Client,

    /// A resource without a name that stands under every resource: `params`, `headers`, `json`, `form`, `columns`
    /// and `add` are merged key by key, everything else is replaced, an explicit `null` in the resource resets.
    /// A resource without a `path` takes from it only `primary_key`, `columns`, `nested`,
    /// `schema_contract` and `write_disposition`.
    /// Default: nothing.
    ///
    /// ```yaml
    /// defaults: {primary_key: id, paginator: header_link}
    /// ```
    pub defaults: Option<Defaults>,

    /// What is read, by name, in the order in which it is shown.
    ///
    /// ```yaml
    /// resources:
    ///   affiliates: {path: affiliates/}
    /// ```
    #[schemars(schema_with = "shape::resources")]
    pub resources: IndexMap<String, Resource>,

    /// How much the findings of single rules weigh in this spec, with the reason, by the rule's name.
    /// Default: as the rules say (`restload explain`).
    ///
    /// ```yaml
    /// lint:
    ///   no-total: {level: allow, reason: the API has none}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::lint")]
    pub lint: IndexMap<String, RuleLevel>,
}
