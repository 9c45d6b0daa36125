//! What the person who runs a spec supplies.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::shape;

/// A value that the person who runs the spec supplies. It is looked up in this order: `--set name=value`, the
/// environment, the file given with `--env-file`, the default. A value `file:PATH` in the environment is read from
/// that file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "an input")]
pub struct Input {
    /// The kind of value. A `list` is JSON or comma-separated; a `date` or `datetime` may be a negative duration,
    /// which counts back from the run. Default: `string`.
    ///
    /// ```yaml
    /// since: {type: date, default: -365d}
    /// ```
    #[serde(rename = "type")]
    pub kind: Option<InputType>,

    /// Whether the value is never to be printed, logged, recorded or stored. A secret has at least 8 characters.
    /// Default: `false`.
    ///
    /// ```yaml
    /// api_key: {secret: true}
    /// ```
    pub secret: Option<bool>,

    /// Allows a secret of fewer than 8 characters, which is also found in texts where it is not meant.
    /// Default: `false`.
    ///
    /// ```yaml
    /// pin: {secret: true, allow_short: true}
    /// ```
    pub allow_short: Option<bool>,

    /// The environment variable that holds the value. Default: `RESTLOAD_<SPEC>_<INPUT>`, in capitals.
    ///
    /// ```yaml
    /// api_key: {secret: true, env: TAPFILIATE_API_KEY}
    /// ```
    #[schemars(length(min = 1))]
    pub env: Option<String>,

    /// The value where none is supplied. Default: none.
    ///
    /// ```yaml
    /// status: {default: open}
    /// ```
    #[schemars(schema_with = "shape::input_default")]
    pub default: Option<Value>,

    /// Whether a value has to be supplied. Default: `true` unless there is a `default`.
    ///
    /// ```yaml
    /// list_ids: {type: list, required: false}
    /// ```
    pub required: Option<bool>,

    /// The values that are allowed. Default: any.
    ///
    /// ```yaml
    /// region: {enum: [eu, us], default: eu}
    /// ```
    #[serde(rename = "enum")]
    #[schemars(schema_with = "shape::scalars")]
    pub choices: Option<Vec<Value>>,

    /// Whether another value is another account, whose rows do not belong into the same folder.
    /// Default: `true` for inputs in `base_url` and `auth` that are not secret.
    ///
    /// ```yaml
    /// workspace: {identity: true}
    /// ```
    pub identity: Option<bool>,

    /// What the value is and where it is found, for people. Default: none.
    ///
    /// ```yaml
    /// api_key: {secret: true, description: "Account settings, API key"}
    /// ```
    pub description: Option<String>,
}

/// The kind of value of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum InputType {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A day, or a negative duration.
    Date,
    /// A moment, or a negative duration.
    Datetime,
    /// An absolute URL.
    Url,
    /// A list, as JSON or comma-separated.
    List,
}
