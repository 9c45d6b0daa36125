//! Slips of the pen that YAML turns into something else, or into nothing.

use std::ops::Range;

use restload_diag::Diagnostic;

use super::refusal::at_bytes;
use super::{Content, Node};
use crate::structure::shown;

/// A template without quotes, which YAML reads as a map within a map.
pub(super) fn unquoted_template(text: &str, span: Range<usize>) -> Diagnostic {
    let written = text[span.clone()].to_owned();
    let quoted = if written.contains('"') { format!("'{written}'") } else { format!("\"{written}\"") };
    at_bytes("unquoted-template", span, "a template that begins without a quote is a map to YAML")
        .help(format!("put the whole value in quotes: {}", shown(&quoted)))
}

/// A key that is no text.
pub(super) fn odd_key(text: &str, key: &Node) -> Diagnostic {
    let span = key.span.clone();
    let found = match key.content {
        Content::List(_) | Content::Map(_) => "a list or map is no key".to_owned(),
        Content::Null => "a key is missing before `:`".to_owned(),
        _ => format!("{} is no text, and keys are text", shown(&text[span.clone()])),
    };
    let diagnostic = at_bytes("key-is-not-text", span.clone(), found);
    match key.content {
        Content::Bool(_) | Content::Int(_) | Content::Float(_) => {
            diagnostic.help(format!("put it in quotes: {}", shown(&format!("\"{}\"", &text[span]))))
        }
        _ => diagnostic,
    }
}

/// What the YAML parser says of a text that is no YAML.
pub(super) fn syntax_fault(text: &str, at: usize, said: &str) -> Diagnostic {
    if let Some(value) = value_with_template(text, at) {
        return unquoted_template(text, value);
    }
    if said.contains("recursion limit") {
        return at_bytes("too-deep", at..at, "lists and maps stand too deep in each other");
    }
    let end = text[at..].chars().next().map_or(at, |character| at + character.len_utf8());
    let fault = at_bytes("not-yaml", at..end, format!("this is not YAML: {said}"));
    match help(text, at, said) {
        Some(help) => fault.help(help),
        None => fault,
    }
}

fn help(text: &str, at: usize, said: &str) -> Option<&'static str> {
    let here = text[at..].chars().next();
    match here {
        Some('*') if said.contains("anchor") => Some("`*` begins an alias in YAML: put the text in quotes"),
        Some('@' | '`' | '%') => Some("text that begins with this character must be in quotes"),
        Some('\t') => Some("indent with spaces"),
        _ if said.contains("tab") => Some("indent with spaces"),
        _ if said.contains("mapping values") => {
            Some("put text with `: ` in it in quotes; begin a key in the column of its neighbours")
        }
        _ if said.contains("escape") => {
            Some("in double quotes a `\\` is written `\\\\`; in single quotes it stays one")
        }
        _ => None,
    }
}

/// The value in the line of `at` that has a template and no quotes, if it is that which the parser stumbled over.
fn value_with_template(text: &str, at: usize) -> Option<Range<usize>> {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    let line = text[line_start..line_end].trim_end();
    let hole = line.find("{{").filter(|hole| line_start + hole <= at + 1)?;
    let start = line[..hole].rfind([' ', '[', ',', '\t']).map_or(0, |before| before + 1);
    let value = &line[start..];
    if value.starts_with(['"', '\'']) || line[..hole].matches(['"', '\'']).count() % 2 == 1 {
        return None;
    }
    let close = value.rfind("}}").map_or(value.len(), |close| close + 2);
    let rest = value[close..].find([' ', ',', ']', '}', '#']).map_or(value.len(), |end| close + end);
    Some(line_start + start..line_start + start + rest)
}
