//! What is new, from the server's side: a list that is asked for from one cursor up to another gives the rows between, and
//! where the API promises an order, in that order.
//!
//! Rows whose cursor is a moment are made for the year before the sandbox began, so that a range of the last days has rows.
//! A cursor that only a `transform` makes, a bound within a text and a token of the API are not understood: then all rows come.

use std::sync::Arc;

use restload_spec::plan::{CursorPlan, IncrementalPlan};
use restload_spec::spec::Sorted;
use restload_spec::{CursorFormat, CursorKind, CursorValue, RequestPlace, Step};
use serde_json::Value;

use crate::api::{Api, Fetched};
use crate::asked::{Asked, Spot};
use crate::steps::{At, get, put};
use crate::vary::{later, made_until};

/// The lists of rows that are kept for the pages that follow.
const KEPT: usize = 64;

/// The rows of a walk that are within a range, in the order in which they are given.
pub(crate) type Within = Arc<Vec<u64>>;

/// What a request says about the range.
struct Range {
    start: Option<CursorValue>,
    /// The first cursor that is not asked for.
    end: Option<CursorValue>,
    sorted: Option<Sorted>,
    /// As it came, to know the list again on the next page.
    text: String,
}

impl Api {
    /// The rows of a walk that a request with bounds gets; none where it gets all of them as they are.
    pub(crate) fn within(
        &self,
        endpoint: usize,
        fetched: &Fetched,
        walk: usize,
        asked: &Asked,
    ) -> Option<(Within, String)> {
        let plan = self.endpoints[endpoint].plan.incremental.as_ref()?;
        let at = cursor_at(plan)?;
        let range = Range::of(plan, asked)?;
        let key = (endpoint, walk, range.text.clone());
        if let Some(known) = self.ranges().get(&key) {
            return Some((known.clone(), range.text));
        }
        let mut rows: Vec<(Option<CursorValue>, u64)> = (0..self.count(endpoint, fetched, walk))
            .map(|row| {
                (get(&self.row(endpoint, fetched, walk, row), &at).and_then(|value| plan.read(value)), row)
            })
            .filter(|(cursor, _)| range.holds(cursor.as_ref()))
            .collect();
        match range.sorted {
            Some(Sorted::Asc) => rows.sort(),
            Some(Sorted::Desc) => rows.sort_by(|one, other| other.cmp(one)),
            None => {}
        }
        let rows: Within = Arc::new(rows.into_iter().map(|(_, row)| row).collect());
        let mut ranges = self.ranges();
        if ranges.len() >= KEPT {
            ranges.clear();
        }
        ranges.insert(key, rows.clone());
        Some((rows, range.text))
    }

    /// Moves the cursor of a made-up row by as much as the sandbox began after the moments that rows are made for.
    pub(crate) fn to_this_day(&self, endpoint: usize, row: &mut Value) {
        let Some(plan) = self.endpoints[endpoint].plan.incremental.as_ref() else { return };
        let seconds = self.now.as_second().div_euclid(86_400) * 86_400 - made_until();
        if plan.kind() != CursorKind::Moment || seconds <= 0 {
            return;
        }
        let moved = cursor_at(plan).and_then(|at| {
            let value = get(row, &at)?;
            let seconds = match plan.formats.iter().find(|format| format.read(value).is_some())? {
                CursorFormat::UnixMs => seconds * 1000,
                _ => seconds,
            };
            Some((later(value, seconds)?, at))
        });
        if let Some((value, at)) = moved {
            put(row, &at, value);
        }
    }
}

impl Range {
    fn of(plan: &IncrementalPlan, asked: &Asked) -> Option<Self> {
        let text = |place: Option<&RequestPlace>| asked.texts(&Spot::of(place?)).into_iter().next();
        let read = |text: &String| {
            let value = Value::from(text.as_str());
            plan.param_format.read(&value).or_else(|| plan.read(&value))
        };
        let (start, end) = (text(plan.start_param.as_ref()), text(plan.end_param.as_ref()));
        let until = end.as_ref().and_then(read);
        let range = Self {
            start: start.as_ref().and_then(read),
            end: match plan.inclusive_end {
                Some(grain) => until.map(|end| grain.from(&end, 1)),
                None => until,
            },
            sorted: plan.sorted,
            text: format!("{}\u{1e}{}", start.unwrap_or_default(), end.unwrap_or_default()),
        };
        (range.start.is_some() || range.end.is_some() || range.sorted.is_some()).then_some(range)
    }

    /// A row without a cursor is in every range.
    fn holds(&self, cursor: Option<&CursorValue>) -> bool {
        let Some(cursor) = cursor else { return true };
        self.start.as_ref().is_none_or(|start| start <= cursor)
            && self.end.as_ref().is_none_or(|end| cursor < end)
    }
}

/// The place of the cursor in a row, where it is one.
fn cursor_at(plan: &IncrementalPlan) -> Option<At> {
    match &plan.cursor {
        CursorPlan::Row(names) => Some(names.iter().cloned().map(Step::Key).collect()),
        CursorPlan::Token(_) => None,
    }
}
