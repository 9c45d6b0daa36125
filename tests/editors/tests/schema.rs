//! The schema for editors, held against the structure pass: of each document both say the same, that it is right or that
//! it is not.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its documents fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jsonschema::Validator;
use restload_diag::{Diagnostic, Source};
use restload_spec::{Document, check_structure, editor_schema};
use serde_json::{Value, json};

static SCHEMA: LazyLock<Value> = LazyLock::new(editor_schema);
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::draft202012::new(&SCHEMA).unwrap());

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All YAML files below a folder that begin as specs do or are meant as one.
fn yaml_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            found.push(path);
        }
    }
}

fn specs() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["specs", "tests/cases", "tests/lint", "crates/restload_spec/tests/structure"] {
        let folder = root().join(folder);
        if folder.exists() {
            yaml_below(&folder, &mut found);
        }
    }
    found.retain(|path| !path.ends_with("exchanges.yaml"));
    found.sort();
    found
}

/// Both verdicts on a text; none where it is not read as one tree: a key said twice, a second document and a merge key
/// are nothing that JSON can show.
fn verdicts(name: &str, text: &str) -> Option<(bool, bool)> {
    let (document, faults) = Document::parse(Source::new(name, text));
    if !faults.is_empty() {
        return None;
    }
    let sound = !check_structure(&document).iter().any(Diagnostic::is_error);
    Some((sound, VALIDATOR.is_valid(&document.root().to_value())))
}

/// What the validator finds, for a message.
fn found(value: &Value) -> String {
    let errors = VALIDATOR.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path()));
    errors.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_schema_is_one_of_its_dialect() {
    assert_eq!(SCHEMA["$schema"], "https://json-schema.org/draft/2020-12/schema");
    if let Err(error) = jsonschema::meta::validate(&SCHEMA) {
        panic!("{error}");
    }
}

#[test]
fn of_each_spec_in_the_repository_both_say_the_same() {
    let (mut right, mut wrong) = (0, 0);
    for path in specs() {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let Some((structure, schema)) = verdicts("a.yaml", &text) else { continue };
        assert_eq!(structure, schema, "{}: the structure pass (left) and the schema (right)", path.display());
        *if structure { &mut right } else { &mut wrong } += 1;
    }
    assert!(right > 100, "{right}");
    assert!(wrong > 10, "{wrong}");
}

/// Every place of a spec that has every key is taken out, replaced by values of all kinds, and given a key too many.
#[test]
fn of_a_spec_with_one_change_both_say_the_same() {
    let everything = root().join("crates/restload_spec/tests/structure/everything.yaml");
    let (document, _) =
        Document::parse(Source::new("everything.yaml", fs::read_to_string(everything).unwrap()));
    let (mut right, mut wrong) = (0, 0);
    for part in parts(&document.root().to_value()) {
        let mut places = Vec::new();
        collect(&part, "", &mut places);
        for (place, changed) in
            places.iter().flat_map(|place| changes(&part, place).map(move |to| (place, to)))
        {
            let (structure, schema) = verdicts("everything.yaml", &changed.to_string()).unwrap();
            assert_eq!(structure, schema, "{place}: {changed}\n{}", found(&changed));
            *if structure { &mut right } else { &mut wrong } += 1;
        }
    }
    assert!(right > 300 && wrong > 1500, "{right} {wrong}");
}

/// Short specs that have together what the whole one has.
fn parts(whole: &Value) -> Vec<Value> {
    let short = json!({
        "version": 1, "name": "a", "client": {"base_url": "https://a.example"}, "resources": {"n": {"path": "n"}},
    });
    let with = |key: &str, value: &Value| {
        let mut part = short.clone();
        part[key] = value.clone();
        part
    };
    let keys = whole.as_object().unwrap().iter().filter(|(key, _)| *key != "resources");
    let resources = whole["resources"].as_object().unwrap().iter();
    keys.map(|(key, value)| with(key, value))
        .chain(resources.map(|(name, resource)| with("resources", &json!({name: resource}))))
        .collect()
}

fn collect(value: &Value, at: &str, places: &mut Vec<String>) {
    places.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                collect(inner, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), places);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(nth, inner)| collect(inner, &format!("{at}/{nth}"), places));
        }
        _ => {}
    }
}

fn changes(whole: &Value, place: &str) -> impl Iterator<Item = Value> {
    let values = [
        json!(null),
        json!(true),
        json!(1),
        json!(-1),
        json!(1.5),
        json!(100_000_000_000_000_u64),
        json!(""),
        json!("x"),
        json!("{{inputs.n}}"),
        json!("cursor"),
        json!([]),
        json!(["a", "a"]),
        json!([[1]]),
        json!({}),
        json!({"type": "cursor", "param": "a"}),
        json!({"type": "x", "y": 1}),
        json!({"header": "a"}),
        json!({"header": "a", "row": "b"}),
        json!({"path": "a", "equals": [null]}),
    ];
    let replaced = values.map(|value| {
        let mut changed = whole.clone();
        *changed.pointer_mut(place).unwrap() = value;
        changed
    });
    replaced.into_iter().chain(without(whole, place)).chain(with_more(whole, place))
}

fn without(whole: &Value, place: &str) -> Option<Value> {
    let (above, key) = place.rsplit_once('/')?;
    let mut changed = whole.clone();
    let key = key.replace("~1", "/").replace("~0", "~");
    changed.pointer_mut(above)?.as_object_mut()?.shift_remove(&key)?;
    Some(changed)
}

fn with_more(whole: &Value, place: &str) -> Option<Value> {
    let mut changed = whole.clone();
    changed.pointer_mut(place)?.as_object_mut()?.insert("surplus".into(), json!("text"));
    Some(changed)
}

/// The one place where they differ: JSON Schema counts 1.0 as an integer, the structure pass does not.
#[test]
fn a_whole_number_with_a_fraction_of_zero_is_refused_by_the_structure_pass_alone() {
    let text = "{version: 1, name: a, client: {base_url: 'https://a.example', concurrency: 4.0}, resources: {n: {path: n}}}";
    assert_eq!(verdicts("a.yaml", text), Some((false, true)));
}

#[test]
fn a_default_and_an_example_are_what_the_key_takes() {
    let (mut defaults, mut examples) = (0, 0);
    each_property(&SCHEMA, &mut |key, property| {
        let mut alone = property.clone();
        alone["$defs"] = SCHEMA["$defs"].clone();
        alone["$schema"] = SCHEMA["$schema"].clone();
        let alone = jsonschema::draft202012::new(&alone).unwrap();
        if let Some(default) = property.get("default") {
            assert!(alone.is_valid(default), "{key}: {property:#}");
            defaults += 1;
        }
        for example in property.get("examples").and_then(Value::as_array).into_iter().flatten() {
            assert!(alone.is_valid(example), "{key}: {property:#}");
            examples += 1;
        }
    });
    assert!(defaults > 20 && examples > 80, "{defaults} {examples}");
}

#[test]
fn a_key_has_a_title_and_a_description_and_says_its_default_unless_it_must_be_there() {
    // Keys of which one must be there, and two whose absence is spoken of.
    let spoken_of = ["path", "paginator", "header", "row", "json", "form", "query", "cookie"];
    each_map(&SCHEMA, &mut |map| {
        let required = map.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for (key, property) in map["properties"].as_object().unwrap() {
            let Some(property) = property.as_object().filter(|_| key != "type" || !is_tag(map)) else {
                continue;
            };
            assert!(property.contains_key("title"), "{key}");
            let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
            let markdown = property["markdownDescription"].as_str().unwrap_or_default();
            assert!(markdown.starts_with(description) && !description.is_empty(), "{key}: {markdown}");
            let shown = property.contains_key("examples") || markdown.contains("```yaml");
            let only = property.get("enum").or(property.get("const")).is_some();
            assert!(shown || only || property.contains_key("default"), "{key} is without an example");
            let told = description.contains("Default: ") || required.contains(&json!(key));
            assert!(told || spoken_of.contains(&key.as_str()), "{key}: {description}");
        }
    });
}

fn is_tag(map: &Value) -> bool {
    map.get("allOf").is_some()
}

fn each_property(schema: &Value, see: &mut impl FnMut(&str, &Value)) {
    each_map(schema, &mut |map| {
        let properties = map["properties"].as_object().unwrap();
        properties
            .iter()
            .filter(|(_, property)| property.is_object())
            .for_each(|(key, property)| see(key, property));
    });
}

/// Every schema of a map with keys, conditions aside.
fn each_map(schema: &Value, see: &mut impl FnMut(&Value)) {
    match schema {
        Value::Object(keywords) => {
            if keywords.get("properties").is_some_and(Value::is_object) {
                see(schema);
            }
            let below = keywords.iter().filter(|(keyword, _)| {
                !["if", "default", "examples", "defaultSnippets", "enum", "properties", "$defs"]
                    .contains(&keyword.as_str())
            });
            below.for_each(|(_, inner)| each_map(inner, see));
            for named in ["properties", "$defs"] {
                let inner = keywords.get(named).and_then(Value::as_object).into_iter().flatten();
                inner.for_each(|(_, inner)| each_map(inner, see));
            }
        }
        Value::Array(items) => items.iter().for_each(|inner| each_map(inner, see)),
        _ => {}
    }
}
