//! What can be done about a finding: the edit that mends it, a comment that allows it; and all that can be mended at
//! once.

use std::ops::Range;

use gen_lsp_types::{CodeAction, CodeActionKind, TextEdit};
use jiff::Timestamp;
use restload_diag::{Diagnostic, Edit, Fix, Locate as _, Source, apply_fixes};
use restload_lint::{Linted, lint, rule};
use restload_spec::{Content, Document, Node, Style};

use crate::buffer::Buffer;
use crate::editor::{Editor, FIX_ALL};
use crate::{edits, report};

/// Mending one fault may bring another to light, but not for ever.
const ROUNDS: usize = 20;

/// What can be done about the findings that touch these bytes. Kinds that are not asked for are left out.
pub(crate) fn actions(
    buffer: &Buffer,
    linted: &Linted,
    span: &Range<usize>,
    only: Option<&[String]>,
    editor: &Editor,
    now: Timestamp,
) -> Vec<CodeAction> {
    let is_asked = |kind: &str| only.is_none_or(|only| only.iter().any(|asked| is_of(kind, asked)));
    let document = &linted.reading.document;
    let mut actions = Vec::new();
    if is_asked("quickfix") {
        let here = findings(document, &linted.diagnostics, span);
        actions.extend(here.iter().filter_map(|found| mend(found, buffer, linted, editor)));
        actions.extend(here.iter().filter_map(|found| allow(found, buffer, linted, editor)));
    }
    // An editor that asks for no kind shows a menu: what is about the whole text belongs there where something can be done.
    if is_asked(FIX_ALL) {
        // A menu is asked for at every move of the caret: only who asks for this very action waits for all rounds.
        let rounds = if only.is_some() { ROUNDS } else { 1 };
        actions.extend(mend_all(buffer, linted, rounds, now));
    }
    actions
}

/// The findings that touch these bytes; where there are none, those that begin on the line.
fn findings<'f>(document: &Document, found: &'f [Diagnostic], span: &Range<usize>) -> Vec<&'f Diagnostic> {
    let place = |found: &Diagnostic| document.span(&found.at, found.part, found.within.clone());
    let touching = |found: &&Diagnostic| {
        let place = place(found);
        place.start <= span.end && span.start <= place.end
    };
    let here: Vec<_> = found.iter().filter(touching).collect();
    if !here.is_empty() || !span.is_empty() {
        return here;
    }
    let text = &document.source().text;
    let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[span.start..].find('\n').map_or(text.len(), |newline| span.start + newline);
    found.iter().filter(|found| (start..=end).contains(&place(found).start)).collect()
}

/// Whether a kind is another, or below it: `source.fixAll` is below `source`.
fn is_of(kind: &str, asked: &str) -> bool {
    kind.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || asked.is_empty() || rest.starts_with('.'))
}

fn action(
    title: String,
    found: &Diagnostic,
    edits: Vec<TextEdit>,
    of: (&Buffer, &Linted, &Editor),
) -> CodeAction {
    let (buffer, linted, editor) = of;
    CodeAction {
        title,
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![report::one(found, linted, &buffer.text, &buffer.uri, editor)]),
        is_preferred: Some(false),
        edit: Some(edits::of_one(edits, &buffer.uri)),
        ..CodeAction::default()
    }
}

/// The edit that mends a finding.
fn mend(found: &Diagnostic, buffer: &Buffer, linted: &Linted, editor: &Editor) -> Option<CodeAction> {
    let fix = found.fix.as_ref().filter(|fix| fix.fits(buffer.text.as_str()))?;
    let edits = fix.edits.iter().map(|edit| edits::shown(edit, &buffer.text)).collect();
    let action = action(fix.title.clone(), found, edits, (buffer, linted, editor));
    Some(CodeAction { is_preferred: Some(true), ..action })
}

/// The comment that allows a finding. The reason is left to the author: lint asks for it as long as it is missing.
fn allow(found: &Diagnostic, buffer: &Buffer, linted: &Linted, editor: &Editor) -> Option<CodeAction> {
    let name = rule(found.rule).filter(|rule| rule.can_be_allowed())?.name;
    let document = &linted.reading.document;
    let start = document.span(&found.at, found.part, found.within.clone()).start;
    let edit = allowing(document, name, start)?;
    let edits = vec![edits::shown(&edit, &buffer.text)];
    Some(action(format!("allow `{name}` here"), found, edits, (buffer, linted, editor)))
}

/// Puts a comment above the line of a byte, or the rule into the comment that is there. Nothing where a comment cannot
/// stand.
fn allowing(document: &Document, rule: &str, start: usize) -> Option<Edit> {
    let text = &document.source().text;
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    if is_in_a_text(document.root(), text, line_start) {
        return None;
    }
    let above = text[..line_start].trim_end_matches(['\r', '\n']);
    let above = &above[above.rfind('\n').map_or(0, |newline| newline + 1)..];
    let comment = above.trim_start().strip_prefix('#').map(str::trim_start);
    if comment.is_some_and(|comment| comment.starts_with("restload: allow("))
        && let Some(close) = above.find(')')
    {
        let at = above.as_ptr() as usize - text.as_ptr() as usize + close;
        return Some(Edit { span: at..at, replacement: format!(", {rule}") });
    }
    let line = text[line_start..].split('\n').next().unwrap_or_default();
    let indentation = &line[..line.len() - line.trim_start_matches([' ', '\t', '\u{feff}']).len()];
    let line_end = if line.ends_with('\r') { "\r\n" } else { "\n" };
    // A mark at the front of the text stays there.
    let at = line_start + if indentation.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let indentation = indentation.trim_start_matches('\u{feff}');
    Some(Edit { span: at..at, replacement: format!("{indentation}# restload: allow({rule}) {line_end}") })
}

/// Whether the start of a line is within a text over several lines, where `#` begins no comment.
fn is_in_a_text(node: &Node, text: &str, line_start: usize) -> bool {
    match &node.content {
        Content::Map(entries) => entries.iter().any(|entry| is_in_a_text(&entry.value, text, line_start)),
        Content::List(items) => items.iter().any(|item| is_in_a_text(item, text, line_start)),
        _ => {
            let first = match node.style {
                // Its first line holds nothing else.
                Style::Literal | Style::Folded => {
                    text[..node.span.start].rfind('\n').map_or(0, |newline| newline + 1)
                }
                _ => node.span.start + 1,
            };
            (first..node.span.end).contains(&line_start)
        }
    }
}

/// Mends all that can be mended.
fn mend_all(buffer: &Buffer, linted: &Linted, rounds: usize, now: Timestamp) -> Option<CodeAction> {
    let (text, count) = mended(buffer, linted, rounds, now);
    let edit = edits::between(buffer.text.as_str(), &text)?;
    let plural = if count == 1 { "" } else { "s" };
    Some(CodeAction {
        title: format!("mend {count} fault{plural} of the spec"),
        kind: Some(CodeActionKind::new(FIX_ALL)),
        edit: Some(edits::of_one(vec![edits::shown(&edit, &buffer.text)], &buffer.uri)),
        ..CodeAction::default()
    })
}

/// The text with all fixes applied, until there are none left or the rounds are over, and how many were applied.
fn mended(buffer: &Buffer, linted: &Linted, rounds: usize, now: Timestamp) -> (String, usize) {
    let fixes = |linted: &Linted| -> Vec<Fix> {
        linted.diagnostics.iter().filter_map(|found| found.fix.clone()).collect()
    };
    let mut text = buffer.text.as_str().to_owned();
    let (mut count, mut left) = (0, fixes(linted));
    for round in 1..=rounds {
        let applied = apply_fixes(&text, &left);
        if applied.applied == 0 {
            break;
        }
        count += applied.applied;
        text = applied.text;
        if round == rounds {
            break;
        }
        let name = linted.reading.document.source().name.clone();
        left = fixes(&lint(Source::new(name, text.as_str()), buffer.stem(), &buffer.samples(), now));
    }
    (text, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(marked: &str) -> Option<String> {
        let at = marked.find('▮').unwrap();
        let text = marked.replacen('▮', "", 1);
        let (document, _) = Document::parse(Source::new("", &text));
        let Edit { span, replacement } = allowing(&document, "some-rule", at)?;
        Some(format!("{}{replacement}{}", &text[..span.start], &text[span.end..]))
    }

    #[test]
    fn the_comment_stands_above_the_line_and_is_indented_like_it() {
        let comment = "# restload: allow(some-rule) ";
        assert_eq!(allowed("a:\n  ▮b: 1\n"), Some(format!("a:\n  {comment}\n  b: 1\n")));
        assert_eq!(allowed("a:\r\n  b: ▮1\r\n"), Some(format!("a:\r\n  {comment}\r\n  b: 1\r\n")));
        assert_eq!(allowed("▮a: 1"), Some(format!("{comment}\na: 1")));
        assert_eq!(allowed("\u{feff}▮a: 1"), Some(format!("\u{feff}{comment}\na: 1")));
        assert_eq!(allowed("a: {b: 1,\n  ▮c: 2}\n"), Some(format!("a: {{b: 1,\n  {comment}\n  c: 2}}\n")));
    }

    #[test]
    fn a_comment_that_is_there_takes_the_rule_in() {
        let text = "a:\n  # restload: allow(other) since\n  ▮b: 1\n";
        assert_eq!(allowed(text).unwrap(), "a:\n  # restload: allow(other, some-rule) since\n  b: 1\n");
    }

    #[test]
    fn no_comment_is_put_into_a_text() {
        assert_eq!(allowed("a: |\n  ▮b\n  c\n"), None);
        assert_eq!(allowed("a: >-\n  b\n  ▮c\n"), None);
        assert_eq!(allowed("a: \"b\n  ▮c\"\n"), None);
        assert!(allowed("a: |\n  b\n▮c: 1\n").is_some());
    }

    #[test]
    fn a_kind_is_asked_for_by_its_own_name_or_one_above_it() {
        for asked in ["", "source", "source.fixAll", FIX_ALL] {
            assert!(is_of(FIX_ALL, asked), "{asked}");
        }
        for asked in ["sour", "quickfix", "source.fixAll.other", "source.organizeImports"] {
            assert!(!is_of(FIX_ALL, asked), "{asked}");
        }
    }
}
