//! The beginning and the end of a run.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, OnceLock};

use jiff::Timestamp;
use restload_diag::{Diagnostic, Part, Pointer, Severity};
use restload_spec::Path;
use restload_spec::plan::{ClientPlan, Origin, Plan, Selector};
use restload_store::{Account, Folder, LoadRecord, Lock, OpenLoad, StoreError};
use tokio::task::JoinSet;

use super::begin::{Begun, begin};
use super::close::close;
use super::commit;
use super::drive::{Run, at_large, depths, queues};
use super::ending::{ends_open, leave_as_found, leave_open, say_taken};
use super::extract::{Contract, Extractors};
use super::fault::Fault;
use super::fields;
use super::increment::{Cursors, Masked, check_range};
use super::keep::{Durable, Ledger, Taken, TakenTable};
use super::scopes::RunFacts;
use super::sink::Sink;
use super::tally::Tally;
use super::{RunSettings, Services, Stop};
use crate::events::{Event, Listener};
use crate::origin::{Origins, url_origin_text};
use crate::paginate::auto::Found;
use crate::report::{Outcome, PaceReport, ResourceReport, TableReport};
use crate::transport::{Connection, Http, TokenError, Transport, proxy_passwords};

/// The spec's folder, made ready for one load.
pub(crate) struct Opened {
    pub(crate) folder: Folder,
    /// Held until the end.
    _lock: Lock,
    pub(crate) load: Arc<OpenLoad>,
    pub(crate) account: Account,
    pub(crate) newest: Option<LoadRecord>,
    pub(crate) started_at: Timestamp,
    /// By chance, for this load.
    salt: u64,
    /// What another process of this load left.
    pub(crate) taken: Taken,
    tables: Vec<TakenTable>,
}

pub(crate) async fn run(mut plan: Plan, settings: RunSettings, services: Services) -> Outcome {
    let started_at = services.clock.now();
    let mut outcome = blank(&plan);
    let connection = connect(&plan, &services);
    let (mut opened, said) = match prepare(&mut plan, &settings, &services, &connection, started_at).await {
        Ok(opened) => opened,
        Err(fault) => {
            connection.tokens().close().await;
            outcome.token_requests = connection.tokens().requests();
            outcome.interrupted = services.stop.is_stopped();
            // What the end of the run cut short is no failure.
            outcome.failures.extend((!outcome.interrupted).then_some(*fault));
            return outcome;
        }
    };
    outcome.load = opened.load.id().as_str().to_owned();
    outcome.notes.extend(said);
    let cursors = match cursors(&plan, &settings, &opened) {
        Ok(cursors) => cursors,
        Err(fault) => {
            connection.tokens().close().await;
            outcome.token_requests = connection.tokens().requests();
            outcome.failures.push(*fault);
            leave_as_found(&opened, &mut outcome);
            return outcome;
        }
    };
    let run = Arc::new(build(plan, &settings, &services, &connection, &mut opened, cursors));
    let done = Stop::new();
    // In a set, so that it ends with this.
    let mut tending = JoinSet::new();
    tending.spawn(run.clone().tend(services.stop.clone(), done.clone()));
    run.drive().await;
    done.stop();
    if let Some(Err(error)) = tending.join_next().await
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
    connection.tokens().close().await;
    outcome.token_requests = connection.tokens().requests();
    close(&run, &settings, &mut outcome);
    say_taken(&run, &mut outcome);
    outcome.interrupted = services.stop.is_stopped();
    outcome.out_of_time = run.stop.is_stopped() && !outcome.interrupted && run.ended_by.get().is_none();
    if let Some(fault) = run.ended_by.get() {
        outcome.failures.push((**fault).clone());
    }
    let ends_early = run.stop.is_stopped() || run.ended_by.get().is_some();
    if let Err(fault) = run.checkpoint(Durable::AtTheEnd).await {
        outcome.failures.push(*fault);
    }
    if ends_early || ends_open(&run, &outcome) {
        leave_open(&run, &opened, &mut outcome);
        return outcome;
    }
    services.listener.hear(&Event::Committing { tables: run.plan.tables.len() });
    commit::commit(&run, opened, &settings, &mut outcome).await;
    outcome
}

fn blank(plan: &Plan) -> Outcome {
    Outcome {
        load: String::new(),
        sequence: None,
        resources: Vec::new(),
        tables: plan
            .tables
            .iter()
            .map(|table| TableReport { name: table.name.clone(), ..TableReport::default() })
            .collect(),
        failures: Vec::new(),
        notes: plan.notes.clone(),
        pace: PaceReport::default(),
        token_requests: 0,
        interrupted: false,
        out_of_time: false,
        left_open: false,
        rows_kept: 0,
    }
}

/// The folder of a spec, held by this run, and what was left of the load before.
struct Held {
    folder: Folder,
    lock: Lock,
    recovered: Vec<Diagnostic>,
}

/// Makes all ready for the first request: the folder first, so that nothing is spent where another run holds it.
async fn prepare(
    plan: &mut Plan,
    settings: &RunSettings,
    services: &Services,
    connection: &Connection,
    started_at: Timestamp,
) -> Result<(Opened, Vec<Diagnostic>), Fault> {
    let held = hold(settings, services.folder.as_ref())?;
    find_base(plan, services, connection).await?;
    open(plan, settings, held, started_at)
}

fn hold(settings: &RunSettings, folder: Option<&Folder>) -> Result<Held, Fault> {
    let folder = match folder {
        Some(folder) => folder.clone(),
        None => Folder::open(&settings.out, &settings.folder).map_err(|error| store_fault(&error))?,
    };
    let lock = folder.lock().map_err(|error| store_fault(&error))?;
    let recovered = folder.recover(&lock).map_err(|error| store_fault(&error))?;
    let mut notes = Vec::new();
    if !recovered.is_empty() {
        notes.push(note("recovered", Pointer::root(), recovered.to_string()));
    }
    Ok(Held { folder, lock, recovered: notes })
}

/// Asks for the token where it names the base URL.
async fn find_base(plan: &mut Plan, services: &Services, connection: &Connection) -> Result<(), Fault> {
    let client = &mut plan.client;
    let Some(base) = &client.token_base else { return Ok(()) };
    let answer = tokio::select! {
        biased;
        () = services.stop.stopped() => Err(TokenError::Stopped),
        answer = connection.token_answer(&client.auth) => answer,
    };
    let found = answer.and_then(|answer| {
        base.resolve(&answer).map_err(|message| TokenError::Base { message, would_leave: false })
    });
    let url = found.and_then(|url| {
        let allowed = Origins::new(client.origins.get(1..).unwrap_or_default());
        if base.names_origin && !allowed.allows(&url) {
            let message = format!(
                "the token leads to `{}`, which is not among `allow_hosts`",
                services.redactor.redact(&url_origin_text(&url))
            );
            return Err(TokenError::Base { message, would_leave: true });
        }
        Ok(url)
    });
    let url = url.map_err(|error| {
        let mut fault = error.diagnostic(&client.auth_at);
        fault.message = services.redactor.redact(&fault.message);
        Box::new(fault)
    })?;
    if let (Some(first), Some(origin)) = (client.origins.first_mut(), Origin::of(&url)) {
        *first = origin;
    }
    client.base_url = url;
    Ok(())
}

fn open(
    plan: &Plan,
    settings: &RunSettings,
    held: Held,
    started_at: Timestamp,
) -> Result<(Opened, Vec<Diagnostic>), Fault> {
    let Held { folder, lock, recovered: mut notes } = held;
    let account = account(plan, settings.origin.as_deref());
    let newest = folder.newest_of(&account).map_err(|error| store_fault(&error))?;
    let mut begun = begin(plan, settings, started_at, (&folder, &lock), newest.as_ref())?;
    notes.extend(begun.said.take().map(|said| note("begun-anew", Pointer::root(), said)));
    let Begun { load, started_at, salt, taken, tables, .. } = begun;
    let load = Arc::new(load);
    let opened = Opened { folder, _lock: lock, load, account, newest, started_at, salt, taken, tables };
    Ok((opened, notes))
}

/// Whose data a run reads. `origin` stands for the API's where that is not the base URL's.
pub(crate) fn account(plan: &Plan, origin: Option<&str>) -> Account {
    let identity: BTreeMap<String, String> = plan
        .inputs
        .iter()
        .filter(|(_, input)| input.identity && !input.value.is_null())
        .map(|(name, input)| {
            let value = input.value.as_str().map_or_else(|| input.value.to_string(), str::to_owned);
            (name.to_owned(), value)
        })
        .collect();
    let origin = origin.map_or_else(|| origin_text(&plan.client), str::to_owned);
    Account { origin, identity }
}

fn origin_text(client: &ClientPlan) -> String {
    client.origins.first().map(Origin::to_string).unwrap_or_default()
}

/// What the load before left of increments, and what is asked of them.
fn cursors(plan: &Plan, settings: &RunSettings, opened: &Opened) -> Result<Cursors, Fault> {
    let kept = opened.newest.as_ref().map(|record| &record.cursors).filter(|kept| !kept.is_null());
    let before = match kept {
        Some(kept) => serde_json::from_value(kept.clone()).map_err(|error| {
            at_large("load-record", format!("the cursors of the newest load record cannot be read: {error}"))
        })?,
        None => BTreeMap::new(),
    };
    let cursors = Cursors {
        before,
        // A limited run has a folder of its own, and begins anew each time.
        full_refresh: settings.full_refresh || settings.limit.is_some(),
        since: settings.since.clone(),
        until: settings.until.clone(),
        advance: settings.advance,
        started_at: opened.started_at,
        masked: Masked::new(plan),
        ended: Mutex::default(),
    };
    check_range(plan, &cursors)?;
    Ok(cursors)
}

fn connect(plan: &Plan, services: &Services) -> Connection {
    services.redactor.register_made(&plan.made);
    let transport: Arc<dyn Transport> = match &services.transport {
        Some(transport) => transport.clone(),
        None => {
            for password in proxy_passwords() {
                services.redactor.register(&password);
            }
            let http = Http::new(plan.client.timeout, plan.client.max_body);
            Arc::new(http.with_tls(plan.client.tls.clone()))
        }
    };
    Connection::new(
        transport,
        &plan.client,
        services.clock.clone(),
        services.redactor.clone(),
        services.listener.clone(),
    )
}

fn build(
    mut plan: Plan,
    settings: &RunSettings,
    services: &Services,
    connection: &Connection,
    opened: &mut Opened,
    cursors: Cursors,
) -> Run {
    let taken = std::mem::take(&mut opened.taken);
    for (index, path) in &taken.selected {
        if let (Some(resource), Ok(path)) = (plan.resources.get_mut(*index), Path::parse(path)) {
            resource.selector = Selector::Path(path);
        }
    }
    let kept = fields::kept(&plan);
    let contracts = plan.tables.iter().map(|table| {
        let state = opened.newest.as_ref().and_then(|record| record.tables.get(&table.name));
        // A schema that cannot be read is said at the commit.
        Contract::of(table, &state.and_then(|state| commit::recorded_schema(state).ok())?)
    });
    let contracts = contracts.collect();
    let facts = RunFacts::new(&plan, opened.load.id().as_str(), opened.started_at);
    let tallies: Vec<Tally> = plan.resources.iter().map(|_| Tally::default()).collect();
    let connection = connection.with_origins(&plan.client);
    let connections = plan.resources.iter().map(|resource| {
        crate::transport::register_secrets(&resource.auth, &services.redactor);
        let listener = OfResource { name: resource.name.clone(), to: services.listener.clone() };
        connection.for_resource(&plan.client, &resource.rate_limits, Arc::new(listener))
    });
    let connections = connections.collect();
    let tables = std::mem::take(&mut opened.tables);
    let sinks = plan.tables.iter().enumerate().zip(tables).map(|((index, table), taken)| {
        let metadata = super::drive::metadata(&plan, index, opened.load.id().as_str());
        Arc::new(Sink::new(index, table, &opened.load, metadata, taken))
    });
    let sinks = sinks.collect();
    for (index, resource) in plan.resources.iter().enumerate() {
        let mut figures = tallies[index].lock();
        figures.report = ResourceReport { name: resource.name.clone(), ..ResourceReport::default() };
        let mut keyed = resource.combinations.iter().filter_map(|c| c.table).map(|table| &plan.tables[table]);
        figures.keyed = keyed.all(|table| !table.primary_key.is_empty());
        let mut tables: Vec<_> = resource.combinations.iter().filter_map(|c| c.table).collect();
        tables.dedup();
        figures.report.tables = tables.into_iter().map(|table| plan.tables[table].name.clone()).collect();
    }
    let now = services.clock.monotonic();
    // A limited run has a folder of its own, and begins anew each time.
    let keeping = settings.keeping.as_ref().filter(|_| settings.limit.is_none());
    let every = keeping.map(|keeping| keeping.checkpoint);
    let ledger = Ledger::new(every, opened.salt, taken.checkpoints, now);
    let run = Run {
        extractors: Extractors::new(&plan, &kept, contracts),
        uses: (0..plan.resources.len()).map(|index| fields::uses(&plan, index)).collect(),
        queues: queues(&plan, &tallies, &ledger),
        depths: depths(&plan),
        written: plan.resources.iter().map(|_| AtomicU64::new(0)).collect(),
        facts,
        tallies,
        connections,
        sinks,
        chosen: Mutex::new(taken.selected.clone()),
        found: plan.resources.iter().map(|_| OnceLock::new()).collect(),
        asked: AtomicU64::new(0),
        answered: AtomicU64::new(0),
        unanswered: AtomicU64::new(0),
        has_led: plan.resources.iter().map(|_| AtomicBool::new(false)).collect(),
        limit: settings.limit,
        memory: settings.memory,
        redactor: services.redactor.clone(),
        listener: services.listener.clone(),
        clock: services.clock.clone(),
        stop: Stop::new(),
        load: opened.load.clone(),
        cursors,
        ledger,
        taken,
        anew: Mutex::default(),
        deadline: settings.max_duration.map(|most| now + most),
        ended_by: OnceLock::new(),
        plan,
    };
    for (index, kept) in &run.taken.paged {
        let fetch = run.plan.resources.get(*index).and_then(|resource| resource.fetch.as_ref());
        if let (Some(fetch), Some(followed)) = (fetch, kept.followed()) {
            run.pin(*index, Arc::new(Found::new(&fetch.paginator, &followed, None)));
        }
    }
    run
}

pub(crate) fn abandon(opened: &Opened, outcome: &mut Outcome) {
    if let Err(error) = opened.load.abandon() {
        outcome.notes.push(note("left-behind", Pointer::root(), error.to_string()));
    }
}

pub(crate) fn note(rule: &'static str, at: Pointer, message: String) -> Diagnostic {
    Diagnostic::new(Severity::Note, rule, at, message).on(Part::Key)
}

/// A failure of the store, in the words of a user.
pub(crate) fn store_fault(error: &StoreError) -> Fault {
    let rule = match error {
        StoreError::Held { .. } => "held",
        StoreError::TakenOver { .. } => "taken-over",
        StoreError::OtherOrigin { .. } => "other-origin",
        StoreError::OtherIdentity { .. } => "other-account",
        StoreError::Damaged { .. } | StoreError::LaterFormat { .. } => "load-record",
        _ => "cannot-write",
    };
    at_large(rule, error.to_string())
}

/// Tells a listener which resource an event is about.
struct OfResource {
    name: String,
    to: Arc<dyn Listener>,
}

impl Listener for OfResource {
    fn hear(&self, event: &Event) {
        match event {
            Event::Retry { why, wait, .. } => {
                self.to.hear(&Event::Waiting { resource: self.name.clone(), why: why.clone(), wait: *wait });
            }
            other => self.to.hear(other),
        }
    }
}
