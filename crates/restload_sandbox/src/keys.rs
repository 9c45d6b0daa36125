//! What tells the rows of a resource apart, and to which list its keys belong.

use restload_spec::plan::{ResourcePlan, ValueTemplate};
use restload_spec::{Scope, Step, Template};
use serde_json::Value;

use crate::build::Sampled;
use crate::names;
use crate::sample::Sample;
use crate::steps::{At, get};
use crate::vary::chance::of_text;
use crate::vary::{KeyField, Known, Pool, Variety};

/// The fields that tell the rows of a sample apart.
pub(crate) fn key_places(sample: &Sample, resource: &Sampled, further: impl Iterator<Item = At>) -> Vec<At> {
    let rows = &sample.rows;
    if rows.iter().any(|row| !row.is_object() && !row.is_array()) {
        return vec![Vec::new()];
    }
    let there = |at: &At| {
        rows.iter().any(|row| get(row, at).is_some_and(|value| !value.is_null() && !value.is_object()))
    };
    let written = resource.written.primary_key.iter().flatten().map(|column| vec![Step::Key(column.clone())]);
    let own = |at: &At| resource.plan.add.iter().all(|(added, _)| *at != [Step::Key(added.clone())]);
    let mut keys: Vec<At> = written.filter(own).filter(there).collect();
    if keys.is_empty() {
        keys.extend(identity_in(rows).filter(there));
    }
    for at in further.filter(there) {
        if !keys.contains(&at) {
            keys.push(at);
        }
    }
    keys
}

/// Fields by which children ask for what belongs to a row, `parent.slug`. One that is named as the id of something else
/// may be the same for many rows.
pub(crate) fn asked_by(resource: &Sampled, all: &[Sampled]) -> Vec<At> {
    let below = all.iter().filter(|other| other.parent.as_ref() == Some(&resource.plan.name));
    let holes = below.filter_map(|other| Some(other.plan.fetch.as_ref()?.path.holes())).flatten();
    let of_row = holes.filter(|hole| matches!(hole.scope, Scope::Parent | Scope::Batch));
    let own = of_row.filter(|hole| hole.path.last().is_some_and(|name| !names::snake(name).ends_with("_id")));
    own.map(|hole| hole.path.iter().cloned().map(Step::Key).collect()).collect()
}

/// A field named as an id, at the top of a row or one level below.
fn identity_in(rows: &[Value]) -> Option<At> {
    let fields = || rows.iter().filter_map(Value::as_object).flatten();
    let key = |name: &String| Step::Key(name.clone());
    let top = fields().find(|(name, value)| names::is_identity(name) && !value.is_object());
    let below = || {
        fields().find_map(|(name, value)| {
            let inner = value.as_object()?.keys().find(|inner| names::is_identity(inner))?;
            Some(vec![key(name), key(inner)])
        })
    };
    top.map(|(name, _)| vec![key(name)]).or_else(below)
}

pub(crate) fn values_at(sample: &Sample, at: &At) -> Vec<Value> {
    sample.rows.iter().map(|row| get(row, at).cloned().unwrap_or(Value::Null)).collect()
}

pub(crate) fn variety(resource: &Sampled, own: Option<usize>, known: &Known, seed: u64) -> Variety {
    let Some(sample) = &resource.sample else { return Variety::new(Vec::new(), Vec::new(), seed) };
    let columns = resource.written.primary_key.as_deref().unwrap_or_default();
    let of_walk = |column: &String| columns.len() > 1 && names_parent(&resource.plan, column);
    let within_walk =
        resource.plan.add.iter().any(|(added, _)| columns.contains(added)) || columns.iter().any(of_walk);
    let fields = resource.keys.iter().map(|at| {
        let values = values_at(sample, at);
        let refers_to = own.is_none().then(|| refers_to(&values, known)).flatten();
        let refers_to = refers_to.or_else(|| refers_to_other(&values, known, own));
        KeyField { at: at.clone(), pool: Pool::new(values, 0), refers_to, within_walk }
    });
    Variety::new(sample.rows.clone(), fields.collect(), seed ^ of_text(&resource.plan.name))
}

/// Whether a parameter of this name holds something of the row above.
fn names_parent(plan: &ResourcePlan, name: &str) -> bool {
    let params = plan.fetch.iter().flat_map(|fetch| &fetch.params);
    let of_parent = |value: &ValueTemplate| {
        value.templates().into_iter().flat_map(Template::holes).any(|hole| hole.scope == Scope::Parent)
    };
    params.into_iter().any(|(known, value)| known == name && of_parent(value))
}

/// The list whose keys these values are; of numbers, which are alike more easily, the first decides.
fn refers_to(values: &[Value], known: &Known) -> Option<usize> {
    let found = |value: &Value| known.find(value);
    let first = found(values.first()?)?;
    values
        .iter()
        .all(|value| value.is_number() || value.is_null() || found(value) == Some(first))
        .then_some(first)
}

/// The same for a list of its own, whose values may be the keys of a list before it.
fn refers_to_other(values: &[Value], known: &Known, own: Option<usize>) -> Option<usize> {
    let other = refers_to(values, known)?;
    let own = known.pool(own?)?;
    let pool = known.pool(other)?;
    (pool.sample() != own.sample()).then_some(other)
}
