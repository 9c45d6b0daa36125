//! The walks of all resources, side by side.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use restload_diag::{Diagnostic, Pointer};
use restload_spec::plan::{IncrementalPlan, OnMissing, PaginatorKind, Plan, ResourcePlan};
use restload_store::OpenLoad;
use tokio::task::JoinSet;

use super::context::{Position, RowContext};
use super::extract::{Extracted, Extractors, Write};
use super::fault::Fault;
use super::fields::{Uses, ancestors};
use super::identity::{WalkIdentity, is_by_walk};
use super::increment::Cursors;
use super::keep::{FoundKept, Ledger, Packed, PageNote, RangeNote, Share, Stand, Taken};
use super::places::Places;
use super::queue::WalkQueue;
use super::request::{self, NoRequest};
use super::scopes::{RunFacts, with_scopes};
use super::sink::{Order, Sink};
use super::stop::Stop;
use super::tally::Tally;
use super::walk::{Broken, Seed, Walk};
use crate::clock::Clock;
use crate::events::{Event, Listener};
use crate::paginate::auto::Found;
use crate::redact::Redactor;
use crate::transport::Connection;

/// Bytes that a page takes in memory for each of its bytes, by rule of thumb: its body and its columns.
const PAGE_WEIGHT: u64 = 3;

/// How often it is looked whether it is time for a checkpoint, or for the end. What time it is then is for the run's clock to say; to
/// look is not to sleep by it, which for a clock of tests is what moves the time on.
const TEND: Duration = Duration::from_millis(100);

/// All that the walks of a run share.
pub(crate) struct Run {
    pub(crate) plan: Plan,
    pub(crate) facts: RunFacts,
    pub(crate) extractors: Extractors,
    pub(crate) uses: Vec<Uses>,
    pub(crate) queues: Vec<Option<WalkQueue<Seed>>>,
    pub(crate) tallies: Vec<Tally>,
    pub(crate) depths: Vec<u32>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) sinks: Vec<Arc<Sink>>,
    pub(crate) written: Vec<AtomicU64>,
    pub(crate) chosen: std::sync::Mutex<Vec<(usize, String)>>,
    /// Paginators that were found out, by resource.
    pub(crate) found: Vec<OnceLock<Arc<Found>>>,
    /// The number of the latest request.
    pub(crate) asked: AtomicU64,
    /// That of the latest one that the API answered, with rows or otherwise.
    pub(crate) answered: AtomicU64,
    /// That of the latest one that failed as if the API were away.
    pub(crate) unanswered: AtomicU64,
    /// The paginators that have led from an answer to a next page.
    pub(crate) has_led: Vec<AtomicBool>,
    pub(crate) limit: Option<u64>,
    pub(crate) memory: usize,
    pub(crate) redactor: Redactor,
    pub(crate) listener: Arc<dyn Listener>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) stop: Stop,
    pub(crate) load: Arc<OpenLoad>,
    pub(crate) cursors: Cursors,
    pub(crate) ledger: Ledger,
    /// What another process of this load left.
    pub(crate) taken: Taken,
    /// Walks that are begun anew though there was something of them: the resource, and why.
    pub(crate) anew: std::sync::Mutex<Vec<(usize, String)>>,
    /// When the run is to end, by its clock.
    pub(crate) deadline: Option<Duration>,
    /// What made it end, where that is no walk's fault.
    pub(crate) ended_by: OnceLock<Fault>,
}

/// What is noted of a page once it is written.
pub(crate) struct Noting {
    pub(crate) walk: (usize, u128),
    pub(crate) page: PageNote,
    pub(crate) stand: Stand,
    pub(crate) shares: Vec<(usize, Share)>,
}

/// How far each resource hangs below the top.
pub(crate) fn depths(plan: &Plan) -> Vec<u32> {
    (0..plan.resources.len())
        .map(|index| u32::try_from(ancestors(plan, index).count()).unwrap_or(u32::MAX))
        .collect()
}

/// A queue for each resource that has a path, with the walks that start from nothing; equal ones are counted.
pub(crate) fn queues(plan: &Plan, tallies: &[Tally], ledger: &Ledger) -> Vec<Option<WalkQueue<Seed>>> {
    let width = plan.client.concurrency;
    let queue = |(index, resource): (usize, &ResourcePlan)| {
        resource.fetch.as_ref()?;
        let fed = resource.parent.is_some();
        let queue = WalkQueue::new(width, usize::from(fed));
        for (combination, each) in resource.combinations.iter().map(|c| c.each.to_string()).enumerate() {
            if fed {
                break;
            }
            let position: Position = [combination as u64].into();
            let mut hasher = ledger.hasher();
            hasher.update(each.as_bytes());
            let key = hasher.digest128();
            let seed = Seed { combination, parent: None, batch: Vec::new(), position, key };
            if !queue.push(key, seed) {
                tallies[index].lock().report.equal_walks += 1;
            }
        }
        Some(queue)
    };
    plan.resources.iter().enumerate().map(queue).collect()
}

impl Run {
    /// Makes all walks. Failures are in the tallies.
    pub(crate) async fn drive(self: &Arc<Self>) {
        let mut resources = JoinSet::new();
        for index in (0..self.plan.resources.len()).filter(|&index| self.queues[index].is_some()) {
            let run = self.clone();
            resources.spawn(async move { run.drive_resource(index).await });
        }
        while let Some(ended) = resources.join_next().await {
            if let Err(error) = ended
                && error.is_panic()
            {
                std::panic::resume_unwind(error.into_panic());
            }
        }
    }

    async fn drive_resource(self: Arc<Self>, index: usize) {
        let Some(queue) = &self.queues[index] else { return };
        let mut walks = JoinSet::new();
        let mut started = false;
        while let Some(seed) = queue.next().await {
            if !std::mem::replace(&mut started, true) {
                self.listener
                    .hear(&Event::ResourceStarted { resource: self.plan.resources[index].name.clone() });
            }
            let walk = Arc::new(Walk::new(self.clone(), index, seed));
            let run = self.clone();
            walks.spawn(async move {
                let made = walk.make().await;
                run.walk_ended(index, made);
            });
            while let Some(ended) = walks.try_join_next() {
                raise(ended);
            }
        }
        while let Some(ended) = walks.join_next().await {
            raise(ended);
        }
        for child in self.extractors.children(index) {
            if let Some(queue) = &self.queues[child] {
                queue.feeder_done();
            }
        }
        for member in self.extractors.family(index) {
            self.listener
                .hear(&Event::ResourceFinished { resource: self.plan.resources[member].name.clone() });
        }
    }

    fn walk_ended(&self, index: usize, made: Result<(), Broken>) {
        let given_up = match made {
            // A walk that may begin anew has done so.
            Ok(()) | Err(Broken::Restart) => false,
            Err(Broken::Failed(failure)) => self.tallies[index].lock().failed(*failure),
            Err(Broken::Stopped) => {
                let mut figures = self.tallies[index].lock();
                // The walks of a resource that is left as it is end early.
                figures.report.failed |= figures.report.skipped.is_none();
                true
            }
            Err(Broken::Skipped(why)) => {
                self.tallies[index].lock().report.skipped.get_or_insert(why);
                true
            }
        };
        if let Some(queue) = &self.queues[index] {
            if given_up {
                queue.close();
            }
            queue.done();
        }
    }

    /// Waits until the children of a resource have room for more of its rows.
    pub(crate) async fn gate(&self, index: usize) -> Result<(), Broken> {
        for child in self.extractors.children(index) {
            if let Some(queue) = &self.queues[child] {
                queue.room().await;
            }
        }
        if self.tallies[index].lock().report.skipped.is_some() {
            return Err(Broken::Stopped);
        }
        self.end_in_time();
        self.stop.check().map_err(|()| Broken::Stopped)
    }

    /// Puts a walk in the queue of its resource, unless an equal one is there or was made.
    pub(crate) fn queue_walk(&self, index: usize, mut seed: Seed) {
        let Some(queue) = &self.queues[index] else { return };
        if self.is_skipped(index, &seed) {
            self.tallies[index].lock().report.skipped_parents += 1;
            return;
        }
        seed.key = self.walk_key(index, &seed);
        if !queue.push(seed.key, seed) {
            self.tallies[index].lock().report.equal_walks += 1;
        }
    }

    /// Whether the row above lacks a value that the request needs, and `on_missing_parent: skip` takes that as no walk. It is
    /// asked before equal walks are made one, so that each row is counted.
    fn is_skipped(&self, index: usize, seed: &Seed) -> bool {
        let resource = &self.plan.resources[index];
        let skips = resource.parent.as_ref().is_some_and(|parent| parent.on_missing == OnMissing::Accept);
        if !skips || !seed.batch.is_empty() {
            return false;
        }
        let each = &resource.combinations[seed.combination].each;
        let rendered = with_scopes(&self.plan, &self.facts, seed.parent.as_ref(), each, |scopes| {
            request::render(&self.plan, resource, scopes, &self.redactor)
        });
        matches!(rendered, Err(NoRequest::Skipped))
    }

    /// The values that a walk, and all below it, use of the rows above: walks that are equal in them are one.
    fn walk_key(&self, index: usize, seed: &Seed) -> u128 {
        let mut hasher = self.ledger.hasher();
        hasher.update(self.plan.resources[index].combinations[seed.combination].each.to_string().as_bytes());
        let rows: Vec<&Arc<RowContext>> = seed.parent.iter().chain(&seed.batch).collect();
        for row in rows {
            for (ancestor, field) in &self.uses[index] {
                let Some(row) = row.lineage().find(|row| row.resource == *ancestor) else { continue };
                let value = field.iter().try_fold(&row.row, |value, name| value.get(name));
                hasher.update(value.map_or_else(String::new, ToString::to_string).as_bytes());
                hasher.update(b"\n");
            }
        }
        hasher.digest128()
    }

    /// Cuts the rows of a page to what the limit leaves; says whether it is reached.
    pub(crate) fn limit_rows(&self, index: usize, extracted: &mut Extracted) -> bool {
        let Some(limit) = self.limit else { return false };
        for write in &mut extracted.writes {
            if let Some(columns) = &mut write.columns {
                let rows = columns.rows() as u64;
                let before = self.written[write.resource].fetch_add(rows, Ordering::Relaxed);
                let left = limit.saturating_sub(before);
                if left < rows {
                    columns.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                }
            }
        }
        // A resource that serves others is read until they have enough.
        let family = self.extractors.family(index);
        let below = self.extractors.children(index);
        let serves = !below.is_empty() || family.iter().any(|&member| self.writes(member));
        let reached = serves
            && family.iter().all(|&member| self.has_enough(member, limit))
            && below.iter().all(|&child| self.is_limited(child, limit));
        if reached && let Some(queue) = &self.queues[index] {
            queue.close();
        }
        reached
    }

    fn is_limited(&self, index: usize, limit: u64) -> bool {
        self.extractors.family(index).iter().all(|&member| self.has_enough(member, limit))
            && self.extractors.children(index).iter().all(|&child| self.is_limited(child, limit))
    }

    fn has_enough(&self, index: usize, limit: u64) -> bool {
        !self.writes(index) || self.written[index].load(Ordering::Relaxed) >= limit
    }

    fn writes(&self, index: usize) -> bool {
        self.plan.resources[index].combinations.iter().any(|combination| combination.table.is_some())
    }

    /// Pages of a walk of the resource that may be on their way at once.
    pub(crate) fn width_ahead(&self, index: usize) -> usize {
        let figures = self.tallies[index].lock();
        let page = figures.report.body_bytes / figures.report.pages.max(1) * PAGE_WEIGHT;
        drop(figures);
        let fit = (self.memory as u64 / 4) / page.max(1);
        self.plan.client.concurrency.min(usize::try_from(fit).unwrap_or(usize::MAX)).max(1)
    }

    /// Writes the rows of one page.
    pub(crate) async fn write(
        self: Arc<Self>,
        writes: Vec<Write>,
        position: Position,
        page: u64,
        identity: Option<WalkIdentity>,
        noting: Option<Noting>,
    ) -> Result<(), Broken> {
        {
            let _whole = self.ledger.gate.read().await;
            let rows = self.write_rows(writes, &position, page, identity).await?;
            if let Some(Noting { walk, mut page, stand, shares }) = noting {
                page.rows = rows;
                self.ledger.note(walk, Some(page), stand, shares);
            }
        }
        self.keep_up().await.map_err(Broken::Failed)
    }

    /// Hands the rows of a page to their tables, and says where they are.
    async fn write_rows(
        self: &Arc<Self>,
        writes: Vec<Write>,
        position: &Position,
        page: u64,
        identity: Option<WalkIdentity>,
    ) -> Result<Vec<RangeNote>, Broken> {
        let mut ranges = Vec::new();
        for (piece, write) in writes.into_iter().enumerate() {
            let Some(mut columns) = write.columns else { continue };
            let Some(table) = self.plan.resources[write.resource].combinations[write.combination].table
            else {
                continue;
            };
            let rows = columns.rows() as u64;
            let order = Order {
                resource: write.resource,
                combination: write.combination,
                walk: position.clone(),
                page,
                piece,
            };
            if let Some(identity) = identity.filter(|_| is_by_walk(&self.plan, table)) {
                columns.mark(identity.mark(&self.plan, write.resource, write.combination));
            }
            let cursors = if self.ledger.is_on() { Packed::of(&write.cursors) } else { Packed::default() };
            let pushed = self.sinks[table].push(self, order, columns, (write.gone, write.cursors)).await;
            if let Some(placed) = pushed?.filter(|_| rows > 0) {
                ranges.push(RangeNote {
                    table,
                    part: placed.part,
                    row: placed.row,
                    rows,
                    resource: write.resource,
                    combination: write.combination,
                    piece,
                    cursors,
                });
            }
        }
        Ok(ranges)
    }

    /// A part of a walk's range is read: a good moment for a checkpoint, unless there was one just now.
    pub(crate) async fn window_ended(self: &Arc<Self>) -> Result<(), Fault> {
        self.ledger.wants_checkpoint_soon(self.clock.monotonic());
        self.keep_up().await
    }

    /// Ends the run when its time is up.
    pub(crate) fn end_in_time(&self) {
        if self.deadline.is_some_and(|deadline| self.clock.monotonic() >= deadline) {
            self.stop.stop();
        }
    }

    /// Makes checkpoints in time, and ends the run when somebody wants that or its time is up, until `done`.
    pub(crate) async fn tend(self: Arc<Self>, wish: Stop, done: Stop) {
        while !done.is_stopped() {
            tokio::select! {
                () = done.stopped() => return,
                () = wish.stopped(), if !self.stop.is_stopped() => self.stop.stop(),
                () = tokio::time::sleep(TEND) => {}
            }
            self.end_in_time();
            if let Err(fault) = self.keep_up().await {
                // The first is the one to tell.
                let _ = self.ended_by.set(fault);
                self.stop.stop();
            }
        }
    }

    /// Notes that a walk of which there was something is begun anew.
    pub(crate) fn began_anew(&self, index: usize, why: &str) {
        self.tallies[index].lock().report.anew_walks += 1;
        let mut anew = self.anew.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        anew.push((index, self.redactor.redact(why)));
    }

    /// How `auto` found resources to be paged.
    pub(crate) fn found_so_far(&self) -> Vec<(usize, FoundKept)> {
        let found = self.found.iter().enumerate();
        found.filter_map(|(index, found)| Some((index, FoundKept::of(found.get()?.followed())))).collect()
    }

    /// Notes the end of a walk in the tables whose rows are known by their walks.
    pub(crate) fn note_walk(&self, index: usize, combination: usize, identity: WalkIdentity, whole: bool) {
        for member in self.extractors.family(index) {
            let resource = &self.plan.resources[member];
            for (own, settled) in resource.combinations.iter().enumerate() {
                let Some(table) = settled.table.filter(|&table| is_by_walk(&self.plan, table)) else {
                    continue;
                };
                if self.combination_of(member, own, index) == Some(combination) {
                    self.sinks[table].note_walk(identity.mark(&self.plan, member, own), whole);
                }
            }
        }
    }

    /// The combination of a resource that one of another below it belongs to.
    fn combination_of(&self, below: usize, combination: usize, above: usize) -> Option<usize> {
        if below == above {
            return Some(combination);
        }
        let resource = &self.plan.resources[below];
        let parent = resource.parent.as_ref()?.resource;
        self.combination_of(parent, resource.combinations[combination].parent, above)
    }

    pub(crate) fn count_requests(&self, index: usize, requests: u32, attempts: u32, waited: Duration) {
        let mut figures = self.tallies[index].lock();
        figures.report.requests += u64::from(requests);
        figures.report.retries += u64::from(attempts.saturating_sub(1));
        figures.waited(waited);
    }

    /// Notes where `auto` found the rows.
    pub(crate) fn chose(&self, index: usize, path: &str) {
        let mut chosen = self.chosen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Two first pages may have been read at once.
        if !chosen.iter().any(|(known, _)| *known == index) {
            chosen.push((index, path.to_owned()));
        }
    }

    /// Whether it is still to be found out how a resource is paged, or, where that is written, to be seen that it is right.
    pub(crate) fn is_undecided(&self, index: usize) -> bool {
        let fetch = self.plan.resources[index].fetch.as_ref();
        let auto = fetch.is_some_and(|fetch| matches!(fetch.paginator.kind, PaginatorKind::Auto { .. }));
        if auto { self.found[index].get().is_none() } else { !self.has_led[index].load(Ordering::Relaxed) }
    }

    /// From now on a resource is paged like this, unless another walk found it out first; gives what holds.
    pub(crate) fn pin(&self, index: usize, found: Arc<Found>) -> Arc<Found> {
        let total = self.plan.resources[index].total.as_ref().or(found.total.as_ref());
        // What is read is pinned before what is gone by: an answer is never judged by places that nobody looked at.
        let token = self.plan.resources[index].incremental.as_ref().and_then(IncrementalPlan::token);
        self.extractors.pin(index, Places::new(Some(&found.plan), total, token));
        self.found[index].get_or_init(|| found).clone()
    }

    /// The key-value metadata of a table's files.
    pub(crate) fn metadata(&self, table: usize) -> Vec<(String, String)> {
        metadata(&self.plan, table, self.load.id().as_str())
    }

    /// Runs work for the processor off the threads that wait for the network.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Broken> {
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => Ok(result),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(Broken::Stopped),
        }
    }
}

fn raise(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// The key-value metadata of a table's files.
pub(crate) fn metadata(plan: &Plan, table: usize, load: &str) -> Vec<(String, String)> {
    let resources: Vec<&str> =
        plan.tables[table].resources.iter().map(|&index| plan.resources[index].name.as_str()).collect();
    let pairs = [
        ("restload.spec", plan.name.clone()),
        ("restload.resource", resources.join(",")),
        ("restload.load", load.to_owned()),
    ];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A failure that belongs to no place but the run as a whole.
pub(crate) fn at_large(rule: &'static str, message: String) -> Fault {
    Diagnostic::error(rule, Pointer::root(), message).into()
}
