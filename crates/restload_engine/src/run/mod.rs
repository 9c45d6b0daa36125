//! A run: the walks of all resources, their rows into tables, and the commit.
//!
//! ```text
//! drive ──▶ walk ──▶ request ──▶ connection
//!   ▲         │
//!   │         ├──▶ extract ──▶ rows, fields, values
//!   │         ├──▶ sink ──▶ parts ──▶ commit
//!   └─ queue ◀┴──▶ paginate ──▶ next request, or a reason to stop
//! ```

mod actions;
mod answer;
mod auto;
mod begin;
mod close;
mod commit;
mod context;
mod declare;
mod drive;
mod ending;
mod extract;
mod failure;
mod fault;
mod fields;
mod identity;
mod increment;
mod keep;
mod open;
mod places;
mod preview;
mod queue;
mod request;
mod scopes;
mod sink;
mod stop;
mod tally;
mod walk;

use std::path::PathBuf;
use std::sync::Arc;

use restload_spec::plan::Plan;
use restload_store::Folder;

use crate::clock::Clock;
use crate::events::Listener;
use crate::redact::Redactor;
use crate::report::Outcome;
use crate::transport::Transport;

pub(crate) use commit::recorded_schema;
pub(crate) use drive::Run;
pub use extract::RowPath;
pub(crate) use increment::{States, WalkState};
pub use keep::{Keeping, Pending, pending};
pub use preview::{FreshPreview, Hidden, RequestPreview, ResourcePreview, account_of, fresh, preview};
pub use stop::Stop;

/// Where a run writes, and how much.
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[derive(Debug, Clone)]
pub struct RunSettings {
    /// The folder of all outputs.
    pub out: PathBuf,
    /// The spec's folder in it: `<spec>`, `<spec>.sandbox` or `<spec>.limit`.
    pub folder: String,
    /// What stands for the API's origin in the load record, where that is not the base URL's.
    pub origin: Option<String>,
    /// Rows written per resource, at most.
    pub limit: Option<u64>,
    /// The memory for bodies and columns, in bytes.
    pub memory: usize,
    /// A doubt is a failure.
    pub strict: bool,
    /// A table is replaced though not all of its rows came.
    pub allow_incomplete: bool,
    /// Stored cursors do not count: what is incremental is read from its start, and its tables are replaced.
    pub full_refresh: bool,
    /// In place of what is new, the range from here on: a bound of the cursors, or a time before the run.
    pub since: Option<String>,
    /// In place of what is new, the range up to here.
    pub until: Option<String>,
    /// The cursors move though a range was asked for.
    pub advance: bool,
    /// How the load is kept while it is open; none: what is left open is dropped.
    pub keeping: Option<Keeping>,
    /// The run ends after this time, and the next one goes on.
    pub max_duration: Option<std::time::Duration>,
}

/// What a run is given from outside.
#[derive(Clone)]
pub struct Services {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where secrets are known, so that no text holds one. The inputs' secrets are registered by the caller.
    pub redactor: Redactor,
    /// Hears what happens.
    pub listener: Arc<dyn Listener>,
    /// Ends the run.
    pub stop: Stop,
    /// In place of HTTP, for tests.
    pub transport: Option<Arc<dyn Transport>>,
    /// In place of the folder on this machine, for tests.
    pub folder: Option<Folder>,
}

/// Makes a run from its plan to its commit. Whatever goes wrong is part of the outcome.
pub async fn run(plan: Plan, settings: RunSettings, services: Services) -> Outcome {
    open::run(plan, settings, services).await
}
