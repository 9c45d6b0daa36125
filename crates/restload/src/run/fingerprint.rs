//! What the rows of a run depend on besides the API: a load that was left open is gone on with only where it is the same.

use std::collections::BTreeMap;

use restload_spec::plan::{Inputs, Plan};
use serde_json::Value;

use crate::arguments::RunArguments;
use crate::spec_file::SpecFile;

/// Keys of the spec that are for people and for lint.
const FOR_PEOPLE: [&str; 5] = ["title", "description", "docs", "lint", "name"];
/// Keys of the client that change how fast the API is asked, and no row.
const HOW_FAST: [&str; 6] = ["concurrency", "rate_limit", "retry", "timeout", "tls", "max_body"];
/// Keys of a resource that change no row of it.
const NO_ROW: [&str; 3] = ["description", "sample", "rate_limit"];

/// The parts of a spec, the inputs and the options that rows depend on, each as text by a name for people. Secrets are not among
/// the inputs: a key may be another one when a load is gone on with.
pub(super) fn of(file: &SpecFile, plan: &Plan, arguments: &RunArguments) -> BTreeMap<String, String> {
    let mut parts = BTreeMap::new();
    let spec = file.document.root().to_value();
    for (key, value) in fields(&spec).filter(|(key, _)| !FOR_PEOPLE.contains(key)) {
        match key {
            // What they are given counts, and not how they are described.
            "inputs" => {}
            "client" => {
                let kept = fields(value).filter(|(key, _)| !HOW_FAST.contains(key));
                kept.for_each(|(key, value)| put(&mut parts, &format!("client.{key}"), value));
            }
            "defaults" => resource(&mut parts, "defaults", value),
            "resources" => {
                for (name, value) in fields(value) {
                    resource(&mut parts, &format!("resources.{name}"), value);
                }
            }
            _ => put(&mut parts, key, value),
        }
    }
    inputs(&mut parts, &plan.inputs);
    let names: Vec<&str> = plan.resources.iter().map(|resource| resource.name.as_str()).collect();
    parts.insert("the resources that are read".to_owned(), names.join(","));
    parts.insert("the base URL".to_owned(), plan.client.base_url.to_string());
    let options = [
        ("`--full-refresh`", arguments.full_refresh.then(String::new)),
        ("`--since`", arguments.since.clone()),
        ("`--until`", arguments.until.clone()),
        ("`--advance`", arguments.advance.then(String::new)),
    ];
    parts.extend(options.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    parts
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

fn put(parts: &mut BTreeMap<String, String>, name: &str, value: &Value) {
    parts.insert(format!("`{name}`"), value.to_string());
}

fn resource(parts: &mut BTreeMap<String, String>, name: &str, value: &Value) {
    for (key, value) in fields(value).filter(|(key, _)| !NO_ROW.contains(key)) {
        put(parts, &format!("{name}.{key}"), &undescribed(value));
    }
    // A resource of which nothing counts is there all the same.
    parts.insert(format!("`{name}`"), String::new());
}

/// Columns without what is said of them for people.
fn undescribed(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(key, value)| *key != "description" || !value.is_string());
            Value::Object(kept.map(|(key, value)| (key.clone(), undescribed(value))).collect())
        }
        other => other.clone(),
    }
}

fn inputs(parts: &mut BTreeMap<String, String>, inputs: &Inputs) {
    for (name, input) in inputs.iter().filter(|(_, input)| !input.secret) {
        parts.insert(format!("the input `{name}`"), input.value.to_string());
    }
}
