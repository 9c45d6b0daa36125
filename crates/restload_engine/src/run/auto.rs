//! `data_selector: auto`: where the rows of an answer are, found out on the first one.

use restload_spec::Path;
use restload_spec::plan::ResourcePlan;
use restload_table::{Items, Kind, Outline, outline};

use super::fault::{self, Fault};

/// Chooses by the rules of the language: an array gives its items; an object that has exactly one array of objects in its
/// first two levels gives that array; an object of a path that ends in a hole is one row. Else the candidates are listed.
pub(crate) fn choose(resource: &ResourcePlan, body: &[u8]) -> Result<Path, Fault> {
    let outline = outline(body).map_err(|error| fault::decode(resource, body, &error))?;
    if matches!(outline.kind, Kind::Array { .. }) {
        return Ok(Path::root());
    }
    let candidates = candidates(&outline);
    if let [one] = candidates.as_slice() {
        return Path::parse(one)
            .map_err(|error| fault::selector(resource, "selector-ambiguous", error.to_string(), &outline));
    }
    if candidates.is_empty() && matches!(outline.kind, Kind::Object { .. }) && resource.ends_in_hole() {
        return Ok(Path::root());
    }
    let message = if candidates.is_empty() {
        "no list of objects is in the first two levels of the answer".to_owned()
    } else {
        format!("the answer has {} lists that could be the rows: {}", candidates.len(), candidates.join(", "))
    };
    let rule = if candidates.is_empty() { "selector-matches-nothing" } else { "selector-ambiguous" };
    Err(fault::selector(resource, rule, message, &outline))
}

/// Paths of the lists that may be rows: of objects, or empty. Those that are not empty come first.
pub(crate) fn candidates(outline: &Outline) -> Vec<String> {
    let may_be_rows =
        |outline: &Outline| matches!(outline.kind, Kind::Array { of: Items::Objects | Items::None, .. });
    let mut paths: Vec<(bool, String)> = Vec::new();
    for member in &outline.members {
        let path = key_path("$", &member.name);
        if may_be_rows(&member.outline) {
            paths.push((!member.outline.is_rows(), path.clone()));
        }
        let inner = member.outline.members.iter().filter(|inner| may_be_rows(&inner.outline));
        paths.extend(inner.map(|inner| (!inner.outline.is_rows(), key_path(&path, &inner.name))));
    }
    paths.sort_by_key(|(empty, _)| *empty);
    paths.into_iter().map(|(_, path)| short(&path)).collect()
}

fn key_path(above: &str, name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain {
        format!("{above}.{name}")
    } else {
        format!("{above}['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

fn short(path: &str) -> String {
    match path.strip_prefix("$.") {
        Some(short) if !path.contains('[') => short.to_owned(),
        _ => path.to_owned(),
    }
}
