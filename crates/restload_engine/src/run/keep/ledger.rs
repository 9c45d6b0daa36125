//! What came since the last checkpoint.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::RwLock;
use xxhash_rust::xxh3::Xxh3;

use super::entries::{GoneKept, PageSeeds, Stand};
use super::packed::{Fresh, Packed};
use super::share::Share;

/// Notes pages and walks until a checkpoint makes them durable.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// How much time is between checkpoints; none: nothing is kept of this load.
    every: Option<Duration>,
    /// Pages are written under the one side of it, and a checkpoint is made under the other: it sees pages whole.
    pub(crate) gate: RwLock<()>,
    noted: Mutex<Noted>,
    salt: u64,
}

/// What came since the last checkpoint.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    /// Checkpoints so far.
    pub(crate) count: u64,
    last: Duration,
    due: bool,
    /// What was taken for a checkpoint is not durable, and has so many rows: until it is, none can follow.
    taken: Option<u64>,
    /// Rows that came since.
    rows: u64,
    /// Rows that checkpoints of this process tell of.
    kept: u64,
    pub(crate) walks: HashMap<(usize, u128), WalkNote>,
    /// The walks that began anew: what checkpoints of another process say of them holds no longer.
    pub(crate) anew: HashSet<(usize, u128)>,
}

/// What came of one walk.
#[derive(Debug)]
pub(crate) struct WalkNote {
    pub(crate) pages: Vec<PageNote>,
    pub(crate) stand: Stand,
    pub(crate) shares: Vec<(usize, Share)>,
}

/// A page that is written.
#[derive(Debug, Default)]
pub(crate) struct PageNote {
    /// Its number over all slices.
    pub(crate) n: u64,
    pub(crate) slice: usize,
    pub(crate) asked: u128,
    pub(crate) rows: Vec<RangeNote>,
    pub(crate) gone: Vec<GoneKept>,
    pub(crate) seeds: PageSeeds,
    pub(crate) fresh: Fresh,
}

/// Rows in a line in a part that is still open.
#[derive(Debug)]
pub(crate) struct RangeNote {
    pub(crate) table: usize,
    /// The number of the part among those of its table.
    pub(crate) part: usize,
    pub(crate) row: u64,
    pub(crate) rows: u64,
    pub(crate) resource: usize,
    pub(crate) combination: usize,
    pub(crate) piece: usize,
    pub(crate) cursors: Packed,
}

impl Ledger {
    pub(crate) fn new(every: Option<Duration>, salt: u64, count: u64, now: Duration) -> Self {
        let noted = Noted { count, last: now, ..Noted::default() };
        Self { every, gate: RwLock::new(()), noted: Mutex::new(noted), salt }
    }

    /// Whether the load is kept.
    pub(crate) fn is_on(&self) -> bool {
        self.every.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a hash that goes into the journal. It is salted, so that it tells nothing of what it was made of.
    pub(crate) fn hasher(&self) -> Xxh3 {
        Xxh3::with_seed(self.salt)
    }

    /// What is told of the content of a page.
    pub(crate) fn content(&self, rows: &[u64]) -> String {
        let mut hasher = self.hasher();
        for row in rows {
            hasher.update(&row.to_le_bytes());
        }
        format!("{:032x}", hasher.digest128())
    }

    /// Notes a page, or where a walk is now.
    pub(crate) fn note(
        &self,
        walk: (usize, u128),
        page: Option<PageNote>,
        stand: Stand,
        shares: Vec<(usize, Share)>,
    ) {
        if !self.is_on() {
            return;
        }
        let mut noted = self.lock();
        noted.rows += page.iter().flat_map(|page| &page.rows).map(|range| range.rows).sum::<u64>();
        match noted.walks.get_mut(&walk) {
            Some(known) => {
                known.pages.extend(page);
                (known.stand, known.shares) = (stand, shares);
            }
            None => {
                noted.walks.insert(walk, WalkNote { pages: page.into_iter().collect(), stand, shares });
            }
        }
    }

    /// A walk that was left open begins anew. Until a checkpoint tells something of it, it is as it was left.
    pub(crate) fn begins_anew(&self, walk: (usize, u128)) {
        self.lock().anew.insert(walk);
    }

    /// A checkpoint is wanted soon, whatever the time.
    pub(crate) fn wants_checkpoint(&self) {
        self.lock().due = true;
    }

    /// A checkpoint is wanted soon, unless there was one just now.
    pub(crate) fn wants_checkpoint_soon(&self, now: Duration) {
        let mut noted = self.lock();
        noted.due |= self.every.is_some_and(|every| now.saturating_sub(noted.last) >= every / 10);
    }

    /// Whether it is time for a checkpoint, and there is something to say.
    pub(crate) fn is_due(&self, now: Duration) -> bool {
        let Some(every) = self.every else { return false };
        let noted = self.lock();
        noted.taken.is_none()
            && !noted.walks.is_empty()
            && (noted.due || now.saturating_sub(noted.last) >= every)
    }

    /// Whether there is something to say.
    pub(crate) fn has_news(&self) -> bool {
        let noted = self.lock();
        self.is_on() && noted.taken.is_none() && !noted.walks.is_empty()
    }

    /// How many rows are durable by checkpoints of this process.
    pub(crate) fn kept(&self) -> u64 {
        self.lock().kept
    }

    /// How many checkpoints there are.
    pub(crate) fn count(&self) -> u64 {
        self.lock().count
    }

    /// Takes what came, for a checkpoint.
    pub(crate) fn take(&self, now: Duration) -> Noted {
        let mut noted = self.lock();
        noted.last = now;
        noted.due = false;
        noted.taken = Some(std::mem::take(&mut noted.rows));
        let walks = std::mem::take(&mut noted.walks);
        let (anew, waiting) =
            std::mem::take(&mut noted.anew).into_iter().partition(|walk| walks.contains_key(walk));
        noted.anew = waiting;
        Noted { count: noted.count, walks, anew, ..Noted::default() }
    }

    /// A checkpoint is durable.
    pub(crate) fn made(&self, n: u64) {
        let mut noted = self.lock();
        noted.count = n;
        noted.kept += noted.taken.take().unwrap_or(0);
    }
}
