//! Keys that are not known: what was probably meant, and where the key belongs.

use std::collections::HashSet;

use restload_diag::{Diagnostic, Fix, Part, Pointer};

use super::mend::{self, Mend};
use super::shape::Shape;
use super::{shown, walk, words};
use crate::Document;
use crate::document::{Content, Entry, MAX_FAULTS, Node};
use crate::near::{LONGEST, nearest};

/// The map whose keys are looked at.
pub(super) struct Here<'d> {
    /// The document that it stands in.
    pub(super) document: &'d Document,
    /// Its place.
    pub(super) at: &'d Pointer,
    /// Whether an edit of it changes nothing else.
    pub(super) own: bool,
}

/// Reports the unknown keys of a map; gives the known ones that were probably meant.
pub(super) fn check_keys(
    here: &Here<'_>,
    entries: &[Entry],
    shape: &'static Shape,
    siblings: &[&'static Shape],
    faults: &mut Vec<Diagnostic>,
) -> Vec<&'static str> {
    let mut all_meant = Vec::new();
    let there = keys_of(entries, shape);
    let is_merge = |entry: &Entry| entry.key == Node::MERGED && entry.value.content == Content::Fault;
    let unknown = entries.iter().filter(|entry| shape.property(&entry.key).is_none() && !is_merge(entry));
    for entry in unknown.take(MAX_FAULTS) {
        let message = format!("{} is not a key of {}", shown(&entry.key), title(shape));
        let fault = Diagnostic::error("unknown-key", here.at.join(&entry.key), message).on(Part::Key);
        let near = meant_by(entry, &there, shape);
        // A second slip for one key is not mended to a key that is there twice.
        let fix =
            near.filter(|near| !all_meant.contains(near)).and_then(|near| fix(here, entry, shape, near));
        let words = words::of_place(title(shape), &entry.key).or(words::of_other_tools(&entry.key));
        let told = words.filter(|words| near.is_none_or(|near| *words != format!("it is called `{near}`")));
        faults.push(match fix {
            Some(fix) => Diagnostic { fix: Some(fix), help: told.map(str::to_owned), ..fault },
            None => fault.help(help(&entry.key, near, shape, siblings)),
        });
        all_meant.extend(near.filter(|near| !all_meant.contains(near)));
    }
    all_meant
}

/// The edit that renames a key to the one that is meant, where what stands under it is what belongs there.
fn fix(here: &Here<'_>, entry: &Entry, shape: &'static Shape, near: &'static str) -> Option<Fix> {
    let property = shape.property(near)?;
    let is_foreign = words::called(&entry.key) == Some(near);
    let fitting = if is_foreign {
        walk::fits(here.document, &entry.value, here.at.join(near), property)
    } else {
        let keys = shape.properties.keys().map(String::as_str);
        let kind = walk::kind(&entry.value)?;
        let is_theirs = words::of_other_tools(&entry.key).is_some();
        let takes = property.alternatives().iter().any(|shape| shape.kinds.takes(kind));
        takes && !is_theirs && mend::unmistakable(&entry.key, keys) == Some(near)
    };
    match mend::rename(here.document, entry.key_span.clone(), here.own, near) {
        Mend::Fix(fix) if fitting => Some(fix),
        _ => None,
    }
}

/// The key that was probably meant by an unknown one: one that is not there yet.
fn meant_by(entry: &Entry, there: &HashSet<&str>, shape: &'static Shape) -> Option<&'static str> {
    let free = shape.properties.keys().map(String::as_str).filter(|key| !there.contains(key));
    match words::called(&entry.key) {
        Some(called) => shape
            .properties
            .get_key_value(called)
            .map(|(key, _)| key.as_str())
            .filter(|key| !there.contains(key)),
        None => nearest(&entry.key, free),
    }
}

/// The unknown keys of a map with the keys that they probably stand for.
pub(super) fn meant<'e>(
    entries: &'e [Entry],
    shape: &'static Shape,
) -> impl Iterator<Item = (&'e Entry, &'static str)> {
    let unknown = entries.iter().filter(|entry| shape.property(&entry.key).is_none()).take(MAX_FAULTS);
    let there = keys_of(entries, shape);
    unknown.filter_map(move |entry| Some((entry, meant_by(entry, &there, shape)?)))
}

/// The known keys that a map has.
fn keys_of<'e>(entries: &'e [Entry], shape: &'static Shape) -> HashSet<&'e str> {
    let keys = entries.iter().map(|entry| entry.key.as_str());
    keys.filter(|key| shape.property(key).is_some()).collect()
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
    let keys: Vec<String> = shape.properties.keys().map(|key| format!("`{key}`")).collect();
    let all =
        || format!("the {} of {} {} {}", plural("key", &keys), title(shape), are(&keys), keys.join(", "));
    if key.len() > LONGEST {
        return all();
    }
    let kinds = siblings.iter().filter(|sibling| sibling.properties.contains_key(key));
    let kinds: Vec<String> = kinds.filter_map(|kind| kind.tag()).map(|tag| format!("`{tag}`")).collect();
    if !kinds.is_empty() {
        return format!("{} is a key of the {} {}", shown(key), plural("type", &kinds), kinds.join(", "));
    }
    if let Some(places) = places(key, title(shape)) {
        return format!("{} is a key of {places}: move it there", shown(key));
    }
    all()
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
