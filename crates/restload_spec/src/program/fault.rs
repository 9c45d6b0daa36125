//! What is wrong with a program as written.

use std::ops::Range;

use jaq_core::{
    compile::Undefined,
    load::{lex, parse},
};

use super::{VARIABLES, library};
use crate::near::nearest;

/// The fault of a program that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProgramFault {
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// Where, in bytes of the program.
    pub range: Range<usize>,
    /// The edit to make, where it can be known.
    pub help: Option<String>,
}

pub(super) fn of_lexer(code: &str, (expected, rest): &lex::Error<&str>) -> ProgramFault {
    let start = code.len() - rest.len().min(code.len());
    let found = rest.chars().next();
    let range = start..start + found.map_or(0, char::len_utf8);
    let stuck = matches!(expected, lex::Expect::Token | lex::Expect::Delim(_));
    let (message, help) = match (expected, found) {
        (lex::Expect::Token, Some(closing @ (')' | ']' | '}'))) => {
            (format!("`{closing}` closes nothing"), None)
        }
        (_, Some('\'')) if stuck => ("text is not quoted with `'`".to_owned(), Some("quote it with `\"`")),
        (_, Some('&')) if stuck => ("unexpected `&`".to_owned(), Some("jq writes `and`, `or` and `not`")),
        (_, Some(found)) if stuck && !")]}".contains(found) => (format!("unexpected `{found}`"), None),
        (expected, Some(found)) => (format!("expected {}, found `{found}`", expected.as_str()), None),
        (expected, None) => (format!("expected {} at the end", expected.as_str()), None),
    };
    ProgramFault { message, range, help: help.map(str::to_owned) }
}

pub(super) fn of_parser(code: &str, expected: &parse::Expect<&str>, found: Option<&str>) -> ProgramFault {
    let range = found.map_or(code.len()..code.len(), |found| place(code, found));
    let wanted = match expected {
        parse::Expect::Just("") | parse::Expect::Nothing => "the end".to_owned(),
        parse::Expect::Just(word) => format!("`{word}`"),
        parse::Expect::Term => "a value or a filter".to_owned(),
        other => other.as_str().to_owned(),
    };
    let message = match found {
        Some(found) => format!("expected {wanted}, found `{}`", shortened(found)),
        None => format!("expected {wanted} at the end"),
    };
    ProgramFault { message, range, help: None }
}

pub(super) fn of_undefined(code: &str, name: &str, kind: &Undefined) -> ProgramFault {
    let range = place(code, name);
    if let Some(instead) = library::instead_of(name) {
        let message = format!("`{name}` is not available in a program");
        return ProgramFault { message, range, help: Some(instead.to_owned()) };
    }
    let (message, help) = match kind {
        Undefined::Var => (format!("there is no variable `{name}`"), format!("there are {}", listed())),
        Undefined::Filter(arguments) => {
            let arities = library::arities_of(name);
            match &arities[..] {
                [] => {
                    let names = library::names();
                    let near = nearest(name, names.iter().map(String::as_str));
                    let near = near.map(|near| format!("did you mean `{near}`?"));
                    let help =
                        near.unwrap_or_else(|| "the functions are those of jq 1.7 that jaq has".to_owned());
                    (format!("there is no function `{name}`{}", with(*arguments)), help)
                }
                arities => {
                    let takes = arities.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
                    (
                        format!("`{name}` takes {takes} arguments, not {arguments}"),
                        "arguments are parted by `;`".to_owned(),
                    )
                }
            }
        }
        other => (format!("there is no {} `{name}`", other.as_str()), "leave it out".to_owned()),
    };
    ProgramFault { message, range, help: Some(help) }
}

const MAX_LENGTH: usize = 16 * 1024;
const MAX_DEPTH: usize = 100;

/// A program that is longer, or nests deeper, than any that somebody writes.
pub(super) fn of_size(code: &str) -> Option<ProgramFault> {
    let message = if code.len() > MAX_LENGTH {
        format!("a program of {} bytes is too long: {MAX_LENGTH} at most", code.len())
    } else if depth(code) > MAX_DEPTH {
        format!("brackets nest deeper than {MAX_DEPTH}")
    } else {
        return None;
    };
    let help = "split the resource, or leave the work to what reads the table".to_owned();
    Some(ProgramFault { message, range: 0..code.len(), help: Some(help) })
}

/// How deep brackets nest at most, those in text and comments included unless they are closed.
fn depth(code: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in code.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// A program that could not be compiled for reasons of the machine.
pub(super) fn of_thread(code: &str) -> ProgramFault {
    let message = "the program could not be compiled: there is no thread for it".to_owned();
    ProgramFault { message, range: 0..code.len(), help: None }
}

/// A program that begins with `import`, `include` or `module`.
pub(super) fn of_module(code: &str) -> Option<ProgramFault> {
    let start = code.len() - code.trim_start().len();
    let word = code[start..].split(|c: char| !c.is_ascii_alphabetic()).next()?;
    ["import", "include", "module"].contains(&word).then(|| ProgramFault {
        message: "a program has no modules".to_owned(),
        range: start..start + word.len(),
        help: Some("write what it needs as `def name: …;` before it".to_owned()),
    })
}

/// Where a part of the program stands in it.
fn place(code: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr().addr()).wrapping_sub(code.as_ptr().addr());
    if start <= code.len() && start + part.len() <= code.len() {
        start..start + part.len()
    } else {
        0..code.len()
    }
}

fn with(arguments: usize) -> String {
    match arguments {
        0 => String::new(),
        1 => " with 1 argument".to_owned(),
        more => format!(" with {more} arguments"),
    }
}

fn listed() -> String {
    VARIABLES.map(|name| format!("`{name}`")).join(", ")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(20) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
