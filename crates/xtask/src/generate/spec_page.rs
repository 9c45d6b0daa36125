//! `docs/reference/spec.md`: every map of the language with its keys.

mod example;
mod kinds;
mod map;
mod places;
mod takes;

use serde_json::{Map, Value};

use super::markdown::Page;

/// A part of the page: its heading, the definition in the schema, and the map that the examples of its keys are
/// entries of.
struct Part {
    heading: &'static str,
    definition: &'static str,
    fragment: &'static str,
    form: Form,
}

/// How a definition is told.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// A map with named keys.
    Map,
    /// A map that has the keys of a resource, but for some.
    LikeResource,
    /// A choice of maps, told apart by `type`.
    Kinds,
    /// Short things that are written alone, which means this, or with one key.
    Place(&'static str),
}

/// The page in its order. A test holds it complete.
const PARTS: [Part; 25] = [
    part("Top level", "", "spec", Form::Map),
    part("An input", "Input", "inputs", Form::Map),
    part("The client", "Client", "client", Form::Map),
    part("Rate limits", "RateLimit", "client", Form::Map),
    part("Retries", "Retry", "client", Form::Map),
    part("Timeouts", "Timeout", "client", Form::Map),
    part("Certificates", "Tls", "client", Form::Map),
    part("Kinds of auth", "Auth", "client", Form::Kinds),
    part("A login", "Login", "client", Form::Map),
    part("The place of a token", "TokenPlace", "client", Form::Place("a path into the body")),
    part("A resource", "Resource", "resource", Form::Map),
    part("Resource defaults", "Defaults", "resource", Form::LikeResource),
    part("Kinds of paginator", "Paginator", "resource", Form::Kinds),
    part("The layout of CSV", "Csv", "resource", Form::Map),
    part("Response actions", "ResponseAction", "resource", Form::Map),
    part("A wait that a header tells", "ToldWait", "resource", Form::Map),
    part("The parent", "Parent", "resource", Form::Map),
    part("What is new", "Incremental", "resource", Form::Map),
    part("The place of a cursor", "CursorPlace", "resource", Form::Place("a path into the row")),
    part("A place in an answer", "AnswerPlace", "paginator", Form::Place("a path into the body")),
    part("A place in a request", "RequestPlace", "paginator", Form::Place("the name of a query parameter")),
    part("A test", "Test", "paginator", Form::Place("a path into the body")),
    part("A test on a row", "RowTest", "resource", Form::Place("a path into the row")),
    part("A column", "Column", "resource", Form::Map),
    part("The level of a rule", "RuleLevel", "spec", Form::Map),
];

const fn part(heading: &'static str, definition: &'static str, fragment: &'static str, form: Form) -> Part {
    Part { heading, definition, fragment, form }
}

const INTRODUCTION: &str = "\
Every key of a spec: what it takes, what stands in its place when it is left out, what it means, an example. What a
template, a path, a place or a program is, and how the keys work together, stands in [the notions](notions.md).

A key that is not on this page is an error, and so is a key with nothing behind it. A key of a resource may be `null`:
that takes back what `defaults` says.";

/// The page.
pub(super) fn spec_page() -> String {
    let schema = restload_spec::json_schema();
    let mut page = Page::made("the types of the spec");
    page.heading(1, "The keys of a spec");
    page.block(INTRODUCTION);
    for part in &PARTS {
        let shape = definition(&schema, part.definition);
        page.heading(2, part.heading);
        page.block(meaning(shape));
        match part.form {
            Form::Map => map::write(&mut page, shape, part, 3),
            Form::LikeResource => map::write_difference(&mut page, shape, definition(&schema, "Resource")),
            Form::Kinds => kinds::write(&mut page, shape, part),
            Form::Place(alone) => places::write(&mut page, shape, alone),
        }
    }
    page.finish()
}

/// A definition of the schema by its name; the whole schema is the one without a name.
fn definition<'s>(schema: &'s Value, name: &str) -> &'s Value {
    if name.is_empty() { schema } else { &schema["$defs"][name] }
}

/// The heading under which a definition is told.
fn heading_of(name: &str) -> Option<&'static str> {
    PARTS.iter().find(|part| part.definition == name).map(|part| part.heading)
}

/// The keys that a map names.
fn keys(shape: &Value) -> impl Iterator<Item = (&String, &Value)> {
    shape["properties"].as_object().into_iter().flat_map(Map::iter)
}

/// What the doc comment says, without its example.
fn meaning(shape: &Value) -> &str {
    let text = shape["description"].as_str().unwrap_or_default();
    text.split("```").next().unwrap_or_default().trim()
}

/// What the doc comment says of a key that has a default in the table: that there is none is not said again.
fn told(shape: &Value) -> &str {
    let nothing = ["Default: none.", "Default: nothing.", "Default: nowhere."];
    let text = meaning(shape);
    nothing.iter().find_map(|said| text.strip_suffix(said)).unwrap_or(text).trim_end()
}

/// The example of a doc comment.
fn example_of(shape: &Value) -> Option<&str> {
    let text = shape["description"].as_str()?;
    Some(text.split_once("```yaml\n")?.1.split_once("```")?.0.trim_end())
}

/// What stands in the place of a key that is left out.
fn default(shape: &Value) -> Option<&str> {
    let (_, default) = meaning(shape).rsplit_once("Default: ")?;
    Some(default.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A definition that is not on the page would be a part of the language that nobody can look up.
    #[test]
    fn every_definition_of_the_schema_is_on_the_page() {
        let schema = restload_spec::json_schema();
        let missing: Vec<&String> =
            schema["$defs"].as_object().unwrap().keys().filter(|name| heading_of(name).is_none()).collect();
        assert_eq!(missing, Vec::<&String>::new());
        assert!(PARTS.iter().all(|part| definition(&schema, part.definition).is_object()));
    }

    #[test]
    fn every_key_has_its_meaning_and_its_example_on_the_page() {
        let page = spec_page();
        let schema = restload_spec::json_schema();
        let maps = PARTS.iter().filter(|part| part.form == Form::Map);
        for (name, key) in maps.flat_map(|part| keys(definition(&schema, part.definition))) {
            assert!(page.contains(&format!("\n### `{name}`\n\n{}", told(key))), "{name}");
            assert!(page.contains(example_of(key).unwrap()), "{name}");
        }
    }

    #[test]
    fn the_default_is_what_the_doc_comment_ends_with() {
        let shape = serde_json::json!({"description": "How many. Default: none, one row a request.\n\n```yaml\na: 1\n```"});
        assert_eq!(default(&shape), Some("none, one row a request"));
        assert_eq!(example_of(&shape), Some("a: 1"));
        assert_eq!(default(&serde_json::json!({"description": "The name."})), None);
    }
}
