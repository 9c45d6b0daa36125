//! Aliases and the anchors that have to stand before them.

use super::order::Unsorted;
use crate::Node;

/// Where the aliases of a document stand, and where the values that they stand for.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    /// The start of an alias and of its value, in the order of the aliases.
    places: Vec<(usize, usize)>,
}

impl Aliases {
    /// The aliases of a document.
    pub(super) fn of(root: &Node) -> Self {
        let mut aliases = Self::default();
        aliases.collect(root);
        aliases.places.sort_unstable();
        aliases
    }

    fn collect(&mut self, node: &Node) {
        match &node.alias {
            Some(alias) => self.places.push((alias.start, node.span.start)),
            None => {
                node.entries().iter().for_each(|entry| self.collect(&entry.value));
                node.items().iter().for_each(|item| self.collect(item));
            }
        }
    }

    /// Whether each alias in a map still stands behind its anchor once the map's entries have changed places.
    pub(super) fn stay_behind_their_anchors(&self, map: &Unsorted<'_>) -> bool {
        let entries = map.node.entries();
        let Some(first) = entries.first() else { return true };
        let start = first.key_span.start;
        let mut places = vec![0; entries.len()];
        map.order.iter().enumerate().for_each(|(place, index)| places[*index] = place);
        // The last entry that begins before a byte holds it, if the map does.
        let index = |at: usize| entries.partition_point(|entry| entry.key_span.start <= at).checked_sub(1);
        let inside = self.places.partition_point(|(alias, _)| *alias < start);
        let inside = self.places[inside..].iter().take_while(|(alias, _)| *alias < map.node.span.end);
        inside.clone().filter(|(_, anchored)| *anchored >= start).all(|(alias, anchored)| {
            match (index(*anchored), index(*alias)) {
                (Some(anchored), Some(alias)) => anchored == alias || places[anchored] < places[alias],
                _ => true,
            }
        })
    }
}
