//! How often a load makes something durable: counted over whole loads of several tables with several checkpoints.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use restload_engine::clock::TestClock;
use restload_engine::report::Ending;
use restload_engine::run::{Keeping, RunSettings, Services, run};
use restload_engine::transport::{Exchange, Request, Transport, TransportError};
use restload_store::counting::{Counted, Counting};
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
        let answer = support::answer(request.url, 200, "application/json", format!("[{rows}]"));
        Box::pin(async move { Ok(answer) })
    }
}

/// A load whose checkpoints are so far apart; gives how often it made something durable.
fn load(root: &std::path::Path, checkpoint: Duration) -> Counted {
    let keeping =
        Keeping { checkpoint, within: Duration::from_hours(24), anew: false, fingerprint: BTreeMap::new() };
    let settings = RunSettings { keeping: Some(keeping), ..support::settings("nowhere") };
    let clock = TestClock::new(jiff::Timestamp::UNIX_EPOCH);
    let store = Arc::new(Counting::new(Arc::new(LocalStore::new(root.join("spec")))));
    let services = Services {
        clock: Arc::new(clock.clone()),
        folder: Some(Folder::over(store.clone())),
        ..support::services(Arc::new(Api(clock)))
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(run(support::plan(SPEC), settings, services));
    assert_eq!(outcome.ending(), Ending::Done, "{:?}", outcome.failures);
    store.taken()
}

#[test]
fn a_load_costs_two_syncs_a_part_and_four() {
    let root = tempfile::tempdir().unwrap();
    // Everything in one checkpoint: a part for each table, and its folder; the journal and its name, the record and its name; and the
    // folder in which those of the tables are new.
    let first = load(root.path(), Duration::from_hours(1));
    assert_eq!(first, Counted { parts: TABLES, syncs: 2 * TABLES + 4 + 1 });
    // The second load merges, adds and replaces: two tables lose their file.
    let second = load(root.path(), Duration::from_hours(1));
    assert_eq!(second, Counted { parts: TABLES, syncs: 2 * TABLES + 4 });
    // A part and a line for each page: folders are synced once all the same. What is joined at the end is a part more.
    let third = load(root.path(), Duration::from_millis(1));
    assert!(third.parts > TABLES * usize::try_from(PAGES).unwrap(), "{third:?}");
    assert!(third.syncs <= 2 * third.parts + 4, "{third:?}");
}
