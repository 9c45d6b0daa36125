//! The walk: from a plan to tables.
//!
//! [`run::run`] takes a [`Plan`](restload_spec::plan::Plan) and leaves a [`report::Outcome`]. Below it stand the parts that can be
//! used and tested alone: [`paginate`] (pure), [`transport`] (requests, auth, redirects, retries), [`link`], [`origin`],
//! [`redact`] and [`slots`].

pub mod clock;
pub mod cursors;
pub mod events;
pub mod link;
pub mod origin;
pub mod paginate;
pub mod redact;
pub mod report;
pub mod run;
pub mod slots;
pub mod transport;
pub mod upkeep;
