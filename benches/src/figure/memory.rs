//! 5,000,000 rows in 5,000 numbered pages: memory is bounded by the budget and not by the rows.

use super::people::{PEAK, SPEC};
use crate::bench::{Bench, Depth};
use crate::fault::Fault;
use crate::report::{Megabytes, Report, Time};
use crate::server::LoadServer;

pub(super) const NAME: &str = "memory";
const ROWS: usize = 5_000_000;

pub(super) fn measure(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let server = LoadServer::start(ROWS, 0)?;
    let run = bench.run(&bench.spec("people", SPEC, server.port())?)?;
    run.check("people", ROWS, Depth::Footers)?;
    report.told(NAME, "rows in the files", ROWS);
    report.told(NAME, "cpu (user + system)", Time(run.usage.cpu));
    report.told(NAME, "wall", Time(run.usage.wall));
    report.below(NAME, "peak memory", Megabytes(run.usage.peak), PEAK);
    Ok(())
}
