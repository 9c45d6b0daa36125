//! One walk: from the first request to the reason why there is no next one.
//!
//! What all paginators share is here: the page cap, the requests that were asked, the guard against equal pages, totals
//! and the limit. Pages that are asked for ahead are handed on in order; while the next page is asked for, the one
//! before it is written.

mod ahead;
mod decide;
mod guard;
mod hand_down;
mod increment;
mod keep;
mod obey;
mod take_over;

use crate::events::Event;
use crate::paginate::{self, Ahead, Next, Patch, Position, Progress, StopReason};
use crate::run::actions::{self, Ruled};
use crate::run::answer::PageAnswer;
use crate::run::context::{Position as RowPosition, RowContext};
use crate::run::ending::note_answer;
use crate::run::extract::{Extracted, Form, PageContext};
use crate::run::fault::Fault;
use crate::run::identity::{WalkIdentity, is_by_walk};
use crate::run::increment::{Progression, Slice};
use crate::run::keep::{At, PageSeeds, RequestKept, Sum};
use crate::run::request::{self, NoRequest};
use crate::run::scopes::{with_batch, with_scopes};
use crate::run::{Run, failure};
use crate::transport::{Exchange, RequestParts, SendFailure, describe_answer, strip_auth};
use decide::Decision;
use flate2::read::MultiGzDecoder;
use futures::future::OptionFuture;
use keep::{PageFacts, Shared};
use obey::Obeyed;
use restload_diag::Diagnostic;
use restload_spec::plan::{FetchPlan, FormatPlan, ResourcePlan};
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::task::JoinHandle;

/// What a walk starts from.
#[derive(Debug, Clone)]
pub(crate) struct Seed {
    /// Index into the resource's combinations.
    pub(crate) combination: usize,
    /// The row above.
    pub(crate) parent: Option<Arc<RowContext>>,
    /// The rows above, where they come in batches.
    pub(crate) batch: Vec<Arc<RowContext>>,
    /// Where its rows stand in the order of the load.
    pub(crate) position: RowPosition,
    /// The values that it, and all below it, use: what it is known by in the load.
    pub(crate) key: u128,
}

/// How a walk ended without being done.
#[derive(Debug)]
pub(crate) enum Broken {
    /// It failed.
    Failed(Fault),
    /// The run was stopped, or the resource given up.
    Stopped,
    /// A response action leaves the resource as it is: why.
    Skipped(String),
    /// A response action has the walk begin anew without its stored cursor.
    Restart,
}

impl From<Fault> for Broken {
    fn from(diagnostic: Fault) -> Self {
        Self::Failed(diagnostic)
    }
}

/// A page that came, read.
struct Fetched {
    answer: PageAnswer,
    extracted: Extracted,
    /// The request as it may be shown.
    shown: String,
    /// The length of its body.
    bytes: u64,
    /// The answer is not read: what a response action says is done instead, and what the answer was.
    ruled: Option<(Ruled, String)>,
}

/// Pages in a row that are left out before that is taken for the end of the list.
const MOST_SKIPPED: u64 = 20;

/// Faults of an answer that one understands when one sees how it begins.
const SHOW_THE_ANSWER: [&str; 7] =
    ["not-json", "not-csv", "csv-header", "csv-row", "csv-encoding", "empty-answer", "body-cut-off"];

/// A task that ends with its handle.
struct Task<T>(JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// One walk of a resource.
pub(crate) struct Walk {
    run: Arc<Run>,
    resource: usize,
    seed: Seed,
    /// What it has in common with walks of other loads, where a table asks for that.
    identity: Option<WalkIdentity>,
    /// The part of its range, where the resource has an increment.
    slice: Option<Slice>,
    /// Which part that is, counted from 0.
    part: usize,
    shared: Arc<Shared>,
}

/// A row of a batch, with the position of a walk that starts from it.
type PlacedRow = (RowPosition, Arc<RowContext>);

/// Rows that wait for a batch to be full, by child and its combination.
type Batches = HashMap<(usize, usize), Vec<PlacedRow>>;

/// A walk at its last durable page, which was asked for again.
struct Resumed {
    state: State,
    answer: PageAnswer,
    shown: String,
}

/// What comes after a page.
enum After {
    /// Nothing.
    End(StopReason),
    /// Another one.
    Page(Box<Onward>),
}

/// The next page.
struct Onward {
    parts: RequestParts,
    linked: bool,
    /// It is on its way.
    ready: Option<Task<Result<Fetched, Broken>>>,
}

/// Where a walk is.
struct State {
    base: RequestParts,
    position: Position,
    decision: Decision,
    progress: Progress,
    /// Pages of the slices before.
    pages_before: u64,
    progression: Progression,
    asked: HashMap<u128, u64>,
    /// How the page at hand was asked for.
    asked_by: RequestKept,
    first_total: Option<u64>,
    /// Rows of the first page.
    stride: u64,
    /// Pages in a row that were left out.
    skipped: u64,
    /// Rows are missing: a response action left out a page, or cut the walk.
    cut: bool,
    /// The rows of the page before, and the request that it came from.
    before: Option<(Vec<u64>, String)>,
    ahead: Option<Ahead>,
    window: VecDeque<(Patch, Task<Result<Fetched, Broken>>)>,
    may_run_ahead: bool,
    /// The page at hand was taken over.
    resumes: bool,
    batches: Batches,
}

impl State {
    /// The page that a patch asks for, if it was asked for ahead. Another one throws away what is ahead.
    fn take_ahead(&mut self, patch: &Patch) -> Option<Task<Result<Fetched, Broken>>> {
        match self.window.pop_front() {
            Some((planned, task)) if planned == *patch => Some(task),
            Some(_) => {
                self.window.clear();
                self.may_run_ahead = false;
                None
            }
            None => None,
        }
    }
}

impl Walk {
    pub(crate) fn new(run: Arc<Run>, resource: usize, seed: Seed) -> Self {
        let asked = run.extractors.family(resource).into_iter().any(|member| {
            let mut tables = run.plan.resources[member].combinations.iter().filter_map(|c| c.table);
            tables.any(|table| is_by_walk(&run.plan, table))
        });
        let identity = asked.then(|| WalkIdentity::of(&run.plan, resource, &seed));
        Self { run, resource, seed, identity, slice: None, part: 0, shared: Arc::default() }
    }

    fn plan(&self) -> &ResourcePlan {
        &self.run.plan.resources[self.resource]
    }

    /// Makes the walk, slice by slice where it has a range.
    pub(crate) async fn make(self: Arc<Self>) -> Result<(), Broken> {
        match &self.plan().incremental {
            Some(incremental) => self.make_slices(incremental).await,
            None => self.make_whole().await,
        }
    }

    /// Makes a walk that has no range.
    async fn make_whole(self: &Arc<Self>) -> Result<(), Broken> {
        let taken = self.taken().await?;
        let start = Box::pin(self.take_over(taken, std::slice::from_ref(self))).await?;
        if !start.done {
            let made = Box::pin(self.clone().make_one(0, start.progression, start.resumed)).await?;
            if let Some((pages, progression)) = made {
                self.note_stand(0, pages, At::Done, &progression);
                self.run.keep_up().await.map_err(Broken::Failed)?;
            }
        }
        Ok(())
    }

    /// Makes one slice of the walk, and says how many pages there are now and how far it has come; nothing where there is no
    /// request.
    async fn make_one(
        self: Arc<Self>,
        pages_before: u64,
        progression: Progression,
        resumed: Option<Resumed>,
    ) -> Result<Option<(u64, Progression)>, Broken> {
        let Some(fetch) = &self.plan().fetch else { return Ok(None) };
        if let Some(Resumed { mut state, answer, shown }) = resumed {
            let reason = self.pages(fetch, &mut state, Some((answer, shown))).await?;
            return Ok(Some(self.end(state, reason)));
        }
        let Some((base, position)) = self.start(fetch)? else { return Ok(None) };
        self.count(self.resource, |share| share.add(Sum::Walks, 1));
        let mut state = State {
            base,
            position,
            decision: Decision::default(),
            progress: Progress { pages: 0, rows: 0, total: None },
            pages_before,
            progression,
            asked: HashMap::new(),
            asked_by: RequestKept::First,
            first_total: None,
            stride: 0,
            skipped: 0,
            cut: false,
            before: None,
            ahead: None,
            window: VecDeque::new(),
            may_run_ahead: true,
            resumes: false,
            batches: HashMap::new(),
        };
        let reason = self.pages(fetch, &mut state, None).await?;
        Ok(Some(self.end(state, reason)))
    }

    /// The end of a slice: how many pages there are now, and how far it has come.
    fn end(&self, mut state: State, reason: StopReason) -> (u64, Progression) {
        self.finish(&state, reason);
        if reason == StopReason::Limit {
            state.progression.cut();
        }
        state.progression.finished();
        (state.pages_before + state.progress.pages, state.progression)
    }

    /// The first request; none where the row above lacks a value and that is accepted.
    fn start(&self, fetch: &FetchPlan) -> Result<Option<(RequestParts, Position)>, Broken> {
        let (run, resource) = (&self.run, self.plan());
        let each = &resource.combinations[self.seed.combination].each;
        let incremental = self.slice.as_ref().map(|slice| &slice.scope);
        let render = |scopes: &restload_spec::Scopes<'_>| {
            let scopes = restload_spec::Scopes { incremental, ..*scopes };
            request::render(&run.plan, resource, &scopes, &run.redactor)
        };
        let rendered = if self.seed.batch.is_empty() {
            with_scopes(&run.plan, &run.facts, self.seed.parent.as_ref(), each, render)
        } else {
            with_batch(&run.plan, &run.facts, &self.seed.batch, each, render)
        };
        let (base, start) = match rendered {
            Ok(rendered) => rendered,
            Err(NoRequest::Skipped) => {
                run.tallies[self.resource].lock().report.skipped_parents += 1;
                return Ok(None);
            }
            Err(NoRequest::Fault(fault)) => return Err(self.blame(fault, None).into()),
        };
        let first = request::first_page(&fetch.paginator, base, start);
        let (mut base, position) = first.map_err(|fault| self.blame(fault, None))?;
        self.set_bounds(&mut base)?;
        Ok(Some((base, position)))
    }

    /// Makes pages up to the last. `at` is the page at hand of a walk that was taken over.
    async fn pages(
        self: &Arc<Self>,
        fetch: &FetchPlan,
        state: &mut State,
        at: Option<(PageAnswer, String)>,
    ) -> Result<StopReason, Broken> {
        let mut parts = state.base.clone();
        let mut ready: Option<Task<Result<Fetched, Broken>>> = None;
        let mut writing = None;
        let mut linked = false;
        if let Some((mut answer, shown)) = at {
            match self.after(fetch, state, &mut answer, &shown)? {
                After::End(reason) => {
                    self.flush_batches(&mut state.batches);
                    return Ok(reason);
                }
                After::Page(onward) => Onward { parts, linked, ready } = *onward,
            }
        }
        loop {
            let asked = self.note_asked(state, &parts.render())?;
            // The page before is written while its children, or the answer, are waited for.
            let writes = OptionFuture::from(writing.take());
            let (fetched, written) = tokio::join!(self.next_page(ready.take(), &parts, linked), writes);
            if let Some(written) = written {
                self.blame_writing(written, state)?;
            }
            let fetched = fetched?;
            if let Some((ruled, what)) = &fetched.ruled {
                match self.obey(fetch, state, *ruled, what, &fetched.shown)? {
                    Obeyed::Next(next) => {
                        parts = *next;
                        (linked, ready) = (false, None);
                        continue;
                    }
                    Obeyed::End => {
                        self.flush_batches(&mut state.batches);
                        return Ok(StopReason::Action);
                    }
                }
            }
            state.skipped = 0;
            let (mut answer, mut extracted, shown) = (fetched.answer, fetched.extracted, fetched.shown);
            if state.is_counting() {
                if self.is_first_again(fetch, state, &answer, &shown)? {
                    state.position = Position::Page { number: 1, first: 1 };
                    self.count_from(fetch, state, 1);
                    let (next, position) = self.next(fetch, state, &answer, &shown)?;
                    if let Next::Fetch(patch) = next {
                        parts = self.turn(fetch, state, &mut answer, &patch, &shown)?;
                        state.position = position;
                        ready = state.take_ahead(&patch);
                        self.refill(fetch, state);
                        continue;
                    }
                }
                self.count_from(fetch, state, 0);
            }
            let content = self.run.ledger.content(&answer.row_hashes);
            let facts = PageFacts { asked, content, fresh: state.progression.fresh().len() };
            self.judge_page(state, &mut answer, &shown)?;
            self.progress(state, &mut extracted, &answer, &shown)?;
            let limited = self.run.limit_rows(self.resource, &mut extracted);
            let seeds = PageSeeds::of(std::mem::take(&mut extracted.seeds), self.seed.parent.as_ref());
            self.hand_down(&mut state.batches, state.pages_before + state.progress.pages, &seeds);
            self.note_page(state, &mut extracted, fetched.bytes);
            let noting = self.noting(state, facts, seeds, &extracted);
            writing = Some(self.run.clone().write(
                extracted.writes,
                self.seed.position.clone(),
                state.pages_before + state.progress.pages,
                self.identity,
                noting,
            ));
            if limited {
                if let Some(written) = OptionFuture::from(writing.take()).await {
                    self.blame_writing(written, state)?;
                }
                return Ok(StopReason::Limit);
            }
            match self.after(fetch, state, &mut answer, &shown)? {
                After::End(reason) => {
                    if let Some(written) = OptionFuture::from(writing.take()).await {
                        self.blame_writing(written, state)?;
                    }
                    self.flush_batches(&mut state.batches);
                    return Ok(reason);
                }
                After::Page(onward) => Onward { parts, linked, ready } = *onward,
            }
        }
    }

    /// What comes after a page, by its answer.
    fn after(
        self: &Arc<Self>,
        fetch: &FetchPlan,
        state: &mut State,
        answer: &mut PageAnswer,
        shown: &str,
    ) -> Result<After, Broken> {
        if self.is_past(state) {
            return Ok(After::End(StopReason::OlderThanStart));
        }
        let (next, position) = match self.decide(fetch, state, answer, shown)? {
            Some(reason) => (Next::Stop(reason), state.position.clone()),
            None => self.next(fetch, state, answer, shown)?,
        };
        let patch = match next {
            Next::Stop(reason) => {
                self.doubt_the_end(fetch, state, answer, reason);
                return Ok(After::End(reason));
            }
            Next::Fetch(patch) => patch,
        };
        self.run.has_led[self.resource].store(true, Ordering::Relaxed);
        if fetch.paginator.max_pages.is_some_and(|most| state.progress.pages >= most) {
            let pages = match state.progress.pages {
                1 => "1 page was".to_owned(),
                pages => format!("{pages} pages were"),
            };
            let message = format!("{pages} read and the walk would go on");
            let fault = Diagnostic::error("max-pages", fetch.paginator.at.join("max_pages"), message)
                .help("raise `max_pages`, or find out why the walk does not end");
            return Err(self.blame(fault, Some(shown)).into());
        }
        let linked = matches!(patch, Patch::Url(_));
        let parts = self.turn(fetch, state, answer, &patch, shown)?;
        let ready = state.take_ahead(&patch);
        state.position = position;
        self.refill(fetch, state);
        Ok(After::Page(Box::new(Onward { parts, linked, ready })))
    }

    fn next(
        &self,
        fetch: &FetchPlan,
        state: &State,
        answer: &PageAnswer,
        shown: &str,
    ) -> Result<(Next, Position), Broken> {
        paginate::next(state.pager(fetch), &state.position, &state.progress, answer)
            .map_err(|error| self.blame_pager(fetch, &error.to_string(), shown).into())
    }

    /// The request for the page after an answer.
    fn turn(
        &self,
        fetch: &FetchPlan,
        state: &mut State,
        answer: &mut PageAnswer,
        patch: &Patch,
        shown: &str,
    ) -> Result<RequestParts, Broken> {
        self.run_ahead(fetch, state, answer, patch)?;
        let from = answer.url.take().unwrap_or_else(|| state.base.url.clone());
        let mut parts =
            paginate::apply(patch, &state.base, &from, fetch.paginator.keep_params, &self.run.redactor)
                .map_err(|error| self.blame_pager(fetch, &error.to_string(), shown))?;
        strip_auth(&mut parts.url, &self.plan().auth);
        state.asked_by = RequestKept::of(patch, &parts.url);
        Ok(parts)
    }

    async fn next_page(
        self: &Arc<Self>,
        ready: Option<Task<Result<Fetched, Broken>>>,
        parts: &RequestParts,
        linked: bool,
    ) -> Result<Fetched, Broken> {
        self.run.gate(self.resource).await?;
        match ready {
            Some(mut task) => match (&mut task.0).await {
                Ok(fetched) => fetched,
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => Err(Broken::Stopped),
            },
            None => Box::pin(self.clone().fetch(parts.clone(), linked)).await,
        }
    }

    /// Asks for one page and reads it. `linked`: its URL came from an answer.
    async fn fetch(self: Arc<Self>, parts: RequestParts, linked: bool) -> Result<Fetched, Broken> {
        let number = self.run.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let fetched = self.clone().ask(parts, linked).await;
        match &fetched {
            Ok(_) => note_answer(&self.run, number, None),
            Err(Broken::Failed(fault)) => note_answer(&self.run, number, Some(fault.rule)),
            Err(Broken::Stopped | Broken::Skipped(_) | Broken::Restart) => {}
        }
        fetched
    }

    async fn ask(self: Arc<Self>, parts: RequestParts, linked: bool) -> Result<Fetched, Broken> {
        let run = &self.run;
        run.stop.check().map_err(|()| Broken::Stopped)?;
        run.tallies[self.resource].lock().touch(run.clock.monotonic());
        let request = parts.render();
        let shown = run.redactor.redact(&format!("{} {}", request.method, request.url));
        let judge = |answer: &Exchange, may_go_on: bool, retried: bool| {
            actions::rule(self.plan(), answer, run.clock.now(), may_go_on, retried)
        };
        let sent = tokio::select! {
            biased;
            () = run.stop.stopped() => return Err(Broken::Stopped),
            sent = run.connections[self.resource].send(request, &self.plan().auth, run.depths[self.resource], &judge) => sent,
        };
        let delivered = match sent {
            Ok(delivered) => delivered,
            Err(error) => {
                run.count_requests(self.resource, error.requests, error.attempts, error.waited);
                let fault = failure::no_answer(run, self.plan(), &error, linked);
                // Without a token the request did not go out.
                let no_token = matches!(error.failure, SendFailure::NoToken(_));
                let shown = Some(shown.as_str()).filter(|_| !no_token);
                return Err(self.blame(fault, shown).into());
            }
        };
        run.count_requests(self.resource, delivered.requests, delivered.attempts, delivered.waited);
        let (exchange, attempts) = (delivered.exchange, delivered.attempts);
        if let Some(action) = delivered.action {
            let ruled = actions::ruled(run, self.plan(), action, &exchange, attempts);
            let ruled = ruled.map_err(|fault| self.blame(fault, Some(&shown)))?;
            let what = describe_answer(&exchange, &run.redactor);
            return Ok(Fetched {
                answer: PageAnswer::default(),
                extracted: Extracted::default(),
                shown,
                bytes: 0,
                ruled: Some((ruled, what)),
            });
        }
        if exchange.status >= 300 {
            let fault = failure::status(run, self.plan(), &exchange, attempts);
            return Err(self.blame(fault, Some(&shown)).into());
        }
        let bytes = exchange.body.len() as u64;
        let mut answer = PageAnswer::of(&exchange, &run.redactor);
        if exchange.status == 204 {
            return Ok(Fetched { answer, extracted: Extracted::default(), shown, bytes, ruled: None });
        }
        let walk = self.clone();
        let body = exchange.body.clone();
        let format = self.plan().fetch.as_ref().map_or(&FormatPlan::ByContentType, |fetch| &fetch.format);
        let form = Form::of(format, exchange.headers.get("content-type"));
        let extracted =
            run.blocking(move || walk.unpacked(&body).and_then(|body| walk.extract(&body, &form))).await?;
        let mut extracted = extracted.map_err(|fault| {
            let fault = if SHOW_THE_ANSWER.contains(&fault.rule) {
                Box::new(fault.note(describe_answer(&exchange, &run.redactor)))
            } else {
                fault
            };
            self.blame(fault, Some(&shown))
        })?;
        answer.rows = extracted.rows;
        answer.single = extracted.single;
        answer.row_hashes = std::mem::take(&mut extracted.row_hashes);
        answer.values = std::mem::take(&mut extracted.values);
        answer.last_row = extracted.last_row.take();
        answer.outside = extracted.outside.take();
        Ok(Fetched { answer, extracted, shown, bytes, ruled: None })
    }

    /// The text of a body that is a gzip file, which no header says; any other body as it is.
    fn unpacked<'b>(&self, body: &'b [u8]) -> Result<Cow<'b, [u8]>, Fault> {
        if !body.starts_with(&[0x1f, 0x8b]) {
            return Ok(Cow::Borrowed(body));
        }
        let limit = self.run.plan.client.max_body;
        let mut text = Vec::new();
        let read = MultiGzDecoder::new(body).take(limit.saturating_add(1)).read_to_end(&mut text);
        let fault = |rule, message: String| Diagnostic::error(rule, self.plan().at("path"), message);
        match read {
            Err(error) => {
                Err(fault("content-encoding", format!("the answer is a broken gzip file: {error}")).into())
            }
            Ok(_) if text.len() as u64 > limit => {
                let message = format!(
                    "the answer is a gzip file of more than {limit} bytes, which `client.max_body` allows"
                );
                Err(fault("body-too-large", message).into())
            }
            Ok(_) => Ok(Cow::Owned(text)),
        }
    }

    fn extract(&self, body: &[u8], form: &Form) -> Result<Extracted, Fault> {
        let page = PageContext {
            facts: &self.run.facts,
            combination: self.seed.combination,
            parent: self.seed.parent.clone(),
            looks_outside: self.run.is_undecided(self.resource),
            judge: self.slice.as_ref().map(|slice| &slice.judge),
        };
        self.run.extractors.extract(&self.run.plan, self.resource, body, form, &page)
    }

    fn note_page(&self, state: &State, extracted: &mut Extracted, bytes: u64) {
        for (resource, path) in &extracted.chosen {
            self.run.chose(*resource, path);
        }
        let run = &self.run;
        let now = run.clock.monotonic();
        run.tallies[self.resource].lock().touch(now);
        self.count(self.resource, |share| {
            share.add(Sum::Pages, 1);
            share.add(Sum::BodyBytes, bytes);
        });
        for write in &mut extracted.writes {
            run.tallies[write.resource].lock().touch(now);
            let discarded = std::mem::take(&mut write.discarded);
            self.count(write.resource, |share| {
                share.add(Sum::RowsFound, write.found as u64);
                share.add(Sum::DuplicateKeys, write.duplicates);
                share.matched(write.matched);
                if let Some(columns) = &write.columns {
                    share.add(Sum::RowsWritten, columns.rows() as u64);
                    share.add(Sum::GoneRows, write.gone.len() as u64);
                    for (column, values) in discarded {
                        share.discarded(column, values);
                    }
                }
            });
        }
        run.listener.hear(&Event::Page {
            resource: self.plan().name.clone(),
            rows: extracted.rows as u64,
            total: state.first_total.filter(|_| self.seed.parent.is_none()),
        });
    }

    fn finish(&self, state: &State, reason: StopReason) {
        if let Some(identity) = self.identity {
            self.run.note_walk(self.resource, self.seed.combination, identity, !state.cut);
        }
        if state.cut {
            self.shared.cut.store(true, Ordering::Relaxed);
        }
        self.count(self.resource, |share| {
            share.stopped(reason);
            if !matches!(reason, StopReason::Limit | StopReason::OlderThanStart)
                && let (Some(first), Some(last)) = (state.first_total, state.progress.total)
            {
                share.claimed(first, last, state.progress.rows);
            }
        });
    }
}
