//! From the bytes of one answer to rows: columns for tables, fields for children, values for the paginator.
//!
//! Nothing here waits or writes: a page is read as a pure function of its bytes, on whatever thread. A page that turns out
//! broken leaves nothing behind.

mod contract;
mod form;
mod gone;
mod increment;
mod reading;
mod shapes;

use crate::run::context::RowContext;
use crate::run::fault::{self, Fault};
use crate::run::fields::{Field, Kept};
use crate::run::increment::{Judge, Judged};
use crate::run::places::Places;
use crate::run::scopes::RunFacts;
pub(crate) use contract::{Contract, Discarded};
pub(crate) use form::Form;
pub(crate) use gone::Gone;
use reading::Reading;
use restload_spec::plan::{IncrementalPlan, Plan, ResourcePlan};
use restload_spec::{CursorValue, Path};
use restload_table::{Columns, CsvLayout, CsvPiece, CsvRows, Page};
use serde_json::Value;
use shapes::Shapes;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// How the pages of one resource are read; compiled once a run.
pub(crate) struct Extractor {
    resource: usize,
    kept: Vec<Field>,
    feeds: bool,
    first: Reader,
    /// Takes the place of `first` when the paginator is found out.
    pinned: OnceLock<Reader>,
    /// Resources without a path whose rows stand in the rows of this one.
    inner: Vec<usize>,
    /// Resources with a path that are asked for by the rows of this one.
    children: Vec<usize>,
}

/// The way of rows from the text of an answer to columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowPath {
    /// One pass over the answer, straight into columns.
    OnePass,
    /// Each row is found in one pass, and read into columns in another.
    RowByRow,
    /// Values are built in memory: of the whole answer for a selector, of each row for a transform.
    Values,
}

/// What is looked at in an answer besides its rows.
struct Reader {
    places: Places,
    /// By form.
    shapes: [OnceLock<Shapes>; 3],
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
    /// What the answer says besides its rows, and the keys that lead to them, where that is asked for.
    pub(crate) outside: Option<(Vec<String>, Value)>,
    /// Which rows are new, where the resource has an increment.
    pub(crate) judged: Judged,
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
    /// Rows that are marked as gone.
    pub(crate) gone: Vec<Gone>,
    /// The cursors of the rows, where the later of a key is told by them.
    pub(crate) cursors: Vec<CursorValue>,
    /// Values that the table's contract leaves out.
    pub(crate) discarded: Discarded,
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
    /// What the answer says besides its rows is asked for.
    pub(crate) looks_outside: bool,
    /// What is new of the rows; none: all of them.
    pub(crate) judge: Option<&'a Judge>,
}

/// The extractors of all resources.
pub(crate) struct Extractors {
    all: Vec<Extractor>,
    /// Of each table, what it may not become.
    contracts: Vec<Option<Contract>>,
}

impl Extractors {
    pub(crate) fn new(plan: &Plan, kept: &[Kept], contracts: Vec<Option<Contract>>) -> Self {
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
            let paginator = resource.fetch.as_ref().map(|fetch| &fetch.paginator);
            Extractor {
                resource: index,
                kept: kept[index].fields(),
                feeds: !of(index, true).is_empty() || !of(index, false).is_empty(),
                first: Reader::new(Places::new(
                    paginator,
                    resource.total.as_ref(),
                    resource.incremental.as_ref().and_then(IncrementalPlan::token),
                )),
                pinned: OnceLock::new(),
                inner: of(index, false),
                children: of(index, true),
            }
        });
        Self { all: extractors.collect(), contracts }
    }

    /// What a table may not become.
    pub(crate) fn contract(&self, table: usize) -> Option<&Contract> {
        self.contracts[table].as_ref()
    }

    /// The extractor of one resource.
    pub(crate) fn of(&self, index: usize) -> &Extractor {
        &self.all[index]
    }

    /// From now on these places are looked at in the answers of a resource.
    pub(crate) fn pin(&self, index: usize, places: Places) {
        // The first to find out wins.
        let _ = self.all[index].pinned.set(Reader::new(places));
    }

    pub(crate) fn children(&self, index: usize) -> Vec<usize> {
        let extractor = &self.all[index];
        let inner = extractor.inner.iter().flat_map(|&inner| self.children(inner));
        extractor.children.iter().copied().chain(inner).collect()
    }

    /// The resource and those without a path below it.
    pub(crate) fn family(&self, index: usize) -> Vec<usize> {
        let inner = self.all[index].inner.iter().flat_map(|&inner| self.family(inner));
        std::iter::once(index).chain(inner).collect()
    }

    /// Reads one answer of a resource that has a path.
    pub(crate) fn extract(
        &self,
        plan: &Plan,
        index: usize,
        body: &[u8],
        form: &Form,
        page: &PageContext<'_>,
    ) -> Result<Extracted, Fault> {
        let out = Extracted::default();
        if let Form::Csv(layout, encoding) = form {
            let text = form::csv_text(&plan.resources[index], body, encoding.as_deref())?;
            let reading = Reading { extractors: self, plan, body: b"[]", form, page, out };
            return Self::extract_csv(reading, index, &text, layout);
        }
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let mut reading = Reading { extractors: self, plan, body, form, page, out };
        match (reading.answer(index), form) {
            (Ok(()), _) => Ok(reading.out),
            (Err(fault), Form::Lines) if fault.rule == "not-json" || fault.rule == "row-not-object" => {
                Err(Box::new(
                    fault.note("the answer is read line by line, as `jsonl`: each line is a JSON value"),
                ))
            }
            (Err(fault), _) => Err(fault),
        }
    }

    /// Reads CSV piece by piece, each as an answer that is a list of rows.
    fn extract_csv(
        mut reading: Reading<'_>,
        index: usize,
        text: &str,
        layout: &CsvLayout,
    ) -> Result<Extracted, Fault> {
        let resource = &reading.plan.resources[index];
        form::check_places(resource, &reading.extractors.all[index].reader().places)?;
        let fault = |error| form::csv_fault(resource, &error);
        let mut rows = match CsvRows::new(text, layout) {
            Err(error) if form::is_nothing(resource, &error) => return Ok(reading.out),
            rows => rows.map_err(fault)?,
        };
        let mut first = true;
        loop {
            let piece = match rows.next_piece().map_err(fault)? {
                Some(piece) => piece,
                None if first => CsvPiece { json: b"[]".to_vec(), rows: 0, line: 1 },
                None => return Ok(reading.out),
            };
            let mut part = reading.of_piece(&piece.json);
            let read = part.answer(index);
            reading.out = part.out;
            read.map_err(|fault| {
                let counted = format!("rows are counted from line {} of the answer", piece.line);
                if first { fault } else { Box::new(fault.note(counted)) }
            })?;
            first = false;
        }
    }
}

impl Extractor {
    /// The way of the resource's rows, once its selector is known to be plain or not. Rows that become columns are not kept
    /// as text, which resources without a path and `deleted` need.
    pub(crate) fn row_path(&self, resource: &ResourcePlan, plain: bool, written: bool) -> RowPath {
        if !plain || resource.transform.is_some() {
            RowPath::Values
        } else if resource.fetch.is_none()
            || (written && (!self.inner.is_empty() || resource.deleted.is_some()))
        {
            RowPath::RowByRow
        } else {
            RowPath::OnePass
        }
    }

    /// Whether all of the body is parsed for the paginator.
    pub(crate) fn needs_whole_body(&self) -> bool {
        self.reader().places.whole_body
    }

    fn reader(&self) -> &Reader {
        self.pinned.get().unwrap_or(&self.first)
    }
}

impl Reader {
    fn new(places: Places) -> Self {
        Self { places, shapes: Default::default() }
    }

    /// The paths that were compiled for answers of a form.
    fn shapes_of(&self, form: &Form) -> &OnceLock<Shapes> {
        &self.shapes[form.index()]
    }

    /// What the places of the paginator hold.
    fn values(
        &self,
        resource: &ResourcePlan,
        body: &[u8],
        form: &Form,
        page: &Page,
    ) -> Result<HashMap<String, Vec<Value>>, Fault> {
        if self.places.whole_body {
            let mut values: HashMap<String, Vec<Value>> = HashMap::new();
            for (_, document) in form.documents(body) {
                let whole: Value =
                    serde_json::from_slice(document).map_err(|error| fault::whole_body(resource, &error))?;
                for path in &self.places.of_body {
                    let found = path.select(&whole).into_iter().cloned();
                    values.entry(path.text().to_owned()).or_default().extend(found);
                }
            }
            return Ok(values);
        }
        let value = |text: Option<&[u8]>| text.and_then(|text| serde_json::from_slice(text).ok());
        let values = self.places.of_body.iter().enumerate();
        Ok(values
            .map(|(n, path)| (path.text().to_owned(), value(page.taps[n].as_deref()).into_iter().collect()))
            .collect())
    }
}

/// Whether one pass over the text follows a selector: it is made of keys, indices and wildcards. What `auto` finds is.
pub(crate) fn is_plain(selector: &Path) -> bool {
    selector.steps().is_some()
}

/// The combinations of a resource that belong to one of its parent.
pub(crate) fn below(resource: &ResourcePlan, combination: usize) -> impl Iterator<Item = usize> + use<'_> {
    let combinations = resource.combinations.iter().enumerate();
    combinations.filter(move |(_, below)| below.parent == combination).map(|(index, _)| index)
}
