//! What may be written at the caret: keys, words and kinds of the language, names of the spec, fields of its samples.

mod holes;
mod item;
mod keys;
mod places;
mod values;

use restload_lint::rules;

use crate::outline::Caret;
use crate::scene::Scene;

pub(crate) use item::Item;
use item::{Insert, Sort};

/// What may be written at the caret.
pub(crate) fn complete(scene: &Scene<'_>, caret: &Caret, byte: usize) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(comment) = caret.comment {
        allowing(scene, comment, byte, &mut items);
        return items;
    }
    if let Some(value) = &caret.value
        && let Some(hole) = holes::hole(scene, caret, value, byte)
    {
        return holes::offered(scene, &hole);
    }
    if let Some(value) = &caret.value {
        values::offered(scene, caret, value, &mut items);
    }
    if let Some(key) = &caret.key {
        keys::offered(scene, caret, key, &mut items);
    }
    items
}

/// A whole spec, for a file that holds nothing yet.
pub(crate) fn skeleton(stem: Option<&str>, caret: usize) -> Item {
    let name = stem.unwrap_or("name");
    let text = format!(
        "version: 1\nname: {name}\ntitle: ${{1:title}}\ndocs: ${{2:https://}}\n\nclient:\n  base_url: ${{3:https://}}\n\n\
         resources:\n  ${{4:name}}:\n    path: ${{5:path}}\n    paginator: ${{6:single_page}}\n"
    );
    let doc = "One REST API as a set of tables.".to_owned();
    Item {
        doc: Some(doc),
        insert: Insert::Snippet(text),
        ..Item::new("restload spec", Sort::Snippet, caret..caret)
    }
}

/// Rules, in a comment that allows them.
fn allowing(scene: &Scene<'_>, comment: usize, byte: usize, items: &mut Vec<Item>) {
    let text = scene.text.as_str();
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let before = &text[comment..byte];
    let start = byte - (before.len() - before.trim_end_matches(is_part).len());
    let Some((_, open)) = text[comment..start].split_once("restload: allow(") else { return };
    if open.contains(')') {
        return;
    }
    let end = byte + (text[byte..].len() - text[byte..].trim_start_matches(is_part).len());
    for rule in rules().filter(|rule| rule.can_be_allowed()) {
        let item = Item::new(rule.name, Sort::Word, start..end);
        items.push(Item { detail: Some(rule.summary()), doc: Some(crate::explain::rule(rule)), ..item });
    }
}

/// The documentation of a resource, for a list of names.
fn resource_item(scene: &Scene<'_>, name: &str, span: std::ops::Range<usize>) -> Item {
    let node = scene.kin.resource(name);
    let path = node.and_then(|node| node.child("path")?.text()).map(str::to_owned);
    let doc = crate::explain::resource(scene.kin, None, name);
    Item { detail: path, doc, ..Item::new(name, Sort::Resource, span) }
}
