//! Time and chance, injected: nothing else in the engine reads a clock, sleeps or draws a random number.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;

/// What the engine knows of time and chance.
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;

    /// Time since the clock was made; never goes back.
    fn monotonic(&self) -> Duration;

    /// Ends after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;

    /// A random number from 0 up to but not including 1.
    fn jitter(&self) -> f64;
}

/// The clock of the system.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// Starts the monotonic time at zero.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        tokio::time::sleep(duration).boxed()
    }

    fn jitter(&self) -> f64 {
        rand::random()
    }
}

/// A clock for tests: a sleep ends at once, moves the time on and is remembered. Clones share their time.
#[derive(Debug, Clone)]
pub struct TestClock {
    start: Timestamp,
    jitter: f64,
    state: Arc<Mutex<TestTime>>,
}

#[derive(Debug, Default)]
struct TestTime {
    passed: Duration,
    sleeps: Vec<Duration>,
}

impl TestClock {
    /// Begins at `start`; its jitter is always 0.5.
    pub fn new(start: Timestamp) -> Self {
        Self { start, jitter: 0.5, state: Arc::default() }
    }

    /// The same clock with another jitter.
    #[must_use]
    pub fn with_jitter(mut self, jitter: f64) -> Self {
        self.jitter = jitter;
        self
    }

    /// Moves the time on without a sleep.
    pub fn advance(&self, duration: Duration) {
        self.with(|time| time.passed += duration);
    }

    /// All sleeps so far, in the order in which they began.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.with(|time| time.sleeps.clone())
    }

    fn with<T>(&self, act: impl FnOnce(&mut TestTime) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.start.saturating_add(self.monotonic()).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.with(|time| time.passed)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        async move {
            self.with(|time| {
                time.sleeps.push(duration);
                time.passed += duration;
            });
            // Others that are ready go on first, as they would while a real clock waits.
            tokio::task::yield_now().await;
        }
        .boxed()
    }

    fn jitter(&self) -> f64 {
        self.jitter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_test_clock_moves_on_by_its_sleeps_and_remembers_them() {
        let clock = TestClock::new("2026-01-01T00:00:00Z".parse().unwrap());
        clock.sleep(Duration::from_secs(90)).await;
        clock.clone().sleep(Duration::from_millis(500)).await;
        assert_eq!(clock.now().to_string(), "2026-01-01T00:01:30.5Z");
        assert_eq!(clock.monotonic(), Duration::from_millis(90_500));
        assert_eq!(clock.sleeps(), [Duration::from_secs(90), Duration::from_millis(500)]);
    }

    #[test]
    fn the_jitter_of_the_system_lies_between_zero_and_one_and_changes() {
        let clock = SystemClock::new();
        let drawn: Vec<f64> = (0..100).map(|_| clock.jitter()).collect();
        assert!(drawn.iter().all(|jitter| (0.0..1.0).contains(jitter)));
        assert!(drawn.iter().any(|jitter| jitter.to_bits() != drawn[0].to_bits()));
    }
}
