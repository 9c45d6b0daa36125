//! Which schemas a place of a document stands under.

use restload_diag::Pointer;

use crate::structure::shape::{self, Kind, Shape};
use crate::{Content, Document, Node};

/// A place: the schemas that its value may satisfy, and the value, where there is one.
#[derive(Clone, Debug)]
pub(crate) struct Place<'n> {
    values: Vec<&'static Shape>,
    node: Option<&'n Node>,
}

impl<'n> Place<'n> {
    /// The place of a whole spec.
    pub(crate) fn root(node: &'n Node) -> Self {
        Self { values: vec![shape::spec()], node: Some(node) }
    }

    /// The place that a pointer names.
    pub(super) fn find(document: &'n Document, at: &Pointer) -> Self {
        at.segments().fold(Self::root(document.root()), |place, segment| place.below(segment))
    }

    /// The schemas of the value, as they are written at its key.
    pub(super) fn values(&self) -> &[&'static Shape] {
        &self.values
    }

    /// The maps that may stand here: where one stands that says its `type`, only that kind.
    pub(crate) fn maps(&self) -> Vec<&'static Shape> {
        let alternatives = self.values.iter().flat_map(|shape| shape.alternatives());
        let all: Vec<_> = alternatives.filter(|shape| shape.kinds.takes(Kind::Object)).collect();
        let tag = self.node.and_then(|node| node.entry("type")).and_then(|entry| entry.value.text());
        let tagged: Vec<_> =
            all.iter().copied().filter(|shape| tag.is_some() && shape.tag() == tag).collect();
        if tagged.is_empty() { all } else { tagged }
    }

    /// The place of an entry, or of an item.
    pub(crate) fn below(&self, segment: &str) -> Self {
        let node = self.node.and_then(|node| node.child(segment));
        let content = self.node.map(|node| &node.content);
        let mut values: Vec<&'static Shape> = Vec::new();
        let mut add = |shape: &'static Shape| {
            if !values.contains(&shape) {
                values.push(shape);
            }
        };
        if !matches!(content, Some(Content::List(_))) {
            self.maps().iter().filter_map(|map| map.property(segment)).for_each(&mut add);
        }
        if !matches!(content, Some(Content::Map(_))) && segment.parse::<usize>().is_ok() {
            self.lists().iter().map(|list| list.item()).for_each(&mut add);
        }
        Self { values, node }
    }

    /// The lists that may stand here.
    fn lists(&self) -> Vec<&'static Shape> {
        let alternatives = self.values.iter().flat_map(|shape| shape.alternatives());
        alternatives.filter(|shape| shape.kinds.takes(Kind::Array)).collect()
    }
}

/// All maps with fixed keys: each before those that stand in it.
pub(super) fn closed_maps() -> Vec<&'static Shape> {
    let mut found = Vec::new();
    collect(shape::spec(), &mut found);
    found
}

fn collect(value: &'static Shape, found: &mut Vec<&'static Shape>) {
    for shape in value.alternatives() {
        if shape.kinds.takes(Kind::Array) {
            collect_inner(shape, shape.item(), found);
        }
        if !shape.kinds.takes(Kind::Object) {
            continue;
        }
        if let Some(free) = shape.free_value() {
            collect_inner(shape, free, found);
        } else if !found.iter().any(|known| known.title == shape.title) {
            // What is written out in two places has one name, and is one map.
            found.push(shape);
            shape.properties.values().for_each(|property| collect(property, found));
        }
    }
}

/// Goes on, unless a value of any shape is in a value of any shape.
fn collect_inner(outer: &'static Shape, inner: &'static Shape, found: &mut Vec<&'static Shape>) {
    if !std::ptr::eq(outer, inner) {
        collect(inner, found);
    }
}
