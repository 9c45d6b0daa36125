//! 100,000 rows from all over a table of 5,000,000 are merged into it: what that takes beside writing the table.

use super::people::greatest_peak;
use crate::bench::{Bench, Depth};
use crate::fault::Fault;
use crate::report::{Megabytes, Ratio, Report, Time};
use crate::server::LoadServer;

pub(super) const NAME: &str = "merge";
pub(super) const SPEC: &str = include_str!("../../specs/merge.yaml");
pub(super) const CHANGED: &str = include_str!("../../specs/changed.yaml");
const ROWS: usize = 5_000_000;
/// The page size of `changed.yaml`.
const PAGE: usize = 20;
/// How many pages are read, and every how many.
const PAGES: usize = 5_000;
const STRIDE: usize = ROWS / PAGE / PAGES;
/// The budget of `--memory`, and 16 bytes for each changed key.
const PEAK: Megabytes = Megabytes((256 << 20) + 16 * (PAGES * PAGE) as u64);

pub(super) fn measure(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let server = LoadServer::start(ROWS, 0)?;
    let spec = bench.spec("people", SPEC, server.port())?;
    let written = bench.run(&spec)?;
    written.check("people", ROWS, Depth::Footers)?;
    let first = written.usage;
    let spec = bench.spec("people", CHANGED, server.port())?;
    let pages: Vec<String> = (0..PAGES).map(|page| (1 + page * STRIDE).to_string()).collect();
    let merged = bench.run_into(written, &spec, &["--set", &format!("pages={}", pages.join(","))])?;
    merged.check("people", ROWS, Depth::Footers)?;
    report.told(NAME, "rows in the table, of which 100,000 came again", ROWS);
    report.told(NAME, "wall of writing them", Time(first.wall));
    report.told(NAME, "cpu of writing them", Time(first.cpu));
    report.told(NAME, "wall of the merge", Time(merged.usage.wall));
    let ratio = |merged: f64, first: f64| Ratio(merged / first);
    report.below(
        NAME,
        "wall of the merge beside writing all",
        ratio(merged.usage.wall.as_secs_f64(), first.wall.as_secs_f64()),
        Ratio(3.0),
    );
    report.below(
        NAME,
        "cpu of the merge beside writing all",
        ratio(merged.usage.cpu.as_secs_f64(), first.cpu.as_secs_f64()),
        Ratio(3.0),
    );
    report.below(NAME, "peak memory of the merge", greatest_peak(&[merged.usage]), PEAK);
    Ok(())
}
