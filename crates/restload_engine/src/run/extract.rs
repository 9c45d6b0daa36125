//! From the bytes of one answer to rows: columns for tables, fields for children, values for the paginator.
//!
//! Nothing here waits or writes: a page is read as a pure function of its bytes, on whatever thread. A page that turns out
//! broken leaves nothing behind.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use restload_spec::plan::{OnMissing, Plan, ResourcePlan, Selector};
use restload_spec::{Path, Variables};
use restload_table::{Columns, Page, Shape, Step, count_duplicates, decode, decode_rows};
use serde_json::{Map, Value};

use super::auto;
use super::context::{Position, RowContext, position_below};
use super::declare;
use super::fault::{self, Fault};
use super::fields::{Field, Kept};
use super::places;
use super::scopes::{RunFacts, with_scopes};

/// How the pages of one resource are read; compiled once a run.
pub(crate) struct Extractor {
    resource: usize,
    kept: Vec<Field>,
    feeds: bool,
    places: Vec<Path>,
    /// One of the places is no plain path: the whole body is parsed for it.
    whole_body: bool,
    row_places: bool,
    shapes: OnceLock<Shapes>,
    /// Resources without a path whose rows stand in the rows of this one.
    inner: Vec<usize>,
    /// Resources with a path that are asked for by the rows of this one.
    children: Vec<usize>,
}

/// The compiled paths, known once the selector is.
struct Shapes {
    selector: Path,
    /// The selector is made of keys, indices and wildcards: one pass finds the rows.
    plain: bool,
    columns: Shape,
    tapped: Shape,
    bare: Shape,
}

/// What one answer held.
#[derive(Default)]
pub(crate) struct Extracted {
    /// Rows as the selector found them.
    pub(crate) rows: usize,
    /// The only match was one object.
    pub(crate) single: bool,
    /// The selector matched something.
    pub(crate) matched: bool,
    /// Of each row's bytes.
    pub(crate) row_hashes: Vec<u64>,
    /// What the places of the paginator held, by their text.
    pub(crate) values: HashMap<String, Vec<Value>>,
    /// The last row as it came.
    pub(crate) last_row: Option<Value>,
    /// Rows for tables, one entry per resource.
    pub(crate) writes: Vec<Write>,
    /// Rows that children start from.
    pub(crate) seeds: Vec<Seeds>,
    /// Selectors that were found out on this page: the resource and the path.
    pub(crate) chosen: Vec<(usize, String)>,
}

/// Rows of one page of one resource.
pub(crate) struct Write {
    pub(crate) resource: usize,
    pub(crate) combination: usize,
    pub(crate) found: usize,
    pub(crate) matched: bool,
    pub(crate) duplicates: u64,
    /// None where the resource has no table.
    pub(crate) columns: Option<Columns>,
}

/// Rows of one page that the walks of a child start from.
pub(crate) struct Seeds {
    pub(crate) child: usize,
    pub(crate) combination: usize,
    pub(crate) rows: Vec<Arc<RowContext>>,
}

/// Where a page stands.
pub(crate) struct PageContext<'a> {
    pub(crate) facts: &'a RunFacts,
    pub(crate) combination: usize,
    /// The row above, unless rows come in batches.
    pub(crate) parent: Option<Arc<RowContext>>,
    /// The position of the page.
    pub(crate) position: Position,
}

/// A row on its way.
struct Row<'b> {
    text: Cow<'b, [u8]>,
    parent: Option<Arc<RowContext>>,
}

/// Rows as JSON text.
type Texts<'b> = Vec<Cow<'b, [u8]>>;

/// What a selector found.
#[derive(Clone, Copy)]
struct Found {
    rows: usize,
    matched: bool,
    duplicates: u64,
}

/// The extractors of all resources.
pub(crate) struct Extractors(Vec<Extractor>);

impl Extractors {
    pub(crate) fn new(plan: &Plan, kept: &[Kept]) -> Self {
        let hangs_on = |index: usize, other: usize| {
            plan.resources[other].parent.as_ref().is_some_and(|parent| parent.resource == index)
        };
        let of = |index: usize, fetched: bool| {
            (0..plan.resources.len())
                .filter(move |&other| {
                    hangs_on(index, other) && plan.resources[other].fetch.is_some() == fetched
                })
                .collect::<Vec<_>>()
        };
        let extractors = plan.resources.iter().enumerate().map(|(index, resource)| {
            let places = places::of_body(resource);
            Extractor {
                resource: index,
                kept: kept[index].fields(),
                feeds: !of(index, true).is_empty() || !of(index, false).is_empty(),
                whole_body: places.iter().any(|place| place.steps().is_none() || !place.is_singular()),
                row_places: places::uses_last_row(resource),
                places,
                shapes: OnceLock::new(),
                inner: of(index, false),
                children: of(index, true),
            }
        });
        Self(extractors.collect())
    }

    pub(crate) fn children(&self, index: usize) -> Vec<usize> {
        let extractor = &self.0[index];
        let inner = extractor.inner.iter().flat_map(|&inner| self.children(inner));
        extractor.children.iter().copied().chain(inner).collect()
    }

    /// The resource and those without a path below it.
    pub(crate) fn family(&self, index: usize) -> Vec<usize> {
        let inner = self.0[index].inner.iter().flat_map(|&inner| self.family(inner));
        std::iter::once(index).chain(inner).collect()
    }

    /// Reads one answer of a resource that has a path.
    pub(crate) fn extract(
        &self,
        plan: &Plan,
        index: usize,
        body: &[u8],
        page: &PageContext<'_>,
    ) -> Result<Extracted, Fault> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let mut reading = Reading { extractors: self, plan, body, page, out: Extracted::default() };
        reading.answer(index)?;
        Ok(reading.out)
    }
}

/// The reading of one answer.
struct Reading<'a> {
    extractors: &'a Extractors,
    plan: &'a Plan,
    body: &'a [u8],
    page: &'a PageContext<'a>,
    out: Extracted,
}

impl<'a> Reading<'a> {
    fn answer(&mut self, index: usize) -> Result<(), Fault> {
        let (extractor, resource) = (&self.extractors.0[index], &self.plan.resources[index]);
        let shapes = self.shapes(index, self.body)?;
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
        self.out.values = extractor.values(resource, self.body, &page)?;
        let parent = self.page.parent.clone();
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
        let (rows, found) = shapes.select(resource, self.body, Some(page))?;
        check_match(resource, shapes, found.matched, self.body)?;
        let single = if shapes.plain { single } else { is_one_object(&rows, found) };
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
        self.out.rows = found.rows;
        self.out.matched = found.matched;
        self.out.single = single;
        self.out.row_hashes = row_hashes;
        if self.extractors.0[index].row_places {
            self.out.last_row = last_row.and_then(|row| serde_json::from_slice(row).ok());
        }
    }

    fn shapes(&mut self, index: usize, document: &[u8]) -> Result<&'a Shapes, Fault> {
        let extractor = &self.extractors.0[index];
        if let Some(shapes) = extractor.shapes.get() {
            return Ok(shapes);
        }
        let resource = &self.plan.resources[index];
        let selector = match &resource.selector {
            Selector::Path(path) => path.clone(),
            Selector::Auto => {
                let path = auto::choose(resource, document)?;
                self.out.chosen.push((index, path.text().to_owned()));
                path
            }
        };
        Ok(extractor.shapes.get_or_init(|| Shapes::new(self.plan, extractor, selector)))
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
        let shape = &self.shapes(index, b"")?.columns;
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
            body: Some(self.body),
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
                self.out.seeds.push(Seeds { child, combination: below, rows: contexts.clone() });
            }
        }
        for &inner in &extractor.inner {
            for below in below(&self.plan.resources[inner], combination) {
                self.inner(inner, below, texts, &contexts)?;
            }
        }
        Ok(())
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
            let shapes = self.shapes(index, text)?;
            let (selected, one) = shapes.select(resource, text, None)?;
            check_match(resource, shapes, one.matched, text)?;
            found.rows += one.rows;
            found.matched |= one.matched;
            found.duplicates += one.duplicates;
            rows.extend(selected.into_iter().map(|text| Row { text, parent: Some(context.clone()) }));
        }
        if texts.is_empty() && self.extractors.0[index].shapes.get().is_none() {
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
            let position = match &above {
                Some(above) if self.plan.resources[index].fetch.is_none() => &above.position,
                _ => &self.page.position,
            };
            RowContext {
                resource: index,
                row: fields,
                position: position_below(position, row as u64),
                parent: above,
            }
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

impl Extractor {
    /// What the places of the paginator hold.
    fn values(
        &self,
        resource: &ResourcePlan,
        body: &[u8],
        page: &Page,
    ) -> Result<HashMap<String, Vec<Value>>, Fault> {
        if self.whole_body {
            let whole: Value =
                serde_json::from_slice(body).map_err(|error| fault::whole_body(resource, &error))?;
            let select = |path: &Path| path.select(&whole).into_iter().cloned().collect();
            return Ok(self.places.iter().map(|path| (path.text().to_owned(), select(path))).collect());
        }
        let value = |text: Option<&[u8]>| text.and_then(|text| serde_json::from_slice(text).ok());
        let values = self.places.iter().enumerate();
        Ok(values
            .map(|(n, path)| (path.text().to_owned(), value(page.taps[n].as_deref()).into_iter().collect()))
            .collect())
    }
}

impl Shapes {
    fn new(plan: &Plan, extractor: &Extractor, selector: Path) -> Self {
        let resource = &plan.resources[extractor.resource];
        let steps = |path: &Path| -> Option<Vec<Step>> { path.steps().map(declare::steps) };
        let mut shape = Shape::builder();
        if !extractor.whole_body {
            for place in &extractor.places {
                shape = shape.tap(&steps(place).unwrap_or_default());
            }
        }
        let plain = selector.steps().is_some();
        if let Some(steps) = steps(&selector) {
            shape = shape.rows(&steps);
        }
        let bare = shape.clone().rows_only(true).build();
        for field in &extractor.kept {
            shape = shape.row_tap(&declare::field_steps(field));
        }
        let tapped = shape.clone().rows_only(true).build();
        for path in resource.drop.iter().filter_map(steps) {
            shape = shape.drop_path(&path);
        }
        for (name, _) in &resource.add {
            shape = shape.added(name);
        }
        let columns = declare::columns(shape, plan, resource).build();
        Self { selector, plain, columns, tapped, bare }
    }

    /// The rows that the selector finds in a document; `page` is what one pass over it found, if that was made.
    fn select<'b>(
        &self,
        resource: &ResourcePlan,
        document: &'b [u8],
        page: Option<Page>,
    ) -> Result<(Texts<'b>, Found), Fault> {
        if self.plain {
            let page = match page {
                Some(page) => page,
                None => {
                    decode(document, &self.bare).map_err(|error| fault::decode(resource, document, &error))?
                }
            };
            let rows = page.row_ranges.iter().map(|range| Cow::Borrowed(&document[range.clone()])).collect();
            // A program sees the last of two keys only; rows without one are counted when they become columns.
            let twice = if resource.transform.is_some() { duplicates(&rows) } else { 0 };
            return Ok((rows, Found { rows: page.rows, matched: page.matched, duplicates: twice }));
        }
        let whole: Value =
            serde_json::from_slice(document).map_err(|error| fault::whole_body(resource, &error))?;
        let matches = self.selector.select(&whole);
        let mut rows = Vec::new();
        for found in &matches {
            match found {
                Value::Null => {}
                Value::Array(items) => {
                    rows.extend(items.iter().map(|item| Cow::Owned(item.to_string().into_bytes())));
                }
                other => rows.push(Cow::Owned(other.to_string().into_bytes())),
            }
        }
        let found = Found {
            rows: rows.len(),
            matched: !matches.is_empty(),
            duplicates: count_duplicates(document).unwrap_or(0),
        };
        Ok((rows, found))
    }
}

/// Nothing where the rows should be is an error unless the author says otherwise.
fn check_match(
    resource: &ResourcePlan,
    shapes: &Shapes,
    matched: bool,
    document: &[u8],
) -> Result<(), Fault> {
    if matched || resource.on_missing_data == OnMissing::Accept {
        return Ok(());
    }
    Err(fault::missing_data(resource, shapes.selector.text(), document))
}

/// The combinations of a resource that belong to one of its parent.
pub(crate) fn below(resource: &ResourcePlan, combination: usize) -> impl Iterator<Item = usize> + use<'_> {
    let combinations = resource.combinations.iter().enumerate();
    combinations.filter(move |(_, below)| below.parent == combination).map(|(index, _)| index)
}

fn duplicates(rows: &Texts<'_>) -> u64 {
    rows.iter().filter_map(|row| count_duplicates(row).ok()).sum()
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
