//! What is read, and what becomes of its rows.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{
    AnswerPlace, Auth, Column, Format, Incremental, Nested, OnMissingParent, Paginator, Parent, RateLimit,
    ResponseAction, RowTest, decode, shape,
};

/// Rows of one kind: how they are asked for, and what becomes of them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "a resource")]
pub struct Resource {
    /// What the rows are, for people. Default: none.
    ///
    /// ```yaml
    /// description: One row per affiliate
    /// ```
    pub description: Option<String>,

    /// The table that the rows are written to; a template over `inputs` and `each`. Several resources may write one
    /// table. `null`: no table, the rows are read only when a descendant, or `--resource`, needs them.
    /// Default: the resource's name.
    ///
    /// ```yaml
    /// table: list_entries
    /// ```
    #[serde(deserialize_with = "decode::present")]
    #[schemars(with = "Option<String>", length(min = 1))]
    pub table: Option<Option<String>>,

    /// The resource whose rows this one is read for, one walk per row (or per batch of rows). Default: none.
    ///
    /// ```yaml
    /// parent: affiliates
    /// ```
    #[schemars(schema_with = "shape::parent")]
    pub parent: Option<Parent>,

    /// What a null in the parent's row means, where a template needs it: an error, or no walk for that row.
    /// Default: `error`.
    ///
    /// ```yaml
    /// on_missing_parent: skip
    /// ```
    pub on_missing_parent: Option<OnMissingParent>,

    /// One walk per combination of values, as `each.<name>`. A template that gives a list, or a list. Default: none.
    ///
    /// ```yaml
    /// for_each: {list_id: "{{inputs.list_ids}}", kind: [a, b]}
    /// ```
    #[schemars(schema_with = "shape::for_each")]
    pub for_each: Option<Map<String, Value>>,

    /// The path of the request, joined to `base_url`; a template over all scopes. Without it the rows come from the
    /// parent's row: `data_selector` selects in it and no request is made.
    ///
    /// ```yaml
    /// path: affiliates/{{parent.id}}/notes/
    /// ```
    #[schemars(length(min = 1))]
    pub path: Option<String>,

    /// The method of the request. Default: `GET`.
    ///
    /// ```yaml
    /// method: POST
    /// ```
    pub method: Option<Method>,

    /// Parameters of the query, by name; templates over all scopes. A list is a repeated parameter, a null input
    /// leaves its parameter out. Default: none.
    ///
    /// ```yaml
    /// params: {status: open, fieldTypes: [global, list]}
    /// ```
    #[serde(deserialize_with = "decode::map")]
    #[schemars(schema_with = "shape::params")]
    pub params: Map<String, Value>,

    /// Headers of the request, by name; templates over all scopes. Default: none.
    ///
    /// ```yaml
    /// headers: {Accept-Language: en}
    /// ```
    #[serde(deserialize_with = "decode::map")]
    #[schemars(schema_with = "shape::headers")]
    pub headers: Map<String, Value>,

    /// The body of the request, as JSON; templates over all scopes. Default: none.
    ///
    /// ```yaml
    /// json: {query: "status:open", limit: 100}
    /// ```
    #[schemars(schema_with = "shape::anything")]
    pub json: Option<Value>,

    /// The body of the request, as a form; templates over all scopes. Default: none.
    ///
    /// ```yaml
    /// form: {status: open}
    /// ```
    #[schemars(schema_with = "shape::params")]
    pub form: Option<Map<String, Value>>,

    /// The body of the request, as text; a template over all scopes. Default: none.
    ///
    /// ```yaml
    /// body: "{ viewer { id } }"
    /// ```
    pub body: Option<String>,

    /// The format of the answers: `json`; `jsonl`, where each line is a row; or `csv`, whose cells are text unless `columns` says
    /// otherwise. Default: by their Content-Type, and JSON where that names no other.
    ///
    /// ```yaml
    /// format: {csv: {delimiter: ";"}}
    /// ```
    pub format: Option<Format>,

    /// Where the rows are: a path into the answer, or `auto`, which takes an array body's items, or the one array of
    /// objects in the first two levels, or the object itself where the path ends in a hole. Default: `auto`.
    ///
    /// ```yaml
    /// data_selector: data.items
    /// ```
    #[schemars(length(min = 1))]
    pub data_selector: Option<String>,

    /// What it means that the selector matches nothing: an error, or no rows, as some APIs leave out empty arrays.
    /// Default: `error`.
    ///
    /// ```yaml
    /// on_missing_data: empty
    /// ```
    pub on_missing_data: Option<OnMissingData>,

    /// Where the answer says how many rows there are in all. It proves that nothing is missing and allows fetching
    /// ahead. Default: nowhere.
    ///
    /// ```yaml
    /// total: meta.total
    /// ```
    pub total: Option<AnswerPlace>,

    /// How the next page is asked for. `auto` finds it out on the first answer, says so, and keeps to it. Default: `auto`.
    ///
    /// ```yaml
    /// paginator: {type: cursor, next: meta.next_cursor}
    /// ```
    pub paginator: Option<Paginator>,

    /// What answers mean that are not simply read; the first that fits is taken, before those of the client. Default: what is
    /// built in.
    ///
    /// ```yaml
    /// response_actions:
    ///   - {status: 404, action: end_walk}
    /// ```
    #[schemars(schema_with = "shape::response_actions")]
    pub response_actions: Option<Vec<ResponseAction>>,

    /// A jq program that makes no, one or more objects out of each row. Default: rows stay as they are.
    ///
    /// ```yaml
    /// transform: 'to_entries[] | {currency: .key, amount: .value}'
    /// ```
    #[schemars(length(min = 1))]
    pub transform: Option<String>,

    /// Columns that are added to each row, by name; templates over all scopes and `row`. Default: none.
    ///
    /// ```yaml
    /// add: {affiliate_id: "{{parent.id}}"}
    /// ```
    #[serde(deserialize_with = "decode::map")]
    #[schemars(schema_with = "shape::add")]
    pub add: Map<String, Value>,

    /// Paths into the row of what is left out of the table. Default: none.
    ///
    /// ```yaml
    /// drop: [_links, customer.password]
    /// ```
    #[schemars(schema_with = "shape::texts")]
    pub drop: Option<Vec<String>>,

    /// How only what is new since the load before is read. Default: everything is read in each load.
    ///
    /// ```yaml
    /// incremental: {cursor: updated_at, start_param: updated_since}
    /// ```
    pub incremental: Option<Incremental>,

    /// The column, or the columns, that tell rows apart. Default: none.
    ///
    /// ```yaml
    /// primary_key: [affiliate_id, currency]
    /// ```
    #[serde(deserialize_with = "decode::one_or_many")]
    #[schemars(schema_with = "shape::names")]
    pub primary_key: Option<Vec<String>>,

    /// What becomes of the rows of earlier loads. Default: `merge` where there is a `primary_key`, else `append` with
    /// `incremental`, else `replace`.
    ///
    /// ```yaml
    /// write_disposition: {append: snapshots}
    /// ```
    #[schemars(schema_with = "shape::write_disposition")]
    pub write_disposition: Option<WriteDisposition>,

    /// What marks a row as gone: a path into the row (after `transform` and `add`) that is true, or one with `equals`. Such a
    /// row removes the row of its key and is not written. Only where rows are merged by a `primary_key`. Default: no row
    /// is.
    ///
    /// ```yaml
    /// deleted: {path: state, equals: deleted}
    /// ```
    pub deleted: Option<RowTest>,

    /// Which rows of earlier loads a merge takes out: `rows`, those of the same key; `parent`, also all that the same walk
    /// left before, so that what vanished at the source vanishes here. A walk is the same when it asks for the same parent
    /// row, or the same values of `for_each`. Needs no key. Default: `rows`.
    ///
    /// ```yaml
    /// merge_scope: parent
    /// ```
    pub merge_scope: Option<MergeScope>,

    /// Types of columns, by name. Default: what the values show.
    ///
    /// ```yaml
    /// columns: {amount: "decimal(18,2)", meta_data: json}
    /// ```
    #[serde(deserialize_with = "decode::without_nulls")]
    #[schemars(schema_with = "shape::columns")]
    pub columns: IndexMap<String, Column>,

    /// What a load may change in the columns that earlier loads left. `evolve`: columns are added and become wider.
    /// `freeze`: a new column, or a value that needs a wider type, is an error that names the row. `discard`: such values
    /// are left out and counted, their rows stay. Columns of `columns` and `add` are always taken. Default: `evolve`.
    ///
    /// ```yaml
    /// schema_contract: freeze
    /// ```
    pub schema_contract: Option<SchemaContract>,

    /// What becomes of objects and arrays in rows: structs and lists of Parquet, or their JSON as text.
    /// Default: `keep`.
    ///
    /// ```yaml
    /// nested: json
    /// ```
    pub nested: Option<Nested>,

    /// How requests of this resource say who asks. Default: as the client's.
    ///
    /// ```yaml
    /// auth: none
    /// ```
    pub auth: Option<Auth>,

    /// How many requests for these rows the API takes in a time, besides the client's limits; one limit, or a list of them.
    /// Default: none of its own.
    ///
    /// ```yaml
    /// rate_limit: {name: search, requests: 30, per: 1m}
    /// ```
    #[serde(deserialize_with = "decode::some_or_many")]
    #[schemars(schema_with = "shape::rate_limit")]
    pub rate_limit: Option<Vec<RateLimit>>,

    /// The file of one real answer, from the spec's folder: selectors, keys and parents' fields are proved against
    /// it, and the sandbox answers from it. Default: `samples/<spec>/<resource>.json` where that is there.
    ///
    /// ```yaml
    /// sample: samples/tapfiliate/affiliates.json
    /// ```
    #[schemars(length(min = 1))]
    pub sample: Option<String>,
}

/// The keys of a resource that `defaults` cannot have.
pub(crate) const NOT_IN_DEFAULTS: [&str; 5] = ["table", "path", "parent", "for_each", "sample"];

/// What stands under every resource: a resource without what makes one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Defaults(pub Resource);

impl JsonSchema for Defaults {
    fn schema_name() -> Cow<'static, str> {
        "Defaults".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Resource::json_schema(generator);
        schema.insert("title".into(), "`defaults`".into());
        schema.insert("description".into(), "What stands under every resource.".into());
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.retain(|key, _| !NOT_IN_DEFAULTS.contains(&key.as_str()));
        }
        schema
    }
}

/// The method of a request. A spec only reads, whatever the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline)]
pub enum Method {
    /// Without a body.
    Get,
    /// With a body.
    Post,
    /// With a body.
    Put,
    /// With a body.
    Patch,
}

/// What it means that a selector matches nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum OnMissingData {
    /// An error.
    Error,
    /// No rows.
    Empty,
}

/// What becomes of the rows of earlier loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteDisposition {
    /// They are gone once the load is committed.
    Replace,
    /// They stay, unless a row of the same key came.
    Merge,
    /// They stay.
    Append(Append),
}

/// What is appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Append {
    /// Each load as a whole, told apart by the column `_load_id`.
    Snapshots,
    /// What is new, as `incremental` finds it.
    #[serde(skip)]
    New,
}

impl<'de> Deserialize<'de> for WriteDisposition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Written {
            Replace,
            Merge,
            Append(Append),
        }
        match Value::deserialize(deserializer)? {
            Value::String(word) if word == "append" => Ok(Self::Append(Append::New)),
            value => Ok(match decode::part(&value)? {
                Written::Replace => Self::Replace,
                Written::Merge => Self::Merge,
                Written::Append(append) => Self::Append(append),
            }),
        }
    }
}

/// What a load may change in the columns that earlier loads left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SchemaContract {
    /// Columns are added and become wider.
    #[default]
    Evolve,
    /// A new column or a wider type is an error.
    Freeze,
    /// Values of new columns, and those that need a wider type, are left out and counted.
    Discard,
}

/// Which rows of earlier loads a merge takes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum MergeScope {
    /// Those of the same key.
    #[default]
    Rows,
    /// Also all that the same walk left before.
    Parent,
}
