//! What a key takes, in words.

use serde_json::Value;

use super::super::markdown::Anchors;
use super::heading_of;

/// What a shape takes, in words. That a key of a resource may be `null` is said once, above.
pub(super) fn takes(shape: &Value) -> String {
    let mut said: Vec<String> = Vec::new();
    collect(shape, &mut said);
    said.dedup();
    joined(&said)
}

fn collect(shape: &Value, said: &mut Vec<String>) {
    if let Some(reference) = shape["$ref"].as_str() {
        said.push(linked(reference));
        return;
    }
    for choice in ["oneOf", "anyOf"].iter().filter_map(|of| shape[of].as_array()).flatten() {
        collect(choice, said);
    }
    let words = shape["enum"].as_array().into_iter().flatten().chain(shape.get("const"));
    let words: Vec<String> = words.filter(|word| !word.is_null()).map(code).collect();
    if !words.is_empty() {
        said.extend(words);
        return;
    }
    let kinds = match &shape["type"] {
        Value::Array(kinds) => kinds.as_slice(),
        kind => std::slice::from_ref(kind),
    };
    for kind in kinds.iter().filter_map(Value::as_str) {
        match kind {
            "boolean" => said.extend(["`true`".to_owned(), "`false`".to_owned()]),
            kind => said.extend(of_kind(kind, shape)),
        }
    }
}

/// A word of the schema as it is written in a spec.
fn code(word: &Value) -> String {
    word.as_str().map_or_else(|| format!("`{word}`"), |word| format!("`{word}`"))
}

/// The words for a definition, which lead to where it is told.
fn linked(reference: &str) -> String {
    let name = reference.trim_start_matches("#/$defs/");
    let Some(heading) = heading_of(name) else { return name.to_owned() };
    let anchor = Anchors::default().take(heading);
    let words = match name {
        "Input" => "an input",
        "Client" | "Retry" | "Timeout" | "Defaults" | "Parent" => "a map",
        "Auth" => "a kind of auth",
        "Paginator" => "a kind of paginator",
        "RuleLevel" => "the level of a rule",
        _ => return format!("[{}](#{anchor})", heading.to_lowercase()),
    };
    format!("[{words}](#{anchor})")
}

/// A list by what its items are.
fn list(items: &Value) -> String {
    match items.as_object() {
        Some(shape) if !shape.is_empty() => format!("a list of {}", several(items)),
        _ => "a list".to_owned(),
    }
}

fn of_kind(kind: &str, shape: &Value) -> Option<String> {
    match kind {
        "integer" | "number" => Some(number(kind, shape)),
        "string" => Some(text(shape)),
        "array" => Some(list(&shape["items"])),
        "object" => Some(map(shape)),
        _ => None,
    }
}

fn number(kind: &str, shape: &Value) -> String {
    let noun = if kind == "integer" { "a whole number" } else { "a number" };
    // Bounds that are only those of a machine's number say nothing to an author.
    let least = shape["minimum"].as_i64().filter(|least| *least > i64::MIN);
    let most = shape["maximum"].as_u64().filter(|most| *most < i64::MAX.unsigned_abs());
    match (least, most) {
        (Some(least), Some(most)) => format!("{noun} from {least} to {most}"),
        (Some(least), None) => format!("{noun} from {least}"),
        _ => noun.to_owned(),
    }
}

fn text(shape: &Value) -> String {
    let example = shape["examples"][0].as_str();
    match (shape["pattern"].as_str(), shape["title"].as_str(), example) {
        (Some(_), Some(title), _) => format!("`{title}`"),
        (Some(pattern), None, _) if pattern.contains(r"\{\{") => "a template".to_owned(),
        (Some(_), None, _) => "a name".to_owned(),
        (None, _, Some(example)) => format!("text such as `{example}`"),
        (None, _, None) => "text".to_owned(),
    }
}

/// What the items of a list are, in the plural.
fn several(items: &Value) -> String {
    let mut said = Vec::new();
    collect(items, &mut said);
    // The two booleans are one kind of item.
    said.retain(|words| words != "`false`");
    let plural = |words: &String| match words.as_str() {
        "`true`" => "booleans".to_owned(),
        "text" => "texts".to_owned(),
        other => match other.strip_prefix("a whole number") {
            Some(bounds) => format!("whole numbers{bounds}"),
            None => format!("{}s", other.trim_start_matches("a ")),
        },
    };
    joined(&said.iter().map(plural).collect::<Vec<_>>())
}

/// `a, b or c`.
fn joined(said: &[String]) -> String {
    match said.split_last() {
        None => "anything".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// A map: by the form of its one key where that takes words, else by what its values are.
fn map(shape: &Value) -> String {
    if let Some(properties) = shape["properties"].as_object() {
        let written = properties.iter().map(|(name, key)| match key["enum"][0].as_str() {
            Some(word) => format!("{name}: {word}"),
            None => format!("{name}: …"),
        });
        return format!("`{{{}}}`", written.collect::<Vec<_>>().join(", "));
    }
    match shape.get("additionalProperties") {
        Some(values) if values.as_object().is_some_and(|values| !values.is_empty()) => {
            format!("a map of names to {}", takes(values))
        }
        _ => "a map".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_key_takes_is_said_in_words() {
        let said = [
            (json!({"type": "string"}), "text"),
            (json!({"type": ["string", "null"]}), "text"),
            (json!({"type": "integer", "const": 1}), "`1`"),
            (json!({"type": ["boolean", "string"], "pattern": r"\{\{"}), "`true`, `false` or a template"),
            (
                json!({"type": ["integer", "string"], "pattern": r"\{\{", "minimum": 1, "maximum": 9}),
                "a whole number from 1 to 9 or a template",
            ),
            (json!({"type": "array", "items": {"type": ["string", "number"]}}), "a list of texts or numbers"),
            (
                json!({"type": "array", "items": {"type": ["string", "boolean"]}}),
                "a list of texts or booleans",
            ),
            (json!({"oneOf": [{"const": "a"}, {"const": "b"}, {"type": "null"}]}), "`a` or `b`"),
            (json!({"$ref": "#/$defs/AnswerPlace"}), "[a place in an answer](#a-place-in-an-answer)"),
            (json!({}), "anything"),
        ];
        for (shape, words) in said {
            assert_eq!(takes(&shape), words, "{shape}");
        }
    }
}
