//! 200 pages, each known only from the one before and answered after 20 ms: what a run adds to a page.
//! Without any cost of its own it would take 4.0 s.

use std::time::Duration;

use crate::bench::{Bench, Depth};
use crate::fault::Fault;
use crate::report::{Report, Time};
use crate::server::LoadServer;

pub(super) const NAME: &str = "cursor";
pub(super) const SPEC: &str = include_str!("../../specs/cursor.yaml");
const LATENCY_MS: u64 = 20;
/// 200 pages of the 100 rows that the spec asks for.
const ROWS: usize = 200 * 100;

pub(super) fn measure(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let server = LoadServer::start(ROWS, LATENCY_MS)?;
    let run = bench.run(&bench.spec(NAME, SPEC, server.port())?)?;
    run.check("events", ROWS, Depth::ValuesInOrder)?;
    report.told(NAME, "rows in the files, every value of 16 fields as sent", ROWS);
    report.told(NAME, "requests", server.stats()?.served);
    report.told(NAME, "cpu (user + system)", Time(run.usage.cpu));
    report.below(NAME, "wall at 20 ms", Time(run.usage.wall), Time(Duration::from_millis(4_600)));
    Ok(())
}
