//! The language as an editor, the formatter and the reference pages see it: which keys a map has, in which order, and
//! what may stand under each.
//!
//! It is a read-only view of the schema that the structure pass walks. Nothing here judges a document: where a place
//! is unclear (a `type` that is not written yet), all that it may become is given.
//!
//! - [`Grammar::at`] gives the maps that may stand at a place, each a [`MapKind`] with its keys ([`KeyFacts`]).
//! - [`Grammar::value_at`] gives what a value may be ([`ValueFacts`]): its words, its kinds, its documentation.
//! - [`Grammar::all`] gives every map with fixed keys, in the order of the reference.
//!
//! A map whose names the author chooses (`resources`, `params`, `columns`, …) is a [`MapKind`] too: it
//! [is free](MapKind::is_free), has no keys, and says what stands under each name ([`MapKind::entry`]).
//!
//! ```
//! use restload_diag::Source;
//! use restload_spec::{Document, Grammar};
//!
//! let (document, _) = Document::parse(Source::new("a.yaml", "defaults: {paginator: {type: cursor}}"));
//! let paginator = "/defaults/paginator".parse()?;
//! let kinds = Grammar::at(&document, &paginator);
//! assert_eq!(kinds[0].tag(), Some("cursor"));
//! assert_eq!(kinds[0].keys()[1].name, "next");
//! assert!(Grammar::value_at(&document, &paginator).is_some_and(|value| value.kinds.contains(&"offset")));
//! # Ok::<(), restload_diag::PointerFault>(())
//! ```

mod facts;
mod place;
#[cfg(test)]
mod tests;

use restload_diag::Pointer;

pub use facts::{KeyFacts, ValueFacts, Word};
pub(crate) use place::Place;

use crate::Document;
use crate::structure::shape::Shape;

/// The language.
#[derive(Clone, Copy, Debug)]
pub struct Grammar;

impl Grammar {
    /// The maps that may stand at a place.
    ///
    /// A map that says its `type` is of that kind alone; where it says none, or one that does not exist, or where no
    /// map stands yet, all kinds are given. A place that the language does not know has none, and so has one that
    /// takes no map.
    pub fn at(document: &Document, at: &Pointer) -> Vec<MapKind> {
        Place::find(document, at).maps().into_iter().map(|shape| MapKind { shape }).collect()
    }

    /// What a value at a place may be; `None` where the language does not know the place.
    ///
    /// The kinds are those that could be chosen, whichever is written there now.
    pub fn value_at(document: &Document, at: &Pointer) -> Option<ValueFacts> {
        facts::of_values(Place::find(document, at).values())
    }

    /// All maps with fixed keys, in the order of the reference: a map, then those that stand in it.
    pub fn all() -> Vec<MapKind> {
        place::closed_maps().into_iter().map(|shape| MapKind { shape }).collect()
    }
}

/// A map of the language.
#[derive(Clone, Copy, Debug)]
pub struct MapKind {
    shape: &'static Shape,
}

impl MapKind {
    /// What messages call it: `a resource`, ``a paginator of type `cursor` ``. A free map has no name of its own.
    pub fn title(&self) -> &'static str {
        self.shape.title.as_deref().unwrap_or("a map")
    }

    /// What it means, as Markdown; empty where nothing is to be said beyond the key that it stands under.
    pub fn doc(&self) -> &'static str {
        self.shape.description.as_deref().unwrap_or_default()
    }

    /// The word of `type:` that tells it apart from its siblings.
    pub fn tag(&self) -> Option<&'static str> {
        self.shape.tag()
    }

    /// Whether the word of `type:` alone may stand for it (`paginator: header_link`): it needs no other key.
    pub fn has_short_form(&self) -> bool {
        self.tag().is_some() && self.shape.required.iter().all(|key| key == "type")
    }

    /// Whether the author chooses the names in it; else it has the [`keys`](Self::keys) that are given and no other.
    pub fn is_free(&self) -> bool {
        self.shape.properties.is_empty()
    }

    /// What stands under each name of a free map.
    pub fn entry(&self) -> Option<ValueFacts> {
        facts::of_values(self.shape.free_value().as_slice())
    }

    /// Its keys in the order of the reference.
    pub fn keys(&self) -> Vec<KeyFacts> {
        let keys = self.shape.properties.iter();
        keys.map(|(name, value)| facts::of_key(self.shape, name, value)).collect()
    }

    /// One of its keys.
    pub fn key(&self, name: &str) -> Option<KeyFacts> {
        let (name, value) = self.shape.properties.get_key_value(name)?;
        Some(facts::of_key(self.shape, name, value))
    }

    /// Keys of which exactly one has to stand in it (`{header: Name}` or `{row: path}`); mostly there are none.
    pub fn one_of(&self) -> Vec<&'static str> {
        self.shape.one_of_keys()
    }
}

/// Two are the same where one map of the language is meant.
impl PartialEq for MapKind {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.shape, other.shape)
    }
}

impl Eq for MapKind {}
