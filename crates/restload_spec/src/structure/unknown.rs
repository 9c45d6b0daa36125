//! Keys that are not known: what was probably meant, and where the key belongs.

use restload_diag::{Diagnostic, Part, Pointer};

use super::shape::Shape;
use super::{shown, words};
use crate::document::Entry;
use crate::near::nearest;

/// Reports the unknown keys of a map; gives the known ones that were probably meant.
pub(super) fn check_keys(
    entries: &[Entry],
    shape: &'static Shape,
    siblings: &[&'static Shape],
    at: &Pointer,
    faults: &mut Vec<Diagnostic>,
) -> Vec<&'static str> {
    let mut meant = Vec::new();
    let free: Vec<&str> =
        shape.properties.keys().map(String::as_str).filter(|key| !has(entries, key)).collect();
    for entry in entries {
        if shape.property(&entry.key).is_some() {
            continue;
        }
        let near = nearest(&entry.key, free.iter().copied());
        meant.extend(near);
        let message = format!("{} is not a key of {}", shown(&entry.key), title(shape));
        let fault = Diagnostic::error("unknown-key", at.join(&entry.key), message).on(Part::Key);
        faults.push(fault.help(help(&entry.key, near, shape, siblings)));
    }
    meant
}

/// The unknown keys of a map with the keys that they probably stand for.
pub(super) fn meant<'e>(
    entries: &'e [Entry],
    shape: &'static Shape,
) -> impl Iterator<Item = (&'e Entry, &'static str)> {
    let unknown = entries.iter().filter(|entry| shape.property(&entry.key).is_none());
    unknown.filter_map(move |entry| {
        let free = shape.properties.keys().map(String::as_str).filter(|key| !has(entries, key));
        let called = || words::called(&entry.key).filter(|key| shape.properties.contains_key(*key));
        Some((entry, called().or_else(|| nearest(&entry.key, free))?))
    })
}

fn has(entries: &[Entry], key: &str) -> bool {
    entries.iter().any(|entry| entry.key == key)
}

/// What a map is called.
pub(super) fn title(shape: &Shape) -> &str {
    shape.title.as_deref().unwrap_or("this map")
}

fn help(key: &str, near: Option<&str>, shape: &Shape, siblings: &[&'static Shape]) -> String {
    if let Some(help) = words::of_place(title(shape), key).or(words::of_other_tools(key)) {
        return help.to_owned();
    }
    if let Some(near) = near {
        return format!("did you mean `{near}`?");
    }
    let kinds = siblings.iter().filter(|sibling| sibling.properties.contains_key(key));
    let kinds: Vec<String> = kinds.filter_map(|kind| kind.tag()).map(|tag| format!("`{tag}`")).collect();
    if !kinds.is_empty() {
        return format!("{} is a key of the {} {}", shown(key), plural("type", &kinds), kinds.join(", "));
    }
    if let Some(places) = places(key, title(shape)) {
        return format!("{} is a key of {places}: move it there", shown(key));
    }
    let keys: Vec<String> = shape.properties.keys().map(|key| format!("`{key}`")).collect();
    format!("the {} of {} {} {}", plural("key", &keys), title(shape), are(&keys), keys.join(", "))
}

fn plural(word: &str, of: &[String]) -> String {
    if of.len() == 1 { word.to_owned() } else { format!("{word}s") }
}

fn are(of: &[String]) -> &'static str {
    if of.len() == 1 { "is" } else { "are" }
}

/// The maps that have a key, the first two of them.
fn places(key: &str, here: &str) -> Option<String> {
    let mut titles: Vec<&str> =
        Shape::closed_maps().filter(|map| map.properties.contains_key(key)).map(title).collect();
    // What is a key of a resource is meant as one, whatever else has a key of that name.
    if let Some(resource) = titles.iter().position(|title| *title == "a resource") {
        let in_defaults = titles.contains(&"`defaults`") && !here.starts_with("`defaults`");
        return Some(format!("{}{}", titles[resource], if in_defaults { " or of `defaults`" } else { "" }));
    }
    // A key of all paginators is said of them together.
    if titles.len() > 2 && titles.iter().all(|title| title.starts_with("a paginator")) {
        return Some("a paginator".to_owned());
    }
    titles.truncate(2);
    (!titles.is_empty()).then(|| titles.join(" or "))
}
