//! Keys of maps, and names in maps whose names the author chooses.

use restload_lint::rules;
use restload_spec::{Grammar, KeyFacts, MapKind, Node};

use super::item::{Insert, Item, Sort};
use super::places;
use crate::outline::{Caret, KeyHere};
use crate::scene::Scene;
use crate::{explain, rows};

/// The keys that may be written at the caret, without those that are there.
pub(super) fn offered(scene: &Scene<'_>, caret: &Caret, key: &KeyHere, items: &mut Vec<Item>) {
    let maps = Grammar::at(scene.document, &caret.at);
    let present = present(scene, caret, key);
    let here = Here { scene, caret, key };
    for facts in keys_of(&maps, &present) {
        items.push(here.key(&facts));
    }
    if maps.iter().any(MapKind::is_free) {
        here.names(&present, items);
    }
}

/// The keys that the map has without the one that is being written.
fn present(scene: &Scene<'_>, caret: &Caret, key: &KeyHere) -> Vec<String> {
    let word = &scene.text.as_str()[caret.word.clone()];
    let entries = scene.document.get(&caret.at).map(Node::entries).unwrap_or_default();
    let others = entries.iter().map(|entry| &entry.key).filter(|key| *key != word);
    key.earlier.iter().chain(others).cloned().collect()
}

/// The keys of the maps that may stand there: those that all have, where the kind is not said yet.
fn keys_of(maps: &[MapKind], present: &[String]) -> Vec<KeyFacts> {
    let closed: Vec<&MapKind> = maps.iter().filter(|map| !map.is_free()).collect();
    let Some((first, others)) = closed.split_first() else { return Vec::new() };
    let one_of = first.one_of();
    let is_chosen = one_of.iter().any(|key| present.iter().any(|present| present == key));
    let keys = first.keys().into_iter().filter(|key| {
        let is_present = present.iter().any(|present| present == key.name);
        let is_ruled_out = is_chosen && one_of.contains(&key.name);
        !is_present && !is_ruled_out && others.iter().all(|other| other.key(key.name).is_some())
    });
    let (needed, others): (Vec<_>, Vec<_>) = keys.partition(|key| key.required);
    needed.into_iter().chain(others).collect()
}

struct Here<'a> {
    scene: &'a Scene<'a>,
    caret: &'a Caret,
    key: &'a KeyHere,
}

impl Here<'_> {
    /// A key of the language.
    fn key(&self, facts: &KeyFacts) -> Item {
        let detail = if facts.required { "required".to_owned() } else { facts.takes.clone() };
        let insert = if self.key.has_colon {
            Insert::Plain(facts.name.to_owned())
        } else {
            Insert::Snippet(format!("{}{}", facts.name, self.value_of(facts)))
        };
        let item = Item::new(facts.name, Sort::Key, self.caret.word.clone());
        Item { detail: Some(detail), doc: Some(explain::key(facts)), insert, ..item }
    }

    /// The colon of a key, with what is needed of its value.
    fn value_of(&self, facts: &KeyFacts) -> String {
        let in_flow = self.caret.in_flow;
        if let [only] = facts.words.as_slice()
            && facts.takes == format!("`{}`", only.text)
        {
            return format!(": {}", only.text);
        }
        if facts.takes == "a list" {
            return ": [$1]".to_owned();
        }
        if !facts.takes.starts_with("a map") {
            return ": $0".to_owned();
        }
        let needed = facts.maps.first().map(MapKind::keys).unwrap_or_default();
        let needed = needed.iter().filter(|key| key.required).enumerate();
        let needed: Vec<String> = needed.map(|(n, key)| format!("{}: ${}", key.name, n + 1)).collect();
        match (in_flow, needed.is_empty()) {
            (true, _) => format!(": {{{}$0}}", needed.join(", ")),
            (false, true) => ":\n  $0".to_owned(),
            (false, false) => format!(":\n  {}", needed.join("\n  ")),
        }
    }

    /// Names that the author chooses.
    fn names(&self, present: &[String], items: &mut Vec<Item>) {
        let segments: Vec<&str> = self.caret.at.segments().collect();
        match segments.as_slice() {
            ["lint"] => self.rules(present, items),
            ["resources", name, "columns"] => self.columns(name, present, items),
            ["inputs"] if !self.key.has_colon => self.inputs(items),
            ["resources"] if !self.key.has_colon => self.resources(items),
            _ => {}
        }
    }

    fn rules(&self, present: &[String], items: &mut Vec<Item>) {
        for rule in rules().filter(|rule| !present.iter().any(|key| key == rule.name)) {
            let insert = if self.key.has_colon {
                Insert::Plain(rule.name.to_owned())
            } else {
                Insert::Snippet(format!("{}: {{level: ${{1:allow}}, reason: $2}}", rule.name))
            };
            let item = Item::new(rule.name, Sort::Word, self.caret.word.clone());
            items.push(Item { detail: Some(rule.summary()), doc: Some(explain::rule(rule)), insert, ..item });
        }
    }

    fn columns(&self, resource: &str, present: &[String], items: &mut Vec<Item>) {
        let Some(sample) = self.scene.known.and_then(|known| known.sample(resource)) else { return };
        for field in rows::fields(&sample.rows, &[]) {
            if present.contains(&field.name) {
                continue;
            }
            let name = super::item::spelled(&field.name, None, self.caret.in_flow);
            let insert = if self.key.has_colon { name } else { format!("{name}: ") };
            let item = Item::new(&field.name, Sort::Field, self.caret.word.clone());
            items.push(Item { detail: Some(field.example), insert: Insert::Plain(insert), ..item });
        }
    }

    fn inputs(&self, items: &mut Vec<Item>) {
        self.snippet(
            "input",
            "A value that the run is given.",
            "${1:name}: {description: ${2:what it is}}",
            items,
        );
        let secret = "${1:api_key}: {secret: true, description: ${2:where it is found}}";
        self.snippet("secret input", "A value that is never printed or stored.", secret, items);
    }

    fn resources(&self, items: &mut Vec<Item>) {
        let has_paginator =
            self.scene.document.root().child("defaults").is_some_and(|map| map.child("paginator").is_some());
        let (open, line, close) = if self.caret.in_flow { (" {", ", ", "}") } else { ("\n  ", "\n  ", "") };
        let paging =
            if has_paginator { String::new() } else { format!("{line}paginator: ${{3:single_page}}") };
        let text = format!("${{1:name}}:{open}path: ${{2:path}}{paging}{close}");
        self.snippet("resource", "Rows of one kind, asked for by a path.", &text, items);
        let is_plain = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        if let Some(parent) = self.scene.kin.names().find(is_plain) {
            let paging =
                if has_paginator { String::new() } else { format!("{line}paginator: ${{4:single_page}}") };
            let path = places::path_of(self.scene.kin, parent);
            let text = format!(
                "${{1:{parent}_items}}:{open}parent: ${{2:{parent}}}{line}path: \"{path}/{{{{parent.id}}}}/$3\"{paging}{close}"
            );
            self.snippet(
                "child resource",
                "Rows that are asked for per row of another resource.",
                &text,
                items,
            );
        }
    }

    fn snippet(&self, label: &str, doc: &str, text: &str, items: &mut Vec<Item>) {
        let item = Item::new(label, Sort::Snippet, self.caret.word.clone());
        items.push(Item { doc: Some(doc.to_owned()), insert: Insert::Snippet(text.to_owned()), ..item });
    }
}
