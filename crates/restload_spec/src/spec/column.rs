//! Columns that the author declares.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{decode, shape};

/// A column as declared: its type alone, or the type with more about it. A value that does not fit is an error with
/// its row.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(title = "a column", deny_unknown_fields)]
pub struct Column {
    /// The type: `string`, `int64`, `float64`, `boolean`, `decimal(p,s)`, `date`, `timestamp` or `json`.
    ///
    /// ```yaml
    /// columns: {amount: {type: "decimal(18,2)"}}
    /// ```
    #[schemars(rename = "type", schema_with = "shape::column_type")]
    pub kind: String,

    /// How dates and timestamps are written: `iso`, `date`, `unix`, `unix_ms` or a strftime pattern.
    /// Default: `iso` for a timestamp, `date` for a date.
    ///
    /// ```yaml
    /// columns: {created: {type: timestamp, format: unix}}
    /// ```
    #[schemars(length(min = 1))]
    pub format: Option<String>,

    /// What the column holds, for people. Default: none.
    ///
    /// ```yaml
    /// columns: {amount: {type: "decimal(18,2)", description: Before tax}}
    /// ```
    pub description: Option<String>,

    /// Whether the value may be null or absent; where it may not, that is an error with its row. Default: `true`.
    ///
    /// ```yaml
    /// columns: {id: {type: int64, nullable: false}}
    /// ```
    pub nullable: Option<bool>,
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct SpelledOut {
            #[serde(rename = "type")]
            kind: String,
            format: Option<String>,
            description: Option<String>,
            nullable: Option<bool>,
        }
        match Value::deserialize(deserializer)? {
            Value::String(kind) => Ok(Self { kind, format: None, description: None, nullable: None }),
            map => {
                let SpelledOut { kind, format, description, nullable } = decode::part(&map)?;
                Ok(Self { kind, format, description, nullable })
            }
        }
    }
}

/// What becomes of objects and arrays in rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Nested {
    /// Structs and lists of Parquet.
    Keep,
    /// Their JSON, as text.
    Json,
}
