//! Which walk rows came from, known again in later loads: for tables with `merge_scope: parent`.
//!
//! A walk is known by its resource, the values of its request without those that differ from run to run or are secret, and its
//! `add` columns in the primary key.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use restload_spec::plan::{Disposition, FetchPlan, Plan, ResourcePlan};
use restload_spec::{Hole, Scope, Template};
use restload_table::WalkMark;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::context::RowContext;
use super::fields::{Field, ancestors, request_holes};
use super::walk::Seed;

/// What a walk has in common with those of other loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WalkIdentity {
    /// Of the values of its request.
    values: u128,
    /// Of those that come from the rows above; 0 where there are none.
    parent: u64,
}

/// The walks that a load made for one table.
#[derive(Debug, Default)]
pub(crate) struct WalksMade {
    /// Walks, with whether all their rows came. Of walks alike all must have.
    walks: HashMap<u128, bool>,
    /// Rows above that walks started from.
    parents: HashSet<(u32, u64)>,
}

impl WalksMade {
    /// Notes a walk that has ended.
    pub(crate) fn note(&mut self, mark: WalkMark, whole: bool) {
        *self.walks.entry(mark.walk).or_insert(true) &= whole;
        self.parents.insert((mark.resource, mark.parent));
    }

    /// Whether the rows that a walk left before give way.
    pub(crate) fn replaces(&self, mark: WalkMark) -> bool {
        self.walks.get(&mark.walk).copied().unwrap_or(false)
    }

    /// Whether a walk was made that did not come to its end.
    pub(crate) fn is_cut(&self, mark: WalkMark) -> bool {
        self.walks.get(&mark.walk).is_some_and(|whole| !whole)
    }

    /// Whether a walk started from the row above.
    pub(crate) fn knows_parent(&self, mark: WalkMark) -> bool {
        self.parents.contains(&(mark.resource, mark.parent))
    }
}

impl WalkIdentity {
    /// Of a walk of a resource that has a path.
    pub(crate) fn of(plan: &Plan, index: usize, seed: &Seed) -> Self {
        let resource = &plan.resources[index];
        let rows: Vec<&Arc<RowContext>> = seed.parent.iter().chain(&seed.batch).collect();
        let mut above = Xxh3::new();
        for (ancestor, field) in fields_above(plan, index) {
            for row in &rows {
                let Some(row) = row.lineage().find(|row| row.resource == ancestor) else { continue };
                let value = field.iter().try_fold(&row.row, |value, name| value.get(name));
                feed(&mut above, &plan.resources[ancestor].name);
                feed(&mut above, &field.join("."));
                feed(&mut above, &value.map_or_else(String::new, ToString::to_string));
            }
        }
        let parent = if rows.is_empty() { 0 } else { above.digest().max(1) };
        let mut values = Xxh3::new();
        values.update(&above.digest128().to_le_bytes());
        feed(&mut values, &resource.combinations[seed.combination].each.to_string());
        for (name, value) in inputs(plan, resource) {
            feed(&mut values, &name);
            feed(&mut values, &value);
        }
        Self { values: values.digest128(), parent }
    }

    /// The mark of the rows that the walk gives a resource in one of its combinations: the walk's own resource, or one without a
    /// path below it.
    pub(crate) fn mark(self, plan: &Plan, resource: usize, combination: usize) -> WalkMark {
        let resource = &plan.resources[resource];
        let mut walk = Xxh3::new();
        walk.update(&self.values.to_le_bytes());
        feed(&mut walk, &resource.name);
        feed(&mut walk, &resource.combinations[combination].each.to_string());
        WalkMark { walk: walk.digest128(), parent: self.parent, resource: resource_mark(&resource.name) }
    }
}

/// How marks name a resource.
pub(crate) fn resource_mark(name: &str) -> u32 {
    u32::try_from(xxh3_64(name.as_bytes()) >> 32).unwrap_or_default()
}

/// Whether the rows of a table are known by their walks.
pub(crate) fn is_by_walk(plan: &Plan, table: usize) -> bool {
    plan.tables[table].disposition == Disposition::MergeWalks
}

/// Each text with its length, so that no two run into one.
fn feed(hasher: &mut Xxh3, text: &str) {
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

/// The fields of the rows above that tell one walk of a resource from another.
fn fields_above(plan: &Plan, index: usize) -> Vec<(usize, Field)> {
    let resource = &plan.resources[index];
    let Some(parent) = &resource.parent else { return Vec::new() };
    let fields: BTreeSet<(String, usize, Field)> = holes(plan, resource)
        .into_iter()
        .filter_map(|hole| {
            let (ancestor, field) = match hole.scope {
                Scope::Parent | Scope::Batch => (parent.resource, hole.path.clone()),
                Scope::Resources => {
                    let (name, field) = hole.path.split_first()?;
                    let above = ancestors(plan, index).find(|&above| plan.resources[above].name == *name)?;
                    (above, field.to_vec())
                }
                _ => return None,
            };
            Some((plan.resources[ancestor].name.clone(), ancestor, field))
        })
        .collect();
    fields.into_iter().map(|(_, ancestor, field)| (ancestor, field)).collect()
}

/// The names of the inputs that a request carries.
pub(crate) fn input_names<'p>(plan: &'p Plan, resource: &'p ResourcePlan) -> BTreeSet<&'p String> {
    let holes = holes(plan, resource).into_iter().filter(|hole| hole.scope == Scope::Inputs);
    holes.filter_map(|hole| hole.path.first()).collect()
}

/// The inputs that a request carries, without secrets.
fn inputs(plan: &Plan, resource: &ResourcePlan) -> Vec<(String, String)> {
    let names = input_names(plan, resource);
    let value = |name: &String| {
        let (_, input) = plan.inputs.iter().find(|(known, input)| *known == name && !input.secret)?;
        Some((name.clone(), input.value.to_string()))
    };
    names.into_iter().filter_map(value).collect()
}

/// The templates' holes of a request, and of the added columns that are part of a key.
fn holes<'p>(plan: &'p Plan, resource: &'p ResourcePlan) -> Vec<&'p Hole> {
    let tables = resource.combinations.iter().filter_map(|combination| combination.table);
    let keys: BTreeSet<&String> = tables.flat_map(|table| &plan.tables[table].primary_key).collect();
    let added = resource.add.iter().filter(|(name, _)| keys.contains(name));
    let added = added.flat_map(|(_, value)| value.templates()).flat_map(Template::holes);
    let request = resource.fetch.iter().flat_map(|fetch: &FetchPlan| request_holes(fetch));
    request.chain(added).collect()
}
