//! What a run did: the figures that prove it, in words that a user knows.

use std::collections::BTreeMap;

use restload_diag::Diagnostic;
pub use restload_store::Merged;
use serde::Serialize;

/// The end of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The load's id.
    pub load: String,
    /// Sequence of the load record that was committed; none when nothing was.
    pub sequence: Option<u64>,
    /// One per resource that took part, in the order of the plan.
    pub resources: Vec<ResourceReport>,
    /// One per table, in the order of the plan.
    pub tables: Vec<TableReport>,
    /// What went wrong, each drawn at its place in the spec; secrets are taken out.
    pub failures: Vec<Diagnostic>,
    /// What the reader should know: what was chosen, what was doubtful.
    pub notes: Vec<Diagnostic>,
    /// How many requests were in flight at once, by rule.
    pub pace: PaceReport,
    /// Requests for tokens, repeated ones included.
    pub token_requests: u64,
    /// It was ended by the user before it was done.
    pub interrupted: bool,
    /// It was ended by `--max-duration` before it was done.
    pub out_of_time: bool,
    /// Nothing was committed, and the next run goes on with what was read.
    pub left_open: bool,
    /// How many rows are kept for it.
    pub rows_kept: u64,
}

/// How a run ended, as its exit code tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything was committed.
    Done,
    /// Nothing was committed.
    Failed,
    /// Some tables were committed and some failed.
    Partly,
    /// Ended by Ctrl-C.
    Interrupted,
    /// Ended by `--max-duration`.
    OutOfTime,
}

impl Outcome {
    /// How the run ended.
    pub fn ending(&self) -> Ending {
        if self.interrupted {
            Ending::Interrupted
        } else if self.out_of_time && self.failures.is_empty() {
            Ending::OutOfTime
        } else if self.failures.is_empty() {
            Ending::Done
        } else if self.sequence.is_some() && self.tables.iter().any(|table| table.committed) {
            Ending::Partly
        } else {
            Ending::Failed
        }
    }

    /// Doubts of all resources.
    pub fn doubts(&self) -> impl Iterator<Item = (&str, &Doubt)> {
        self.resources.iter().flat_map(|r| r.doubts.iter().map(|doubt| (r.name.as_str(), doubt)))
    }
}

/// How many requests were in flight at once, by rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PaceReport {
    /// `concurrency`.
    pub concurrency: usize,
    /// The fewest that were allowed, because the API refused or grew slow.
    pub fewest: usize,
    /// How often their number was halved.
    pub halvings: u64,
}

/// What was done for one resource.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ResourceReport {
    /// Its name.
    pub name: String,
    /// Tables that it writes; empty for one that only serves its children.
    pub tables: Vec<String>,
    /// Walks that were made.
    pub walks: u64,
    /// Walks equal to one made before, left out.
    pub equal_walks: u64,
    /// Parent rows left out by `on_missing_parent: skip`.
    pub skipped_parents: u64,
    /// Pages read.
    pub pages: u64,
    /// Pages that a response action left out: their rows are missing.
    pub skipped_pages: u64,
    /// Walks that a response action ended before their end: rows are missing.
    pub cut_walks: u64,
    /// Walks of children that a response action ended on their first page: there are no rows.
    pub empty_walks: u64,
    /// A response action left the resource as it is: the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Requests sent again.
    pub retries: u64,
    /// Whole seconds that requests waited before they went out: before repeated ones, and for rate limits. Requests that wait
    /// side by side each count.
    pub waited_seconds: u64,
    /// Rows as the selector found them.
    pub rows_found: u64,
    /// Rows written to its table.
    pub rows_written: u64,
    /// Rows whose key came again later in the load: the last one stayed.
    pub replaced_rows: u64,
    /// Rows that `deleted` marks as gone: they are not written.
    pub gone_rows: u64,
    /// Values that `schema_contract: discard` left out, by column.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub discarded: BTreeMap<String, u64>,
    /// Rows left out because they lie outside of what `incremental` asks for.
    pub outside_rows: u64,
    /// Rows left out because an earlier load wrote them.
    pub seen_rows: u64,
    /// Rows left out because they have no cursor.
    pub cursorless_rows: u64,
    /// Rows that were also on the page before, of a table without a key.
    pub repeated_rows: u64,
    /// Keys that came twice in one object: the last one counted.
    pub duplicate_keys: u64,
    /// Bytes of the bodies.
    pub body_bytes: u64,
    /// Why its walks ended, with how many.
    pub stop_reasons: BTreeMap<String, u64>,
    /// Rows that the API said there are, in the first and in the last answer, over all walks that said so.
    pub claimed: Option<Claimed>,
    /// What could not be proved.
    pub doubts: Vec<Doubt>,
    /// Seconds from its first request to its last row.
    pub seconds: f64,
    /// It failed.
    pub failed: bool,
    /// What an earlier process of this load had read, and was not asked again.
    #[serde(skip_serializing_if = "TakenOver::is_empty")]
    pub taken: TakenOver,
    /// Walks that an earlier process had begun, and were begun anew.
    #[serde(skip_serializing_if = "is_zero")]
    pub anew_walks: u64,
}

/// What an earlier process of a load had read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TakenOver {
    /// Walks, done and open.
    pub walks: u64,
    /// Pages.
    pub pages: u64,
    /// Rows written.
    pub rows: u64,
}

impl TakenOver {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What totals said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Claimed {
    /// Sum of the totals in the first answers.
    pub first: u64,
    /// Sum of the totals in the last answers.
    pub last: u64,
    /// Rows found in the same walks.
    pub found: u64,
}

/// Something that may mean lost or doubled rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// `incomplete`, `rows-repeated`, …
    pub rule: String,
    /// What was seen.
    pub message: String,
}

/// What was done to one table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TableReport {
    /// Its name.
    pub name: String,
    /// Rows of this load.
    pub rows: u64,
    /// Rows of the table after the load.
    pub total_rows: u64,
    /// Files of the table after the load.
    pub files: u64,
    /// Bytes of the table after the load.
    pub bytes: u64,
    /// Columns added or widened since the last load, in words.
    pub changes: Vec<String>,
    /// Older files that were rewritten to one schema.
    pub rewritten: u64,
    /// What a merge did to its rows; none where they were not merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
    /// It is part of the new load record.
    pub committed: bool,
}
