//! The edit that mends a fault, as it would change the lines.
//!
//! Edits within lines are drawn by the renderer, which marks what changes in the line. It has no exact picture of lines
//! that come, go or change together; these are drawn here in the same style.

use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::renderer::{
    DEFAULT_ADDITION_STYLE, DEFAULT_HELP_STYLE, DEFAULT_LINE_NUM_STYLE, DEFAULT_REMOVAL_STYLE,
};
use annotate_snippets::{Group, Level, Patch, Snippet, normalize_untrusted_str};

use crate::{Edit, Fix, Source};

/// An edit that changes more lines is not drawn.
const LINES: usize = 6;
/// Nor is one in a line of more bytes.
const LONG: usize = 400;

/// An edit to draw below a diagnostic.
pub(super) enum Suggestion<'a> {
    /// Edits within lines.
    Within(Group<'a>),
    /// Lines that come, go or change together.
    Lines(Changes),
}

/// Makes the picture of a fix, unless it changes many or long lines. The fix fits the text.
pub(super) fn draw<'a>(fix: &'a Fix, source: &'a Source) -> Option<Suggestion<'a>> {
    let hunks = hunks(fix, source);
    if !hunks.iter().all(|hunk| hunk.is_small(source)) {
        return None;
    }
    let title = normalize_untrusted_str(&fix.title);
    if hunks.len() <= LINES && hunks.iter().all(|hunk| hunk.is_within_line(source)) {
        let snippets = hunks.iter().map(|hunk| hunk.snippet(source));
        return Some(Suggestion::Within(Level::HELP.secondary_title(title).elements(snippets)));
    }
    let changes: Vec<Change> = hunks.iter().map(|hunk| hunk.change(source)).collect();
    let height: usize = changes.iter().map(|change| change.old.len().max(change.new.len())).sum();
    // What changes nothing but the ends of lines has no picture.
    (1..=LINES).contains(&height).then_some(Suggestion::Lines(Changes { title, changes }))
}

fn hunks<'a>(fix: &'a Fix, source: &Source) -> Vec<Hunk<'a>> {
    let mut hunks: Vec<Hunk<'a>> = Vec::new();
    for edit in fix.in_order() {
        let lines = lines_of(source, edit);
        match hunks.last_mut() {
            Some(hunk) if lines.start <= hunk.lines.end => {
                hunk.lines.end = hunk.lines.end.max(lines.end);
                hunk.edits.push(edit);
            }
            _ => hunks.push(Hunk { lines, edits: vec![edit] }),
        }
    }
    hunks
}

/// The lines that an edit changes. One that ends with a line leaves the next line as it is.
fn lines_of(source: &Source, edit: &Edit) -> Range<usize> {
    let ((first, start), (last, end)) =
        (source.line_column(edit.span.start), source.line_column(edit.span.end));
    let ends_line = match edit.replacement.as_str() {
        "" => start == 1,
        text => text.ends_with('\n'),
    };
    let last = if ends_line && last > first && end == 1 { last - 1 } else { last };
    first..last + 1
}

/// Lines that follow each other, and the edits in them.
struct Hunk<'a> {
    /// Numbers of lines, from 1.
    lines: Range<usize>,
    edits: Vec<&'a Edit>,
}

impl<'a> Hunk<'a> {
    /// The bytes of the lines.
    fn span(&self, source: &Source) -> Range<usize> {
        source.line_span(self.lines.start).start..source.line_span(self.lines.end - 1).end
    }

    /// Whether it is worth a closer look: a change of six lines may stand between two that stay.
    fn is_small(&self, source: &Source) -> bool {
        let added: usize = self.edits.iter().map(|edit| edit.replacement.len()).sum();
        self.lines.len() <= LINES + 2
            && added <= (LINES + 2) * LONG
            && self.lines.clone().all(|line| source.line_span(line).len() <= LONG)
            && self.edits.iter().flat_map(|edit| edit.replacement.lines()).all(|line| line.len() <= LONG)
    }

    /// Whether no line begins or ends elsewhere afterwards.
    fn is_within_line(&self, source: &Source) -> bool {
        let span = self.span(source);
        let line = source.text[span.clone()].trim_end_matches(['\r', '\n']);
        let end = span.start + line.len();
        self.lines.len() == 1
            && !line.is_empty()
            && self.edits.iter().all(|edit| edit.span.end <= end && !edit.replacement.contains(['\r', '\n']))
    }

    fn snippet(&self, source: &'a Source) -> Snippet<'a, Patch<'a>> {
        let span = self.span(source);
        // What stands before the line's first column is a byte order mark.
        let shifted = |at: usize| at.saturating_sub(span.start);
        let patches = self.edits.iter().map(|edit| {
            Patch::new(shifted(edit.span.start)..shifted(edit.span.end), edit.replacement.as_str())
        });
        Snippet::source(&source.text[span.clone()]).line_start(self.lines.start).patches(patches)
    }

    fn change(&self, source: &Source) -> Change {
        let span = self.span(source);
        let (mut done, mut text) = (span.start, String::new());
        for edit in &self.edits {
            text.push_str(&source.text[done..edit.span.start.max(done)]);
            text.push_str(&edit.replacement);
            done = edit.span.end.max(done);
        }
        text.push_str(&source.text[done..span.end]);
        Change::between(self.lines.start, &source.text[span], &text)
    }
}

/// Lines that are there before, and those that are there afterwards.
struct Change {
    /// The number of the first line.
    first: usize,
    old: Vec<String>,
    new: Vec<String>,
}

impl Change {
    /// Leaves out the lines at both ends that stay as they are.
    fn between(first: usize, before: &str, after: &str) -> Self {
        let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
        let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
        let head = old.iter().zip(&new).take_while(same).count();
        let (old, new) = (&old[head..], &new[head..]);
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
        let drawn = |lines: &[&str]| lines.iter().map(|line| normalize_untrusted_str(line)).collect();
        Self {
            first: first + head,
            old: drawn(&old[..old.len() - tail]),
            new: drawn(&new[..new.len() - tail]),
        }
    }

    fn last_line(&self) -> usize {
        self.first + self.old.len().max(self.new.len()).saturating_sub(1)
    }
}

/// All that a fix changes, under its title.
pub(super) struct Changes {
    title: String,
    changes: Vec<Change>,
}

impl Changes {
    /// Draws the lines with their numbers, below a picture.
    pub(super) fn render(&self, above: &Above, color: bool) -> String {
        let last = self.changes.iter().map(Change::last_line).chain([above.last_line]).max();
        let painter = Painter { width: last.unwrap_or(1).to_string().len(), color };
        let mut text = if above.has_words { String::new() } else { painter.rule() };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}: {}", painter.paint("help", DEFAULT_HELP_STYLE), self.title);
        for change in &self.changes {
            text.push_str(&painter.rule());
            painter.lines(&mut text, change.first, '-', &change.old);
            painter.lines(&mut text, change.first, '+', &change.new);
        }
        text + &painter.rule()
    }
}

/// What an edit is drawn below.
pub(super) struct Above {
    /// The greatest number of a line there.
    pub(super) last_line: usize,
    /// Whether words stand below the lines.
    pub(super) has_words: bool,
}

/// Draws beside a column of numbers.
struct Painter {
    width: usize,
    color: bool,
}

impl Painter {
    fn paint(&self, text: &str, style: impl std::fmt::Display) -> String {
        if self.color { format!("{style}{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn rule(&self) -> String {
        self.paint(&format!("{:width$} |", "", width = self.width), DEFAULT_LINE_NUM_STYLE) + "\n"
    }

    fn lines(&self, text: &mut String, first: usize, sign: char, lines: &[String]) {
        let style = if sign == '-' { DEFAULT_REMOVAL_STYLE } else { DEFAULT_ADDITION_STYLE };
        for (number, line) in (first..).zip(lines) {
            let number = self.paint(&format!("{number:>width$}", width = self.width), DEFAULT_LINE_NUM_STYLE);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{number} {}", self.paint(&format!("{sign} {line}"), style));
        }
    }
}
