//! `yaml-1.1-value`: a plain scalar that YAML 1.1 reads as something else, where it goes into a request or a row.
//!
//! Left alone is what only looks odd: times (`12:30`), days and `~` say the same to both, and a word where the language
//! takes text alone can only be that word.

use restload_diag::{Diagnostic, Fix, Pointer};
use restload_spec::spec::InputType;
use restload_spec::{Content, Grammar, Node, Style};

use super::YAML_1_1_VALUE;
use crate::Lint;
use crate::lint::ENOUGH;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let mut segments = Vec::new();
    let mut odd = Vec::new();
    visit(lint, lint.document.root(), &mut segments, &mut odd);
    found.append(&mut odd);
}

fn visit<'n>(lint: &Lint<'_>, node: &'n Node, segments: &mut Vec<Segment<'n>>, found: &mut Vec<Diagnostic>) {
    // What an alias repeats is looked at where it is written; and of so many nobody is told.
    if node.alias.is_some() || found.len() > ENOUGH {
        return;
    }
    match &node.content {
        Content::Map(entries) => {
            for entry in entries {
                segments.push(Segment::Key(&entry.key));
                visit(lint, &entry.value, segments, found);
                segments.pop();
            }
        }
        Content::List(items) => {
            for (index, item) in items.iter().enumerate() {
                segments.push(Segment::Index(index));
                visit(lint, item, segments, found);
                segments.pop();
            }
        }
        Content::Text(_) | Content::Int(_) | Content::Float(_) if node.style == Style::Plain => {
            let Some(oddity) = oddity(lint, node) else { return };
            found.extend(finding(lint, node, &pointer(segments), &oddity));
        }
        _ => {}
    }
}

/// A step into the tree. The pointer is made of them where there is something to say.
enum Segment<'n> {
    Key(&'n str),
    Index(usize),
}

fn pointer(segments: &[Segment<'_>]) -> Pointer {
    segments.iter().fold(Pointer::root(), |at, segment| match segment {
        Segment::Key(key) => at.join(key),
        Segment::Index(index) => at.join(index),
    })
}

/// What is odd about a scalar.
enum Oddity {
    /// A word that YAML 1.1 reads as `true` or `false`.
    Word(bool),
    /// A number in groups, which is a text.
    Grouped,
    /// A number that begins with a zero; with what YAML 1.1 makes of it.
    LeadingZero(Option<i64>),
    /// A number that begins with `+`.
    Plus,
    /// A number that is written in another base.
    Based,
}

fn oddity(lint: &Lint<'_>, node: &Node) -> Option<Oddity> {
    let written = &lint.document.source().text[node.span.clone()];
    match &node.content {
        Content::Text(text) => match text.as_str() {
            "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(Oddity::Word(true)),
            "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(Oddity::Word(false)),
            text => is_grouped(text).then_some(Oddity::Grouped),
        },
        _ if written.starts_with('+') => Some(Oddity::Plus),
        _ if written.starts_with("0x") || written.starts_with("0o") => Some(Oddity::Based),
        _ => {
            let digits = written.strip_prefix('-').unwrap_or(written);
            let mut bytes = digits.bytes();
            let leads = bytes.next() == Some(b'0') && bytes.next().is_some_and(|byte| byte.is_ascii_digit());
            leads.then(|| Oddity::LeadingZero(i64::from_str_radix(digits, 8).ok()))
        }
    }
}

/// Whether a text is a whole number in groups of three digits.
fn is_grouped(text: &str) -> bool {
    let mut groups = text.trim_start_matches(['-', '+']).split('_');
    let is_group = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|first| matches!(first.len(), 1..=3) && is_group(first));
    let mut others = groups.peekable();
    first && others.peek().is_some() && others.all(|group| group.len() == 3 && is_group(group))
}

/// What may stand at a place.
enum Takes {
    /// Texts and numbers alike, which go out as they are.
    Anything,
    /// What the input is declared to be.
    Text,
    /// A whole number, and no text.
    Number,
    /// Something else, in which nothing is unclear.
    Other,
}

fn takes(lint: &Lint<'_>, at: &Pointer) -> Takes {
    let segments: Vec<&str> = at.segments().collect();
    if let ["inputs", name, "default" | "enum", ..] = segments.as_slice() {
        let kind = lint.spec.inputs.get(*name).and_then(|input| input.kind);
        return match kind {
            None | Some(InputType::String) => Takes::Text,
            Some(InputType::List) => Takes::Anything,
            _ => Takes::Number,
        };
    }
    let Some(facts) = Grammar::value_at(lint.document, at) else { return Takes::Other };
    if facts.takes == "any value" || (facts.takes.contains("text") && facts.takes.contains("a number")) {
        Takes::Anything
    } else if facts.takes.contains("a whole number") {
        Takes::Number
    } else {
        Takes::Other
    }
}

fn finding(lint: &Lint<'_>, node: &Node, at: &Pointer, oddity: &Oddity) -> Option<Diagnostic> {
    let takes = takes(lint, at);
    let written = &lint.document.source().text[node.span.clone()];
    let number = node.to_value();
    let either = |message: String| {
        let help = format!("write `\"{written}\"` for the text, `{number}` for the number");
        Some(YAML_1_1_VALUE.at(at.clone(), message).help(help))
    };
    match (oddity, takes) {
        (Oddity::Word(value), Takes::Anything) => Some(word(lint, written, at, *value)),
        (Oddity::Grouped, Takes::Anything) => {
            let digits = written.replace('_', "");
            let message = format!("`{written}` is text here, and the number {digits} to YAML 1.1");
            let help = format!("write `{digits}` for the number, `\"{written}\"` for the text");
            Some(YAML_1_1_VALUE.at(at.clone(), message).help(help))
        }
        (Oddity::LeadingZero(_), Takes::Number) => {
            let message = format!("`{written}` is the number {number} here, and another one to YAML 1.1");
            let fault = YAML_1_1_VALUE.at(at.clone(), message);
            Some(mended(lint, fault, at, format!("write `{number}`"), number.to_string()))
        }
        (Oddity::LeadingZero(octal), Takes::Anything | Takes::Text) => {
            let octal = octal.map(|octal| format!(", and {octal} to YAML 1.1")).unwrap_or_default();
            either(format!("`{written}` is the number {number} here, without its zeros{octal}"))
        }
        (Oddity::Plus, Takes::Anything | Takes::Text) => {
            either(format!("`{written}` is the number {number}, without its `+`"))
        }
        (Oddity::Based, Takes::Anything | Takes::Text) => {
            either(format!("`{written}` is the number {number}, and is sent as such"))
        }
        _ => None,
    }
}

/// A text that YAML 1.1 reads as a boolean.
fn word(lint: &Lint<'_>, written: &str, at: &Pointer, value: bool) -> Diagnostic {
    let message = format!("`{written}` is text here, and `{value}` to YAML 1.1");
    let fault = YAML_1_1_VALUE.at(at.clone(), message);
    let fault = fault.help(format!("where the boolean is meant, write `{value}`"));
    let quoted = format!("\"{written}\"");
    mended(lint, fault, at, format!("where the text is meant, write `{quoted}`"), quoted)
}

/// The finding with the edit that spells the value otherwise; told as a help where it would change more than this.
fn mended(lint: &Lint<'_>, fault: Diagnostic, at: &Pointer, title: String, spelling: String) -> Diagnostic {
    match lint.document.own(at) {
        Some(node) => fault.fix(Fix::new(title).replace(node.span.clone(), spelling)),
        None if fault.help.is_none() => fault.help(title),
        None => fault,
    }
}
