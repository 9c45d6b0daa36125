//! What a load that ends early keeps for the next one.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use restload_engine::clock::TestClock;
use restload_engine::report::{Ending, Outcome};
use restload_engine::run::{Keeping, RunSettings, Services, Stop, run};
use restload_engine::transport::{Exchange, Request, Transport, TransportError};
use restload_store::faulty::{Fault, Faulty, Reach};
use restload_store::forgetful::Forgetful;
use restload_store::{Folder, LocalStore, Store};

const PAGES: u64 = 6;

const SPEC: &str = "
version: 1
name: spec
client: {base_url: 'https://api.example.com', concurrency: 1}
resources:
  full: {path: full, data_selector: $, paginator: page_number}
  late: {path: late, data_selector: $, paginator: page_number}
";

/// Pages of a row, of which each takes a time. The first row of `late` has no column. After so many requests the run is to end.
struct Api {
    clock: TestClock,
    asked: Mutex<Vec<String>>,
    stop: Stop,
    after: usize,
}

impl Transport for Api {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        self.clock.advance(Duration::from_secs(1));
        let page = request.url.query_pairs().find(|(name, _)| name == "page");
        let page: u64 = page.map_or(1, |(_, page)| page.parse().unwrap());
        let path = request.url.path().to_owned();
        let row = match (path.as_str(), page) {
            ("/late", 1) => "{}".to_owned(),
            _ if page > PAGES => String::new(),
            _ => format!("{{\"id\":{page}}}"),
        };
        let mut asked = self.asked.lock().unwrap();
        asked.push(format!("{path} {page}"));
        if asked.len() == self.after {
            self.stop.stop();
        }
        let answer = support::answer(request.url, 200, "application/json", format!("[{row}]"));
        Box::pin(async move { Ok(answer) })
    }
}

const FULL: &str = "
version: 1
name: spec
client: {base_url: 'https://api.example.com', concurrency: 1}
resources:
  full: {path: full, data_selector: $, paginator: page_number}
";

/// One run of the load; gives what it asked, and whether it came to its end.
fn load(spec: &str, store: Arc<dyn Store>, checkpoint: Duration, after: usize) -> (Vec<String>, bool) {
    let (asked, outcome) = one_run(spec, store, checkpoint, after);
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    (asked, outcome.ending() == Ending::Done)
}

/// One run of the load, with what it asked.
fn one_run(spec: &str, store: Arc<dyn Store>, checkpoint: Duration, after: usize) -> (Vec<String>, Outcome) {
    let keeping =
        Keeping { checkpoint, within: Duration::from_hours(24), anew: false, fingerprint: BTreeMap::new() };
    let settings = RunSettings { keeping: Some(keeping), ..support::settings("nowhere") };
    let clock = TestClock::new(jiff::Timestamp::UNIX_EPOCH);
    let stop = Stop::new();
    let api = Arc::new(Api { clock: clock.clone(), asked: Mutex::default(), stop: stop.clone(), after });
    let services = Services {
        clock: Arc::new(clock),
        folder: Some(Folder::over(store)),
        stop,
        ..support::services(api.clone())
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(run(support::plan(spec), settings, services));
    let asked = api.asked.lock().unwrap().clone();
    (asked, outcome)
}

#[test]
fn rows_that_wait_for_a_column_take_nothing_from_what_other_tables_keep() {
    let root = tempfile::tempdir().unwrap();
    let store = Arc::new(LocalStore::new(root.path().join("spec")));
    let (first, ended) = load(SPEC, store.clone(), Duration::from_millis(1), 8);
    assert!(!ended);
    let of = |asked: &[String], path: &str| asked.iter().filter(|page| page.starts_with(path)).count();
    assert!(of(&first, "/full") > 2 && of(&first, "/late") > 2, "{first:?}");
    goes_on_after(SPEC, &first, store);
}

#[test]
fn what_a_run_kept_is_durable_when_it_has_ended() {
    let root = tempfile::tempdir().unwrap();
    let store = Forgetful::new(root.path().join("spec"), root.path().join("shadows"), false).unwrap();
    let store = Arc::new(store);
    let (first, ended) = load(FULL, store.clone(), Duration::from_hours(1), 5);
    assert!(!ended);
    store.crash(|_| 0).unwrap();
    goes_on_after(FULL, &first, store);
}

/// The next run asks a page of each walk again, and the one that was on its way.
fn goes_on_after(spec: &str, first: &[String], store: Arc<dyn Store>) {
    let (second, ended) = load(spec, store, Duration::from_millis(1), usize::MAX);
    assert!(ended);
    let again: Vec<&String> = second.iter().filter(|page| first.contains(page)).collect();
    assert!(again.len() <= 3, "{again:?}");
}

#[test]
fn as_many_rows_are_kept_as_is_said() {
    let mut said = BTreeSet::new();
    for at in 1.. {
        let root = tempfile::tempdir().unwrap();
        let store = Arc::new(LocalStore::new(root.path().join("spec")));
        let fault = Fault { at, reach: Reach::Half, dies: true, kind: ErrorKind::StorageFull };
        let full = Arc::new(Faulty::new(store.clone(), fault));
        let (_, outcome) = one_run(FULL, full.clone(), Duration::from_millis(1), usize::MAX);
        if outcome.left_open {
            let (_, next) = one_run(FULL, store, Duration::from_millis(1), usize::MAX);
            let taken: u64 = next.resources.iter().map(|resource| resource.taken.rows).sum();
            // A line that is there, and of which that was not known, tells of a row more.
            assert!((0..=1).contains(&(taken - outcome.rows_kept)), "operation {at}");
            said.insert(outcome.rows_kept);
        } else {
            assert_eq!(outcome.rows_kept, 0, "operation {at}");
        }
        if full.operations() < at {
            break;
        }
    }
    assert_eq!(said, (1..=PAGES).collect());
}
