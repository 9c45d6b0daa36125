//! What a test may choose about a fake before it starts.

use std::collections::BTreeMap;
use std::time::Duration;

/// The key that a fake accepts unless another is chosen. Each way to encode a text makes something else of it, so that who hides it,
/// or sends it, in one form only is found out.
const DEFAULT_KEY: &str = "f\u{e4}ke/key+&%\"\\=?#:;,<> 0123456789";

/// How a fake is started: how much it holds, as whom it may be asked, how slow it is.
///
/// ```
/// let options = restload_fakes::Options::new().records("conversions", 26).seed(7);
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    pub(crate) key: String,
    pub(crate) latency: Duration,
    pub(crate) port: u16,
    pub(crate) rate: (u64, Duration),
    pub(crate) records: BTreeMap<String, usize>,
    pub(crate) samples_only: bool,
    pub(crate) seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            key: DEFAULT_KEY.to_owned(),
            latency: Duration::ZERO,
            port: 0,
            rate: (100_000, Duration::from_mins(1)),
            records: BTreeMap::new(),
            samples_only: false,
            seed: 1,
        }
    }
}

impl Options {
    /// The defaults: every collection at its usual size, no latency, a free port.
    pub fn new() -> Self {
        Self::default()
    }

    /// The one key that is accepted.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.key);
        self
    }

    /// A wait before each answer.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// The port on 127.0.0.1; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// A rate limit of `limit` requests in each `window`, told in the API's headers and held with status 429.
    ///
    /// By default 100,000 a minute, so that no test meets it unawares. Taplytics documents none and sends none.
    #[must_use]
    pub fn rate_limit(mut self, limit: u64, window: Duration) -> Self {
        self.rate = (limit, window);
        self
    }

    /// How many rows a collection has; the names are those of `Fake::sizes`.
    ///
    /// The first rows are always the samples. A number below theirs leaves the last ones out, and what
    /// refers to them dangles.
    #[must_use]
    pub fn records(mut self, collection: &str, rows: usize) -> Self {
        self.records.insert(collection.to_owned(), rows);
        self
    }

    /// Serve the samples and nothing made up.
    #[must_use]
    pub fn samples_only(mut self) -> Self {
        self.samples_only = true;
        self
    }

    /// Values of the rows that are made up depend on it; ids, links and counts do not.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The rows to make of a collection that has `samples` sample rows and `usual` rows by default.
    pub(crate) fn size(&self, collection: &str, samples: usize, usual: usize) -> usize {
        if self.samples_only {
            return samples;
        }
        self.records.get(collection).copied().unwrap_or(usual)
    }
}
