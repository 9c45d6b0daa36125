//! What a doc comment of the spec's types says besides its meaning: the default, and an example.

use restload_diag::Source;
use serde_json::Value;

use crate::Document;

/// A doc comment in its parts.
pub(super) struct Prose<'d> {
    /// The meaning, a line for each paragraph, as Markdown.
    pub(super) text: String,
    /// The YAML of the example.
    pub(super) example: Option<&'d str>,
}

impl<'d> Prose<'d> {
    pub(super) fn read(comment: &'d str) -> Self {
        let (text, example) = match comment.split_once("```yaml\n") {
            Some((text, rest)) => (text, Some(rest.split_once("\n```").map_or(rest, |(yaml, _)| yaml))),
            None => (comment, None),
        };
        let paragraphs: Vec<String> =
            text.trim().split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect();
        Self { text: paragraphs.join("\n\n"), example }
    }

    /// What is said of the default, in words: all after `Default:`.
    pub(super) fn said_default(&self) -> Option<&str> {
        let (_, said) = self.text.rsplit_once("Default: ")?;
        Some(said.strip_suffix('.').unwrap_or(said))
    }

    /// The default, where it is one value: `none` and what depends on something else are none.
    pub(super) fn default(&self) -> Option<Value> {
        let said = self.said_default()?;
        let said = said.strip_prefix("the query parameter ").unwrap_or(said);
        let code = said.strip_prefix('`').and_then(|code| code.strip_suffix('`'));
        let value = match code {
            Some(code) if !code.contains('`') => code,
            None if !said.is_empty() && said.bytes().all(|byte| byte.is_ascii_digit()) => said,
            _ => return None,
        };
        yaml(value).filter(|_| !value.contains('<'))
    }

    /// The value of a key in the example.
    pub(super) fn example_of(&self, key: &str) -> Option<Value> {
        find(&yaml(self.example?)?, key)
    }
}

fn yaml(text: &str) -> Option<Value> {
    let (document, faults) = Document::parse(Source::new("example.yaml", text));
    faults.is_empty().then(|| document.root().to_value())
}

/// The value of the first such key; that of an outer map before that of an inner one.
fn find(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Object(map) => {
            map.get(key).cloned().or_else(|| map.values().find_map(|inner| find(inner, key)))
        }
        Value::Array(items) => items.iter().find_map(|item| find(item, key)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn default(comment: &str) -> Option<Value> {
        Prose::read(comment).default()
    }

    #[test]
    fn a_comment_is_text_and_example() {
        let prose = Prose::read("How it\nis. Default: 8.\n\nMore.\n\n```yaml\nretry: {attempts: 3}\n```");
        assert_eq!(prose.text, "How it is. Default: 8.\n\nMore.");
        assert_eq!(prose.example, Some("retry: {attempts: 3}"));
        assert_eq!(prose.example_of("attempts"), Some(json!(3)));
        assert_eq!(prose.example_of("retry"), Some(json!({"attempts": 3})));
        assert_eq!(prose.example_of("initial"), None);
    }

    #[test]
    fn a_default_that_is_a_value_is_read() {
        assert_eq!(default("Default: 8."), Some(json!(8)));
        assert_eq!(default("Whether. Default: `false`."), Some(json!(false)));
        assert_eq!(default("Default: `256MiB`."), Some(json!("256MiB")));
        assert_eq!(default("Default:\n`[408, 425]`."), Some(json!([408, 425])));
        assert_eq!(default("Default: the query parameter `page`."), Some(json!("page")));
    }

    #[test]
    fn a_default_that_hangs_on_something_is_none() {
        for comment in [
            "Meaning alone.",
            "Default: none.",
            "Default: none, one row a request.",
            "Default: `true` unless there is a `default`.",
            "Default: `iso` for a timestamp, `date` for a date.",
            "Default: `merge` where there is a `primary_key`, else `replace`",
            "Default: `RESTLOAD_<SPEC>_<INPUT>`",
        ] {
            assert_eq!(default(comment), None, "{comment}");
        }
    }
}
