//! The way through a body: to the rows, and to the places whose text is wanted.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use super::{Decoder, Taps};
use crate::error::{DecodeError, Fail};
use crate::json::{Seen, duplicates};
use crate::shape::Node;

impl<'a> Decoder<'a> {
    /// Steps over the value that is next, and takes what the node wants of it.
    pub(super) fn walk(&mut self, node: &'a Node, taps: Taps) -> Result<(), Fail> {
        let before = self.reader.clone();
        let first = self.reader.peek();
        let start = self.reader.pos;
        if node.taps_below {
            match first {
                b'{' if self.careful => self.walk_members_carefully(node, taps)?,
                b'{' => self.walk_members(node, taps)?,
                b'[' => self.walk_items(node, taps)?,
                _ => self.reader.skip_value()?,
            }
        }
        if node.rows && taps == Taps::Body {
            self.reader.rewind(&before);
            self.select()?;
        } else if !node.taps_below {
            self.reader.skip_value()?;
        }
        self.tap(node, taps, start..self.reader.pos);
        Ok(())
    }

    /// Takes the text of a value for the taps of a node; the first match wins.
    pub(super) fn tap(&mut self, node: &Node, taps: Taps, range: Range<usize>) {
        for tap in &node.taps {
            let slot = match taps {
                Taps::Body => self.taps.get_mut(*tap),
                Taps::Row(base) => self.row_taps.get_mut(base + tap),
            };
            if let Some(slot @ None) = slot {
                *slot = Some(range.clone());
            }
        }
    }

    fn walk_members(&mut self, node: &'a Node, taps: Taps) -> Result<(), Fail> {
        self.reader.enter()?;
        let mut seen = Seen::default();
        let mut more = self.reader.peek() != b'}';
        self.empty_match |= !more && taps == Taps::Body && node.any_to_rows();
        while more {
            let key = self.reader.key()?.content();
            match node.member(&key) {
                Some(_) if !seen.insert(key.clone()) => return Err(Fail::duplicate()),
                Some(child) => self.walk(child, taps)?,
                None => self.reader.skip_value()?,
            }
            more = self.reader.another(b'}')?;
        }
        self.reader.leave();
        Ok(())
    }

    fn walk_members_carefully(&mut self, node: &'a Node, taps: Taps) -> Result<(), Fail> {
        let outside = self.reader.clone();
        let members = self.reader.members()?;
        let end = self.reader.pos;
        self.reader.rewind(&outside);
        self.reader.enter()?;
        for member in members {
            if let Some(child) = node.member(&member.name) {
                self.reader.pos = member.value;
                self.walk(child, taps)?;
            }
        }
        self.reader.rewind(&outside);
        self.reader.pos = end;
        Ok(())
    }

    fn walk_items(&mut self, node: &'a Node, taps: Taps) -> Result<(), Fail> {
        self.reader.enter()?;
        let mut more = self.reader.peek() != b']';
        self.empty_match |= !more && taps == Taps::Body && node.any_to_rows();
        let mut index = 0;
        while more {
            match node.item(index) {
                Some(child) => self.walk(child, taps)?,
                None => self.reader.skip_value()?,
            }
            index += 1;
            more = self.reader.another(b']')?;
        }
        self.reader.leave();
        Ok(())
    }

    /// Takes a match of the selector: an array gives its items, a null nothing, anything else is one row.
    fn select(&mut self) -> Result<(), Fail> {
        self.matches += 1;
        if self.shape.lines && self.shape.body.rows {
            return self.row();
        }
        let first = self.reader.peek();
        match first {
            b'[' => {
                self.reader.enter()?;
                let mut more = self.reader.peek() != b']';
                while more {
                    self.row()?;
                    more = self.reader.another(b']')?;
                }
                self.reader.leave();
            }
            b'n' => self.reader.literal("null")?,
            _ => {
                self.single = first == b'{';
                self.row()?;
            }
        }
        self.current_row = None;
        Ok(())
    }

    /// Reads a row.
    fn row(&mut self) -> Result<(), Fail> {
        let first = self.reader.peek();
        let start = self.reader.pos;
        self.rows += 1;
        self.current_row = Some(self.rows);
        if first != b'{' && !self.shape.rows_only {
            self.reader.skip_value()?;
            return Err(DecodeError::RowNotObject { row: self.rows, kind: kind(first) }.into());
        }
        if self.rows > self.limit {
            self.reader.skip_value()?;
        } else {
            self.kept_row(start)?;
        }
        self.row_hashes.push(xxh3_64(&self.reader.bytes[start..self.reader.pos]));
        self.last_row = Some(start..self.reader.pos);
        Ok(())
    }

    fn kept_row(&mut self, start: usize) -> Result<(), Fail> {
        let taps = Taps::Row(self.row_taps.len());
        self.row_taps.resize(self.row_taps.len() + self.shape.row_taps, None);
        let node = &self.shape.row;
        if self.shape.rows_only {
            self.walk(node, taps)?;
            self.row_ranges.push(start..self.reader.pos);
            return Ok(());
        }
        if self.careful {
            let before = self.reader.clone();
            self.duplicates += duplicates(&mut self.reader)?;
            self.reader.rewind(&before);
        }
        let mut record = std::mem::take(&mut self.record);
        let read = self.record_row(&mut record, taps);
        if record.len == 1 {
            let (length, rest) = (self.reader.pos - start, self.reader.bytes.len() - self.reader.pos);
            record.reserve(self.limit.min(rest / length));
        }
        self.record = record;
        read?;
        self.tap(node, taps, start..self.reader.pos);
        Ok(())
    }
}

/// What begins with a byte, in words; for a byte that begins a value.
fn kind(first: u8) -> &'static str {
    match first {
        b'"' => "a string",
        b'[' => "an array",
        b't' | b'f' => "a boolean",
        b'n' => "null",
        _ => "a number",
    }
}
