//! A row on its way into the columns: the hot path.

use super::{Decoder, Taps};
use crate::build::{ColumnBuilder, RecordValues, Source, Values};
use crate::error::{DecodeError, Fail, JsonFault};
use crate::json::Compact;
use crate::shape::Node;
use crate::types::{MAX_COLUMNS, MAX_FIELDS, MAX_LEVELS};

/// Where an object stands that is read into fields.
#[derive(Clone, Copy)]
struct At<'a> {
    /// The paths that lead there.
    node: Option<&'a Node>,
    /// 0 for the row itself, 1 for the values of its columns.
    level: u32,
    /// The taps of the row; only at level 0, since a walk takes those further down.
    taps: Option<Taps>,
}

/// The field that a key names, none where it is dropped, and the paths that lead there; or nothing at all, where
/// there would be too many fields.
type Named<'a> = Option<(Option<usize>, Option<&'a Node>)>;

/// Whether an object went into its fields.
#[derive(PartialEq, Eq)]
enum Fields {
    Read,
    /// It has more fields than a struct may: nothing of it counts.
    TooMany,
}

impl<'a> Decoder<'a> {
    /// Reads a row, whose brace is next.
    pub(super) fn record_row(&mut self, record: &mut RecordValues<'a>, taps: Taps) -> Result<(), Fail> {
        let node = &self.shape.row;
        let node = (!node.is_leaf()).then_some(node);
        let taps = node.is_some_and(|node| node.taps_below).then_some(taps);
        let row = self.rows;
        match self.record(record, At { node, level: 0, taps })? {
            Fields::Read => Ok(()),
            Fields::TooMany => Err(DecodeError::TooManyColumns { row, limit: MAX_COLUMNS }.into()),
        }
    }

    fn record(&mut self, record: &mut RecordValues<'a>, at: At<'a>) -> Result<Fields, Fail> {
        if self.careful {
            return self.careful_record(record, at);
        }
        let row = record.len;
        record.len += 1;
        self.reader.enter()?;
        let mut expected = 0;
        let mut more = self.reader.peek() != b'}';
        while more {
            let (index, child) = match self.expected_field(record, expected) {
                Some(index) => {
                    self.reader.colon()?;
                    let child = at.node.and_then(|node| node.member(&record.fields[index].name));
                    (Some(index).filter(|_| !child.is_some_and(|child| child.drop)), child)
                }
                None => match self.field(record, at)? {
                    Some(named) => named,
                    None => return Ok(Fields::TooMany),
                },
            };
            if let Some(index) = index {
                let column = &mut record.fields[index].column;
                if column.len() != row {
                    if column.len() > row {
                        return Err(Fail::duplicate());
                    }
                    column.pad_to(row);
                }
                self.field_value(column, child, at)?;
                expected = index + 1;
            } else {
                self.dropped_value(child, at)?;
            }
            more = self.reader.another(b'}')?;
        }
        self.reader.leave();
        Ok(Fields::Read)
    }

    /// Steps over a key that is that of one of the fields expected next, and gives the field.
    #[inline]
    fn expected_field(&mut self, record: &RecordValues<'a>, expected: usize) -> Option<usize> {
        let (b'"', key) = self.reader.bytes[self.reader.pos..].split_first()? else { return None };
        let (index, length) = record.expect(expected, key)?;
        self.reader.pos += 1 + length;
        Some(index)
    }

    /// Reads a key, up to its value.
    fn field(&mut self, record: &mut RecordValues<'a>, at: At<'a>) -> Result<Named<'a>, Fail> {
        let name = self.reader.key()?.content();
        let child = at.node.and_then(|node| node.member(&name));
        self.named_field(record, &name, child, at)
    }

    fn named_field(
        &self,
        record: &mut RecordValues<'a>,
        name: &str,
        child: Option<&'a Node>,
        at: At<'a>,
    ) -> Result<Named<'a>, Fail> {
        if child.is_some_and(|child| child.drop) {
            return Ok(Some((None, child)));
        }
        if let Some(index) = record.field(name) {
            return Ok(Some((Some(index), child)));
        }
        if at.level > 0 {
            return Ok((record.fields.len() < MAX_FIELDS).then(|| (Some(record.add_field(name)), child)));
        }
        let rules = &self.shape.rules;
        if rules.added.contains(name) {
            return Err(DecodeError::NameTaken { row: self.rows, column: name.to_owned() }.into());
        }
        if record.fields.len() >= MAX_COLUMNS {
            return Ok(None);
        }
        let index = record.add_field(name);
        if let Some(declared) = rules.declared(name) {
            record.fields[index].column = ColumnBuilder::declared(declared, rules.texts);
        }
        Ok(Some((Some(index), child)))
    }

    fn careful_record(&mut self, record: &mut RecordValues<'a>, at: At<'a>) -> Result<Fields, Fail> {
        let outside = self.reader.clone();
        let members = self.reader.members()?;
        let end = self.reader.pos;
        self.reader.rewind(&outside);
        self.reader.enter()?;
        let row = record.len;
        record.len += 1;
        for member in members {
            self.reader.pos = member.value;
            let child = at.node.and_then(|node| node.member(&member.name));
            match self.named_field(record, &member.name, child, at)? {
                None => return Ok(Fields::TooMany),
                Some((None, child)) => self.dropped_value(child, at)?,
                Some((Some(index), child)) => {
                    let column = &mut record.fields[index].column;
                    column.pad_to(row);
                    self.field_value(column, child, at)?;
                }
            }
        }
        self.reader.rewind(&outside);
        self.reader.pos = end;
        Ok(Fields::Read)
    }

    /// Reads the value of a field, and takes its text for the taps.
    #[inline]
    fn field_value(
        &mut self,
        column: &mut ColumnBuilder<'a>,
        node: Option<&'a Node>,
        at: At<'a>,
    ) -> Result<(), Fail> {
        let level = at.level + 1;
        let (Some(node), Some(taps)) = (node, at.taps) else {
            return self.value(column, node, level);
        };
        let before = self.reader.clone();
        if node.taps_below {
            self.walk(node, taps)?;
            self.reader.rewind(&before);
        }
        self.value(column, Some(node).filter(|node| node.drops_below), level)?;
        self.tap(node, taps, before.pos..self.reader.pos);
        Ok(())
    }

    fn dropped_value(&mut self, node: Option<&'a Node>, at: At<'a>) -> Result<(), Fail> {
        match (node, at.taps) {
            (Some(node), Some(taps)) => self.walk(node, taps),
            _ => self.reader.skip_value(),
        }
    }

    /// Reads a value into a column.
    #[inline]
    fn value(
        &mut self,
        column: &mut ColumnBuilder<'a>,
        node: Option<&'a Node>,
        level: u32,
    ) -> Result<(), Fail> {
        let start = self.reader.pos;
        if let Values::Declared(_) = column.values {
            return self.declared_value(column, node);
        }
        match self.reader.bytes.get(start) {
            Some(b'"') => {
                let text = self.reader.string()?;
                if self.shape.rules.texts {
                    column.make_text();
                }
                column.push_string(text, start, self.reader.text)
            }
            Some(b'-' | b'0'..=b'9') => {
                if let Values::Int(values) = &mut column.values
                    && let Some(value) = self.reader.small_integer()
                {
                    values.push(value);
                    column.validity.append_non_null();
                    return Ok(());
                }
                let number = self.reader.number()?;
                column.push_number(number, start, self.reader.text)
            }
            Some(b'{') => self.object(column, node, level),
            Some(b'[') => self.array(column, node, level),
            Some(b't') => {
                self.reader.literal("true")?;
                column.push_boolean(true, self.reader.text)
            }
            Some(b'f') => {
                self.reader.literal("false")?;
                column.push_boolean(false, self.reader.text)
            }
            Some(b'n') => {
                self.reader.literal("null")?;
                column.append_nulls(1);
                Ok(())
            }
            _ => Err(self.reader.fail(JsonFault::ExpectedValue)),
        }
    }

    fn declared_value(&mut self, column: &mut ColumnBuilder<'a>, node: Option<&'a Node>) -> Result<(), Fail> {
        if self.reader.peek() == b'n' {
            self.reader.literal("null")?;
            column.append_nulls(1);
        } else if let Values::Declared(values) = &mut column.values {
            values.push(&mut self.reader, node, self.careful, self.rows)?;
            column.validity.append_non_null();
        }
        Ok(())
    }

    fn object(
        &mut self,
        column: &mut ColumnBuilder<'a>,
        node: Option<&'a Node>,
        level: u32,
    ) -> Result<(), Fail> {
        if self.stays_text(level) || self.reader.peek_inside() == b'}' {
            return self.text_or_empty(column, node, level);
        }
        let before = self.reader.clone();
        if column.make_record()
            && let Values::Record(record) = &mut column.values
        {
            record.sources.push(Source { start: before.pos, node });
            if self.record(record, At { node, level, taps: None })? == Fields::Read {
                column.validity.append_non_null();
                return Ok(());
            }
            // What this object would have added is forgotten with the record.
            self.reader.rewind(&before);
        }
        column.widen_to_text(self.reader.text)?;
        self.push_compact(column, node)
    }

    fn array(
        &mut self,
        column: &mut ColumnBuilder<'a>,
        node: Option<&'a Node>,
        level: u32,
    ) -> Result<(), Fail> {
        if self.stays_text(level) || self.reader.peek_inside() == b']' {
            return self.text_or_empty(column, node, level);
        }
        let start = self.reader.pos;
        let text = self.reader.text;
        if column.make_list()
            && let Values::List(list) = &mut column.values
        {
            list.sources.push(Source { start, node });
            self.items(&mut list.item, node, level)?;
            list.offsets.push(list.item.len() as i32);
            column.validity.append_non_null();
            return Ok(());
        }
        column.widen_to_text(text)?;
        self.push_compact(column, node)
    }

    fn items(
        &mut self,
        item: &mut ColumnBuilder<'a>,
        node: Option<&'a Node>,
        level: u32,
    ) -> Result<(), Fail> {
        self.reader.enter()?;
        self.reader.peek();
        let mut index = 0;
        loop {
            let child = node.and_then(|node| node.item(index));
            if child.is_some_and(|child| child.drop) {
                self.reader.skip_value()?;
            } else {
                self.value(item, child, level + 1)?;
            }
            index += 1;
            if !self.reader.another(b']')? {
                break;
            }
        }
        self.reader.leave();
        Ok(())
    }

    /// Whether objects and arrays of this level are JSON text.
    fn stays_text(&self, level: u32) -> bool {
        level > MAX_LEVELS || self.shape.rules.nested_json
    }

    /// Appends an object or array that has nothing in it, or that stays text.
    fn text_or_empty(
        &mut self,
        column: &mut ColumnBuilder<'a>,
        node: Option<&'a Node>,
        level: u32,
    ) -> Result<(), Fail> {
        let start = self.reader.pos;
        let list = self.reader.peek() == b'[';
        if !self.stays_text(level) && column.push_empty(list, start, node) {
            return self.reader.skip_value();
        }
        if self.shape.rules.nested_json {
            column.make_json();
        }
        if !matches!(column.values, Values::Json(_)) {
            column.widen_to_text(self.reader.text)?;
        }
        self.push_compact(column, node)
    }

    fn push_compact(&mut self, column: &mut ColumnBuilder<'a>, node: Option<&'a Node>) -> Result<(), Fail> {
        if let Values::Text(values) | Values::Json(values) = &mut column.values {
            Compact { careful: self.careful }.value(&mut self.reader, node, &mut values.text)?;
            values.end_value();
            column.validity.append_non_null();
        }
        Ok(())
    }
}
