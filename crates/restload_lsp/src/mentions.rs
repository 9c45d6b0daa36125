//! Where a document names its inputs and resources: definitions and references are found by it.

use std::ops::Range;

use restload_diag::{Locate as _, Part, Pointer};
use restload_spec::{Content, Document, Node, Scope, Style, Template};

use crate::kin::{self, Kin};

/// A name that is declared in one place and used in others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Input(String),
    Resource(String),
    /// A name of `for_each`, by the place of its key.
    Each(Pointer),
}

/// A place where something is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) named: Named,
    pub(crate) span: Range<usize>,
    /// Whether it is declared there.
    pub(crate) is_declaration: bool,
}

impl Named {
    /// Where it is declared.
    pub(crate) fn declaration(&self) -> Pointer {
        match self {
            Self::Input(name) => ["inputs", name].into_iter().collect(),
            Self::Resource(name) => ["resources", name].into_iter().collect(),
            Self::Each(at) => at.clone(),
        }
    }
}

/// All mentions of a document, in the order of the text.
pub(crate) fn mentions(document: &Document) -> Vec<Mention> {
    let mut found = Finder { document, kin: Kin::of(document), mentions: Vec::new() };
    for (key, named) in [
        ("inputs", Named::Input as fn(String) -> Named),
        ("resources", Named::Resource as fn(String) -> Named),
    ] {
        let entries = document.root().child(key).map(Node::entries).unwrap_or_default();
        for entry in entries {
            let span = entry.key_span.clone();
            found.mentions.push(Mention { named: named(entry.key.clone()), span, is_declaration: true });
        }
    }
    found.node(document.root(), &Pointer::root());
    found.mentions.sort_by_key(|mention| mention.span.start);
    found.mentions
}

struct Finder<'d> {
    document: &'d Document,
    kin: Kin<'d>,
    mentions: Vec<Mention>,
}

impl Finder<'_> {
    fn node(&mut self, node: &Node, at: &Pointer) {
        // What an alias stands for is named where it is written.
        if node.alias.is_some() {
            return;
        }
        match &node.content {
            Content::Map(entries) => {
                for entry in entries {
                    let at = at.join(&entry.key);
                    if is_each(&at) {
                        let (named, span) = (Named::Each(at.clone()), entry.key_span.clone());
                        self.mentions.push(Mention { named, span, is_declaration: true });
                    }
                    self.node(&entry.value, &at);
                }
            }
            Content::List(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.node(item, &at.join(index)));
            }
            Content::Text(text) if is_parent(at) => {
                self.add(Named::Resource(text.clone()), node.span.clone());
            }
            Content::Text(text) if text.contains("{{") => self.template(text, node, at),
            _ => {}
        }
    }

    fn template(&mut self, text: &str, node: &Node, at: &Pointer) {
        let Ok(template) = Template::parse(text) else { return };
        for hole in template.holes() {
            let resource = kin::resource_at(at);
            let first = hole.path.first();
            // The part of the hole that is the name, and what it names.
            let named = match hole.scope {
                Scope::Inputs => first.map(|name| (Named::Input(name.clone()), true)),
                Scope::Resources => first.map(|name| (Named::Resource(name.clone()), true)),
                Scope::Parent | Scope::Batch => resource
                    .and_then(|name| self.kin.parent(name))
                    .map(|parent| (Named::Resource(parent.to_owned()), false)),
                Scope::Each => resource.zip(first).and_then(|(resource, name)| {
                    let each = self.kin.each(resource).into_iter();
                    each.into_iter().find(|(each, _)| each == name).map(|(_, at)| (Named::Each(at), true))
                }),
                Scope::Incremental | Scope::Run | Scope::Row | Scope::Token => None,
            };
            let Some((named, is_second)) = named else { continue };
            let name = name_in(&text[hole.range.clone()], is_second).unwrap_or(0..hole.range.len());
            let within = hole.range.start + name.start..hole.range.start + name.end;
            let span = match node.style {
                Style::Flow | Style::Block => continue,
                _ => self.document.span(at, Part::Value, Some(within)),
            };
            self.add(named, span);
        }
    }

    fn add(&mut self, named: Named, span: Range<usize>) {
        self.mentions.push(Mention { named, span, is_declaration: false });
    }
}

/// The first or second name of a path as it is written, brackets left out.
fn name_in(written: &str, is_second: bool) -> Option<Range<usize>> {
    let first = written.find(['.', '[']).unwrap_or(written.len());
    if !is_second {
        return Some(0..first);
    }
    let start = first + written[first..].find(|c| !matches!(c, '.' | '['))?;
    let end = written[start..].find(['.', '[', ']']).map_or(written.len(), |end| start + end);
    Some(start..end)
}

/// Whether a resource is named at a place: `parent`, or `resource` in it.
pub(crate) fn is_parent(at: &Pointer) -> bool {
    let segments: Vec<&str> = at.segments().collect();
    matches!(segments.as_slice(), ["resources", _, "parent"] | ["resources", _, "parent", "resource"])
}

fn is_each(at: &Pointer) -> bool {
    let mut segments = at.segments();
    segments.len() == 4 && segments.next() == Some("resources") && segments.nth(1) == Some("for_each")
}

#[cfg(test)]
mod tests {
    use restload_diag::Source;

    use super::*;

    #[test]
    fn names_are_found_with_their_bytes_where_they_are_declared_and_used() {
        let text = "\
inputs: {key: {}, lists: {type: list}}
client: {base_url: \"https://{{inputs.key}}/é\"}
resources:
  a: {path: \"{{inputs.[key]}}\", for_each: {x: \"{{inputs.lists}}\"}}
  b: {parent: a, path: '{{parent.id}}/{{each.x}}'}
  c: {parent: {resource: b, batch: 2}, path: \"{{resources.a.id}}?{{join batch.id ','}}\"}
";
        let (document, _) = Document::parse(Source::new("", text));
        let said: Vec<String> = mentions(&document)
            .into_iter()
            .map(|mention| {
                let sign = if mention.is_declaration { "=" } else { "" };
                format!("{}{sign} {}", &text[mention.span.clone()], mention.named.declaration())
            })
            .collect();
        assert_eq!(
            said,
            [
                "key= /inputs/key",
                "lists= /inputs/lists",
                "key /inputs/key",
                "a= /resources/a",
                "key /inputs/key",
                "x= /resources/a/for_each/x",
                "lists /inputs/lists",
                "b= /resources/b",
                "a /resources/a",
                "parent /resources/a",
                "x /resources/a/for_each/x",
                "c= /resources/c",
                "b /resources/b",
                "a /resources/a",
                "batch /resources/b",
            ]
        );
    }
}
