//! Values that are a map with keys or something else, written as a choice: an editor then knows which keys go with
//! which, and does not take the value for a map.

use serde_json::{Map, Value, json};

/// Keywords that speak of maps alone.
const OF_MAPS: [&str; 6] =
    ["properties", "additionalProperties", "required", "minProperties", "maxProperties", "propertyNames"];

/// Keywords that explain the value, whatever it is.
const OF_ALL: [&str; 2] = ["title", "description"];

/// Splits all that are to be split in a schema.
pub(super) fn split(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            keywords.values_mut().for_each(split);
            split_one(keywords);
        }
        Value::Array(items) => items.iter_mut().for_each(split),
        _ => {}
    }
}

fn split_one(keywords: &mut Map<String, Value>) {
    let Some(kinds) = keywords.get("type").and_then(Value::as_array) else { return };
    let others: Vec<Value> = kinds.iter().filter(|kind| *kind != "object").cloned().collect();
    if others.len() == kinds.len() || !keywords.contains_key("properties") {
        return;
    }
    let (mut map, mut other) = (Map::new(), Map::new());
    map.insert("type".into(), "object".into());
    other.insert("type".into(), if let [only] = others.as_slice() { only.clone() } else { others.into() });
    let mut both = Map::new();
    for (keyword, value) in std::mem::take(keywords) {
        let side = match keyword.as_str() {
            "type" => continue,
            keyword if OF_ALL.contains(&keyword) => &mut both,
            keyword if OF_MAPS.contains(&keyword) => &mut map,
            _ => &mut other,
        };
        side.insert(keyword, value);
    }
    both.insert("oneOf".into(), json!([map, other]));
    *keywords = both;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_or_a_map_with_keys_is_split() {
        let mut schema = json!({"properties": {"a": {
            "title": "a place", "type": ["string", "object"], "minLength": 1,
            "properties": {"header": {"type": "string"}}, "maxProperties": 1,
        }}});
        split(&mut schema);
        let expected = json!({"properties": {"a": {"title": "a place", "oneOf": [
            {"type": "object", "properties": {"header": {"type": "string"}}, "maxProperties": 1},
            {"type": "string", "minLength": 1},
        ]}}});
        assert_eq!(schema, expected);
    }

    #[test]
    fn a_map_without_keys_of_its_own_and_a_map_alone_stay() {
        for schema in [
            json!({"type": ["object", "null"], "additionalProperties": {}}),
            json!({"type": "object", "properties": {"type": {"type": "string"}}}),
        ] {
            let mut same = schema.clone();
            split(&mut same);
            assert_eq!(same, schema);
        }
    }
}
