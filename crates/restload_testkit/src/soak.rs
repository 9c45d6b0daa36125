//! The program at work for a long time: against an API that is flaky and allows so many requests a second. What is looked
//! at is its memory, and how many requests the server sees in any second.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::faults::{Asked, Behind, Done, Front, Kind, Reply, Schedule};
use crate::{left, rows};

/// Requests that the API allows in a second.
const QUOTA: usize = 40;
/// Rows of a page.
const PAGE: u64 = 100;
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// The long list in eight shards, by cursor.
const SPEC: &str = "version: 1
name: soak
client:
  base_url: http://127.0.0.1:1/
  concurrency: 8
  rate_limit: {requests: 40, per: 1s}
  retry: {attempts: 20, initial: 5ms, max: 200ms}
resources:
  rows:
    for_each: {shard: [0, 1, 2, 3, 4, 5, 6, 7]}
    path: rows/{{each.shard}}
    data_selector: rows
    paginator: {type: cursor, next: next}
    write_disposition: replace
";

/// What a soak came to.
#[derive(Debug, Clone, Default)]
pub struct Soaked {
    /// How long it took.
    pub took: Duration,
    /// Requests that came.
    pub requests: usize,
    /// Faults on the wire.
    pub faults: u64,
    /// The most requests that came within a second, wherever that second begins.
    pub most: usize,
    /// Rows that were served, and rows that the load record lists.
    pub rows: (u64, u64),
    /// Resident memory in KiB: looked at every half second.
    pub memory: Vec<u64>,
    /// What is wrong.
    pub wrong: Vec<String>,
}

/// Lets the program read for so long; the error is one of this machine.
pub fn soak(program: &Path, time: Duration, seed: u64) -> Result<Soaked, String> {
    let wrong = |error: std::io::Error| error.to_string();
    let folder = tempfile::tempdir().map_err(wrong)?;
    let spec = folder.path().join("soak.yaml");
    std::fs::write(&spec, SPEC).map_err(wrong)?;
    let served: Arc<[AtomicU64; 8]> = Arc::default();
    let (counted, until) = (Arc::clone(&served), Instant::now() + time);
    let answer = move |asked: &Asked| page(asked, until, &counted);
    let schedule = Schedule::new(seed, 60, 3, &Kind::PASSING);
    let front = Front::start(Behind::Function(Arc::new(answer)), schedule).map_err(wrong)?;
    let said = folder.path().join("said");
    let stream = std::fs::File::create(&said).map_err(wrong)?;
    let out = folder.path().join("out");
    let began = Instant::now();
    let mut child = Command::new(program)
        .arg("run")
        .arg(&spec)
        .arg("--out")
        .arg(&out)
        .args(["--base-url", &front.origin(), "--memory", "64MiB", "--quiet"])
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(stream)
        .spawn()
        .map_err(wrong)?;
    let mut soaked = Soaked::default();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(wrong)? {
            break status;
        }
        soaked.memory.extend(resident(child.id()));
        std::thread::sleep(LOOK);
    };
    soaked.took = began.elapsed();
    let Done { requests, faults, .. } = front.take_done();
    soaked.requests = requests.len();
    soaked.faults = faults.values().sum();
    soaked.most =
        most_within(&requests.iter().map(|(at, _)| *at).collect::<Vec<_>>(), Duration::from_secs(1));
    soaked.rows = (served.iter().map(|rows| rows.load(Ordering::SeqCst)).sum(), listed(&out.join("soak"))?);
    if !status.success() {
        let said = std::fs::read_to_string(&said).unwrap_or_default();
        soaked.wrong.push(format!("it ended with {status}\n{said}"));
    }
    soaked.judge();
    Ok(soaked)
}

impl Soaked {
    fn judge(&mut self) {
        if self.most > QUOTA {
            self.wrong.push(format!("{} requests came within a second, and {QUOTA} are allowed", self.most));
        }
        if self.rows.0 != self.rows.1 {
            self.wrong.push(format!("{} rows were served, and {} are there", self.rows.0, self.rows.1));
        }
        let (early, late) = self.early_and_late();
        // A short soak is not out of its beginning.
        if self.took > Duration::from_mins(2) && late > early + early / 5 + 8192 {
            self.wrong.push(format!("memory grew from {early} KiB to {late} KiB"));
        }
    }

    /// Memory in the second quarter of the time and in the last: the median of each.
    fn early_and_late(&self) -> (u64, u64) {
        let quarter = self.memory.len() / 4;
        let median = |part: &[u64]| {
            let mut sorted = part.to_vec();
            sorted.sort_unstable();
            sorted.get(sorted.len() / 2).copied().unwrap_or(0)
        };
        (median(&self.memory[quarter..2 * quarter]), median(&self.memory[3 * quarter..]))
    }

    /// The figures as a table in Markdown.
    pub fn markdown(&self) -> String {
        let (early, late) = self.early_and_late();
        let mut text = String::from("| what | how much |\n|---|---:|\n");
        let mib = |kib: u64| format!("{:.1} MiB", kib_as_mib(kib));
        for (what, figure) in [
            ("time", format!("{:.0} s", self.took.as_secs_f64())),
            ("requests", self.requests.to_string()),
            ("faults on the wire", self.faults.to_string()),
            ("rows served and rows in the table", format!("{} and {}", self.rows.0, self.rows.1)),
            ("requests that the API allows in a second", QUOTA.to_string()),
            ("the most that came in any second, at the server", self.most.to_string()),
            ("memory in the second quarter, median", mib(early)),
            ("memory in the last quarter, median", mib(late)),
            ("the most memory", mib(self.memory.iter().copied().max().unwrap_or(0))),
        ] {
            let _ = writeln!(text, "| {what} | {figure} |");
        }
        text
    }
}

#[expect(clippy::cast_precision_loss, reason = "for a person to read")]
fn kib_as_mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn page(asked: &Asked, until: Instant, served: &[AtomicU64; 8]) -> Reply {
    let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
    let shard = path.rsplit('/').next().unwrap_or_default();
    let from: u64 = query.split('&').find_map(|pair| pair.strip_prefix("cursor=")?.parse().ok()).unwrap_or(0);
    let rows: Vec<String> = (from..from + PAGE)
        .map(|id| {
            format!(
                "{{\"shard\":{shard},\"id\":{id},\"name\":\"row {id} of {shard}\",\"half\":{}.5}}",
                id / 2
            )
        })
        .collect();
    let goes_on = Instant::now() < until;
    // The pages of a shard are asked for one by one, some more than once: what is served is what the last one reaches.
    if let Some(served) = shard.parse::<usize>().ok().and_then(|shard| served.get(shard)) {
        served.fetch_max(from + PAGE, Ordering::SeqCst);
    }
    let next = if goes_on { (from + PAGE).to_string() } else { "null".to_owned() };
    Reply::json(format!("{{\"rows\":[{}],\"next\":{next}}}", rows.join(",")))
}

/// The most moments that lie within `window`, wherever it begins.
fn most_within(moments: &[Instant], window: Duration) -> usize {
    let mut sorted = moments.to_vec();
    sorted.sort_unstable();
    let mut first = 0;
    let mut most = 0;
    for (last, at) in sorted.iter().enumerate() {
        while at.duration_since(sorted[first]) >= window {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}

/// The resident memory of a process in KiB, where the system says it.
fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(PathBuf::from(format!("/proc/{process}/status"))).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

/// The rows that the metadata of the listed files counts: to read them all would take longer than the soak.
fn listed(folder: &Path) -> Result<u64, String> {
    let files = left::listed(folder)?;
    files.iter().try_fold(0, |rows, file| Ok(rows + rows::count(file)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_second_is_found_wherever_it_begins() {
        let start = Instant::now();
        let at = |milliseconds: u64| start + Duration::from_millis(milliseconds);
        let moments = [at(0), at(900), at(950), at(1000), at(1899), at(1900), at(5000)];
        assert_eq!(most_within(&moments, Duration::from_secs(1)), 4);
        assert_eq!(most_within(&[], Duration::from_secs(1)), 0);
    }

    #[test]
    fn too_many_requests_lost_rows_and_growing_memory_are_wrong() {
        let memory = (0..400).map(|n| 100_000 + n * 1000).collect();
        let mut soaked =
            Soaked { took: Duration::from_mins(5), most: 41, rows: (2, 1), memory, ..Soaked::default() };
        soaked.judge();
        assert_eq!(soaked.wrong.len(), 3, "{:?}", soaked.wrong);
        let mut flat =
            Soaked { took: Duration::from_mins(5), most: 40, memory: vec![1; 400], ..Soaked::default() };
        flat.judge();
        assert_eq!(flat.wrong, Vec::<String>::new());
    }
}
