//! One resource, settled.

use restload_diag::Pointer;
use serde_json::Value;

use super::{AuthPlan, FetchPlan, IncrementalPlan, RateLimitPlan, ResponseActionPlan, ValueTemplate};
use crate::{AnswerPlace, Path, Program, Resolved, Test};

/// A resource that takes part in the run.
#[derive(Debug)]
pub struct ResourcePlan {
    /// Its name in the spec.
    pub name: String,
    /// One entry per combination of its own and its ancestors' `for_each`; exactly one, with an empty `each`, where there is
    /// none. Empty when a list is empty.
    pub combinations: Vec<Combination>,
    /// How its pages are asked for; none: its rows come from the parent's row.
    pub fetch: Option<FetchPlan>,
    /// The resource whose rows it is read for.
    pub parent: Option<ParentPlan>,
    /// Where the rows are.
    pub selector: Selector,
    /// What no match of the selector means.
    pub on_missing_data: OnMissing,
    /// Place of the number of rows that the API says there are.
    pub total: Option<AnswerPlace>,
    /// A jq program per row.
    pub transform: Option<Program>,
    /// Columns that are added to each row.
    pub add: Vec<(String, ValueTemplate)>,
    /// Paths into the row that are left out.
    pub drop: Vec<Path>,
    /// What marks a row as gone: a test whose place is a path into the row.
    pub deleted: Option<Test>,
    /// How only what is new is read.
    pub incremental: Option<IncrementalPlan>,
    /// What goes along with its requests.
    pub auth: AuthPlan,
    /// What answers mean that are not simply read, the client's after its own; the first that fits counts.
    pub response_actions: Vec<ResponseActionPlan>,
    /// What the API takes of its requests in a time, besides the client's limits.
    pub rate_limits: Vec<RateLimitPlan>,
    /// The file of one real answer, below the spec's folder; none: `samples/<spec>/<resource>.json` if there.
    pub sample: Option<String>,
    /// Where its auth is written.
    pub(crate) auth_at: Pointer,
    /// Where its parts are written.
    pub(crate) written: Resolved,
}

impl ResourcePlan {
    /// The place of what it says about auth, its own or the client's; of a list the item that was chosen.
    pub fn auth_at(&self) -> Pointer {
        self.auth_at.clone()
    }

    /// The place of an entry of one of its maps.
    pub fn at_entry(&self, key: &str, entry: &str) -> Pointer {
        self.written.pointer(&[key, entry])
    }

    /// The place in the spec of one of its keys, its own or that of `defaults`; of the resource itself for `""`.
    pub fn at(&self, key: &str) -> Pointer {
        if key.is_empty() { self.written.at() } else { self.written.pointer(&[key]) }
    }
}

/// One combination of `for_each` values.
#[derive(Debug, Clone)]
pub struct Combination {
    /// `each` as templates see it: an object.
    pub each: Value,
    /// The table that its rows go to, as an index into [`Plan::tables`](super::Plan::tables); none for `table: null`.
    pub table: Option<usize>,
    /// The parent's combination that it belongs to, as an index into the parent's `combinations`.
    pub parent: usize,
}

/// How a resource hangs on its parent.
#[derive(Debug, Clone)]
pub struct ParentPlan {
    /// Index into [`Plan::resources`](super::Plan::resources).
    pub resource: usize,
    /// Rows of the parent per walk; none: one.
    pub batch: Option<usize>,
    /// What a null or missing value of the parent's row means in a request.
    pub on_missing: OnMissing,
    /// Only rows past the parent's cursor are taken.
    pub changed: bool,
}

/// What it means when something is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnMissing {
    /// An error.
    Error,
    /// Nothing: no rows of an answer (`empty`), no walk for a parent row (`skip`); counted.
    Accept,
}

/// Where the rows of an answer are.
#[derive(Debug)]
pub enum Selector {
    /// Found out on the first answer, printed and pinned.
    Auto,
    /// Where the author says.
    Path(Path),
}
