//! The keywords by which a schema explains itself in an editor.

use serde_json::{Map, Value, json};

use super::choice::Word;
use super::prose::Prose;

/// What null means under a resource.
pub(super) const RESET: &str = "Resets what `defaults` says.";

/// Title, description, default and example of what stands under a key. An example that is a map stays in the
/// description: where it could be completed, the language server has no name for it.
pub(super) fn documentation(plain: &Map<String, Value>, key: Option<&str>) -> Map<String, Value> {
    let text = |keyword: &str| plain.get(keyword).and_then(Value::as_str);
    let mut shape = Map::new();
    shape.extend(text("title").or(key).map(|title| ("title".into(), title.into())));
    let mut examples = plain.get("examples").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(prose) = text("description").map(Prose::read) {
        let default = prose.default();
        let example = key.and_then(|key| prose.example_of(key));
        let block = prose.example.filter(|_| example.as_ref().is_some_and(Value::is_object));
        let markdown = match block {
            Some(yaml) => format!("{}\n\n```yaml\n{yaml}\n```", prose.text),
            None => prose.text.clone(),
        };
        if let Some(example) = example {
            examples = vec![example];
        }
        examples.retain(|example| !example.is_object() && default.as_ref() != Some(example));
        shape.insert("description".into(), prose.text.into());
        shape.insert("markdownDescription".into(), markdown.into());
        shape.extend(default.map(|default| ("default".into(), default)));
    }
    if !examples.is_empty() {
        shape.insert("examples".into(), examples.into());
    }
    shape
}

/// One of several words, or null, with what each means.
pub(super) fn word_list(words: &[Word<'_>], null: bool) -> Map<String, Value> {
    let (kind, reset) = if null { (json!(["string", "null"]), Some(RESET)) } else { (json!("string"), None) };
    let choices = words.iter().map(|word| word.word.clone()).chain(reset.map(|_| Value::Null));
    let choices: Vec<Value> = choices.collect();
    let mut shape = Map::new();
    shape.insert("type".into(), kind);
    shape.insert("enum".into(), choices.into());
    if words.iter().all(|word| !word.description.is_empty()) {
        let descriptions: Vec<&str> = words.iter().map(|word| word.description).chain(reset).collect();
        shape.insert("enumDescriptions".into(), descriptions.clone().into());
        shape.insert("markdownEnumDescriptions".into(), descriptions.into());
    }
    shape
}
