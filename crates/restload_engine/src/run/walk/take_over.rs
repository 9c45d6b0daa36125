//! A walk that another process began: done ones are not asked again, and of an open one the last durable page is asked for and
//! compared before it goes on.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use restload_spec::CursorValue;
use restload_spec::plan::PaginatorKind;
use restload_table::Placed;

use super::decide::Decision;
use super::keep::unhex;
use super::{Batches, Broken, Resumed, State, Walk};
use crate::paginate::{self, Patch, Progress};
use crate::run::extract::Gone;
use crate::run::increment::Progression;
use crate::run::keep::{At, PageStand, RequestKept, Sum, TakenPage, TakenWalk};
use crate::run::sink::{Chunk, Order, Tomb};
use crate::transport::strip_auth;

/// Where a walk begins in this process.
#[derive(Default)]
pub(super) struct Start {
    pub(super) slice: usize,
    pub(super) pages: u64,
    pub(super) progression: Progression,
    pub(super) resumed: Option<Resumed>,
    /// There is nothing left of it to be asked.
    pub(super) done: bool,
}

/// The rows of a walk that is taken over, by table.
type Confirmed = HashMap<usize, (Vec<Chunk>, Vec<Tomb>)>;

impl Walk {
    /// What was left of the walk.
    pub(super) async fn taken(&self) -> Result<Option<TakenWalk>, Broken> {
        let (resource, key) = (self.resource, self.seed.key);
        if !self.run.taken.has(resource, key) {
            return Ok(None);
        }
        let run = self.run.clone();
        self.run.blocking(move || run.taken.take(&run.load, resource, key)).await
    }

    /// Takes over what was left of the walk. `slices` are the walk itself, or the parts of its range.
    pub(super) async fn take_over(
        self: &Arc<Self>,
        taken: Option<TakenWalk>,
        slices: &[Arc<Self>],
    ) -> Result<Start, Broken> {
        let sorted = self.plan().incremental.as_ref().and_then(|plan| plan.sorted);
        let begin = || Start { progression: Progression::new(sorted), ..Start::default() };
        let Some(taken) = taken else { return Ok(begin()) };
        match self.sound(taken, slices).await? {
            Ok(start) => Ok(start),
            Err(why) => {
                self.run.began_anew(self.resource, &format!("{why}{}", self.who()));
                self.run.ledger.begins_anew((self.resource, self.seed.key));
                Ok(begin())
            }
        }
    }

    /// The error is why it begins anew.
    async fn sound(
        self: &Arc<Self>,
        taken: TakenWalk,
        slices: &[Arc<Self>],
    ) -> Result<Result<Start, String>, Broken> {
        let stand = &taken.stand;
        if let Some(why) = &taken.lost {
            return Ok(Err(why.clone()));
        }
        if stand.withheld {
            return Ok(Err("a secret is among the values that it left".to_owned()));
        }
        let (Some(progression), Some(confirmed)) = (self.progression_of(&taken), self.rows_of(&taken)) else {
            return Ok(Err("what it left cannot be read".to_owned()));
        };
        let mut start = Start { slice: stand.slice, pages: stand.before, progression, ..Start::default() };
        match &stand.at {
            At::Lost(why) => return Ok(Err(why.clone())),
            At::Done => start.done = true,
            At::Begin if stand.slice < slices.len() => {}
            At::Page(page) if stand.slice < slices.len() => {
                let walk = &slices[stand.slice];
                match walk.ask_again(page, &taken, std::mem::take(&mut start.progression)).await? {
                    Ok(resumed) => start.resumed = Some(resumed),
                    Err(why) => return Ok(Err(why)),
                }
            }
            At::Begin | At::Page(_) => return Ok(Err("its range is another one".to_owned())),
        }
        self.confirm(&taken, confirmed).await;
        let left = self.replay(&taken.pages, start.resumed.as_ref().map(|_| stand.slice)).await?;
        if let Some(resumed) = &mut start.resumed {
            resumed.state.batches = left;
        }
        Ok(Ok(start))
    }

    /// How far its cursor was.
    fn progression_of(&self, taken: &TakenWalk) -> Option<Progression> {
        let Some(plan) = &self.plan().incremental else { return Some(Progression::default()) };
        let Some(reached) = &taken.stand.reached else { return Some(Progression::new(plan.sorted)) };
        let mut fresh = Vec::new();
        for page in &taken.pages {
            fresh.extend(page.fresh.rows(plan.kind())?);
        }
        Progression::kept(reached, plan.sorted, plan.kind(), fresh)
    }

    /// Where its rows are, in the order in which the walk stands now.
    fn rows_of(&self, taken: &TakenWalk) -> Option<Confirmed> {
        let plan = &self.run.plan;
        let kind = |resource: usize| {
            plan.resources.get(resource)?.incremental.as_ref().map(restload_spec::plan::IncrementalPlan::kind)
        };
        let order = |(resource, combination), page, piece| {
            let walk = self.seed.position.clone();
            Order { resource, combination, walk, page, piece }
        };
        let mut confirmed = Confirmed::new();
        for page in &taken.pages {
            for (table, part, range) in &page.rows {
                let chunk = Chunk {
                    placed: Placed { part: *part, row: range.row },
                    rows: range.rows,
                    order: order((range.resource, range.combination), page.n, range.piece),
                    cursors: range.cursors.cursors(kind(range.resource))?,
                };
                confirmed.entry(*table).or_default().0.push(chunk);
            }
            for gone in &page.gone {
                let cursor = match &gone.cursor {
                    Some(cursor) => Some(CursorValue::from_stored(cursor, kind(gone.resource)?)?),
                    None => None,
                };
                let tomb = Tomb {
                    order: order((gone.resource, gone.combination), page.n, gone.piece),
                    gone: Gone { key: unhex(&gone.key)?, cursor, before: gone.before },
                };
                confirmed.entry(gone.table).or_default().1.push(tomb);
            }
        }
        Some(confirmed)
    }

    /// From here on the rows of the walk, and its figures, are those of this load.
    async fn confirm(&self, taken: &TakenWalk, confirmed: Confirmed) {
        let run = &self.run;
        for (table, (chunks, tombs)) in confirmed {
            run.sinks[table].confirm(chunks, tombs).await;
        }
        for (resource, share) in &taken.shares {
            let Some(tally) = run.tallies.get(*resource) else { continue };
            let mut figures = tally.lock();
            share.count(&mut figures);
            figures.report.taken.rows += share.sum(Sum::RowsWritten);
        }
        {
            let mut figures = run.tallies[self.resource].lock();
            figures.report.taken.walks += 1;
            figures.report.taken.pages += taken.pages.len() as u64;
        }
        *self.shared.shares.lock().unwrap_or_else(PoisonError::into_inner) =
            taken.shares.iter().cloned().collect();
        self.shared.cut.store(taken.stand.cut, Ordering::Relaxed);
        self.shared.without_cursor.store(taken.stand.without_cursor, Ordering::Relaxed);
        let ended = taken.stand.slice > 0 || taken.stand.at == At::Done;
        if let Some(identity) = self.identity.filter(|_| ended) {
            run.note_walk(self.resource, self.seed.combination, identity, !taken.stand.cut);
        }
    }

    /// Starts the walks of children from the pages that were durable, as when they came. Gives the rows that wait for a batch in
    /// the slice that is still open.
    async fn replay(&self, pages: &[TakenPage], open: Option<usize>) -> Result<Batches, Broken> {
        let mut batches = Batches::new();
        if self.run.extractors.children(self.resource).is_empty() {
            return Ok(batches);
        }
        let mut slice = 0;
        for page in pages {
            if page.slice != slice {
                self.flush_batches(&mut batches);
                slice = page.slice;
            }
            if !page.seeds.is_empty() {
                self.run.gate(self.resource).await?;
                self.hand_down(&mut batches, page.n, &page.seeds);
            }
        }
        if open != Some(slice) {
            self.flush_batches(&mut batches);
        }
        Ok(batches)
    }

    /// Asks for the last durable page and compares it with what it was. The error is why the walk begins anew.
    async fn ask_again(
        self: &Arc<Self>,
        stand: &PageStand,
        taken: &TakenWalk,
        progression: Progression,
    ) -> Result<Result<Resumed, String>, Broken> {
        let Some(fetch) = &self.plan().fetch else { return Ok(Err("it has no request".to_owned())) };
        let Some((base, _)) = self.start(fetch)? else { return Ok(Err("it has no request".to_owned())) };
        let (pages, rows, total) = stand.progress;
        let page = taken.stand.before + pages;
        let Ok(patch) = stand.request.patch() else {
            return Ok(Err(format!("what asks for page {page} cannot be read")));
        };
        let (mut parts, mut linked) = (base.clone(), false);
        if let Some(patch) = patch {
            linked = matches!(patch, Patch::Url(_));
            parts =
                paginate::apply(&patch, &base, &base.url, fetch.paginator.keep_params, &self.run.redactor)
                    .map_err(|error| self.blame_pager(fetch, &error.to_string(), ""))?;
            strip_auth(&mut parts.url, &self.plan().auth);
        }
        self.run.gate(self.resource).await?;
        let fetched = match Box::pin(self.clone().fetch(parts, linked)).await {
            Err(Broken::Failed(fault)) if matches!(fault.rule, "request-refused" | "not-found") => {
                return Ok(Err(format!("page {page} is refused now: {}", fault.message)));
            }
            fetched => fetched?,
        };
        if let Some((_, what)) = &fetched.ruled {
            return Ok(Err(format!("page {page} is answered otherwise now: {what}")));
        }
        let mut answer = fetched.answer;
        if self.run.ledger.content(&answer.row_hashes) != stand.content {
            return Ok(Err(format!("page {page} is not what it was")));
        }
        let decision = match self.run.found[self.resource].get() {
            Some(found) if pages > 1 => Decision::Made(found.clone()),
            None if pages > 1 && matches!(fetch.paginator.kind, PaginatorKind::Auto { .. }) => {
                return Ok(Err("how its pages are followed is not known any more".to_owned()));
            }
            _ => Decision::Open,
        };
        let before =
            (answer.rows > 0).then(|| (std::mem::take(&mut answer.row_hashes), fetched.shown.clone()));
        let of_slice = taken.pages.iter().filter(|page| page.slice == taken.stand.slice);
        let state = State {
            base,
            position: stand.position.clone(),
            decision,
            progress: Progress { pages, rows, total },
            pages_before: taken.stand.before,
            progression,
            asked: of_slice.map(|page| (page.asked, page.n - taken.stand.before)).collect(),
            asked_by: RequestKept::First,
            first_total: stand.first_total,
            stride: stand.stride,
            skipped: 0,
            cut: stand.cut,
            before,
            ahead: None,
            window: std::collections::VecDeque::new(),
            may_run_ahead: stand.may_run_ahead,
            resumes: true,
            batches: Batches::new(),
        };
        Ok(Ok(Resumed { state, answer, shown: fetched.shown }))
    }
}
