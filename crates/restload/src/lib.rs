//! The command line of restload: its verbs, its terminal, its exit codes.
//!
//! [`main_with`] is the whole program with its surroundings ([`World`]) as an argument, so that tests run it within
//! their own process. Nothing here knows what a spec means or how an API is read: a verb reads what it was given,
//! hands it to the crates that know, and prints what came of it.

mod arguments;
mod codes;
mod compact;
pub mod exit;
mod explain;
mod figures;
mod files;
mod fmt;
mod folder;
mod history;
mod input_texts;
mod lint;
mod plan;
mod progress;
mod recover;
mod report;
mod rollback;
mod run;
mod sandbox;
mod schema;
mod spec_file;
mod state;
mod terminal;
mod verify;
mod world;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

pub use codes::{codes, is_explained};
pub use world::{Sink, World};

use arguments::{Arguments, Verb};
use terminal::Terminal;

/// Runs restload with the arguments of a command line, the program's name first, and gives its exit code.
///
/// It needs a tokio runtime with time and network.
pub async fn main_with(arguments: Vec<OsString>, world: World<'_>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return print_usage(&error, &world),
    };
    let terminal = Terminal::new(&world, arguments.verb.voice());
    let ended = match arguments.verb {
        Verb::Run(arguments) => run::run(&arguments, &world, &terminal).await,
        Verb::Lint(arguments) => lint::lint(&arguments, &world, &terminal),
        Verb::Explain(arguments) => explain::explain(&arguments, &world, &terminal),
        Verb::Fmt(arguments) => fmt::fmt(&arguments, &world, &terminal),
        Verb::Schema => schema::schema(&terminal),
        Verb::Lsp => lsp(&terminal).await,
        Verb::Plan(arguments) => plan::plan(&arguments, &world, &terminal),
        Verb::Files(arguments) => files::files(&arguments, &world, &terminal),
        Verb::Loads(arguments) => history::loads(&arguments, &world, &terminal),
        Verb::Verify(arguments) => verify::prove(&arguments, &world, &terminal),
        Verb::Recover(of) => recover::recover(&of, &world, &terminal),
        Verb::Rollback(arguments) => rollback::rollback(&arguments, &world, &terminal),
        Verb::Compact(arguments) => compact::join(&arguments, &world, &terminal),
        Verb::State(arguments) => state::state(&arguments, &world, &terminal),
        Verb::Sandbox(arguments) => sandbox::serve(&arguments, &world, &terminal).await,
    };
    ended.unwrap_or_else(|code| code)
}

/// Serves an editor until it ends; the protocol has standard output to itself.
async fn lsp(terminal: &Terminal) -> Result<u8, u8> {
    let served = tokio::task::spawn_blocking(|| restload_lsp::serve_stdio(jiff::Timestamp::now)).await;
    match served {
        Ok(Ok(code)) => Ok(code),
        Ok(Err(error)) => {
            terminal.error(&format!("the editor does not speak the protocol: {error}"), None);
            Err(exit::USAGE)
        }
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// The command line as it is defined: verbs, options, what their help says.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Prints help, the version, or what is wrong with the arguments.
fn print_usage(error: &clap::Error, world: &World<'_>) -> u8 {
    let asked = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    let (sink, is_terminal) =
        if asked { (&world.out, world.out_is_terminal) } else { (&world.err, world.err_is_terminal) };
    let rendered = error.render();
    let text =
        if is_terminal && world.wants_color() { rendered.ansi().to_string() } else { rendered.to_string() };
    // Nobody is left to tell when this cannot be written.
    let _ = terminal::write(sink, &text);
    if asked { exit::DONE } else { exit::USAGE }
}
