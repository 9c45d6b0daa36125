//! Rows that `deleted` marks as gone: they remove the row of their key and are read for nothing else.
//!
//! They are taken out before the rows become columns, so that what such a row lacks or brings changes nothing.

use std::sync::Arc;

use restload_diag::Diagnostic;
use restload_spec::plan::CursorPlan;
use restload_spec::{AnswerPlace, CursorValue};
use restload_table::{Shape, TableError, decode_rows};
use serde_json::{Map, Value};

use super::Form;
use super::reading::{Reading, Row};
use crate::run::context::RowContext;
use crate::run::declare;
use crate::run::fault::{self, Fault};
use crate::run::increment::cursor_of;

/// A row that is marked as gone.
#[derive(Debug, Clone)]
pub(crate) struct Gone {
    /// Its key, canonical.
    pub(crate) key: Vec<u8>,
    /// Its cursor, where the later of a key is told by it.
    pub(crate) cursor: Option<CursorValue>,
    /// Rows of the page that are written and stand before it.
    pub(crate) before: u64,
}

impl Reading<'_> {
    /// Takes out the rows that are marked as gone.
    pub(super) fn take_gone<'r>(
        &mut self,
        index: usize,
        combination: usize,
        rows: Vec<Row<'r>>,
    ) -> Result<(Vec<Row<'r>>, Vec<Gone>), Fault> {
        let resource = &self.plan.resources[index];
        let table = resource.combinations[combination].table;
        let (Some(test), Some(table)) = (&resource.deleted, table) else { return Ok((rows, Vec::new())) };
        let AnswerPlace::Body(path) = &test.place else { return Ok((rows, Vec::new())) };
        let tapped = &self.shapes(index, self.extractors.all[index].reader(), b"")?.tapped;
        let page = decode_rows(rows.iter().map(|row| row.text.as_ref()), tapped)
            .map_err(|error| fault::decode(resource, self.body, &error))?;
        let parents: Vec<Option<Arc<RowContext>>> = rows.iter().map(|row| row.parent.clone()).collect();
        let mut contexts = self.contexts(index, &page, &parents);
        for (name, template) in &resource.add {
            self.added(index, combination, (name, template), &parents, &mut contexts)?;
        }
        let is_cells = matches!(self.form, Form::Csv(..));
        let is_gone = |context: &RowContext| {
            let found = path.select(&context.row);
            if is_cells { test.holds_in_cells(&found) } else { test.holds(&found) }
        };
        let (mut kept, mut places, mut keys) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
        let mut cursors = Vec::new();
        for (row, (text, context)) in rows.into_iter().zip(&contexts).enumerate() {
            if is_gone(context) {
                places.push((row, kept.len() as u64));
                keys.push(self.key_row(table, context));
                cursors.push(self.cursor(index, context));
            } else {
                kept.push(text);
            }
        }
        let keys = self.keys(index, table, &keys, &places)?;
        let places = places.iter().map(|(_, before)| *before);
        let gone = keys.into_iter().zip(cursors).zip(places);
        let gone = gone.map(|((key, cursor), before)| Gone { key, cursor, before });
        Ok((kept, gone.collect()))
    }

    /// The cursor of a row, where there is one that can be read.
    fn cursor(&self, index: usize, context: &RowContext) -> Option<CursorValue> {
        let plan = self.plan.resources[index].incremental.as_ref()?;
        let CursorPlan::Row(names) = &plan.cursor else { return None };
        cursor_of(plan, names, &context.row).ok().flatten()
    }

    /// The key's columns of a row, as a row.
    fn key_row(&self, table: usize, context: &RowContext) -> Vec<u8> {
        let names = &self.plan.tables[table].primary_key;
        let member = |name: &String| {
            let value = context.row.get(name).cloned().unwrap_or(Value::Null);
            (name.clone(), value)
        };
        Value::Object(names.iter().map(member).collect::<Map<_, _>>()).to_string().into_bytes()
    }

    /// The canonical keys of rows that have nothing else.
    fn keys(
        &self,
        index: usize,
        table: usize,
        rows: &[Vec<u8>],
        places: &[(usize, u64)],
    ) -> Result<Vec<Vec<u8>>, Fault> {
        let (resource, table) = (&self.plan.resources[index], &self.plan.tables[table]);
        let mut shape = Shape::builder().nested_json(table.nested_json);
        for column in table.columns.iter().filter(|column| table.primary_key.contains(&column.name)) {
            let mut column = declare::declared(column);
            // That a key has no null is said in the words of keys.
            column.nullable = true;
            shape = shape.declare(column);
        }
        let page = decode_rows(rows.iter().map(Vec::as_slice), &shape.build())
            .map_err(|error| fault::decode(resource, self.body, &error))?;
        let keys = page.columns.keys(&table.primary_key).map_err(|error| {
            let message = match &error {
                TableError::NullInKey { row, column } => {
                    let row = usize::try_from(*row).ok().and_then(|row| places.get(row.checked_sub(1)?));
                    let row = row.map_or(0, |(row, _)| row + 1);
                    format!("row {row}, which is marked as gone: the key column `{column}` is null or absent")
                }
                error => error.to_string(),
            };
            Fault::from(Diagnostic::error("null-in-key", resource.at("primary_key"), message))
        })?;
        Ok(keys.iter().map(<[u8]>::to_vec).collect())
    }
}
