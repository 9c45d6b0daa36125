//! The paths of a resource, compiled once its selector is known, and the rows that it finds.

use super::{Extractor, Form, Reader, is_plain};
use crate::run::declare;
use crate::run::fault::{self, Fault};
use restload_spec::Path;
use restload_spec::plan::{OnMissing, Plan, ResourcePlan};
use restload_table::{Page, Shape, Step, count_duplicates, decode};
use serde_json::Value;
use std::borrow::Cow;

/// The compiled paths, known once the selector is.
pub(super) struct Shapes {
    pub(super) selector: Path,
    /// The selector is made of keys, indices and wildcards: one pass finds the rows.
    pub(super) plain: bool,
    pub(super) columns: Shape,
    pub(super) tapped: Shape,
    pub(super) bare: Shape,
}

/// Rows as JSON text.
pub(super) type Texts<'b> = Vec<Cow<'b, [u8]>>;

/// What a selector found.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) rows: usize,
    pub(super) matched: bool,
    pub(super) duplicates: u64,
}

impl Shapes {
    pub(super) fn new(
        plan: &Plan,
        extractor: &Extractor,
        reader: &Reader,
        selector: Path,
        form: &Form,
    ) -> Self {
        let resource = &plan.resources[extractor.resource];
        let steps = |path: &Path| -> Option<Vec<Step>> { path.steps().map(declare::steps) };
        let mut shape = Shape::builder();
        if !reader.places.whole_body {
            for place in &reader.places.of_body {
                shape = shape.tap(&steps(place).unwrap_or_default());
            }
        }
        // A resource without a path looks into rows, which are JSON values.
        let lines = *form == Form::Lines && resource.fetch.is_some();
        shape = shape.lines(lines).texts(matches!(form, Form::Csv(..)));
        let plain = is_plain(&selector);
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

    /// The rows that the selector finds in a document of this form; `page` is what one pass over it found, if that was made.
    pub(super) fn select<'b>(
        &self,
        resource: &ResourcePlan,
        document: &'b [u8],
        form: &Form,
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
        let documents = form.documents(document);
        let mut rows = Vec::new();
        let mut found = Found { rows: 0, matched: documents.is_empty(), duplicates: 0 };
        for (line, document) in documents {
            let matched = self.parse(resource, document, &mut rows)?;
            if !matched && *form == Form::Lines {
                check_line(resource, self, line, document)?;
            }
            found.matched |= matched;
            found.duplicates += count_duplicates(document).unwrap_or(0);
        }
        found.rows = rows.len();
        Ok((rows, found))
    }

    /// Parses a document as a whole, and selects in it; whether anything matched.
    fn parse(&self, resource: &ResourcePlan, document: &[u8], rows: &mut Texts<'_>) -> Result<bool, Fault> {
        let whole: Value =
            serde_json::from_slice(document).map_err(|error| fault::whole_body(resource, &error))?;
        let matches = self.selector.select(&whole);
        for found in &matches {
            match found {
                Value::Null => {}
                Value::Array(items) => {
                    rows.extend(items.iter().map(|item| Cow::Owned(item.to_string().into_bytes())));
                }
                other => rows.push(Cow::Owned(other.to_string().into_bytes())),
            }
        }
        Ok(!matches.is_empty() || self.selector.has_place(&whole))
    }
}

/// Nothing where the rows should be is an error unless the author says otherwise.
pub(super) fn check_match(
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

/// The same for each line of an answer: one in which nothing matches is not passed over.
pub(super) fn check_lines(
    resource: &ResourcePlan,
    shapes: &Shapes,
    missed: Option<usize>,
    document: &[u8],
) -> Result<(), Fault> {
    let Some(line) = missed.filter(|_| shapes.plain) else { return Ok(()) };
    let text = document.split(|byte| *byte == b'\n').nth(line - 1).unwrap_or_default();
    check_line(resource, shapes, line, text)
}

fn check_line(resource: &ResourcePlan, shapes: &Shapes, line: usize, text: &[u8]) -> Result<(), Fault> {
    check_match(resource, shapes, false, text).map_err(|fault| {
        Box::new(fault.note(format!("the answer is read line by line, and this is line {line}")))
    })
}

fn duplicates(rows: &Texts<'_>) -> u64 {
    rows.iter().filter_map(|row| count_duplicates(row).ok()).sum()
}
