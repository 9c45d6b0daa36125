//! The shipped specs against fakes of their APIs, read back by readers that are not ours.

#![expect(clippy::unwrap_used, reason = "a test fails where what it looks for is not")]

mod affinity;
mod affinity_dlt;
mod affinity_rules;
mod failed_runs;
mod second_loads;
mod snapshots;
mod tapfiliate;
mod taplytics;
mod while_commits_happen;

use restload_fakes::Fake;
use serde_json::Value;

/// The rows of a collection below a parent, with the id of their parent in a column.
fn below(fake: &Fake, collection: &str, parent: &str) -> Vec<Value> {
    let with_parent = |(id, mut row): (Value, Value)| {
        row[parent] = id;
        row
    };
    fake.expected_with_parent(collection).into_iter().map(with_parent).collect()
}
