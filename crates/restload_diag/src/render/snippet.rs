//! The lines of a text that a diagnostic is about, with its places marked.
//!
//! The renderer looks at all the text that it is given, for each diagnostic anew. So it is given the lines that count,
//! and of a very long line what stands around the place.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Snippet, Title};

use crate::{Severity, Source};

use super::{Finding, first_line, full};

/// How far from the place, in bytes, a further place may be to be drawn in the same picture.
const REACH: usize = 4096;
/// A line of more bytes is not drawn as a whole.
const LONG: usize = 1024;
/// How much is drawn on each side of a place in such a line, in bytes; more than a terminal's line holds.
const AROUND: usize = 256;

/// A title over the picture of its place and of the further places.
pub(super) struct Drawing<'a> {
    /// Title and place in words, to be rendered before the picture: where the picture does not begin with its line,
    /// the renderer would count columns from where it begins.
    pub(super) head: Option<Group<'a>>,
    /// The picture, under the title where there is no head.
    pub(super) picture: Group<'a>,
    /// The greatest number of a line in it.
    pub(super) last_line: usize,
}

/// Draws a diagnostic's places under its title.
pub(super) fn draw<'a>(finding: &Finding<'a>, title: Title<'a>) -> Drawing<'a> {
    let source = finding.source();
    let primary = Mark::new(source, &finding.span, None);
    let labels = finding.diagnostic.labels.iter();
    let labels = labels.map(|label| Mark::new(source, &finding.label_span(label), Some(&label.message)));
    let labels: Vec<_> = labels.collect();
    let last_line = labels.iter().chain([&primary]).map(|mark| mark.number).max().unwrap_or_default();
    let (near, far): (Vec<_>, Vec<_>) = labels.into_iter().partition(|label| label.is_near(&primary));
    let (head, group) = if primary.is_in_long_line() {
        let level = Group::with_level(title_level(finding));
        (Some(title.element(primary.origin(source))), level.element(part_of_line(source, &primary, &near)))
    } else {
        (None, title.element(picture(source, primary, near)))
    };
    Drawing { head, picture: group.elements(far.into_iter().map(|label| label.alone(source))), last_line }
}

/// How a diagnostic's weight is called and colored.
pub(super) fn title_level(finding: &Finding<'_>) -> Level<'static> {
    match finding.diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

/// A place to mark, within one line.
struct Mark<'a> {
    span: Range<usize>,
    /// The bytes of its line.
    line: Range<usize>,
    number: usize,
    message: Option<&'a str>,
}

impl<'a> Mark<'a> {
    fn new(source: &Source, span: &Range<usize>, message: Option<&'a str>) -> Self {
        let (number, _) = source.line_column(span.start);
        let line = source.line_span(number);
        let span = first_line(&source.text, span);
        Self { span: span.start.max(line.start)..span.end.max(line.start), line, number, message }
    }

    fn is_in_long_line(&self) -> bool {
        self.line.len() > LONG
    }

    /// Whether it can be in the same picture.
    fn is_near(&self, primary: &Self) -> bool {
        if primary.is_in_long_line() || self.is_in_long_line() {
            let window = primary.window();
            self.number == primary.number && window.start <= self.span.start && self.span.end <= window.end
        } else {
            let distance = self.line.start.abs_diff(primary.line.start);
            distance <= REACH
        }
    }

    fn window(&self) -> Range<usize> {
        let start = self.span.start.saturating_sub(AROUND).max(self.line.start);
        start..(self.span.start + AROUND).min(self.line.end)
    }

    fn annotation(&self, from: usize, to: usize) -> Annotation<'a> {
        let kind = if self.message.is_some() { AnnotationKind::Context } else { AnnotationKind::Primary };
        kind.span(self.span.start - from..self.span.end.min(to) - from).label(self.message.map(full::in_line))
    }

    /// Its place in words.
    fn origin(&self, source: &'a Source) -> Origin<'a> {
        let (line, column) = source.line_column(self.span.start);
        Origin::path(full::in_line(&source.name)).line(line).char_column(column)
    }

    /// A picture of its own for a further place; words where the line is too long for one.
    fn alone(self, source: &'a Source) -> Element<'a> {
        if self.is_in_long_line() {
            let (line, column) = source.line_column(self.span.start);
            let message = self.message.unwrap_or_default();
            return full::message(Level::NOTE, &format!("at {}:{line}:{column}: {message}", source.name));
        }
        picture(source, self, Vec::new()).into()
    }
}

/// What stands around a place in its line, with further places there.
fn part_of_line<'a>(
    source: &'a Source,
    primary: &Mark<'a>,
    labels: &[Mark<'a>],
) -> Snippet<'a, Annotation<'a>> {
    let (text, window) = (&source.text, primary.window());
    let (from, to) = (text.floor_char_boundary(window.start), text.ceil_char_boundary(window.end));
    let marks = [primary].into_iter().chain(labels).map(|mark| mark.annotation(from, to));
    Snippet::source(&text[from..to]).line_start(primary.number).annotations(marks)
}

/// The lines of a place and of the further places near it.
fn picture<'a>(source: &'a Source, primary: Mark<'a>, labels: Vec<Mark<'a>>) -> Snippet<'a, Annotation<'a>> {
    let marks: Vec<_> = [primary].into_iter().chain(labels).collect();
    let from = marks.iter().map(|mark| mark.line.start).min().unwrap_or_default();
    let to = marks.iter().map(|mark| mark.line.end).max().unwrap_or_default();
    let number = marks.iter().map(|mark| mark.number).min().unwrap_or(1);
    Snippet::source(&source.text[from..to])
        .path(full::in_line(&source.name))
        .line_start(number)
        .annotations(marks.iter().map(|mark| mark.annotation(from, to)))
}
