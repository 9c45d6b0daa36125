//! Secrets, put out of sight: what a finding says is a secret is shown by no finding of its document.

use std::borrow::Cow;
use std::ops::Range;

use crate::{Diagnostic, Locate, Source};

use super::Checked;

/// A shorter secret is not looked for in words: it would be found by chance.
const SHORTEST: usize = 6;

/// Documents as they may be shown: where a secret stands in the text there are as many `*`, so that all places stay.
pub(super) struct Veiled<'a>(Vec<File<'a>>);

struct File<'a> {
    source: Cow<'a, Source>,
    locate: &'a dyn Locate,
    diagnostics: Cow<'a, [Diagnostic]>,
}

impl<'a> Veiled<'a> {
    pub(super) fn new(files: &[Checked<'a>]) -> Self {
        Self(files.iter().map(File::new).collect())
    }

    pub(super) fn files(&self) -> Vec<Checked<'_>> {
        self.0.iter().map(|file| Checked::new(&file.source, file.locate, &file.diagnostics)).collect()
    }
}

impl<'a> File<'a> {
    fn new(file: &Checked<'a>) -> Self {
        let Checked { source, locate, diagnostics } = *file;
        let span = |found: &Diagnostic| file.span(&found.at, found.part, found.within.clone());
        let secrets = diagnostics.iter().filter(|found| found.secret);
        let mut secrets: Vec<_> = secrets.map(|found| within_quotes(&source.text, span(found))).collect();
        if secrets.is_empty() {
            return Self { source: Cow::Borrowed(source), locate, diagnostics: Cow::Borrowed(diagnostics) };
        }
        secrets.sort_by_key(|secret| (secret.start, secret.end));
        let diagnostics =
            diagnostics.iter().map(|found| without(found, &span(found), &secrets, &source.text));
        let diagnostics = Cow::Owned(diagnostics.collect());
        let source = Cow::Owned(Source::new(&source.name, starred(&source.text, &secrets)));
        Self { source, locate, diagnostics }
    }
}

/// A text without what stands at these places, which are in order.
fn starred(text: &str, secrets: &[Range<usize>]) -> String {
    let (mut shown, mut done) = (String::with_capacity(text.len()), 0);
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        let start = secret.start.max(done);
        shown.push_str(&text[done..start]);
        shown.extend(text[start..secret.end.max(start)].chars().map(star));
        done = secret.end.max(start);
    }
    shown + &text[done..]
}

/// What stands for a letter: a sign of as many bytes, so that no place behind it moves.
fn star(letter: char) -> char {
    match letter.len_utf8() {
        _ if letter.is_whitespace() => letter,
        1 => '*',
        2 => '×',
        3 => '∗',
        _ => '🞶',
    }
}

fn within_quotes(text: &str, span: Range<usize>) -> Range<usize> {
    let spelled = &text[span.clone()];
    let is_quoted =
        |quote: char| spelled.len() >= 2 && spelled.starts_with(quote) && spelled.ends_with(quote);
    if is_quoted('"') || is_quoted('\'') { span.start + 1..span.end - 1 } else { span }
}

/// A finding whose words do not hold the secrets at its own place: of others it does not speak.
fn without(found: &Diagnostic, span: &Range<usize>, secrets: &[Range<usize>], text: &str) -> Diagnostic {
    let mut found = found.clone();
    let from = secrets.partition_point(|secret| secret.end <= span.start);
    let own = secrets[from..].iter().take_while(|secret| secret.start < span.end);
    for secret in own.map(|secret| text[secret.clone()].trim()).filter(|secret| secret.len() >= SHORTEST) {
        let words = [&mut found.message].into_iter().chain(&mut found.notes).chain(&mut found.help);
        let words = words.chain(found.labels.iter_mut().map(|label| &mut label.message));
        for words in words.chain(found.fix.iter_mut().map(|fix| &mut fix.title)) {
            if words.contains(secret) {
                *words = words.replace(secret, "***");
            }
        }
    }
    found
}
