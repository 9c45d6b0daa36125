//! All that is said of a plan, gathered: both forms of the output are written from here.

use std::collections::BTreeSet;
use std::path::PathBuf;

use restload_diag::Diagnostic;
use restload_engine::run::{FreshPreview, Hidden, ResourcePreview, fresh, preview};
use restload_spec::plan::{Plan, ResourcePlan, TablePlan};
use restload_spec::{Scope, Template, resolve_resources};
use serde_json::{Map, Value};

use super::inputs::Bound;
use super::state::State;
use crate::spec_file::SpecFile;
use crate::world::World;

/// What is said of a plan.
pub(super) struct Overview<'a> {
    /// The plan.
    pub(super) plan: &'a Plan,
    /// Its inputs.
    pub(super) bound: &'a Bound,
    /// Its resources, in the plan's order.
    pub(super) resources: Vec<Sight<'a>>,
    /// What a run would start from.
    pub(super) state: State,
    /// The spec's folder in the output, as a person would write it.
    pub(super) folder: PathBuf,
}

/// What is said of one resource.
pub(super) struct Sight<'a> {
    /// Its plan.
    pub(super) plan: &'a ResourcePlan,
    /// What the engine would do with it.
    pub(super) preview: ResourcePreview,
    /// What it would take for new, where it has `incremental`.
    pub(super) fresh: Option<FreshPreview>,
    /// The resources below it, as indices into the plan's.
    pub(super) children: Vec<usize>,
    /// The tables that it writes.
    pub(super) tables: Vec<&'a TablePlan>,
    /// The spec says that it has none.
    pub(super) null_table: bool,
    /// Its `for_each`, where it has one of its own.
    pub(super) for_each: Option<ForEach>,
    /// How many combinations of `for_each` values there are, its ancestors' counted in; none where a missing input decides.
    pub(super) combinations: Option<usize>,
}

/// The combinations of a resource's `for_each` values.
pub(super) struct ForEach {
    /// The names below `each`.
    pub(super) names: Vec<String>,
    /// The values of the first combinations, secrets masked.
    pub(super) first: Vec<Map<String, Value>>,
}

/// How many combinations are shown.
const SHOWN: usize = 3;

impl<'a> Overview<'a> {
    /// Gathers what is to be said.
    pub(super) fn new(
        file: &SpecFile,
        plan: &'a Plan,
        bound: &'a Bound,
        state: State,
        folder: PathBuf,
        world: &World<'_>,
    ) -> Self {
        let redactor = &world.redactor;
        let eaches = Eaches::of(file, bound);
        let hidden = Hidden {
            missing: bound.missing(),
            unknown_each: eaches.unknown.clone(),
            secret_each: eaches.secret.clone(),
        };
        let previews = preview(plan, &hidden, redactor).into_iter();
        let newest = match &state {
            State::Loaded(record) => Some(&**record),
            State::Nothing | State::Refused(_) => None,
        };
        let previews = previews.zip(fresh(plan, newest, world.clock.now()));
        let resources = plan.resources.iter().zip(previews).enumerate();
        let resources = resources.map(|(index, (resource, (preview, fresh)))| Sight {
            plan: resource,
            preview,
            fresh,
            children: children(plan, index),
            tables: tables(plan, resource),
            null_table: eaches.null_tables.contains(&resource.name),
            for_each: eaches.named(&resource.name).map(|names| eaches.for_each(names, resource)),
            combinations: eaches.count(resource),
        });
        Self { plan, bound, resources: resources.collect(), state, folder }
    }

    /// The resources without a parent, as indices.
    pub(super) fn roots(&self) -> impl Iterator<Item = usize> {
        (0..self.resources.len()).filter(|&index| self.resources[index].plan.parent.is_none())
    }

    /// What is worth knowing of how the spec was understood. An empty `for_each` is told where its resource is.
    pub(super) fn notes(&self) -> Vec<Diagnostic> {
        let notes = self.plan.notes.iter().filter(|note| note.rule != "empty-for-each");
        notes.map(|note| self.bound.stand_ins.lift_fault(note.clone())).collect()
    }

    /// Why requests could not be made.
    pub(super) fn faults(&self) -> Vec<Diagnostic> {
        let requests = self.resources.iter().filter(|sight| sight.combinations != Some(0));
        let faults = requests.filter_map(|sight| sight.preview.request.as_ref()?.as_ref().err());
        faults.map(|fault| self.bound.stand_ins.lift_fault((**fault).clone())).collect()
    }

    /// Where the files of the tables are made.
    pub(super) fn file_pattern(&self) -> PathBuf {
        self.folder.join("<table>").join("<load id>-<n>.parquet")
    }

    /// A text with the names of inputs in place of what stands in for them.
    pub(super) fn lift(&self, text: &str) -> String {
        self.bound.stand_ins.lift(text)
    }
}

fn children(plan: &Plan, index: usize) -> Vec<usize> {
    let hangs_here =
        |resource: &ResourcePlan| resource.parent.as_ref().is_some_and(|parent| parent.resource == index);
    (0..plan.resources.len()).filter(|&other| hangs_here(&plan.resources[other])).collect()
}

/// The tables that a resource writes, each once.
fn tables<'a>(plan: &'a Plan, resource: &ResourcePlan) -> Vec<&'a TablePlan> {
    let mut seen = BTreeSet::new();
    let tables = resource.combinations.iter().filter_map(|combination| combination.table);
    tables.filter(|&table| seen.insert(table)).map(|table| &plan.tables[table]).collect()
}

/// What the spec says of `for_each` and of tables that are not there, which a plan has settled away.
struct Eaches {
    /// The names below `each`, by resource.
    names: Vec<(String, Vec<String>)>,
    /// Names that go over a list which a missing input would give.
    unknown: BTreeSet<String>,
    /// Names whose values come from secrets.
    secret: BTreeSet<String>,
    null_tables: BTreeSet<String>,
}

impl Eaches {
    fn of(file: &SpecFile, bound: &Bound) -> Self {
        let missing = bound.missing();
        let (mut names, mut unknown, mut secret) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let mut null_tables = BTreeSet::new();
        // A document that was settled has resources that can be resolved.
        for resolved in resolve_resources(&file.document).unwrap_or_default() {
            if resolved.resource.table == Some(None) {
                null_tables.insert(resolved.name.clone());
            }
            let Some(each) = &resolved.resource.for_each else { continue };
            names.push((resolved.name.clone(), each.keys().cloned().collect()));
            for (name, value) in each {
                let inputs = inputs_in(value);
                if value.is_string() && inputs.iter().any(|input| missing.contains(input)) {
                    unknown.insert(name.clone());
                }
                let is_secret = |input: &String| bound.inputs.get(input).is_some_and(|input| input.secret);
                if inputs.iter().any(is_secret) {
                    secret.insert(name.clone());
                }
            }
        }
        Self { names, unknown, secret, null_tables }
    }

    fn named(&self, resource: &str) -> Option<&Vec<String>> {
        self.names.iter().find(|(name, _)| name == resource).map(|(_, names)| names)
    }

    fn count(&self, resource: &ResourcePlan) -> Option<usize> {
        let first = resource.combinations.first().and_then(|combination| combination.each.as_object());
        let unknown = first.is_some_and(|each| each.keys().any(|name| self.unknown.contains(name)));
        (!unknown).then_some(resource.combinations.len())
    }

    fn for_each(&self, names: &[String], resource: &ResourcePlan) -> ForEach {
        let first = resource.combinations.iter().take(SHOWN).map(|combination| {
            let mut each = combination.each.as_object().cloned().unwrap_or_default();
            for (_, value) in each.iter_mut().filter(|(name, _)| self.secret.contains(*name)) {
                *value = restload_engine::redact::MASK.into();
            }
            each
        });
        ForEach { names: names.to_vec(), first: first.collect() }
    }
}

/// The inputs that a value's templates read.
fn inputs_in(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => {
            let Ok(template) = Template::parse(text) else { return Vec::new() };
            let holes = template.holes().iter().filter(|hole| hole.scope == Scope::Inputs);
            holes.filter_map(|hole| hole.path.first().cloned()).collect()
        }
        Value::Array(items) => items.iter().flat_map(inputs_in).collect(),
        Value::Object(fields) => fields.values().flat_map(inputs_in).collect(),
        _ => Vec::new(),
    }
}
