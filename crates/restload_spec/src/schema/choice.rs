//! The alternatives of a value, sorted by what they are.

use serde_json::{Map, Value};

/// What a value may be.
#[derive(Default)]
pub(super) struct Choice<'p> {
    /// Maps that are told apart by `type`.
    pub(super) kinds: Vec<Kind<'p>>,
    /// What those are referred to by; none where they stand here.
    pub(super) kinds_at: Option<&'p str>,
    /// Words.
    pub(super) words: Vec<Word<'p>>,
    /// Null.
    pub(super) null: bool,
    /// Anything else.
    pub(super) others: Vec<&'p Map<String, Value>>,
}

/// A word that a value may be.
pub(super) struct Word<'p> {
    pub(super) word: Value,
    /// What it means; empty where that is not said.
    pub(super) description: &'p str,
}

/// A map with one word under `type`.
pub(super) struct Kind<'p> {
    pub(super) tag: &'p str,
    pub(super) description: &'p str,
    pub(super) properties: &'p Map<String, Value>,
    /// The keys that it must have beside `type`.
    pub(super) needed: Vec<String>,
}

impl<'p> Choice<'p> {
    /// Sorts the alternatives of a schema; the schema itself is the only one where it names none. What the alternatives
    /// refer to is followed where it is a choice itself.
    pub(super) fn read(plain: &'p Map<String, Value>, definitions: &'p Map<String, Value>) -> Self {
        let mut choice = Self::default();
        match alternatives(plain) {
            Some(alternatives) => choice.add_all(alternatives, definitions),
            None => choice.add(plain, definitions, false),
        }
        for word in &mut choice.words {
            // A kind's word alone means what the kind does.
            let kind = choice.kinds.iter().find(|kind| word.word == kind.tag);
            word.description = kind.map_or(word.description, |kind| kind.description);
        }
        choice
    }

    fn add_all(&mut self, alternatives: &'p [Value], definitions: &'p Map<String, Value>) {
        alternatives.iter().filter_map(Value::as_object).for_each(|one| self.add(one, definitions, true));
    }

    fn add(&mut self, one: &'p Map<String, Value>, definitions: &'p Map<String, Value>, among_others: bool) {
        let reference = one.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|reference| target(reference, definitions));
        if let Some(inner) = target.and_then(alternatives).filter(|inner| among_others || has_kinds(inner)) {
            self.kinds_at = reference.filter(|_| has_kinds(inner)).or(self.kinds_at);
            self.add_all(inner, definitions);
        } else if let Some(inner) = alternatives(one) {
            self.add_all(inner, definitions);
        } else if one.get("type").is_some_and(|kind| kind == "null") {
            self.null = true;
        } else if let Some(kind) = Kind::read(one) {
            self.kinds.push(kind);
        } else if let Some(words) = words(one) {
            self.words.extend(words);
        } else {
            self.others.push(one);
        }
    }

    /// How many alternatives there are, words counted as one and kinds as one.
    pub(super) fn count(&self) -> usize {
        let single = [!self.kinds.is_empty(), !self.words.is_empty(), self.null];
        self.others.len() + single.into_iter().filter(|there| *there).count()
    }
}

impl<'p> Kind<'p> {
    fn read(one: &'p Map<String, Value>) -> Option<Self> {
        let properties = one.get("properties")?.as_object()?;
        let tag = properties.get("type")?.get("const")?.as_str()?;
        let needed = required(one).into_iter().filter(|key| key != "type").collect();
        Some(Self { tag, description: text(one, "description"), properties, needed })
    }
}

/// What a reference leads to.
pub(super) fn target<'p>(
    reference: &str,
    definitions: &'p Map<String, Value>,
) -> Option<&'p Map<String, Value>> {
    definitions.get(reference.strip_prefix("#/$defs/")?)?.as_object()
}

/// The keys that a map must have.
pub(super) fn required(map: &Map<String, Value>) -> Vec<String> {
    let required = map.get("required").and_then(Value::as_array).into_iter().flatten();
    required.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The alternatives that a schema names. Those of a map with keys say which of the keys must be there.
fn alternatives(plain: &Map<String, Value>) -> Option<&Vec<Value>> {
    let alternatives = plain.get("oneOf").or_else(|| plain.get("anyOf"))?.as_array()?;
    (!plain.contains_key("properties")).then_some(alternatives)
}

fn has_kinds(alternatives: &[Value]) -> bool {
    alternatives.iter().filter_map(Value::as_object).any(|one| Kind::read(one).is_some())
}

/// The words of a schema that takes text and nothing else.
fn words(one: &Map<String, Value>) -> Option<Vec<Word<'_>>> {
    if one.get("type")? != "string" {
        return None;
    }
    let exact = one.get("const");
    let words = one.get("enum").and_then(Value::as_array).cloned().or(exact.map(|word| vec![word.clone()]))?;
    let description = exact.map_or("", |_| text(one, "description"));
    Some(words.into_iter().map(|word| Word { word, description }).collect())
}

fn text<'p>(one: &'p Map<String, Value>, keyword: &str) -> &'p str {
    one.get(keyword).and_then(Value::as_str).unwrap_or_default()
}
