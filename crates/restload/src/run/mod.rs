//! `restload run`: from the file of a spec and a command line to a plan, through the engine, to a report.

mod fingerprint;
mod options;
mod values;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use restload_diag::{Diagnostic, Pointer, Severity};
use restload_engine::report::Outcome;
use restload_engine::run::{Keeping, RunSettings, Services, pending};
use restload_sandbox::{Sandbox, SandboxOptions};
use restload_spec::plan::Plan;
use restload_spec::{Wanted, settle};
use tokio::time::{MissedTickBehavior, interval};

use crate::arguments::RunArguments;
use crate::progress::Progress;
use crate::report::Report;
use crate::sandbox;
use crate::spec_file::{SpecFile, read_spec_file};
use crate::terminal::Terminal;
use crate::world::World;

use options::{read_memory, read_time};
use values::bind;

pub(crate) use options::Options;
pub(crate) use values::{look_up, refuse, register_secrets};

/// How often what is seen of a run is brought up to date.
const REFRESH: Duration = Duration::from_millis(100);

/// Runs a spec and gives the exit code, as an error where there was nothing to run.
pub(crate) async fn run(arguments: &RunArguments, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let options = Options::read(&arguments.inputs, arguments.base_url.as_deref(), world, terminal)?;
    let memory = read_memory(&arguments.memory, terminal)?;
    let file = read_spec_file(&arguments.spec, world, terminal)?;
    let sandbox = if arguments.sandbox {
        Some(sandbox(&file, arguments, &options, world, terminal).await?)
    } else {
        None
    };
    let second = Duration::from_secs(1);
    let checkpoint = read_time("--checkpoint", &arguments.checkpoint, Duration::ZERO, terminal)?;
    let within = read_time("--resume-within", &arguments.resume_within, Duration::ZERO, terminal)?;
    let most = arguments.max_duration.as_deref();
    let most = most.map(|most| read_time("--max-duration", most, second, terminal)).transpose()?;
    let (out, folder) = (world.locate(&arguments.out), folder_name(&file.spec.name, arguments));
    // Times before the run are counted from the beginning of the load, whichever process goes on with it.
    let now = world.clock.now();
    let left = if arguments.no_resume { None } else { pending(&out, &folder, now, within).ok().flatten() };
    let now = left.map_or(now, |left| left.started_at);
    let plan = plan(&file, sandbox.as_ref(), arguments, &options, now, (world, terminal))?;
    // The sandbox is another one each time, and what is limited is soon read again.
    let keeps = !arguments.sandbox && arguments.limit.is_none();
    let keeping = keeps.then(|| Keeping {
        checkpoint,
        within,
        anew: arguments.no_resume,
        fingerprint: fingerprint::of(&file, &plan, arguments),
    });
    let settings = RunSettings {
        out,
        folder,
        keeping,
        max_duration: most,
        // The port of a sandbox is another one each time.
        origin: arguments.sandbox.then(|| "sandbox".to_owned()),
        limit: arguments.limit,
        memory,
        strict: arguments.strict,
        allow_incomplete: arguments.allow_incomplete,
        full_refresh: arguments.full_refresh,
        since: arguments.since.clone(),
        until: arguments.until.clone(),
        advance: arguments.advance,
    };
    let shown_folder = arguments.out.join(&settings.folder);
    let outcome = watch(plan, settings, world, terminal).await;
    let report = Report { outcome: &outcome, document: &file.document, folder: &shown_folder };
    Ok(report.print(world, terminal))
}

/// Starts the sandbox that is read in place of the API.
async fn sandbox(
    file: &SpecFile,
    arguments: &RunArguments,
    options: &Options,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<Sandbox, u8> {
    let given = sandbox::given(file, &options.set, world, terminal)?;
    register_secrets(&file.spec, &given, &world.redactor);
    let resources = arguments.resource.clone();
    let mut set_up = SandboxOptions { given, resources, ..SandboxOptions::default() };
    set_up.rows = arguments.rows.unwrap_or(set_up.rows);
    sandbox::start(file, &arguments.spec, &set_up, world, terminal).await
}

/// The folder below `--out`: a run that does not read all of the real API has one of its own.
fn folder_name(spec: &str, arguments: &RunArguments) -> String {
    match (arguments.sandbox, arguments.limit) {
        (true, _) => format!("{spec}.sandbox"),
        (false, Some(_)) => format!("{spec}.limit"),
        (false, None) => spec.to_owned(),
    }
}

/// Settles what will be done, with the inputs of the sandbox or those of the run.
fn plan(
    file: &SpecFile,
    sandbox: Option<&Sandbox>,
    arguments: &RunArguments,
    options: &Options,
    now: Timestamp,
    (world, terminal): (&World<'_>, &Terminal),
) -> Result<Plan, u8> {
    let (inputs, base_url) = match sandbox {
        Some(sandbox) => (sandbox.inputs().clone(), Some(sandbox.base_url().clone())),
        None => (bind(file, options, &arguments.inputs, now, (world, terminal))?, options.base_url.clone()),
    };
    let wanted = Wanted { resources: arguments.resource.clone(), base_url };
    let settled = settle(&file.document, &file.spec, inputs, &wanted);
    let mut plan = settled.map_err(|faults| terminal.refused(&faults, &file.document))?;
    locate_certificates(&mut plan, world);
    if let Some(sandbox) = sandbox {
        let waits = sandbox.take_over(&mut plan);
        if waits {
            let message = "the requests that `rate_limit` allows in a time are not counted: the sandbox takes any number";
            let said = Diagnostic::new(Severity::Note, "sandbox-limits", Pointer::root(), message);
            terminal.findings(&[said], &file.document);
        }
    }
    Ok(plan)
}

/// Files of certificates are where the command line is.
fn locate_certificates(plan: &mut Plan, world: &World<'_>) {
    let tls = &mut plan.client.tls;
    let (certificate, key) = tls.identity.as_mut().map(|(certificate, key)| (certificate, key)).unzip();
    for file in tls.ca_file.as_mut().into_iter().chain(certificate).chain(key) {
        *file = world.locate(file);
    }
}

/// Lets the engine run and shows how far it is.
async fn watch(plan: Plan, settings: RunSettings, world: &World<'_>, terminal: &Terminal) -> Outcome {
    let progress = Arc::new(Progress::new(&plan, world, terminal));
    let services = Services {
        clock: world.clock.clone(),
        redactor: world.redactor.clone(),
        listener: progress.clone(),
        stop: world.stop.clone(),
        transport: None,
        folder: None,
    };
    let mut running = Box::pin(restload_engine::run::run(plan, settings, services));
    let mut refresh = interval(REFRESH);
    refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ending = false;
    let outcome = loop {
        tokio::select! {
            outcome = &mut running => break outcome,
            _ = refresh.tick() => progress.show(terminal),
        }
        if world.stop.is_stopped() && !std::mem::replace(&mut ending, true) {
            progress.say_ending(terminal);
        }
    };
    progress.finish(terminal);
    outcome
}
