//! Lists within rows that become tables of their own: their keys are distinct over all rows too.

use restload_spec::plan::{ResourcePlan, Selector};
use restload_spec::{Step, spec::Resource};
use serde_json::Value;

use crate::steps::{At, get, plain, put};
use crate::vary::Pool;

/// A list within the rows of a resource.
#[derive(Debug)]
pub(crate) struct Nested {
    at: At,
    keys: Vec<(String, Pool)>,
    /// The most items that it has in one row.
    width: u64,
}

impl Nested {
    /// The list that a resource without a path takes out of rows; none where its items are told apart by more than
    /// themselves, or are made into something else.
    pub(crate) fn find(plan: &ResourcePlan, written: &Resource, rows: &[Value]) -> Option<Self> {
        let Selector::Path(path) = &plan.selector else { return None };
        let at = plain(path.steps()).filter(|at| !at.is_empty())?;
        let columns = written.primary_key.as_deref().unwrap_or_default();
        let is_own = |column: &String| plan.add.iter().all(|(added, _)| added != column);
        if plan.transform.is_some() || columns.is_empty() || !columns.iter().all(is_own) {
            return None;
        }
        let lists = || rows.iter().filter_map(|row| get(row, &at)?.as_array());
        let keys = columns.iter().map(|column| {
            let values = lists().flatten().filter_map(|item| item.get(column)).cloned();
            (column.clone(), Pool::new(values.collect(), 0))
        });
        let keys = keys.collect();
        let width = lists().map(|items| items.len() as u64).max().unwrap_or(0);
        Some(Self { at, keys, width })
    }

    /// Makes the keys of a row's items distinct; `nth` counts the rows beyond the sample.
    pub(crate) fn vary(&self, row: &mut Value, nth: u64) {
        let count = get(row, &self.at).and_then(Value::as_array).map_or(0, Vec::len);
        for index in 0..count {
            let item: At = self.at.iter().cloned().chain([Step::Index(index)]).collect();
            for (column, pool) in &self.keys {
                let at: At = item.iter().cloned().chain([Step::Key(column.clone())]).collect();
                if let Some(old) = get(row, &at).filter(|old| !old.is_null()) {
                    let new = pool.beyond(old, nth.saturating_mul(self.width) + index as u64 + 1);
                    put(row, &at, new);
                }
            }
        }
    }
}
