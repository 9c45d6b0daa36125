//! The rows of a page become walks of the children, one by one or in batches.

use restload_spec::plan::OnMissing;

use super::{Batches, PlacedRow, Seed, Walk};
use crate::run::context::Position as RowPosition;
use crate::run::fields::of_batch;
use crate::run::keep::PageSeeds;

impl Walk {
    /// Gives the rows of a page to the walks that start from them.
    pub(super) fn hand_down(&self, batches: &mut Batches, page: u64, seeds: &PageSeeds) {
        for (seeds, rows) in seeds.children(self.seed.parent.as_ref()) {
            let batch = self.run.plan.resources[seeds.child].parent.as_ref().and_then(|parent| parent.batch);
            let Some(size) = batch else {
                for (index, row) in rows.into_iter().enumerate() {
                    let position = self.place_of(page, index);
                    self.run.queue_walk(
                        seeds.child,
                        Seed {
                            combination: seeds.combination,
                            parent: Some(row),
                            batch: Vec::new(),
                            position,
                            key: 0,
                        },
                    );
                }
                continue;
            };
            let waiting = batches.entry((seeds.child, seeds.combination)).or_default();
            let placed = rows.into_iter().enumerate().map(|(index, row)| (self.place_of(page, index), row));
            waiting.extend(self.whole_rows(seeds.child, placed.collect()));
            while waiting.len() >= size {
                let rest = waiting.split_off(size);
                let batch = std::mem::replace(waiting, rest);
                self.queue_batch(seeds.child, seeds.combination, batch);
            }
        }
    }

    /// The rows that have all values that a request for a batch of them needs; where `on_missing_parent: skip` says so, the
    /// others are left out and counted.
    fn whole_rows(&self, child: usize, mut rows: Vec<PlacedRow>) -> Vec<PlacedRow> {
        let resource = &self.run.plan.resources[child];
        if resource.parent.as_ref().is_none_or(|parent| parent.on_missing == OnMissing::Error) {
            return rows;
        }
        let fields = of_batch(resource);
        let given = rows.len();
        rows.retain(|(_, row)| {
            fields.iter().all(|field| {
                let value = field.iter().try_fold(&row.row, |value, name| value.get(name));
                value.is_some_and(|value| !value.is_null())
            })
        });
        self.run.tallies[child].lock().report.skipped_parents += (given - rows.len()) as u64;
        rows
    }

    pub(super) fn flush_batches(&self, batches: &mut Batches) {
        for ((child, combination), rows) in std::mem::take(batches) {
            if !rows.is_empty() {
                self.queue_batch(child, combination, rows);
            }
        }
    }

    fn queue_batch(&self, child: usize, combination: usize, rows: Vec<PlacedRow>) {
        let position =
            rows.first().map_or_else(|| self.seed.position.clone(), |(position, _)| position.clone());
        let batch = rows.into_iter().map(|(_, row)| row).collect();
        self.run.queue_walk(child, Seed { combination, parent: None, batch, position, key: 0 });
    }

    /// The position of a walk that starts from a row of a page. The row is counted over all rows of the page that start walks
    /// of the child, in the order of the answer, so that the page comes before it.
    fn place_of(&self, page: u64, index: usize) -> RowPosition {
        self.seed.position.iter().copied().chain([page, index as u64]).collect()
    }
}
