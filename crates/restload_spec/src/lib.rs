//! The spec language of restload: what an author writes, checked, and settled into a plan.
//!
//! Text becomes a [`Document`] (YAML with places), the document a [`Spec`] (as written), the spec a `Plan` (as it
//! will be done). Nothing in this crate touches the network, the clock or the file system.

mod date;
mod document;
mod duration;
mod format;
mod grammar;
mod increment;
mod near;
mod path;
mod place;
pub mod plan;
mod program;
mod schema;
mod settle;
pub mod signs;
pub mod spec;
mod structure;
mod template;

pub use document::{Content, Document, Entry, Node, Resolved, Style, resolve_resources};
pub use duration::{Duration, QuantityFault, Size};
pub use format::format_spec;
pub use grammar::{Grammar, KeyFacts, MapKind, ValueFacts, Word};
pub use increment::{Bound, CursorFormat, CursorKind, CursorStep, CursorValue, Edges, Moment, slices};
pub use near::nearest;
pub use path::{Path, PathFault, SlowPart, Step};
pub use place::{AnswerPlace, RequestPlace, Test};
pub use program::{Program, ProgramError, ProgramFault, Variables, VariablesUsed};
pub use schema::{editor_schema, json_schema};
pub use settle::{Checked, Wanted, check, settle};
pub use spec::Spec;
pub use structure::{Reading, check_structure, read_spec, read_spec_bytes};
pub use template::{
    Escape, Hole, InputValues, Made, RenderError, Rendered, Scope, Scopes, Template, TemplateFault,
};
