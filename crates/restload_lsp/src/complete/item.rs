//! A completion, and how it is told to an editor.

use std::ops::Range;

use gen_lsp_types::{CompletionItem, CompletionItemKind, InsertTextFormat, InsertTextMode, TextEdit};
use restload_diag::Edit;

use crate::edits;
use crate::scene::Scene;

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) label: String,
    pub(crate) sort: Sort,
    /// A few words beside the label.
    pub(crate) detail: Option<String>,
    /// What it means, as Markdown.
    pub(crate) doc: Option<String>,
    /// The bytes of the text that it stands in place of.
    pub(crate) span: Range<usize>,
    pub(crate) insert: Insert,
    /// What is to be put in elsewhere along with it.
    pub(crate) further: Vec<Edit>,
}

/// What is put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Insert {
    /// This text.
    Plain(String),
    /// A text with places to be filled in: `$1`, `${1:example}`.
    Snippet(String),
}

/// Of what sort a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Key,
    Word,
    Kind,
    Field,
    Input,
    Scope,
    Helper,
    Resource,
    Snippet,
}

impl Item {
    /// An item that puts its label in.
    pub(crate) fn new(label: &str, sort: Sort, span: Range<usize>) -> Self {
        let insert = Insert::Plain(label.to_owned());
        Self { label: label.to_owned(), sort, detail: None, doc: None, span, insert, further: Vec::new() }
    }

    /// The item as an editor is told it; `nth` says where it stands among the others.
    pub(crate) fn shown(self, nth: usize, scene: &Scene<'_>) -> CompletionItem {
        let (new_text, format) = match self.insert {
            Insert::Plain(text) => (text, InsertTextFormat::PlainText),
            Insert::Snippet(text) if scene.editor.snippets => (text, InsertTextFormat::Snippet),
            Insert::Snippet(text) => (without_places(&text), InsertTextFormat::PlainText),
        };
        let mode = new_text.contains('\n').then_some(InsertTextMode::AdjustIndentation);
        let edit = TextEdit { range: scene.text.range(&self.span), new_text };
        let further = self.further.iter().map(|edit| edits::shown(edit, scene.text)).collect::<Vec<_>>();
        CompletionItem {
            label: self.label,
            kind: Some(self.sort.kind()),
            detail: self.detail,
            documentation: self.doc.map(|doc| scene.editor.markup(doc).into()),
            sort_text: Some(format!("{nth:04}")),
            insert_text_format: Some(format),
            insert_text_mode: mode,
            text_edit: Some(edit.into()),
            additional_text_edits: (!further.is_empty()).then_some(further),
            ..CompletionItem::default()
        }
    }
}

impl Sort {
    fn kind(self) -> CompletionItemKind {
        match self {
            Self::Key => CompletionItemKind::Property,
            Self::Word => CompletionItemKind::EnumMember,
            Self::Kind => CompletionItemKind::Class,
            Self::Field => CompletionItemKind::Field,
            Self::Input => CompletionItemKind::Variable,
            Self::Scope => CompletionItemKind::Module,
            Self::Helper => CompletionItemKind::Function,
            Self::Resource => CompletionItemKind::Reference,
            Self::Snippet => CompletionItemKind::Snippet,
        }
    }
}

/// A snippet for an editor that fills no places in: what stands in them by example.
fn without_places(snippet: &str) -> String {
    let mut plain = String::new();
    let mut rest = snippet;
    while let Some(at) = rest.find('$') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(place) = rest.strip_prefix('{') {
            let (inner, behind) = place.split_once('}').unwrap_or((place, ""));
            plain.push_str(inner.split_once(':').map_or("", |(_, example)| example));
            rest = behind;
        } else {
            rest = rest.trim_start_matches(|character: char| character.is_ascii_digit());
        }
    }
    plain + rest
}

/// A text as YAML spells it where it is put in: within a quote as that quote wants it, else in quotes where it needs any.
pub(super) fn spelled(text: &str, quote: Option<char>, in_flow: bool) -> String {
    match quote {
        Some('"') => text.replace('\\', "\\\\").replace('"', "\\\""),
        Some('\'') => text.replace('\'', "''"),
        Some(_) => text.to_owned(),
        None if is_plain(text, in_flow) => text.to_owned(),
        None if !text.contains(['"', '\\']) => format!("\"{text}\""),
        None => format!("'{}'", text.replace('\'', "''")),
    }
}

fn is_plain(text: &str, in_flow: bool) -> bool {
    let first = text.chars().next();
    let begins_well = first.is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | '$' | '/'));
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    begins_well
        && !reserved.contains(&text.to_ascii_lowercase().as_str())
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !text.contains(char::is_control)
        && !(in_flow && text.contains([',', '[', ']', '{', '}']))
}

#[cfg(test)]
mod tests {
    use restload_diag::Source;
    use restload_spec::{Document, Node};

    use super::*;

    #[test]
    fn a_snippet_is_its_examples_where_places_are_not_filled_in() {
        assert_eq!(without_places("${1:name}:\n  path: ${2:a}$3\n  x: $0"), "name:\n  path: a\n  x: ");
    }

    #[test]
    fn a_text_is_spelled_so_that_it_is_read_as_itself() {
        for text in [
            "id",
            "$",
            "$['a.b']",
            "$.a[*]",
            "it's",
            "a\\\"b",
            "true",
            "1",
            "a: b",
            "- x",
            "decimal(18,2)",
            "é",
        ] {
            for (before, quote, after) in [
                ("a: ", None, ""),
                ("{a: ", None, "}"),
                ("a: \"", Some('"'), "\""),
                ("a: '", Some('\''), "'"),
            ] {
                let yaml = format!("{before}{}{after}", spelled(text, quote, before.starts_with('{')));
                let (document, faults) = Document::parse(Source::new("", &yaml));
                assert_eq!(faults, [], "{yaml}");
                assert_eq!(document.root().child("a").and_then(Node::text), Some(text), "{yaml}");
            }
        }
    }
}
