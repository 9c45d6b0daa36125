//! Places in an answer and in a request, and tests on an answer.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::decode;

/// A place in an answer: a path into the body; `{header: Name}`; or `{row: path}`, in the last row of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerPlace {
    /// A path into the body.
    Body(String),
    /// The name of a header.
    Header(String),
    /// A path into the last row of the page as it came.
    Row(String),
}

/// A place in a request: the name of a query parameter; `{json: path}`; `{form: name}`; or `{header: Name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestPlace {
    /// The name of a query parameter.
    Param(String),
    /// A path into the JSON body.
    Json(String),
    /// The name of a form field.
    Form(String),
    /// The name of a header.
    Header(String),
}

/// A test on an answer: true when what is at the place is not null, false, "", [] or absent; or, with `equals`,
/// when it is equal to the value, or to one of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The place that is looked at.
    pub place: AnswerPlace,
    /// The value, or the list of values, that is looked for.
    pub equals: Option<Value>,
}

/// A test on a row: true when what is at the path is not null, false, "", [] or absent; or, with `equals`, when it is equal
/// to the value, or to one of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct RowTest {
    /// A path into the row.
    pub path: String,
    /// The value, or the list of values, that is looked for.
    pub equals: Option<Value>,
}

/// The one entry of a place that is written as a map.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Named {
    Path(String),
    Header(String),
    Row(String),
    Json(String),
    Form(String),
}

const ANSWER_KEYS: &str = "expected a path, `{header: Name}` or `{row: path}`";
const REQUEST_KEYS: &str = "expected a name, `{json: path}`, `{form: name}` or `{header: Name}`";

impl<'de> Deserialize<'de> for AnswerPlace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(path) => Ok(Self::Body(path)),
            map => match decode::part(&map)? {
                Named::Path(path) => Ok(Self::Body(path)),
                Named::Header(name) => Ok(Self::Header(name)),
                Named::Row(path) => Ok(Self::Row(path)),
                Named::Json(_) | Named::Form(_) => Err(D::Error::custom(ANSWER_KEYS)),
            },
        }
    }
}

impl<'de> Deserialize<'de> for RequestPlace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(name) => Ok(Self::Param(name)),
            map => match decode::part(&map)? {
                Named::Json(path) => Ok(Self::Json(path)),
                Named::Form(name) => Ok(Self::Form(name)),
                Named::Header(name) => Ok(Self::Header(name)),
                Named::Path(_) | Named::Row(_) => Err(D::Error::custom(REQUEST_KEYS)),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Test {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut value = Value::deserialize(deserializer)?;
        let equals = value.as_object_mut().and_then(|map| map.shift_remove("equals"));
        Ok(Self { place: decode::part(&value)?, equals })
    }
}

impl<'de> Deserialize<'de> for RowTest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            path: String,
            equals: Option<Value>,
        }
        match Value::deserialize(deserializer)? {
            Value::String(path) => Ok(Self { path, equals: None }),
            map => decode::part(&map).map(|Written { path, equals }| Self { path, equals }),
        }
    }
}

impl JsonSchema for AnswerPlace {
    fn schema_name() -> Cow<'static, str> {
        "AnswerPlace".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "object"],
            "title": "a place in an answer",
            "description": "A place in an answer: a path into the body, `{header: Name}`, or `{row: path}` in the last row of the page.",
            "examples": ["meta.total"],
            "minLength": 1,
            "properties": {
                "header": {"type": "string", "minLength": 1, "description": "The name of a header.\n\n```yaml\ntotal: {header: X-Total-Count}\n```"},
                "row": {"type": "string", "minLength": 1, "description": "A path into the last row of the page.\n\n```yaml\nnext: {row: id}\n```"},
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        })
    }
}

impl JsonSchema for RequestPlace {
    fn schema_name() -> Cow<'static, str> {
        "RequestPlace".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "object"],
            "title": "a place in a request",
            "description": "A place in a request: the name of a query parameter, `{json: path}`, `{form: name}` or `{header: Name}`.",
            "examples": ["page"],
            "minLength": 1,
            "properties": {
                "json": {"type": "string", "minLength": 1, "description": "A path into the JSON body.\n\n```yaml\nparam: {json: query.after}\n```"},
                "form": {"type": "string", "minLength": 1, "description": "The name of a form field.\n\n```yaml\nparam: {form: page}\n```"},
                "header": {"type": "string", "minLength": 1, "description": "The name of a header.\n\n```yaml\nparam: {header: X-Page}\n```"},
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        })
    }
}

impl JsonSchema for Test {
    fn schema_name() -> Cow<'static, str> {
        "Test".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A test on an answer: a place, true when what is there is not null, false, \"\", [] or absent; or one of `path`, `header` and `row` with `equals`.",
            "oneOf": [
                {"type": "string", "minLength": 1, "examples": ["meta.has_more"]},
                {
                    "type": "object",
                    "title": "a test",
                    "properties": {
                        "path": {"type": "string", "minLength": 1, "description": "A path into the body.\n\n```yaml\nhas_more: {path: meta.state, equals: more}\n```"},
                        "header": {"type": "string", "minLength": 1, "description": "The name of a header.\n\n```yaml\nhas_more: {header: X-More, equals: \"1\"}\n```"},
                        "row": {"type": "string", "minLength": 1, "description": "A path into the last row of the page.\n\n```yaml\nhas_more: {row: last, equals: false}\n```"},
                        "equals": {
                            "type": ["string", "number", "boolean", "array"],
                            "items": {"type": ["string", "number", "boolean", "null"]},
                            "description": "The value, or the list of values, that makes the test true. Default: any that is not null, false, \"\" or [].\n\n```yaml\nhas_more: {path: meta.state, equals: [more, partial]}\n```",
                        },
                    },
                    "additionalProperties": false,
                    "oneOf": [{"required": ["path"]}, {"required": ["header"]}, {"required": ["row"]}],
                },
            ],
        })
    }
}

impl JsonSchema for RowTest {
    fn schema_name() -> Cow<'static, str> {
        "RowTest".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A test on a row: a path, true when what is there is not null, false, \"\", [] or absent; or `path` with `equals`.",
            "oneOf": [
                {"type": "string", "minLength": 1, "examples": ["is_deleted"]},
                {
                    "type": "object",
                    "title": "a test on a row",
                    "properties": {
                        "path": {"type": "string", "minLength": 1, "description": "A path into the row.\n\n```yaml\ndeleted: {path: state, equals: gone}\n```"},
                        "equals": {
                            "type": ["string", "number", "boolean", "array"],
                            "items": {"type": ["string", "number", "boolean", "null"]},
                            "description": "The value, or the list of values, that makes the test true. Default: any that is not null, false, \"\" or [].\n\n```yaml\ndeleted: {path: state, equals: [gone, merged]}\n```",
                        },
                    },
                    "required": ["path"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
