//! The rows of a page become walks of the children, one by one or in batches.

use restload_spec::plan::OnMissing;

use super::{Seed, State, Walk};
use crate::run::context::{Position as RowPosition, RowContext};
use crate::run::extract::Extracted;
use crate::run::fields::of_batch;
use std::sync::Arc;

impl Walk {
    /// Gives the rows of a page to the walks that start from them.
    pub(super) fn hand_down(&self, state: &mut State, extracted: &mut Extracted) {
        for seeds in std::mem::take(&mut extracted.seeds) {
            let batch = self.run.plan.resources[seeds.child].parent.as_ref().and_then(|parent| parent.batch);
            let Some(size) = batch else {
                for (index, row) in seeds.rows.into_iter().enumerate() {
                    let position = place_of(&row.position, state.progress.pages, index);
                    self.run.queue_walk(
                        seeds.child,
                        Seed {
                            combination: seeds.combination,
                            parent: Some(row),
                            batch: Vec::new(),
                            position,
                        },
                    );
                }
                continue;
            };
            let waiting = state.batches.entry((seeds.child, seeds.combination)).or_default();
            let rows = self.whole_rows(seeds.child, seeds.rows);
            waiting.extend(rows);
            while waiting.len() >= size {
                let rest = waiting.split_off(size);
                let batch = std::mem::replace(waiting, rest);
                self.queue_batch(seeds.child, seeds.combination, batch);
            }
        }
    }

    /// The rows that have all values that a request for a batch of them needs; where `on_missing_parent: skip` says so, the
    /// others are left out and counted.
    fn whole_rows(&self, child: usize, mut rows: Vec<Arc<RowContext>>) -> Vec<Arc<RowContext>> {
        let resource = &self.run.plan.resources[child];
        if resource.parent.as_ref().is_none_or(|parent| parent.on_missing == OnMissing::Error) {
            return rows;
        }
        let fields = of_batch(resource);
        let given = rows.len();
        rows.retain(|row| {
            fields.iter().all(|field| {
                let value = field.iter().try_fold(&row.row, |value, name| value.get(name));
                value.is_some_and(|value| !value.is_null())
            })
        });
        self.run.tallies[child].lock().report.skipped_parents += (given - rows.len()) as u64;
        rows
    }

    pub(super) fn flush_batches(&self, state: &mut State) {
        for ((child, combination), rows) in std::mem::take(&mut state.batches) {
            if !rows.is_empty() {
                self.queue_batch(child, combination, rows);
            }
        }
    }

    fn queue_batch(&self, child: usize, combination: usize, batch: Vec<Arc<RowContext>>) {
        let position = batch.first().map_or_else(|| self.seed.position.clone(), |row| row.position.clone());
        self.run.queue_walk(child, Seed { combination, parent: None, batch, position });
    }
}

/// The position of a walk below a row of a page.
fn place_of(above: &RowPosition, page: u64, index: usize) -> RowPosition {
    let mut position: Vec<u64> = above.to_vec();
    position.pop();
    position.extend([page, index as u64]);
    position.into()
}
