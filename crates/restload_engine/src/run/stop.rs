//! The wish to end a run.

use tokio::sync::watch;

/// A handle with which a run is ended cleanly from outside; clones are one.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

impl Stop {
    /// A run that goes on.
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Ends it.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was ended.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    pub(crate) fn check(&self) -> Result<(), ()> {
        if self.is_stopped() { Err(()) } else { Ok(()) }
    }

    /// Waits until it is ended.
    pub async fn stopped(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = receiver.wait_for(|stopped| *stopped).await;
    }
}
