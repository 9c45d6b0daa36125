//! Edits that mend a fault of structure, where it is plain to see what was meant.

use restload_diag::{Diagnostic, Fix, Pointer};

use super::describe;
use super::shape::{Kind, Shape};
use super::{shown, words};
use crate::Document;
use crate::document::{Content, Node, Style};
use crate::near::nearest;

/// What to do about a fault: for the author to read, or for a program to do.
pub(super) enum Mend {
    /// An edit that a program can make.
    Fix(Fix),
    /// What the author has to do.
    Help(String),
}

impl Mend {
    /// Puts it on a diagnostic.
    pub(super) fn on(self, fault: Diagnostic) -> Diagnostic {
        match self {
            Self::Fix(fix) => fault.fix(fix),
            Self::Help(help) => fault.help(help),
        }
    }
}

/// The edit that writes a word in place of a value, in the quotes that stand there; the question whether it is meant
/// where an edit would change more than this.
pub(super) fn write_word(document: &Document, node: &Node, own: bool, word: &str) -> Mend {
    let is_scalar = matches!(node.style, Style::Plain | Style::SingleQuoted | Style::DoubleQuoted);
    let written = &document.source().text[node.span.clone()];
    match respelled(written, word).filter(|_| own && is_scalar) {
        Some(spelling) => Mend::Fix(Fix::new(format!("write `{word}`")).replace(node.span.clone(), spelling)),
        None => Mend::Help(format!("did you mean `{word}`?")),
    }
}

/// The edit that renames a key.
pub(super) fn rename(document: &Document, key_span: std::ops::Range<usize>, own: bool, key: &str) -> Mend {
    let written = &document.source().text[key_span.clone()];
    match respelled(written, key).filter(|_| own && !written.starts_with('*')) {
        Some(spelling) => Mend::Fix(Fix::new(format!("write `{key}`")).replace(key_span, spelling)),
        None => Mend::Help(format!("did you mean `{key}`?")),
    }
}

/// A word in the quotes of what it replaces; nothing where it is no plain word.
fn respelled(written: &str, word: &str) -> Option<String> {
    let is_word = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let quote = written.chars().next().filter(|first| matches!(first, '"' | '\''));
    let quote = quote.map(String::from).unwrap_or_default();
    is_word.then(|| format!("{quote}{word}{quote}"))
}

/// The one word that may be meant: none where a second one is as near.
pub(super) fn unmistakable<'w>(
    written: &str,
    words: impl Iterator<Item = &'w str> + Clone,
) -> Option<&'w str> {
    let near = nearest(written, words.clone())?;
    nearest(written, words.filter(|word| *word != near)).is_none().then_some(near)
}

/// What to write where a value is of the wrong kind.
pub(super) fn wrong_type(
    document: &Document,
    (node, at, own): (&Node, &Pointer, bool),
    shape: &Shape,
    all: &[&'static Shape],
) -> Mend {
    if at.is_root() {
        return Mend::Help("a spec begins with `version: 1` and `name: …`".to_owned());
    }
    if let Some(help) = words::of_value(at.last().unwrap_or_default(), &node.to_value().to_string()) {
        return Mend::Help(help.to_owned());
    }
    if let Some(spelling) = rewritten(document, node, all) {
        let title = format!("write {}", shown(&spelling));
        if own && !spelling.contains(['\n', '\r']) {
            return Mend::Fix(Fix::new(title).replace(node.span.clone(), spelling));
        }
        return Mend::Help(title);
    }
    if let Some(number) = without_unit(node, all) {
        return Mend::Help(format!("say of what: `{number}s` is seconds, `{number}m` minutes"));
    }
    Mend::Help(match &node.content {
        Content::Null if node.span.is_empty() => "write a value after it, or remove the key".to_owned(),
        Content::Null => "write a value in its place, or remove the key".to_owned(),
        _ => nested_parameter(node, at).unwrap_or_else(|| match describe::example(shape) {
            Some(example) => format!("for example `{example}`"),
            None => "write a value of one of these kinds".to_owned(),
        }),
    })
}

/// How the fields of a map are sent as parameters.
fn nested_parameter(node: &Node, at: &Pointer) -> Option<String> {
    let above = at.parent()?;
    let inner = node.entries().first().filter(|_| matches!(above.last(), Some("params" | "form")))?;
    let spelled = shown(&format!("\"{}[{}]\": …", at.last()?, inner.key));
    Some(format!("write it as the API takes it, for example {spelled}"))
}

/// The number that stands where a duration belongs.
fn without_unit<'n>(node: &'n Node, all: &[&'static Shape]) -> Option<&'n serde_json::Number> {
    let Content::Int(number) = &node.content else { return None };
    all.iter().any(|shape| shape.examples.iter().any(|example| example == "30s")).then_some(number)
}

/// The spelling of a value that is of the right kind and surely means the same.
fn rewritten(document: &Document, node: &Node, all: &[&'static Shape]) -> Option<String> {
    let takes = |kind| all.iter().any(|shape| shape.kinds.takes(kind));
    let is_plain_text = |shape: &&Shape| shape.examples.is_empty() && !describe::takes_templates(shape);
    let written = &document.source().text[node.span.clone()];
    match &node.content {
        Content::Text(text) if takes(Kind::Boolean) => match text.to_lowercase().as_str() {
            "yes" | "on" | "true" => Some("true".to_owned()),
            "no" | "off" | "false" => Some("false".to_owned()),
            _ => None,
        },
        Content::Text(text) if takes(Kind::Integer) => whole_number(text),
        Content::Float(number) if takes(Kind::Integer) => {
            number.to_string().strip_suffix(".0").map(str::to_owned)
        }
        Content::Int(_) | Content::Float(_) if takes(Kind::String) && all.iter().all(is_plain_text) => {
            Some(format!("\"{written}\""))
        }
        Content::Text(_) | Content::Int(_) | Content::Float(_)
            if takes(Kind::Array) && !all.iter().any(|shape| is_text(shape)) =>
        {
            in_brackets(node, written)
        }
        _ => None,
    }
}

/// Whether a schema takes text that is no template.
fn is_text(shape: &Shape) -> bool {
    shape.kinds.takes(Kind::String) && !describe::takes_templates(shape)
}

/// The digits of a text that is a whole number, also one grouped with `_` or `,`.
fn whole_number(text: &str) -> Option<String> {
    let grouped = |separator: char| {
        let mut groups = text.split(separator);
        let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
        (first && groups.all(|group| group.len() == 3)).then(|| text.replace(separator, ""))
    };
    let digits = grouped('_').or_else(|| grouped(',')).unwrap_or_else(|| text.to_owned());
    let number: i64 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(digits)
}

/// A list of one item in brackets; nothing where the item may be meant as several, or means something else there.
fn in_brackets(node: &Node, written: &str) -> Option<String> {
    let is_safe = match node.style {
        Style::Plain => !written.contains(['[', ']', '{', '}', ',', '#', '\n']) && !written.contains(": "),
        Style::SingleQuoted | Style::DoubleQuoted => !written.contains([',', '\n']),
        _ => false,
    };
    is_safe.then(|| format!("[{written}]"))
}

/// The edit that takes an item out of a list in brackets; nothing where more than a comma stands before it.
pub(super) fn without_item(document: &Document, list: &Node, index: usize) -> Option<Fix> {
    let (before, item) = (list.items().get(index.checked_sub(1)?)?, list.items().get(index)?);
    let end = |node: &Node| node.alias.as_ref().unwrap_or(&node.span).end;
    let span = end(before)..end(item);
    let between = document.source().text.get(span.start..item.alias.as_ref().unwrap_or(&item.span).start)?;
    let is_trivial = list.style == Style::Flow && between.trim() == ",";
    is_trivial.then(|| Fix::new("remove this one").delete(span))
}
