//! The path that was probably meant: what jq, JavaScript, JSON Pointer and older dialects of `JSONPath` write otherwise.

use jsonpath_rust::parser::parse_json_path;

use super::{filter, is_short_name, short_form};

/// A path in the place of one that cannot be read.
#[derive(Debug, PartialEq)]
pub(super) struct Meant {
    /// The path.
    pub(super) path: String,
    /// It cannot mean anything else.
    pub(super) is_sure: bool,
}

/// The path that was probably meant, where the usual repairs give one.
pub(super) fn meant(text: &str) -> Option<Meant> {
    let trimmed = text.trim();
    let repaired = [without_call, with_operators, of_pointer].iter().find_map(|repair| repair(trimmed));
    let found = match repaired {
        Some(path) => Meant { path, is_sure: true },
        None => of_segments(trimmed)?,
    };
    (found.path != text && is_path(&found.path)).then_some(found)
}

fn is_path(text: &str) -> bool {
    short_form(text).is_some() || parse_json_path(text).is_ok_and(|query| filter::check(&query, text).is_ok())
}

/// `items.length()`: a path says where something is, and computes nothing.
fn without_call(text: &str) -> Option<String> {
    let rest = text.strip_suffix("()")?;
    let (path, function) = rest.rsplit_once('.')?;
    if !is_short_name(function) || path.contains("()") {
        return None;
    }
    if is_path(path) { Some(path.to_owned()) } else { of_segments(path).map(|meant| meant.path) }
}

/// A filter with the operators of another language: `=` or `===` for `==`, `and` for `&&`, `or` for `||`.
fn with_operators(text: &str) -> Option<String> {
    if !text.starts_with('$') || !text.contains("[?") {
        return None;
    }
    let mut repaired = String::new();
    let mut quote = None;
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let written = ["===", "!==", "==", "!=", "<=", ">=", "=", " and ", " or "];
        let found = written.iter().find(|written| quote.is_none() && rest.starts_with(**written));
        let taken = match found.copied() {
            Some("===" | "=") => ("==", found.map_or(1, |found| found.len())),
            Some("!==") => ("!=", 3),
            Some(" and ") => (" && ", 5),
            Some(" or ") => (" || ", 4),
            Some(other) => (other, other.len()),
            None => {
                match quote {
                    None if matches!(character, '\'' | '"') => quote = Some(character),
                    Some(open) if open == character => quote = None,
                    _ => {}
                }
                (&rest[..character.len_utf8()], character.len_utf8())
            }
        };
        repaired.push_str(taken.0);
        rest = &rest[taken.1..];
    }
    (repaired != text && is_path(&repaired)).then_some(repaired)
}

/// `/data/items/0` (RFC 6901) and `data/items`; what jq and others write for the whole.
fn of_pointer(text: &str) -> Option<String> {
    if text == "/" || text == "." {
        return Some("$".to_owned());
    }
    let names: Vec<&str> = text.strip_prefix('/').unwrap_or(text).split('/').collect();
    let is_plain = |name: &&str| is_short_name(name) || is_index(name);
    if !text.contains('/') || !names.iter().all(is_plain) || is_index(names[0]) {
        return None;
    }
    let segments =
        names.iter().map(|name| if is_index(name) { format!("[{name}]") } else { segment(name, ".") });
    Some(in_short(&format!("${}", segments.collect::<String>())))
}

/// A path of names and brackets, read with a hand lighter than the grammar's.
fn of_segments(text: &str) -> Option<Meant> {
    let is_ours = text.starts_with('$');
    let text = text.strip_prefix('$').or_else(|| relative(text)).unwrap_or(text).trim();
    // All items of a list are what is selected where a list is, so that `[]` behind it says nothing.
    let mut rest = text.strip_suffix("[]").unwrap_or(text);
    let mut found = Meant { path: "$".to_owned(), is_sure: is_ours || !text.contains("..") };
    while !rest.is_empty() {
        let (segment, is_sure, behind) = match rest.strip_prefix(".[").or_else(|| rest.strip_prefix('[')) {
            Some(inner) => bracket(inner)?,
            None => name(rest)?,
        };
        found.path.push_str(&segment);
        found.is_sure &= is_sure;
        rest = behind;
    }
    if !is_ours {
        found.path = in_short(&found.path);
    }
    Some(found)
}

/// What stands behind an `@` that means the value at hand, as in a filter.
fn relative(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('@')?;
    (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
}

/// The short form of a path, where it has one.
fn in_short(path: &str) -> String {
    path.strip_prefix("$.").filter(|short| short_form(short).is_some()).unwrap_or(path).to_owned()
}

/// The segment that a bracket makes, read after its `[`, whether it is surely meant, and what stands behind it.
fn bracket(inner: &str) -> Option<(String, bool, &str)> {
    let (content, rest) = inner.split_once(']')?;
    let quoted_name = ['\'', '"'].iter().find_map(|quote| content.strip_prefix(*quote)?.strip_suffix(*quote));
    let as_it_is = content.starts_with(['\'', '"', '?', '*', '-', ':', ' '])
        || content.starts_with(|c: char| c.is_ascii_digit());
    let (segment, is_sure) = match (content, quoted_name) {
        ("", _) => ("[*]".to_owned(), true),
        (_, Some(name)) if is_shorthand(name) => (format!(".{name}"), true),
        _ if as_it_is => (format!("[{content}]"), true),
        (name, _) if is_strange(name) => return None,
        (name, _) => (segment(name, "."), !name.contains(' ')),
    };
    Some((segment, is_sure, rest))
}

/// The segment that a name after at most two dots makes, whether it is surely meant, and what stands behind it.
fn name(rest: &str) -> Option<(String, bool, &str)> {
    let (dots, rest) = match rest.strip_prefix("..") {
        Some(rest) => ("..", rest),
        None => (".", rest.strip_prefix('.').unwrap_or(rest)),
    };
    // A name such as `@odata.nextLink` has its dot within.
    let from = if rest.starts_with('@') { rest.find('.').map_or(0, |dot| dot + 1) } else { 0 };
    let end = rest[from..].find(['.', '[']).map_or(rest.len(), |at| from + at);
    let (name, rest) = rest.split_at(end);
    let (segment, is_sure) = match name {
        "" if rest.starts_with('[') && dots == ".." => (dots.to_owned(), true),
        "" => return None,
        name if is_strange(name) => return None,
        "*" => (format!("{dots}*"), true),
        // An item of a list, or the member of a map whose name is a number.
        name if is_index(name) => (format!("[{name}]"), false),
        name => (segment(name, dots), !name.contains(' ')),
    };
    Some((segment, is_sure, rest))
}

fn segment(name: &str, dots: &str) -> String {
    match (is_shorthand(name), dots) {
        (true, _) => format!("{dots}{name}"),
        (false, "..") => format!("..{}", quoted(name)),
        (false, _) => quoted(name),
    }
}

/// Whether JSONPath takes the name after a dot.
fn is_shorthand(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}

fn is_index(name: &str) -> bool {
    !name.is_empty() && name.len() < 10 && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether this has more in it than a name: a program, a call, a comparison.
fn is_strange(name: &str) -> bool {
    name.contains([
        '|', '(', ')', '"', '\'', '{', '}', '<', '>', '=', ',', ';', '?', '!', '&', '*', '#', '\\', ']',
    ])
}

fn quoted(name: &str) -> String {
    format!("['{name}']")
}
