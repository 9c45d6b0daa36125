//! Scalars that may be given by a template.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::patterns::TEMPLATE;

/// A number or boolean as it stands, or a template over `inputs` that gives one: `concurrency: "{{inputs.n}}"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Templated<T> {
    /// The value, written out.
    Value(T),
    /// A template that renders to the value.
    Template(String),
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Templated<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self::Template(text)),
            value => T::deserialize(value).map(Self::Value).map_err(D::Error::custom),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Templated<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Templated_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let own = schema.remove("type").unwrap_or_default();
        schema.insert("type".into(), json!([own, "string"]));
        schema.insert("pattern".into(), TEMPLATE.into());
        schema
    }
}
