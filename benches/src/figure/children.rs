//! 2,000 children of one list, each a request that is answered after 20 ms: how well a run fills its
//! concurrency of 50. Without any cost of its own it would take 0.8 s.

use std::time::Duration;

use crate::bench::{Bench, Depth};
use crate::fault::Fault;
use crate::report::{Count, Report, Time, median_time};
use crate::serve::{ENTRIES, LISTS};
use crate::server::LoadServer;

pub(super) const NAME: &str = "children";
pub(super) const SPEC: &str = include_str!("../../specs/children.yaml");
const LATENCY_MS: u64 = 20;
const CONCURRENCY: usize = 50;
const TIMES: usize = 3;

pub(super) fn measure(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let rows = LISTS * ENTRIES;
    let server = LoadServer::start(rows, LATENCY_MS)?;
    let spec = bench.spec(NAME, SPEC, server.port())?;
    let (mut usages, mut most_in_flight) = (Vec::with_capacity(TIMES), 0);
    for time in 0..TIMES {
        let run = bench.run(&spec)?;
        run.check("entries", rows, Depth::Values)?;
        let stats = server.stats()?;
        most_in_flight = most_in_flight.max(stats.most_in_flight);
        usages.push(run.usage);
        if time == 0 {
            report.told(NAME, "rows in the files, every value of 16 fields as sent", rows);
            report.told(NAME, "requests of a run", stats.served);
        }
    }
    report.at_most(NAME, "requests in flight", Count(most_in_flight), Count(CONCURRENCY));
    report.told(NAME, "cpu (user + system), median", median_time(usages.iter().map(|usage| usage.cpu)));
    let wall = median_time(usages.iter().map(|usage| usage.wall));
    report.below(NAME, "wall at 20 ms, median of 3", wall, Time(Duration::from_millis(1_500)));
    Ok(())
}
