//! The smallest commands: what every call of the program pays before it does anything.

use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::bench::{Bench, Depth};
use crate::fault::Fault;
use crate::process::measured;
use crate::report::{Megabytes, Report, Time, median_time};
use crate::server::LoadServer;

pub(super) const NAME: &str = "start";
pub(super) const SPEC: &str = include_str!("../../specs/one-page.yaml");
const TIMES: usize = 20;
/// The rows of the one page.
const ROWS: usize = 20;

pub(super) fn measure(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let bytes = fs::metadata(&bench.restload)
        .map_err(|source| Fault::File { path: bench.restload.clone(), source })?
        .len();
    report.below(NAME, "size of the binary", Megabytes(bytes), Megabytes(40_000_000));
    let version = version(bench)?;
    report.below(NAME, "`restload --version`, median of 20", version, Time(Duration::from_millis(10)));
    let page = one_page(bench)?;
    report.below(NAME, "a run of one page of 20 rows, median of 20", page, Time(Duration::from_millis(60)));
    Ok(())
}

fn version(bench: &Bench) -> Result<Time, Fault> {
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let mut command = Command::new(&bench.restload);
        times.push(measured(command.arg("--version"), &bench.folder().join("version.txt"))?.wall);
    }
    Ok(median_time(times))
}

fn one_page(bench: &Bench) -> Result<Time, Fault> {
    let server = LoadServer::start(ROWS, 0)?;
    let spec = bench.spec("one-page", SPEC, server.port())?;
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let run = bench.run(&spec)?;
        run.check("people", ROWS, Depth::ValuesInOrder)?;
        times.push(run.usage.wall);
    }
    Ok(median_time(times))
}
