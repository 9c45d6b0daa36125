//! What was left open, read back: walks with their pages, tables with their parts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use restload_spec::plan::Plan;
use restload_store::{ClosedPart, LeftOpen, LoadId};
use restload_table::{PartInfo, TableSchema};

use super::entries::{Checkpoint, GoneKept, PageSeeds, PartKept, RangeKept, Stand};
use super::found::FoundKept;
use super::packed::Fresh;
use super::share::Share;

/// All that was left open; empty for a load that begins.
#[derive(Default)]
pub(crate) struct Taken {
    walks: Mutex<HashMap<(usize, u128), TakenWalk>>,
    pub(crate) selected: Vec<(usize, String)>,
    pub(crate) paged: Vec<(usize, FoundKept)>,
    pub(crate) checkpoints: u64,
}

/// A walk that was left open, or done.
pub(crate) struct TakenWalk {
    pub(crate) pages: Vec<TakenPage>,
    pub(crate) stand: Stand,
    pub(crate) shares: Vec<(usize, Share)>,
    /// Not all of its rows are there: why.
    pub(crate) lost: Option<String>,
}

/// A page that was durable.
pub(crate) struct TakenPage {
    pub(crate) n: u64,
    pub(crate) slice: usize,
    pub(crate) asked: u128,
    /// The table, the number of the part among those of the table, and the rows in it.
    pub(crate) rows: Vec<(usize, usize, RangeKept)>,
    pub(crate) gone: Vec<GoneKept>,
    pub(crate) seeds: PageSeeds,
    pub(crate) fresh: Fresh,
}

/// What was left of a table.
#[derive(Default)]
pub(crate) struct TakenTable {
    pub(crate) schema: TableSchema,
    pub(crate) as_text: BTreeSet<String>,
    pub(crate) parts: Vec<(PartInfo, ClosedPart)>,
}

/// The checkpoints of a load: those after one that cannot be read, or is missing, tell nothing.
pub(crate) fn checkpoints(left: &LeftOpen) -> Vec<Checkpoint> {
    let read = left.checkpoints.iter().map(|text| serde_json::from_str::<Checkpoint>(text.get()).ok());
    let read = read.zip(1..).map_while(|(checkpoint, n)| checkpoint.filter(|checkpoint| checkpoint.n == n));
    read.collect()
}

impl Taken {
    /// Puts together what checkpoints say. `gone` are parts that are not there any more.
    pub(crate) fn read(
        plan: &Plan,
        load: &LoadId,
        checkpoints: Vec<Checkpoint>,
        gone: &BTreeSet<u32>,
    ) -> (Self, Vec<TakenTable>) {
        let mut taken = Self { checkpoints: checkpoints.len() as u64, ..Self::default() };
        let mut tables: Vec<TakenTable> = plan.tables.iter().map(|_| TakenTable::default()).collect();
        let mut places: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        let mut walks: HashMap<(usize, u128), TakenWalk> = HashMap::new();
        for checkpoint in checkpoints {
            for part in checkpoint.parts.into_iter().filter(|part| !gone.contains(&part.number)) {
                if let Some(table) = tables.get_mut(part.table) {
                    places.insert(part.number, (part.table, table.parts.len()));
                    table.parts.push(opened(load, part, table.parts.len()));
                }
            }
            for changed in checkpoint.tables {
                if let Some(table) = tables.get_mut(changed.table) {
                    table.schema = changed.schema;
                    table.as_text = changed.as_text.into_iter().collect();
                }
            }
            for walk in checkpoint.walks {
                let Ok(key) = u128::from_str_radix(&walk.key, 16) else { continue };
                let known = walks.entry((walk.resource, key)).or_insert_with(|| TakenWalk {
                    pages: Vec::new(),
                    stand: walk.stand.clone(),
                    shares: Vec::new(),
                    lost: None,
                });
                if walk.anew {
                    known.pages.clear();
                    known.lost = None;
                }
                (known.stand, known.shares) = (walk.stand, walk.shares);
                for page in walk.pages {
                    let mut rows = Vec::with_capacity(page.rows.len());
                    for range in page.rows {
                        match places.get(&range.part) {
                            Some(&(table, part)) => rows.push((table, part, range)),
                            None => {
                                let part = range.part;
                                known.lost.get_or_insert_with(|| {
                                    format!("part {part} is not there any more as it was")
                                });
                            }
                        }
                    }
                    known.pages.push(TakenPage {
                        n: page.n,
                        slice: page.slice,
                        asked: u128::from_str_radix(&page.asked, 16).unwrap_or_default(),
                        rows,
                        gone: page.gone,
                        seeds: page.seeds,
                        fresh: page.fresh,
                    });
                }
            }
            taken.selected = checkpoint.selected;
            taken.paged = checkpoint.paged;
        }
        taken.walks = Mutex::new(walks);
        (taken, tables)
    }

    /// Takes what was left of a walk.
    pub(crate) fn take(&self, resource: usize, key: u128) -> Option<TakenWalk> {
        self.walks.lock().unwrap_or_else(PoisonError::into_inner).remove(&(resource, key))
    }
}

fn opened(load: &LoadId, part: PartKept, number: usize) -> (PartInfo, ClosedPart) {
    let info = PartInfo { number, rows: part.rows, bytes: part.bytes, schema: Arc::new(part.schema) };
    let closed =
        ClosedPart { load: load.clone(), number: part.number, bytes: part.bytes, sha256: part.sha256 };
    (info, closed)
}
