//! What was found and what was expected, in words.

use restload_diag::Pointer;
use serde_json::Value;

use super::shape::{Kind, Kinds, Pattern, Shape};
use super::shown;
use crate::document::{Content, Node};

/// The name of a place: its key, or its item in a list.
pub(super) fn name(at: &Pointer, in_list: bool) -> String {
    let Some(last) = at.last() else { return "the spec".to_owned() };
    let item = in_list.then(|| last.parse::<usize>().ok()).flatten();
    match (item, at.parent()) {
        (Some(index), Some(list)) => {
            format!("item {} of {}", index + 1, shown(list.last().unwrap_or("the spec")))
        }
        _ => shown(last),
    }
}

/// What stands there.
pub(super) fn found(node: &Node) -> String {
    match &node.content {
        Content::Null | Content::Fault => "empty".to_owned(),
        Content::Bool(value) => format!("`{value}`"),
        Content::Int(number) | Content::Float(number) => format!("the number {}", shown(&number.to_string())),
        Content::Text(text) if text.is_empty() => "empty text".to_owned(),
        Content::Text(_) => "text".to_owned(),
        Content::List(_) => "a list".to_owned(),
        Content::Map(_) => "a map".to_owned(),
    }
}

/// What the schemas take.
pub(super) fn expected(alternatives: &[&Shape]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let words: Vec<String> = alternatives.iter().flat_map(|shape| words(shape)).collect();
    if !words.is_empty() {
        parts.push(one_of(&words));
    }
    for shape in alternatives {
        for kind in shape.kinds.named() {
            let part = part(shape, *kind);
            let part = part.filter(|_| *kind != Kind::String || self_describing(shape));
            parts.extend(part.filter(|part| !parts.contains(part)).into_iter().collect::<Vec<_>>());
        }
    }
    joined(&parts, "or")
}

/// Whether the texts that a schema takes are not listed as words.
fn self_describing(shape: &Shape) -> bool {
    words(shape).is_empty()
}

/// The words that a text may be, as they are shown.
pub(super) fn words(shape: &Shape) -> Vec<String> {
    let pattern = shape.title.as_deref().filter(|_| shape.pattern == Some(Pattern::Decimal));
    shape.words().into_iter().chain(pattern).map(str::to_owned).collect()
}

fn part(shape: &Shape, kind: Kind) -> Option<String> {
    Some(match kind {
        Kind::Null => return None,
        Kind::Boolean => "`true` or `false`".to_owned(),
        Kind::Integer => match &shape.exact {
            Some(exact) => format!("`{exact}`"),
            None => format!("a whole number{}", range(shape)),
        },
        Kind::Number => "a number".to_owned(),
        Kind::String if shape.pattern == Some(Pattern::Template) => "a template".to_owned(),
        Kind::String if shape.pattern == Some(Pattern::Name) => "a name".to_owned(),
        Kind::String => match shape.examples.first().and_then(Value::as_str) {
            Some(example) => format!("text such as `{example}`"),
            None => "text".to_owned(),
        },
        Kind::Array => "a list".to_owned(),
        Kind::Object if shape.tag().is_some() => "a map with `type`".to_owned(),
        Kind::Object => match shape.one_of_keys().as_slice() {
            [] if !shape.required.is_empty() && shape.title.as_deref() != Some("a spec") => {
                format!("a map with {}", all_of(&shape.required))
            }
            [] => "a map".to_owned(),
            keys => format!("a map with {}", one_of(keys)),
        },
    })
}

/// The bounds of a number, in words.
pub(super) fn range(shape: &Shape) -> String {
    match (shape.minimum, shape.maximum) {
        (Some(least), Some(most)) if most < 1 << 31 => format!(" from {least} to {most}"),
        (Some(least), _) if least > i64::MIN => format!(" of at least {least}"),
        _ => String::new(),
    }
}

/// `one of a, b`, in backticks.
pub(super) fn one_of<S: AsRef<str>>(words: &[S]) -> String {
    let shown: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match shown.as_slice() {
        [only] => only.clone(),
        _ => format!("one of {}", shown.join(", ")),
    }
}

/// `a`, `b` and `c`, in backticks.
pub(super) fn all_of<S: AsRef<str>>(words: &[S]) -> String {
    let shown: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    joined(&shown, "and")
}

fn joined(parts: &[String], word: &str) -> String {
    match parts {
        [] => "another value".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// Whether a schema takes text beside other kinds only as a template.
pub(super) fn takes_templates(shape: &Shape) -> bool {
    shape.pattern == Some(Pattern::Template) && matches!(shape.kinds, Kinds::Several(_))
}

/// The example in a key's description, if it is one line.
pub(super) fn example(shape: &Shape) -> Option<&str> {
    let (_, example) = shape.description.as_deref()?.split_once("```yaml\n")?;
    let (example, _) = example.split_once("\n```")?;
    (!example.contains('\n')).then_some(example)
}
