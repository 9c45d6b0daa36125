//! The load server: a loopback API that costs little beside the client it feeds.
//!
//! Records are rendered once, at the start; a page is a copy of a range of that text. It runs as a process of
//! its own, so its work is in none of the figures.
//!
//! ```text
//! GET /v1/people?page=&per_page=      {"data": […], "total": N, "page": p, "pages": P}, and a Link header
//! GET /v1/events?cursor=&limit=       {"events": […], "next_cursor": "…" or null}
//! GET /v1/lists                       {"data": [{"id", "name"}, …]}: 2,000 lists on one page
//! GET /v1/lists/{id}/entries          {"data": […]}: 20 records
//! GET /stats                          {"served", "most_in_flight"} since it was last asked
//! ```
//!
//! All but `/stats` want `Authorization: Bearer bench`.

use std::io::{self, Read, Write};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use axum::{Json, Router};
use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::person::Person;

/// What a request shows to be let in: `Authorization: Bearer bench`.
pub(crate) const TOKEN: &str = "bench";
/// The lists that `/v1/lists` has.
pub(crate) const LISTS: usize = 2_000;
/// The entries of each list.
pub(crate) const ENTRIES: usize = 20;

/// How the server is started by hand; the figures start their own.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// Records that `people` and `events` have.
    #[arg(long, default_value_t = 500_000)]
    pub(crate) rows: usize,
    /// Milliseconds that every answer waits for.
    #[arg(long, default_value_t = 0)]
    pub(crate) latency_ms: u64,
    /// The port to listen at; 0 takes a free one, which is printed.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// End when standard input does, so that the server never outlives who started it.
    #[arg(long)]
    pub(crate) until_stdin_ends: bool,
}

struct Api {
    latency: Duration,
    /// All records, a comma after each, and where each begins (and one past the last).
    text: Bytes,
    begins: Vec<usize>,
    load: Load,
}

#[derive(Default)]
struct Load {
    served: AtomicUsize,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

/// What was served since `/stats` was last asked.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Stats {
    /// Requests that were answered.
    pub(crate) served: usize,
    /// The most that were waiting for their answer at one time.
    pub(crate) most_in_flight: usize,
}

#[derive(Deserialize)]
struct PageQuery {
    #[serde(default = "one")]
    page: usize,
    #[serde(default = "hundred")]
    per_page: usize,
}

#[derive(Deserialize)]
struct CursorQuery {
    #[serde(default)]
    cursor: usize,
    #[serde(default = "hundred")]
    limit: usize,
}

/// Renders the records, prints the port and serves until it is stopped.
pub(crate) fn serve(settings: &Settings) -> io::Result<()> {
    let api = Arc::new(Api::rendered(settings.rows, Duration::from_millis(settings.latency_ms)));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await?;
        writeln!(io::stdout(), "{}", listener.local_addr()?.port())?;
        let ended = end_of_stdin(settings.until_stdin_ends);
        tokio::select! {
            served = serve_on(listener, api) => served,
            () = ended => Ok(()),
        }
    })
}

/// Resolves when standard input ends, or never if that is not asked for.
async fn end_of_stdin(wanted: bool) {
    if !wanted {
        return std::future::pending().await;
    }
    let (ended, end) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        let _ = io::stdin().lock().read_to_end(&mut Vec::new());
        drop(ended);
    });
    let _ = end.await;
}

async fn serve_on(listener: TcpListener, api: Arc<Api>) -> io::Result<()> {
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router(api)).await
}

fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/v1/people", get(people))
        .route("/v1/events", get(events))
        .route("/v1/lists", get(lists))
        .route("/v1/lists/{id}/entries", get(entries))
        .layer(from_fn_with_state(Arc::clone(&api), admit))
        .route("/stats", get(stats))
        .with_state(api)
}

/// Counts a request, lets it wait for the latency and turns it away if it does not show the token.
async fn admit(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let load = &api.load;
    load.served.fetch_add(1, Relaxed);
    load.most_in_flight.fetch_max(load.in_flight.fetch_add(1, Relaxed) + 1, Relaxed);
    if !api.latency.is_zero() {
        tokio::time::sleep(api.latency).await;
    }
    let answer = if shows_token(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::UNAUTHORIZED, [JSON], r#"{"error":"unauthorized"}"#).into_response()
    };
    load.in_flight.fetch_sub(1, Relaxed);
    answer
}

fn shows_token(headers: &HeaderMap) -> bool {
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    shown.and_then(|value| value.strip_prefix("Bearer ")) == Some(TOKEN)
}

async fn people(State(api): State<Arc<Api>>, Query(query): Query<PageQuery>) -> Response {
    let (page, size) = (query.page.max(1), query.per_page.clamp(1, 10_000));
    let pages = api.rows().div_ceil(size);
    let tail = format!("],\"total\":{},\"page\":{page},\"pages\":{pages}}}", api.rows());
    let body = joined(&[b"{\"data\":[", api.records((page - 1) * size, size), tail.as_bytes()]);
    let mut answer = ([JSON], body).into_response();
    if page < pages {
        let link = format!("</v1/people?page={}&per_page={size}>; rel=\"next\"", page + 1);
        if let Ok(link) = HeaderValue::try_from(link) {
            answer.headers_mut().insert(header::LINK, link);
        }
    }
    answer
}

async fn events(State(api): State<Arc<Api>>, Query(query): Query<CursorQuery>) -> Response {
    let size = query.limit.clamp(1, 10_000);
    let next = query.cursor.saturating_add(size);
    let tail = if next < api.rows() {
        format!("],\"next_cursor\":\"{next}\"}}")
    } else {
        "],\"next_cursor\":null}".to_owned()
    };
    let body = joined(&[b"{\"events\":[", api.records(query.cursor, size), tail.as_bytes()]);
    ([JSON], body).into_response()
}

async fn lists() -> Response {
    let lists: Vec<_> = (1..=LISTS).map(|id| format!("{{\"id\":{id},\"name\":\"List {id}\"}}")).collect();
    ([JSON], joined(&[b"{\"data\":[", lists.join(",").as_bytes(), b"]}"])).into_response()
}

async fn entries(State(api): State<Arc<Api>>, Path(id): Path<usize>) -> Response {
    if !(1..=LISTS).contains(&id) {
        return (StatusCode::NOT_FOUND, [JSON], r#"{"error":"no such list"}"#).into_response();
    }
    let begin = (id - 1) * ENTRIES % api.rows().max(1);
    ([JSON], joined(&[b"{\"data\":[", api.records(begin, ENTRIES), b"]}"])).into_response()
}

async fn stats(State(api): State<Arc<Api>>) -> Json<Stats> {
    let load = &api.load;
    Json(Stats { served: load.served.swap(0, Relaxed), most_in_flight: load.most_in_flight.swap(0, Relaxed) })
}

impl Api {
    fn rendered(rows: usize, latency: Duration) -> Self {
        let mut text = BytesMut::with_capacity(rows * 440);
        let mut begins = Vec::with_capacity(rows + 1);
        let mut record = Vec::with_capacity(512);
        for id in (1_u64..).take(rows) {
            begins.push(text.len());
            record.clear();
            // A vector takes all that is written to it, and the keys of a record are its fields' names.
            let _ = serde_json::to_writer(&mut record, &Person::numbered(id));
            text.put_slice(&record);
            text.put_u8(b',');
        }
        begins.push(text.len());
        Self { latency, text: text.freeze(), begins, load: Load::default() }
    }

    fn rows(&self) -> usize {
        self.begins.len() - 1
    }

    /// The text of up to `count` records, commas between them.
    fn records(&self, from: usize, count: usize) -> &[u8] {
        let to = from.saturating_add(count).min(self.rows());
        if from >= to {
            return b"";
        }
        &self.text[self.begins[from]..self.begins[to] - 1]
    }
}

const JSON: (header::HeaderName, HeaderValue) =
    (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));

fn joined(parts: &[&[u8]]) -> Bytes {
    let mut body = BytesMut::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        body.put_slice(part);
    }
    body.freeze()
}

fn one() -> usize {
    1
}

fn hundred() -> usize {
    100
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::server::get as fetch;

    /// Serves 250 records and gives the answers to these requests.
    fn answers(targets: &[(&str, &str)]) -> Vec<(u16, Value)> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(serve_on(listener, Arc::new(Api::rendered(250, Duration::ZERO))));
        let answers = targets.iter().map(|(target, token)| {
            let (status, body) = fetch(port, target, token).unwrap();
            (status, serde_json::from_str(&body).unwrap())
        });
        answers.collect()
    }

    fn ids(rows: &Value) -> Vec<u64> {
        rows.as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect()
    }

    #[test]
    fn numbered_pages_hold_every_record_once_and_say_the_total() {
        let asked = ["1", "2", "3", "4"].map(|page| format!("/v1/people?page={page}&per_page=100"));
        let asked: Vec<_> = asked.iter().map(|target| (target.as_str(), TOKEN)).collect();
        let answers = answers(&asked);
        let seen: Vec<u64> = answers.iter().flat_map(|(_, body)| ids(&body["data"])).collect();
        assert_eq!(seen, (1..=250).collect::<Vec<_>>());
        assert!(answers.iter().all(|(_, body)| body["total"] == 250 && body["pages"] == 3));
    }

    #[test]
    fn cursors_lead_through_every_record_and_end_with_null() {
        let answers = answers(&[
            ("/v1/events?limit=100", TOKEN),
            ("/v1/events?limit=100&cursor=100", TOKEN),
            ("/v1/events?limit=100&cursor=200", TOKEN),
        ]);
        let next: Vec<_> = answers.iter().map(|(_, body)| body["next_cursor"].clone()).collect();
        assert_eq!(next, [Value::from("100"), Value::from("200"), Value::Null]);
        let seen: Vec<u64> = answers.iter().flat_map(|(_, body)| ids(&body["events"])).collect();
        assert_eq!(seen, (1..=250).collect::<Vec<_>>());
    }

    #[test]
    fn every_list_has_its_entries_and_no_other_list_is_known() {
        let answers = answers(&[
            ("/v1/lists", TOKEN),
            ("/v1/lists/2/entries", TOKEN),
            ("/v1/lists/2001/entries", TOKEN),
        ]);
        assert_eq!(ids(&answers[0].1["data"]).len(), LISTS);
        assert_eq!(ids(&answers[1].1["data"]), (21..=40).collect::<Vec<_>>());
        assert_eq!(answers[2].0, 404);
    }

    #[test]
    fn a_wrong_token_is_turned_away_and_counted() {
        let answers = answers(&[("/v1/people", "other"), ("/v1/lists", TOKEN), ("/stats", "")]);
        assert_eq!((answers[0].0, answers[1].0), (401, 200));
        assert_eq!(answers[2].1, serde_json::json!({"served": 2, "most_in_flight": 1}));
    }
}
