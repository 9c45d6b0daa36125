//! Templates: scopes, helpers, and what can be read from each scope.

use std::ops::Range;

use restload_diag::{Edit, Pointer};
use restload_spec::{Node, Scope};

use super::item::{Insert, Item, Sort};
use super::values::is_template;
use crate::explain::{self, HELPERS};
use crate::outline::{Caret, ValueHere};
use crate::rows::Field;
use crate::scene::Scene;
use crate::{kin, rows};

/// Formats of dates that have a name.
const FORMATS: [(&str, &str); 4] = [
    ("iso", "2026-01-31T10:00:00Z"),
    ("date", "2026-01-31"),
    ("unix", "seconds since 1970"),
    ("unix_ms", "milliseconds since 1970"),
];

/// The hole that the caret stands in.
#[derive(Clone, Debug)]
pub(super) struct Hole {
    /// The place of the template.
    at: Pointer,
    /// What stands in the hole before the word at the caret: a scope and names with their dots, else nothing.
    path: Vec<String>,
    /// Whether a helper may stand here.
    is_first: bool,
    /// Within a text of the hole: the helper that it is an argument of.
    in_text: Option<String>,
    /// The bytes of the word at the caret.
    word: Range<usize>,
    /// What closes the hole behind a value, where it is open and nothing else has to follow.
    closing: String,
    /// The quotes that the value needs and has not.
    quotes: Vec<Edit>,
    /// The closing quote that goes behind the closing braces.
    end_quote: &'static str,
}

/// The hole of a template at the caret, if it stands in one.
pub(super) fn hole(scene: &Scene<'_>, caret: &Caret, value: &ValueHere, byte: usize) -> Option<Hole> {
    if !is_template(&caret.at) {
        return None;
    }
    let text = scene.text.as_str();
    let before = text.get(value.start.min(byte)..byte)?;
    let open = before.rfind("{{")?;
    let inner = before[open + 2..].trim_start_matches(['{', '~']);
    if before[open..].contains("}}") || inner.starts_with('!') {
        return None;
    }
    let is_triple = open > 0 && before[..open].ends_with('{');
    let written = inner.rsplit([' ', '(', '\t']).next().unwrap_or_default();
    let mut names: Vec<String> =
        written.split('.').map(|name| name.trim_matches(['[', ']']).to_owned()).collect();
    names.pop();
    let start = byte - written.rsplit('.').next().unwrap_or_default().len();
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | ']');
    let behind = &text[byte..];
    let end = byte + (behind.len() - behind.trim_start_matches(is_part).len());
    let line = text[end..].split(['\r', '\n']).next().unwrap_or_default();
    let is_closed = line.find("}}").is_some_and(|close| line.find("{{").is_none_or(|open| close < open));
    let before_word = inner[..inner.len() - written.len()].trim_end();
    let is_first = names.is_empty() && (before_word.is_empty() || before_word.ends_with('('));
    let closing = if is_closed { String::new() } else { closing(inner, is_triple) };
    let is_whole = value.quote.is_none() && before.starts_with("{{");
    let needs_quotes = is_whole && (is_closed || !closing.is_empty());
    let quote = |at: usize| Edit { span: at..at, replacement: "\"".to_owned() };
    let first = needs_quotes.then(|| quote(value.start));
    let last = (needs_quotes && is_closed && caret.word.end >= end).then(|| quote(caret.word.end));
    Some(Hole {
        at: caret.at.clone(),
        path: names,
        is_first,
        in_text: in_text(inner),
        word: start..end,
        closing,
        end_quote: if needs_quotes && !is_closed { "\"" } else { "" },
        quotes: first.into_iter().chain(last).collect(),
    })
}

/// What closes a hole behind the value that is being written; nothing where its helper takes more arguments.
fn closing(inner: &str, is_triple: bool) -> String {
    let open = inner.matches('(').count().saturating_sub(inner.matches(')').count());
    let call = inner.rsplit('(').next().unwrap_or_default();
    let helper = call.split_whitespace().next().filter(|_| call.contains([' ', '\t']));
    let takes_more = |usage: &str| usage.split(' ').filter(|argument| !argument.starts_with('[')).count() > 1;
    if HELPERS.iter().any(|(name, usage, _)| helper == Some(*name) && takes_more(usage)) {
        return String::new();
    }
    format!("{}{}", ")".repeat(open), if is_triple { "}}}" } else { "}}" })
}

/// The helper whose text argument is open at the end of what stands in a hole.
fn in_text(inner: &str) -> Option<String> {
    let open = |quote: char| inner.matches(quote).count() % 2 == 1;
    let is_open = open('\'') || open('"');
    is_open
        .then(|| inner.split([' ', '(']).rfind(|word| HELPERS.iter().any(|helper| helper.0 == *word)))?
        .map(str::to_owned)
}

/// What may be written in a hole.
pub(super) fn offered(scene: &Scene<'_>, hole: &Hole) -> Vec<Item> {
    let here = Here { scene, hole, resource: kin::resource_at(&hole.at) };
    let mut items = Vec::new();
    match (&hole.in_text, hole.path.split_first()) {
        (Some(helper), _) => here.formats(helper, &mut items),
        (None, None) => here.beginnings(&mut items),
        (None, Some((scope, path))) => {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            if let Some(scope) = Scope::named(scope) {
                here.below(scope, &path, &mut items);
            }
        }
    }
    items
}

struct Here<'a> {
    scene: &'a Scene<'a>,
    hole: &'a Hole,
    /// The resource that the template is of.
    resource: Option<&'a str>,
}

impl Here<'_> {
    /// An item that ends the hole.
    fn last(&self, label: &str, written: &str, sort: Sort) -> Item {
        let Hole { word, closing, end_quote, quotes, .. } = self.hole;
        let insert = Insert::Plain(format!("{written}{closing}{end_quote}"));
        Item { insert, further: quotes.clone(), ..Item::new(label, sort, word.clone()) }
    }

    /// An item that something has to follow.
    fn open(&self, label: &str, written: String, sort: Sort) -> Item {
        Item { insert: Insert::Plain(written), ..Item::new(label, sort, self.hole.word.clone()) }
    }

    /// Formats of dates.
    fn formats(&self, helper: &str, items: &mut Vec<Item>) {
        if helper == "date" {
            items.extend(FORMATS.iter().map(|(name, doc)| {
                let item = self.open(name, (*name).to_owned(), Sort::Word);
                Item { detail: Some((*doc).to_owned()), ..item }
            }));
        }
    }

    /// Scopes, and helpers where one may stand.
    fn beginnings(&self, items: &mut Vec<Item>) {
        for scope in self.scopes() {
            let item = match scope {
                Scope::Batch => self.open(scope.name(), scope.name().to_owned(), Sort::Scope),
                _ => self.open(scope.name(), format!("{scope}."), Sort::Scope),
            };
            items.push(Item { doc: Some(explain::scope(scope).to_owned()), ..item });
        }
        // What is at hand most of the time, without a second look.
        for (name, node) in kin::inputs(self.scene.document) {
            items.push(self.input(name, &format!("inputs.{name}"), node));
        }
        for (name, usage, doc) in HELPERS.iter().filter(|_| self.hole.is_first) {
            let item = self.open(name, format!("{name} "), Sort::Helper);
            items.push(Item { detail: Some((*usage).to_owned()), doc: Some((*doc).to_owned()), ..item });
        }
    }

    fn input(&self, name: &str, label: &str, node: &Node) -> Item {
        let kind = node.child("type").and_then(Node::text).unwrap_or("string");
        let item = self.last(label, label, Sort::Input);
        Item { detail: Some(kind.to_owned()), doc: Some(explain::input(name, node)), ..item }
    }

    /// The scopes that a template may read where it stands.
    fn scopes(&self) -> Vec<Scope> {
        let document = self.scene.document;
        let segments: Vec<&str> = self.hole.at.segments().collect();
        let key = match segments.as_slice() {
            ["defaults", key, ..] | ["resources", _, key, ..] => *key,
            _ => return vec![Scope::Inputs],
        };
        let is_default = self.resource.is_none();
        let parent = self.resource.and_then(|name| self.scene.kin.parent(name));
        let batch = self.resource.is_some_and(|name| self.scene.kin.takes_batches(name));
        let has_each = self.resource.is_some_and(|name| !self.scene.kin.each(name).is_empty());
        let of_requests =
            ["path", "params", "headers", "json", "form", "body", "paginator", "add"].contains(&key);
        let increments = self.resource.is_some_and(|name| {
            document.get(&["resources", name, "incremental"].into_iter().collect()).is_some()
        });
        let is_here = |scope: &Scope| match scope {
            Scope::Inputs => true,
            Scope::Parent => of_requests && (is_default || (parent.is_some() && !batch)),
            Scope::Resources => of_requests && parent.is_some() && !batch,
            Scope::Batch => of_requests && batch,
            Scope::Each => (of_requests || key == "table") && (is_default || has_each),
            Scope::Incremental => of_requests && increments,
            Scope::Run => of_requests,
            Scope::Row => key == "add",
            Scope::Token => false,
        };
        Scope::ALL.into_iter().filter(is_here).collect()
    }

    /// What can be read below a scope.
    fn below(&self, scope: Scope, path: &[&str], items: &mut Vec<Item>) {
        let document = self.scene.document;
        let parent = self.resource.and_then(|name| self.scene.kin.parent(name));
        match (scope, path, self.resource, parent) {
            (Scope::Inputs, [], _, _) => {
                for (name, node) in kin::inputs(document) {
                    items.push(self.input(name, name, node));
                }
            }
            (Scope::Parent | Scope::Batch, path, _, Some(parent)) => self.fields(parent, path, &[], items),
            (Scope::Resources, [], Some(name), _) => {
                for ancestor in self.scene.kin.ancestors(name) {
                    let item = super::resource_item(self.scene, ancestor, self.hole.word.clone());
                    items.push(Item { insert: Insert::Plain(format!("{ancestor}.")), ..item });
                }
            }
            (Scope::Resources, [name, path @ ..], _, _) => self.fields(name, path, &[], items),
            (Scope::Row, path, Some(name), _) => {
                let add: Pointer = ["resources", name, "add"].into_iter().collect();
                let added = document.get(&add).map(Node::entries).unwrap_or_default();
                let added: Vec<&str> = added.iter().map(|entry| entry.key.as_str()).collect();
                self.fields(name, path, if path.is_empty() { &added } else { &[] }, items);
            }
            (Scope::Each, [], Some(name), _) => {
                for (each, at) in self.scene.kin.each(name) {
                    let value = document.get(&at).map(|node| rows::example(&[each], &node.to_value()));
                    items.push(Item { detail: value, ..self.last(each, each, Sort::Field) });
                }
            }
            (Scope::Run, [], _, _) => self.names(&["id", "started_at"], items),
            (Scope::Incremental, [], _, _) => self.names(&["start", "end"], items),
            _ => {}
        }
    }

    fn names(&self, names: &[&str], items: &mut Vec<Item>) {
        items.extend(names.iter().map(|name| self.last(name, name, Sort::Field)));
    }

    /// The fields of the rows of a resource, without some.
    fn fields(&self, resource: &str, path: &[&str], without: &[&str], items: &mut Vec<Item>) {
        let Some(sample) = self.scene.known.and_then(|known| known.sample(resource)) else { return };
        for Field { name, example, .. } in rows::fields(&sample.rows, path) {
            if without.contains(&name.as_str()) {
                continue;
            }
            let is_plain =
                name.chars().all(|c| c.is_alphanumeric() || "-_$:".contains(c)) && !name.is_empty();
            if !is_plain && name.contains([']', '"', '\'', '\\']) {
                continue;
            }
            let written = if is_plain { name.clone() } else { format!("[{name}]") };
            items.push(Item { detail: Some(example), ..self.last(&name, &written, Sort::Field) });
        }
    }
}
