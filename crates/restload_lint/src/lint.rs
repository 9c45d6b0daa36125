//! One spec, linted.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use restload_diag::{Diagnostic, Locate as _, Pointer, Source};
use restload_spec::plan::{ClientPlan, ResourcePlan, TablePlan};
use restload_spec::{Checked, Document, Reading, Spec, check, read_spec, read_spec_bytes};

use crate::rule::Found;
use crate::rules::upkeep::TOO_MANY_FINDINGS;
use crate::{Samples, Subject, levels, rules};

/// A spec with all that there is to say about it.
#[derive(Debug)]
pub struct Linted {
    /// The document, and the spec where it has no fault of structure.
    pub reading: Reading,
    /// The resources, settled with stand-ins for inputs.
    pub checked: Checked,
    /// All findings, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Linted {
    /// Whether something keeps the spec from being run.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Finds all that can be known of a spec without the network. `stem` is the file's name without its ending, which the
/// spec's name has to be; `None` where the text is no file. `now` is what relative dates count from.
pub fn lint(source: Source, stem: Option<&str>, samples: &dyn Samples, now: Timestamp) -> Linted {
    lint_reading(read_spec(source, stem), samples, now)
}

/// The same for the bytes of a file. `name` is its path, whose stem the spec's name has to be.
pub fn lint_bytes(name: &str, bytes: &[u8], samples: &dyn Samples, now: Timestamp) -> Linted {
    lint_reading(read_spec_bytes(name, bytes), samples, now)
}

fn lint_reading(reading: Reading, samples: &dyn Samples, now: Timestamp) -> Linted {
    let mut checked = check(&reading, now);
    let mut diagnostics = reading.diagnostics.clone();
    diagnostics.append(&mut checked.diagnostics);
    let found = match Lint::new(&reading, &checked, samples, &diagnostics) {
        None => Vec::new(),
        Some(lint) => {
            lint.read_samples();
            let mut found = Vec::new();
            for rule in rules() {
                if let Found::Here(check) = rule.found {
                    check(&lint, &mut found);
                }
            }
            found
        }
    };
    diagnostics.extend(once_each(found));
    let mut diagnostics = levels::apply(&reading, diagnostics);
    let start = |found: &Diagnostic| reading.document.span(&found.at, found.part, found.within.clone()).start;
    diagnostics.sort_by_cached_key(|found| (start(found), found.severity));
    leave_some_out(&mut diagnostics);
    Linted { reading, checked, diagnostics }
}

/// How many resources may stand above one: of a longer line, which is an error, no more are looked at.
const MAX_ANCESTORS: usize = 64;

/// How many findings of one text are told. Nobody reads more, and a text of some megabytes can have hundreds of thousands.
const MOST: usize = 1_000;

/// After so many findings a rule that could have tens of thousands looks for no more.
pub(crate) const ENOUGH: usize = 5_000;

/// Leaves out what is too much to be told, the least weighty first, and says so.
fn leave_some_out(diagnostics: &mut Vec<Diagnostic>) {
    let Some(more) = diagnostics.len().checked_sub(MOST).filter(|more| *more > 0) else { return };
    // Where there are so many, not all were looked for.
    let least = if diagnostics.len() >= ENOUGH { "at least " } else { "" };
    let mut by_weight: Vec<usize> = (0..diagnostics.len()).collect();
    by_weight.sort_by_key(|number| (diagnostics[*number].severity, *number));
    let told: HashSet<usize> = by_weight.into_iter().take(MOST).collect();
    let mut number = 0..;
    diagnostics.retain(|_| number.next().is_some_and(|number| told.contains(&number)));
    let message = format!("{least}{more} more findings are left out");
    let help = "mend these first, then look again";
    diagnostics.push(TOO_MANY_FINDINGS.at(Pointer::root(), message).within(0..0).help(help));
}

/// What `defaults` say is under every resource, and is found fault with once.
fn once_each(found: Vec<Diagnostic>) -> impl Iterator<Item = Diagnostic> {
    let mut said = HashSet::new();
    found
        .into_iter()
        .filter(move |found| said.insert((found.rule, found.at.clone(), found.part, found.within.clone())))
}

/// What rules look at: the sound parts of a spec, its resources with their samples.
#[derive(Debug)]
pub struct Lint<'a> {
    /// The document.
    pub document: &'a Document,
    /// The spec, or what is sound of it.
    pub spec: &'a Spec,
    /// The connection, where it could be settled.
    pub client: Option<&'a ClientPlan>,
    /// The resources, in the order of the text; those that cannot be read are left out.
    pub resources: Vec<Subject<'a>>,
    /// The tables.
    pub tables: &'a [TablePlan],
    pub(crate) samples: &'a dyn Samples,
    indices: HashMap<&'a str, usize>,
    /// The places at which or in which there is an error.
    faulty: HashSet<Pointer>,
}

impl<'a> Lint<'a> {
    /// What there is to look at; nothing where the text is no spec. `faults` are those that are known already.
    pub fn new(
        reading: &'a Reading,
        checked: &'a Checked,
        samples: &'a dyn Samples,
        faults: &[Diagnostic],
    ) -> Option<Self> {
        let spec = reading.spec.as_ref().or(reading.sound.as_ref())?;
        let plans: HashMap<&str, &ResourcePlan> =
            checked.resources.iter().map(|plan| (plan.name.as_str(), plan)).collect();
        let names = checked.resolved.iter().enumerate();
        let indices: HashMap<&str, usize> = names.map(|(n, resolved)| (resolved.name.as_str(), n)).collect();
        let mut resources: Vec<Subject<'a>> = Vec::new();
        for resolved in &checked.resolved {
            let parent = resolved.resource.parent.as_ref();
            let parent = parent.and_then(|parent| indices.get(parent.resource.as_str()).copied());
            resources.push(Subject::new(resolved, plans.get(resolved.name.as_str()).copied(), parent));
        }
        for index in 0..resources.len() {
            if let Some(parent) = resources[index].parent {
                resources[parent].children.push(index);
            }
        }
        let mut faulty = HashSet::new();
        for fault in faults.iter().filter(|fault| fault.is_error()) {
            let mut at = Some(fault.at.clone());
            while let Some(place) = at {
                at = place.parent();
                faulty.insert(place);
            }
        }
        let document = &reading.document;
        let (client, tables) = (checked.client.as_ref(), checked.tables.as_slice());
        Some(Self { document, spec, client, resources, tables, samples, indices, faulty })
    }

    /// The resource of a name.
    pub fn resource(&self, name: &str) -> Option<&Subject<'a>> {
        self.indices.get(name).map(|index| &self.resources[*index])
    }

    /// The parent of a resource, where it has one that exists.
    pub fn parent_of(&self, resource: &Subject<'a>) -> Option<&Subject<'a>> {
        resource.parent.map(|parent| &self.resources[parent])
    }

    /// The ancestors of a resource, nearest first.
    pub fn ancestors_of(&self, resource: &Subject<'a>) -> Vec<&Subject<'a>> {
        let mut ancestors: Vec<&Subject<'a>> = Vec::new();
        let mut next = self.parent_of(resource);
        while let Some(parent) = next
            && ancestors.len() < MAX_ANCESTORS
            && !ancestors.iter().any(|known| std::ptr::eq(*known, parent))
        {
            ancestors.push(parent);
            next = self.parent_of(parent);
        }
        ancestors
    }

    /// Whether no error is known about a key of a resource or anything in it: what is faulty is judged no further.
    pub fn is_sound(&self, resource: &Subject<'a>, key: &str) -> bool {
        !resource.written.is_broken(key)
            && (self.faulty.is_empty() || !self.faulty.contains(&resource.at(key)))
    }

    /// Whether something stands at a place of the document.
    pub fn is_written(&self, at: &Pointer) -> bool {
        self.document.get(at).is_some()
    }
}
