//! Words of which one has to be chosen: values, and the `type` that tells kinds of maps apart.

use restload_diag::{Diagnostic, Part, Pointer};

use super::describe::{self, expected, found};
use super::mend::{self, Mend};
use super::shape::Shape;
use super::walk::{Place, Walk, knows_all};
use super::{shown, words};
use crate::document::Content;
use crate::near::nearest;

impl Walk<'_> {
    pub(super) fn unknown_value(
        &mut self,
        place: &Place<'_>,
        shape: &'static Shape,
        fitting: &[&'static Shape],
        all: &[&'static Shape],
    ) {
        let text = place.node.text().unwrap_or_default();
        let known: Vec<String> = fitting.iter().flat_map(|shape| describe::words(shape)).collect();
        let known = known.iter().map(String::as_str);
        let message = format!("{} is {}, expected {}", place.name(), shown(text), expected(all));
        let fault = place.fault("unknown-value", message);
        let longer = || known.clone().find(|word| text.len() > 2 && word.starts_with(text));
        let called = words::called_column(text).filter(|word| known.clone().any(|known| known == *word));
        let write = |word: &str| mend::write_word(self.document, place.node, place.own, word);
        let mend = match words::of_value(place.key(), text) {
            Some(help) => match help.strip_prefix("write `").and_then(|word| word.strip_suffix('`')) {
                Some(word) if known.clone().any(|known| known == word) => write(word),
                _ => Mend::Help(help.to_owned()),
            },
            None => match called.or_else(|| mend::unmistakable(text, known.clone())) {
                Some(near) => write(near),
                None => match nearest(text, known.clone()).or_else(longer) {
                    Some(near) => Mend::Help(format!("did you mean `{near}`?")),
                    None => Mend::Help(match describe::example(shape) {
                        Some(example) => format!("for example `{example}`"),
                        None => "write one of these".to_owned(),
                    }),
                },
            },
        };
        self.push(fault, mend);
    }

    /// A kind by its name alone: one that needs more, or one that is not known.
    pub(super) fn short_form(
        &mut self,
        place: &Place<'_>,
        text: &str,
        all: &[&'static Shape],
        kinds: &[&str],
    ) {
        let Some(kind) = all.iter().find(|shape| shape.tag() == Some(text)) else {
            return self.unknown_type(place, place.at.clone(), &place.name(), kinds);
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

    /// The type of a map, or of what its type alone may stand for, is not known. `place` is that of the word.
    fn unknown_type(&mut self, place: &Place<'_>, at: Pointer, name: &str, kinds: &[&str]) {
        let found = place.node.text().unwrap_or_default();
        let message =
            format!("{} is not a type of {name}, expected {}", shown(found), describe::one_of(kinds));
        let fault = Diagnostic::error("unknown-type", at, message);
        let known = words::called_type(found).filter(|kind| kinds.contains(kind));
        let mend = match known.or_else(|| mend::unmistakable(found, kinds.iter().copied())) {
            Some(near) => mend::write_word(self.document, place.node, place.own, near),
            None => Mend::Help(match nearest(found, kinds.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => words::type_elsewhere(found).unwrap_or("write one of these").to_owned(),
            }),
        };
        self.push(fault, mend);
    }

    /// A map of one of several kinds: `type` is read first, then only that kind's keys are spoken of.
    pub(super) fn tagged(&mut self, place: &Place<'_>, kinds: &[&'static Shape]) {
        let tags: Vec<&str> = kinds.iter().filter_map(|shape| shape.tag()).collect();
        let Some(entry) = place.node.entry("type") else {
            return self.no_type(place, kinds, &tags);
        };
        let at = place.at.join("type");
        match &entry.value.content {
            Content::Fault => {}
            Content::Text(text) => match kinds.iter().find(|shape| shape.tag() == Some(text)) {
                Some(kind) => self.map(place, kind, kinds),
                None => {
                    let own = place.own && self.document.is_own(&entry.value);
                    let word = Place { node: &entry.value, at: at.clone(), in_list: false, own };
                    self.unknown_type(&word, at, &place.name(), &tags);
                }
            },
            _ => {
                let message =
                    format!("`type` is {}, expected {}", found(&entry.value), describe::one_of(&tags));
                let fault = Diagnostic::error("wrong-type", at, message);
                self.faults.push(fault.help("write one of these, without quotes or brackets"));
            }
        }
    }

    /// A map of one of several kinds that does not say of which.
    fn no_type(&mut self, place: &Place<'_>, kinds: &[&'static Shape], tags: &[&str]) {
        let message = format!("{} lacks `type`, {}", place.name(), describe::one_of(tags));
        let fault = place.fault("missing-key", message).on(Part::Key);
        let keys = place.node.entries().iter().map(|entry| entry.key.as_str());
        // A key that some kind has is no slip of the pen.
        let strange = keys.filter(|key| !kinds.iter().any(|kind| kind.property(key).is_some()));
        let typo = nearest("type", strange).and_then(|typo| place.node.entry(typo));
        let mend = match typo {
            Some(typo) => mend::rename(self.document, typo.key_span.clone(), place.own, "type"),
            None => {
                let kind = kinds.iter().find(|kind| knows_all(kind, place.node)).and_then(|kind| kind.tag());
                let kind = kind.or(tags.first().copied()).unwrap_or_default();
                Mend::Help(format!("add it, for example `type: {kind}`"))
            }
        };
        self.push(fault, mend);
    }
}
