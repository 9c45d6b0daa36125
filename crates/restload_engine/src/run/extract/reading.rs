//! The reading of one answer: rows through transform and `add` to columns, and rows for those that come after.

use super::shapes::{Found, Shapes, check_lines, check_match};
use super::{Extracted, Extractors, Form, PageContext, Seeds, Write, below};
use crate::run::auto;
use crate::run::context::RowContext;
use crate::run::fault::{self, Fault};
use crate::run::scopes::with_scopes;
use restload_spec::plan::{Plan, Selector};
use restload_spec::{Path, Variables};
use restload_table::{Page, decode, decode_rows};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// A row on its way.
pub(super) struct Row<'b> {
    text: Cow<'b, [u8]>,
    parent: Option<Arc<RowContext>>,
}

/// The reading of one answer.
pub(super) struct Reading<'a> {
    pub(super) extractors: &'a Extractors,
    pub(super) plan: &'a Plan,
    /// The body, or a piece of it as JSON.
    pub(super) body: &'a [u8],
    pub(super) form: &'a Form,
    pub(super) page: &'a PageContext<'a>,
    pub(super) out: Extracted,
}

impl<'a> Reading<'a> {
    /// The reading of a piece of the answer, with what was found before it.
    pub(super) fn of_piece<'p>(&mut self, body: &'p [u8]) -> Reading<'p>
    where
        'a: 'p,
    {
        let out = std::mem::take(&mut self.out);
        Reading { body, out, ..*self }
    }

    pub(super) fn answer(&mut self, index: usize) -> Result<(), Fault> {
        let (extractor, resource) = (&self.extractors.0[index], &self.plan.resources[index]);
        let shapes = self.shapes(index, Some(self.body))?;
        let written = resource.combinations[self.page.combination].table.is_some();
        // Rows that become columns are not kept as text, which resources without a path need.
        let direct = shapes.plain && resource.transform.is_none() && (extractor.inner.is_empty() || !written);
        let shape = match (direct, written) {
            (true, true) => &shapes.columns,
            (true, false) => &shapes.tapped,
            (false, _) => &shapes.bare,
        };
        let mut page =
            decode(self.body, shape).map_err(|error| fault::decode(resource, self.body, &error))?;
        self.out.values = extractor.values(resource, self.body, self.form, &page)?;
        let parent = self.page.parent.clone();
        check_lines(resource, shapes, page.missed_line, self.body)?;
        if direct {
            check_match(resource, shapes, page.matched, self.body)?;
            let found = Found { rows: page.rows, matched: page.matched, duplicates: 0 };
            let hashes = std::mem::take(&mut page.row_hashes);
            self.note_page(index, found, page.single, hashes, page.last_row.as_deref());
            let texts = if extractor.inner.is_empty() {
                Vec::new()
            } else {
                page.row_ranges.iter().map(|range| Cow::Borrowed(&self.body[range.clone()])).collect()
            };
            let parents = vec![parent; page.rows];
            return self.finish(index, page, self.page.combination, found, &parents, &texts);
        }
        let single = page.single;
        let (rows, found) = shapes.select(resource, self.body, Some((page, self.form)))?;
        check_match(resource, shapes, found.matched, self.body)?;
        let single = if shapes.plain {
            single
        } else {
            *self.form == Form::Json && shapes.selector.is_singular() && is_one_object(&rows, found)
        };
        let hashes = rows.iter().map(|row| xxhash_rust::xxh3::xxh3_64(row)).collect();
        self.note_page(index, found, single, hashes, rows.last().map(AsRef::as_ref));
        let rows = rows.into_iter().map(|text| Row { text, parent: parent.clone() }).collect();
        self.rows(index, self.page.combination, rows, found)
    }

    fn note_page(
        &mut self,
        index: usize,
        found: Found,
        single: bool,
        row_hashes: Vec<u64>,
        last_row: Option<&[u8]>,
    ) {
        self.out.rows += found.rows;
        self.out.matched |= found.matched;
        self.out.single = single;
        self.out.row_hashes.extend(row_hashes);
        if self.extractors.0[index].row_places && found.rows > 0 {
            self.out.last_row = last_row.and_then(|row| serde_json::from_slice(row).ok());
        }
    }

    /// What is looked for in a document; a resource without a path looks into a row, which is one JSON value.
    fn shapes(&mut self, index: usize, document: Option<&[u8]>) -> Result<&'a Shapes, Fault> {
        let extractor = &self.extractors.0[index];
        let shapes = &extractor.shapes[self.form.index()];
        if let Some(shapes) = shapes.get() {
            return Ok(shapes);
        }
        let resource = &self.plan.resources[index];
        let is_answer = resource.fetch.is_some();
        let selector = match (&resource.selector, document) {
            (Selector::Path(path), _) => path.clone(),
            (Selector::Auto, _) if is_answer && *self.form != Form::Json => Path::root(),
            (Selector::Auto, document) => {
                let document = document.unwrap_or_default();
                let path = auto::choose(resource, document)?;
                self.out.chosen.push((index, path.text().to_owned()));
                path
            }
        };
        Ok(shapes.get_or_init(|| Shapes::new(self.plan, extractor, selector, self.form)))
    }

    /// Rows on their way to the table of a resource: the transform, then the columns.
    fn rows(
        &mut self,
        index: usize,
        combination: usize,
        rows: Vec<Row<'_>>,
        found: Found,
    ) -> Result<(), Fault> {
        let resource = &self.plan.resources[index];
        let rows = match &resource.transform {
            Some(_) => self.transformed(index, combination, rows)?,
            None => rows,
        };
        let shape = &self.shapes(index, None)?.columns;
        let (texts, parents): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.text, row.parent)).unzip();
        let page = decode_rows(texts.iter().map(AsRef::as_ref), shape)
            .map_err(|error| fault::decode(resource, self.body, &error))?;
        self.finish(index, page, combination, found, &parents, &texts)
    }

    fn transformed<'r>(
        &self,
        index: usize,
        combination: usize,
        rows: Vec<Row<'r>>,
    ) -> Result<Vec<Row<'r>>, Fault> {
        let resource = &self.plan.resources[index];
        let Some(program) = &resource.transform else { return Ok(rows) };
        let each = serde_json::to_string(&resource.combinations[combination].each).unwrap_or_default();
        let common = Variables {
            body: Some(self.body).filter(|_| *self.form == Form::Json),
            each: Some(each.as_bytes()),
            inputs: Some(&self.page.facts.inputs_json),
            run: Some(&self.page.facts.run_json),
            ..Variables::default()
        };
        let mut out = Vec::with_capacity(rows.len());
        // Rows of one parent share its variables.
        let of_parent = program.uses().parent;
        let mut rows = rows.into_iter().peekable();
        while let Some(first) = rows.next() {
            let parent = first.parent.clone();
            let mut group = vec![first];
            while let Some(next) =
                rows.next_if(|next| !of_parent || same_parent(next.parent.as_ref(), parent.as_ref()))
            {
                group.push(next);
            }
            let parent_json = parent.filter(|_| of_parent).map(|parent| parent.row.to_string());
            let variables = Variables { parent: parent_json.as_deref().map(str::as_bytes), ..common };
            let texts: Vec<&[u8]> = group.iter().map(|row| row.text.as_ref()).collect();
            let results =
                program.run(&texts, &variables).map_err(|error| fault::program(resource, &error))?;
            for (row, results) in group.into_iter().zip(results) {
                out.extend(
                    results
                        .into_iter()
                        .map(|text| Row { text: Cow::Owned(text), parent: row.parent.clone() }),
                );
            }
        }
        Ok(out)
    }

    /// The end of the way of a page's rows: added columns, rows for children, rows for resources without a path.
    fn finish(
        &mut self,
        index: usize,
        mut page: Page,
        combination: usize,
        found: Found,
        parents: &[Option<Arc<RowContext>>],
        texts: &[Cow<'_, [u8]>],
    ) -> Result<(), Fault> {
        let (extractor, resource) = (&self.extractors.0[index], &self.plan.resources[index]);
        let written = resource.combinations[combination].table.is_some();
        let mut contexts = self.contexts(index, &page, parents);
        if !resource.add.is_empty() {
            self.add(index, combination, &mut page, parents, &mut contexts)?;
        }
        self.out.writes.push(Write {
            resource: index,
            combination,
            found: found.rows,
            matched: found.matched,
            duplicates: found.duplicates + page.duplicates,
            columns: written.then_some(page.columns),
        });
        if !extractor.feeds {
            return Ok(());
        }
        let contexts: Vec<Arc<RowContext>> = contexts.into_iter().map(Arc::new).collect();
        for &child in &extractor.children {
            for below in below(&self.plan.resources[child], combination) {
                self.seed(child, below, &contexts);
            }
        }
        for &inner in &extractor.inner {
            for below in below(&self.plan.resources[inner], combination) {
                self.inner(inner, below, texts, &contexts)?;
            }
        }
        Ok(())
    }

    /// Rows that walks of a child start from, after those of the same page that are there already.
    fn seed(&mut self, child: usize, combination: usize, rows: &[Arc<RowContext>]) {
        let known =
            self.out.seeds.iter_mut().find(|seeds| seeds.child == child && seeds.combination == combination);
        match known {
            Some(seeds) => seeds.rows.extend_from_slice(rows),
            None => self.out.seeds.push(Seeds { child, combination, rows: rows.to_vec() }),
        }
    }

    /// The rows of a resource without a path: out of each row above.
    fn inner(
        &mut self,
        index: usize,
        combination: usize,
        texts: &[Cow<'_, [u8]>],
        contexts: &[Arc<RowContext>],
    ) -> Result<(), Fault> {
        let resource = &self.plan.resources[index];
        let mut rows = Vec::new();
        let mut found = Found { rows: 0, matched: texts.is_empty(), duplicates: 0 };
        for (text, context) in texts.iter().zip(contexts) {
            let shapes = self.shapes(index, Some(text))?;
            let (selected, one) = shapes.select(resource, text, None)?;
            check_match(resource, shapes, one.matched, text)?;
            found.rows += one.rows;
            found.matched |= one.matched;
            found.duplicates += one.duplicates;
            rows.extend(selected.into_iter().map(|text| Row { text, parent: Some(context.clone()) }));
        }
        if texts.is_empty() && self.extractors.0[index].shapes[self.form.index()].get().is_none() {
            return Ok(());
        }
        self.rows(index, combination, rows, found)
    }

    /// What descendants, and `add`, may see of each row.
    fn contexts(&self, index: usize, page: &Page, parents: &[Option<Arc<RowContext>>]) -> Vec<RowContext> {
        let extractor = &self.extractors.0[index];
        if !extractor.feeds && extractor.kept.is_empty() {
            return Vec::new();
        }
        let of = |row: usize| {
            let mut fields = Value::Object(Map::new());
            for (tap, field) in extractor.kept.iter().enumerate() {
                if let Some(value) =
                    page.row_taps.get(row, tap).and_then(|text| serde_json::from_slice(text).ok())
                {
                    set(&mut fields, field, value);
                }
            }
            let above = parents.get(row).cloned().flatten();
            RowContext { resource: index, row: fields, parent: above }
        };
        (0..parents.len()).map(of).collect()
    }

    fn add(
        &self,
        index: usize,
        combination: usize,
        page: &mut Page,
        parents: &[Option<Arc<RowContext>>],
        contexts: &mut [RowContext],
    ) -> Result<(), Fault> {
        let (resource, plan) = (&self.plan.resources[index], self.plan);
        let written = resource.combinations[combination].table.is_some();
        let varies = !contexts.is_empty()
            || parents.windows(2).any(|pair| !same_parent(pair[0].as_ref(), pair[1].as_ref()));
        let rows = if varies { parents.len() } else { parents.len().min(1) };
        for (name, template) in &resource.add {
            let mut values = Vec::with_capacity(rows);
            for (row, parent) in parents.iter().enumerate().take(rows) {
                let own = contexts.get(row).map(|context| &context.row);
                let each = &resource.combinations[combination].each;
                let value = with_scopes(plan, self.page.facts, parent.as_ref(), each, |scopes| {
                    template.fill_column(&restload_spec::Scopes { row: own, ..*scopes })
                });
                let value = value.map_err(|error| fault::column(resource, name, row, &error))?;
                if let Some(Value::Object(fields)) = contexts.get_mut(row).map(|context| &mut context.row) {
                    fields.insert(name.clone(), value.clone());
                }
                values.push(value.to_string());
            }
            if !written {
                continue;
            }
            let added = if varies {
                page.columns.add_values(name, values.iter().map(|value| Some(value.as_bytes())))
            } else {
                let value = values.first().map_or(&b"null"[..], |value| value.as_bytes());
                page.columns.add_constant(name, value)
            };
            added.map_err(|error| fault::decode(resource, self.body, &error))?;
        }
        Ok(())
    }
}

fn same_parent(one: Option<&Arc<RowContext>>, other: Option<&Arc<RowContext>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

fn is_one_object(rows: &[Cow<'_, [u8]>], found: Found) -> bool {
    found.rows == 1 && rows.first().is_some_and(|row| row.first() == Some(&b'{'))
}

/// Puts a value at the end of a line of names.
fn set(object: &mut Value, field: &[String], value: Value) {
    match field {
        [] => *object = value,
        [name, rest @ ..] => {
            if !object.is_object() {
                *object = Value::Object(Map::new());
            }
            if let Value::Object(fields) = object {
                set(fields.entry(name.clone()).or_insert(Value::Null), rest, value);
            }
        }
    }
}
