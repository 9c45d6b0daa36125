//! Kinds that are told apart by `type`: a table of them, the keys of each, and the keys that all have.

use serde_json::Value;

use super::super::markdown::Page;
use super::{Part, default, keys, map, meaning};

/// Writes a choice of kinds.
pub(super) fn write(page: &mut Page, shape: &Value, part: &Part) {
    let choices: Vec<&Value> = shape["oneOf"].as_array().into_iter().flatten().collect();
    let kinds: Vec<&Value> = choices.iter().copied().filter(|choice| tag(choice).is_some()).collect();
    let titles: Vec<String> =
        kinds.iter().filter_map(|kind| tag(kind)).map(|tag| format!("`{tag}`")).collect();
    let rows: Vec<[String; 3]> = kinds
        .iter()
        .zip(&titles)
        .map(|(kind, title)| [title.clone(), meaning(kind).to_owned(), own_keys_in_short(kind, &kinds)])
        .collect();
    page.table(["`type`", "meaning", "keys of its own (default)"], &rows);
    page.block(&short_form(&choices));
    for (kind, title) in kinds.iter().zip(&titles) {
        let own = own_keys(kind, &kinds);
        if !own.is_empty() {
            page.heading(3, &format!("Keys of {title}"));
            map::write_keys(page, kind, &own, part, 4);
        }
    }
    if let Some(first) = kinds.first()
        && shared_keys(first, &kinds).next().is_some()
    {
        page.heading(3, "Keys of all kinds");
        map::write_keys(page, first, &shared_keys(first, &kinds).collect::<Vec<_>>(), part, 4);
    }
}

/// The word in `type` by which a kind is told apart.
fn tag(kind: &Value) -> Option<&str> {
    kind["properties"]["type"]["const"].as_str()
}

fn is_shared(name: &str, key: &Value, kinds: &[&Value]) -> bool {
    kinds.iter().all(|kind| kind["properties"].get(name) == Some(key))
}

fn own_keys<'k>(kind: &'k Value, kinds: &[&Value]) -> Vec<(&'k String, &'k Value)> {
    keys(kind).filter(|(name, key)| *name != "type" && !is_shared(name, key, kinds)).collect()
}

fn shared_keys<'k>(kind: &'k Value, kinds: &[&Value]) -> impl Iterator<Item = (&'k String, &'k Value)> {
    keys(kind).filter(|(name, key)| is_shared(name, key, kinds))
}

/// The keys that only this kind has, each with its default or with what it is required to be.
fn own_keys_in_short(kind: &Value, kinds: &[&Value]) -> String {
    let one = |(name, key): (&String, &Value)| match default(key) {
        Some(default) => format!("`{name}` ({default})"),
        None => format!("`{name}`"),
    };
    own_keys(kind, kinds).into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Which kinds may be written as their word alone.
fn short_form(choices: &[&Value]) -> String {
    let words: Vec<String> = choices
        .iter()
        .filter(|choice| choice["type"] == "string")
        .flat_map(|choice| choice["enum"].as_array().into_iter().flatten())
        .filter_map(|word| Some(format!("`{}`", word.as_str()?)))
        .collect();
    match words.split_last() {
        None => String::new(),
        Some((word, [])) => format!("{word} may stand alone, without `type:`."),
        Some((last, others)) => {
            format!("The words {} and {last} may stand alone, without `type:`.", others.join(", "))
        }
    }
}
