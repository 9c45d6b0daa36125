//! Objects and arrays of a column.

use std::collections::HashMap;

use super::key::QuotedKey;
use super::{ColumnBuilder, Empty, Source, TextValues, Values};
use crate::shape::Node;

/// The objects of a column, or the rows of a page.
#[derive(Default)]
pub(crate) struct RecordValues<'a> {
    pub(crate) fields: Vec<FieldBuilder<'a>>,
    /// Objects so far; a field that is shorter has nulls to come.
    pub(crate) len: usize,
    by_name: HashMap<String, usize>,
    pub(crate) sources: Vec<Source<'a>>,
}

/// A field of an object.
pub(crate) struct FieldBuilder<'a> {
    pub(crate) name: String,
    quoted: QuotedKey,
    pub(crate) column: ColumnBuilder<'a>,
}

/// The arrays of a column.
pub(crate) struct ListValues<'a> {
    pub(crate) offsets: Vec<i32>,
    pub(crate) item: ColumnBuilder<'a>,
    pub(crate) sources: Vec<Source<'a>>,
}

/// From how many fields on a name is hashed.
const FEW: usize = 12;
/// How many fields may be left out before a name is looked up.
const AHEAD: usize = 4;

impl RecordValues<'_> {
    /// The field whose key stands at the start of `text`, if it is one of the next after `expected`; and the
    /// length of the key with its closing quote.
    #[inline]
    pub(crate) fn expect(&self, expected: usize, text: &[u8]) -> Option<(usize, usize)> {
        let ahead = self.fields.get(expected..)?.iter().take(AHEAD);
        let (index, field) = ahead.enumerate().find(|(_, field)| field.quoted.begins(text))?;
        Some((expected + index, field.quoted.len()))
    }

    /// The field of a name.
    pub(crate) fn field(&self, name: &str) -> Option<usize> {
        if self.fields.len() <= FEW {
            return self.fields.iter().position(|field| field.name == name);
        }
        self.by_name.get(name).copied()
    }

    /// Adds a field, and gives its index.
    pub(crate) fn add_field(&mut self, name: &str) -> usize {
        let index = self.fields.len();
        if index == FEW {
            let known = self.fields.iter().enumerate();
            self.by_name.extend(known.map(|(index, field)| (field.name.clone(), index)));
        }
        if index >= FEW {
            self.by_name.insert(name.to_owned(), index);
        }
        let (quoted, column) = (QuotedKey::new(name), ColumnBuilder::new());
        self.fields.push(FieldBuilder { name: name.to_owned(), quoted, column });
        index
    }

    pub(super) fn pad(&mut self, n: usize) {
        self.len += n;
        self.sources.resize(self.len, Source { start: 0, node: None });
    }
}

impl ListValues<'_> {
    fn padded(len: usize) -> Self {
        Self {
            offsets: vec![0; len + 1],
            item: ColumnBuilder::new(),
            sources: vec![Source { start: 0, node: None }; len],
        }
    }

    pub(super) fn pad(&mut self, n: usize) {
        let end = self.item.len() as i32;
        self.offsets.resize(self.offsets.len() + n, end);
        self.sources.resize(self.sources.len() + n, Source { start: 0, node: None });
    }
}

impl<'a> ColumnBuilder<'a> {
    /// Makes an untyped column one of objects, in which the empty values so far are objects without fields.
    pub(crate) fn make_record(&mut self) -> bool {
        if let Values::Untyped(empties) = &self.values {
            let mut record = RecordValues::default();
            record.pad(self.len());
            set_sources(&mut record.sources, empties);
            self.values = Values::Record(Box::new(record));
        }
        matches!(self.values, Values::Record(_))
    }

    /// Makes an untyped column one of arrays, in which the empty values so far are arrays without items.
    pub(crate) fn make_list(&mut self) -> bool {
        if let Values::Untyped(empties) = &self.values {
            let mut list = ListValues::padded(self.len());
            set_sources(&mut list.sources, empties);
            self.values = Values::List(Box::new(list));
        }
        matches!(self.values, Values::List(_))
    }

    /// Makes a column of nothing but nulls one of JSON text.
    pub(crate) fn make_json(&mut self) {
        if matches!(self.values, Values::Untyped(_)) {
            self.values = Values::Json(TextValues::padded(self.len()));
        }
    }

    /// Appends an object or array that has nothing in it, unless the column cannot have one.
    pub(crate) fn push_empty(&mut self, list: bool, start: usize, node: Option<&'a Node>) -> bool {
        let row = self.len();
        let source = Source { start, node };
        match &mut self.values {
            Values::Untyped(empties) => empties.push(Empty { row, list, start }),
            Values::Record(record) => {
                record.len += 1;
                record.sources.push(source);
            }
            Values::List(values) => {
                let end = values.item.len() as i32;
                values.offsets.push(end);
                values.sources.push(source);
            }
            _ => return false,
        }
        self.validity.append_non_null();
        true
    }
}

fn set_sources(sources: &mut [Source<'_>], empties: &[Empty]) {
    for empty in empties {
        sources[empty.row].start = empty.start;
    }
}
