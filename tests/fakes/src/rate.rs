//! A rate limit in fixed windows, counted from the first request of each.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What a window allows and what is left of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    /// False for the requests after the last that was allowed.
    pub(crate) granted: bool,
    /// Until the window ends.
    pub(crate) reset_in: Duration,
}

impl Allowance {
    /// Whole seconds until the window ends, never too few.
    pub(crate) fn reset_seconds(&self) -> u64 {
        self.reset_in.as_secs() + u64::from(self.reset_in.subsec_nanos() > 0)
    }

    /// The Unix time in seconds at which the window has ended.
    pub(crate) fn reset_unix(&self) -> u64 {
        let end = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + self.reset_in;
        end.as_secs() + u64::from(end.subsec_nanos() > 0)
    }
}

/// The limit and the count of the present window.
#[derive(Debug)]
pub(crate) struct Rate {
    limit: u64,
    window: Duration,
    state: Mutex<Option<(Instant, u64)>>,
}

impl Rate {
    pub(crate) fn new((limit, window): (u64, Duration)) -> Self {
        Self { limit, window, state: Mutex::new(None) }
    }

    /// Counts a request.
    pub(crate) fn count(&self) -> Allowance {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (start, used) = match *state {
            Some((start, used)) if now.duration_since(start) < self.window => (start, used),
            _ => (now, 0),
        };
        *state = Some((start, used + 1));
        Allowance {
            limit: self.limit,
            remaining: self.limit.saturating_sub(used + 1),
            granted: used < self.limit,
            reset_in: self.window.saturating_sub(now.duration_since(start)),
        }
    }
}
