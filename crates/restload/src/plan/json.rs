//! A plan for programs: one JSON object, of which docs/reference/plan.md tells each field.

use restload_diag::Diagnostic;
use restload_engine::paginate::Pace;
use restload_engine::redact::Redactor;
use restload_engine::run::RequestPreview;
use restload_spec::Document;
use restload_spec::plan::AuthPlan;
use serde_json::{Value, json};

use super::inputs::{Given, Said};
use super::overview::{Overview, Sight};
use super::state::State;
use super::words;
use crate::terminal::{diagnostic_json, redacted};

/// Writes a plan as one JSON object.
pub(super) fn write(overview: &Overview<'_>, document: &Document, redactor: &Redactor) -> String {
    let plan = overview.plan;
    let all = |found: &[Diagnostic]| -> Vec<Value> {
        found.iter().map(|one| diagnostic_json(one, document)).collect()
    };
    let value = json!({
        "format": 1,
        "spec": {
            "name": plan.name,
            "base_url": words::base_url(&plan.client),
            "auth": auth(&plan.client.auth),
            "concurrency": plan.client.concurrency,
        },
        "inputs": overview.bound.said.iter().map(input).collect::<Vec<_>>(),
        "resources": overview.resources.iter().map(|sight| resource(overview, sight)).collect::<Vec<_>>(),
        "state": state(overview),
        "files": {
            "pattern": overview.file_pattern().display().to_string(),
            "tables": plan.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(),
        },
        "notes": all(&overview.notes()),
    });
    let value = redacted(&overview.bound.stand_ins.lift_value(&value), redactor);
    format!("{value:#}\n")
}

fn auth(plan: &AuthPlan) -> Value {
    let (kind, place) = words::auth(plan);
    let (place, name) = place.map(|place| (place.kind, place.name)).unzip();
    json!({"type": kind, "in": place, "name": name, "token_url": words::token_url(plan)})
}

fn input(said: &Said) -> Value {
    let (value, from, looked_at) = match &said.value {
        Given::Value { value, from } => (value.clone(), Some(words::origin(from)), None),
        Given::NotRequired => (Value::Null, None, None),
        Given::Missing { looked_at, .. } => (Value::Null, None, Some(looked_at)),
    };
    json!({
        "name": said.name,
        "secret": said.secret,
        "value": value,
        "from": from,
        "missing": looked_at.is_some(),
        "looked_at": looked_at,
        "variable": said.variable,
    })
}

fn resource(overview: &Overview<'_>, sight: &Sight<'_>) -> Value {
    let plan = sight.plan;
    let parent = plan.parent.as_ref().map(|parent| overview.resources[parent.resource].plan.name.as_str());
    let table = sight.tables.first();
    json!({
        "name": plan.name,
        "parent": parent,
        "batch": plan.parent.as_ref().and_then(|parent| parent.batch),
        "for_each": sight.for_each.as_ref().map(|each| json!({"names": each.names, "first": each.first})),
        "combinations": sight.combinations,
        "tables": sight.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(),
        "write_disposition": table.map(|table| words::disposition(table.disposition)),
        "primary_key": table.map(|table| table.primary_key.clone()),
        "auth": plan.fetch.as_ref().map(|_| auth(&plan.auth)),
        "request": sight.preview.request.as_ref().and_then(|made| made.as_ref().ok()).map(request),
        "paging": paging(sight),
        "rows": {
            "selector": words::selector(plan),
            "transform": plan.transform.is_some(),
            "path": words::row_path(sight.preview.row_path),
            "why": words::why_row_path(sight),
            "whole_body": sight.preview.whole_body,
        },
        "incremental": sight.fresh.as_ref().map(|fresh| json!({
            "cursor": fresh.cursor,
            "walks": fresh.walks,
            "stored": fresh.stored,
            "start": fresh.start,
            "end": fresh.end,
            "slices": fresh.slices,
            "whole": fresh.whole,
        })),
        "starts": starts(sight),
    })
}

fn request(made: &RequestPreview) -> Value {
    let headers: Vec<Value> = made.headers.iter().map(|(name, value)| json!([name, value])).collect();
    let body = made.body.as_ref().map(|(kind, content)| json!({"type": kind, "content": content}));
    json!({"method": made.method, "url": made.url, "headers": headers, "body": body})
}

fn paging(sight: &Sight<'_>) -> Option<Value> {
    let (fetch, pace) = (sight.plan.fetch.as_ref()?, sight.preview.pace?);
    Some(json!({
        "type": words::paginator(fetch),
        "pages": match pace {
            Pace::FoundOut => "found-out",
            Pace::OnePage => "one",
            pace if pace.is_ahead() => "ahead",
            _ => "one-by-one",
        },
        "why": words::why_pace(pace, sight.plan),
    }))
}

/// When the walks of a resource begin, all of them side by side within `concurrency`.
fn starts(sight: &Sight<'_>) -> &'static str {
    match (&sight.plan.fetch, &sight.plan.parent) {
        _ if sight.combinations == Some(0) => "never",
        (None, _) => "with-parent",
        (Some(_), None) => "at-once",
        (Some(_), Some(_)) => "as-rows-come",
    }
}

fn state(overview: &Overview<'_>) -> Value {
    match &overview.state {
        State::Nothing => json!({"newest": null, "refused": null}),
        State::Refused(why) => json!({"newest": null, "refused": why}),
        State::Loaded(record) => {
            let tables = record.tables.iter().map(|(name, table)| (name.clone(), Value::from(table.rows)));
            json!({
                "newest": {
                    "sequence": record.sequence.0,
                    "load": record.load.to_string(),
                    "finished_at": record.finished_at.to_string(),
                    "tables": Value::Object(tables.collect()),
                },
                "refused": null,
            })
        }
    }
}
