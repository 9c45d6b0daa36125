//! YAML with places: the text of a spec as a tree in which every key and value knows its bytes.
//!
//! What YAML allows and a spec does not (a second document, duplicate keys, merge keys, tags, keys that are no text)
//! is refused here, each with its place. What the tree means is the business of [`crate::structure`].

mod decode;
mod mend;
mod node;
mod parse;
mod refusal;
mod resolve;
mod scalar;
mod slip;
mod spelling;
mod within;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use restload_diag::{Diagnostic, Locate, Part, Pointer, Source};

pub use node::{Content, Entry, Node, Style};
pub use resolve::{Resolved, resolve_resources};

/// A parsed text: the tree, and the text that its places lie in.
///
/// ```
/// use restload_diag::{Locate, Part, Source};
/// use restload_spec::Document;
///
/// let (document, faults) = Document::parse(Source::new("a.yaml", "name: notes # of an affiliate"));
/// assert!(faults.is_empty());
/// assert_eq!(document.span(&"/name".parse()?, Part::Value, None), 6..11);
/// # Ok::<(), restload_diag::PointerFault>(())
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    source: Source,
    root: Node,
    sound: Option<Node>,
    aliased: Aliased,
    /// Where each resource stands among the resources: there may be thousands.
    resources: HashMap<String, usize>,
}

/// How many resources and inputs a file may have.
const MOST: [(&str, usize); 2] = [("resources", 2_000), ("inputs", 1_000)];

/// After so many faults a file is not read on.
pub(crate) const MAX_FAULTS: usize = 5_000;

/// Where values stand for which an alias stands elsewhere, in bytes.
pub(crate) type Aliased = HashSet<(usize, usize)>;

impl Document {
    /// The largest text that is read, in bytes.
    pub const MAX_BYTES: usize = 4 << 20;

    /// Parses a text. Where it is no YAML the tree is empty and the faults say why.
    pub fn parse(source: Source) -> (Self, Vec<Diagnostic>) {
        let (mut root, aliased, mut faults) = parse::parse(&source.text);
        for (key, most) in MOST {
            let entries = root.child(key).map(Node::entries).unwrap_or_default();
            if let Some(first) = entries.get(most) {
                faults.push(refusal::too_many_entries(key, first.key_span.clone(), most));
                root = parse::nothing(&source.text);
            }
        }
        let resources = root.child("resources").map(Node::entries).unwrap_or_default().iter().enumerate();
        let resources = resources.map(|(n, entry)| (entry.key.clone(), n)).collect();
        (Self { source, root, sound: None, aliased, resources }, faults)
    }

    /// The text and its name.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The whole tree.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The tree without what was found fault with, where anything was.
    pub(crate) fn sound(&self) -> &Node {
        self.sound.as_ref().unwrap_or(&self.root)
    }

    /// Whether nothing in the tree was found fault with.
    pub(crate) fn is_sound(&self) -> bool {
        self.sound.is_none()
    }

    /// Keeps what is sound of the tree beside the tree.
    pub(crate) fn keep_sound(&mut self, sound: Node) {
        self.sound = Some(sound);
    }

    /// The value at a place.
    pub fn get(&self, at: &Pointer) -> Option<&Node> {
        at.segments().try_fold(&self.root, |node, segment| self.child(node, segment))
    }

    /// The value at a place, where an edit of it changes nothing that stands elsewhere: no alias stands here, or for
    /// this.
    pub fn own(&self, at: &Pointer) -> Option<&Node> {
        let mut segments = at.segments();
        segments.try_fold(&self.root, |node, segment| {
            self.child(node, segment).filter(|child| self.is_own(child))
        })
    }

    /// Whether a value stands where it is written, and nowhere else.
    pub(crate) fn is_own(&self, node: &Node) -> bool {
        node.alias.is_none() && !self.aliased.contains(&(node.span.start, node.span.end))
    }

    /// The entry of a key of a map.
    fn entry<'n>(&self, node: &'n Node, key: &str) -> Option<&'n Entry> {
        let resources = self.root.child("resources");
        if resources.is_some_and(|resources| std::ptr::eq(resources, node)) {
            return self.resources.get(key).and_then(|index| node.entries().get(*index));
        }
        node.entry(key)
    }

    fn child<'n>(&self, node: &'n Node, segment: &str) -> Option<&'n Node> {
        match &node.content {
            Content::Map(_) => self.entry(node, segment).map(|entry| &entry.value),
            _ => node.child(segment),
        }
    }

    /// The entry or item at a place, or the nearest one above it; and whether it is the very place.
    fn nearest(&self, at: &Pointer) -> (&Node, Option<&Entry>, bool) {
        let mut found = (&self.root, None, true);
        for segment in at.segments() {
            let entry = self.entry(found.0, segment);
            let Some(node) = entry.map(|entry| &entry.value).or_else(|| found.0.child(segment)) else {
                return (found.0, found.1, false);
            };
            found = (node, entry, true);
        }
        found
    }
}

impl Locate for Document {
    /// `within` counts bytes of the scalar's value; on the document itself, bytes of the text.
    fn span(&self, at: &Pointer, part: Part, within: Option<Range<usize>>) -> Range<usize> {
        let (node, entry, exact) = self.nearest(at);
        if let Some(range) = within.clone().filter(|_| at.is_root()) {
            return within::clamp(range, &self.source.text);
        }
        let key = entry.map(|entry| entry.key_span.clone());
        match (key, within) {
            (Some(key), _) if part == Part::Key || !exact || node.is_silent() => key,
            (_, Some(range)) if exact => within::span(&self.source.text, node, range),
            _ => node.alias.clone().unwrap_or_else(|| node.span.clone()),
        }
    }
}
