//! Diagnostics as text: with the lines that they are about, or a line each.

use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::{Diagnostic, Locate, Part, Severity, Source};

/// Draws each diagnostic under the lines that it is about, in the order of the text, and counts them at the end.
///
/// Without diagnostics the text is empty.
pub fn render_full(diagnostics: &[Diagnostic], source: &Source, locate: &dyn Locate, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for (span, diagnostic) in sorted(diagnostics, locate) {
        text.push_str(&renderer.render(&[group(diagnostic, span, source, locate)]));
        text.push_str("\n\n");
    }
    text + &count(diagnostics, source)
}

/// Writes a line for each diagnostic (`path:line:column: error[rule] message`), in the order of the text, and counts
/// them at the end.
///
/// Without diagnostics the text is empty.
pub fn render_concise(diagnostics: &[Diagnostic], source: &Source, locate: &dyn Locate) -> String {
    let mut text = String::new();
    for (span, Diagnostic { severity, rule, message, .. }) in sorted(diagnostics, locate) {
        let (line, column) = source.line_column(span.start);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}:{line}:{column}: {severity}[{rule}] {message}", source.name);
    }
    text + &count(diagnostics, source)
}

fn sorted<'d>(diagnostics: &'d [Diagnostic], locate: &dyn Locate) -> Vec<(Range<usize>, &'d Diagnostic)> {
    let span =
        |diagnostic: &Diagnostic| locate.span(&diagnostic.at, diagnostic.part, diagnostic.within.clone());
    let mut placed: Vec<_> = diagnostics.iter().map(|diagnostic| (span(diagnostic), diagnostic)).collect();
    placed.sort_by_key(|(span, diagnostic)| (span.start, diagnostic.severity));
    placed
}

fn group<'a>(
    diagnostic: &'a Diagnostic,
    span: Range<usize>,
    source: &'a Source,
    locate: &dyn Locate,
) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.rule);
    let notes = diagnostic.notes.iter().map(|note| Level::NOTE.message(note.as_str()));
    let help = diagnostic.help.iter().map(|help| Level::HELP.message(help.as_str()));
    title.element(snippet(diagnostic, span, source, locate)).elements(notes).elements(help)
}

/// The lines of the text that a diagnostic is about. Only these are handed on: the renderer looks at all it is given,
/// for each diagnostic anew.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    span: Range<usize>,
    source: &'a Source,
    locate: &dyn Locate,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let place = |part: Part, at: &crate::Pointer| first_line(&source.text, locate.span(at, part, None));
    let labels: Vec<_> = diagnostic
        .labels
        .iter()
        .map(|label| (place(label.part, &label.at), label.message.as_str()))
        .collect();
    let primary = first_line(&source.text, span);
    let spans = || labels.iter().map(|(span, _)| span).chain([&primary]);
    let from = spans().map(|span| line_start(&source.text, span.start)).min().unwrap_or_default();
    let to = spans().map(|span| line_end(&source.text, span.end)).max().unwrap_or_default();
    let shift = |span: &Range<usize>| span.start - from..span.end - from;
    let (line, _) = source.line_column(from);
    let context =
        labels.iter().map(|(span, message)| AnnotationKind::Context.span(shift(span)).label(*message));
    Snippet::source(&source.text[from..to])
        .path(source.name.as_str())
        .line_start(line)
        .annotation(AnnotationKind::Primary.span(shift(&primary)))
        .annotations(context)
}

/// The part of a span that is in its first line: a whole resource underlined shows less than its first line.
fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.min(text.len())).max(start);
    let line = text[start..end].split('\n').next().unwrap_or_default().trim_end_matches('\r');
    start..start + line.len()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

fn count(diagnostics: &[Diagnostic], source: &Source) -> String {
    let of =
        |severity: Severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let counts =
        [Severity::Error, Severity::Warning, Severity::Note].map(|severity| (of(severity), severity));
    let said: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {severity}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    if said.is_empty() { String::new() } else { format!("{} in {}\n", said.join(", "), source.name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pointer;

    /// Finds a place by its last name: that text, and behind it up to the end of the line.
    struct ByText<'t>(&'t str);

    impl Locate for ByText<'_> {
        fn span(&self, at: &Pointer, part: Part, within: Option<Range<usize>>) -> Range<usize> {
            let name = at.last().unwrap_or_default();
            let start = self.0.find(name).unwrap();
            let value = start + name.len() + 2;
            match (part, within) {
                (Part::Key, _) => start..start + name.len(),
                (Part::Value, Some(range)) => value + range.start..value + range.end,
                (Part::Value, None) => value..line_end(self.0, value),
            }
        }
    }

    /// Finds every place behind the end of the text.
    struct Past;

    impl Locate for Past {
        fn span(&self, _: &Pointer, _: Part, within: Option<Range<usize>>) -> Range<usize> {
            within.unwrap_or(3..9)
        }
    }

    fn at(text: &str) -> Pointer {
        text.parse().unwrap()
    }

    fn full(text: &str, diagnostics: &[Diagnostic]) -> String {
        render_full(diagnostics, &Source::new("specs/x.yaml", text), &ByText(text), false)
    }

    #[test]
    fn a_diagnostic_is_drawn_under_its_line_in_the_order_of_the_text() {
        let text = "name: x\npaginaton: y\npath: a\n";
        let diagnostics = [
            Diagnostic::warning("odd", at("/path"), "odd path").note("a fact").label(
                at("/name"),
                Part::Key,
                "here",
            ),
            Diagnostic::error("unknown-key", at("/paginaton"), "`paginaton` is not a key")
                .on(Part::Key)
                .help("did you mean `paginator`?"),
        ];
        let expected = "\
error[unknown-key]: `paginaton` is not a key
 --> specs/x.yaml:2:1
  |
2 | paginaton: y
  | ^^^^^^^^^
  |
  = help: did you mean `paginator`?

warning[odd]: odd path
 --> specs/x.yaml:3:7
  |
1 | name: x
  | ---- here
2 | paginaton: y
3 | path: a
  |       ^
  |
  = note: a fact

1 error, 1 warning in specs/x.yaml
";
        assert_eq!(full(text, &diagnostics), expected);
    }

    #[test]
    fn columns_count_characters_after_umlauts_tabs_and_line_ends_of_windows() {
        for (text, column) in [("é: ü\r\nkey: äöX\r\n", 8), ("a\nkey:\täöX\n", 8), ("key: 日本X", 8)]
        {
            let start = text.find('X').unwrap() - text.find("key").unwrap() - 5;
            let fault = Diagnostic::error("x", at("/key"), "here").within(start..start + 1);
            let line = text.lines().position(|line| line.contains('X')).unwrap() + 1;
            let source = Source::new("a.yaml", text);
            let concise = render_concise(std::slice::from_ref(&fault), &source, &ByText(text));
            assert_eq!(concise, format!("a.yaml:{line}:{column}: error[x] here\n1 error in a.yaml\n"));
            let drawn = render_full(&[fault], &source, &ByText(text), false);
            assert!(drawn.contains(&format!("--> a.yaml:{line}:{column}\n")), "{drawn}");
            assert!(!drawn.contains('\r'), "{drawn}");
        }
    }

    #[test]
    fn a_span_of_several_lines_is_drawn_under_its_first() {
        let text = "key: a\r\nb\n";
        let fault = Diagnostic::error("x", at("/key"), "here").within(0..4);
        assert!(full(text, &[fault]).contains("1 | key: a\n  |      ^\n"), "");
    }

    #[test]
    fn an_empty_text_and_places_past_the_end_are_drawn() {
        let fault = Diagnostic::error("empty", Pointer::root(), "nothing here").within(0..7);
        let source = Source::new("a.yaml", "");
        let drawn =
            render_full(&[fault.clone().label(Pointer::root(), Part::Key, "x")], &source, &Past, false);
        assert!(drawn.starts_with("error[empty]: nothing here\n"), "{drawn}");
        assert!(render_concise(&[fault], &source, &Past).starts_with("a.yaml:1:1: "));
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_handed_to_it() {
        let text = "key: \u{1b}[31mred\n";
        let fault = Diagnostic::error("x", at("/key"), "here");
        assert!(!full(text, &[fault]).contains('\u{1b}'));
    }

    #[test]
    fn color_is_given_only_when_asked_for() {
        let text = "key: a\n";
        let fault = [Diagnostic::error("x", at("/key"), "here")];
        let source = Source::new("a.yaml", text);
        assert!(render_full(&fault, &source, &ByText(text), true).contains("\u{1b}["));
        assert!(!render_full(&fault, &source, &ByText(text), false).contains("\u{1b}["));
    }

    #[test]
    fn nothing_found_is_nothing_said() {
        assert_eq!(full("key: a\n", &[]), "");
        assert_eq!(render_concise(&[], &Source::new("a.yaml", ""), &ByText("")), "");
    }
}
