//! A page: what one body held.

use std::ops::Range;

use crate::columns::Columns;

/// What one body held. It borrows nothing from the body.
#[derive(Clone, Debug)]
pub struct Page {
    /// The rows that the selector found, before anything left one out.
    pub rows: usize,
    /// Whether the selector matched at all; a match of `null` is one, and gives no rows. So does a wildcard over an empty
    /// array or object: the place is there, and has no rows.
    pub matched: bool,
    /// Whether the only match was one object, and no array, of a selector without wildcards: a page that was one row.
    pub single: bool,
    /// The first line, counted from 1, in which the selector matched nothing; only where lines are documents.
    pub missed_line: Option<usize>,
    /// The rows as columns; empty with [`rows_only`](crate::ShapeBuilder::rows_only).
    pub columns: Columns,
    /// The JSON text of each tap of the body as it came. The first match counts; `None` is no match.
    pub taps: Vec<Option<Vec<u8>>>,
    /// The JSON text of the taps of each row.
    pub row_taps: RowTaps,
    /// Where the rows stand in the body, with [`rows_only`](crate::ShapeBuilder::rows_only).
    pub row_ranges: Vec<Range<usize>>,
    /// The JSON text of the last row as it came.
    pub last_row: Option<Vec<u8>>,
    /// A hash of the bytes of each row, to notice rows and pages that come again.
    pub row_hashes: Vec<u64>,
    /// Keys that came again in their object, inside rows that became columns; the last one counts.
    pub duplicates: u64,
}

/// The JSON text of the taps of each row of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowTaps {
    per_row: usize,
    rows: usize,
    text: Vec<u8>,
    /// Where the text of each tap of each row ends, and whether there is one.
    ends: Vec<(usize, bool)>,
}

impl RowTaps {
    pub(crate) fn of(per_row: usize, ranges: &[Option<Range<usize>>], body: &[u8]) -> Self {
        let length = ranges.iter().flatten().map(Range::len).sum();
        let mut taps = Self {
            per_row,
            rows: ranges.len().checked_div(per_row).unwrap_or(0),
            text: Vec::with_capacity(length),
            ends: Vec::with_capacity(ranges.len()),
        };
        for range in ranges {
            if let Some(range) = range {
                taps.text.extend_from_slice(&body[range.clone()]);
            }
            taps.ends.push((taps.text.len(), range.is_some()));
        }
        taps
    }

    /// How many rows there are; none where no tap was asked for.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The text of a tap of a row, both counted from 0; `None` where the row has nothing there.
    pub fn get(&self, row: usize, tap: usize) -> Option<&[u8]> {
        if tap >= self.per_row {
            return None;
        }
        let at = row * self.per_row + tap;
        let (end, there) = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before].0);
        there.then(|| &self.text[start..end])
    }
}
