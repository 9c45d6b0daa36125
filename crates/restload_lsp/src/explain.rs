//! What is said of keys, kinds, inputs, resources and what templates read, as Markdown: in hovers, and beside
//! completions.

use restload_diag::Pointer;
use restload_lint::{Rule, Sample};
use restload_spec::{Document, KeyFacts, MapKind, Node, Scope};

use crate::kin::Kin;
use crate::rows;
use crate::scene::Known;

/// How many children of a resource are named.
const CHILDREN: usize = 10;

/// The helpers of templates: the name, how it is written behind its name, and what it makes.
pub(crate) const HELPERS: [(&str, &str, &str); 8] = [
    (
        "date",
        "VALUE FORMAT [ZONE]",
        "Writes a date: `iso`, `date`, `unix`, `unix_ms`, or a strftime pattern.",
    ),
    ("default", "VALUE OTHERWISE", "The value, or the other where it is null or empty."),
    ("join", "LIST SEPARATOR", "The items of a list as one text."),
    ("lower", "VALUE", "The text in small letters."),
    ("upper", "VALUE", "The text in capitals."),
    ("base64", "VALUE", "The text as Base64."),
    ("urlencode", "VALUE", "The text, percent-encoded."),
    ("json", "VALUE", "The value as JSON."),
];

/// A key of a map.
pub(crate) fn key(facts: &KeyFacts) -> String {
    let required = if facts.required { " (required)" } else { "" };
    let mut said = format!("**`{}`**{required}: {}", facts.name, facts.takes);
    add_doc(&mut said, facts.doc, facts.example);
    said
}

/// What is said of a value, with its example.
pub(crate) fn add_doc(said: &mut String, doc: &str, example: Option<&str>) {
    if !doc.is_empty() {
        said.push_str("\n\n");
        said.push_str(doc);
    }
    if let Some(example) = example {
        said.push_str("\n\n```yaml\n");
        said.push_str(example);
        said.push_str("\n```");
    }
}

/// A kind of map that its `type` tells.
pub(crate) fn kind(kind: MapKind) -> String {
    let mut said = kind.doc().to_owned();
    let required: Vec<String> = kind
        .keys()
        .iter()
        .filter(|key| key.required && key.name != "type")
        .map(|key| format!("`{}`", key.name))
        .collect();
    if !required.is_empty() {
        if !said.is_empty() {
            said.push_str("\n\n");
        }
        said.push_str("It needs ");
        said.push_str(&required.join(", "));
        said.push('.');
    }
    said
}

/// A rule.
pub(crate) fn rule(rule: &Rule) -> String {
    rule.page.trim_end().to_owned()
}

/// An input as it is declared. What a secret is by default is not said.
pub(crate) fn input(name: &str, node: &Node) -> String {
    let text = |key: &str| node.child(key).and_then(Node::text);
    let is_secret = node.child("secret").is_some_and(|secret| secret.to_value() == true);
    let kind = text("type").unwrap_or("string");
    let mut said = format!("**input `{name}`**: {kind}{}", if is_secret { ", secret" } else { "" });
    if let Some(description) = text("description") {
        said.push_str("\n\n");
        said.push_str(description);
    }
    let mut facts: Vec<String> = Vec::new();
    if let Some(env) = text("env") {
        facts.push(format!("environment `{env}`"));
    }
    match node.child("default") {
        Some(_) if is_secret => facts.push("has a default".to_owned()),
        Some(default) => {
            facts.push(format!("default `{}`", rows::example(&[name], &default.to_value())));
        }
        None if node.child("required").is_some_and(|required| required.to_value() == false) => {
            facts.push("may be left out".to_owned());
        }
        None => {}
    }
    if let Some(choices) = node.child("enum").filter(|_| !is_secret) {
        facts.push(format!("one of `{}`", rows::shortened(&choices.to_value().to_string())));
    }
    if !facts.is_empty() {
        said.push_str("\n\n");
        said.push_str(&facts.join(" · "));
    }
    said
}

/// A resource in short: what it is, how it is asked for, what its sample holds.
pub(crate) fn resource(kin: &Kin<'_>, known: Option<&Known<'_>>, name: &str) -> Option<String> {
    let node = kin.resource(name)?;
    let text = |key: &str| node.child(key).and_then(Node::text);
    let mut said = format!("**resource `{name}`**");
    if let Some(description) = text("description") {
        said.push_str(": ");
        said.push_str(description);
    }
    let mut facts: Vec<String> = Vec::new();
    if let Some(path) = text("path") {
        facts.push(format!("`{} {path}`", text("method").unwrap_or("GET")));
    }
    if let Some(parent) = kin.parent(name) {
        facts.push(format!("for the rows of `{parent}`"));
    }
    let children = kin.children(name);
    if !children.is_empty() {
        let few: Vec<String> = children.iter().take(CHILDREN).map(|child| format!("`{child}`")).collect();
        let more = if children.len() > CHILDREN {
            format!(" and {} more", children.len() - CHILDREN)
        } else {
            String::new()
        };
        facts.push(format!("parent of {}{more}", few.join(", ")));
    }
    if !facts.is_empty() {
        said.push_str("\n\n");
        said.push_str(&facts.join(" · "));
    }
    if let Some(sample) = known.and_then(|known| known.sample(name)) {
        said.push_str("\n\n");
        said.push_str(&sampled(&sample));
    }
    Some(said)
}

/// What a sample holds, in a line.
pub(crate) fn sampled(sample: &Sample) -> String {
    let path = &sample.path;
    match (&sample.fault, sample.matched) {
        (Some(fault), _) => format!("`{path}`: {fault}"),
        (None, false) => format!("the selector finds nothing in `{path}`"),
        (None, true) => {
            let rows = sample.selected.len();
            format!("{rows} row{} in `{path}`", if rows == 1 { "" } else { "s" })
        }
    }
}

/// What stands at a path of the rows of a resource, in the first rows of its sample.
pub(crate) fn field(known: Option<&Known<'_>>, resource: &str, path: &[&str]) -> String {
    let what = format!("`{}` of a row of `{resource}`", path.join("."));
    let Some(sample) = known.and_then(|known| known.sample(resource)) else {
        return format!("{what}\n\nIt has no sample to show values of.");
    };
    let examples = rows::examples(&sample.rows, path);
    let examples: Vec<String> = examples.iter().map(|example| format!("`{example}`")).collect();
    if examples.is_empty() {
        return format!("{what}\n\nNo row of `{}` has it.", sample.path);
    }
    format!("{what}\n\n{} … in `{}`", examples.join(", "), sample.path)
}

/// A scope of templates.
pub(crate) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Inputs => "What the person who runs the spec supplies.",
        Scope::Parent => "The row of the parent resource.",
        Scope::Resources => "The row of an ancestor, by the name of its resource.",
        Scope::Batch => {
            "The list of parent rows that share the request; `batch.id` is the list of that field."
        }
        Scope::Each => "The combination of `for_each`.",
        Scope::Incremental => "The bounds of what is read: `start` and `end`.",
        Scope::Run => "The run: `id` and `started_at`.",
        Scope::Row => "The row at hand, after its transform.",
        Scope::Token => "The fields of a token's answer.",
    }
}

/// The key of a map at a place, as the language has it.
pub(crate) fn facts_of_key(document: &Document, at: &Pointer) -> Option<KeyFacts> {
    let maps = restload_spec::Grammar::at(document, &at.parent()?);
    maps.iter().find_map(|map| map.key(at.last()?))
}

#[cfg(test)]
mod tests {
    use restload_spec::Template;

    use super::*;

    #[test]
    fn the_helpers_are_those_of_templates() {
        for (name, usage, _) in HELPERS {
            let arguments = usage.split(' ').filter(|word| !word.starts_with('['));
            let arguments: Vec<_> =
                arguments.map(|word| if word == "FORMAT" { "'iso'" } else { "inputs.x" }).collect();
            let text = format!("{{{{{name} {}}}}}", arguments.join(" "));
            assert!(Template::parse(&text).is_ok(), "{text}");
        }
        // Whoever writes a helper that there is not is told all that there are.
        let faults = Template::parse("{{zzzzzzzz inputs.x}}").unwrap_err();
        let help = faults[0].help.clone().unwrap();
        assert_eq!(help.matches('`').count() / 2, HELPERS.len(), "{help}");
        assert!(HELPERS.iter().all(|(name, _, _)| help.contains(&format!("`{name}`"))), "{help}");
    }
}
