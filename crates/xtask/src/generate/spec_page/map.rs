//! A map with named keys: a table to look over, then a section a key.

use serde_json::Value;

use super::super::markdown::{Page, uncapitalized};
use super::{Part, default, example, example_of, keys, takes, told};

/// Writes the keys of a map.
pub(super) fn write(page: &mut Page, shape: &Value, part: &Part, level: usize) {
    write_keys(page, shape, &keys(shape).collect::<Vec<_>>(), part, level);
}

/// Writes some keys of a map.
pub(super) fn write_keys(
    page: &mut Page,
    shape: &Value,
    keys: &[(&String, &Value)],
    part: &Part,
    level: usize,
) {
    let titles: Vec<String> = keys.iter().map(|(name, _)| format!("`{name}`")).collect();
    let anchors = page.anchors_of(&titles);
    let rows: Vec<[String; 3]> = keys
        .iter()
        .zip(&anchors)
        .map(|((name, key), anchor)| {
            [format!("[`{name}`](#{anchor})"), takes::takes(key), when_left_out(shape, name, key)]
        })
        .collect();
    page.table(["key", "takes", "default"], &rows);
    for ((name, key), title) in keys.iter().zip(&titles) {
        page.heading(level, title);
        page.block(told(key));
        page.block(&words(key));
        if let Some(example) = example_of(key) {
            page.block(&example::block(part, name, example));
        }
    }
}

/// Names the keys that a resource has and `defaults` has not.
pub(super) fn write_difference(page: &mut Page, shape: &Value, resource: &Value) {
    let own: Vec<String> = keys(resource)
        .filter(|(name, _)| shape["properties"].get(name.as_str()).is_none())
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let (last, others) = own
        .split_last()
        .map_or((String::new(), String::new()), |(last, others)| (last.clone(), others.join(", ")));
    page.block(&format!("It has the keys of [a resource](#a-resource) but for {others} and {last}."));
}

fn when_left_out(shape: &Value, name: &str, key: &Value) -> String {
    let required = shape["required"].as_array().is_some_and(|names| names.iter().any(|own| own == name));
    if required { "required".to_owned() } else { default(key).unwrap_or_default().to_owned() }
}

/// The words that a key takes, where each has a meaning of its own.
fn words(key: &Value) -> String {
    let choices = key["oneOf"].as_array().into_iter().flatten();
    choices
        .filter_map(|choice| {
            let (word, meaning) = (choice["const"].as_str()?, choice["description"].as_str()?);
            Some(format!("- `{word}`: {}\n", uncapitalized(meaning)))
        })
        .collect()
}
