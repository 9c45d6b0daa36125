//! The JSON Schema of a spec: as the structure pass walks it, and as editors read it.

mod choice;
mod editor;
mod explain;
mod prose;
mod split;

pub use editor::editor_schema;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::spec::{NOT_IN_DEFAULTS, Spec};

/// The JSON Schema (draft 2020-12) of a spec, in the few keywords that the structure pass knows. Doc comments stand in
/// it as they are written. Editors get [`editor_schema`], which says the same.
pub fn json_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Spec>().to_value();
    tidy(&mut schema);
    if let Some(properties) = schema.pointer_mut("/$defs/Resource/properties").and_then(Value::as_object_mut)
    {
        let resettable = |key: &String| key == "table" || !NOT_IN_DEFAULTS.contains(&key.as_str());
        properties
            .iter_mut()
            .filter(|(key, _)| resettable(key))
            .for_each(|(_, property)| allow_null(property));
    }
    schema
}

/// Takes out what the generator says of Rust and not of the language: defaults and nulls of options, and the widths
/// of integers, which become bounds.
fn tidy(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else {
        schema.as_array_mut().into_iter().flatten().for_each(tidy);
        return;
    };
    object.remove("default");
    bound(object);
    for key in ["properties", "$defs"] {
        if let Some(named) = object.get_mut(key).and_then(Value::as_object_mut) {
            for shape in named.values_mut() {
                refuse_null(shape);
                tidy(shape);
            }
        }
    }
    for key in ["items", "additionalProperties", "propertyNames", "oneOf", "anyOf"] {
        if let Some(inner) = object.get_mut(key) {
            tidy(inner);
        }
    }
}

/// Replaces the name of an integer's width by its bounds.
fn bound(object: &mut Map<String, Value>) {
    let Some(format) = object.remove("format") else { return };
    let (least, most) = match format.as_str() {
        Some("uint16") => (json!(0), json!(u16::MAX)),
        Some("uint32") => (json!(0), json!(u32::MAX)),
        Some("uint64") => (json!(0), json!(u64::MAX)),
        Some("int64") => (json!(i64::MIN), json!(i64::MAX)),
        _ => {
            object.insert("format".into(), format);
            return;
        }
    };
    object.entry("minimum").or_insert(least);
    object.entry("maximum").or_insert(most);
}

/// A key that is there has a value: what is optional may be left out, not left empty.
fn refuse_null(shape: &mut Value) {
    let Some(object) = shape.as_object_mut() else { return };
    if let Some(kinds) = object.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(choices) = object.get_mut("enum").and_then(Value::as_array_mut) {
        choices.retain(|choice| !choice.is_null());
    }
    let null = json!({"type": "null"});
    if let Some(choices) = object.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| *choice != null);
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            object.extend(only.into_iter().filter(|(key, _)| key != "description"));
        }
    }
}

/// A key of a resource may be null: that resets what `defaults` says.
fn allow_null(shape: &mut Value) {
    let Some(object) = shape.as_object_mut() else { return };
    if let Some(reference) = object.remove("$ref") {
        object.insert("anyOf".into(), json!([{"$ref": reference}, {"type": "null"}]));
        return;
    }
    if let Some(choices) = object.get_mut("oneOf").and_then(Value::as_array_mut) {
        choices.push(json!({"type": "null"}));
        return;
    }
    match object.get_mut("type") {
        Some(Value::Array(kinds)) => kinds.push(json!("null")),
        Some(kind) => *kind = json!([kind.clone(), "null"]),
        None => {}
    }
    if let Some(choices) = object.get_mut("enum").and_then(Value::as_array_mut) {
        choices.push(Value::Null);
    }
}
