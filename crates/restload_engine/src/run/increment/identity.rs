//! By what a walk is known from load to load: the values of its request without the bounds, the run and secrets, and the columns
//! that `add` puts into the key.

use restload_spec::plan::{Inputs, Plan, ResourcePlan, ValueTemplate};
use restload_spec::{CursorKind, Scope, Scopes, Template};
use serde_json::{Value, json};

use super::super::drive::Run;
use super::super::request;
use super::super::scopes::with_scopes;
use super::super::walk::Seed;
use crate::redact::Redactor;

/// What stands in place of what differs from run to run.
#[derive(Debug)]
pub(crate) struct Masked {
    inputs: Inputs,
    run: Value,
}

impl Masked {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut inputs = plan.inputs.clone();
        for (name, input) in plan.inputs.iter().filter(|(_, input)| input.secret) {
            let mut masked = input.clone();
            masked.value = match masked.value {
                Value::String(_) => Value::from("***"),
                Value::Array(_) => json!(["***"]),
                Value::Number(_) => Value::from(0),
                other => other,
            };
            inputs.insert(name, masked);
        }
        Self { inputs, run: json!({"id": "", "started_at": "1970-01-01T00:00:00Z"}) }
    }
}

/// The name of a walk in the load record, and the walk in words; none where it has no request.
pub(crate) fn identify(run: &Run, index: usize, seed: &Seed) -> Option<(String, String)> {
    let resource = &run.plan.resources[index];
    let incremental = resource.incremental.as_ref()?;
    let combination = &resource.combinations[seed.combination];
    let masked = &run.cursors.masked;
    let bounds = match incremental.kind() {
        CursorKind::Moment => json!({"start": "1970-01-01T00:00:00Z", "end": "1970-01-01T00:00:00Z"}),
        CursorKind::Integer => json!({"start": 0, "end": 0}),
        CursorKind::Text => json!({"start": "", "end": ""}),
    };
    let added = added_to_key(run, resource, combination.table);
    with_scopes(&run.plan, &run.facts, seed.parent.as_ref(), &combination.each, |scopes| {
        let scopes =
            Scopes { inputs: &masked.inputs, run: Some(&masked.run), incremental: Some(&bounds), ..*scopes };
        // What is rendered here goes nowhere: no secret is in it.
        let (mut parts, _) = request::render(&run.plan, resource, &scopes, &Redactor::new()).ok()?;
        for place in incremental.start_param.iter().chain(&incremental.end_param) {
            parts.set(place, &Value::Null).ok()?;
        }
        let asked = parts.render();
        let same_origin = asked.url.origin() == run.plan.client.base_url.origin();
        let url = if same_origin { &asked.url[url::Position::BeforePath..] } else { asked.url.as_str() };
        let of = format!("{} {url}", asked.method);
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        hasher.update(of.as_bytes());
        for (name, value) in &asked.headers {
            hasher.update(format!("\n{name}:{value}").as_bytes());
        }
        if let Some((_, body)) = &asked.body {
            hasher.update(b"\n\n");
            hasher.update(body);
        }
        for (name, value) in &added {
            let value = value.fill_column(&scopes).ok()?;
            hasher.update(format!("\n{name}={value}").as_bytes());
        }
        Some((format!("{:032x}", hasher.digest128()), of))
    })
}

/// Columns of the key that `add` makes, without a look at the row.
fn added_to_key<'a>(
    run: &Run,
    resource: &'a ResourcePlan,
    table: Option<usize>,
) -> Vec<&'a (String, ValueTemplate)> {
    let key = table.map_or(&[][..], |table| run.plan.tables[table].primary_key.as_slice());
    let of_row = |value: &ValueTemplate| {
        let mut holes = value.templates().into_iter().flat_map(Template::holes);
        holes.any(|hole| hole.scope == Scope::Row)
    };
    resource.add.iter().filter(|(name, value)| key.contains(name) && !of_row(value)).collect()
}
