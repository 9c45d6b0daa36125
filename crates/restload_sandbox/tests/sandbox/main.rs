//! Sandboxes, read by the engine as a user's run reads them.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod auth;
mod increment;
mod load;
mod paging;
mod parents;
mod rows;
