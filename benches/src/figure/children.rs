//! 2,000 children of one list, each a request that is answered after 20 ms: how well a run fills its
//! concurrency of 50. Without any cost of its own it would take 0.8 s.

use std::time::Duration;

use crate::bench::{Bench, Depth};
use crate::fault::Fault;
use crate::report::{Count, Report, Time};
use crate::serve::{ENTRIES, LISTS};
use crate::server::LoadServer;

pub(super) const NAME: &str = "children";
pub(super) const SPEC: &str = include_str!("../../specs/children.yaml");
const LATENCY_MS: u64 = 20;
const CONCURRENCY: usize = 50;

pub(super) fn measure(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let rows = LISTS * ENTRIES;
    let server = LoadServer::start(rows, LATENCY_MS)?;
    let run = bench.run(&bench.spec(NAME, SPEC, server.port())?)?;
    run.check("entries", rows, Depth::Values)?;
    report.told(NAME, "rows in the files, every value of 16 fields as sent", rows);
    let stats = server.stats()?;
    report.told(NAME, "requests", stats.served);
    report.at_most(NAME, "requests in flight", Count(stats.most_in_flight), Count(CONCURRENCY));
    report.told(NAME, "cpu (user + system)", Time(run.usage.cpu));
    report.below(NAME, "wall at 20 ms", Time(run.usage.wall), Time(Duration::from_millis(1_500)));
    Ok(())
}
