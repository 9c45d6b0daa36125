//! What templates may name while a run goes on.

use std::sync::Arc;

use restload_spec::Scopes;
use restload_spec::plan::Plan;
use serde_json::Value;

use super::context::RowContext;

/// What is known from the first moment of a run, and the same for all of it.
#[derive(Debug)]
pub(crate) struct RunFacts {
    /// `id` and `started_at`.
    pub(crate) run: Value,
    /// The same as JSON text, for programs.
    pub(crate) run_json: Vec<u8>,
    /// The inputs that are no secrets, as JSON text, for programs.
    pub(crate) inputs_json: Vec<u8>,
}

impl RunFacts {
    pub(crate) fn new(plan: &Plan, id: &str, started_at: jiff::Timestamp) -> Self {
        let run = serde_json::json!({"id": id, "started_at": started_at.to_string()});
        let inputs: serde_json::Map<String, Value> = plan
            .inputs
            .iter()
            .filter(|(_, input)| !input.secret)
            .map(|(name, input)| (name.to_owned(), input.value.clone()))
            .collect();
        let run_json = run.to_string().into_bytes();
        Self { run, run_json, inputs_json: Value::Object(inputs).to_string().into_bytes() }
    }
}

/// Calls `act` with the scopes of a row below `parent`.
pub(crate) fn with_scopes<T>(
    plan: &Plan,
    facts: &RunFacts,
    parent: Option<&Arc<RowContext>>,
    each: &Value,
    act: impl FnOnce(&Scopes<'_>) -> T,
) -> T {
    let resources: Vec<(&str, &Value)> = parent
        .into_iter()
        .flat_map(RowContext::lineage)
        .map(|row| (plan.resources[row.resource].name.as_str(), &row.row))
        .collect();
    act(&Scopes {
        inputs: &plan.inputs,
        parent: parent.map(|parent| &parent.row),
        resources: &resources,
        each: Some(each),
        run: Some(&facts.run),
        ..Scopes::default()
    })
}

/// Calls `act` with the scopes of a batch of rows.
pub(crate) fn with_batch<T>(
    plan: &Plan,
    facts: &RunFacts,
    batch: &[Arc<RowContext>],
    each: &Value,
    act: impl FnOnce(&Scopes<'_>) -> T,
) -> T {
    let rows: Vec<Value> = batch.iter().map(|row| row.row.clone()).collect();
    act(&Scopes {
        inputs: &plan.inputs,
        batch: Some(&rows),
        each: Some(each),
        run: Some(&facts.run),
        ..Scopes::default()
    })
}
