//! Maps by indentation: which lines belong to which entry, and where they go.

use std::ops::Range;

use super::extent::{extent, is_text_block};
use super::lines;
use super::moves::{Move, Piece};
use super::order::Unsorted;
use crate::{Entry, Node};

/// An entry with what belongs to it.
#[derive(Clone, Debug)]
struct Lines {
    /// The blank lines above it; none above the first one.
    blank: Range<usize>,
    /// The comments above it.
    comments: Range<usize>,
    /// What stands before its key in the key's line.
    before: Range<usize>,
    /// The key and its value to the end of their last line, with the comments that stand below and belong to them.
    body: Range<usize>,
}

/// The move that sorts a map; none where it is written in a way that could not be moved safely.
pub(super) fn moved(text: &str, map: &Unsorted<'_>) -> Option<Move> {
    let lines = split(text, map.node)?;
    let (first, last) = (lines.first()?, lines.last()?);
    // The first key stands behind the dash of an item, and the dash stays where it is.
    let behind_dash = !text[first.before.clone()].trim_start().is_empty();
    let new_first = &lines[*map.order.first()?];
    if behind_dash && !new_first.comments.is_empty() {
        return None;
    }
    let start = if behind_dash { first.body.start } else { first.comments.start };
    let indentation = lines.get(1)?.before.clone();
    let mut pieces = Vec::new();
    for (place, index) in map.order.iter().enumerate() {
        let entry = &lines[*index];
        if place > 0 {
            // Blank lines above the new first entry would be above the whole map: the old one takes them.
            pieces.push(if *index == 0 { new_first.blank.clone() } else { entry.blank.clone() });
        }
        pieces.push(entry.comments.clone());
        match (behind_dash, place, *index) {
            (true, 0, _) => {}
            (true, _, 0) => pieces.push(indentation.clone()),
            _ => pieces.push(entry.before.clone()),
        }
        pieces.push(entry.body.clone());
    }
    let whole = start..last.body.end;
    Some(Move { whole, pieces: with_line_ends(text, pieces) })
}

/// The pieces, with a line end where the last line of the text had none and is the last no more.
fn with_line_ends(text: &str, bytes: Vec<Range<usize>>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let last = bytes.len().saturating_sub(1);
    for (index, bytes) in bytes.into_iter().enumerate().filter(|(_, bytes)| !bytes.is_empty()) {
        let ends_text = bytes.end == text.len() && !text.ends_with('\n');
        pieces.push(Piece::Bytes(bytes));
        if ends_text && index != last {
            pieces.push(Piece::LineEnd(lines::line_end(text)));
        }
    }
    pieces
}

/// The entries of a map with what belongs to each.
fn split(text: &str, map: &Node) -> Option<Vec<Lines>> {
    let entries = map.entries();
    let mut found: Vec<Lines> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let before = lines::start(text, entry.key_span.start)..entry.key_span.start;
        let indented = text[before.clone()].bytes().all(|byte| byte == b' ');
        let behind_dash = index == 0 && text[before.clone()].bytes().all(|byte| matches!(byte, b' ' | b'-'));
        if !indented && !behind_dash {
            return None;
        }
        let (blank, comments) = match found.last_mut() {
            None if indented => (before.start..before.start, comments_above(text, before.start)),
            None => (before.start..before.start, before.start..before.start),
            Some(above) => between(text, above, before.start)?,
        };
        let end = end(text, entry, before.len())?;
        found.push(Lines { blank, comments, before: before.clone(), body: before.end..end });
    }
    Some(found)
}

/// Where an entry ends: with the last line of its value, or with the comments below that are indented as its value is.
fn end(text: &str, entry: &Entry, column: usize) -> Option<usize> {
    let value = extent(text, &entry.value, entry.key_span.end);
    let value_end = lines::end(text, value.end);
    let leaf = last_leaf(&entry.value);
    if is_text_block(leaf) && !may_be_followed(text, leaf, value_end) {
        return None;
    }
    let mut end = value_end;
    for (start, line) in lines::from(text, value_end).filter(|(_, line)| !lines::is_blank(line)) {
        let inner = lines::indentation(line) > column;
        match (lines::is_comment(line), value.by_indentation && inner) {
            (true, true) => end = start + line.len(),
            (true, false) => {}
            // A line that should belong to the value and was not seen as part of it.
            (false, _) if inner => return None,
            (false, _) => break,
        }
    }
    Some(end)
}

/// The last scalar of a value, as far as it is written out.
fn last_leaf(value: &Node) -> &Node {
    let last = value.entries().last().map(|entry| &entry.value).or(value.items().last());
    match last {
        Some(last) if value.alias.is_none() => last_leaf(last),
        _ => value,
    }
}

/// Whether other lines may follow a text block than those that do: not where the blank lines below are part of it.
fn may_be_followed(text: &str, block: &Node, end: usize) -> bool {
    let head = text[..block.span.start].trim_end().rsplit('\n').next().unwrap_or_default();
    let head = head.split(" #").next().unwrap_or_default();
    let keeps = head.rsplit(['|', '>']).next().is_some_and(|marks| marks.contains('+'));
    let mut blank = lines::from(text, end).map(|(_, line)| line).take_while(|line| lines::is_blank(line));
    !keeps && blank.all(|line| line.trim_matches(['\r', '\n']).is_empty())
}

/// The comments directly above the first entry of a map.
fn comments_above(text: &str, key_line: usize) -> Range<usize> {
    let mut start = key_line;
    while start > lines::first(text) {
        let above = lines::start(text, start - 1);
        if !lines::is_comment(&text[above..start]) {
            break;
        }
        start = above;
    }
    head_end(text, start..key_line)..key_line
}

/// Where the head of a file ends, which stays at its top: what tells an editor the schema, with what follows on it.
fn head_end(text: &str, comments: Range<usize>) -> usize {
    let head = comments.start == lines::first(text);
    if !head || !text[comments.start..lines::end(text, comments.start)].contains("yaml-language-server:") {
        return comments.start;
    }
    let mut all = lines::from(&text[..comments.end], comments.start);
    all.find(|(_, line)| line.trim_start().starts_with("# restload:"))
        .map_or(comments.end, |(start, _)| start)
}

/// Gives what stands between two entries to the one above and the one below.
///
/// A comment that is glued to the entry above and not to the one below belongs to the one above.
fn between(text: &str, above: &mut Lines, key_line: usize) -> Option<(Range<usize>, Range<usize>)> {
    text.get(above.body.end..key_line)?;
    let all: Vec<(usize, &str)> = lines::from(&text[..key_line], above.body.end).collect();
    if !all.iter().all(|(_, line)| lines::is_blank(line) || lines::is_comment(line)) {
        return None;
    }
    let first_blank = all.iter().position(|(_, line)| lines::is_blank(line));
    let start_of = |index: usize| all.get(index).map_or(key_line, |(start, _)| *start);
    let first_blank = first_blank.unwrap_or(0);
    above.body.end = start_of(first_blank);
    let blank = all[first_blank..].iter().take_while(|(_, line)| lines::is_blank(line)).count();
    let comments = start_of(first_blank + blank);
    Some((above.body.end..comments, comments..key_line))
}
