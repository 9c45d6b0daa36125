//! What there is to know about a key and about a value.

use serde_json::Value;

use super::MapKind;
use crate::structure::shape::{Kind, Kinds, Shape};

/// A key of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// The key.
    pub name: &'static str,
    /// Whether the map must have it.
    pub required: bool,
    /// What it means, as Markdown, without the example.
    pub doc: &'static str,
    /// What holds where the key is left out, as Markdown: `8`, `none`. A key that must be there has none, and so has
    /// one whose documentation does not say it.
    pub default: Option<&'static str>,
    /// The key in use, as YAML.
    pub example: Option<&'static str>,
    /// The words that may stand there: texts, kinds that need nothing else, `true` and `false`.
    pub words: Vec<Word>,
    /// The kinds of map that are told apart by `type`.
    pub kinds: Vec<&'static str>,
    /// The maps that may stand there.
    pub maps: Vec<MapKind>,
    /// What may stand there, in the words of messages: ``a whole number from 1 to 1000 or a template``.
    pub takes: String,
    /// Whether `null` may stand there: in a resource it resets what `defaults` says.
    pub may_be_null: bool,
}

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueFacts {
    /// What it means, as Markdown, without the example; empty where its name says all (an item of a list).
    pub doc: &'static str,
    /// The value under its key, as YAML.
    pub example: Option<&'static str>,
    /// The words that may stand there: texts, kinds that need nothing else, `true` and `false`.
    pub words: Vec<Word>,
    /// The kinds of map that are told apart by `type`.
    pub kinds: Vec<&'static str>,
    /// The maps that may stand there.
    pub maps: Vec<MapKind>,
    /// What may stand there, in the words of messages.
    pub takes: String,
    /// Whether `null` may stand there.
    pub may_be_null: bool,
}

/// A word that may stand for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word, without quotes.
    pub text: &'static str,
    /// What it means, as Markdown; empty where nothing is said of it.
    pub doc: &'static str,
}

/// The facts of a key of a map.
pub(super) fn of_key(map: &'static Shape, name: &'static str, value: &'static Shape) -> KeyFacts {
    let ValueFacts { doc, example, words, kinds, maps, takes, may_be_null } = of_value(value);
    let required = map.required.iter().any(|required| required == name);
    // The word by which a kind is told apart is explained by the kind.
    let told_apart = value.exact.is_some() && doc.is_empty();
    let doc = if told_apart { map.description.as_deref().unwrap_or_default() } else { doc };
    let default = default(doc).filter(|_| !required);
    KeyFacts { name, required, doc, default, example, words, kinds, maps, takes, may_be_null }
}

/// The facts of a value that may satisfy any of several schemas: what the first says of it, and what all of them take.
pub(super) fn of_values(values: &[&'static Shape]) -> Option<ValueFacts> {
    let (first, others) = values.split_first()?;
    let mut facts = of_value(first);
    for other in others.iter().map(|other| of_value(other)) {
        add_new(&mut facts.words, other.words, |a, b| a.text == b.text);
        add_new(&mut facts.kinds, other.kinds, |a, b| a == b);
        add_new(&mut facts.maps, other.maps, |a, b| a == b);
        if !facts.takes.contains(&other.takes) {
            facts.takes = format!("{} or {}", facts.takes, other.takes);
        }
        facts.may_be_null |= other.may_be_null;
    }
    Some(facts)
}

fn add_new<T>(known: &mut Vec<T>, others: Vec<T>, same: impl Fn(&T, &T) -> bool) {
    for other in others {
        if !known.iter().any(|known| same(known, &other)) {
            known.push(other);
        }
    }
}

fn of_value(value: &'static Shape) -> ValueFacts {
    let all = value.alternatives();
    let (doc, example) = doc_and_example(value);
    let anything = all.iter().all(|shape| matches!(shape.kinds, Kinds::Any));
    let maps = all.iter().filter(|shape| !anything && shape.kinds.takes(Kind::Object));
    ValueFacts {
        doc,
        example,
        words: words(&all),
        kinds: all.iter().filter_map(|shape| shape.tag()).collect(),
        maps: maps.map(|shape| MapKind { shape }).collect(),
        takes: if anything { "any value".to_owned() } else { value.takes() },
        may_be_null: all.iter().any(|shape| shape.kinds.takes(Kind::Null)),
    }
}

fn words(all: &[&'static Shape]) -> Vec<Word> {
    let mut words = Vec::new();
    for shape in all {
        let exact = shape.exact.as_ref();
        let own = exact.and(shape.description.as_deref()).filter(|_| all.len() > 1).unwrap_or_default();
        for text in shape.words().into_iter().chain(exact.and_then(number)) {
            // A kind by its name alone is explained where the kind is.
            let kind = all.iter().find(|kind| kind.tag() == Some(text));
            let doc = kind.and_then(|kind| kind.description.as_deref()).unwrap_or(own);
            words.push(Word { text, doc });
        }
        if shape.kinds.named().contains(&Kind::Boolean) {
            words.extend(["true", "false"].map(|text| Word { text, doc: "" }));
        }
    }
    words
}

fn number(value: &'static Value) -> Option<&'static str> {
    value.as_number().map(serde_json::Number::as_str)
}

/// The description of a key without its example, and the example.
fn doc_and_example(value: &'static Shape) -> (&'static str, Option<&'static str>) {
    let description = value.description.as_deref().unwrap_or_default();
    match description.split_once("```yaml\n") {
        None => (description.trim_end(), None),
        Some((doc, rest)) => (doc.trim_end(), rest.split("\n```").next()),
    }
}

/// What a description says after `Default:`.
fn default(doc: &'static str) -> Option<&'static str> {
    let (_, default) = doc.split_once("Default: ")?;
    let end = default.find("\n\n").unwrap_or(default.len());
    Some(default[..end].trim_end().trim_end_matches('.'))
}
