//! 200 pages, each known only from the one before and answered after 20 ms: what a run adds to a page.
//! Without any cost of its own it would take 4.0 s.

use std::time::{Duration, Instant};

use crate::bench::{Bench, Depth};
use crate::fault::Fault;
use crate::report::{Report, Time, median_time};
use crate::server::LoadServer;

pub(super) const NAME: &str = "cursor";
pub(super) const SPEC: &str = include_str!("../../specs/cursor.yaml");
const LATENCY_MS: u64 = 20;
const TIMES: usize = 3;
const PAGES: usize = 200;
/// The page size of the spec.
const PAGE: usize = 100;
const ROWS: usize = PAGES * PAGE;

pub(super) fn measure(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    let server = LoadServer::start(ROWS, LATENCY_MS)?;
    let spec = bench.spec(NAME, SPEC, server.port())?;
    let (mut usages, mut bare) = (Vec::with_capacity(TIMES), Vec::with_capacity(TIMES));
    for time in 0..TIMES {
        bare.push(bare_walk(&server)?);
        server.stats()?;
        let run = bench.run(&spec)?;
        run.check("events", ROWS, Depth::ValuesInOrder)?;
        usages.push(run.usage);
        if time == 0 {
            report.told(NAME, "rows in the files, every value of 16 fields as sent", ROWS);
            report.told(NAME, "requests of a run", server.stats()?.served);
        }
    }
    report.told(NAME, "cpu (user + system), median", median_time(usages.iter().map(|usage| usage.cpu)));
    report.told(NAME, "wall of bare requests for the pages, median of 3", median_time(bare));
    let wall = median_time(usages.iter().map(|usage| usage.wall));
    report.below(NAME, "wall at 20 ms, median of 3", wall, Time(Duration::from_millis(4_600)));
    Ok(())
}

/// The time that the pages take without anything done to them: what the server and the machine are good for now.
fn bare_walk(server: &LoadServer) -> Result<Duration, Fault> {
    let begun = Instant::now();
    for page in 0..PAGES {
        server.get(&format!("/v1/events?limit={PAGE}&cursor={}", page * PAGE))?;
    }
    Ok(begun.elapsed())
}
