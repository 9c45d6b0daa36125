//! `schema/restload.schema.json`: the JSON Schema of a spec, for editors.

use serde_json::{Map, Value};

use super::COMMAND;

/// The schema's file, which says in its first lines where it comes from.
pub(super) fn schema() -> String {
    let mut file = Map::new();
    file.insert(
        "$comment".into(),
        format!("Made by `{COMMAND}` from the types of the spec; do not edit.").into(),
    );
    if let Value::Object(schema) = restload_spec::editor_schema() {
        file.extend(schema);
    }
    format!("{:#}\n", Value::Object(file))
}
