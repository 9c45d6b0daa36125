//! Rate-limit headers: what is left of the minute. Nothing is ever refused.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Requests of one minute.
const LIMIT: u64 = 6000;
const WINDOW: Duration = Duration::from_mins(1);

/// The requests of the minute at hand.
#[derive(Debug)]
pub(crate) struct Quota(Mutex<(Instant, u64)>);

impl Quota {
    pub(crate) fn new() -> Self {
        Self(Mutex::new((Instant::now(), 0)))
    }

    /// Counts a request and says what is left.
    pub(crate) fn headers(&self) -> [(&'static str, String); 3] {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A minute that is used up is over: a client that waits for the next one would wait for nothing.
        if state.0.elapsed() >= WINDOW || state.1 + 1 >= LIMIT {
            *state = (Instant::now(), 0);
        }
        state.1 += 1;
        let left = WINDOW.saturating_sub(state.0.elapsed()).as_secs() + 1;
        [
            ("X-RateLimit-Limit", LIMIT.to_string()),
            ("X-RateLimit-Remaining", (LIMIT - state.1).to_string()),
            ("X-RateLimit-Reset", left.to_string()),
        ]
    }
}
