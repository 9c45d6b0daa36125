//! What is kept of a load while it is open, so that another process can go on with it.
//!
//! ```text
//! walk ──▶ pages that are written ──▶ ledger ──▶ checkpoint ──▶ journal
//!   ▲                                                              │
//!   └── taken over, compared, or made anew ◀── taken ◀─────────────┘
//! ```
//!
//! The ledger notes pages once their rows are handed to the tables. A checkpoint closes the parts of all tables, which makes
//! their rows durable, and then says so in one line of the journal: a page is durable with all its rows and all its children, or
//! not at all.

mod checkpoint;
mod entries;
mod found;
mod ledger;
mod packed;
mod pins;
mod share;
mod taken;

pub(crate) use checkpoint::Durable;
pub(crate) use entries::{
    At, GoneKept, PageSeeds, PageStand, PartKept, ProgressionKept, RequestKept, Stand, TableKept,
};
pub(crate) use found::FoundKept;
pub(crate) use ledger::{Ledger, PageNote, RangeNote};
pub(crate) use packed::{Fresh, Packed};
pub(crate) use pins::{Choice, Pins, choose};
pub use pins::{Keeping, Pending, pending};
pub(crate) use share::{Share, Sum};
pub(crate) use taken::{Taken, TakenPage, TakenTable, TakenWalk};
