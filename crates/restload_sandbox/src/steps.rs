//! Places within a JSON value: where something stands, and putting something there.

use std::collections::HashMap;

use restload_spec::Step;
use serde_json::{Map, Value};

/// The way to one place; made of keys and indices only.
pub(crate) type At = Vec<Step>;

/// Where values that were selected in `root` stand in it, each in turn.
pub(crate) fn locate(root: &Value, selected: &[&Value]) -> Vec<At> {
    let mut places = HashMap::new();
    let wanted: Vec<*const Value> = selected.iter().map(|value| std::ptr::from_ref(*value)).collect();
    visit(root, &mut Vec::new(), &mut |value, at| {
        if wanted.contains(&std::ptr::from_ref(value)) {
            places.insert(std::ptr::from_ref(value), at.to_vec());
        }
    });
    wanted.iter().filter_map(|value| places.get(value).cloned()).collect()
}

/// Calls `see` for a value and all in it, outermost first, in document order.
pub(crate) fn visit<'v>(value: &'v Value, at: &mut At, see: &mut impl FnMut(&'v Value, &[Step])) {
    see(value, at);
    let mut below = |step: Step, child: &'v Value| {
        at.push(step);
        visit(child, at, see);
        at.pop();
    };
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| below(Step::Index(index), item));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| below(Step::Key(name.clone()), field));
        }
        _ => {}
    }
}

/// What stands at a place.
pub(crate) fn get<'v>(root: &'v Value, at: &[Step]) -> Option<&'v Value> {
    at.iter().try_fold(root, |value, step| match step {
        Step::Key(name) => value.as_object()?.get(name),
        Step::Index(index) => value.as_array()?.get(*index),
        Step::Wildcard => None,
    })
}

/// Puts a value at a place. What is missing on the way is made; what is no object or list gives way to one.
pub(crate) fn put(root: &mut Value, at: &[Step], new: Value) {
    let Some((step, rest)) = at.split_first() else {
        *root = new;
        return;
    };
    match step {
        Step::Key(name) => {
            if !root.is_object() {
                *root = Value::Object(Map::new());
            }
            if let Value::Object(fields) = root {
                put(fields.entry(name.clone()).or_insert(Value::Null), rest, new);
            }
        }
        Step::Index(index) => {
            if !root.is_array() {
                *root = Value::Array(Vec::new());
            }
            if let Value::Array(items) = root {
                if items.len() <= *index {
                    items.resize(*index + 1, Value::Null);
                }
                put(&mut items[*index], rest, new);
            }
        }
        Step::Wildcard => {}
    }
}

/// A path that leads through keys and indices only.
pub(crate) fn plain(steps: Option<&[Step]>) -> Option<At> {
    steps.filter(|steps| !steps.contains(&Step::Wildcard)).map(<[Step]>::to_vec)
}

/// The text of a scalar as a URL or a form holds it; of anything else its JSON.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The texts of a value as repeated parameters hold them.
pub(crate) fn texts_of(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(text_of).collect(),
        one => vec![text_of(one)],
    }
}

#[cfg(test)]
mod tests {
    use restload_spec::Path;
    use serde_json::json;

    use super::*;

    fn key(name: &str) -> Step {
        Step::Key(name.to_owned())
    }

    #[test]
    fn what_a_filter_selects_is_located() {
        let body = json!({"links": [{"rel": "self", "href": "a"}, {"rel": "next", "href": "b"}]});
        let path = Path::parse("$.links[?@.rel == 'next'].href").unwrap();
        assert_eq!(locate(&body, &path.select(&body)), [vec![key("links"), Step::Index(1), key("href")]]);
    }

    #[test]
    fn what_is_missing_on_the_way_is_made() {
        let mut body = json!({"meta": null, "rows": []});
        put(&mut body, &[key("meta"), key("page"), key("next")], json!(2));
        put(&mut body, &[key("rows"), Step::Index(1)], json!(true));
        assert_eq!(body, json!({"meta": {"page": {"next": 2}}, "rows": [null, true]}));
    }
}
