//! The walk over tree and schema.

use std::collections::HashMap;

use restload_diag::{Diagnostic, Part, Pointer};

use super::describe::{self, expected, found};
use super::mend::{self, Mend};
use super::shape::{self, Kind, Pattern, Shape};
use super::{name, shown, unknown};
use crate::Document;
use crate::document::{Content, MAX_FAULTS, Node};
use crate::spec::LANGUAGE_VERSION;

/// Walks a whole spec.
pub(super) fn walk(document: &Document) -> Vec<Diagnostic> {
    let root = document.root();
    if let Some(fault) = version_fault(root) {
        return vec![fault];
    }
    let mut walk = Walk { document, faults: Vec::new() };
    walk.value(&Place { node: root, at: Pointer::root(), in_list: false, own: true }, shape::spec());
    walk.faults
}

/// Whether a value has no fault under a schema.
pub(super) fn fits(document: &Document, node: &Node, at: Pointer, shape: &'static Shape) -> bool {
    let mut walk = Walk { document, faults: Vec::new() };
    walk.value(&Place { node, at, in_list: false, own: false }, shape);
    walk.faults.is_empty()
}

/// A spec of another version is told nothing else: what would be said of it may not hold there.
fn version_fault(root: &Node) -> Option<Diagnostic> {
    let Content::Int(version) = &root.child("version")?.content else { return None };
    if version.as_u64() == Some(u64::from(LANGUAGE_VERSION)) {
        return None;
    }
    let newer = version.as_u64().is_some_and(|version| version > u64::from(LANGUAGE_VERSION));
    let message = format!("version {version} of the language is not known");
    let help = if newer {
        format!(
            "this restload reads version {LANGUAGE_VERSION}: write `version: {LANGUAGE_VERSION}`, or take a newer restload"
        )
    } else {
        format!("write `version: {LANGUAGE_VERSION}`")
    };
    Some(Diagnostic::error("version-unknown", Pointer::root().join("version"), message).help(help))
}

/// A value of the tree, and where it stands.
pub(super) struct Place<'n> {
    pub(super) node: &'n Node,
    pub(super) at: Pointer,
    pub(super) in_list: bool,
    /// Whether it stands here alone: an edit of it changes nothing else.
    pub(super) own: bool,
}

impl Place<'_> {
    pub(super) fn name(&self) -> String {
        describe::name(&self.at, self.in_list)
    }

    pub(super) fn key(&self) -> &str {
        self.at.last().unwrap_or_default()
    }

    pub(super) fn fault(&self, rule: &'static str, message: String) -> Diagnostic {
        Diagnostic::error(rule, self.at.clone(), message)
    }
}

pub(super) struct Walk<'d> {
    pub(super) document: &'d Document,
    pub(super) faults: Vec<Diagnostic>,
}

impl Walk<'_> {
    pub(super) fn value(&mut self, place: &Place<'_>, shape: &'static Shape) {
        let Some(kind) = kind(place.node).filter(|_| self.faults.len() < MAX_FAULTS) else { return };
        let all = shape.alternatives();
        let fitting: Vec<_> = all.iter().copied().filter(|shape| shape.kinds.takes(kind)).collect();
        match (fitting.as_slice(), kind) {
            ([], _) => self.wrong_type(place, shape, &all),
            (fitting, Kind::String) => self.text(place, shape, fitting, &all),
            ([only, ..], Kind::Integer) => self.number(place, shape, only),
            ([only, ..], Kind::Array) => self.list(place, only),
            ([only], Kind::Object) => self.map(place, only, &[]),
            (kinds, Kind::Object) => self.tagged(place, kinds),
            _ => {}
        }
    }

    fn wrong_type(&mut self, place: &Place<'_>, shape: &'static Shape, all: &[&'static Shape]) {
        let message = format!("{} is {}, expected {}", place.name(), found(place.node), expected(all));
        let fault = place.fault("wrong-type", message);
        let mend = mend::wrong_type(self.document, (place.node, &place.at, place.own), shape, all);
        self.push(fault, mend);
    }

    pub(super) fn push(&mut self, fault: Diagnostic, mend: Mend) {
        self.faults.push(mend.on(fault));
    }

    fn text(
        &mut self,
        place: &Place<'_>,
        shape: &'static Shape,
        fitting: &[&'static Shape],
        all: &[&'static Shape],
    ) {
        let text = place.node.text().unwrap_or_default();
        if fitting.iter().any(|shape| text_fits(text, shape)) {
            return;
        }
        if let [only] = fitting {
            if describe::takes_templates(only) {
                return self.wrong_type(place, shape, all);
            }
            if text.len() < only.min_length {
                let message = format!("{} is empty text, expected at least one character", place.name());
                let fault = place.fault("empty-value", message);
                return self.faults.push(fault.help("write a value, or remove the key"));
            }
            if only.pattern == Some(Pattern::Name) {
                return self.faults.push(no_name(place.at.clone(), Part::Value, text));
            }
            if only.pattern == Some(Pattern::Template) {
                return self.wrong_type(place, shape, all);
            }
        }
        let kinds: Vec<&str> = all.iter().filter_map(|shape| shape.tag()).collect();
        if kinds.is_empty() {
            self.unknown_value(place, shape, fitting, all);
        } else {
            self.short_form(place, text, all, &kinds);
        }
    }

    fn number(&mut self, place: &Place<'_>, property: &'static Shape, shape: &'static Shape) {
        let Content::Int(number) = &place.node.content else { return };
        // Beyond 128 bits a number is beyond every bound that there is.
        let value = number.as_i128().unwrap_or(if number.to_string().starts_with('-') {
            i128::MIN
        } else {
            i128::MAX
        });
        let least = shape.minimum.map_or(i128::MIN, i128::from);
        let most = shape.maximum.map_or(i128::MAX, i128::from);
        let bounded = shape.minimum.is_some() || shape.maximum.is_some();
        if bounded && !(least..=most).contains(&value) {
            let range = match describe::range(shape) {
                range if value < least || shape.maximum.is_none_or(|most| most < 1 << 31) => range,
                _ => format!(" of at most {most}"),
            };
            let number = shown(&number.to_string());
            let message = format!("{} is {number}, expected a whole number{range}", place.name());
            // An example of a map around the key may be of another kind than what stands here.
            let help = match describe::example(property).filter(|example| !example.contains('{')) {
                Some(example) => format!("for example `{example}`"),
                None if value < least => format!("write {least} or more"),
                None => format!("write {most} or less"),
            };
            self.faults.push(place.fault("out-of-range", message).help(help));
        }
    }

    fn list(&mut self, place: &Place<'_>, shape: &'static Shape) {
        let items = place.node.items();
        if items.len() < shape.min_items {
            let message = format!("{} is an empty list, expected at least one item", place.name());
            let fault = place.fault("empty-value", message);
            return self.faults.push(fault.help("write an item, or remove the key"));
        }
        let mut firsts = HashMap::new();
        for (index, node) in items.iter().enumerate() {
            let at = place.at.join(index);
            let first = if shape.unique_items {
                *firsts.entry(node.to_value().to_string()).or_insert(index)
            } else {
                index
            };
            if first != index && self.faults.len() < MAX_FAULTS {
                let list = shown(place.at.last().unwrap_or("the list"));
                let message = match node.text() {
                    Some(text) => format!("{} is in {list} twice", shown(text)),
                    None => format!("{} is in it twice", describe::name(&at, true)),
                };
                let fault = Diagnostic::error("duplicate-item", at, message);
                let fault = fault.label(place.at.join(first), Part::Value, "first here");
                let fix = mend::without_item(self.document, place.node, index).filter(|_| place.own);
                let mend = fix.map_or_else(|| Mend::Help("remove one of the two".to_owned()), Mend::Fix);
                self.push(fault, mend);
            } else if let Some(items) = shape.items.as_deref() {
                let own = place.own && self.document.is_own(node);
                self.value(&Place { node, at, in_list: true, own }, items);
            }
        }
    }

    pub(super) fn map(&mut self, place: &Place<'_>, shape: &'static Shape, kinds: &[&'static Shape]) {
        let entries = place.node.entries();
        let here = unknown::Here { document: self.document, at: &place.at, own: place.own };
        let meant = unknown::check_keys(&here, entries, shape, kinds, &mut self.faults);
        self.missing_keys(place, shape, &meant);
        self.one_key(place, shape);
        if entries.len() < shape.min_properties && shape.one_of_keys().is_empty() {
            let message = format!("{} is an empty map, expected at least one entry", place.name());
            let fault = place.fault("empty-value", message);
            self.faults.push(fault.help("write an entry, `name: value`"));
        }
        for entry in entries {
            let at = place.at.join(&entry.key);
            if let Some(names) = &shape.property_names
                && names.pattern.is_some_and(|pattern| !pattern.matches(&entry.key))
            {
                self.faults.push(no_name(at.clone(), Part::Key, &entry.key));
            }
            if let Some(shape) = shape.property(&entry.key) {
                let own = place.own && self.document.is_own(&entry.value);
                self.value(&Place { node: &entry.value, at, in_list: false, own }, shape);
            }
        }
    }

    /// Reports the keys that are missing; not those that a misspelt key stands for.
    fn missing_keys(&mut self, place: &Place<'_>, shape: &'static Shape, meant: &[&str]) {
        let missing = |key: &&str| place.node.entry(key).is_none() && !meant.contains(key);
        let missing: Vec<&str> = shape.required.iter().map(String::as_str).filter(missing).collect();
        if missing.is_empty() || place.node.is_merged() {
            return;
        }
        let of_type = shape.tag().map(|tag| format!(" of type `{tag}`")).unwrap_or_default();
        let message = format!("{}{of_type} lacks {}", place.name(), describe::all_of(&missing));
        let fault = place.fault("missing-key", message).on(Part::Key);
        let example = |key: &&str| shape.properties.get(*key).and_then(describe::example).map(str::to_owned);
        let mut examples: Vec<String> =
            missing.iter().map(|key| example(key).unwrap_or_else(|| format!("{key}: …"))).collect();
        examples.dedup();
        let them = if missing.len() == 1 { "it" } else { "them" };
        self.faults.push(fault.help(format!("add {them}, for example {}", describe::all_of(&examples))));
    }

    /// A map that has exactly one of several keys.
    fn one_key(&mut self, place: &Place<'_>, shape: &'static Shape) {
        let keys = shape.one_of_keys();
        let said: Vec<&str> = keys.iter().copied().filter(|key| place.node.entry(key).is_some()).collect();
        let expected = describe::one_of(&keys);
        if let [_, second, ..] = said.as_slice() {
            let list: Vec<String> = said.iter().map(|key| format!("`{key}`")).collect();
            let message = format!("{} has {}, expected only {expected}", place.name(), list.join(" and "));
            let at = place.at.join(second);
            let fault = Diagnostic::error("one-of-these", at, message).on(Part::Key);
            self.faults.push(fault.help("keep the one that is meant, and remove the others"));
        } else if said.is_empty() && !keys.is_empty() && knows_all(shape, place.node) {
            let message = format!("{} lacks {expected}", place.name());
            let fault = place.fault("missing-key", message).on(Part::Key);
            let help = match keys.contains(&"path") {
                true => "a path into the body is written alone, or under `path` beside `equals`".to_owned(),
                false if keys.contains(&"row") => {
                    let (key, path) = match place.at.last() {
                        Some("next") => ("next", "meta.next"),
                        key => (key.unwrap_or("total"), "meta.total"),
                    };
                    format!("a path into the body is written alone, for example `{key}: {path}`")
                }
                false => "the name of a query parameter is written alone, for example `page`".to_owned(),
            };
            self.faults.push(fault.help(help));
        }
    }
}

/// The kind of a value; none where a fault is already said of it.
pub(super) fn kind(node: &Node) -> Option<Kind> {
    Some(match &node.content {
        Content::Null => Kind::Null,
        Content::Bool(_) => Kind::Boolean,
        Content::Int(_) => Kind::Integer,
        Content::Float(_) => Kind::Number,
        Content::Text(_) => Kind::String,
        Content::List(_) => Kind::Array,
        Content::Map(_) => Kind::Object,
        Content::Fault => return None,
    })
}

/// Whether a kind has all the keys of a map.
pub(super) fn knows_all(kind: &'static Shape, node: &Node) -> bool {
    node.entries().iter().all(|entry| kind.property(&entry.key).is_some())
}

fn text_fits(text: &str, shape: &Shape) -> bool {
    let words = shape.words();
    (words.is_empty() || words.contains(&text))
        && shape.pattern.is_none_or(|pattern| pattern.matches(text))
        && text.len() >= shape.min_length
}

fn no_name(at: Pointer, part: Part, text: &str) -> Diagnostic {
    let message = format!(
        "{} cannot be a name: a name has small letters, digits, `_` and `-`, a letter first",
        shown(text)
    );
    let fault = Diagnostic::error("name-pattern", at, message).on(part);
    match name::nearest_name(text) {
        Some(name) => fault.help(format!("write `{name}`")),
        None => fault.help("begin with a letter, for example `list_entries`"),
    }
}
