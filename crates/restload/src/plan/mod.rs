//! `restload plan`: what a run would do, without a request.
//!
//! The plan is settled as for a run, with something that stands in for inputs that are not there. What is said of it is
//! gathered in an [`Overview`], and written for people ([`human`]) or programs ([`json`]).

mod human;
mod inputs;
mod json;
mod overview;
mod stand_in;
mod state;
mod tree;
mod words;

use restload_diag::Diagnostic;
use restload_spec::plan::Plan;
use restload_spec::{Wanted, settle};

use crate::arguments::{PlanArguments, PlanForm};
use crate::exit;
use crate::run::Options;
use crate::spec_file::{SpecFile, read_spec_file};
use crate::terminal::Terminal;
use crate::world::World;

use inputs::Bound;
use overview::Overview;
use state::State;

/// Says what a run with the same options would do, and gives the exit code.
pub(crate) fn plan(arguments: &PlanArguments, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let options = Options::read(&arguments.inputs, arguments.base_url.as_deref(), world, terminal)?;
    let file = read_spec_file(&arguments.spec, world, terminal)?;
    let bound = inputs::bind(&file, &options, &arguments.inputs, world, terminal)?;
    let plan = settled(&file, &bound, arguments, &options, terminal)?;
    let state = State::read(&world.locate(&arguments.out), &plan, !bound.missing().is_empty());
    let folder = arguments.out.join(&plan.name);
    let overview = Overview::new(&file, &plan, &bound, state, folder, world);
    let text = match arguments.format {
        PlanForm::Human => human::write(&overview, world.out_is_terminal && world.wants_color()),
        PlanForm::Json => json::write(&overview, &file.document, &world.redactor),
    };
    terminal.print(&text).map_err(|error| {
        terminal.error(&format!("cannot write the plan: {error}"), None);
        exit::FAILED
    })?;
    if arguments.format == PlanForm::Human {
        terminal.findings(&overview.notes(), &file.document);
    }
    let faults = overview.faults();
    terminal.diagnostics(&faults, &file.document);
    Ok(if faults.is_empty() { exit::DONE } else { exit::SPEC })
}

fn settled(
    file: &SpecFile,
    bound: &Bound,
    arguments: &PlanArguments,
    options: &Options,
    terminal: &Terminal,
) -> Result<Plan, u8> {
    let wanted = Wanted { resources: arguments.resource.clone(), base_url: options.base_url.clone() };
    settle(&file.document, &file.spec, bound.inputs.clone(), &wanted).map_err(|faults| {
        let lifted: Vec<Diagnostic> =
            faults.into_iter().map(|fault| bound.stand_ins.lift_fault(fault)).collect();
        let code = terminal.refused(&lifted, &file.document);
        if let Some(names) = words::listed(bound.missing().iter().map(|name| format!("`{name}`"))) {
            terminal.say(&format!("this may be because {names} has no value, and something stood in for it"));
        }
        code
    })
}
