//! `restload run`: from the file of a spec and a command line to a plan, through the engine, to a report.

mod options;
mod values;

use std::sync::Arc;
use std::time::Duration;

use restload_engine::report::Outcome;
use restload_engine::run::{RunSettings, Services};
use restload_spec::plan::{Inputs, Plan};
use restload_spec::{Wanted, settle};
use tokio::time::{MissedTickBehavior, interval};

use crate::arguments::RunArguments;
use crate::exit;
use crate::progress::Progress;
use crate::report::Report;
use crate::spec_file::{SpecFile, read_spec_file};
use crate::terminal::Terminal;
use crate::world::World;

use options::Options;
use values::bind;

/// How often what is seen of a run is brought up to date.
const REFRESH: Duration = Duration::from_millis(100);

/// Runs a spec and gives the exit code, as an error where there was nothing to run.
pub(crate) async fn run(arguments: &RunArguments, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let options = Options::read(arguments, world, terminal)?;
    let file = read_spec_file(&arguments.spec, world, terminal)?;
    let inputs = bind(&file, &options, arguments, world, terminal)?;
    let wanted = Wanted { resources: arguments.resource.clone(), base_url: options.base_url.clone() };
    let plan = plan(&file, inputs, &wanted, terminal)?;
    let settings = RunSettings {
        out: world.locate(&arguments.out),
        folder: folder_name(&plan.name, arguments),
        origin: None,
        limit: arguments.limit,
        memory: options.memory,
        strict: arguments.strict,
    };
    let shown_folder = arguments.out.join(&settings.folder);
    let outcome = watch(plan, settings, world, terminal).await;
    let report = Report { outcome: &outcome, document: &file.document, folder: &shown_folder };
    Ok(report.print(world, terminal))
}

/// The folder below `--out`: a run that does not read all of the real API has one of its own.
fn folder_name(spec: &str, arguments: &RunArguments) -> String {
    match (arguments.sandbox, arguments.limit) {
        (true, _) => format!("{spec}.sandbox"),
        (false, Some(_)) => format!("{spec}.limit"),
        (false, None) => spec.to_owned(),
    }
}

fn plan(file: &SpecFile, inputs: Inputs, wanted: &Wanted, terminal: &Terminal) -> Result<Plan, u8> {
    settle(&file.document, &file.spec, inputs, wanted).map_err(|faults| {
        terminal.diagnostics(&faults, &file.document);
        // A name that was given on the command line is no fault of the spec.
        let asked_for =
            faults.iter().filter(|fault| fault.is_error()).all(|fault| fault.rule == "unknown-resource");
        if asked_for { exit::USAGE } else { exit::SPEC }
    })
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
    };
    let mut running = Box::pin(restload_engine::run::run(plan, settings, services));
    let mut refresh = interval(REFRESH);
    refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let outcome = loop {
        tokio::select! {
            outcome = &mut running => break outcome,
            _ = refresh.tick() => progress.show(terminal),
        }
    };
    progress.finish(terminal);
    outcome
}
