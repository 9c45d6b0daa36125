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
    /// The name of the fault: `program-syntax`, or `program-feature` for what jq has and a spec has not.
    pub rule: &'static str,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// Where, in bytes of the program.
    pub range: Range<usize>,
    /// The edit to make, where it can be known.
    pub help: Option<String>,
    /// The word to write in the place, where it is probably meant.
    pub meant: Option<String>,
}

impl ProgramFault {
    fn of_syntax(message: String, range: Range<usize>, help: impl Into<String>) -> Self {
        Self { rule: "program-syntax", message, range, help: Some(help.into()), meant: None }
    }

    fn of_feature(message: String, range: Range<usize>, help: &str) -> Self {
        Self { rule: "program-feature", message, range, help: Some(help.to_owned()), meant: None }
    }
}

pub(super) fn of_lexer(code: &str, (expected, rest): &lex::Error<&str>) -> ProgramFault {
    let start = code.len() - rest.len().min(code.len());
    let found = rest.chars().next();
    let range = start..start + found.map_or(0, char::len_utf8);
    let stuck = matches!(expected, lex::Expect::Token | lex::Expect::Delim(_));
    let (message, help) = match (expected, found) {
        (lex::Expect::Token, Some(closing @ (')' | ']' | '}'))) => {
            (format!("`{closing}` closes nothing"), "leave it out, or open it before".to_owned())
        }
        (_, Some('\'')) if stuck => {
            ("text is not quoted with `'`".to_owned(), "quote it with `\"`".to_owned())
        }
        (_, Some('&')) if stuck => {
            ("unexpected `&`".to_owned(), "jq writes `and`, `or` and `not`".to_owned())
        }
        (_, Some(found)) if stuck && !")]}".contains(found) => {
            (format!("unexpected `{found}`"), "leave it out, or put it in a text: `\"…\"`".to_owned())
        }
        (lex::Expect::Delim(open), None) => {
            let (message, help) = (format!("`{open}` is never closed"), closing(open));
            return ProgramFault::of_syntax(message, place(code, open), help);
        }
        (lex::Expect::Delim(open), Some(found)) => {
            let message = format!("`{open}` is closed by `{found}`");
            return ProgramFault::of_syntax(message, range, closing(open));
        }
        (expected, found) => {
            let found = found.map_or(" at the end".to_owned(), |found| format!(", found `{found}`"));
            (
                format!("expected {}{found}", expected.as_str()),
                "a `\\` in a text is written `\\\\`".to_owned(),
            )
        }
    };
    ProgramFault::of_syntax(message, range, help)
}

/// Whether a bracket is not closed, or by another.
pub(super) fn is_open((expected, _): &lex::Error<&str>) -> bool {
    matches!(expected, lex::Expect::Delim(_))
}

/// What closes a bracket or a text.
fn closing(open: &str) -> String {
    let close = match open {
        "(" => ")",
        "[" => "]",
        "{" => "}",
        other => other,
    };
    format!("write `{close}` where it ends")
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
    let help = match (expected, found) {
        (_, Some(found)) if found.starts_with('(') => {
            "a function is called after a pipe: `(.name | length)`".to_owned()
        }
        (parse::Expect::Term, None) => "`.` is the row as it is".to_owned(),
        (parse::Expect::Term, _) => {
            "a value is a field (`.name`), a text (`\"…\"`), a number or `{…}`".to_owned()
        }
        (parse::Expect::Just("") | parse::Expect::Nothing, _) => {
            "filters are joined by `|`, results by `,`".to_owned()
        }
        (parse::Expect::CommaOrRBrace, _) => "a row is written `{id, name: .title}`".to_owned(),
        (parse::Expect::SemicolonOrRParen, _) => "arguments are separated by `;`".to_owned(),
        _ => format!("write {wanted} here"),
    };
    ProgramFault::of_syntax(message, range, help)
}

pub(super) fn of_undefined(code: &str, name: &str, kind: &Undefined) -> ProgramFault {
    let range = place(code, name);
    if let Some(instead) = library::instead_of(name) {
        let message = format!("`{name}` is not available in a program");
        return ProgramFault::of_feature(message, range, instead);
    }
    let near = |names: &[&str]| nearest(name, names.iter().copied()).map(str::to_owned);
    let (message, meant, help) = match kind {
        Undefined::Var => {
            let help = format!("there are {}, and what `as` names", listed());
            (format!("there is no variable `{name}`"), near(&VARIABLES), help)
        }
        Undefined::Filter(arguments) => {
            let arities = library::arities_of(name);
            match &arities[..] {
                [] => {
                    let names = library::names();
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    let help = "the functions are those of jq 1.7 that jaq has".to_owned();
                    (format!("there is no function `{name}`{}", with(*arguments)), near(&names), help)
                }
                arities => {
                    let takes = arities.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
                    let message = format!("`{name}` takes {takes} arguments, not {arguments}");
                    (message, None, "arguments are separated by `;`".to_owned())
                }
            }
        }
        other => (format!("there is no {} `{name}`", other.as_str()), None, "leave it out".to_owned()),
    };
    let help = meant.as_ref().map_or(help, |near| format!("did you mean `{near}`?"));
    ProgramFault { meant, ..ProgramFault::of_syntax(message, range, help) }
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
    Some(ProgramFault::of_syntax(message, 0..code.len(), help))
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
    ProgramFault::of_syntax(message, 0..code.len(), "run it where more threads are allowed")
}

/// A program that begins with `import`, `include` or `module`.
pub(super) fn of_module(code: &str) -> Option<ProgramFault> {
    let start = code.len() - code.trim_start().len();
    let word = code[start..].split(|c: char| !c.is_ascii_alphabetic()).next()?;
    ["import", "include", "module"].contains(&word).then(|| {
        let (message, range) = ("a program has no modules".to_owned(), start..start + word.len());
        ProgramFault::of_feature(message, range, "write what it needs as `def name: …;` before it")
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
