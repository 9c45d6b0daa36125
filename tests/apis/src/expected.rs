//! What a table has to hold.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::readers::Table;
use crate::same::{differs, is_json_of};

/// The rows that an API served, as one table.
#[derive(Debug, Clone)]
pub struct Expected {
    rows: Vec<Value>,
    key: Vec<&'static str>,
    in_order: bool,
    json: Vec<&'static str>,
}

impl Expected {
    /// Rows of one walk: they are in the table in this order. `key` is what no two of them share; empty, where nothing
    /// is known to be.
    pub fn in_order(rows: Vec<Value>, key: &[&'static str]) -> Self {
        Self { rows, key: key.to_vec(), in_order: true, json: Vec::new() }
    }

    /// Rows of many walks, which may be in the table in any order.
    pub fn by_key(rows: Vec<Value>, key: &[&'static str]) -> Self {
        Self { in_order: false, ..Self::in_order(rows, key) }
    }

    /// Columns that hold JSON text.
    #[must_use]
    pub fn json(mut self, columns: &[&'static str]) -> Self {
        self.json = columns.to_vec();
        self
    }

    /// Holds a table against rows that are a part of it, with some of its columns: each of their values is there.
    ///
    /// # Panics
    /// If one is not.
    pub fn check_part(&self, name: &str, table: &Table) {
        let places = self.places(name, table);
        for row in &self.rows {
            let key = self.served_key(row);
            let place = places.get(&key).unwrap_or_else(|| panic!("`{name}` lacks {key:?}"));
            for (column, value) in row.as_object().into_iter().flatten() {
                let at = format!("`{name}` {key:?} {column}");
                let found = table.columns.iter().position(|(own, _)| own == column);
                match found {
                    Some(found) => {
                        let (ty, read) = (&table.columns[found].1, &table.rows[*place][found]);
                        differs(Some(value), read, ty, &at)
                            .unwrap_or_else(|difference| panic!("{difference}"));
                    }
                    None => assert!(value.is_null(), "{at}: no such column"),
                }
            }
        }
    }

    /// Holds a table against the rows: as many, no two with one key, every value of each the one that was served, and no
    /// column that none of them has.
    ///
    /// # Panics
    /// If any of it is not so.
    pub fn check(&self, name: &str, table: &Table) {
        let places = self.places(name, table);
        assert_eq!(table.rows.len(), self.rows.len(), "rows of `{name}`");
        let served: BTreeSet<&str> =
            self.rows.iter().filter_map(Value::as_object).flatten().map(|(name, _)| name.as_str()).collect();
        let read: BTreeSet<&str> = table.names().into_iter().collect();
        assert_eq!(read, served, "columns of `{name}`: what was read, and what was served");
        for (column, ty) in &table.columns {
            if ty.is("string") && !self.json.contains(&column.as_str()) {
                self.check_text(name, column);
            }
        }
        for (nth, row) in self.rows.iter().enumerate() {
            let place = match self.key[..] {
                [] => nth,
                _ => *places
                    .get(&self.served_key(row))
                    .unwrap_or_else(|| panic!("`{name}` lacks {:?}", self.served_key(row))),
            };
            assert!(!self.in_order || place == nth, "`{name}`: row {nth} is at {place}");
            self.check_row(name, row, table, place);
        }
    }

    /// Text is for what has no narrower type.
    fn check_text(&self, name: &str, column: &str) {
        let served = self.rows.iter().map(|row| &row[column]);
        let served: Vec<&Value> = served.filter(|value| !is_untyped(value)).collect();
        for narrower in [
            Value::is_boolean,
            Value::is_number,
            Value::is_array,
            Value::is_object,
            is_moment as fn(&Value) -> bool,
        ] {
            let fits = !served.is_empty() && served.iter().all(|value| narrower(value));
            assert!(!fits, "`{name}`: {column} is text, with nothing in it like {}", served[0]);
        }
    }

    fn check_row(&self, name: &str, served: &Value, table: &Table, place: usize) {
        for ((column, ty), read) in table.columns.iter().zip(&table.rows[place]) {
            let value = served.get(column);
            let at = format!("`{name}` {:?} {column}", self.served_key(served));
            let verdict = match value {
                Some(value) if !value.is_null() && self.json.contains(&column.as_str()) => {
                    let same = ty.is("string") && is_json_of(value, read);
                    if same { Ok(()) } else { Err(format!("{at}: {value} was served, {read} was read")) }
                }
                _ => differs(value, read, ty, &at),
            };
            if let Err(difference) = verdict {
                panic!("{difference}");
            }
        }
    }

    /// Where the rows of a table are, by their keys.
    fn places(&self, name: &str, table: &Table) -> BTreeMap<Vec<String>, usize> {
        let mut places = BTreeMap::new();
        if self.key.is_empty() {
            return places;
        }
        for (place, row) in table.rows.iter().enumerate() {
            let own = |key: &&str| {
                let column = table.columns.iter().position(|(column, _)| column == *key);
                column.map_or_else(|| "no column".to_owned(), |column| row[column].to_string())
            };
            let key: Vec<String> = self.key.iter().map(own).collect();
            assert!(places.insert(key.clone(), place).is_none(), "`{name}` has two rows with {key:?}");
        }
        places
    }

    fn served_key(&self, row: &Value) -> Vec<String> {
        self.key.iter().map(|key| row[*key].to_string()).collect()
    }
}

/// Whether a value says nothing about the type of its column.
fn is_untyped(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn is_moment(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<Timestamp>().is_ok())
}
