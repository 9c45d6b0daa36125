//! What is new since the load before: `incremental`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{RequestPlace, decode, shape};

/// How only what is new since the load before is read. The greatest cursor that came is kept in the load record, per walk, and
/// the next load goes on from there.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "`incremental`")]
pub struct Incremental {
    /// The path of the value in each row (after `transform` and `add`) that grows with time; or `{body: path}`, where the
    /// answer holds a token for the next load.
    ///
    /// ```yaml
    /// incremental: {cursor: updated_at}
    /// ```
    pub cursor: CursorPlace,

    /// Where the first load begins: a value in the cursor's format, a time before the run (`-30d`), or a template over
    /// `inputs`. Default: at the beginning.
    ///
    /// ```yaml
    /// incremental: {cursor: updated_at, start: "{{inputs.since}}"}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::scalar")]
    pub start: Option<Value>,

    /// Where a load ends, exclusively; rows from there on are left out. Default: the start of the load, which limits the cursor
    /// only.
    ///
    /// ```yaml
    /// incremental: {cursor: updated_at, end: "2026-01-01"}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::scalar")]
    pub end: Option<Value>,

    /// How the cursor is written: `iso`, `date`, `unix`, `unix_ms`, `integer`, `string`, a pattern of strftime, or a list of
    /// them. Default: `iso`.
    ///
    /// ```yaml
    /// incremental: {cursor: updated, format: unix}
    /// ```
    #[serde(default, deserialize_with = "decode::one_or_many")]
    #[schemars(schema_with = "shape::names")]
    pub format: Option<Vec<String>>,

    /// Where a request says from when on. Default: nowhere; older rows are left out here.
    ///
    /// ```yaml
    /// incremental: {cursor: updated_at, start_param: updated_since}
    /// ```
    pub start_param: Option<RequestPlace>,

    /// Where a request says until when. Default: nowhere.
    ///
    /// ```yaml
    /// incremental: {cursor: created_at, start_param: date_from, end_param: date_to, param_format: date}
    /// ```
    pub end_param: Option<RequestPlace>,

    /// How requests write the bounds. Default: as the first `format`.
    ///
    /// ```yaml
    /// incremental: {cursor: updated_at, start_param: since, param_format: unix}
    /// ```
    #[schemars(length(min = 1))]
    pub param_format: Option<String>,

    /// The API's end is inclusive, at this grain: it is subtracted from the end that is sent, and bounds are rounded to it.
    /// Default: the end is exclusive.
    ///
    /// ```yaml
    /// incremental: {cursor: created_at, end_param: date_to, param_format: date, inclusive_end: 1d}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::step")]
    pub inclusive_end: Option<Value>,

    /// The longest range that one walk asks for; a number where the cursor is an integer. Default: all in one.
    ///
    /// ```yaml
    /// incremental: {cursor: created_at, start: -1y, start_param: from, end_param: to, window: 30d}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::step")]
    pub window: Option<Value>,

    /// How far before the stored cursor the next load begins, for rows that turn up late; a number where the cursor is an
    /// integer. Under append it needs a `primary_key`. Default: none.
    ///
    /// ```yaml
    /// incremental: {cursor: updated_at, start_param: updated_since, lag: 2d}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::step")]
    pub lag: Option<Value>,

    /// In which order the API gives the rows of a walk: `desc` ends it after the first page whose last row is older than the
    /// start, `asc` keeps the cursor of a walk that was cut. Either is verified. Default: none is relied on.
    ///
    /// ```yaml
    /// incremental: {cursor: updated_at, sorted: desc}
    /// ```
    pub sorted: Option<Sorted>,

    /// What a row without a cursor means: an error, or a row that is left out and counted. Default: `error`.
    ///
    /// ```yaml
    /// incremental: {cursor: updated_at, on_missing_cursor: skip}
    /// ```
    pub on_missing_cursor: Option<OnMissingCursor>,
}

/// Where a cursor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CursorPlace {
    /// A path into the row.
    Row(String),
    /// A path into the body: a token that only the API understands.
    Body(String),
}

impl<'de> Deserialize<'de> for CursorPlace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct SpelledOut {
            body: String,
        }
        match Value::deserialize(deserializer)? {
            Value::String(path) => Ok(Self::Row(path)),
            map => decode::part(&map).map(|SpelledOut { body }| Self::Body(body)),
        }
    }
}

impl JsonSchema for CursorPlace {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CursorPlace".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "object"],
            "title": "the place of a cursor",
            "description": "A path into the row, or `{body: path}`, where the answer holds a token for the next load.",
            "examples": ["updated_at"],
            "minLength": 1,
            "properties": {
                "body": {"type": "string", "minLength": 1, "description": "A path into the body.\n\n```yaml\ncursor: {body: next_sync_token}\n```"},
            },
            "required": ["body"],
            "additionalProperties": false,
        })
    }
}

/// In which order rows come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Sorted {
    /// The oldest first.
    Asc,
    /// The newest first.
    Desc,
}

/// What a row without a cursor means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum OnMissingCursor {
    /// An error that names the row.
    Error,
    /// The row is left out and counted.
    Skip,
}
