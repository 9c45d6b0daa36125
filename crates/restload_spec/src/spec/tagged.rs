//! The schema of kinds that are told apart by `type`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::{
    ApiKey, Auth, Basic, Bearer, Cursor, HeaderLink, JsonLink, OAuth2, Offset, PageNumber, Paginator, Paging,
    Session,
};

/// A kind without fields of its own.
#[derive(JsonSchema)]
struct Nothing {}

/// One kind: the word for it, what it means, and the schema of its fields.
type Kind = (&'static str, &'static str, Schema);

impl JsonSchema for Auth {
    fn schema_name() -> Cow<'static, str> {
        "Auth".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let [none, bearer, api_key, basic] = plain_auths(generator);
        let kinds = [
            none,
            bearer,
            api_key,
            basic,
            (
                "oauth2",
                "A token of OAuth 2.0 in the header `Authorization`, asked for and renewed.",
                OAuth2::json_schema(generator),
            ),
            (
                "session",
                "A token or cookie that a login gives out, asked for and renewed.",
                Session::json_schema(generator),
            ),
        ];
        let mut schema = tagged("an auth", "How requests say who asks.", &kinds, &Map::new());
        let one = schema.get("oneOf").cloned().unwrap_or_default();
        if let Some(choices) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
            choices.push(json!({
                "type": "array",
                "description": "The first of them whose inputs are all given.",
                "items": {"oneOf": one},
                "minItems": 1,
            }));
        }
        schema
    }
}

/// The auths that need no request of their own.
fn plain_auths(generator: &mut SchemaGenerator) -> [Kind; 4] {
    [
        ("none", "Nothing is sent.", Nothing::json_schema(generator)),
        ("bearer", "A token in the header `Authorization`.", Bearer::json_schema(generator)),
        ("api_key", "A key in a header, in the query or in a cookie.", ApiKey::json_schema(generator)),
        ("basic", "A user name and a password in the header `Authorization`.", Basic::json_schema(generator)),
    ]
}

/// What a login may say who asks with: an auth that needs no login of its own.
pub(super) fn login_auth(generator: &mut SchemaGenerator) -> Schema {
    let kinds = plain_auths(generator);
    tagged("an auth of a login", "How the login says who asks.", &kinds, &Map::new())
}

impl JsonSchema for Paginator {
    fn schema_name() -> Cow<'static, str> {
        "Paginator".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kinds = [
            ("auto", "The first answer tells how the list goes on.", Nothing::json_schema(generator)),
            ("single_page", "The answer is all there is.", Nothing::json_schema(generator)),
            ("page_number", "Pages are counted.", PageNumber::json_schema(generator)),
            ("offset", "Rows are counted.", Offset::json_schema(generator)),
            ("cursor", "Each answer holds the mark of the next.", Cursor::json_schema(generator)),
            (
                "header_link",
                "The header `Link` holds the URL of the next page.",
                HeaderLink::json_schema(generator),
            ),
            ("json_link", "The answer holds the URL of the next page.", JsonLink::json_schema(generator)),
        ];
        let paging = properties(&Paging::json_schema(generator));
        tagged("a paginator", "How the next page is asked for.", &kinds, &paging)
    }
}

/// A choice between the kinds: the word alone where a kind needs nothing else, or a map with `type`.
fn tagged<const N: usize>(
    title: &str,
    description: &str,
    kinds: &[Kind; N],
    shared: &Map<String, Value>,
) -> Schema {
    let short: Vec<&str> =
        kinds.iter().filter(|(_, _, of)| required(of).is_empty()).map(|kind| kind.0).collect();
    let mut choices = vec![json!({"type": "string", "enum": short})];
    choices.extend(kinds.iter().map(|kind| spelled_out(title, kind, shared)));
    json_schema!({"description": description, "oneOf": choices})
}

fn spelled_out(title: &str, (name, description, fields): &Kind, shared: &Map<String, Value>) -> Value {
    let mut all = Map::new();
    all.insert("type".into(), json!({"type": "string", "const": name}));
    all.extend(properties(fields));
    all.extend(shared.clone());
    let mut needed = vec![json!("type")];
    needed.extend(required(fields));
    json!({
        "type": "object",
        "title": format!("{title} of type `{name}`"),
        "description": description,
        "properties": all,
        "required": needed,
        "additionalProperties": false,
    })
}

fn properties(schema: &Schema) -> Map<String, Value> {
    schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
}

fn required(schema: &Schema) -> Vec<Value> {
    schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default()
}
