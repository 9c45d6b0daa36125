//! Shapes of values that their Rust type does not tell: maps of templates, short forms, names.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::json;

use super::patterns::{DECIMAL, NAME, TEMPLATE};
use super::{Column, Input, Parent, RateLimit, Resource, ResponseAction, RuleLevel, Size};

pub(super) fn inputs(generator: &mut SchemaGenerator) -> Schema {
    let input = generator.subschema_for::<Input>();
    json_schema!({"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": input})
}

pub(super) fn resources(generator: &mut SchemaGenerator) -> Schema {
    let resource = generator.subschema_for::<Resource>();
    json_schema!({
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "additionalProperties": resource,
        "minProperties": 1,
    })
}

pub(super) fn lint(generator: &mut SchemaGenerator) -> Schema {
    let level = generator.subschema_for::<RuleLevel>();
    json_schema!({"type": "object", "additionalProperties": level})
}

pub(super) fn input_default(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["string", "number", "boolean", "array"]})
}

pub(super) fn step(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["string", "integer"], "minLength": 1, "minimum": 1, "examples": ["1d"]})
}

pub(super) fn scalar(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["string", "number", "boolean"]})
}

pub(super) fn scalars(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 1})
}

pub(super) fn texts(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "string", "minLength": 1}})
}

pub(super) fn statuses(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "integer", "minimum": 100, "maximum": 599}})
}

pub(super) fn duration(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "minLength": 1, "examples": ["30s"]})
}

pub(super) fn anything(_: &mut SchemaGenerator) -> Schema {
    json_schema!({})
}

pub(super) fn params(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "additionalProperties": {
            "type": ["string", "number", "boolean", "null", "array"],
            "items": {"type": ["string", "number", "boolean"]},
        },
    })
}

pub(super) fn headers(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}})
}

pub(super) fn add(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "additionalProperties": {}})
}

pub(super) fn for_each(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "additionalProperties": {
            "type": ["string", "array"],
            "pattern": TEMPLATE,
            "items": {"type": ["string", "number", "boolean", "object"]},
        },
        "minProperties": 1,
    })
}

pub(super) fn resource_name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": NAME})
}

pub(super) fn parent(generator: &mut SchemaGenerator) -> Schema {
    let name = resource_name(generator);
    json_schema!({"oneOf": [name, generator.subschema_for::<Parent>()]})
}

pub(super) fn answer_statuses(_: &mut SchemaGenerator) -> Schema {
    let number = json!({"type": "integer", "minimum": 100, "maximum": 599});
    let class = json!({"type": "string", "enum": ["2xx", "3xx", "4xx", "5xx"]});
    json_schema!({
        "oneOf": [number, class, {"type": "array", "items": {"oneOf": [number, class]}, "minItems": 1}],
    })
}

pub(super) fn response_actions(generator: &mut SchemaGenerator) -> Schema {
    let action = generator.subschema_for::<ResponseAction>();
    json_schema!({"type": "array", "items": action})
}

pub(super) fn rate_limit(generator: &mut SchemaGenerator) -> Schema {
    let limit = generator.subschema_for::<RateLimit>();
    json_schema!({"oneOf": [limit, {"type": "array", "items": limit, "minItems": 1}]})
}

pub(super) fn column_type(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "anyOf": [
            {"type": "string", "enum": ["string", "int64", "float64", "boolean", "date", "timestamp", "json"]},
            {"type": "string", "pattern": DECIMAL, "title": "decimal(p,s)"},
        ],
    })
}

pub(super) fn columns(generator: &mut SchemaGenerator) -> Schema {
    let kind = column_type(generator);
    let column = generator.subschema_for::<Column>();
    json_schema!({"type": "object", "additionalProperties": {"oneOf": [kind, column, {"type": "null"}]}})
}

pub(super) fn names(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["string", "array"],
        "minLength": 1,
        "items": {"type": "string", "minLength": 1},
        "minItems": 1,
        "uniqueItems": true,
    })
}

pub(super) fn write_disposition(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "oneOf": [
            {"type": "string", "enum": ["replace", "merge", "append"]},
            {
                "type": "object",
                "title": "`write_disposition`",
                "properties": {"append": {
                    "type": "string",
                    "enum": ["snapshots"],
                    "description": "Each load as a whole, told apart by the column `_load_id`.\n\n```yaml\nwrite_disposition: {append: snapshots}\n```",
                }},
                "required": ["append"],
                "additionalProperties": false,
            },
        ],
    })
}

pub(super) fn quote(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["string", "boolean"], "minLength": 1})
}

pub(super) fn csv_header(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["boolean", "array"],
        "items": {"type": "string", "minLength": 1},
        "minItems": 1,
        "uniqueItems": true,
    })
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let most = json!(u64::MAX);
        json_schema!({
            "type": ["integer", "string"],
            "minimum": 1,
            "maximum": most,
            "minLength": 1,
            "examples": ["256MiB"],
        })
    }
}
