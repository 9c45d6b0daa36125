//! The JSON Schema that editors read, made of the one that the structure pass walks.
//!
//! It says the same of every document and says it so that an editor can help: defaults and examples stand in keywords
//! of their own, words are one `enum` with a description each, and the kinds that are told apart by `type` are tied to
//! it by `if` and `then`, so that only the keys of the kind that was chosen are offered. Keywords that are not of JSON
//! Schema (`markdownDescription`, `enumDescriptions`, `patternErrorMessage`, `defaultSnippets`) are those of VS Code,
//! which yaml-language-server reads in every editor; a validator passes over them.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::choice::{Choice, Kind, Word, required, target};
use super::explain::{RESET, documentation, word_list};
use super::split::split;
use crate::spec::patterns::{DECIMAL, NAME, TEMPLATE};

/// A schema, or the value of one of its keywords that is a map.
type Object = Map<String, Value>;

/// The JSON Schema (draft 2020-12) of a spec, for editors. It takes a document exactly where the structure pass finds
/// nothing wrong with its tree.
pub fn editor_schema() -> Value {
    let mut plain = super::json_schema();
    split(&mut plain);
    let (Some(root), Some(definitions)) = (plain.as_object(), plain["$defs"].as_object()) else {
        return plain;
    };
    let mut explained = HashSet::new();
    explained_elsewhere(&plain, &mut explained);
    let editor = Editor { definitions };
    let named = definitions.iter().filter_map(|(name, shape)| Some((name, shape.as_object()?)));
    let named = named.map(|(name, shape)| {
        let mut shape = editor.definition(shape);
        if explained.contains(format!("#/$defs/{name}").as_str()) {
            for keyword in ["title", "description", "markdownDescription"] {
                shape.shift_remove(keyword);
            }
        }
        (name.clone(), Value::Object(shape))
    });
    let named: Object = named.collect();
    let mut schema = Object::new();
    schema.extend(root.get("$schema").map(|dialect| ("$schema".into(), dialect.clone())));
    schema.extend(editor.shape(root, None));
    schema.insert("$defs".into(), named.into());
    Value::Object(schema)
}

/// What is referred to by keys that say themselves what it is for. An editor shows what is said at the end of a
/// reference before what is said at its beginning, which is the more telling.
fn explained_elsewhere<'p>(plain: &'p Value, found: &mut HashSet<&'p str>) {
    match plain {
        Value::Object(keywords) => {
            if keywords.contains_key("description") {
                let choices =
                    keywords.get("oneOf").or_else(|| keywords.get("anyOf")).and_then(Value::as_array);
                let all = choices.into_iter().flatten().chain([plain]);
                found.extend(all.filter_map(|one| one.get("$ref").and_then(Value::as_str)));
            }
            keywords.values().for_each(|inner| explained_elsewhere(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| explained_elsewhere(inner, found)),
        _ => {}
    }
}

/// The rewriting of schemas, which looks up what they refer to.
struct Editor<'p> {
    definitions: &'p Object,
}

impl Editor<'_> {
    /// What stands under a name for others to refer to.
    fn definition(&self, plain: &Object) -> Object {
        let choice = Choice::read(plain, self.definitions);
        if choice.kinds.is_empty() { self.shape(plain, None) } else { self.kinds(plain, &choice.kinds) }
    }

    /// The schema of a value; `key` is the key that it stands under.
    fn shape(&self, plain: &Object, key: Option<&str>) -> Object {
        let choice = Choice::read(plain, self.definitions);
        let mut shape = documentation(plain, key);
        let what = match choice.others.as_slice() {
            [only] if choice.count() == 1 => self.only(only, key),
            [] if choice.kinds.is_empty() => word_list(&choice.words, choice.null),
            _ => self.alternatives(plain, &choice),
        };
        let anything = what.is_empty();
        for (keyword, value) in what {
            shape.entry(keyword).or_insert(value);
        }
        if anything && key.is_some() {
            // The language server writes the colon after a key whose types it knows.
            shape.insert("type".into(), json!(["object", "array", "string", "number", "boolean", "null"]));
        }
        shape
    }

    /// The schema of what can only be one thing. A map under a key is not referred to directly: the language server
    /// would write all its defaults out when it completes the key.
    fn only(&self, plain: &Object, key: Option<&str>) -> Object {
        let Some(reference) = plain.get("$ref") else { return self.keywords(plain) };
        let mut shape = Object::new();
        match (self.map(plain), key) {
            (Some(map), Some(key)) => {
                shape.insert("type".into(), "object".into());
                let snippet = snippet(key, "", &required(map), map);
                shape.extend(snippet.map(|snippet| ("defaultSnippets".into(), json!([snippet]))));
                shape.insert("allOf".into(), json!([{"$ref": reference}]));
            }
            _ => {
                shape.insert("$ref".into(), reference.clone());
            }
        }
        shape
    }

    /// One of several things. Maps come first: where none fits, the language server speaks of the first, unless the
    /// value is no map. In `type` they come last: what stands first there is what it begins to write.
    fn alternatives(&self, plain: &Object, choice: &Choice<'_>) -> Object {
        let (maps, rest): (Vec<&Object>, Vec<&Object>) =
            choice.others.iter().copied().partition(|other| self.map(other).is_some());
        let kinds = self.kinds_of(plain, choice);
        let words = (!choice.words.is_empty()).then(|| {
            let mut words = word_list(&choice.words, false);
            words.shift_remove("type");
            Value::Object(words)
        });
        let types = types(&rest, words.is_some(), kinds.is_some() || !maps.is_empty(), choice.null);
        let shape = |plain| Value::Object(self.shape(plain, None));
        // Without examples: the key that they stand under has its own.
        let short = |plain: &Object| {
            let title = plain.get("title").map(|title| ("title".to_owned(), title.clone()));
            title.into_iter().chain(self.keywords(plain)).collect::<Value>()
        };
        let mut rest: Vec<Value> = words.into_iter().chain(rest.into_iter().map(short)).collect();
        if let Some(first) = rest.first_mut().and_then(Value::as_object_mut) {
            first.extend(self.snippets(&choice.kinds, &maps));
        }
        let null = choice.null.then(|| json!({"type": "null", "description": RESET}));
        let all: Vec<Value> =
            kinds.into_iter().chain(maps.into_iter().map(shape)).chain(rest).chain(null).collect();
        let mut shape = Object::new();
        shape.insert("type".into(), types.into());
        shape.insert("oneOf".into(), all.into());
        shape
    }

    /// What an editor writes for those of the maps that a word does not stand for.
    fn snippets(&self, kinds: &[Kind<'_>], maps: &[&Object]) -> Object {
        let kinds = kinds.iter().filter(|kind| !kind.needed.is_empty()).filter_map(|kind| {
            let mut snippet = snippet(kind.tag, kind.description, &kind.needed, kind.properties)?;
            let mut body = Object::new();
            body.insert("type".into(), kind.tag.into());
            body.extend(snippet["body"].as_object().cloned().unwrap_or_default());
            snippet["body"] = body.into();
            Some(snippet)
        });
        let maps = maps.iter().filter_map(|map| self.map(map)).filter_map(|map| {
            let mut snippet = snippet("", "", &required(map), map)?;
            snippet["label"] = label(snippet["body"].as_object()?).into();
            Some(snippet)
        });
        let snippets: Vec<Value> = kinds.chain(maps).collect();
        let keyword = (!snippets.is_empty()).then(|| ("defaultSnippets".to_owned(), snippets.into()));
        keyword.into_iter().collect()
    }

    /// The kinds of a choice: where they stand for others to refer to, else written out.
    fn kinds_of(&self, plain: &Object, choice: &Choice<'_>) -> Option<Value> {
        if choice.kinds.is_empty() {
            return None;
        }
        let tags =
            |choice: &Choice<'_>| choice.kinds.iter().map(|kind| kind.tag.to_owned()).collect::<Vec<_>>();
        let wanted = tags(choice);
        let has_the_same = |definition: &Value| {
            let definition = definition.as_object();
            definition.is_some_and(|plain| tags(&Choice::read(plain, self.definitions)) == wanted)
        };
        let reference = choice.kinds_at.map(str::to_owned).or_else(|| {
            let (name, _) = self.definitions.iter().find(|(_, definition)| has_the_same(definition))?;
            Some(format!("#/$defs/{name}"))
        });
        Some(match reference {
            Some(reference) => json!({"$ref": reference}),
            None => {
                // The default and the example are those of the key, not of its `type`.
                let text = plain.get("description").and_then(Value::as_str).unwrap_or_default();
                let meaning = text.split(" Default: ").next().unwrap_or_default();
                let said = Object::from_iter([("description".to_owned(), meaning.into())]);
                self.kinds(&said, &choice.kinds).into()
            }
        })
    }

    /// A map that is one of several kinds.
    fn kinds(&self, plain: &Object, kinds: &[Kind<'_>]) -> Object {
        let words: Vec<Word<'_>> =
            kinds.iter().map(|kind| Word { word: kind.tag.into(), description: kind.description }).collect();
        let mut tag = documentation(plain, Some("type"));
        tag.extend(word_list(&words, false));
        let branch = |kind: &Kind<'_>| {
            let mut properties = self.properties(kind.properties);
            properties.insert("type".into(), true.into());
            let mut then = json!({"properties": properties, "additionalProperties": false});
            if !kind.needed.is_empty() {
                then["required"] = kind.needed.clone().into();
            }
            json!({"if": {"properties": {"type": {"const": kind.tag}}, "required": ["type"]}, "then": then})
        };
        let branches: Vec<Value> = kinds.iter().map(branch).collect();
        let mut shape = Object::new();
        shape.insert("type".into(), "object".into());
        shape.insert("properties".into(), json!({"type": tag}));
        shape.insert("required".into(), json!(["type"]));
        shape.insert("allOf".into(), branches.into());
        shape
    }

    fn properties(&self, plain: &Object) -> Object {
        let shapes = plain.iter().filter_map(|(key, shape)| Some((key, shape.as_object()?)));
        shapes.map(|(key, shape)| (key.clone(), Value::Object(self.shape(shape, Some(key))))).collect()
    }

    /// The keywords of a schema other than those that explain it.
    fn keywords(&self, plain: &Object) -> Object {
        let mut shape = Object::new();
        for (keyword, value) in plain {
            let value = match (keyword.as_str(), value) {
                ("title" | "description" | "examples" | "$schema" | "$defs", _) => continue,
                ("properties", Value::Object(properties)) => self.properties(properties).into(),
                ("items" | "additionalProperties", Value::Object(inner)) => self.shape(inner, None).into(),
                ("propertyNames", Value::Object(inner)) => self.shape(inner, Some("name")).into(),
                _ => value.clone(),
            };
            shape.insert(keyword.clone(), value);
        }
        let pattern = plain.get("pattern").and_then(Value::as_str);
        let message = pattern.and_then(of_pattern);
        shape.extend(message.map(|message| ("patternErrorMessage".into(), message.into())));
        if pattern == Some(DECIMAL) {
            shape.insert("examples".into(), json!(["decimal(18,2)"]));
        }
        shape
    }

    /// The map with named keys that a schema is, or refers to.
    fn map<'s>(&'s self, plain: &'s Object) -> Option<&'s Object> {
        let reference = plain.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|reference| target(reference, self.definitions)).unwrap_or(plain);
        target.contains_key("properties").then_some(target)
    }
}

/// The types of all alternatives.
fn types(rest: &[&Object], words: bool, maps: bool, null: bool) -> Vec<Value> {
    let mut types: Vec<Value> = Vec::new();
    types.extend(words.then(|| json!("string")));
    for kind in rest.iter().filter_map(|other| other.get("type")) {
        types.extend(kind.as_array().cloned().unwrap_or_else(|| vec![kind.clone()]));
    }
    types.extend(maps.then(|| json!("object")));
    types.extend(null.then(|| json!("null")));
    let mut seen = HashSet::new();
    types.retain(|kind| seen.insert(kind.to_string()));
    types
}

/// What an editor writes for a map: the keys that it must have, each with the one word that it takes or a place to
/// write at. Nothing where it must have none.
fn snippet(label: &str, description: &str, keys: &[String], map: &Object) -> Option<Value> {
    let properties = map.get("properties").and_then(Value::as_object).unwrap_or(map);
    let value = |(key, stop): (&String, usize)| {
        let words = properties.get(key).and_then(|property| property.get("enum")).and_then(Value::as_array);
        let only =
            words.and_then(|words| if let [only] = words.as_slice() { Some(only.clone()) } else { None });
        (key.clone(), only.unwrap_or_else(|| format!("${stop}").into()))
    };
    let body: Object = keys.iter().zip(1..).map(value).collect();
    let snippet = json!({"label": label, "markdownDescription": description, "body": body});
    (!keys.is_empty()).then_some(snippet)
}

/// What an editor calls a map that it writes: `{append: snapshots}`, `{resource: …}`.
fn label(body: &Object) -> String {
    let shown = |(key, value): (&String, &Value)| match value.as_str() {
        Some(word) if !word.starts_with('$') => format!("{key}: {word}"),
        _ => format!("{key}: …"),
    };
    format!("{{{}}}", body.iter().map(shown).collect::<Vec<_>>().join(", "))
}

/// What an editor says where a text does not match.
fn of_pattern(pattern: &str) -> Option<&'static str> {
    match pattern {
        NAME => Some("A name has small letters, digits, `_` and `-`, a letter first."),
        TEMPLATE => Some("Text is taken here only as a template, such as {{inputs.name}}."),
        DECIMAL => Some("Expected a type of column, such as decimal(18,2)."),
        _ => None,
    }
}
