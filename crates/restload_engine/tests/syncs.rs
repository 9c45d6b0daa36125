//! How often a load makes something durable: counted over whole loads of several tables with several checkpoints.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use restload_diag::Source;
use restload_engine::clock::TestClock;
use restload_engine::redact::Redactor;
use restload_engine::report::Ending;
use restload_engine::run::{Keeping, RunSettings, Services, Stop, run};
use restload_engine::transport::{Exchange, Request, Transport, TransportError};
use restload_spec::plan::stand_in_inputs;
use restload_spec::{Wanted, read_spec, settle};
use restload_store::counting::Counting;
use restload_store::{Folder, LocalStore};

const TABLES: usize = 3;
const PAGES: u64 = 5;

const SPEC: &str = "
version: 1
name: spec
client: {base_url: 'https://api.example.com', concurrency: 1}
resources:
  merged: {path: merged, primary_key: id, data_selector: $, paginator: page_number}
  grows: {path: grows, write_disposition: {append: snapshots}, data_selector: $, paginator: page_number}
  replaced: {path: replaced, data_selector: $, paginator: page_number}
";

/// Pages of three rows, of which each takes a time.
struct Api(TestClock);

impl Transport for Api {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        self.0.advance(Duration::from_secs(1));
        let page = request.url.query_pairs().find(|(name, _)| name == "page");
        let page: u64 = page.map_or(1, |(_, page)| page.parse().unwrap());
        let rows = (0..3).map(|row| format!("{{\"id\":{}}}", 3 * page + row));
        let rows = if page > PAGES { String::new() } else { rows.collect::<Vec<_>>().join(",") };
        let headers = [("content-type".to_owned(), "application/json".to_owned())].into_iter().collect();
        let body = format!("[{rows}]").into_bytes().into();
        Box::pin(async move { Ok(Exchange { status: 200, headers, body, url: request.url }) })
    }
}

/// A load whose checkpoints are so far apart; gives what it made durable, its checkpoints and the parts in its tables.
fn load(root: &std::path::Path, checkpoint: Duration) -> usize {
    let reading = read_spec(Source::new("spec.yaml", SPEC), None);
    let spec = reading.spec.unwrap();
    let inputs = stand_in_inputs(&spec, jiff::Timestamp::UNIX_EPOCH);
    let plan = settle(&reading.document, &spec, inputs, &Wanted::default()).unwrap();
    let keeping =
        Keeping { checkpoint, within: Duration::from_hours(24), anew: false, fingerprint: BTreeMap::new() };
    let settings = RunSettings {
        full_refresh: false,
        since: None,
        until: None,
        advance: false,
        keeping: Some(keeping),
        max_duration: None,
        out: "nowhere".into(),
        folder: "spec".into(),
        origin: None,
        limit: None,
        memory: 64 << 20,
        strict: false,
        allow_incomplete: false,
    };
    let clock = TestClock::new(jiff::Timestamp::UNIX_EPOCH);
    let store = Arc::new(Counting::new(Arc::new(LocalStore::new(root.join("spec")))));
    let services = Services {
        clock: Arc::new(clock.clone()),
        redactor: Redactor::new(),
        listener: Arc::new(()),
        stop: Stop::new(),
        transport: Some(Arc::new(Api(clock))),
        folder: Some(Folder::over(store.clone())),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(run(plan, settings, services));
    assert_eq!(outcome.ending(), Ending::Done, "{:?}", outcome.failures);
    store.taken()
}

#[test]
fn a_load_costs_two_syncs_a_part_one_a_checkpoint_and_four_a_commit() {
    let root = tempfile::tempdir().unwrap();
    // The beginning: the journal and its folder.
    let begin = 2;
    // Everything in one checkpoint: a part for each table, and its folder.
    let first = load(root.path(), Duration::from_hours(1));
    assert!(first <= begin + 2 * TABLES + 1 + 4, "{first}");
    // The second load merges, adds and replaces: two tables lose a file, and the merged one is written anew.
    let second = load(root.path(), Duration::from_hours(1));
    assert!(second <= begin + 2 * TABLES + 1 + 4 + 2 + 1, "{second}");
    // A checkpoint for each page: a part each, and what is joined at the end is a part more for each table.
    let pages = TABLES * usize::try_from(PAGES).unwrap();
    let third = load(root.path(), Duration::from_millis(1));
    let (parts, checkpoints) = (pages + TABLES, pages + TABLES + 1);
    assert!(third > second, "{third}");
    assert!(third <= begin + parts + checkpoints + TABLES + 4 + 2, "{third}");
}
