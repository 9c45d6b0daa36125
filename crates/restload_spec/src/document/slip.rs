//! Slips of the pen that YAML turns into something else, or into nothing.

use std::ops::Range;

use restload_diag::{Diagnostic, Fix};

use super::refusal::at_bytes;
use super::{Content, Node};
use crate::near::nearest;
use crate::structure::shown;

/// A template without quotes, which YAML reads as a map within a map.
pub(super) fn unquoted_template(text: &str, span: Range<usize>) -> Diagnostic {
    let fault = at_bytes(
        "unquoted-template",
        span.clone(),
        "a template that begins without a quote is a map to YAML",
    );
    match quoting(text, span) {
        Ok(fix) => fault.fix(fix),
        Err(help) => fault.help(help),
    }
}

/// The edit that puts a stretch of the text in quotes, or what to do where it has to be rewritten for it.
fn quoting(text: &str, span: Range<usize>) -> Result<Fix, String> {
    let written = &text[span.clone()];
    let quote = match (written.contains(['"', '\\']), written.contains('\'')) {
        _ if written.contains(char::is_control) => None,
        (false, _) => Some('"'),
        (true, false) => Some('\''),
        (true, true) => None,
    };
    let Some(quote) = quote else {
        return Err("put the whole value in single quotes, and write each `'` in it twice".to_owned());
    };
    let quoted = format!("{quote}{written}{quote}");
    let title = format!("put the whole value in quotes: {}", shown(&quoted));
    Ok(Fix::new(title).replace(span, quoted))
}

/// A key that is no text.
pub(super) fn odd_key(text: &str, key: &Node) -> Diagnostic {
    let span = key.span.clone();
    let written = &text[span.clone()];
    let is_scalar = !matches!(key.content, Content::List(_) | Content::Map(_)) && !written.is_empty();
    let found = match key.content {
        _ if is_scalar => format!("{} is not text, and keys are text", shown(written)),
        Content::Null => "a key is missing before `:`".to_owned(),
        _ => "a list or map cannot be a key".to_owned(),
    };
    let fault = at_bytes("key-is-not-text", span.clone(), found);
    if key.alias.is_some() {
        return fault.help("write the key out");
    }
    if is_scalar {
        let quoted = format!("\"{written}\"");
        return fault.fix(Fix::new(format!("put it in quotes: {}", shown(&quoted))).replace(span, quoted));
    }
    fault.help("write the key out, as text")
}

/// What the YAML parser says of a text that is no YAML.
pub(super) fn syntax_fault(text: &str, at: usize, said: &str) -> Diagnostic {
    if let Some(value) = value_with_template(text, at) {
        let behind = text[value.end..].lines().next().unwrap_or_default().trim_start();
        let fault = unquoted_template(text, value);
        // Words behind it may belong to it.
        return if behind.is_empty() || behind.starts_with(['#', ',', ']', '}']) {
            fault
        } else {
            Diagnostic { fix: None, ..fault }.help("put the whole value in quotes")
        };
    }
    if said.contains("recursion limit") {
        return at_bytes("too-deep", at..at, "lists and maps stand too deep in each other")
            .help("take levels out; a body that is as deep goes as text: `body: '…'`");
    }
    let end = text[at..].chars().next().map_or(at, |character| at + character.len_utf8());
    let here = &text[at..end];
    if matches!(here, "*" | "@" | "`" | "%")
        && let Some(value) = value_at(text, at)
    {
        if let Some(name) = alias_name(&text[value.clone()]) {
            return unknown_alias(text, value, name);
        }
        let message = format!("text that begins with `{here}` must be in quotes");
        let fault = at_bytes("not-yaml", value.clone(), message);
        return match quoting(text, value) {
            Ok(fix) => fault.fix(fix),
            Err(help) => fault.help(help),
        };
    }
    at_bytes("not-yaml", at..end, format!("this is not YAML: {said}")).help(help(here, said))
}

/// The name of an alias, unless it is rather a text with a star in front.
fn alias_name(written: &str) -> Option<&str> {
    let name = written.strip_prefix('*')?;
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    is_name.then_some(name)
}

/// An alias of an anchor that is not above it: the one or the other is misspelled, or the anchor is forgotten.
fn unknown_alias(text: &str, alias: Range<usize>, name: &str) -> Diagnostic {
    let message = format!("`*{name}` repeats what has the anchor `&{name}`, and there is none above it");
    let above = text[..alias.start].split_ascii_whitespace();
    let anchors = above.filter_map(|word| word.strip_prefix('&').filter(|anchor| !anchor.is_empty()));
    let fault = at_bytes("not-yaml", alias.clone(), message);
    let Some(anchor) = nearest(name, anchors) else {
        return fault.help(format!(
            "write `&{name}` before the value that is to be repeated; text that begins with `*` must be in quotes"
        ));
    };
    // An anchor that nothing repeats is the one that is misspelled.
    let is_repeated = text.contains(&format!("*{anchor}"));
    let (span, right) = if is_repeated {
        (alias, format!("*{anchor}"))
    } else {
        let start = anchor.as_ptr().addr() - text.as_ptr().addr() - 1;
        (start..start + 1 + anchor.len(), format!("&{name}"))
    };
    fault.fix(Fix::new(format!("write {}", shown(&right))).replace(span, right))
}

/// What is probably wrong, by the words of the YAML parser.
fn help(here: &str, said: &str) -> &'static str {
    const HELPS: [(&str, &str); 13] = [
        ("tab", "indent with spaces"),
        ("mapping values", "put text with `: ` in it in quotes; begin a key in the column of its neighbours"),
        ("flow mapping", "a `{` above is not closed, or a `,` is missing between its entries"),
        ("flow sequence", "a `[` above is not closed, or a `,` is missing between its items"),
        ("trailing content", "put the whole value in quotes; within double quotes a `\"` is written `\\\"`"),
        ("end of stream", "a quote that is opened is never closed"),
        ("escape", "in double quotes a `\\` is written `\\\\`; in single quotes it stays one"),
        ("hexadecimal", "in double quotes a `\\` is written `\\\\`; in single quotes it stays one"),
        ("expected key", "begin each key in the column of its neighbours, and write `key: value`"),
        ("expected '-'", "begin each item of the list in one column"),
        ("simple key", "write `key: value`, with a space after the `:`"),
        ("bracket", "a bracket is closed here that is not open"),
        ("indent", "begin each key in the column of its neighbours, and what it holds further to the right"),
    ];
    if here == "\t" {
        return HELPS[0].1;
    }
    let help = HELPS.iter().find(|(words, _)| said.contains(words)).map(|(_, help)| *help);
    help.unwrap_or("a quote, a bracket or a column is off, here or in the line above")
}

/// The value that begins at a byte, where it begins a value of its line.
fn value_at(text: &str, at: usize) -> Option<Range<usize>> {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let before = text[line_start..at].trim_end();
    if !before.ends_with([':', '-', '[', ',', '{']) {
        return None;
    }
    let in_list = ['[', '{'].iter().any(|open| {
        let close = if *open == '[' { ']' } else { '}' };
        before.matches(*open).count() > before.matches(close).count()
    });
    let line = text[at..].lines().next().unwrap_or_default();
    let ends: &[&str] = if in_list { &[",", "]", "}", " #"] } else { &[" #"] };
    let end = ends.iter().filter_map(|end| line.find(end)).min().unwrap_or(line.len());
    Some(at..at + line[..end].trim_end().len())
}

/// The value in the line of `at` that has a template and no quotes, if it is that which the parser stumbled over.
fn value_with_template(text: &str, at: usize) -> Option<Range<usize>> {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    let line = text[line_start..line_end].trim_end();
    let hole = line.find("{{").filter(|hole| line_start + hole <= at + 1)?;
    let start = line[..hole].rfind([' ', '[', ',', '\t']).map_or(0, |before| before + 1);
    if line[start..].starts_with(['"', '\'']) || line[..hole].matches(['"', '\'']).count() % 2 == 1 {
        return None;
    }
    let end = end_of_template(line, hole);
    Some(line_start + start..line_start + end)
}

/// Where a value that begins with a hole ends: white space, commas and brackets belong to it in holes only.
fn end_of_template(line: &str, hole: usize) -> usize {
    let mut at = hole;
    loop {
        let rest = &line[at..];
        if rest.starts_with("{{") {
            at = rest.find("}}").map_or(line.len(), |close| at + close + 2);
            if line[at..].starts_with('}') && rest.starts_with("{{{") {
                at += 1;
            }
            continue;
        }
        match rest.chars().next() {
            None | Some(' ' | '\t' | ']' | '}' | '#') => return at,
            Some(',') if rest.len() == 1 || rest[1..].starts_with([' ', '\t']) => return at,
            Some(character) => at += character.len_utf8(),
        }
    }
}
