//! The slots of `concurrency`: how many requests are in flight to one API, and who goes next.
//!
//! A slot is held from send to last byte. The deepest waiting request goes first, so that children finish before their
//! parents bring more of them; within a depth it is first come, first served.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// A number of slots, of which fewer may be allowed for a while. Clones share them.
#[derive(Clone)]
pub struct Slots {
    shared: Arc<Shared>,
}

struct Shared {
    capacity: usize,
    state: Mutex<State>,
}

/// While a slot is free and allowed nobody waits.
struct State {
    held: usize,
    allowed: usize,
    fewest: usize,
    waiting: BTreeMap<(Reverse<u32>, u64), oneshot::Sender<Slot>>,
    next: u64,
}

/// The right to have one request in flight; given back when it is dropped.
pub struct Slot {
    /// None once it has been given back.
    shared: Option<Arc<Shared>>,
}

impl Slots {
    /// `capacity` slots, at least one.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        let state = State { held: 0, allowed: capacity, fewest: capacity, waiting: BTreeMap::new(), next: 0 };
        Self { shared: Arc::new(Shared { capacity, state: Mutex::new(state) }) }
    }

    /// How many slots there are.
    pub fn capacity(&self) -> usize {
        self.shared.capacity
    }

    /// How many may be held now.
    pub fn allowed(&self) -> usize {
        self.shared.lock().allowed
    }

    /// The fewest that were ever allowed.
    pub fn fewest(&self) -> usize {
        self.shared.lock().fewest
    }

    /// Allows so many from now on: at least one, at most all. What is held is not taken away.
    pub fn allow(&self, slots: usize) {
        {
            let mut state = self.shared.lock();
            state.allowed = slots.clamp(1, self.shared.capacity);
            state.fewest = state.fewest.min(state.allowed);
        }
        self.shared.hand_out();
    }

    /// Waits for a slot. Deeper requests go first. A caller that stops waiting leaves no trace.
    pub async fn acquire(&self, depth: u32) -> Slot {
        let handed = match self.take_or_wait(depth) {
            Ok(slot) => return slot,
            Err(handed) => handed,
        };
        match handed.await {
            Ok(slot) => slot,
            // The sender stands in the queue that `self` keeps alive until it hands a slot over.
            Err(_) => std::future::pending().await,
        }
    }

    fn take_or_wait(&self, depth: u32) -> Result<Slot, oneshot::Receiver<Slot>> {
        let mut state = self.shared.lock();
        if state.held < state.allowed {
            state.held += 1;
            return Ok(Slot { shared: Some(Arc::clone(&self.shared)) });
        }
        let (sender, receiver) = oneshot::channel();
        let place = (Reverse(depth), state.next);
        state.next += 1;
        state.waiting.insert(place, sender);
        Err(receiver)
    }
}

impl fmt::Debug for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.lock();
        let free = state.allowed.saturating_sub(state.held);
        write!(f, "{free} of {} slots free, {} waiting", self.shared.capacity, state.waiting.len())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a slot back.
    fn release(self: &Arc<Self>) {
        self.lock().held -= 1;
        self.hand_out();
    }

    /// Hands what is free and allowed to those in the queue that still wait.
    fn hand_out(self: &Arc<Self>) {
        loop {
            let next = {
                let mut state = self.lock();
                if state.held >= state.allowed {
                    return;
                }
                let Some((_, next)) = state.waiting.pop_first() else { return };
                state.held += 1;
                next
            };
            // A slot that was handed over and never taken out comes back through its own drop.
            if let Err(mut gone) = next.send(Slot { shared: Some(Arc::clone(self)) }) {
                gone.shared = None;
                self.lock().held -= 1;
            }
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.take() {
            shared.release();
        }
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn the_deepest_goes_first_and_within_a_depth_the_first_that_came() {
        let slots = Slots::new(1);
        let held = slots.acquire(0).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for (depth, name) in [(0, "a"), (2, "b"), (1, "c"), (2, "d"), (0, "e")] {
            let (slots, order) = (slots.clone(), Arc::clone(&order));
            tasks.push(tokio::spawn(async move {
                let _slot = slots.acquire(depth).await;
                order.lock().unwrap().push(name);
            }));
            tokio::task::yield_now().await;
        }
        drop(held);
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), ["b", "d", "c", "a", "e"]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_more_are_held_than_there_are_and_all_get_one() {
        let slots = Slots::new(3);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks = (0..200u32).map(|n| {
            let (slots, now, most) = (slots.clone(), Arc::clone(&now), Arc::clone(&most));
            tokio::spawn(async move {
                let _slot = slots.acquire(n % 4).await;
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                now.fetch_sub(1, Ordering::SeqCst);
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), 3);
        assert_eq!(format!("{slots:?}"), "3 of 3 slots free, 0 waiting");
    }

    #[tokio::test]
    async fn a_waiter_that_gave_up_leaves_its_slot_to_the_next() {
        let slots = Slots::new(1);
        let held = slots.acquire(0).await;
        let mut gives_up = Box::pin(slots.acquire(9));
        assert!(gives_up.as_mut().now_or_never().is_none());
        let mut waits = Box::pin(slots.acquire(1));
        assert!(waits.as_mut().now_or_never().is_none());
        drop(gives_up);
        drop(held);
        let slot = tokio::time::timeout(Duration::from_secs(5), waits).await.unwrap();
        drop(slot);
        assert_eq!(format!("{slots:?}"), "1 of 1 slots free, 0 waiting");
    }

    #[tokio::test]
    async fn a_waiter_that_is_dropped_after_it_was_handed_a_slot_gives_it_back() {
        let slots = Slots::new(1);
        let held = slots.acquire(0).await;
        let mut handed = Box::pin(slots.acquire(0));
        assert!(handed.as_mut().now_or_never().is_none());
        drop(held);
        assert_eq!(format!("{slots:?}"), "0 of 1 slots free, 0 waiting");
        drop(handed);
        assert_eq!(format!("{slots:?}"), "1 of 1 slots free, 0 waiting");
    }

    #[tokio::test]
    async fn a_capacity_of_none_is_one() {
        let slots = Slots::new(0);
        assert_eq!(slots.capacity(), 1);
        drop(slots.acquire(0).await);
    }
}
