//! What is shown over a place: the documentation of a key or a kind, what a template reads.

use std::ops::Range;

use restload_diag::{Part, Pointer};
use restload_spec::{Document, Grammar, Hole, Scope, Scopes, Template};
use serde_json::Value;

use crate::scene::Scene;
use crate::spot::{self, Spot};
use crate::{explain, kin, mentions, rows};

/// What is shown over a byte, as Markdown, and the bytes that it is about.
pub(crate) fn hover(scene: &Scene<'_>, byte: usize) -> Option<(String, Range<usize>)> {
    let document = scene.document;
    let spot = spot::spot(document, byte)?;
    if spot.part == Part::Key {
        return Some((key(scene, &spot.at)?, spot.span));
    }
    if let Some((template, hole, span)) = spot::hole(document, &spot, byte) {
        return Some((read_by(scene, &spot.at, &template, &hole), span));
    }
    if let Some(found) = helper(scene.text.as_str(), &spot, byte) {
        return Some(found);
    }
    Some((value(scene, &spot)?, spot.span))
}

/// A key, or a name that the author chose.
fn key(scene: &Scene<'_>, at: &Pointer) -> Option<String> {
    let document = scene.document;
    let segments: Vec<&str> = at.segments().collect();
    match segments.as_slice() {
        ["inputs", name] => Some(explain::input(name, document.get(at)?)),
        ["resources", name] => explain::resource(scene.kin, scene.known, name),
        ["resources", name, "columns", column] => Some(explain::field(scene.known, name, &[*column])),
        ["lint", name] => restload_lint::rule(name).map(explain::rule),
        _ => match explain::facts_of_key(document, at) {
            Some(facts) => Some(explain::key(&facts)),
            None => doc_above(document, at),
        },
    }
}

/// A value that is no template.
fn value(scene: &Scene<'_>, spot: &Spot<'_>) -> Option<String> {
    let (document, at) = (scene.document, &spot.at);
    let text = spot.node.text();
    if let Some(name) = text.filter(|_| mentions::is_parent(at)) {
        return explain::resource(scene.kin, scene.known, name);
    }
    let kinds_at = if at.last() == Some("type") { at.parent()? } else { at.clone() };
    let kinds = Grammar::value_at(document, &kinds_at).map(|facts| facts.maps).unwrap_or_default();
    if let Some(kind) = kinds.iter().find(|kind| kind.tag().is_some() && kind.tag() == text) {
        return Some(format!("**`{}`**\n\n{}", text.unwrap_or_default(), explain::kind(*kind)));
    }
    let facts = Grammar::value_at(document, at)?;
    if let Some(word) = facts.words.iter().find(|word| Some(word.text) == text && !word.doc.is_empty()) {
        return Some(format!("**`{}`**\n\n{}", word.text, word.doc));
    }
    let mut said = doc_above(document, at)?;
    if at.last() == Some("data_selector")
        && let Some(name) = kin::resource_at(at)
        && let Some(sample) = scene.known.and_then(|known| known.sample(name))
    {
        said.push_str("\n\n");
        said.push_str(&explain::sampled(&sample));
    }
    Some(said)
}

/// The documentation of the nearest key of the language at or above a place.
fn doc_above(document: &Document, at: &Pointer) -> Option<String> {
    let mut at = at.clone();
    // Names of resources and inputs are no keys: nothing above them is about what is in them.
    while at.segments().len() > 2 || !matches!(at.segments().next(), Some("resources" | "inputs" | "lint")) {
        if let Some(facts) = explain::facts_of_key(document, &at) {
            return Some(explain::key(&facts));
        }
        at = at.parent().filter(|above| !above.is_root())?;
    }
    None
}

/// What a hole reads: its declaration, or values of the sample.
fn read_by(scene: &Scene<'_>, at: &Pointer, template: &Template, hole: &Hole) -> String {
    let (document, known) = (scene.document, scene.known);
    let resource = kin::resource_at(at);
    let path: Vec<&str> = hole.path.iter().map(String::as_str).collect();
    let said = match (hole.scope, path.as_slice()) {
        (Scope::Inputs, [name, ..]) => kin::inputs(document)
            .find(|(known, _)| known == name)
            .map(|(name, node)| explain::input(name, node)),
        (Scope::Parent | Scope::Batch, path) => resource
            .and_then(|name| scene.kin.parent(name))
            .filter(|_| !path.is_empty())
            .map(|parent| explain::field(known, parent, path)),
        (Scope::Resources, [name, path @ ..]) => Some(explain::field(known, name, path)),
        (Scope::Row, path) => resource.map(|name| explain::field(known, name, path)),
        (Scope::Each, [name, ..]) => resource
            .and_then(|resource| scene.kin.each(resource).into_iter().find(|(each, _)| each == name))
            .and_then(|(_, at)| Some((document.get(&at)?.to_value(), at)))
            .map(|(value, at)| {
                format!("`{name}` of `{at}`\n\none walk for each of `{}`", rows::example(&[*name], &value))
            }),
        _ => None,
    };
    let mut said = said.unwrap_or_else(|| explain::scope(hole.scope).to_owned());
    if let Some(rendered) = rendered(scene, resource, template) {
        said.push_str("\n\nWith the first row of the sample: `");
        said.push_str(&rendered);
        said.push('`');
    }
    said
}

/// What a template renders to with the first rows of the samples; nothing where it reads anything else, or a field that
/// may be a secret.
fn rendered(scene: &Scene<'_>, resource: Option<&str>, template: &Template) -> Option<String> {
    if template.sole_hole().is_some() {
        return None;
    }
    let (resource, known) = (resource?, scene.known?);
    let parent = scene.kin.parent(resource);
    let line = [resource].into_iter().chain(scene.kin.ancestors(resource));
    let samples: Vec<_> = line.filter_map(|name| known.sample(name).map(|sample| (name, sample))).collect();
    let firsts: Vec<(&str, &Value)> =
        samples.iter().filter_map(|(name, sample)| sample.rows.first().map(|row| (*name, row))).collect();
    let first = |name: &str| firsts.iter().find(|(known, _)| *known == name).map(|(_, row)| *row);
    let (of_row, parent) = (first(resource), parent.and_then(first));
    for hole in template.holes() {
        let (row, path) = match hole.scope {
            Scope::Parent => (parent?, hole.path.as_slice()),
            Scope::Row => (of_row?, hole.path.as_slice()),
            Scope::Resources => {
                let (name, path) = hole.path.split_first()?;
                (first(name)?, path)
            }
            _ => return None,
        };
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        if rows::examples([row], &path).iter().any(|example| example.contains("***")) {
            return None;
        }
    }
    let scopes = Scopes { parent, row: of_row, resources: &firsts, ..Scopes::default() };
    let value = template.render(&scopes, restload_spec::Escape::None).ok()?.value;
    Some(rows::shortened(value.as_str()?).replace(['\n', '`'], " "))
}

/// A helper of a template, at a byte of the text.
fn helper(text: &str, spot: &Spot<'_>, byte: usize) -> Option<(String, Range<usize>)> {
    let is_part = |character: char| character.is_ascii_alphanumeric();
    let start = byte - (text[..byte].len() - text[..byte].trim_end_matches(is_part).len());
    let end = byte + (text[byte..].len() - text[byte..].trim_start_matches(is_part).len());
    let before = text.get(spot.span.start..start)?.trim_end();
    let in_hole = before.rfind("{{").is_some_and(|open| !before[open..].contains("}}"));
    let is_first = before.ends_with(['{', '(']);
    let (name, usage, doc) =
        explain::HELPERS.iter().find(|(name, _, _)| in_hole && is_first && *name == &text[start..end])?;
    Some((format!("**`{name} {usage}`**\n\n{doc}"), start..end))
}
