//! One walk: from the first request to the reason why there is no next one.
//!
//! What all paginators share is here: the page cap, the requests that were asked, the guard against equal pages, totals
//! and the limit. Pages that are asked for ahead are handed on in order; while the next page is asked for, the one
//! before it is written.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use futures::future::OptionFuture;
use restload_diag::Diagnostic;
use restload_spec::plan::{FetchPlan, PaginatorKind, ResourcePlan};
use tokio::task::JoinHandle;

use super::answer::PageAnswer;
use super::context::{Position as RowPosition, RowContext};
use super::extract::{Extracted, PageContext};
use super::fault::Fault;
use super::request::{self, NoRequest};
use super::scopes::{with_batch, with_scopes};
use super::{Run, failure};
use crate::events::Event;
use crate::paginate::{self, Ahead, Answer, Next, Patch, Position, Progress, StopReason};
use crate::transport::{Request, RequestParts, strip_auth};

/// What a walk starts from.
#[derive(Debug)]
pub(crate) struct Seed {
    /// Index into the resource's combinations.
    pub(crate) combination: usize,
    /// The row above.
    pub(crate) parent: Option<Arc<RowContext>>,
    /// The rows above, where they come in batches.
    pub(crate) batch: Vec<Arc<RowContext>>,
    /// Where its rows stand in the order of the load.
    pub(crate) position: RowPosition,
}

/// How a walk ended without being done.
#[derive(Debug)]
pub(crate) enum Broken {
    /// It failed.
    Failed(Fault),
    /// The run was stopped, or the resource given up.
    Stopped,
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
}

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
}

/// Where a walk is.
struct State {
    base: RequestParts,
    position: Position,
    progress: Progress,
    asked: HashMap<u128, u64>,
    first_total: Option<u64>,
    /// Rows of the first page.
    stride: u64,
    /// The rows of the page before, and the request that it came from.
    before: Option<(Vec<u64>, String)>,
    ahead: Option<Ahead>,
    window: VecDeque<(Patch, Task<Result<Fetched, Broken>>)>,
    may_run_ahead: bool,
    batches: HashMap<(usize, usize), Vec<Arc<RowContext>>>,
}

impl Walk {
    pub(crate) fn new(run: Arc<Run>, resource: usize, seed: Seed) -> Self {
        Self { run, resource, seed }
    }

    fn plan(&self) -> &ResourcePlan {
        &self.run.plan.resources[self.resource]
    }

    /// Makes the walk, and says why it ended.
    pub(crate) async fn make(self: Arc<Self>) -> Result<(), Broken> {
        let Some(fetch) = &self.plan().fetch else { return Ok(()) };
        let Some((base, position)) = self.start(fetch)? else { return Ok(()) };
        self.run.tallies[self.resource].lock().report.walks += 1;
        let mut state = State {
            base,
            position,
            progress: Progress { pages: 0, rows: 0, total: None },
            asked: HashMap::new(),
            first_total: None,
            stride: 0,
            before: None,
            ahead: None,
            window: VecDeque::new(),
            may_run_ahead: true,
            batches: HashMap::new(),
        };
        let reason = self.pages(fetch, &mut state).await?;
        self.finish(&state, reason);
        Ok(())
    }

    /// The first request; none where the row above lacks a value and that is accepted.
    fn start(&self, fetch: &FetchPlan) -> Result<Option<(RequestParts, Position)>, Broken> {
        let (run, resource) = (&self.run, self.plan());
        let each = &resource.combinations[self.seed.combination].each;
        let render =
            |scopes: &restload_spec::Scopes<'_>| request::render(&run.plan, resource, scopes, &run.redactor);
        let rendered = if self.seed.batch.is_empty() {
            with_scopes(&run.plan, &run.facts, self.seed.parent.as_ref(), each, render)
        } else {
            with_batch(&run.plan, &run.facts, &self.seed.batch, each, render)
        };
        let (mut base, start) = match rendered {
            Ok(rendered) => rendered,
            Err(NoRequest::Skipped) => {
                run.tallies[self.resource].lock().report.skipped_parents += 1;
                return Ok(None);
            }
            Err(NoRequest::Fault(fault)) => return Err(self.blame(fault, None).into()),
        };
        let fault = |message: String| {
            self.blame(Diagnostic::error("paginator", fetch.paginator.at.clone(), message), None)
        };
        let (set, position) =
            paginate::first(&fetch.paginator, start).map_err(|error| fault(error.to_string()))?;
        for (place, value) in &set {
            base.set(place, value).map_err(|error| fault(error.to_string()))?;
        }
        Ok(Some((base, position)))
    }

    async fn pages(self: &Arc<Self>, fetch: &FetchPlan, state: &mut State) -> Result<StopReason, Broken> {
        let mut parts = state.base.clone();
        let mut ready: Option<Task<Result<Fetched, Broken>>> = None;
        let mut writing = None;
        loop {
            self.note_asked(state, &parts.render())?;
            self.run.gate(self.resource).await?;
            let writes = OptionFuture::from(writing.take());
            let (fetched, written) = tokio::join!(self.next_page(ready.take(), &parts), writes);
            if let Some(written) = written {
                written?;
            }
            let fetched = fetched?;
            let (mut answer, mut extracted, shown) = (fetched.answer, fetched.extracted, fetched.shown);
            self.judge_page(state, &mut answer, &shown)?;
            let limited = self.run.limit_rows(self.resource, &mut extracted);
            self.hand_down(state, &mut extracted);
            self.note_page(state, &extracted);
            writing = Some(self.run.clone().write(
                extracted.writes,
                self.seed.position.clone(),
                state.progress.pages,
            ));
            if limited {
                OptionFuture::from(writing.take()).await.transpose()?;
                return Ok(StopReason::Limit);
            }
            let (next, position) =
                paginate::next(&fetch.paginator, &state.position, &state.progress, &answer)
                    .map_err(|error| self.blame_pager(fetch, &error.to_string(), &shown))?;
            let patch = match next {
                Next::Stop(reason) => {
                    OptionFuture::from(writing.take()).await.transpose()?;
                    self.doubt_the_end(fetch, state, &answer, reason);
                    self.flush_batches(state);
                    return Ok(reason);
                }
                Next::Fetch(patch) => patch,
            };
            if fetch.paginator.max_pages.is_some_and(|most| state.progress.pages >= most) {
                let message =
                    format!("{} pages were read and the API names another one", state.progress.pages);
                let fault = Diagnostic::error("max-pages", fetch.paginator.at.join("max_pages"), message)
                    .help("raise `max_pages`, or find out why the walk does not end");
                return Err(self.blame(fault, Some(&shown)).into());
            }
            self.run_ahead(fetch, state, &answer, &patch)?;
            let from = answer.url.take().unwrap_or_else(|| state.base.url.clone());
            parts = paginate::apply(&patch, &state.base, &from, fetch.paginator.keep_params)
                .map_err(|error| self.blame_pager(fetch, &error.to_string(), &shown))?;
            strip_auth(&mut parts.url, &self.plan().auth);
            ready = match state.window.pop_front() {
                Some((planned, task)) if planned == patch => Some(task),
                Some(_) => {
                    state.window.clear();
                    state.may_run_ahead = false;
                    None
                }
                None => None,
            };
            state.position = position;
            self.refill(fetch, state);
        }
    }

    async fn next_page(
        self: &Arc<Self>,
        ready: Option<Task<Result<Fetched, Broken>>>,
        parts: &RequestParts,
    ) -> Result<Fetched, Broken> {
        match ready {
            Some(mut task) => match (&mut task.0).await {
                Ok(fetched) => fetched,
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => Err(Broken::Stopped),
            },
            None => self.clone().fetch(parts.clone(), 0).await,
        }
    }

    /// Asks for one page and reads it.
    async fn fetch(self: Arc<Self>, parts: RequestParts, _page: u64) -> Result<Fetched, Broken> {
        let run = &self.run;
        run.stop.check().map_err(|()| Broken::Stopped)?;
        let request = parts.render();
        let shown = run.redactor.redact(&format!("{} {}", request.method, request.url));
        let sent = tokio::select! {
            biased;
            () = run.stop.stopped() => return Err(Broken::Stopped),
            sent = run.connections[self.resource].send(request, &self.plan().auth, run.depths[self.resource]) => sent,
        };
        let delivered = match sent {
            Ok(delivered) => delivered,
            Err(error) => {
                run.count_requests(self.resource, error.requests, error.attempts);
                let fault = failure::no_answer(run, self.plan(), &error);
                return Err(self.blame(fault, Some(&shown)).into());
            }
        };
        run.count_requests(self.resource, delivered.requests, delivered.attempts);
        let exchange = delivered.exchange;
        if exchange.status >= 300 {
            let fault = failure::status(run, self.plan(), &exchange);
            return Err(self.blame(fault, Some(&shown)).into());
        }
        let (resource, bytes) = (self.resource, exchange.body.len() as u64);
        run.tallies[resource].lock().report.body_bytes += bytes;
        let mut answer = PageAnswer {
            headers: exchange.headers.clone(),
            url: Some(exchange.url.clone()),
            ..PageAnswer::default()
        };
        if exchange.status == 204 {
            return Ok(Fetched { answer, extracted: Extracted::default(), shown });
        }
        let walk = self.clone();
        let body = exchange.body.clone();
        let extracted = run.blocking(move || walk.extract(&body)).await?;
        let mut extracted = extracted.map_err(|fault| {
            let fault =
                if fault.rule == "not-json" || fault.rule == "empty-answer" || fault.rule == "body-cut-off" {
                    Box::new(fault.note(crate::transport::describe_answer(&exchange, &run.redactor)))
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
        Ok(Fetched { answer, extracted, shown })
    }

    fn extract(&self, body: &[u8]) -> Result<Extracted, Fault> {
        let page = PageContext {
            facts: &self.run.facts,
            combination: self.seed.combination,
            parent: self.seed.parent.clone(),
            position: self.seed.position.clone(),
        };
        self.run.extractors.extract(&self.run.plan, self.resource, body, &page)
    }

    /// No request is asked twice in a walk.
    fn note_asked(&self, state: &mut State, request: &Request) -> Result<(), Broken> {
        let page = state.progress.pages + 1;
        let hash = hash_of(request);
        let Some(earlier) = state.asked.insert(hash, page) else { return Ok(()) };
        let shown = self.run.redactor.redact(&format!("{} {}", request.method, request.url));
        let message =
            format!("page {page} would be asked for by the request that page {earlier} came from: {shown}");
        let mut fault = Diagnostic::error("pagination-loops", self.pager_at(), message);
        if let Some((_, before)) = &state.before {
            fault = fault.note(format!("the answer that leads there: {before}"));
        }
        Err(self.blame(fault, None).into())
    }

    /// Takes a page into account: two non-empty pages in a row with the same content are a loop.
    fn judge_page(&self, state: &mut State, answer: &mut PageAnswer, shown: &str) -> Result<(), Broken> {
        let progress = &mut state.progress;
        progress.pages += 1;
        progress.rows += answer.rows as u64;
        let total = self.plan().total.as_ref().and_then(|place| answer.count(place));
        progress.total = total.or(progress.total);
        state.first_total = state.first_total.or(total);
        if progress.pages == 1 {
            state.stride = answer.rows as u64;
        }
        if answer.rows == 0 {
            return Ok(());
        }
        if let Some((rows, before)) = &state.before {
            if *rows == answer.row_hashes {
                return Err(self.same_page(state.progress.pages, before, shown).into());
            }
            let rows: HashSet<&u64> = rows.iter().collect();
            let again = answer.row_hashes.iter().filter(|row| rows.contains(row)).count();
            self.run.tallies[self.resource].lock().report.repeated_rows += again as u64;
        }
        state.before = Some((std::mem::take(&mut answer.row_hashes), shown.to_owned()));
        Ok(())
    }

    fn same_page(&self, page: u64, before: &str, shown: &str) -> Fault {
        let message = format!("page {page} has the same content as page {}", page - 1);
        let fault = Diagnostic::error("pagination-loops", self.pager_at(), message)
            .note(format!("page {}: {before}", page - 1))
            .note(format!("page {page}: {shown}"))
            .help("the API may not know the parameter that asks for the next page: compare `param` with its documentation");
        self.blame(fault, None)
    }

    fn note_page(&self, state: &State, extracted: &Extracted) {
        for (resource, path) in &extracted.chosen {
            self.run.chose(*resource, path);
        }
        let run = &self.run;
        let now = run.clock.monotonic();
        {
            let mut figures = run.tallies[self.resource].lock();
            figures.touch(now);
            figures.report.pages += 1;
        }
        for write in &extracted.writes {
            let mut figures = run.tallies[write.resource].lock();
            figures.touch(now);
            figures.report.rows_found += write.found as u64;
            figures.report.duplicate_keys += write.duplicates;
            figures.matched |= write.matched;
            figures.unmatched += u64::from(!write.matched);
        }
        run.listener.hear(&Event::Page {
            resource: self.plan().name.clone(),
            rows: extracted.rows as u64,
            total: state.first_total.filter(|_| self.seed.parent.is_none()),
        });
    }

    /// Gives the rows of a page to the walks that start from them.
    fn hand_down(&self, state: &mut State, extracted: &mut Extracted) {
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
            waiting.extend(seeds.rows);
            while waiting.len() >= size {
                let rest = waiting.split_off(size);
                let batch = std::mem::replace(waiting, rest);
                self.queue_batch(seeds.child, seeds.combination, batch);
            }
        }
    }

    fn flush_batches(&self, state: &mut State) {
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

    /// Finds out, after the first page, which pages can be asked for at once.
    fn run_ahead(
        &self,
        fetch: &FetchPlan,
        state: &mut State,
        answer: &PageAnswer,
        next: &Patch,
    ) -> Result<(), Broken> {
        let shrunk = answer.rows as u64 != state.stride;
        if shrunk {
            state.window.clear();
            state.ahead = None;
            state.may_run_ahead = false;
        }
        if state.progress.pages == 1 && state.may_run_ahead {
            state.ahead = paginate::ahead(
                &fetch.paginator,
                &state.position,
                state.stride,
                state.progress.total,
                answer,
            )
            .map_err(|error| self.blame_pager(fetch, &error.to_string(), ""))?;
            // The next page is asked for by the walk itself.
            if let Some(ahead) = &mut state.ahead
                && ahead.next().is_none_or(|(patch, _)| patch != *next)
            {
                state.ahead = None;
            }
        }
        Ok(())
    }

    /// Keeps as many pages on their way as the memory and the slots allow.
    fn refill(self: &Arc<Self>, fetch: &FetchPlan, state: &mut State) {
        let Some(ahead) = &mut state.ahead else { return };
        while state.window.len() + 1 < self.run.width_ahead(self.resource) {
            let Some((patch, _)) = ahead.next() else { break };
            let Ok(mut parts) =
                paginate::apply(&patch, &state.base, &state.base.url, fetch.paginator.keep_params)
            else {
                break;
            };
            strip_auth(&mut parts.url, &self.plan().auth);
            let task = tokio::spawn(self.clone().fetch(parts, 0));
            state.window.push_back((patch, Task(task)));
        }
    }

    /// What makes the end of a walk doubtful.
    fn doubt_the_end(&self, fetch: &FetchPlan, state: &State, answer: &PageAnswer, reason: StopReason) {
        let mut figures = self.run.tallies[self.resource].lock();
        let mut doubt = |rule: &str, message: String| figures.doubt(rule, format!("{message}{}", self.who()));
        if let Some(total) = state.progress.total
            && total != state.progress.rows
        {
            doubt(
                "incomplete",
                format!("the API says there are {total} rows, and {} came", state.progress.rows),
            );
        }
        let link = answer.link("next");
        let by_link = matches!(fetch.paginator.kind, PaginatorKind::HeaderLink { .. });
        if link.is_some() && !(by_link && reason == StopReason::NoNext) {
            doubt("untaken-next", "the last answer names a next page in its Link header".to_owned());
        }
        if reason != StopReason::HasMoreFalse
            && let Some(test) = &fetch.paginator.has_more
        {
            let values = answer.values(&test.place);
            if test.holds(&values.iter().collect::<Vec<_>>()) {
                doubt(
                    "has-more",
                    format!("the walk ended by {reason}, and the last answer says that there is more"),
                );
            }
        }
    }

    fn finish(&self, state: &State, reason: StopReason) {
        let mut figures = self.run.tallies[self.resource].lock();
        figures.stopped(reason);
        if reason != StopReason::Limit
            && let (Some(first), Some(last)) = (state.first_total, state.progress.total)
        {
            figures.claimed(first, last, state.progress.rows);
        }
    }

    fn pager_at(&self) -> restload_diag::Pointer {
        self.plan().fetch.as_ref().map_or_else(|| self.plan().at(""), |fetch| fetch.paginator.at.clone())
    }

    fn blame_pager(&self, fetch: &FetchPlan, message: &str, shown: &str) -> Fault {
        self.blame(Diagnostic::error("paginator", fetch.paginator.at.clone(), message), Some(shown))
    }

    /// Adds to a failure which request it was, and for which row above.
    fn blame(&self, fault: impl Into<Fault>, shown: Option<&str>) -> Fault {
        let fault: Fault = fault.into();
        let fault = *fault;
        let fault = match shown {
            Some(shown) if !shown.is_empty() => fault.note(format!("request: {shown}")),
            _ => fault,
        };
        Box::new(match self.ancestry() {
            Some(ancestry) => fault.note(ancestry),
            None => fault,
        })
    }

    /// The rows above, in words.
    fn ancestry(&self) -> Option<String> {
        let plan = &self.run.plan;
        let of = |row: &RowContext| format!("`{}` row {}", plan.resources[row.resource].name, row.row);
        let words = match (&self.seed.parent, self.seed.batch.as_slice()) {
            (Some(parent), _) => parent.lineage().map(of).collect::<Vec<_>>().join(", of "),
            (None, [first, .., last]) => format!("a batch of rows from {} to {}", of(first), of(last)),
            (None, [one]) => of(one),
            (None, []) => return None,
        };
        Some(self.run.redactor.redact(&format!("for {words}")))
    }

    fn who(&self) -> String {
        self.ancestry().map(|ancestry| format!(" ({ancestry})")).unwrap_or_default()
    }
}

/// The position of a walk below a row of a page.
fn place_of(above: &RowPosition, page: u64, index: usize) -> RowPosition {
    let mut position: Vec<u64> = above.to_vec();
    position.pop();
    position.extend([page, index as u64]);
    position.into()
}

fn hash_of(request: &Request) -> u128 {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    hasher.update(request.method.as_bytes());
    hasher.update(b" ");
    hasher.update(request.url.as_str().as_bytes());
    for (name, value) in &request.headers {
        hasher.update(b"\n");
        hasher.update(name.as_bytes());
        hasher.update(b":");
        hasher.update(value.as_bytes());
    }
    if let Some((_, body)) = &request.body {
        hasher.update(b"\n\n");
        hasher.update(body);
    }
    hasher.digest128()
}
