//! Measures restload against a load server of its own and holds it to its figures.
//!
//! It builds nothing: the release binary that lies beside it is measured, in processes of its own. A line is
//! printed for each figure (what, measured, target, ok or over); the exit code is 1 if one of them is over.

mod bench;
mod check;
mod fault;
mod figure;
mod person;
mod process;
mod report;
mod serve;
mod server;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::bench::Bench;
use crate::fault::{Fault, told};
use crate::figure::Figure;
use crate::report::Report;

/// Measures restload and holds it to its figures.
#[derive(Parser)]
#[command(name = "restload_benches")]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// The binary to measure, in place of the one beside this program.
    #[arg(long, value_name = "PATH")]
    restload: Option<PathBuf>,
    /// A program for the same pages that was written by hand, to hold `people` against.
    #[arg(long, value_name = "PATH")]
    handwritten: Option<PathBuf>,
    /// Only these, comma-separated.
    #[arg(long, value_delimiter = ',', value_name = "FIGURE")]
    only: Vec<Figure>,
    /// How many times `people` is measured, in turn with the program beside it.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    pairs: u16,
    /// With the figures of 5,000,000 rows, for which the load server itself holds 2.2 GB.
    #[arg(long)]
    long: bool,
}

#[derive(Subcommand)]
enum Part {
    /// Serves the load alone and prints its port, for a look by hand.
    Serve(serve::Settings),
    /// Checks the files of a table against what the server sends.
    Check(check::Settings),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.part {
        Some(Part::Serve(settings)) => serve::serve(settings).map_err(Fault::Serve),
        Some(Part::Check(settings)) => check::check(settings),
        None => measure(&arguments)
            .map_or_else(Err, |report| if report.missed() { Err(Fault::Missed) } else { Ok(()) }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            let _ = writeln!(io::stderr(), "{}", told(&fault));
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<Report, Fault> {
    let restload = match &arguments.restload {
        Some(path) => path.clone(),
        None => beside()?,
    };
    let bench = Bench::new(restload, arguments.handwritten.clone(), arguments.pairs.into())?;
    let mut report = Report::default();
    for figure in Figure::ALL {
        if wanted(figure, arguments) {
            figure.measure(&bench, &mut report);
        }
    }
    Ok(report)
}

fn wanted(figure: Figure, arguments: &Arguments) -> bool {
    if arguments.only.is_empty() {
        !matches!(figure, Figure::Memory | Figure::Merge) || arguments.long
    } else {
        arguments.only.contains(&figure)
    }
}

/// The release binary of the same target folder.
fn beside() -> Result<PathBuf, Fault> {
    let own = std::env::current_exe()
        .map_err(|source| Fault::Start { program: "restload_benches".to_owned(), source })?;
    Ok(own.with_file_name(format!("restload{}", std::env::consts::EXE_SUFFIX)))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn figures(line: &str) -> Vec<Figure> {
        let arguments = Arguments::parse_from(line.split(' '));
        Figure::ALL.into_iter().filter(|figure| wanted(*figure, &arguments)).collect()
    }

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_long_figure_is_measured_only_when_asked_for() {
        assert_eq!(figures("b"), [Figure::People, Figure::Children, Figure::Cursor, Figure::Start]);
        assert_eq!(figures("b --long"), Figure::ALL);
        assert_eq!(figures("b --only memory,start"), [Figure::Start, Figure::Memory]);
    }
}
