//! Templates that Handlebars cannot read, or had better not try to.

use super::{
    TemplateFault,
    fault::{fault, feature},
    scan::{self, Tag, TagKind},
};

/// Deeper than this is no template that anybody writes, and the grammar recurses.
const MAX_DEPTH: usize = 16;
pub(super) const MAX_LENGTH: usize = 64 * 1024;

/// What is refused before Handlebars sees the text.
pub(super) fn refused_before_parsing(text: &str, tags: &[Tag]) -> Option<TemplateFault> {
    if text.len() > MAX_LENGTH {
        let message = format!("a template of {} bytes is too long: {MAX_LENGTH} at most", text.len());
        return Some(fault("template-syntax", message, 0..text.len(), None));
    }
    if scan::depth(text, tags) > MAX_DEPTH {
        let message = format!("blocks and parentheses nest deeper than {MAX_DEPTH}");
        return Some(fault("template-syntax", message, 0..text.len(), None));
    }
    let raw = tags.iter().find(|tag| tag.kind == TagKind::RawBlock)?;
    let help = "write a literal `{{` as `\\{{`";
    Some(feature("raw blocks (`{{{{ }}}}`)", raw.range.clone(), help))
}

/// Why Handlebars cannot read the text, told by the tag that it stops in.
pub(super) fn fault_of(text: &str, tags: &[Tag], error: &handlebars::TemplateError) -> TemplateFault {
    let at = error.pos().map_or(0, |(line, column)| offset(text, line, column));
    let tag = tags.iter().rev().find(|tag| tag.range.start <= at).or(tags.first());
    let range = tag.map_or(0..text.len(), |tag| tag.range.clone());
    let Some(tag) = tag else {
        return fault("template-syntax", "this cannot be read as a template".to_owned(), range, None);
    };
    let source = &text[range.clone()];
    if !source.ends_with("}}") {
        let help = "end it with `}}`, or write a literal `{{` as `\\{{`";
        return fault("template-syntax", "`{{` is never closed".to_owned(), range, Some(help));
    }
    let (opened, closed) = (count(tags, TagKind::Open), count(tags, TagKind::Close));
    if let Some(open) = tags.iter().find(|tag| tag.kind == TagKind::Open).filter(|_| opened > closed) {
        let message = format!("`{}` has no end", &text[open.range.clone()]);
        return fault(
            "template-syntax",
            message,
            open.range.clone(),
            Some("end it with `{{/if}}` or `{{/unless}}`"),
        );
    }
    let is_of_block = matches!(tag.kind, TagKind::Close | TagKind::Else | TagKind::ElseIf);
    let message = if is_of_block {
        format!("`{source}` belongs to no block")
    } else {
        format!("`{source}` cannot be read")
    };
    let help = match source {
        _ if is_of_block => "a block begins with `{{#if path}}` or `{{#unless path}}`",
        _ if source.contains(" or ") || source.contains("??") || source.contains("||") => {
            "for a value in place of nothing there is a helper: `{{default inputs.name 'all'}}`"
        }
        _ if source.contains('|') => "a filter is a helper, and comes first: `{{upper inputs.name}}`",
        _ => "write a path (`{{parent.id}}`) or a helper with its arguments (`{{date parent.at 'iso'}}`)",
    };
    fault("template-syntax", message, range, Some(help))
}

fn count(tags: &[Tag], kind: TagKind) -> usize {
    tags.iter().filter(|tag| tag.kind == kind).count()
}

/// The byte at a line and a column, both from 1, the column in characters.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut chars = text[start..].char_indices();
    chars.nth(column.saturating_sub(1)).map_or(text.len(), |(at, _)| start + at)
}
