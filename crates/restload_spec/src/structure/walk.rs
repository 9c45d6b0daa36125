//! The walk over tree and schema.

use restload_diag::{Diagnostic, Part, Pointer};

use super::describe::{self, expected, found};
use super::shape::{self, Kind, Pattern, Shape};
use super::{name, shown, unknown, words};
use crate::document::{Content, Node};
use crate::near::nearest;
use crate::spec::LANGUAGE_VERSION;

/// Walks a whole spec.
pub(super) fn walk(root: &Node) -> Vec<Diagnostic> {
    if let Some(fault) = version_fault(root) {
        return vec![fault];
    }
    let mut walk = Walk { faults: Vec::new() };
    walk.value(&Place { node: root, at: Pointer::root(), in_list: false }, shape::spec());
    walk.faults
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
            "this restload reads version {LANGUAGE_VERSION}: take a newer restload, which reads this spec"
        )
    } else {
        format!("write `version: {LANGUAGE_VERSION}`")
    };
    Some(Diagnostic::error("version-unknown", Pointer::root().join("version"), message).help(help))
}

/// A value of the tree, and where it stands.
struct Place<'n> {
    node: &'n Node,
    at: Pointer,
    in_list: bool,
}

impl Place<'_> {
    fn name(&self) -> String {
        describe::name(&self.at, self.in_list)
    }

    fn key(&self) -> &str {
        self.at.last().unwrap_or_default()
    }

    fn fault(&self, rule: &'static str, message: String) -> Diagnostic {
        Diagnostic::error(rule, self.at.clone(), message)
    }
}

struct Walk {
    faults: Vec<Diagnostic>,
}

impl Walk {
    fn value(&mut self, place: &Place<'_>, shape: &'static Shape) {
        let Some(kind) = kind(place.node) else { return };
        let all = shape.alternatives();
        let fitting: Vec<_> = all.iter().copied().filter(|shape| shape.kinds.takes(kind)).collect();
        match (fitting.as_slice(), kind) {
            ([], _) => self.wrong_type(place, &all),
            (fitting, Kind::String) => self.text(place, fitting, &all),
            ([only, ..], Kind::Integer) => self.number(place, only),
            ([only, ..], Kind::Array) => self.list(place, only),
            ([only], Kind::Object) => self.map(place, only, &[]),
            (kinds, Kind::Object) => self.tagged(place, kinds),
            _ => {}
        }
    }

    fn wrong_type(&mut self, place: &Place<'_>, all: &[&'static Shape]) {
        let message = format!("{} is {}, expected {}", place.name(), found(place.node), expected(all));
        let fault = place.fault("wrong-type", message);
        self.faults.push(match wrong_type_help(place, all) {
            Some(help) => fault.help(help),
            None => fault,
        });
    }

    fn text(&mut self, place: &Place<'_>, fitting: &[&'static Shape], all: &[&'static Shape]) {
        let text = place.node.text().unwrap_or_default();
        if fitting.iter().any(|shape| text_fits(text, shape)) {
            return;
        }
        if let [only] = fitting {
            if describe::takes_templates(only) {
                return self.wrong_type(place, all);
            }
            if text.len() < only.min_length {
                let message = format!("{} is empty text, expected at least one character", place.name());
                return self.faults.push(place.fault("empty-value", message));
            }
            if only.pattern == Some(Pattern::Name) {
                return self.faults.push(no_name(place.at.clone(), Part::Value, text));
            }
            if only.pattern == Some(Pattern::Template) {
                return self.wrong_type(place, all);
            }
        }
        let kinds: Vec<&str> = all.iter().filter_map(|shape| shape.tag()).collect();
        if kinds.is_empty() {
            self.unknown_value(place, text, fitting, all);
        } else {
            self.short_form(place, text, all, &kinds);
        }
    }

    fn unknown_value(
        &mut self,
        place: &Place<'_>,
        text: &str,
        fitting: &[&'static Shape],
        all: &[&'static Shape],
    ) {
        let known: Vec<String> = fitting.iter().flat_map(|shape| describe::words(shape)).collect();
        let message = format!("{} is {}, expected {}", place.name(), shown(text), expected(all));
        let fault = place.fault("unknown-value", message);
        let longer =
            || known.iter().map(String::as_str).find(|word| text.len() > 2 && word.starts_with(text));
        let near = nearest(text, known.iter().map(String::as_str)).or_else(longer);
        let near = near.map(|near| format!("did you mean `{near}`?"));
        let help = words::of_value(place.key(), text).map(str::to_owned).or(near);
        self.faults.push(match help {
            Some(help) => fault.help(help),
            None => fault,
        });
    }

    /// A kind by its name alone: one that needs more, or one that is not known.
    fn short_form(&mut self, place: &Place<'_>, text: &str, all: &[&'static Shape], kinds: &[&str]) {
        let Some(kind) = all.iter().find(|shape| shape.tag() == Some(text)) else {
            return self.unknown_type(place.at.clone(), &place.name(), text, kinds);
        };
        let needed: Vec<&String> = kind.required.iter().filter(|key| *key != "type").collect();
        let example = needed.iter().find_map(|key| describe::example(kind.properties.get(key.as_str())?));
        let message = format!("{} of type `{text}` lacks {}", place.name(), describe::all_of(&needed));
        let fault = place.fault("missing-key", message);
        self.faults.push(match example {
            Some(example) => fault.help(format!("write it as a map: `{example}`")),
            None => fault,
        });
    }

    fn unknown_type(&mut self, at: Pointer, name: &str, found: &str, kinds: &[&str]) {
        let message = format!("{} is no type of {name}, expected {}", shown(found), describe::one_of(kinds));
        let fault = Diagnostic::error("unknown-type", at, message);
        self.faults.push(match nearest(found, kinds.iter().copied()) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault,
        });
    }

    fn number(&mut self, place: &Place<'_>, shape: &'static Shape) {
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
            self.faults.push(place.fault("out-of-range", message));
        }
    }

    fn list(&mut self, place: &Place<'_>, shape: &'static Shape) {
        let items = place.node.items();
        if items.len() < shape.min_items {
            let message = format!("{} is an empty list, expected at least one item", place.name());
            return self.faults.push(place.fault("empty-value", message));
        }
        for (index, node) in items.iter().enumerate() {
            let at = place.at.join(index);
            if shape.unique_items && items[..index].iter().any(|earlier| earlier.content == node.content) {
                let first = items.iter().position(|item| item.content == node.content).unwrap_or_default();
                let message = format!("{} is here twice", describe::name(&at, true));
                let fault = Diagnostic::error("duplicate-item", at, message).help("remove one of the two");
                self.faults.push(fault.label(place.at.join(first), Part::Value, "first here"));
            } else if let Some(items) = shape.items.as_deref() {
                self.value(&Place { node, at, in_list: true }, items);
            }
        }
    }

    /// A map of one of several kinds: `type` is read first, then only that kind's keys are spoken of.
    fn tagged(&mut self, place: &Place<'_>, kinds: &[&'static Shape]) {
        let tags: Vec<&str> = kinds.iter().filter_map(|shape| shape.tag()).collect();
        let Some(entry) = place.node.entry("type") else {
            let typo = nearest("type", place.node.entries().iter().map(|entry| entry.key.as_str()));
            let message = format!("{} lacks `type`, {}", place.name(), describe::one_of(&tags));
            let fault = place.fault("missing-key", message).on(Part::Key);
            return self.faults.push(match typo {
                Some(typo) => fault.help(format!("did you mean `type` by {}?", shown(typo))),
                None => {
                    match kinds.iter().find(|kind| knows_all(kind, place.node)).and_then(|kind| kind.tag()) {
                        Some(kind) => fault.help(format!("add it, for example `type: {kind}`")),
                        None => fault,
                    }
                }
            });
        };
        let at = place.at.join("type");
        match &entry.value.content {
            Content::Fault => {}
            Content::Text(text) => match kinds.iter().find(|shape| shape.tag() == Some(text)) {
                Some(kind) => self.map(place, kind, kinds),
                None => self.unknown_type(at, &place.name(), text, &tags),
            },
            _ => {
                let message =
                    format!("`type` is {}, expected {}", found(&entry.value), describe::one_of(&tags));
                self.faults.push(Diagnostic::error("wrong-type", at, message));
            }
        }
    }

    fn map(&mut self, place: &Place<'_>, shape: &'static Shape, kinds: &[&'static Shape]) {
        let entries = place.node.entries();
        let meant = unknown::check_keys(entries, shape, kinds, &place.at, &mut self.faults);
        self.missing_keys(place, shape, &meant);
        self.one_key(place, shape);
        if entries.len() < shape.min_properties && shape.one_of_keys().is_empty() {
            let message = format!("{} is an empty map, expected at least one entry", place.name());
            self.faults.push(place.fault("empty-value", message));
        }
        for entry in entries {
            let at = place.at.join(&entry.key);
            if let Some(names) = &shape.property_names
                && names.pattern.is_some_and(|pattern| !pattern.matches(&entry.key))
            {
                self.faults.push(no_name(at.clone(), Part::Key, &entry.key));
            }
            if let Some(shape) = shape.property(&entry.key) {
                self.value(&Place { node: &entry.value, at, in_list: false }, shape);
            }
        }
    }

    /// Reports the keys that are missing; not those that a misspelt key stands for.
    fn missing_keys(&mut self, place: &Place<'_>, shape: &'static Shape, meant: &[&str]) {
        let missing = |key: &&str| place.node.entry(key).is_none() && !meant.contains(key);
        let missing: Vec<&str> = shape.required.iter().map(String::as_str).filter(missing).collect();
        if missing.is_empty() {
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
            let message = format!("{} has {}, expected {expected} alone", place.name(), list.join(" and "));
            let at = place.at.join(second);
            self.faults.push(Diagnostic::error("one-of-these", at, message).on(Part::Key));
        } else if said.is_empty() && !keys.is_empty() && knows_all(shape, place.node) {
            let message = format!("{} lacks {expected}", place.name());
            self.faults.push(place.fault("missing-key", message).on(Part::Key));
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
fn knows_all(kind: &'static Shape, node: &Node) -> bool {
    node.entries().iter().all(|entry| kind.property(&entry.key).is_some())
}

fn text_fits(text: &str, shape: &Shape) -> bool {
    let words = shape.words();
    (words.is_empty() || words.contains(&text))
        && shape.pattern.is_none_or(|pattern| pattern.matches(text))
        && text.len() >= shape.min_length
}

fn no_name(at: Pointer, part: Part, text: &str) -> Diagnostic {
    let message =
        format!("{} is no name: a name has small letters, digits, `_` and `-`, a letter first", shown(text));
    let fault = Diagnostic::error("name-pattern", at, message).on(part);
    match name::nearest_name(text) {
        Some(name) => fault.help(format!("write `{name}`")),
        None => fault,
    }
}

/// The edit that makes a value of the right kind, where it is plain to see.
fn wrong_type_help(place: &Place<'_>, all: &[&'static Shape]) -> Option<String> {
    let takes = |kind| all.iter().any(|shape| shape.kinds.takes(kind));
    let plain_text = |shape: &&Shape| shape.examples.is_empty() && !describe::takes_templates(shape);
    if let Some(help) = words::of_value(place.key(), &place.node.to_value().to_string()) {
        return Some(help.to_owned());
    }
    match &place.node.content {
        Content::Text(text) if takes(Kind::Boolean) => match text.to_lowercase().as_str() {
            "yes" | "on" | "true" => Some("write `true`, without quotes".to_owned()),
            "no" | "off" | "false" => Some("write `false`, without quotes".to_owned()),
            _ => None,
        },
        Content::Text(text) if takes(Kind::Integer) && text.parse::<i64>().is_ok() => {
            Some(format!("write {} without quotes", shown(text)))
        }
        Content::Int(number) | Content::Float(number)
            if takes(Kind::String) && all.iter().all(plain_text) =>
        {
            Some(format!("put it in quotes: {}", shown(&format!("\"{number}\""))))
        }
        Content::Text(text) if takes(Kind::Array) => {
            Some(format!("make a list of it: {}", shown(&format!("[{text}]"))))
        }
        _ => None,
    }
}
