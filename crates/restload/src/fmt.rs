//! `restload fmt`: the keys of specs in the order of the reference.

use restload_diag::{Diagnostic, Source, render_full};
use restload_spec::{Document, format_spec};

use crate::arguments::FmtArguments;
use crate::exit;
use crate::lint::find::{Of, Text, find};
use crate::lint::{replace, unified};
use crate::terminal::Terminal;
use crate::world::World;

/// What became of one file.
enum Formatted {
    AsItWas,
    Changed(String, String),
    Faulty(Box<Document>, Vec<Diagnostic>),
}

/// Puts the keys of the specs in order, or says which are not.
pub(crate) fn fmt(arguments: &FmtArguments, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let texts = find(&arguments.paths, Of::Specs, world, terminal)?;
    let (mut changed, mut faulty, count) = (0, false, texts.len());
    for text in texts {
        match format_one(&text) {
            Formatted::AsItWas => {
                if text.path.is_none() && !arguments.check {
                    print(&String::from_utf8_lossy(&text.bytes), terminal)?;
                }
            }
            Formatted::Faulty(document, faults) => {
                faulty = true;
                terminal.say(&render_full(&faults, document.source(), document.as_ref(), false));
            }
            Formatted::Changed(before, after) => {
                changed += 1;
                match &text.path {
                    _ if arguments.check => print(&unified(&before, &after, &text.name), terminal)?,
                    None => print(&after, terminal)?,
                    Some(path) => replace(path, after.as_bytes()).map_err(|error| {
                        terminal.error(&format!("cannot write `{}`: {error}", text.name), None);
                        exit::FAILED
                    })?,
                }
            }
        }
    }
    let files = |count: usize| format!("{count} file{}", if count == 1 { "" } else { "s" });
    terminal.say(&match (arguments.check, changed) {
        (true, 0) => format!("the keys of {} are in order", files(count)),
        (true, _) => format!("{} of {count} would be changed", files(changed)),
        (false, _) => format!("{} of {count} changed", files(changed)),
    });
    Ok(if faulty || (arguments.check && changed > 0) { exit::SPEC } else { exit::DONE })
}

fn format_one(text: &Text) -> Formatted {
    let faulty = || {
        let reading = restload_spec::read_spec_bytes(&text.name, &text.bytes);
        Formatted::Faulty(Box::new(reading.document), reading.diagnostics)
    };
    let Ok(before) = std::str::from_utf8(&text.bytes) else { return faulty() };
    let source = Source::new(&text.name, before);
    match format_spec(&source) {
        Ok(after) if after == before => Formatted::AsItWas,
        Ok(after) => Formatted::Changed(before.to_owned(), after),
        Err(faults) => Formatted::Faulty(Box::new(Document::parse(source).0), faults),
    }
}

fn print(text: &str, terminal: &Terminal) -> Result<(), u8> {
    terminal.print(text).map_err(|error| {
        terminal.error(&format!("cannot write the spec: {error}"), None);
        exit::FAILED
    })
}
