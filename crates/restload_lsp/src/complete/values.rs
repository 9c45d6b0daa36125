//! Values: words and kinds of the language, names of resources, paths and columns of samples.

use restload_diag::Pointer;
use restload_lint::Sample;
use restload_spec::{Grammar, MapKind, ValueFacts};
use serde_json::Value;

use super::item::{Insert, Item, Sort, spelled};
use super::{places, resource_item};
use crate::outline::{Caret, ValueHere};
use crate::scene::Scene;
use crate::{explain, kin, mentions, rows};

/// The values that may be written at the caret.
pub(super) fn offered(scene: &Scene<'_>, caret: &Caret, value: &ValueHere, items: &mut Vec<Item>) {
    let here = Here { scene, caret, value };
    let first = items.len();
    here.of_samples(items);
    if mentions::is_parent(&caret.at) {
        here.parents(items);
    }
    if let Some(facts) = here.facts() {
        here.words(&facts, items);
    }
    if value.needs_blank {
        for item in &mut items[first..] {
            let (Insert::Plain(text) | Insert::Snippet(text)) = &mut item.insert;
            text.insert(0, ' ');
        }
    }
}

struct Here<'a> {
    scene: &'a Scene<'a>,
    caret: &'a Caret,
    value: &'a ValueHere,
}

impl Here<'_> {
    /// What the language says of the value. A `type` may be that of any kind that could be chosen, whatever stands there.
    fn facts(&self) -> Option<ValueFacts> {
        let at = &self.caret.at;
        if at.last() == Some("type")
            && let Some(above) = at.parent().and_then(|above| Grammar::value_at(self.scene.document, &above))
            && !above.kinds.is_empty()
        {
            return Some(above);
        }
        Grammar::value_at(self.scene.document, at)
    }

    fn words(&self, facts: &ValueFacts, items: &mut Vec<Item>) {
        let is_type = self.caret.at.last() == Some("type") && !facts.kinds.is_empty();
        for kind in facts.maps.iter().copied().filter(|kind| kind.tag().is_some()) {
            items.extend(self.kind(kind, is_type));
        }
        for word in facts.words.iter().filter(|word| !facts.kinds.contains(&word.text)) {
            let doc = (!word.doc.is_empty()).then(|| word.doc.to_owned());
            items.push(Item { doc, ..Item::new(word.text, Sort::Word, self.caret.word.clone()) });
        }
        if facts.takes.contains("decimal(p,s)") {
            self.scalar(
                "decimal(18,2)",
                Sort::Word,
                Some("up to 38 digits, 2 behind the point".to_owned()),
                items,
            );
        }
        if self.value.quote.is_none() {
            let untagged = facts.maps.iter().copied().filter(|map| map.tag().is_none() && !map.is_free());
            untagged.for_each(|map| self.map(map, items));
        }
    }

    /// A kind: its name, or where it needs more a map with what it needs.
    fn kind(&self, kind: MapKind, is_type: bool) -> Option<Item> {
        let tag = kind.tag()?;
        let needed: Vec<String> = kind
            .keys()
            .iter()
            .filter(|key| key.required && key.name != "type")
            .enumerate()
            .map(|(n, key)| format!(", {}: ${}", key.name, n + 1))
            .collect();
        let insert = if is_type || kind.has_short_form() {
            Insert::Plain(tag.to_owned())
        } else if self.value.quote.is_some() {
            return None;
        } else {
            Insert::Snippet(format!("{{type: {tag}{}}}", needed.concat()))
        };
        let item = Item::new(tag, Sort::Kind, self.caret.word.clone());
        Some(Item { doc: Some(explain::kind(kind)), insert, ..item })
    }

    /// A map that may stand for a text: with one of the keys of which it has one, or with those that it needs.
    fn map(&self, map: MapKind, items: &mut Vec<Item>) {
        let one_of = map.one_of();
        let keys = map.keys();
        let needed: Vec<_> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        let choices: Vec<Vec<&str>> = match (one_of.as_slice(), needed.as_slice()) {
            ([], []) => Vec::new(),
            ([], needed) => vec![needed.to_vec()],
            (one_of, _) => one_of.iter().map(|key| vec![*key]).collect(),
        };
        for choice in choices {
            let facts = |name: &str| keys.iter().find(|key| key.name == name);
            let value = |name: &str, n: usize| match facts(name).map(|facts| facts.words.as_slice()) {
                Some([only]) => format!("${{{n}:{}}}", only.text),
                _ => format!("${n}"),
            };
            let entries =
                choice.iter().enumerate().map(|(n, name)| format!("{name}: {}", value(name, n + 1)));
            let text = format!("{{{}}}", entries.collect::<Vec<_>>().join(", "));
            let label = format!("{{{}: …}}", choice.join(", "));
            let doc = choice.first().and_then(|name| facts(name)).map(|facts| facts.doc.to_owned());
            let item = Item::new(&label, Sort::Kind, self.caret.word.clone());
            items.push(Item { doc, insert: Insert::Snippet(text), ..item });
        }
    }

    /// The resources that another may hang on: not itself, nor what hangs on it.
    fn parents(&self, items: &mut Vec<Item>) {
        let own = kin::resource_at(&self.caret.at);
        for name in self.scene.kin.names() {
            let hangs_on_it =
                own.is_some_and(|own| own == name || self.scene.kin.ancestors(name).contains(&own));
            if !hangs_on_it {
                let item = resource_item(self.scene, name, self.caret.word.clone());
                let insert = Insert::Plain(spelled(name, self.value.quote, self.caret.in_flow));
                items.push(Item { insert, ..item });
            }
        }
    }

    /// What the sample of the resource has for this key.
    fn of_samples(&self, items: &mut Vec<Item>) {
        let Some(name) = kin::resource_at(&self.caret.at) else { return };
        let Some(sample) = self.scene.known.and_then(|known| known.sample(name)) else { return };
        let places = self.places(&sample);
        for place in places {
            self.scalar(&place.path, Sort::Field, Some(place.detail), items);
        }
    }

    fn places(&self, sample: &Sample) -> Vec<places::Place> {
        let keys: Vec<&str> = self.caret.at.segments().skip(2).collect();
        let body = sample.body.as_ref();
        let of_body = |is_wanted: fn(&Value) -> bool| {
            body.map(|body| places::scalars(body, is_wanted)).unwrap_or_default()
        };
        match keys.as_slice() {
            ["data_selector"] => match body {
                Some(body) => places::lists(body),
                None => Vec::new(),
            },
            ["primary_key"] | ["primary_key", _] => {
                let fields = rows::fields(&sample.rows, &[]);
                let fields = fields.into_iter().filter(|field| !field.is_object && !field.is_list);
                fields.map(|field| places::Place { path: field.name, detail: field.example }).collect()
            }
            ["drop", _] => places::fields(&sample.rows),
            [.., "row"] => places::fields(&sample.selected),
            ["total"] | ["paginator", "total_pages"] => of_body(is_number),
            ["paginator", "next"] => of_body(|value| !value.is_boolean() && !value.is_object()),
            ["paginator", "has_more"] | ["paginator", "has_more", "path"] => of_body(|_| true),
            _ => Vec::new(),
        }
    }

    /// A text of the author's, in quotes where it needs any.
    fn scalar(&self, text: &str, sort: Sort, detail: Option<String>, items: &mut Vec<Item>) {
        let insert = Insert::Plain(spelled(text, self.value.quote, self.caret.in_flow));
        items.push(Item { detail, insert, ..Item::new(text, sort, self.caret.word.clone()) });
    }
}

fn is_number(value: &Value) -> bool {
    value.is_number()
        || value.as_str().is_some_and(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a place holds a template: texts of `client`, `defaults` and `resources` do, but for names, paths into JSON
/// and programs.
pub(super) fn is_template(at: &Pointer) -> bool {
    const NEVER: [&str; 15] = [
        "columns",
        "data_selector",
        "description",
        "drop",
        "has_more",
        "next",
        "on_missing_data",
        "on_missing_parent",
        "parent",
        "primary_key",
        "sample",
        "total",
        "total_pages",
        "transform",
        "type",
    ];
    let segments: Vec<&str> = at.segments().collect();
    match segments.as_slice() {
        ["client", ..] => true,
        ["defaults", keys @ ..] | ["resources", _, keys @ ..] => match keys.first() {
            // Below these the names are the author's.
            Some(&("params" | "headers" | "json" | "form" | "add" | "for_each")) => true,
            _ => !keys.is_empty() && !keys.iter().any(|key| NEVER.contains(key)),
        },
        _ => false,
    }
}
