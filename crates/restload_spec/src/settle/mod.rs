//! From a spec as written to a plan: the check of what texts say, and the settling of what they mean.
//!
//! One pass serves both. [`check`] settles a spec with stand-ins for its inputs and keeps only what it found fault with;
//! [`settle`] does the same with the inputs of a run and keeps the plan. All faults come at once, each with its place, and
//! none that only follows from another: what hangs on something broken is taken for granted.

mod client;
mod fetch;
mod graph;
mod resource;
mod tables;
mod texts;

use jiff::Timestamp;
use restload_diag::{Diagnostic, Pointer};
use url::Url;

use crate::plan::{Inputs, Plan, stand_in_inputs};
use crate::spec::Spec;
use crate::{Document, Resolved};

/// What the person who runs a spec asks of it.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only these resources, and what they hang on; empty: all that have a table.
    pub resources: Vec<String>,
    /// In place of the client's base URL.
    pub base_url: Option<Url>,
}

/// Finds fault with a spec as far as that can be done without its inputs.
pub fn check(document: &Document, spec: &Spec, now: Timestamp) -> Vec<Diagnostic> {
    let mut settler = Settler::new(document, spec, stand_in_inputs(spec, now), true);
    settler.plan(&Wanted::default());
    settler.faults
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

/// The work of one settling.
struct Settler<'a> {
    document: &'a Document,
    spec: &'a Spec,
    resolved: Vec<Resolved>,
    inputs: Inputs,
    /// Inputs are stand-ins: what a value leads to is not judged.
    stand_ins: bool,
    faults: Vec<Diagnostic>,
    notes: Vec<Diagnostic>,
}

impl<'a> Settler<'a> {
    fn new(document: &'a Document, spec: &'a Spec, inputs: Inputs, stand_ins: bool) -> Self {
        let (resolved, faults) = match crate::resolve_resources(document) {
            Ok(resolved) => (resolved, Vec::new()),
            Err(faults) => (Vec::new(), faults),
        };
        Self { document, spec, resolved, inputs, stand_ins, faults, notes: Vec::new() }
    }

    fn fault(&mut self, fault: Diagnostic) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn error(&mut self, rule: &'static str, at: Pointer, message: impl Into<String>) {
        self.fault(Diagnostic::error(rule, at, message));
    }

    /// The place of a part of a resource: its own, else that of `defaults`.
    fn at(&self, resource: &str, path: &[&str]) -> Pointer {
        match self.resolved.iter().find(|resolved| resolved.name == resource) {
            Some(resolved) if path.is_empty() => resolved.at(),
            Some(resolved) => resolved.pointer(path),
            None => Pointer::root().join("resources").join(resource),
        }
    }

    fn plan(&mut self, wanted: &Wanted) -> Option<Plan> {
        let order = self.order()?;
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
        })
    }
}
