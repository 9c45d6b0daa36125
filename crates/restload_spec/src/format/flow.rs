//! Maps in braces on one line: the entries change places, what stands between them stays.

use std::ops::Range;

use super::extent::extent;
use super::moves::{Move, Piece};
use super::order::Unsorted;
use crate::Node;

/// The move that sorts a map that ends there; none where it stands on several lines, or is written in a way that is not plain to see.
pub(super) fn moved(text: &str, map: &Unsorted<'_>, end: usize) -> Option<Move> {
    let first = map.node.entries().first()?.key_span.start;
    let start = text[..first].trim_end_matches([' ', '\t']).len().checked_sub(1)?;
    let whole = start..end;
    let inside = text.get(whole.clone())?.strip_prefix('{')?.strip_suffix('}')?;
    if inside.contains(['\n', '\r']) {
        return None;
    }
    let entries = entries(text, map.node, start + 1..end - 1)?;
    let mut pieces = vec![Piece::Bytes(whole.start..entries.first()?.start)];
    for (place, index) in map.order.iter().enumerate() {
        pieces.push(Piece::Bytes(entries[*index].clone()));
        let next = entries.get(place + 1).map_or(whole.end, |next| next.start);
        pieces.push(Piece::Bytes(entries[place].end..next));
    }
    Some(Move { whole, pieces })
}

/// The bytes of each entry, without the blanks around it.
fn entries(text: &str, map: &Node, inside: Range<usize>) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::new();
    let mut from = inside.start;
    for (index, entry) in map.entries().iter().enumerate() {
        let start = entry.key_span.start;
        // An anchor or a question mark before the key.
        if !text.get(from..start)?.trim_start().is_empty() {
            return None;
        }
        let end = extent(text, &entry.value, entry.key_span.end).end;
        let next = map.entries().get(index + 1).map_or(inside.end, |next| next.key_span.start);
        let rest = text.get(end..next)?;
        let comma = rest.find(',').unwrap_or(rest.len());
        let colon = rest[..comma].trim_end();
        if !matches!(colon, "" | ":") {
            return None;
        }
        found.push(start..end + colon.len());
        from = (end + comma + 1).min(next);
    }
    Some(found)
}
