//! What of a document is sound: the tree without what the structure pass found fault with.
//!
//! Where something broken stood, a [`Content::Fault`] stands in the pruned tree, so that whoever reads on knows that
//! the author said something there and does not report what only follows from it.

use std::collections::HashSet;

use restload_diag::{Diagnostic, Part, Pointer};

use super::shape::{self, Kind, Shape};
use super::{unknown, walk};
use crate::document::{Content, Entry, Node};

/// Whether a spec is read on without a key, with a stand-in for what it says.
fn is_stood_in_for(map: &Pointer, key: &str) -> bool {
    let client = || map.segments().eq(["client"]);
    match key {
        "version" | "name" | "client" | "resources" => map.is_root(),
        "base_url" => client(),
        _ => false,
    }
}

/// The sound part of a tree.
pub(super) fn prune(root: &Node, faults: &[Diagnostic]) -> Node {
    let values = faults.iter().filter(|fault| fault.is_error() && fault.part == Part::Value);
    let pruning = Pruning { broken: values.map(|fault| &fault.at).filter(|at| !at.is_root()).collect() };
    pruning.value(root, shape::spec(), &Pointer::root())
}

struct Pruning<'f> {
    broken: HashSet<&'f Pointer>,
}

impl Pruning<'_> {
    fn value(&self, node: &Node, shape: &'static Shape, at: &Pointer) -> Node {
        let Some(kind) = walk::kind(node) else { return fault(node) };
        if self.broken.contains(at) {
            return fault(node);
        }
        let all = shape.alternatives();
        let mut fitting = all.iter().copied().filter(|shape| shape.kinds.takes(kind));
        let only = match kind {
            Kind::Object | Kind::Array => {
                let tag = node.child("type").and_then(Node::text);
                let tagged = all.iter().copied().find(|shape| tag.is_some() && shape.tag() == tag);
                tagged.or_else(|| fitting.find(|shape| shape.tag().is_none()))
            }
            _ => fitting.next(),
        };
        match (only, kind) {
            (None, _) => fault(node),
            (Some(shape), Kind::Object) => self.map(node, shape, at),
            (Some(shape), Kind::Array) => self.list(node, shape, at),
            (Some(_), _) => node.clone(),
        }
    }

    fn list(&self, node: &Node, shape: &'static Shape, at: &Pointer) -> Node {
        let Some(inner) = shape.items.as_deref() else { return node.clone() };
        let items = node.items().iter().enumerate();
        let items: Vec<Node> = items.map(|(n, item)| self.value(item, inner, &at.join(n))).collect();
        // A list of which an item is unknown says nothing that could be relied upon.
        if items.iter().any(is_fault) {
            return fault(node);
        }
        Node { content: Content::List(items), ..node.clone() }
    }

    fn map(&self, node: &Node, shape: &'static Shape, at: &Pointer) -> Node {
        let mut entries = Vec::new();
        for entry in node.entries() {
            if entry.key == Node::MERGED && is_fault(&entry.value) {
                entries.push(entry.clone());
                continue;
            }
            let Some(inner) = shape.property(&entry.key) else { continue };
            let value = self.value(&entry.value, inner, &at.join(&entry.key));
            entries.push(Entry { key: entry.key.clone(), key_span: entry.key_span.clone(), value });
        }
        for (entry, meant) in unknown::meant(node.entries(), shape) {
            if !entries.iter().any(|known| known.key == meant) {
                let value = fault(&entry.value);
                entries.push(Entry { key: meant.to_owned(), key_span: entry.key_span.clone(), value });
            }
        }
        let known = |key: &str| entries.iter().any(|entry| entry.key == key && !is_fault(&entry.value));
        let needs = |key: &&String| !is_stood_in_for(at, key);
        let one_of = shape.one_of_keys();
        let said = one_of.iter().filter(|key| known(key)).count();
        if !shape.required.iter().filter(needs).all(|key| known(key)) || (!one_of.is_empty() && said != 1) {
            return fault(node);
        }
        Node { content: Content::Map(entries.into()), ..node.clone() }
    }
}

fn is_fault(node: &Node) -> bool {
    node.content == Content::Fault
}

fn fault(node: &Node) -> Node {
    Node { content: Content::Fault, ..node.clone() }
}

#[cfg(test)]
mod tests {
    use restload_diag::Source;
    use serde_json::{Value, json};

    use super::*;
    use crate::Document;

    fn pruned(text: &str) -> Value {
        let (document, mut faults) = Document::parse(Source::new("a.yaml", text));
        faults.extend(super::super::check_structure(&document));
        prune(document.root(), &faults).to_value()
    }

    #[test]
    fn what_is_sound_stays_and_what_needs_something_broken_goes() {
        let text = "
version: 1
nmae: a
client: {base_url: 'https://a.example', concurrency: many, auth: {type: bearer}}
resources:
  notes: {path: notes, paginaton: single_page, params: {a: {}, b: 1}, primary_key: [id, 3]}
  5: {}
  users: 7
";
        let expected = json!({
            "version": 1,
            "client": {"base_url": "https://a.example"},
            "resources": {"notes": {"path": "notes", "params": {"b": 1}}},
        });
        assert_eq!(pruned(text), expected);
    }

    #[test]
    fn a_sound_tree_stays_as_it_is() {
        let text = "{version: 1, name: a, client: {base_url: x}, resources: {notes: {path: n, paginator: {type: offset, size: 2}, parent: {resource: b}}}}";
        let (document, _) = Document::parse(Source::new("a.yaml", text));
        assert_eq!(prune(document.root(), &[]), *document.root());
    }
}
