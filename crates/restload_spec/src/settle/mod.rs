//! From a spec as written to a plan: the check of what texts say, and the settling of what they mean.
//!
//! One pass serves both. [`check`] settles a spec with stand-ins for its inputs and for what is faulty in it;
//! [`settle`] does the same with the inputs of a run and keeps the plan. All faults come at once, each with its place, and
//! none that only follows from another: what hangs on something broken is taken for granted.

mod actions;
mod auth;
mod client;
mod fetch;
mod format;
mod graph;
mod incremental;
mod mend;
mod oauth2;
mod resource;
mod scopes;
mod session;
mod tables;
mod texts;
mod urls;
mod values;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use jiff::Timestamp;
use restload_diag::{Diagnostic, Pointer};
use url::Url;

use self::urls::Home;
use crate::plan::{BoundInput, ClientPlan, Inputs, Plan, ResourcePlan, TablePlan, stand_in_inputs};
use crate::spec::Spec;
use crate::{Content, Document, Made, Node, Program, Reading, Resolved};

/// What the person who runs a spec asks of it.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only these resources, and what they hang on; empty: all that have a table.
    pub resources: Vec<String>,
    /// In place of the client's base URL.
    pub base_url: Option<Url>,
}

/// What a check without inputs found out.
#[derive(Debug, Default)]
pub struct Checked {
    /// What is wrong with the texts and the graph of the spec; faults of structure are in [`Reading::diagnostics`].
    pub diagnostics: Vec<Diagnostic>,
    /// The resources as written, with what they take from `defaults`, in the order of the text.
    pub resolved: Vec<Resolved>,
    /// The connection, where it could be settled.
    pub client: Option<ClientPlan>,
    /// The resources settled with stand-ins for inputs, a parent before its children. What is faulty in one has a
    /// stand-in here or is left out.
    pub resources: Vec<ResourcePlan>,
    /// The tables that they write.
    pub tables: Vec<TablePlan>,
}

/// Finds fault with a spec as far as that can be done without its inputs. Of a spec with faults of structure it checks
/// what is sound.
pub fn check(reading: &Reading, now: Timestamp) -> Checked {
    let Some(spec) = reading.spec.as_ref().or(reading.sound.as_ref()) else { return Checked::default() };
    let document = &reading.document;
    let mut inputs = stand_in_inputs(spec, now);
    let written = document.root().child("inputs").map(Node::entries).unwrap_or_default();
    let broken = written.iter().map(|entry| entry.key.clone()).filter(|name| inputs.get(name).is_none());
    let broken: BTreeSet<String> = broken.collect();
    for name in &broken {
        let value = "stand-in-value".into();
        inputs.insert(name, BoundInput { value, secret: false, identity: false, from: "a stand-in".into() });
    }
    let mut settler = Settler::new(document, spec, inputs, true);
    settler.broken_inputs = broken;
    settler.any_input =
        document.sound().child("inputs").is_some_and(|inputs| inputs.content == Content::Fault);
    settler.check_defaults(now);
    let order = settler.order();
    let chosen = settler.chosen(&order, &Wanted::default()).unwrap_or_default();
    let client = settler.client(&Wanted::default());
    let (resources, claims) = settler.resources(&order, &chosen, client.as_ref());
    let tables = settler.tables(&resources, claims, &chosen).tables;
    let diagnostics = crate::structure::once_each(document, settler.faults);
    Checked { diagnostics, resolved: settler.resolved, client, resources, tables }
}

/// Settles a spec for one run, or says why it cannot be.
pub fn settle(
    document: &Document,
    spec: &Spec,
    inputs: Inputs,
    wanted: &Wanted,
) -> Result<Plan, Vec<Diagnostic>> {
    let mut settler = Settler::new(document, spec, inputs, false);
    let plan = settler.plan(wanted);
    if settler.faults.iter().any(Diagnostic::is_error) {
        return Err(settler.faults);
    }
    plan.ok_or(settler.faults)
}

/// The rule of a fault, its place with the bytes in it, and its message.
type Said = (&'static str, (Pointer, Option<Range<usize>>), String);

/// The work of one settling.
struct Settler<'a> {
    document: &'a Document,
    spec: &'a Spec,
    resolved: Vec<Resolved>,
    /// The index of each resource in `resolved`.
    indices: HashMap<String, usize>,
    /// The index of each resource's parent, where it has one that exists.
    parents: Vec<Option<usize>>,
    inputs: Inputs,
    /// Inputs of which a fault of structure is said already.
    broken_inputs: BTreeSet<String>,
    /// Inputs cannot be read: any name may be one.
    any_input: bool,
    /// Inputs are stand-ins: what a value leads to is not judged.
    stand_ins: bool,
    /// Where the API is.
    home: Home,
    /// The programs that are compiled already, by their texts.
    programs: HashMap<String, Program>,
    /// How many were read, those that cannot be compiled included.
    compiled: usize,
    /// The names of resources that are written, once they were asked for.
    written_names: Option<HashSet<String>>,
    faults: Vec<Diagnostic>,
    /// What is in `faults`, by rule, place and message.
    said: HashSet<Said>,
    notes: Vec<Diagnostic>,
    /// What was made of the secrets of inputs.
    made: Vec<Made>,
}

impl<'a> Settler<'a> {
    fn new(document: &'a Document, spec: &'a Spec, inputs: Inputs, stand_ins: bool) -> Self {
        let (resolved, faults) = match crate::resolve_resources(document) {
            Ok(resolved) => (resolved, Vec::new()),
            Err(faults) => (Vec::new(), faults),
        };
        let indices: HashMap<_, _> =
            resolved.iter().enumerate().map(|(n, resolved)| (resolved.name.clone(), n)).collect();
        let parent = |resolved: &Resolved| {
            resolved.resource.parent.as_ref().and_then(|parent| indices.get(&parent.resource)).copied()
        };
        let parents = resolved.iter().map(parent).collect();
        Self {
            document,
            spec,
            resolved,
            indices,
            parents,
            inputs,
            broken_inputs: BTreeSet::new(),
            any_input: false,
            stand_ins,
            home: Home::default(),
            programs: HashMap::new(),
            compiled: 0,
            written_names: None,
            faults,
            said: HashSet::new(),
            notes: Vec::new(),
            made: Vec::new(),
        }
    }

    fn fault(&mut self, fault: Diagnostic) {
        let place = (fault.at.clone(), fault.within.clone());
        if self.said.insert((fault.rule, place, fault.message.clone())) {
            self.faults.push(fault);
        }
    }

    fn error(&mut self, rule: &'static str, at: Pointer, message: impl Into<String>) {
        self.fault(Diagnostic::error(rule, at, message));
    }

    /// Whether something is said at a place that cannot be read, so that it must not be called missing.
    fn is_broken(&self, at: &Pointer) -> bool {
        if self.document.is_sound() {
            return false;
        }
        let mut node = self.document.sound();
        at.segments().any(|segment| match node.child(segment) {
            Some(child) => {
                node = child;
                node.content == Content::Fault
            }
            None => false,
        })
    }

    /// The place of a part of a resource: its own, else that of `defaults`.
    fn at(&self, resource: &str, path: &[&str]) -> Pointer {
        match self.index(resource).map(|index| &self.resolved[index]) {
            Some(resolved) if path.is_empty() => resolved.at(),
            Some(resolved) => resolved.pointer(path),
            None => Pointer::root().join("resources").join(resource),
        }
    }

    fn plan(&mut self, wanted: &Wanted) -> Option<Plan> {
        let order = self.order();
        let chosen = self.chosen(&order, wanted)?;
        let client = self.client(wanted);
        let (resources, claims) = self.resources(&order, &chosen, client.as_ref());
        let tables = self.tables(&resources, claims, &chosen);
        let mut resources = resources;
        tables.assign(&mut resources);
        Some(Plan {
            name: self.spec.name.clone(),
            inputs: self.inputs.clone(),
            client: client?,
            resources,
            tables: tables.tables,
            notes: std::mem::take(&mut self.notes),
            made: std::mem::take(&mut self.made),
        })
    }
}
