//! Which maps are out of the order of the reference, and how they come into it.

use crate::grammar::Place;
use crate::structure::shape::Shape;
use crate::{Content, Node};

/// A map whose entries are to change places.
#[derive(Clone, Debug)]
pub(super) struct Unsorted<'n> {
    /// The map.
    pub(super) node: &'n Node,
    /// Its entries, by their present index, in the order in which they belong.
    pub(super) order: Vec<usize>,
}

/// The maps with keys of the language that do not stand in the order of the reference, outer ones first.
pub(super) fn unsorted(root: &Node) -> Vec<Unsorted<'_>> {
    let mut found = Vec::new();
    collect(&Place::root(root), root, &mut found);
    found
}

fn collect<'n>(place: &Place<'n>, node: &'n Node, found: &mut Vec<Unsorted<'n>>) {
    // What an alias stands for is laid out where it is written.
    if node.alias.is_some() {
        return;
    }
    match &node.content {
        Content::Map(entries) => {
            if let [kind] = place.maps().as_slice()
                && let Some(order) = order(kind, node)
            {
                found.push(Unsorted { node, order });
            }
            for entry in entries {
                collect(&place.below(&entry.key), &entry.value, found);
            }
        }
        Content::List(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(&place.below(&index.to_string()), item, found);
            }
        }
        _ => {}
    }
}

/// The order of a map's entries, where it is not the one that they have. A key that the language does not know stays
/// behind the key that it stands behind.
fn order(kind: &'static Shape, node: &Node) -> Option<Vec<usize>> {
    let mut rank = 0;
    let ranks: Vec<usize> = node
        .entries()
        .iter()
        .map(|entry| {
            rank = kind.properties.get_index_of(&entry.key).map_or(rank, |index| index + 1);
            rank
        })
        .collect();
    let mut order: Vec<usize> = (0..ranks.len()).collect();
    order.sort_by_key(|index| ranks[*index]);
    (!order.is_sorted()).then_some(order)
}
