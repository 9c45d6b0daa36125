//! What will be done: every default filled in, inputs bound, parents resolved to indices, templates, selectors and
//! programs compiled.
//!
//! A [`Plan`] is made from a checked [`Document`](crate::Document) and the inputs of one run by [`settle`](crate::settle). Below it nobody
//! asks what a missing option means. Each part keeps the [`Pointer`] that it came from, so that a failure on page 900
//! is drawn under the line of the spec that caused it.

mod auth;
mod base;
mod bind;
mod client;
mod fetch;
mod incremental;
mod inputs;
mod resource;
mod response_action;
mod select;
mod table;

pub use auth::{
    AuthPlan, GrantPlan, Kept, KeyPlace, LoginBody, LoginPlan, MadeClaim, OAuth2Plan, Secret, SessionPlan,
    TokenPlacePlan, TokenText,
};
pub(crate) use base::{NoBase, is_loopback, parse_base, with_slash};
pub use base::{TokenBase, names_in};
pub(crate) use bind::default_fault;
pub use bind::{Lookup, bind_inputs, default_variable, is_own_variable, stand_in_inputs};
pub use client::{ClientPlan, Origin, RateLimitPlan, RetryPlan, TimeoutPlan, TlsPlan};
pub use fetch::{
    BodyPlan, CsvPlan, FetchPlan, FillError, FormatPlan, HeaderPlan, PaginatorKind, PaginatorPlan,
    ValueTemplate,
};
pub use incremental::{CursorPlan, IncrementalPlan};
pub use inputs::{BoundInput, Inputs};
pub use resource::{Combination, OnMissing, ParentPlan, ResourcePlan, Selector};
pub use response_action::{ResponseActionPlan, WaitPlan};
pub use table::{ColumnKind, ColumnPlan, Disposition, SchemaContract, TablePlan};

use restload_diag::Diagnostic;

use crate::Made;

/// All that a run needs to know of its spec.
#[derive(Debug)]
pub struct Plan {
    /// The spec's name: folder of the output, key of the state.
    pub name: String,
    /// The values of this run's inputs.
    pub inputs: Inputs,
    /// The connection.
    pub client: ClientPlan,
    /// The resources that take part, a parent always before its children.
    pub resources: Vec<ResourcePlan>,
    /// The tables that are written.
    pub tables: Vec<TablePlan>,
    /// What the reader of the run should know of how the spec was understood (a `merge` that replaces, say).
    pub notes: Vec<Diagnostic>,
    /// What was made of the secrets of inputs in what holds for the whole run, such as the base URL.
    pub made: Vec<Made>,
}
