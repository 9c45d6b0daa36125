//! `restload lint`: all that is wrong with specs, before a request is made.

pub(crate) mod find;
mod mend;

use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use jiff::Timestamp;
use restload_diag::{
    Checked, Diagnostic, Locate, RuleFacts, Severity, Source, render_concise_files, render_full_files,
    render_github, render_json, render_sarif,
};
use restload_lint::markdown::{LintedBlock, lint_markdown};
use restload_lint::{Linted, lint_bytes, no_samples, rules};
use restload_spec::Document;

use crate::arguments::{Deny, LintArguments, LintForm};
use crate::exit;
use crate::spec_file::samples_beside;
use crate::terminal::Terminal;
use crate::world::World;

use find::{Of, Text, find};
pub(crate) use mend::{replace, unified};

/// A file with what was found in it.
pub(crate) struct File {
    text: Text,
    found: Found,
}

/// What was found in a file.
enum Found {
    Spec(Box<Document>, Vec<Diagnostic>),
    Page(Source, Vec<LintedBlock>),
}

/// Lints what is named and prints what was found.
pub(crate) fn lint(arguments: &LintArguments, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let texts = find(&arguments.paths, Of::SpecsAndPages, world, terminal)?;
    let now = world.clock.now();
    let mut files = lint_all(texts, now);
    if arguments.fix {
        files = mend::mend(files, arguments.diff, now, terminal)?;
    }
    let printed = if arguments.diff { Ok(()) } else { terminal.print(&rendered(&files, arguments, world)) };
    printed.map_err(|error| {
        terminal.error(&format!("cannot write what was found: {error}"), None);
        exit::FAILED
    })?;
    let worst = files.iter().flat_map(File::diagnostics).map(|found| found.severity).min();
    let denied = match arguments.deny {
        Some(Deny::Warnings) => Severity::Warning,
        None => Severity::Error,
    };
    // The process ends here: to give back many documents piece by piece would take a good part of the time they took to read.
    std::mem::forget(files);
    Ok(if worst.is_some_and(|worst| worst <= denied) { exit::SPEC } else { exit::DONE })
}

/// Lints files, many of them side by side.
fn lint_all(texts: Vec<Text>, now: Timestamp) -> Vec<File> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = texts.len().min(cores);
    if threads <= 1 {
        return texts.into_iter().map(|text| lint_one(text, now)).collect();
    }
    let size = texts.len().div_ceil(threads * 4);
    let mut parts: Vec<Vec<Text>> = Vec::new();
    let mut texts = texts.into_iter().peekable();
    while texts.peek().is_some() {
        parts.push(texts.by_ref().take(size).collect());
    }
    let parts: Vec<std::sync::Mutex<Option<Vec<Text>>>> =
        parts.into_iter().map(|part| std::sync::Mutex::new(Some(part))).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let part = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let Some(slot) = parts.get(part) else { return done };
            let texts = slot.lock().ok().and_then(|mut slot| slot.take()).unwrap_or_default();
            done.push((part, texts.into_iter().map(|text| lint_one(text, now)).collect::<Vec<_>>()));
        }
    };
    let mut done: Vec<(usize, Vec<File>)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(part, _)| *part);
    done.into_iter().flat_map(|(_, files)| files).collect()
}

/// Lints a file.
fn lint_one(text: Text, now: Timestamp) -> File {
    let found = if text.is_page {
        let source = Source::new(&text.name, String::from_utf8_lossy(&text.bytes));
        let blocks = lint_markdown(&source, now);
        Found::Page(source, blocks)
    } else {
        let linted = match &text.path {
            Some(path) => {
                let samples = samples_beside(path.parent().unwrap_or(Path::new("")));
                lint_bytes(&text.name, &text.bytes, &samples, now)
            }
            None => lint_stdin(&text, now),
        };
        // What was settled is of no more use, and many specs are held at once.
        let Linted { reading, diagnostics, .. } = linted;
        Found::Spec(Box::new(reading.document), diagnostics)
    };
    File { text, found }
}

/// Standard input is no file: its name says nothing, and no samples stand beside it.
fn lint_stdin(text: &Text, now: Timestamp) -> Linted {
    match std::str::from_utf8(&text.bytes) {
        Ok(utf8) => restload_lint::lint(Source::new(&text.name, utf8), None, &no_samples, now),
        Err(_) => lint_bytes(&text.name, &text.bytes, &no_samples, now),
    }
}

impl File {
    fn source(&self) -> &Source {
        match &self.found {
            Found::Spec(document, _) => document.source(),
            Found::Page(source, _) => source,
        }
    }

    fn checked(&self) -> Vec<Checked<'_>> {
        match &self.found {
            Found::Spec(document, diagnostics) => {
                vec![Checked::new(document.source(), document.as_ref(), diagnostics)]
            }
            Found::Page(source, blocks) => blocks
                .iter()
                .map(|block| Checked::new(source, block as &dyn Locate, &block.diagnostics))
                .collect(),
        }
    }

    fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.checked().into_iter().flat_map(|checked| checked.diagnostics)
    }
}

/// What was found, in the form that was asked for.
fn rendered(files: &[File], arguments: &LintArguments, world: &World<'_>) -> String {
    let checked: Vec<Checked<'_>> = files.iter().flat_map(File::checked).collect();
    let nothing = || match files.iter().filter(|file| !file.text.is_page).count() {
        0 => "no faults in the specs of these pages\n".to_owned(),
        1 => "no faults in 1 spec\n".to_owned(),
        specs => format!("no faults in {specs} specs\n"),
    };
    let or_nothing = |text: String| if text.is_empty() { nothing() } else { text };
    match arguments.format {
        LintForm::Full => {
            or_nothing(render_full_files(&checked, world.out_is_terminal && world.wants_color()))
        }
        LintForm::Concise => or_nothing(render_concise_files(&checked)),
        LintForm::Json => render_json(&checked),
        LintForm::Github => render_github(&checked),
        LintForm::Sarif => {
            let summaries: Vec<String> = rules().map(restload_lint::Rule::summary).collect();
            let facts: Vec<RuleFacts<'_>> = rules()
                .zip(&summaries)
                .map(|(rule, summary)| RuleFacts {
                    name: rule.name,
                    summary,
                    help: rule.page,
                    severity: rule.severity,
                    group: rule.group.title(),
                })
                .collect();
            render_sarif(&checked, env!("CARGO_PKG_VERSION"), &facts)
        }
    }
}
