//! The resource whose rows ask for another's.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Templated, decode, shape};

/// The resource whose rows this one is read for: its name alone, or the name with more about it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(title = "`parent`", deny_unknown_fields)]
pub struct Parent {
    /// The name of the resource.
    ///
    /// ```yaml
    /// parent: {resource: affiliates}
    /// ```
    #[schemars(schema_with = "shape::resource_name")]
    pub resource: String,

    /// How many rows of the parent share one request, as `{{batch}}`. Default: none, one row a request.
    ///
    /// ```yaml
    /// parent: {resource: companies, batch: 100}
    /// ```
    #[schemars(range(min = 1, max = 100_000))]
    pub batch: Option<Templated<u32>>,

    /// Which rows of a parent with `incremental` are taken: `all` reads it from its `start` in each load, `changed` only goes
    /// over what is new. Default: `all` where there is a `path`, else `changed`.
    ///
    /// ```yaml
    /// parent: {resource: companies, rows: changed}
    /// ```
    pub rows: Option<ParentRows>,
}

/// Which rows of a parent are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ParentRows {
    /// All that there are.
    All,
    /// Those past the parent's cursor.
    Changed,
}

impl<'de> Deserialize<'de> for Parent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct SpelledOut {
            resource: String,
            batch: Option<Templated<u32>>,
            rows: Option<ParentRows>,
        }
        match Value::deserialize(deserializer)? {
            Value::String(resource) => Ok(Self { resource, batch: None, rows: None }),
            map => {
                let SpelledOut { resource, batch, rows } = decode::part(&map)?;
                Ok(Self { resource, batch, rows })
            }
        }
    }
}

/// What a null in the parent's row means, where a template needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum OnMissingParent {
    /// An error that names the row.
    Error,
    /// No walk for that row; the rows skipped are counted.
    Skip,
}
