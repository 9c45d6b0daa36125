//! A body each line of which is a document.

use super::{Decoder, Taps};
use crate::error::{Fail, Failure, JsonFault};
use crate::json::Reader;

impl Decoder<'_> {
    /// Reads each line as a document of its own; lines of white space only are none.
    pub(super) fn lines(&mut self) -> Result<(), Fail> {
        let whole = self.reader.text;
        let (mut start, mut number) = (self.reader.pos, 0);
        while start < whole.len() {
            let end = memchr::memchr(b'\n', &whole.as_bytes()[start..]).map_or(whole.len(), |at| start + at);
            number += 1;
            // Places stay those of the body: a line is read in the text up to its end.
            self.reader = Reader::at(&whole[..end], start);
            self.line(number).map_err(|fail| at_the_end_of_a_line(fail, whole, end))?;
            start = end + 1;
        }
        self.reader = Reader::at(whole, whole.len());
        Ok(())
    }

    fn line(&mut self, number: usize) -> Result<(), Fail> {
        self.reader.peek();
        if self.reader.pos == self.reader.bytes.len() {
            return Ok(());
        }
        let (matches, empty_match) = (self.matches, std::mem::take(&mut self.empty_match));
        self.walk(&self.shape.body, Taps::Body)?;
        self.current_row = None;
        self.reader.finish()?;
        if self.matches == matches && !self.empty_match {
            self.missed_line.get_or_insert(number);
        }
        self.empty_match |= empty_match;
        Ok(())
    }
}

/// A value that its line cuts off is broken; only the last line may have been cut off on its way.
fn at_the_end_of_a_line(fail: Fail, whole: &str, end: usize) -> Fail {
    match *fail.0 {
        Failure::Json(JsonFault::UnexpectedEnd, at) if !whole[end..].trim().is_empty() => {
            Fail::json(JsonFault::LineEnds, at)
        }
        _ => fail,
    }
}
