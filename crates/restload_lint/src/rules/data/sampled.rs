//! What rules about samples share: which samples can be judged by, where a finding is to be marked, and words for what
//! a sample has.

use std::fmt::Write as _;

use restload_diag::{Diagnostic, Fix, Locate as _, Part, Pointer};
use restload_spec::nearest;
use serde_json::{Map, Value};

use crate::rule::Rule;
use crate::{Lint, Sample, Subject};

/// Names that are listed before "and so on".
const LISTED: usize = 8;

/// The resources with a sample whose rows are what a run would see: all that makes rows of it is sound.
pub(super) fn sampled<'l, 'a>(lint: &'l Lint<'a>) -> impl Iterator<Item = (&'l Subject<'a>, &'l Sample)> {
    lint.resources.iter().filter(|resource| is_known(lint, resource)).filter_map(|resource| {
        let sample = lint.sample(resource)?;
        Some((resource, sample))
    })
}

/// The same, where the sample has rows and the spec makes objects of all of them.
pub(in crate::rules) fn with_rows<'l, 'a>(
    lint: &'l Lint<'a>,
) -> impl Iterator<Item = (&'l Subject<'a>, &'l Sample)> {
    sampled(lint).filter(|(resource, sample)| {
        ["transform", "add"].iter().all(|key| lint.is_sound(resource, key))
            && sample.fault.is_none()
            && sample.transform_fault.is_none()
            && !sample.rows.is_empty()
            && sample.rows.iter().all(Value::is_object)
    })
}

/// Whether what the rows of a resource are is known: a fault in what selects them is said already.
fn is_known<'a>(lint: &Lint<'a>, resource: &Subject<'a>) -> bool {
    let is_clear =
        |resource: &Subject<'a>, keys: &[&str]| keys.iter().all(|key| lint.is_sound(resource, key));
    if !is_clear(resource, &["path", "data_selector", "sample"]) {
        return false;
    }
    if resource.written.resource.path.is_some() {
        return true;
    }
    is_clear(resource, &["parent"])
        && lint
            .ancestors_of(resource)
            .iter()
            .all(|above| is_clear(above, &["path", "data_selector", "sample", "transform", "add", "parent"]))
}

/// Whether the rows of a resource go to a table whenever it is read.
pub(super) fn is_written(resource: &Subject<'_>) -> bool {
    resource.written.resource.table != Some(None)
}

/// A finding about a key of a resource: at the key's value where the resource has it itself, at the resource where it
/// takes it from `defaults`, for what is said there is not wrong of all.
pub(super) fn at_own(
    rule: &Rule,
    lint: &Lint<'_>,
    resource: &Subject<'_>,
    key: &str,
    message: String,
) -> Diagnostic {
    let own = resource.written.at().join(key);
    if lint.is_written(&own) { rule.at(own, message) } else { rule.at_key(resource.written.at(), message) }
}

/// The edit that writes another word in place of one, where the word needs no quotes.
pub(super) fn renamed(lint: &Lint<'_>, at: &Pointer, part: Part, word: &str) -> Option<Fix> {
    let mut letters = word.chars();
    let is_plain = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-'));
    let means_another = matches!(word.to_ascii_lowercase().as_str(), "null" | "true" | "false");
    (is_plain && !means_another && !is_shared(lint, at))
        .then(|| Fix::new(format!("write `{word}`")).replace(lint.document.span(at, part, None), word))
}

/// Whether a place is written elsewhere and stands there by an alias: an edit of it would be one of that too.
pub(super) fn is_shared(lint: &Lint<'_>, at: &Pointer) -> bool {
    let mut node = lint.document.root();
    at.segments().any(|segment| match node.child(segment) {
        Some(child) => {
            node = child;
            child.alias.is_some()
        }
        None => true,
    })
}

/// What is there in place of a name: the one that was probably meant, else all.
pub(in crate::rules) fn instead(name: &str, names: &[&str]) -> String {
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", listed(names)),
    }
}

/// The names of the fields of rows, in the order in which they first come.
pub(in crate::rules) fn fields(rows: &[Value]) -> Vec<&str> {
    let mut seen = std::collections::HashSet::new();
    let names = rows.iter().filter_map(Value::as_object).flat_map(|row| row.keys().map(String::as_str));
    names.filter(|name| seen.insert(*name)).collect()
}

/// Names in backticks, the first few of them.
pub(super) fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(LISTED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What a value is, in words.
pub(super) fn called(value: &Value) -> String {
    let list = |items: &[Value], what: &str| match items.len() {
        1 => format!("a list of 1 {what}"),
        count => format!("a list of {count} {what}s"),
    };
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Value::Array(items) if items.iter().all(Value::is_object) => list(items, "object"),
        Value::Array(items) => list(items, "value"),
    }
}

/// What stands at the top of an answer, in words.
pub(super) fn described(body: &Value) -> String {
    let Some(fields) = body.as_object() else { return format!("it is {}", called(body)) };
    if fields.is_empty() {
        return "it is an empty object".to_owned();
    }
    let shown = fields.iter().take(LISTED).map(|(name, value)| format!("`{name}` ({})", called(value)));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match fields.len().saturating_sub(LISTED) {
        0 => format!("it has {shown}"),
        more => format!("it has {shown} and {more} more"),
    }
}

/// The path of names, as an author writes it.
pub(super) fn path_of(names: &[&str]) -> String {
    let is_short = |name: &&str| {
        let mut letters = name.chars();
        letters.next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_')
            && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
    };
    if names.is_empty() {
        return "$".to_owned();
    }
    if names.iter().all(is_short) {
        return names.join(".");
    }
    let keys = names.iter().map(|name| format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'")));
    format!("${}", keys.collect::<String>())
}

/// The lists of objects in an answer, down to the third level, as paths.
pub(super) fn lists(body: &Value) -> Vec<String> {
    fn walk<'v>(value: &'v Value, names: &mut Vec<&'v str>, found: &mut Vec<String>) {
        match value {
            Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_object) => {
                found.push(path_of(names));
            }
            Value::Object(fields) if names.len() < 3 => {
                for (name, value) in fields {
                    names.push(name);
                    walk(value, names, found);
                    names.pop();
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(body, &mut Vec::new(), &mut found);
    found
}

/// The paths to what stands in an answer, objects and their fields down to the third level; what is in lists is not
/// among them.
pub(super) fn places(body: &Value) -> Vec<String> {
    fn walk<'v>(value: &'v Value, names: &mut Vec<&'v str>, found: &mut Vec<String>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            names.push(name);
            found.push(path_of(names));
            if names.len() < 3 {
                walk(value, names, found);
            }
            names.pop();
        }
    }
    let mut found = Vec::new();
    walk(body, &mut Vec::new(), &mut found);
    found
}

/// Shows each text of a document with its place and the name that it stands under.
pub(super) fn texts(document: &Value, each: &mut impl FnMut(&str, &str, &str)) {
    fn walk<'v>(value: &'v Value, at: &mut String, name: &'v str, each: &mut impl FnMut(&str, &str, &str)) {
        let length = at.len();
        match value {
            Value::String(text) => each(if at.is_empty() { "$" } else { at }, name, text),
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    // Writing to a string cannot fail.
                    let _ = write!(at, "[{n}]");
                    walk(item, at, name, each);
                    at.truncate(length);
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    if length > 0 {
                        at.push('.');
                    }
                    at.push_str(name);
                    walk(field, at, name, each);
                    at.truncate(length);
                }
            }
            _ => {}
        }
    }
    walk(document, &mut String::new(), "", each);
}

/// The headers that are kept beside a sample, and the file.
pub(super) fn headers(lint: &Lint<'_>, sample: &Sample) -> Option<(String, Map<String, Value>)> {
    let path = format!("{}.headers.json", sample.path.strip_suffix(".json").unwrap_or(&sample.path));
    let bytes = lint.samples.read(&path).ok()??;
    Some((path, serde_json::from_slice(&bytes).ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_answer_has_is_said_in_words() {
        let body = json!({"data": [{}, {}], "errors": [], "meta": {"total": 3}, "tags": ["a"], "next": null});
        assert_eq!(
            described(&body),
            "it has `data` (a list of 2 objects), `errors` (an empty list), `meta` (an object), `tags` (a list of 1 value), `next` (null)"
        );
        assert_eq!(described(&json!([1])), "it is a list of 1 value");
    }

    #[test]
    fn lists_of_objects_are_found_three_levels_down() {
        let body = json!({"a": {"b": {"c": [{}], "d": {"e": [{}]}}}, "x y": [{}], "z": [1], "w": []});
        assert_eq!(lists(&body), ["a.b.c", "$['x y']"]);
        assert_eq!(lists(&json!([{}])), ["$"]);
    }
}
