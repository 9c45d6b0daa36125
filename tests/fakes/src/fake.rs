//! A running fake: its address, what it was asked, what it holds, what is to go wrong.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::http::{HeaderMap, Method};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::faults::Fault;
use crate::options::Options;
use crate::serve::{self, Served, Server};

/// For the faults that take a number of times: every time.
pub const ALWAYS: usize = usize::MAX;

/// Which API is faked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// Affinity, v1 and v2 on one host.
    Affinity,
    /// Tapfiliate 1.6.
    Tapfiliate,
    /// Taplytics v2.
    Taplytics,
}

/// A request that a fake has answered, or is about to answer.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The HTTP method.
    pub method: Method,
    /// Path and query as they came, still encoded.
    pub path_and_query: String,
    /// All headers.
    pub headers: HeaderMap,
}

impl Seen {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.path_and_query.split_once('?').map_or(&self.path_and_query, |(path, _)| path)
    }

    /// A header's value, where it is there and is text in UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
    }
}

/// A fake API on a port of 127.0.0.1, in a thread of its own, until it is dropped.
#[derive(Debug)]
pub struct Fake {
    api: Api,
    server: Arc<Server>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    /// Starts a fake of an API; an error if the port is taken or an option names a collection that does not exist.
    pub fn start(api: Api, options: &Options) -> io::Result<Self> {
        let known = Self::sizes(api);
        if let Some(name) = options.records.keys().find(|name| !known.contains_key(name.as_str())) {
            let names = known.into_keys().collect::<Vec<_>>().join(", ");
            let message = format!("no collection `{name}` to set the size of, expected one of {names}");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let (server, stop, thread) = serve::start(api, options)?;
        Ok(Self { api, server, stop: Some(stop), thread: Some(thread) })
    }

    /// Starts a fake of Tapfiliate 1.6.
    ///
    /// # Panics
    /// Where [`Fake::start`] gives an error.
    #[expect(clippy::needless_pass_by_value, reason = "options are made in the call")]
    pub fn tapfiliate(options: Options) -> Self {
        Self::started(Api::Tapfiliate, &options)
    }

    /// Starts a fake of Affinity, v1 and v2.
    ///
    /// # Panics
    /// Where [`Fake::start`] gives an error.
    #[expect(clippy::needless_pass_by_value, reason = "options are made in the call")]
    pub fn affinity(options: Options) -> Self {
        Self::started(Api::Affinity, &options)
    }

    /// Starts a fake of Taplytics v2.
    ///
    /// # Panics
    /// Where [`Fake::start`] gives an error.
    #[expect(clippy::needless_pass_by_value, reason = "options are made in the call")]
    pub fn taplytics(options: Options) -> Self {
        Self::started(Api::Taplytics, &options)
    }

    /// The collections whose size can be set with [`Options::records`], with the usual sizes.
    pub fn sizes(api: Api) -> BTreeMap<&'static str, usize> {
        Served::sizes(api).iter().copied().collect()
    }

    /// What stands in place of the API's documented base URL, with a slash at the end:
    /// `…/1.6/` for Tapfiliate, the bare host for Affinity (v1 at `/`, v2 at `/v2/`) and for Taplytics (`/v2/`).
    pub fn base_url(&self) -> String {
        let path = match self.api {
            Api::Tapfiliate => "/1.6/",
            Api::Affinity | Api::Taplytics => "/",
        };
        format!("{}{path}", self.origin())
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.server.origin
    }

    /// The key that is accepted.
    pub fn key(&self) -> &str {
        &self.server.key
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Seen> {
        self.server.seen()
    }

    /// Forgets the requests so far and the greatest number in flight.
    pub fn forget_requests(&self) {
        self.server.forget();
    }

    /// The greatest number of requests that were being answered at one time.
    pub fn max_in_flight(&self) -> usize {
        self.server.max_in_flight()
    }

    /// The names of all collections, those below a parent included.
    pub fn collections(&self) -> Vec<&'static str> {
        self.server.served.read().unwrap_or_else(PoisonError::into_inner).tables().names()
    }

    /// The rows of a collection as the API serves them, in its order; below a parent, parent by parent.
    ///
    /// # Panics
    /// If there is no such collection: a misspelt name must not look like an empty one.
    pub fn expected(&self, collection: &str) -> Vec<Value> {
        self.stored(collection).into_iter().map(|(_, row)| row).collect()
    }

    /// The rows of a collection below a parent, each behind the id of its parent.
    ///
    /// # Panics
    /// If there is no such collection.
    pub fn expected_with_parent(&self, collection: &str) -> Vec<(Value, Value)> {
        self.stored(collection)
            .into_iter()
            .map(|(parent, row)| (parent.unwrap_or(Value::Null), row))
            .collect()
    }

    /// Changes the rows of a collection, each behind the id of its parent where it has one: what the API holds from now on.
    /// Other collections that show the same rows stay as they are.
    ///
    /// # Panics
    /// If there is no such collection.
    pub fn change(&self, collection: &str, change: impl FnOnce(&mut Vec<(Option<Value>, Value)>)) {
        let mut served = self.server.served.write().unwrap_or_else(PoisonError::into_inner);
        assert!(served.tables_mut().change(collection, change), "no collection `{collection}`");
    }

    /// Answers the next `times` requests for `path` with `status`, the API's own error body and `headers`.
    ///
    /// A `path` with `?` is held against path and query, any other against the path; `*` at its end is any rest.
    /// That holds for the other faults too. Rules for one path come true one after the other.
    pub fn fail_first(&self, path: &str, status: u16, times: usize, headers: &[(&str, &str)]) {
        let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        self.server.faults.add(path, times, Fault::Status(status, headers));
    }

    /// Announces the length of the whole body, sends half of it and ends the connection, `times` times.
    pub fn cut_body(&self, path: &str, times: usize) {
        self.server.faults.add(path, times, Fault::Cut);
    }

    /// Answers with an HTML page under `status`, `times` times.
    pub fn html(&self, path: &str, status: u16, times: usize) {
        self.server.faults.add(path, times, Fault::Html(status));
    }

    /// Waits before each answer, besides the latency of all; delays of several rules add up.
    pub fn delay(&self, path: &str, by: Duration) {
        self.server.faults.add(path, ALWAYS, Fault::Delay(by));
    }

    /// Ends the server and waits until its port is free. Dropping a fake does the same.
    pub fn shutdown(self) {
        drop(self);
    }

    #[expect(clippy::panic, reason = "a test that cannot have its fake has failed")]
    fn started(api: Api, options: &Options) -> Self {
        Self::start(api, options).unwrap_or_else(|error| panic!("the fake does not start: {error}"))
    }

    #[expect(clippy::panic, reason = "a misspelt name must not look like an empty collection")]
    fn stored(&self, collection: &str) -> Vec<(Option<Value>, Value)> {
        let served = self.server.served.read().unwrap_or_else(PoisonError::into_inner);
        let rows = served.tables().get(collection).map(<[_]>::to_vec);
        rows.unwrap_or_else(|| {
            panic!("no collection `{collection}`, expected one of {}", self.collections().join(", "))
        })
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have ended by itself; there is nothing left to stop then.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
