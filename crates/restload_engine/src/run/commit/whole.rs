//! Whether the rows above a table's walks all came, so that what is not among them is gone.

use std::collections::HashSet;

use restload_spec::plan::{Disposition, Plan};

use crate::report::{Outcome, ResourceReport};
use crate::run::fields::ancestors;
use crate::run::identity::resource_mark;

/// The resources of a table whose parents were read whole.
#[derive(Debug, Default, Clone)]
pub(super) struct Whole {
    resources: HashSet<u32>,
    /// All of the table's are among them, and none of their walks was cut.
    pub(super) is_all: bool,
}

impl Whole {
    /// Of the resources of a table, those whose parents were read whole.
    pub(super) fn of(plan: &Plan, table: usize, outcome: &Outcome, limited: bool) -> Self {
        let table = &plan.tables[table];
        if limited || table.disposition != Disposition::MergeWalks {
            return Self::default();
        }
        let whole: Vec<usize> = table
            .resources
            .iter()
            .copied()
            .filter(|&resource| above(plan, resource).all(|above| is_whole(plan, above, outcome)))
            .collect();
        let uncut = |&resource: &usize| is_uncut(&outcome.resources[walker(plan, resource)]);
        Self {
            is_all: whole.len() == table.resources.len() && whole.iter().all(uncut),
            resources: whole.iter().map(|&resource| resource_mark(&plan.resources[resource].name)).collect(),
        }
    }

    /// Whether the parents of a resource's walks were read whole.
    pub(super) fn has(&self, resource: u32) -> bool {
        self.resources.contains(&resource)
    }
}

/// The first resource of a table that is read for batches of rows, where those rows did not all come: batches are others then,
/// and none takes the place of an earlier one.
pub(super) fn broken_batches(plan: &Plan, table: usize, outcome: &Outcome) -> Option<usize> {
    let table = &plan.tables[table];
    if table.disposition != Disposition::MergeWalks {
        return None;
    }
    table.resources.iter().map(|&resource| walker(plan, resource)).find(|&resource| {
        let batched = plan.resources[resource].parent.as_ref().is_some_and(|parent| parent.batch.is_some());
        batched && !ancestors(plan, resource).all(|above| is_whole(plan, above, outcome))
    })
}

/// The resource whose walks give the rows: the nearest with a path.
fn walker(plan: &Plan, resource: usize) -> usize {
    let mut line = std::iter::once(resource).chain(ancestors(plan, resource));
    line.find(|&index| plan.resources[index].fetch.is_some()).unwrap_or(resource)
}

fn above(plan: &Plan, resource: usize) -> impl Iterator<Item = usize> {
    ancestors(plan, walker(plan, resource))
}

/// What is incremental may have left out rows that are there all the same.
fn is_whole(plan: &Plan, resource: usize, outcome: &Outcome) -> bool {
    let report = &outcome.resources[resource];
    plan.resources[resource].incremental.is_none() && is_uncut(report) && report.doubts.is_empty()
}

fn is_uncut(report: &ResourceReport) -> bool {
    !report.failed && report.skipped.is_none() && report.skipped_pages == 0 && report.cut_walks == 0
}
