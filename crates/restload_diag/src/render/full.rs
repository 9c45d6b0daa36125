//! Each diagnostic under the lines that it is about, with the edit that mends it.

use annotate_snippets::{Element, Level, Renderer, normalize_untrusted_str};

use crate::{Diagnostic, Fix, Locate, Source};

use super::snippet::Drawing;
use super::suggestion::{Above, Suggestion};
use super::veil::Veiled;
use super::{Checked, Finding, findings, snippet, suggestion, summary};

/// What to call, to have fixes applied, for a reader who has called `lint`.
pub(super) const FIX: &str = "--fix";
/// What to call for a reader of any other verb's output.
pub(super) const LINT_FIX: &str = "restload lint --fix";

/// Draws each diagnostic under the lines that it is about, in the order of the text, and counts them at the end.
///
/// An edit that mends it is drawn below it, when it is short.
/// Without diagnostics the text is empty.
pub fn render_full(diagnostics: &[Diagnostic], source: &Source, locate: &dyn Locate, color: bool) -> String {
    render(&[Checked::new(source, locate, diagnostics)], color, LINT_FIX)
}

/// Draws what was found in several documents as [`render_full`] does, counted together at the end.
pub fn render_full_files(files: &[Checked<'_>], color: bool) -> String {
    render(files, color, FIX)
}

fn render(files: &[Checked<'_>], color: bool, mend: &str) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let veiled = Veiled::new(files);
    let findings = findings(&veiled.files());
    let mut text = String::new();
    for finding in &findings {
        text.push_str(draw(finding, &renderer, color).trim_end_matches('\n'));
        text.push_str("\n\n");
    }
    tame(text + &summary::closing_line(&findings, mend))
}

fn draw(finding: &Finding<'_>, renderer: &Renderer, color: bool) -> String {
    let diagnostic = finding.diagnostic;
    let fix = diagnostic.fix.as_ref().filter(|fix| fix.fits(&finding.source().text));
    let suggestion = fix.and_then(|fix| suggestion::draw(fix, finding.source()));
    let title = snippet::title_level(finding).primary_title(diagnostic.message.as_str());
    let Drawing { head, picture, last_line } = snippet::draw(finding, title.id(diagnostic.rule));
    let words = words(diagnostic, fix, suggestion.is_some());
    let above = Above { last_line, has_words: !words.is_empty() };
    let picture = picture.elements(words);

    let head = head.map(|head| indented(&renderer.render(&[head]), last_line)).unwrap_or_default();
    match suggestion {
        None => head + &renderer.render(&[picture]),
        Some(Suggestion::Within(edits)) => head + &renderer.render(&[picture, edits]),
        Some(Suggestion::Lines(changes)) => {
            head + &renderer.render(&[picture]) + "\n" + &changes.render(&above, color)
        }
    }
}

/// What is said below the lines. An edit that is drawn has its title there.
fn words<'a>(diagnostic: &Diagnostic, fix: Option<&Fix>, is_drawn: bool) -> Vec<Element<'a>> {
    let title = fix.map(|fix| &fix.title);
    let help = diagnostic.help.as_ref().filter(|help| Some(*help) != title);
    let help = help.into_iter().chain(title.filter(|_| !is_drawn));
    let notes = diagnostic.notes.iter().map(|note| message(Level::NOTE, note));
    notes.chain(help.map(|help| message(Level::HELP, help))).collect()
}

/// Puts the place in words, which is the last line, over the numbers of the lines below it.
fn indented(head: &str, last_line: usize) -> String {
    let (above, place) = head.rsplit_once('\n').unwrap_or(("", head));
    format!("{above}\n{:width$}{place}\n", "", width = last_line.to_string().len())
}

/// A line of words. The renderer takes them as they are, and they may hold what stands in a spec.
pub(super) fn message<'a>(level: Level<'a>, words: &str) -> Element<'a> {
    level.message(normalize_untrusted_str(words)).into()
}

/// Words that stand in one line and that no terminal obeys.
pub(super) fn in_line(words: &str) -> String {
    normalize_untrusted_str(words).replace('\n', " ")
}

/// Takes out what some terminals obey and the renderer lets through: the control characters behind ASCII.
pub(super) fn tame(text: String) -> String {
    let obeyed = |letter: char| ('\u{80}'..='\u{9f}').contains(&letter);
    if text.contains(obeyed) { text.replace(obeyed, "\u{fffd}") } else { text }
}
