//! What stands under each resource: `defaults`, merged into it on the tree, where an explicit `null` is to be seen.

use std::borrow::Cow;

use restload_diag::{Diagnostic, Pointer};
use serde::Deserialize as _;

use super::{Content, Document, Entry, Node, Style, decode};
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
        let above: &[&str] = if taken { &["defaults"] } else { &["resources", &self.name] };
        above.iter().chain(path).collect()
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
    let nothing = Node { content: Content::Null, span: 0..0, alias: None, style: Style::Plain };
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
    let mut merged: Vec<(&str, Cow<'_, Node>)> = Vec::new();
    let (mut taken, mut broken) = (Vec::new(), Vec::new());
    for Entry { key, value, .. } in own.entries() {
        if value.content == Content::Fault {
            broken.push(key.clone());
        } else {
            merged.push((key, Cow::Borrowed(value)));
        }
    }
    for Entry { key, value, .. } in defaults.entries() {
        if value.is_null() || !(has_path || TAKEN_WITHOUT_PATH.contains(&key.as_str())) {
            continue;
        }
        match merged.iter_mut().find(|(known, _)| known == key).map(|(_, own)| own) {
            _ if broken.contains(key) => {}
            None if value.content == Content::Fault => broken.push(key.clone()),
            None => {
                merged.push((key, Cow::Borrowed(value)));
                taken.push((key.clone(), None));
            }
            Some(own) if MERGED.contains(&key.as_str()) && is_map(own) && !value.entries().is_empty() => {
                // Names of headers are the same in capitals and without.
                let same: fn(&str, &str) -> bool =
                    if key == "headers" { str::eq_ignore_ascii_case } else { |one, other| one == other };
                let (all, under) = merge_maps(own.entries(), value.entries(), same);
                own.to_mut().content = Content::Map(all);
                taken.extend(under.into_iter().map(|inner| (key.clone(), Some(inner))));
            }
            Some(_) => {}
        }
    }
    let resets = |value: &Node| value.entries().iter().any(|entry| entry.value.is_null());
    for (key, value) in &mut merged {
        if MERGED.contains(key)
            && *key != "json"
            && resets(value)
            && let Content::Map(entries) = &mut value.to_mut().content
        {
            entries.retain(|entry| !entry.value.is_null());
        }
    }
    merged.retain(|(key, value)| !value.is_null() || *key == "table");
    let name = resource.key.clone();
    let broken_defaults = defaults.content == Content::Fault;
    match Resource::deserialize(decode::map(merged.iter().map(|(key, value)| (*key, &**value)))) {
        Ok(resource) => Ok(Resolved { name, resource, taken, broken, broken_defaults }),
        Err(error) => Err(Box::new(decode_fault(["resources", &name].into_iter().collect(), &error))),
    }
}

fn is_map(node: &Node) -> bool {
    matches!(node.content, Content::Map(_))
}

/// Puts the entries of `defaults` before those of the resource, which win; a null there resets. Gives all of them, and
/// the keys that were taken.
fn merge_maps(own: &[Entry], defaults: &[Entry], same: fn(&str, &str) -> bool) -> (Vec<Entry>, Vec<String>) {
    let (mut all, mut taken) = (Vec::new(), Vec::new());
    for entry in defaults.iter().filter(|entry| entry.value.content != Content::Fault) {
        match own.iter().find(|own| same(&own.key, &entry.key)) {
            None => {
                taken.push(entry.key.clone());
                all.push(entry.clone());
            }
            Some(over) if over.value.is_null() => {}
            Some(over) => all.push(over.clone()),
        }
    }
    let is_under = |own: &&Entry| {
        !defaults.iter().any(|entry| same(&entry.key, &own.key) && entry.value.content != Content::Fault)
    };
    all.extend(own.iter().filter(is_under).cloned());
    (all, taken)
}
