//! How many requests an API bears at once: fewer while it refuses or grows slow, again one more while it does not.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::slots::Slots;

/// An answer is slow that takes so many times what answers took at best.
const SLOW: u32 = 4;
/// Below this nothing is slow.
const NEVER_SLOW: Duration = Duration::from_secs(2);

/// Halves the slots when the API refuses or grows slow, and gives one back when as many answers came as there are slots.
/// Clones share what was learnt.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    slots: Slots,
    shared: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Good answers since the number of slots changed.
    good: usize,
    /// Slow answers in a row.
    slow: usize,
    /// When the slots were halved last: requests from before say nothing new.
    halved_at: Option<Duration>,
    halvings: u64,
}

/// What answers of one resource take.
#[derive(Debug, Default)]
pub(crate) struct Latency {
    best: Option<Duration>,
}

impl Pace {
    pub(crate) fn new(slots: Slots) -> Self {
        Self { slots, shared: Arc::default() }
    }

    /// The API refused a request that was sent at `sent`.
    pub(crate) fn refused(&self, sent: Duration, now: Duration) {
        let mut state = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        self.halve(&mut state, sent, now);
    }

    /// The API answered a request that was sent at `sent`.
    pub(crate) fn answered(&self, latency: &Mutex<Latency>, sent: Duration, now: Duration) {
        let took = now.saturating_sub(sent);
        let slow = latency.lock().unwrap_or_else(PoisonError::into_inner).is_slow(took);
        let mut state = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if slow {
            state.slow += 1;
            state.good = 0;
            if state.slow >= self.slots.allowed() {
                self.halve(&mut state, sent, now);
            }
            return;
        }
        state.slow = 0;
        state.good += 1;
        if state.good >= self.slots.allowed() {
            state.good = 0;
            self.slots.allow(self.slots.allowed() + 1);
        }
    }

    /// How often the slots were halved, and how few they were at least.
    pub(crate) fn figures(&self) -> (u64, usize) {
        let halvings = self.shared.lock().unwrap_or_else(PoisonError::into_inner).halvings;
        (halvings, self.slots.fewest())
    }

    fn halve(&self, state: &mut State, sent: Duration, now: Duration) {
        if state.halved_at.is_some_and(|at| sent <= at) {
            return;
        }
        *state = State { halved_at: Some(now), halvings: state.halvings + 1, ..State::default() };
        self.slots.allow(self.slots.allowed() / 2);
    }
}

impl Latency {
    fn is_slow(&mut self, took: Duration) -> bool {
        // The best is forgotten slowly: an API may be slower for good.
        let best = self.best.map_or(took, |best| (best + best / 64).min(took).max(Duration::from_millis(1)));
        self.best = Some(best);
        took > NEVER_SLOW && took > best * SLOW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn refusals_halve_the_slots_once_for_all_that_were_on_their_way() {
        let slots = Slots::new(8);
        let pace = Pace::new(slots.clone());
        for _ in 0..8 {
            pace.refused(s(1), s(2));
        }
        assert_eq!(slots.allowed(), 4);
        pace.refused(s(3), s(4));
        pace.refused(s(5), s(6));
        pace.refused(s(7), s(8));
        assert_eq!(slots.allowed(), 1);
        assert_eq!(pace.figures(), (4, 1));
    }

    #[test]
    fn the_slots_come_back_one_by_one_and_never_above_what_was_written() {
        let slots = Slots::new(4);
        let (pace, latency) = (Pace::new(slots.clone()), Mutex::default());
        pace.refused(s(1), s(1));
        let allowed = |answers: usize| {
            (0..answers).for_each(|_| pace.answered(&latency, s(2), s(2)));
            slots.allowed()
        };
        assert_eq!([allowed(1), allowed(1), allowed(2), allowed(1), allowed(50)], [2, 3, 3, 4, 4]);
    }

    #[test]
    fn answers_that_grow_slow_halve_the_slots_and_a_slow_api_does_not() {
        let slots = Slots::new(4);
        let pace = Pace::new(slots.clone());
        let always_slow = Mutex::default();
        (0..40).for_each(|n| pace.answered(&always_slow, s(n), s(n + 9)));
        assert_eq!(slots.allowed(), 4);
        let latency = Mutex::default();
        (0..4).for_each(|n| pace.answered(&latency, s(n), s(n) + Duration::from_millis(100)));
        (0..3).for_each(|n| pace.answered(&latency, s(60 + n), s(66 + n)));
        assert_eq!(slots.allowed(), 4);
        pace.answered(&latency, s(63), s(69));
        assert_eq!(slots.allowed(), 2);
    }
}
