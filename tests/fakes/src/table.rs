//! The rows of a fake: collections by name, each row with the id of its parent where it has one.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

/// All rows that a fake serves.
#[derive(Debug, Default)]
pub(crate) struct Tables(BTreeMap<&'static str, Table>);

#[derive(Debug, Default)]
struct Table {
    rows: Vec<(Option<Value>, Value)>,
    by_id: HashMap<String, usize>,
    by_parent: HashMap<String, Vec<usize>>,
}

impl Tables {
    /// Makes sure that a collection exists, empty or not.
    pub(crate) fn declare(&mut self, table: &'static str) {
        self.0.entry(table).or_default();
    }

    /// Adds rows without a parent.
    pub(crate) fn add_all(&mut self, table: &'static str, rows: impl IntoIterator<Item = Value>) {
        self.declare(table);
        for row in rows {
            self.push(table, None, row);
        }
    }

    /// Adds rows below a parent's id.
    pub(crate) fn add_children(
        &mut self,
        table: &'static str,
        parent: &Value,
        rows: impl IntoIterator<Item = Value>,
    ) {
        self.declare(table);
        for row in rows {
            self.push(table, Some(parent.clone()), row);
        }
    }

    /// The names of the collections.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    /// The rows of a collection with their parents' ids, in the API's order; `None` if there is none of that name.
    pub(crate) fn get(&self, table: &str) -> Option<&[(Option<Value>, Value)]> {
        self.0.get(table).map(|table| table.rows.as_slice())
    }

    /// The rows of a collection.
    pub(crate) fn rows(&self, table: &str) -> Vec<&Value> {
        self.get(table).unwrap_or_default().iter().map(|(_, row)| row).collect()
    }

    /// The rows of a collection below one parent.
    pub(crate) fn children(&self, table: &str, parent: &str) -> Vec<&Value> {
        let Some(table) = self.0.get(table) else { return Vec::new() };
        let places = table.by_parent.get(parent).map_or(&[][..], Vec::as_slice);
        places.iter().map(|&place| &table.rows[place].1).collect()
    }

    /// The first row of a collection with this `id`.
    pub(crate) fn find(&self, table: &str, id: &str) -> Option<&Value> {
        let table = self.0.get(table)?;
        table.by_id.get(id).map(|&place| &table.rows[place].1)
    }

    /// Changes the rows of a collection; false if there is none of that name.
    pub(crate) fn change(
        &mut self,
        name: &str,
        change: impl FnOnce(&mut Vec<(Option<Value>, Value)>),
    ) -> bool {
        let Some(known) = self.names().into_iter().find(|known| *known == name) else { return false };
        let mut rows = self.0.remove(known).unwrap_or_default().rows;
        change(&mut rows);
        self.declare(known);
        for (parent, row) in rows {
            self.push(known, parent, row);
        }
        true
    }

    fn push(&mut self, table: &'static str, parent: Option<Value>, row: Value) {
        let table = self.0.entry(table).or_default();
        let place = table.rows.len();
        if let Some(id) = row.get("id") {
            table.by_id.entry(plain(id)).or_insert(place);
        }
        if let Some(parent) = &parent {
            table.by_parent.entry(plain(parent)).or_default().push(place);
        }
        table.rows.push((parent, row));
    }
}

/// A scalar as it stands in a path or a query: text without quotes, all else as JSON.
pub(crate) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
