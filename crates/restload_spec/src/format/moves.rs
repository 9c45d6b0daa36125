//! A text with parts of it in other places.

use std::ops::Range;

/// A part of a text that is replaced by pieces of itself.
#[derive(Clone, Debug)]
pub(super) struct Move {
    /// The part.
    pub(super) whole: Range<usize>,
    /// What stands there instead, in this order.
    pub(super) pieces: Vec<Piece>,
}

/// A piece of the text as it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// These bytes of the text as it is, smaller than the part that is replaced.
    Bytes(Range<usize>),
    /// A line end that was not there, unless what is before it ends a line.
    LineEnd(&'static str),
}

/// Makes all moves. They may stand in each other: an inner one lies within a piece of the outer one.
pub(super) fn apply(text: &str, mut moves: Vec<Move>) -> String {
    moves.sort_by_key(|moved| (moved.whole.start, std::cmp::Reverse(moved.whole.end)));
    let mut sorted = String::with_capacity(text.len() + 2);
    let all = Moves { text, moves: &moves };
    all.write(0..text.len(), None, &mut sorted);
    sorted
}

struct Moves<'t> {
    text: &'t str,
    moves: &'t [Move],
}

impl Moves<'_> {
    /// Writes a part of the text with what is moved in it. `within` is the move whose piece the part is.
    fn write(&self, part: Range<usize>, within: Option<usize>, sorted: &mut String) {
        let first = within.map_or(0, |index| index + 1);
        let first = first + self.moves[first..].partition_point(|moved| moved.whole.start < part.start);
        let mut at = part.start;
        for (index, moved) in self.moves.iter().enumerate().skip(first) {
            if moved.whole.start >= part.end {
                break;
            }
            // What lies in a move that is made already was moved with it.
            if moved.whole.start < at {
                continue;
            }
            sorted.push_str(&self.text[at..moved.whole.start]);
            for piece in &moved.pieces {
                match piece {
                    Piece::Bytes(bytes) => self.write(bytes.clone(), Some(index), sorted),
                    Piece::LineEnd(_) if sorted.ends_with('\n') => {}
                    Piece::LineEnd(line_end) => sorted.push_str(line_end),
                }
            }
            at = moved.whole.end;
        }
        sorted.push_str(&self.text[at..part.end]);
    }
}
