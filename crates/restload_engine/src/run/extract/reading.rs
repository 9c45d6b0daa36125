//! The reading of one answer: rows through transform and `add` to columns, and rows for those that come after.

use super::increment::Chosen;
use super::shapes::{Found, Shapes, check_lines, check_match};
use super::{
    Discarded, Extracted, Extractors, Form, Gone, PageContext, Reader, RowPath, Seeds, Write, below,
};
use crate::run::auto;
use crate::run::context::RowContext;
use crate::run::fault::{self, Fault};
use crate::run::scopes::with_scopes;
use restload_spec::plan::{Plan, ResourcePlan, Selector, ValueTemplate};
use restload_spec::{Path, Step, Variables, signs};
use restload_table::{Page, decode, decode_rows};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// A row on its way.
pub(super) struct Row<'b> {
    pub(super) text: Cow<'b, [u8]>,
    pub(super) parent: Option<Arc<RowContext>>,
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
        let (extractor, resource) = (&self.extractors.all[index], &self.plan.resources[index]);
        let reader = extractor.reader();
        let shapes = self.shapes(index, reader, self.body)?;
        let written = resource.combinations[self.page.combination].table.is_some();
        let direct = extractor.row_path(resource, shapes.plain, written) == RowPath::OnePass;
        let shape = match (direct, written) {
            (true, true) => &shapes.columns,
            (true, false) => &shapes.tapped,
            (false, _) => &shapes.bare,
        };
        let page = decode(self.body, shape).map_err(|error| fault::decode(resource, self.body, &error))?;
        self.out.values = reader.values(resource, self.body, self.form, &page)?;
        if self.page.looks_outside {
            let is_row = *self.form != Form::Json
                || page.single && resource.transform.is_none() && shapes.selector == Path::root();
            let rows_at = keys_of(&shapes.selector);
            let body = if is_row { Value::Null } else { signs::outside_rows(self.body, &rows_at) };
            self.out.outside = Some((rows_at, body));
        }
        let parent = self.page.parent.clone();
        check_lines(resource, shapes, page.missed_line, self.body)?;
        if direct {
            check_match(resource, shapes, page.matched, self.body)?;
            let found = Found { rows: page.rows, matched: page.matched, duplicates: 0 };
            let hashes = page.row_hashes.clone();
            self.note_page(index, found, page.single, hashes, page.last_row.as_deref());
            let texts = if extractor.inner.is_empty() {
                Vec::new()
            } else {
                page.row_ranges.iter().map(|range| Cow::Borrowed(&self.body[range.clone()])).collect()
            };
            let parents = vec![parent; page.rows];
            return self.finish(index, page, self.page.combination, found, &parents, (&texts, Vec::new()));
        }
        let single = page.single;
        let (rows, found) = shapes.select(resource, self.body, self.form, Some(page))?;
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
        if self.extractors.all[index].reader().places.last_row && found.rows > 0 {
            self.out.last_row = last_row.and_then(|row| serde_json::from_slice(row).ok());
        }
    }

    /// What is looked for in a document; a resource without a path looks into a row, which is one JSON value.
    pub(super) fn shapes(
        &mut self,
        index: usize,
        reader: &'a Reader,
        document: &[u8],
    ) -> Result<&'a Shapes, Fault> {
        let extractor = &self.extractors.all[index];
        let shapes = reader.shapes_of(self.form);
        if let Some(shapes) = shapes.get() {
            return Ok(shapes);
        }
        let resource = &self.plan.resources[index];
        let is_answer = resource.fetch.is_some();
        let selector = match (&resource.selector, extractor.first.shapes_of(self.form).get()) {
            (_, Some(known)) => known.selector.clone(),
            (Selector::Path(path), None) => path.clone(),
            (Selector::Auto, None) if is_answer && *self.form != Form::Json => Path::root(),
            (Selector::Auto, None) => {
                let path = auto::choose(resource, document)?;
                self.out.chosen.push((index, path.text().to_owned()));
                path
            }
        };
        Ok(shapes.get_or_init(|| Shapes::new(self.plan, extractor, reader, selector, self.form)))
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
        let (rows, gone) = self.take_gone(index, combination, rows)?;
        let shape = &self.shapes(index, self.extractors.all[index].reader(), b"")?.columns;
        let (texts, parents): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.text, row.parent)).unzip();
        let page = decode_rows(texts.iter().map(AsRef::as_ref), shape)
            .map_err(|error| fault::decode(resource, self.body, &error))?;
        self.finish(index, page, combination, found, &parents, (&texts, gone))
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
        (texts, gone): (&[Cow<'_, [u8]>], Vec<Gone>),
    ) -> Result<(), Fault> {
        let (extractor, resource) = (&self.extractors.all[index], &self.plan.resources[index]);
        let written = resource.combinations[combination].table.is_some();
        let mut contexts = self.contexts(index, &page, parents);
        let discarded = self.hold(index, combination, &mut page, texts)?;
        if !resource.add.is_empty() {
            self.add(index, combination, &mut page, parents, &mut contexts)?;
        }
        let rows = parents.len();
        let mut chosen = match self.page.judge {
            Some(judge) if resource.incremental.is_some() => {
                self.choose(index, combination, judge, &page, &contexts, texts)?
            }
            _ => Chosen::default(),
        };
        if chosen.drops() && written {
            page = self.without(index, combination, &chosen, parents, texts)?;
        }
        self.out.writes.push(Write {
            resource: index,
            combination,
            found: found.rows,
            matched: found.matched,
            duplicates: found.duplicates + page.duplicates,
            columns: written.then_some(page.columns),
            gone,
            cursors: std::mem::take(&mut chosen.cursors),
            discarded,
        });
        if !extractor.feeds {
            return Ok(());
        }
        let contexts: Vec<Arc<RowContext>> = contexts.into_iter().map(Arc::new).collect();
        let changed = |resource: &ResourcePlan| resource.parent.as_ref().is_some_and(|parent| parent.changed);
        for &child in &extractor.children {
            let resource = &self.plan.resources[child];
            let rows = chosen.for_child(changed(resource), &contexts);
            for below in below(resource, combination) {
                self.seed(child, below, rows.clone());
            }
        }
        for &inner in &extractor.inner {
            let resource = &self.plan.resources[inner];
            let of_changed = changed(resource) && rows == texts.len();
            let (texts, contexts) =
                (chosen.for_child(of_changed, texts), chosen.for_child(of_changed, &contexts));
            for below in below(resource, combination) {
                self.inner(inner, below, &texts, &contexts)?;
            }
        }
        Ok(())
    }

    /// Rows that walks of a child start from, after those of the same page that are there already.
    fn seed(&mut self, child: usize, combination: usize, rows: Vec<Arc<RowContext>>) {
        let known =
            self.out.seeds.iter_mut().find(|seeds| seeds.child == child && seeds.combination == combination);
        match known {
            Some(seeds) => seeds.rows.extend(rows),
            None => self.out.seeds.push(Seeds { child, combination, rows }),
        }
    }

    /// Brings the columns of a page to the contract of its table.
    fn hold(
        &mut self,
        index: usize,
        combination: usize,
        page: &mut Page,
        texts: &[Cow<'_, [u8]>],
    ) -> Result<Discarded, Fault> {
        let (extractors, resource) = (self.extractors, &self.plan.resources[index]);
        let table = resource.combinations[combination].table;
        let Some(contract) = table.and_then(|table| extractors.contract(table)) else {
            return Ok(Discarded::new());
        };
        let shapes = self.shapes(index, self.extractors.all[index].reader(), b"")?;
        let again = || match texts {
            // Rows that became columns in one pass were not kept.
            [] => shapes.select(resource, self.body, self.form, None).map(|(rows, _)| rows),
            texts => Ok(texts.to_vec()),
        };
        contract.hold(resource, &mut page.columns, &shapes.columns, again)
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
            let shapes = self.shapes(index, self.extractors.all[index].reader(), text)?;
            let (selected, one) = shapes.select(resource, text, &Form::Json, None)?;
            check_match(resource, shapes, one.matched, text)?;
            found.rows += one.rows;
            found.matched |= one.matched;
            found.duplicates += one.duplicates;
            rows.extend(selected.into_iter().map(|text| Row { text, parent: Some(context.clone()) }));
        }
        if texts.is_empty() && self.extractors.all[index].reader().shapes_of(self.form).get().is_none() {
            return Ok(());
        }
        self.rows(index, combination, rows, found)
    }

    /// What descendants, and `add`, may see of each row.
    pub(super) fn contexts(
        &self,
        index: usize,
        page: &Page,
        parents: &[Option<Arc<RowContext>>],
    ) -> Vec<RowContext> {
        let extractor = &self.extractors.all[index];
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

    pub(super) fn add(
        &self,
        index: usize,
        combination: usize,
        page: &mut Page,
        parents: &[Option<Arc<RowContext>>],
        contexts: &mut [RowContext],
    ) -> Result<(), Fault> {
        let resource = &self.plan.resources[index];
        let written = resource.combinations[combination].table.is_some();
        let is_dropped = |name: &str| {
            resource.drop.iter().any(|path| matches!(path.steps(), Some([Step::Key(key)]) if key == name))
        };
        for (name, template) in &resource.add {
            let values = self.added(index, combination, (name, template), parents, contexts)?;
            // A column that is there for the cursor, or for children, may be dropped as any other.
            if !written || is_dropped(name) {
                continue;
            }
            let added = match values {
                Added::OfRows(values) => {
                    page.columns.add_values(name, values.iter().map(|value| Some(value.as_bytes())))
                }
                Added::Constant(value) => page.columns.add_constant(name, value.as_bytes()),
            };
            added.map_err(|error| fault::decode(resource, self.body, &error))?;
        }
        Ok(())
    }

    /// The values of an added column, which the rows' contexts hold from now on.
    pub(super) fn added(
        &self,
        index: usize,
        combination: usize,
        (name, template): (&str, &ValueTemplate),
        parents: &[Option<Arc<RowContext>>],
        contexts: &mut [RowContext],
    ) -> Result<Added, Fault> {
        let (resource, plan) = (&self.plan.resources[index], self.plan);
        let varies = !contexts.is_empty()
            || parents.windows(2).any(|pair| !same_parent(pair[0].as_ref(), pair[1].as_ref()));
        let rows = if varies { parents.len() } else { parents.len().min(1) };
        let each = &resource.combinations[combination].each;
        let mut values = Vec::with_capacity(rows);
        for (row, parent) in parents.iter().enumerate().take(rows) {
            let own = contexts.get(row).map(|context| &context.row);
            let value = with_scopes(plan, self.page.facts, parent.as_ref(), each, |scopes| {
                template.fill_column(&restload_spec::Scopes { row: own, ..*scopes })
            });
            let value = value.map_err(|error| fault::column(resource, name, row, &error))?;
            if let Some(Value::Object(fields)) = contexts.get_mut(row).map(|context| &mut context.row) {
                fields.insert(name.to_owned(), value.clone());
            }
            values.push(value.to_string());
        }
        if varies {
            return Ok(Added::OfRows(values));
        }
        Ok(Added::Constant(values.pop().unwrap_or_else(|| "null".to_owned())))
    }
}

/// The JSON text of an added column.
pub(super) enum Added {
    /// Of each row.
    OfRows(Vec<String>),
    /// The same in all rows.
    Constant(String),
}

/// The keys that lead to the rows: those of the path up to its first other step.
fn keys_of(selector: &Path) -> Vec<String> {
    let keys = selector.steps().unwrap_or_default().iter().map_while(|step| match step {
        Step::Key(name) => Some(name.clone()),
        Step::Index(_) | Step::Wildcard => None,
    });
    keys.collect()
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
