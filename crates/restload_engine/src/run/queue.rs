//! The walks of one resource that wait for their turn, and the gate that keeps a parent from running ahead of them.
//!
//! At most `width` walks of a resource are open at a time; a parent walk asks for its next page only while fewer than
//! `2 × width` walks of each of its children wait. A walk without children always goes on, so the gate always opens.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// The waiting and open walks of one resource.
#[derive(Debug)]
pub(crate) struct WalkQueue<S> {
    width: usize,
    state: Mutex<State<S>>,
    moved: Notify,
}

#[derive(Debug)]
struct State<S> {
    waiting: VecDeque<S>,
    open: usize,
    feeders: usize,
    closed: bool,
    seen: HashSet<u128>,
}

impl<S> WalkQueue<S> {
    /// A queue for `width` walks at a time, fed by `feeders` parents.
    pub(crate) fn new(width: usize, feeders: usize) -> Self {
        let state = State { waiting: VecDeque::new(), open: 0, feeders, closed: false, seen: HashSet::new() };
        Self { width, state: Mutex::new(state), moved: Notify::new() }
    }

    fn with<T>(&self, act: impl FnOnce(&mut State<S>) -> T) -> T {
        let result = act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.moved.notify_waiters();
        result
    }

    /// Adds a walk unless an equal one was added before; says whether it was added.
    pub(crate) fn push(&self, key: u128, seed: S) -> bool {
        self.with(|state| {
            let new = !state.closed && state.seen.insert(key);
            if new {
                state.waiting.push_back(seed);
            }
            new || state.closed
        })
    }

    /// Drops what waits and takes nothing more.
    pub(crate) fn close(&self) {
        self.with(|state| {
            state.closed = true;
            state.waiting.clear();
        });
    }

    /// One of the feeders is done: nothing more comes from it.
    pub(crate) fn feeder_done(&self) {
        self.with(|state| state.feeders -= 1);
    }

    /// A walk that was taken is done.
    pub(crate) fn done(&self) {
        self.with(|state| state.open -= 1);
    }

    /// The next walk when there is room for one; none when nothing will come any more and all walks are done.
    pub(crate) async fn next(&self) -> Option<S> {
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                if state.open < self.width
                    && let Some(seed) = state.waiting.pop_front()
                {
                    state.open += 1;
                    drop(state);
                    self.moved.notify_waiters();
                    return Some(seed);
                }
                if state.waiting.is_empty() && state.open == 0 && state.feeders == 0 {
                    return None;
                }
            }
            moved.await;
        }
    }

    /// Waits until fewer than `2 × width` walks wait.
    pub(crate) async fn room(&self) {
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            if self.state.lock().unwrap_or_else(PoisonError::into_inner).waiting.len() < 2 * self.width {
                return;
            }
            moved.await;
        }
    }
}
