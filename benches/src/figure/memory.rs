//! 5,000,000 rows in 5,000 numbered pages: memory is bounded by the budget and not by the rows.

use super::people::{PEAK, SPEC, greatest_peak};
use crate::bench::{Bench, Depth};
use crate::fault::Fault;
use crate::report::{Report, median_time};
use crate::server::LoadServer;

pub(super) const NAME: &str = "memory";
const ROWS: usize = 5_000_000;
const TIMES: usize = 3;

pub(super) fn measure(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let server = LoadServer::start(ROWS, 0)?;
    let spec = bench.spec("people", SPEC, server.port())?;
    let mut usages = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let run = bench.run(&spec)?;
        run.check("people", ROWS, Depth::Footers)?;
        usages.push(run.usage);
    }
    report.told(NAME, "rows in the files", ROWS);
    report.told(NAME, "cpu (user + system), median", median_time(usages.iter().map(|usage| usage.cpu)));
    report.told(NAME, "wall, median", median_time(usages.iter().map(|usage| usage.wall)));
    report.below(NAME, "peak memory, greatest of 3", greatest_peak(&usages), PEAK);
    Ok(())
}
