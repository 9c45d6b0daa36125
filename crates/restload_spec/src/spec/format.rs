//! What answers are written in.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::borrow::Cow;

use super::{decode, shape};

/// The format of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON value.
    Json,
    /// A JSON value on each line.
    Jsonl,
    /// Rows of cells.
    Csv(Csv),
}

/// How CSV is laid out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "`csv`")]
pub struct Csv {
    /// The character between two cells. Default: `,`.
    ///
    /// ```yaml
    /// format: {csv: {delimiter: ";"}}
    /// ```
    #[schemars(length(min = 1))]
    pub delimiter: Option<String>,

    /// The character around cells that hold a delimiter or a line break; doubled inside them. `false`: there is none, and a
    /// quote is a character like any other. Default: `"`.
    ///
    /// ```yaml
    /// format: {csv: {quote: "'"}}
    /// ```
    #[schemars(schema_with = "shape::quote")]
    pub quote: Option<Quote>,

    /// Where the names of the columns are: `true`, in the first row; `false`, nowhere, and they are `column_1`, `column_2`, …;
    /// or a list of names for text whose first row is data. Default: `true`.
    ///
    /// ```yaml
    /// format: {csv: {header: [day, clicks]}}
    /// ```
    #[schemars(schema_with = "shape::csv_header")]
    pub header: Option<CsvHeader>,

    /// The encoding of the text, by its name on the web: `utf-8`, `utf-16`, `latin1`, `windows-1252`, `shift_jis`, …
    /// A byte order mark wins over it. Default: as the Content-Type says, else `utf-8`.
    ///
    /// ```yaml
    /// format: {csv: {encoding: latin1}}
    /// ```
    #[schemars(length(min = 1))]
    pub encoding: Option<String>,
}

/// The character around cells.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Quote {
    /// This one.
    Character(String),
    /// None; true is the default.
    There(bool),
}

/// Where the names of the columns of CSV are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum CsvHeader {
    /// In the first row, or nowhere.
    There(bool),
    /// Here.
    Names(Vec<String>),
}

/// The one entry of a format that is written as a map.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Laid {
    csv: Csv,
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(word) => match word.as_str() {
                "json" => Ok(Self::Json),
                "jsonl" => Ok(Self::Jsonl),
                "csv" => Ok(Self::Csv(Csv::default())),
                _ => Err(D::Error::custom("expected `json`, `jsonl` or `csv`")),
            },
            map => decode::part::<Laid, _>(&map).map(|laid| Self::Csv(laid.csv)),
        }
    }
}

impl JsonSchema for Format {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Format".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut csv = generator.subschema_for::<Csv>();
        csv.insert(
            "description".into(),
            "CSV, and how it is laid out.\n\n```yaml\nformat: {csv: {delimiter: \";\", encoding: latin1}}\n```"
                .into(),
        );
        json_schema!({
            "description": "The format of an answer.",
            "oneOf": [
                {"type": "string", "enum": ["json", "jsonl", "csv"]},
                {
                    "type": "object",
                    "title": "`format`",
                    "properties": {"csv": csv},
                    "required": ["csv"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
