//! The tree of a document.

use std::ops::{Deref, Range};
use std::sync::OnceLock;

use serde_json::{Map, Number, Value};

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub content: Content,
    /// Its bytes in the text, quotes and brackets included; those of the anchored value where it is an alias.
    pub span: Range<usize>,
    /// The bytes of the alias (`*name`) that stands for it here.
    pub alias: Option<Range<usize>>,
    /// How it is written.
    pub style: Style,
}

/// What a value is, by the core schema of YAML 1.2.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Nothing, `null` or `~`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number, in the spelling of JSON.
    Int(Number),
    /// A number with a fraction or an exponent, in the spelling of JSON.
    Float(Number),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order in which it is written, no key twice.
    Map(Entries),
    /// What a fault that is already said stands in place of.
    Fault,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A scalar without quotes.
    Plain,
    /// A scalar in `'`.
    SingleQuoted,
    /// A scalar in `"`.
    DoubleQuoted,
    /// A scalar after `|`.
    Literal,
    /// A scalar after `>`.
    Folded,
    /// A list or map in brackets.
    Flow,
    /// A list or map by indentation.
    Block,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The bytes of the key in the text, quotes included.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
}

/// The entries of a map, in the order in which they are written.
#[derive(Clone, Default)]
pub struct Entries {
    all: Vec<Entry>,
    /// The numbers of the entries in the order of their keys, once one is looked for among many.
    by_key: OnceLock<Vec<usize>>,
}

impl Entries {
    /// Maps of more entries are not gone through for a key.
    const FEW: usize = 16;

    /// The first entry of a key.
    pub fn find(&self, key: &str) -> Option<&Entry> {
        if self.all.len() <= Self::FEW {
            return self.all.iter().find(|entry| entry.key == key);
        }
        let by_key = self.by_key.get_or_init(|| {
            let mut numbers: Vec<usize> = (0..self.all.len()).collect();
            numbers.sort_by_key(|number| &self.all[*number].key);
            numbers
        });
        let at = by_key.partition_point(|number| self.all[*number].key.as_str() < key);
        by_key.get(at).map(|number| &self.all[*number]).filter(|entry| entry.key == key)
    }

    /// Keeps the entries for which this holds.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.by_key.take();
        self.all.retain(keep);
    }
}

impl Deref for Entries {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        &self.all
    }
}

impl<'e> IntoIterator for &'e Entries {
    type Item = &'e Entry;
    type IntoIter = std::slice::Iter<'e, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.iter()
    }
}

impl From<Vec<Entry>> for Entries {
    fn from(all: Vec<Entry>) -> Self {
        Self { all, by_key: OnceLock::new() }
    }
}

impl PartialEq for Entries {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl std::fmt::Debug for Entries {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.all.fmt(formatter)
    }
}

impl Node {
    /// The merge key of YAML 1.1.
    pub(crate) const MERGED: &str = "<<";

    /// Whether a merge key, which is refused, would bring keys that are not to be seen here.
    pub(crate) fn is_merged(&self) -> bool {
        self.entry(Self::MERGED).is_some_and(|entry| entry.value.content == Content::Fault)
    }

    /// The entries, where this is a map.
    pub fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items, where this is a list.
    pub fn items(&self) -> &[Node] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// The text, where this is text.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entry of a key, where this is a map that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.content {
            Content::Map(entries) => entries.find(key),
            _ => None,
        }
    }

    /// The value of a key, or the item of an index.
    pub fn child(&self, segment: &str) -> Option<&Node> {
        match &self.content {
            Content::List(items) => items.get(segment.parse::<usize>().ok()?),
            _ => self.entry(segment).map(|entry| &entry.value),
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        self.content == Content::Null
    }

    /// Whether this is a null that nothing stands for in the text (`path:`).
    pub(super) fn is_silent(&self) -> bool {
        self.is_null() && self.span.is_empty()
    }

    /// The value without places, and without what a fault stands for.
    pub fn to_value(&self) -> Value {
        match &self.content {
            Content::Null | Content::Fault => Value::Null,
            Content::Bool(value) => Value::Bool(*value),
            Content::Int(number) | Content::Float(number) => Value::Number(number.clone()),
            Content::Text(text) => Value::String(text.clone()),
            Content::List(items) => items.iter().map(Self::to_value).collect(),
            Content::Map(entries) => Value::Object(to_map(entries)),
        }
    }
}

fn to_map(entries: &[Entry]) -> Map<String, Value> {
    let sound = entries.iter().filter(|entry| entry.value.content != Content::Fault);
    sound.map(|entry| (entry.key.clone(), entry.value.to_value())).collect()
}
