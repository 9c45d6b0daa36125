//! 500,000 rows of 430 bytes in 500 numbered pages: the processor time of a row, beside a program that was
//! written by hand for this one endpoint, and the memory that it takes.

use std::process::Command;
use std::time::Duration;

use crate::bench::{Bench, Depth, SpecFile};
use crate::fault::Fault;
use crate::process::{Usage, measured};
use crate::report::{Count, Megabytes, Ratio, Report, median, median_time};
use crate::server::LoadServer;

pub(super) const NAME: &str = "people";
pub(super) const SPEC: &str = include_str!("../../specs/people.yaml");
/// The most memory that a run may have resident, whatever the number of rows.
pub(super) const PEAK: Megabytes = Megabytes(120_000_000);
/// The page size and the concurrency of the spec.
const PAGE: usize = 1_000;
const CONCURRENCY: usize = 4;
const ROWS: usize = 500_000;

pub(super) fn measure(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let server = LoadServer::start(ROWS, 0)?;
    let spec = bench.spec(NAME, SPEC, server.port())?;
    let first = bench.run(&spec)?;
    first.check(NAME, ROWS, Depth::ValuesInOrder)?;
    report.told(NAME, "rows in the files, every value of 16 fields as sent", ROWS);
    let stats = server.stats()?;
    report.told(NAME, "requests of a run", stats.served);
    report.at_most(NAME, "requests in flight", Count(stats.most_in_flight), Count(CONCURRENCY));
    drop(first);

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in 0..bench.pairs {
        // Who goes first changes from pair to pair, so that neither always meets the other's warm caches.
        if pair % 2 == 0 {
            ours.push(run_ours(bench, &spec)?);
        }
        theirs.extend(run_handwritten(bench, server.port())?);
        if pair % 2 == 1 {
            ours.push(run_ours(bench, &spec)?);
        }
    }
    tell(report, &ours, &theirs);
    Ok(())
}

fn tell(report: &mut Report, ours: &[Usage], theirs: &[Usage]) {
    report.told(NAME, "cpu (user + system), median", median_time(ours.iter().map(|usage| usage.cpu)));
    report.told(NAME, "wall, median", median_time(ours.iter().map(|usage| usage.wall)));
    if theirs.is_empty() {
        report.told(NAME, "cpu beside handwritten (give `--handwritten PATH`)", "not measured");
    } else {
        report.told(NAME, "cpu of handwritten, median", median_time(theirs.iter().map(|usage| usage.cpu)));
        report.told(NAME, "wall of handwritten, median", median_time(theirs.iter().map(|usage| usage.wall)));
        report.told(NAME, "peak memory of handwritten, greatest", greatest_peak(theirs));
        let ratios = ours.iter().zip(theirs).map(|(ours, theirs)| share(ours.cpu, theirs.cpu));
        let what = format!("cpu beside handwritten, median of {} pairs", theirs.len());
        report.at_most(NAME, &what, Ratio(median(ratios)), Ratio(1.0));
    }
    report.below(NAME, "peak memory, greatest", greatest_peak(ours), PEAK);
}

fn run_ours(bench: &Bench, spec: &SpecFile) -> Result<Usage, Fault> {
    let run = bench.run(spec)?;
    run.check(NAME, ROWS, Depth::Footers)?;
    Ok(run.usage)
}

/// Runs the program to compare with as `PORT PER_PAGE IN_FLIGHT OUT`, if there is one.
fn run_handwritten(bench: &Bench, port: u16) -> Result<Option<Usage>, Fault> {
    let Some(program) = &bench.handwritten else { return Ok(None) };
    let out = bench.folder().join("handwritten.parquet");
    let mut command = Command::new(program);
    command.args([port.to_string(), PAGE.to_string(), CONCURRENCY.to_string()]).arg(&out);
    measured(&mut command, &bench.folder().join("handwritten.txt")).map(Some)
}

/// The greatest of the peaks: a limit of memory holds for every run.
pub(super) fn greatest_peak(runs: &[Usage]) -> Megabytes {
    Megabytes(runs.iter().map(|usage| usage.peak).max().unwrap_or_default())
}

fn share(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}
