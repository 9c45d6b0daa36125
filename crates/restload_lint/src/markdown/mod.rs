//! Specs in Markdown: the YAML blocks of a page, linted at their places in the page.
//!
//! A block after ```` ```yaml ```` that holds `version:` and `resources:` is a whole spec. A part of one says which:
//! ```` ```yaml fragment=resource ```` holds keys of a resource. The parts are `spec, inputs, client, defaults,
//! resources, resource, paginator, auth`. A part that is to show a fault names it, `rule=unknown-key`: it is a fault if it
//! has not got it.

mod fragment;

use std::ops::Range;

use jiff::Timestamp;
use restload_diag::{Diagnostic, Fix, Locate, Part, Pointer, Severity, Source};

use crate::{lint, no_samples};
use fragment::whole;

/// A YAML block of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The part of a spec that it holds; nothing where it is a whole spec.
    pub fragment: Option<String>,
    /// The rules that it is to show.
    pub shows: Vec<String>,
    /// The bytes of its text in the page, without the fences.
    pub span: Range<usize>,
    /// The bytes of what stands behind the fence's backticks.
    pub info: Range<usize>,
    /// The columns that the block is indented by, in a list.
    indent: usize,
}

/// A block with what there is to say about it. It knows the places of its findings in the page.
#[derive(Debug)]
pub struct LintedBlock {
    /// The block.
    pub block: Block,
    /// All findings, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    document: restload_spec::Document,
    /// For each line of the block: where it begins in the text that was linted, where in the page, and how many bytes
    /// stand before it in the first that do not stand in the second.
    lines: Vec<Line>,
}

/// A line of a block in the text that was linted and in the page.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    linted: usize,
    page: usize,
    length: usize,
}

impl Locate for LintedBlock {
    fn span(&self, at: &Pointer, part: Part, within: Option<Range<usize>>) -> Range<usize> {
        let span = self.document.span(at, part, within);
        let (start, end) = (self.in_page(span.start), self.in_page(span.end));
        match (start, end) {
            (Some(start), Some(end)) => start..end.max(start),
            (Some(start), None) => start..self.block.span.end,
            (None, _) => self.block.info.clone(),
        }
    }
}

impl LintedBlock {
    /// The byte of the page for a byte of the text that was linted.
    fn in_page(&self, byte: usize) -> Option<usize> {
        let line = self.lines.iter().rev().find(|line| line.linted <= byte)?;
        let within = byte - line.linted;
        (within <= line.length).then_some(line.page + within)
    }

    /// A fix of the text that was linted, as one of the page.
    fn fix_in_page(&self, fix: Fix) -> Option<Fix> {
        let mut moved = Fix::new(fix.title);
        for edit in fix.edits {
            if self.block.indent > 0 && edit.replacement.contains('\n') {
                return None;
            }
            moved =
                moved.replace(self.in_page(edit.span.start)?..self.in_page(edit.span.end)?, edit.replacement);
        }
        Some(moved)
    }
}

/// The YAML blocks of a page that hold a spec or say which part of one they hold.
pub fn blocks(page: &str) -> Vec<Block> {
    all_blocks(page).into_iter().filter(|block| block.fragment.is_some() || is_whole(page, block)).collect()
}

/// All YAML blocks of a page, those too that are no spec and do not say what they are.
pub fn all_blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, Range<usize>, usize, usize)> = None;
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let text = line.trim_end();
        let indent = text.len() - text.trim_start().len();
        let ticks = text.trim_start().bytes().take_while(|byte| *byte == b'`').count();
        match &open {
            None if ticks >= 3 => {
                let info = start + indent + ticks..start + text.len();
                open = Some((ticks, info, at, indent));
            }
            Some((opened, info, from, by))
                if ticks >= *opened && text.trim_start().trim_matches('`').is_empty() =>
            {
                blocks.extend(block(page, info.clone(), *from..start, *by));
                open = None;
            }
            _ => {}
        }
    }
    // A fence that is never closed is closed by the end of the page.
    if let Some((_, info, from, by)) = open {
        blocks.extend(block(page, info, from..page.len(), by));
    }
    blocks
}

fn block(page: &str, info: Range<usize>, span: Range<usize>, indent: usize) -> Option<Block> {
    let mut words = page[info.clone()].split_whitespace();
    if words.next() != Some("yaml") {
        return None;
    }
    let (mut fragment, mut shows) = (None, Vec::new());
    for word in words {
        match word.split_once('=') {
            Some(("fragment", part)) => fragment = Some(part.to_owned()),
            Some(("rule", rules)) => shows.extend(rules.split(',').map(str::to_owned)),
            _ => {}
        }
    }
    Some(Block { fragment, shows, span, info, indent })
}

/// Whether a block holds a whole spec.
fn is_whole(page: &str, block: &Block) -> bool {
    let has = |key: &str| page[block.span.clone()].lines().any(|line| line.trim_start().starts_with(key));
    has("version:") && has("resources:")
}

/// Lints the specs and parts of specs in a page.
pub fn lint_markdown(page: &Source, now: Timestamp) -> Vec<LintedBlock> {
    blocks(&page.text).into_iter().map(|block| lint_block(page, block, now)).collect()
}

fn lint_block(page: &Source, block: Block, now: Timestamp) -> LintedBlock {
    let mut body = String::new();
    let mut body_lines = Vec::new();
    let mut at = block.span.start;
    for line in page.text[block.span.clone()].split_inclusive('\n') {
        let cut = line.len() - line.trim_start_matches(' ').len();
        let cut = cut.min(block.indent);
        body_lines.push((body.len(), at + cut, line.len() - cut));
        body.push_str(&line[cut..]);
        at += line.len();
    }
    let (text, first, by) = match &block.fragment {
        None => (body.clone(), 0, 0),
        Some(part) => match whole(part, &body) {
            Some(whole) => (whole.text, whole.first, whole.indent),
            None => {
                let linted = lint(Source::new(&page.name, ""), None, &no_samples, now);
                let message = format!("`fragment={part}` is not a part of a spec");
                let fault = Diagnostic::error("unknown-fragment", Pointer::root(), message)
                    .help(format!("the parts are {}", fragment::PARTS.join(", ")));
                let document = linted.reading.document;
                return LintedBlock { block, diagnostics: vec![fault], document, lines: Vec::new() };
            }
        },
    };
    let lines = body_lines
        .iter()
        .enumerate()
        .map(|(n, (from, page, length))| Line {
            // Each line before this one was moved by the same columns; empty lines are not.
            linted: first + from + by * indented_before(&body, n) + if *length > 1 { by } else { 0 },
            page: *page,
            length: *length,
        })
        .collect();
    let linted = lint(Source::new(&page.name, text), None, &no_samples, now);
    let mut linted_block =
        LintedBlock { block, diagnostics: Vec::new(), document: linted.reading.document, lines };
    let mut diagnostics: Vec<Diagnostic> =
        linted.diagnostics.into_iter().filter(|found| linted_block.concerns(found)).collect();
    for found in &mut diagnostics {
        found.fix = found.fix.take().and_then(|fix| linted_block.fix_in_page(fix));
    }
    linted_block.diagnostics = diagnostics;
    linted_block.expect_shown();
    linted_block
}

/// How many of the first lines are not empty: these are moved when the text is indented.
fn indented_before(body: &str, lines: usize) -> usize {
    body.split_inclusive('\n').take(lines).filter(|line| line.len() > 1).count()
}

/// Findings that say nothing of a part, and of an example nothing worth knowing.
const OF_WHOLE_FILES: [&str; 6] =
    ["foreign-env", "no-docs", "no-description", "sample-missing", "unused-allow", "unused-input"];

impl LintedBlock {
    /// Whether a finding is about the block and not about what was put around it.
    fn concerns(&self, found: &Diagnostic) -> bool {
        let shown = self.block.shows.iter().any(|rule| rule == found.rule);
        let span = self.document.span(&found.at, found.part, found.within.clone());
        let inside = self.block.fragment.is_none()
            || self.lines.iter().any(|line| (line.linted..line.linted + line.length).contains(&span.start));
        shown || (inside && found.severity != Severity::Note && !OF_WHOLE_FILES.contains(&found.rule))
    }

    /// Takes the faults away that the block is there to show, and says which of them it does not.
    fn expect_shown(&mut self) {
        for rule in &self.block.shows {
            let before = self.diagnostics.len();
            self.diagnostics.retain(|found| found.rule != rule);
            if self.diagnostics.len() == before {
                let message = format!("this block is to show `{rule}`, and does not");
                let fault = Diagnostic::error("shows-nothing", Pointer::root().join("\0"), message);
                self.diagnostics.push(fault);
            }
        }
    }
}
