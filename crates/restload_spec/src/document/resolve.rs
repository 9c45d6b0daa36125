//! What stands under each resource: `defaults`, merged into it on the tree, where an explicit `null` is to be seen.

use restload_diag::{Diagnostic, Pointer};
use serde_json::{Map, Value};

use super::{Content, Document, Entry, Node};
use crate::spec::Resource;
use crate::structure::decode_fault;

/// Keys whose maps merge key by key.
const MERGED: [&str; 6] = ["params", "headers", "json", "form", "columns", "add"];

/// What a resource without a path takes from `defaults`: it makes no request.
const TAKEN_WITHOUT_PATH: [&str; 5] =
    ["primary_key", "columns", "nested", "schema_contract", "write_disposition"];

/// A resource with what it takes from `defaults`.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The resource's name.
    pub name: String,
    /// The resource as if all of it were written in one place.
    pub resource: Resource,
    /// What was taken from `defaults`: a key, or a key and a key of its map.
    taken: Vec<(String, Option<String>)>,
    /// Keys that say something which cannot be read.
    broken: Vec<String>,
    /// `defaults` cannot be read: any key may have been said there.
    broken_defaults: bool,
}

impl Resolved {
    /// The place of the resource itself.
    pub fn at(&self) -> Pointer {
        ["resources", &self.name].into_iter().collect()
    }

    /// Where a part of the resource is written: under the resource, or under `defaults`. The path begins with a key
    /// of the resource: `["params", "status"]` is `/resources/notes/params/status` or `/defaults/params/status`.
    pub fn pointer(&self, path: &[&str]) -> Pointer {
        let taken = self.taken.iter().any(|(key, inner)| {
            path.first().is_some_and(|first| key == first)
                && inner.as_deref().is_none_or(|inner| path.get(1).is_some_and(|second| inner == *second))
        });
        let above = if taken { ["defaults"].into_iter().collect() } else { self.at() };
        path.iter().fold(above, |at, segment| at.join(segment))
    }

    /// Whether the resource says something under a key that cannot be read, or may say so: a fault is reported
    /// there, and what is missing must not be reported on top.
    pub fn is_broken(&self, key: &str) -> bool {
        self.broken.iter().any(|broken| broken == key || broken == Node::MERGED)
            || (self.broken_defaults && !crate::spec::NOT_IN_DEFAULTS.contains(&key))
    }
}

/// Merges `defaults` under each resource of a document, in the order of the document. Resources that cannot be read
/// are left out.
pub fn resolve_resources(document: &Document) -> Result<Vec<Resolved>, Vec<Diagnostic>> {
    let nothing = Node { content: Content::Null, ..document.root().clone() };
    let defaults = document.sound().child("defaults").unwrap_or(&nothing);
    let resources = document.sound().child("resources").map(Node::entries).unwrap_or_default();
    let mut resolved = Vec::new();
    let mut faults = Vec::new();
    for entry in resources.iter().filter(|entry| entry.value.content != Content::Fault) {
        match resolve(defaults, entry) {
            Ok(resource) => resolved.push(resource),
            Err(fault) => faults.push(*fault),
        }
    }
    if faults.is_empty() { Ok(resolved) } else { Err(faults) }
}

fn resolve(defaults: &Node, resource: &Entry) -> Result<Resolved, Box<Diagnostic>> {
    let own = &resource.value;
    let has_path = own.child("path").is_some();
    let mut merged = Map::new();
    let (mut taken, mut broken) = (Vec::new(), Vec::new());
    for Entry { key, value, .. } in own.entries() {
        if value.content == Content::Fault {
            broken.push(key.clone());
        } else {
            merged.insert(key.clone(), value.to_value());
        }
    }
    for Entry { key, value, .. } in defaults.entries() {
        if value.is_null() || !(has_path || TAKEN_WITHOUT_PATH.contains(&key.as_str())) {
            continue;
        }
        match merged.get_mut(key) {
            _ if broken.contains(key) => {}
            None if value.content == Content::Fault => broken.push(key.clone()),
            None => {
                merged.insert(key.clone(), value.to_value());
                taken.push((key.clone(), None));
            }
            Some(Value::Object(over)) if MERGED.contains(&key.as_str()) && !value.entries().is_empty() => {
                let under = merge_maps(over, value.entries());
                taken.extend(under.into_iter().map(|inner| (key.clone(), Some(inner))));
            }
            Some(_) => {}
        }
    }
    for key in MERGED.iter().filter(|key| **key != "json") {
        if let Some(Value::Object(map)) = merged.get_mut(*key) {
            map.retain(|_, value| !value.is_null());
        }
    }
    merged.retain(|key, value| !value.is_null() || key == "table");
    let name = resource.key.clone();
    let broken_defaults = defaults.content == Content::Fault;
    match serde_json::from_value(Value::Object(merged)) {
        Ok(resource) => Ok(Resolved { name, resource, taken, broken, broken_defaults }),
        Err(error) => Err(Box::new(decode_fault(["resources", &name].into_iter().collect(), &error))),
    }
}

/// Puts the entries of `defaults` before those of the resource, which win; a null there resets. Gives the keys that
/// were taken.
fn merge_maps(own: &mut Map<String, Value>, defaults: &[Entry]) -> Vec<String> {
    let mut all = Map::new();
    let mut taken = Vec::new();
    for Entry { key, value, .. } in defaults.iter().filter(|entry| entry.value.content != Content::Fault) {
        match own.shift_remove(key) {
            None => {
                all.insert(key.clone(), value.to_value());
                taken.push(key.clone());
            }
            Some(Value::Null) => {}
            Some(over) => {
                all.insert(key.clone(), over);
            }
        }
    }
    all.append(own);
    *own = all;
    taken
}
