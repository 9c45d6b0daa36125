//! The history as a JSON array, an object a record; docs/guide/history.md says what is in it.

use serde_json::{Value, json};

use super::Told;

pub(super) fn render(told: &[Told<'_>]) -> String {
    let all: Vec<Value> = told.iter().map(one).collect();
    format!("{:#}\n", Value::Array(all))
}

fn one(told: &Told<'_>) -> Value {
    let record = told.record;
    let changes = told.changes.iter().map(|(table, change)| {
        json!({"table": table, "column": change.column, "change": change.change, "from": change.from, "to": change.to})
    });
    let doubts = told
        .doubts
        .iter()
        .map(|doubt| json!({"resource": doubt.resource, "rule": doubt.rule, "message": doubt.message}));
    let tables = record.tables.iter().map(|(name, state)| {
        json!({"name": name, "rows": state.rows, "files": state.files.len(), "merged": state.merged})
    });
    json!({
        "sequence": record.sequence,
        "load": record.load,
        "act": record.act,
        "started_at": record.started_at.to_string(),
        "finished_at": record.finished_at.to_string(),
        "taken_back": told.taken_back,
        "resumed": told.resumed,
        "rollback": record.rollback,
        "rows": told.rows,
        "total_rows": told.total_rows,
        "files": told.files,
        "bytes": told.bytes,
        "tables": tables.collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
        "doubts": doubts.collect::<Vec<_>>(),
    })
}
