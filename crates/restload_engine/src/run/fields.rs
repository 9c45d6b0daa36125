//! Which fields of its rows a resource keeps for those that come after it.

use std::collections::BTreeSet;

use restload_spec::plan::{CursorPlan, FetchPlan, Plan, ResourcePlan};
use restload_spec::{AnswerPlace, Hole, Scope, Step, Template};

/// A field of a row: the names that lead to it; no name at all is the whole row.
pub(crate) type Field = Vec<String>;

/// What is kept of the rows of one resource.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Fields that children, and further descendants, use in requests, columns and programs.
    pub(crate) for_descendants: BTreeSet<Field>,
    /// Fields that its own `add`, and its cursor, use.
    pub(crate) for_columns: BTreeSet<Field>,
}

impl Kept {
    /// All fields, each once; the whole row alone where it is asked for.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let all: BTreeSet<_> = self.for_descendants.union(&self.for_columns).cloned().collect();
        let whole = Field::new();
        if all.contains(&whole) { vec![whole] } else { all.into_iter().collect() }
    }
}

/// What a walk of a resource depends on above it: pairs of an ancestor and one of its fields.
pub(crate) type Uses = BTreeSet<(usize, Field)>;

/// What is kept of each resource's rows.
pub(crate) fn kept(plan: &Plan) -> Vec<Kept> {
    let mut kept: Vec<Kept> = plan.resources.iter().map(|_| Kept::default()).collect();
    for index in 0..plan.resources.len() {
        for (ancestor, field) in own_uses(plan, index) {
            kept[ancestor].for_descendants.insert(field);
        }
        let resource = &plan.resources[index];
        for hole in column_holes(resource).filter(|hole| hole.scope == Scope::Row) {
            kept[index].for_columns.insert(hole.path.clone());
        }
        kept[index].for_columns.extend(of_deleted(plan, resource));
        if let Some(CursorPlan::Row(names)) = resource.incremental.as_ref().map(|plan| &plan.cursor) {
            kept[index].for_columns.insert(names.clone());
        }
    }
    kept
}

/// What the walks of a resource, and of all that hangs on it, depend on above it.
pub(crate) fn uses(plan: &Plan, index: usize) -> Uses {
    let ancestors: BTreeSet<usize> = ancestors(plan, index).collect();
    (0..plan.resources.len())
        .filter(|&other| other == index || self::ancestors(plan, other).any(|above| above == index))
        .flat_map(|other| own_uses(plan, other))
        .filter(|(ancestor, _)| ancestors.contains(ancestor))
        .collect()
}

/// The fields of a batch's rows that a resource uses in its requests.
pub(crate) fn of_batch(resource: &ResourcePlan) -> Vec<Field> {
    let holes = resource.fetch.iter().flat_map(request_holes);
    holes.filter(|hole| hole.scope == Scope::Batch).map(|hole| hole.path.clone()).collect()
}

/// The resources above one, nearest first.
pub(crate) fn ancestors(plan: &Plan, index: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(plan.resources[index].parent.as_ref().map(|parent| parent.resource), |&above| {
        plan.resources[above].parent.as_ref().map(|parent| parent.resource)
    })
}

/// The fields that say whether a row is marked as gone, and which row that is.
fn of_deleted(plan: &Plan, resource: &ResourcePlan) -> Vec<Field> {
    let tables: BTreeSet<usize> = resource.combinations.iter().filter_map(|c| c.table).collect();
    let Some(test) = resource.deleted.as_ref().filter(|_| !tables.is_empty()) else { return Vec::new() };
    let keys = tables.iter().flat_map(|&table| &plan.tables[table].primary_key);
    let marked = match &test.place {
        AnswerPlace::Body(path) => path.steps().map_or_else(Field::new, leading_names),
        AnswerPlace::Header(_) | AnswerPlace::Row(_) => Field::new(),
    };
    keys.map(|key| vec![key.clone()]).chain([marked]).collect()
}

/// The names at the front of a path; what comes after them is looked for in what they lead to.
fn leading_names(steps: &[Step]) -> Field {
    let name = |step: &Step| match step {
        Step::Key(name) => Some(name.clone()),
        Step::Index(_) | Step::Wildcard => None,
    };
    steps.iter().map_while(name).collect()
}

fn own_uses(plan: &Plan, index: usize) -> Uses {
    let resource = &plan.resources[index];
    let Some(parent) = &resource.parent else { return Uses::new() };
    let holes = resource.fetch.iter().flat_map(request_holes).chain(column_holes(resource));
    let mut uses: Uses = holes
        .filter_map(|hole| match hole.scope {
            Scope::Parent | Scope::Batch => Some((parent.resource, hole.path.clone())),
            Scope::Resources => {
                let (name, field) = hole.path.split_first()?;
                let ancestor = ancestors(plan, index).find(|&above| plan.resources[above].name == *name)?;
                Some((ancestor, field.to_vec()))
            }
            _ => None,
        })
        .collect();
    let program = resource.transform.as_ref();
    if program.is_some_and(|program| program.uses().parent) {
        uses.insert((parent.resource, Field::new()));
    }
    uses
}

fn column_holes(resource: &ResourcePlan) -> impl Iterator<Item = &Hole> {
    resource.add.iter().flat_map(|(_, value)| value.templates()).flat_map(Template::holes)
}

pub(crate) fn request_holes(fetch: &FetchPlan) -> Vec<&Hole> {
    fetch.templates().into_iter().flat_map(Template::holes).collect()
}
