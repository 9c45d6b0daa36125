//! The rules of progress and memory: a run goes on whatever is full, and never asks for more at once than it may.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use restload_engine::report::{Ending, Outcome};
use restload_engine::run::run;
use restload_engine::transport::{Exchange, Request, Transport, TransportError};

/// An API within the process: a function from a path and its query to a status and a body.
struct Api<F> {
    answer: F,
    latency: Duration,
    asked: Mutex<BTreeMap<String, usize>>,
    flying: AtomicUsize,
    most: AtomicUsize,
}

impl<F: Fn(&str, usize) -> (u16, String) + Send + Sync> Api<F> {
    fn new(answer: F) -> Arc<Self> {
        let asked = Mutex::new(BTreeMap::new());
        Arc::new(Self {
            answer,
            latency: Duration::ZERO,
            asked,
            flying: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        })
    }
}

impl<F: Fn(&str, usize) -> (u16, String) + Send + Sync + 'static> Transport for Api<F> {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        let path = match request.url.query() {
            Some(query) => format!("{}?{query}", request.url.path()),
            None => request.url.path().to_owned(),
        };
        Box::pin(async move {
            let flying = self.flying.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(flying, Ordering::SeqCst);
            tokio::task::yield_now().await;
            if !self.latency.is_zero() {
                tokio::time::sleep(self.latency).await;
            }
            let times = {
                let mut asked = self.asked.lock().unwrap();
                let times = asked.entry(path.clone()).or_default();
                *times += 1;
                *times
            };
            let (status, body) = (self.answer)(&path, times);
            self.flying.fetch_sub(1, Ordering::SeqCst);
            Ok(support::answer(request.url, status, "application/json", body))
        })
    }
}

async fn load(text: &str, api: Arc<dyn Transport>) -> Outcome {
    let out = tempfile::tempdir().unwrap();
    run(support::plan(text), support::settings(out.path()), support::services(api)).await
}

fn rows(outcome: &Outcome, name: &str) -> u64 {
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    assert_eq!(outcome.ending(), Ending::Done);
    outcome.resources.iter().find(|resource| resource.name == name).unwrap().rows_written
}

fn ids(from: usize, count: usize) -> String {
    let rows: Vec<_> = (from..from + count).map(|id| format!("{{\"id\":{id}}}")).collect();
    format!("[{}]", rows.join(","))
}

const THREE_LEVELS: &str = "
version: 1
name: spec
client: {base_url: 'https://api.example.com', concurrency: 1}
defaults: {data_selector: $, paginator: single_page}
resources:
  lists: {path: lists, paginator: {type: page_number, size: 1000, size_param: n}}
  items: {parent: lists, path: 'lists/{{parent.id}}/items'}
  notes: {parent: items, path: 'lists/{{resources.lists.id}}/items/{{parent.id}}/notes', add: {item: '{{parent.id}}'}}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_slot_serves_three_levels_of_a_thousand_rows_a_page() {
    let api = Api::new(|path, _| match path {
        "/lists?page=1&n=1000" | "/lists?n=1000&page=1" => (200, ids(0, 1000)),
        "/lists?page=2&n=1000" | "/lists?n=1000&page=2" => (200, ids(1000, 3)),
        path if path.starts_with("/lists?") => (200, "[]".into()),
        path if path.ends_with("/items") => (200, ids(path.len(), 2)),
        _ => (200, ids(7, 1)),
    });
    let outcome = load(THREE_LEVELS, api.clone()).await;
    assert_eq!(rows(&outcome, "lists"), 1003);
    assert_eq!(rows(&outcome, "items"), 2006);
    assert_eq!(rows(&outcome, "notes"), 2006);
    assert_eq!(api.most.load(Ordering::SeqCst), 1);
}

const AHEAD: &str = "
version: 1
name: spec
client: {base_url: 'https://api.example.com', concurrency: 4}
resources:
  people: {path: people, data_selector: data, total: total, paginator: page_number}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_is_asked_again_holds_up_nothing_but_the_order() {
    let api = Api::new(|path, times| {
        let page: usize = path.rsplit('=').next().unwrap().parse().unwrap();
        if page == 2 && times < 4 {
            return (503, "{}".into());
        }
        let rows = if page <= 20 { ids(page * 10, 10) } else { "[]".into() };
        (200, format!("{{\"data\":{rows},\"total\":200}}"))
    });
    let outcome = load(AHEAD, api.clone()).await;
    assert_eq!(rows(&outcome, "people"), 200);
    let report = &outcome.resources[0];
    assert_eq!(report.retries, 3);
    assert_eq!(report.stop_reasons.keys().collect::<Vec<_>>(), ["total-reached"]);
    assert!(api.most.load(Ordering::SeqCst) <= 4);
    assert_eq!(api.asked.lock().unwrap().len(), 20, "no page beyond the last was asked for");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_gives_less_later_is_followed_one_by_one() {
    // Page 1 has ten rows, all others five: pages asked for ahead by the stride of page 1 would leave out most rows.
    let api = Api::new(|path, _| {
        let page: usize = path.rsplit('=').next().unwrap().parse().unwrap();
        let rows = match page {
            1 => ids(0, 10),
            2..=39 => ids(10 + (page - 2) * 5, 5),
            _ => "[]".into(),
        };
        (200, format!("{{\"data\":{rows},\"total\":200}}"))
    });
    let outcome = load(AHEAD, api).await;
    assert_eq!(rows(&outcome, "people"), 200);
}

const PARENTS: &str = "
version: 1
name: spec
client: {base_url: 'https://api.example.com', concurrency: 16}
defaults: {data_selector: $, paginator: single_page}
resources:
  lists: {path: lists, paginator: {type: page_number, size: 1000, size_param: n}}
  items: {parent: lists, path: 'lists/{{parent.id}}/items', add: {list: '{{parent.id}}'}}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_parents_wait_for_their_children() {
    let highest = Arc::new(AtomicUsize::new(0));
    let seen = highest.clone();
    let children = Arc::new(AtomicUsize::new(0));
    let done = children.clone();
    let api = Api::new(move |path, _| {
        if path.starts_with("/lists?") {
            let page: usize =
                path.split('&').chain(path.split('?')).find_map(|p| p.strip_prefix("page=")).map_or_else(
                    || path.split("page=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap(),
                    |page| page.split('&').next().unwrap().parse().unwrap(),
                );
            // Rows that were given out and whose children were not asked for yet.
            let ahead = ((page - 1) * 1000).saturating_sub(done.load(Ordering::SeqCst));
            seen.fetch_max(ahead, Ordering::SeqCst);
            return (200, if page <= 100 { ids((page - 1) * 1000, 1000) } else { "[]".into() });
        }
        done.fetch_add(1, Ordering::SeqCst);
        (200, "[{\"n\":1}]".into())
    });
    let outcome = load(PARENTS, api.clone()).await;
    assert_eq!(rows(&outcome, "items"), 100_000);
    assert_eq!(children.load(Ordering::SeqCst), 100_000);
    let ahead = highest.load(Ordering::SeqCst);
    assert!(ahead < 100, "a parent page was asked for while {ahead} of its walks waited");
    assert!(api.most.load(Ordering::SeqCst) <= 16);
}
