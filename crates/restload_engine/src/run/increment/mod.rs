//! What is new: the bounds of a walk, which of its rows are written, and where the next load goes on.
//!
//! ```text
//! load record ──▶ state ──▶ bounds ──▶ slices ──▶ request
//!      ▲                                 │
//!      │                                 └──▶ judge (rows of a page, pure)
//!      └── commit ◀── progression ◀───────────────┘
//! ```

mod bounds;
mod identity;
mod judge;
mod progression;
mod state;

pub(crate) use bounds::{Slice, cut};
pub(crate) use identity::{Masked, identify};
pub(crate) use judge::{Judge, Judged, Verdict, cursor_of};
pub(crate) use progression::Progression;
pub(crate) use state::{Cursors, Ended, States, WalkState, check_range, settle};
