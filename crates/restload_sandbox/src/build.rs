//! From a settled spec and its samples to an API.

use std::collections::HashMap;
use std::sync::OnceLock;

use restload_diag::{Diagnostic, Part, Severity};
use restload_spec::plan::{Inputs, Plan, ResourcePlan, ValueTemplate};
use restload_spec::spec::{Resource, Spec};
use restload_spec::{Document, Resolved, Scope, Step, Template, Wanted, resolve_resources, settle};
use serde_json::Value;
use url::Url;

use crate::api::{Api, Endpoint, Fetched, Parts};
use crate::ask::{Ask, is_absolute};
use crate::error::SandboxError;
use crate::names;
use crate::nested::Nested;
use crate::paging::Paging;
use crate::sample::{Frame, Sample};
use crate::serve::{ReadSample, SandboxOptions};
use crate::steps::{At, get};
use crate::vary::chance::of_text;
use crate::vary::{KeyField, Known, Pool, Variety};

/// What an API is made from.
pub(crate) struct Source<'a> {
    pub(crate) document: &'a Document,
    pub(crate) spec: &'a Spec,
    pub(crate) read: &'a ReadSample<'a>,
    pub(crate) options: &'a SandboxOptions,
    /// Where the sandbox listens, with `/` alone as its path.
    pub(crate) origin: &'a Url,
}

/// A resource on its way: its plan, what is written of it, and its sample.
struct Draft {
    plan: ResourcePlan,
    parent: Option<String>,
    written: Resource,
    sample: Option<Sample>,
    keys: Vec<At>,
}

impl Source<'_> {
    /// The base URL of the spec, with the sandbox in place of the API.
    pub(crate) fn base_url(&self, inputs: &Inputs) -> Result<Url, SandboxError> {
        let plan = settle(self.document, self.spec, inputs.clone(), &self.wanted(None))
            .map_err(SandboxError::Spec)?;
        let mut base_url = self.origin.clone();
        base_url.set_path(plan.client.base_url.path());
        Ok(base_url)
    }

    fn wanted(&self, base_url: Option<&Url>) -> Wanted {
        Wanted { resources: self.options.resources.clone(), base_url: base_url.cloned() }
    }

    /// The API with these inputs, and what there is to say of its samples.
    pub(crate) fn api(
        &self,
        inputs: &Inputs,
        base_url: &Url,
    ) -> Result<(Api, Vec<Diagnostic>), SandboxError> {
        let resolved = resolve_resources(self.document).map_err(SandboxError::Spec)?;
        let read = settle(self.document, self.spec, inputs.clone(), &self.wanted(Some(base_url)));
        let read = read.map_err(SandboxError::Spec)?;
        let auth = read.client.auth.clone();
        let mut faults = Vec::new();
        let mut notes = Vec::new();
        let needed = read.resources.len();
        let mut drafts: Vec<Draft> = Vec::new();
        for (index, (plan, parent)) in self.all_plans(read, inputs, base_url).into_iter().enumerate() {
            let written = resolved.iter().find(|resolved| resolved.name == plan.name);
            let Some(Resolved { resource: written, .. }) = written.cloned() else { continue };
            let sample = match self.sample(&plan) {
                Ok(sample) => sample,
                Err(fault) => {
                    faults.extend((index < needed).then_some(*fault));
                    None
                }
            };
            notes.extend(sample.as_ref().filter(|sample| sample.rows.is_empty()).map(|_| no_rows(&plan)));
            drafts.push(Draft { plan, parent, written, sample, keys: Vec::new() });
        }
        if !faults.is_empty() {
            return Err(SandboxError::Samples(faults));
        }
        let (endpoints, known) = self.endpoints(drafts, inputs, base_url);
        let (rows, seed) = (self.options.rows, self.options.seed);
        let parts =
            Parts { base_url: base_url.clone(), endpoints, known, inputs: inputs.clone(), auth, rows, seed };
        Ok((Api::new(parts), notes))
    }

    /// The plans of what will be read first, then those of all other resources that can be settled: a sandbox that
    /// stands alone does not know what will be asked for.
    fn all_plans(&self, read: Plan, inputs: &Inputs, base_url: &Url) -> Vec<(ResourcePlan, Option<String>)> {
        let mut plans = Vec::new();
        self.take(read, &mut plans);
        let settle_also = |resources: Vec<String>| {
            let wanted = Wanted { resources, base_url: Some(base_url.clone()) };
            settle(self.document, self.spec, inputs.clone(), &wanted).ok()
        };
        if let Some(plan) = settle_also(Vec::new()) {
            self.take(plan, &mut plans);
        }
        for name in self.spec.resources.keys() {
            if plans.iter().all(|(known, _)| known.name != *name)
                && let Some(plan) = settle_also(vec![name.clone()])
            {
                self.take(plan, &mut plans);
            }
        }
        plans
    }

    /// Adds the resources of a plan that are not known yet, each with the name of its parent.
    fn take(&self, plan: Plan, plans: &mut Vec<(ResourcePlan, Option<String>)>) {
        let names: Vec<String> = plan.resources.iter().map(|resource| resource.name.clone()).collect();
        for mut resource in plan.resources {
            if plans.iter().all(|(known, _)| known.name != resource.name) {
                relocate(&mut resource, self.origin);
                let parent = resource.parent.as_ref().map(|parent| names[parent.resource].clone());
                plans.push((resource, parent));
            }
        }
    }

    /// The sample of a resource; none where it has no path.
    fn sample(&self, plan: &ResourcePlan) -> Result<Option<Sample>, Box<Diagnostic>> {
        if plan.fetch.is_none() {
            return Ok(None);
        }
        let path =
            plan.sample.clone().unwrap_or_else(|| format!("samples/{}/{}.json", self.spec.name, plan.name));
        let fault = |rule, message| {
            let at = if plan.sample.is_some() { plan.at("sample") } else { plan.at("") };
            let part = if plan.sample.is_some() { Part::Value } else { Part::Key };
            Diagnostic::error(rule, at, message).on(part)
        };
        let bytes = (self.read)(&path)
            .map_err(|reason| fault("missing-sample", format!("cannot read `{path}`: {reason}")))?;
        let bytes = bytes.ok_or_else(|| {
            let message = format!("`{}` has no sample: there is no file `{path}` beside the spec", plan.name);
            fault("missing-sample", message)
                .help("put one whole answer of the API there; the sandbox answers from it")
        })?;
        let sample = Sample::new(&bytes, plan);
        sample.map(Some).map_err(|reason| Box::new(fault("sample", format!("the sample `{path}`: {reason}"))))
    }

    fn endpoints(&self, mut drafts: Vec<Draft>, inputs: &Inputs, base_url: &Url) -> (Vec<Endpoint>, Known) {
        let pagings: Vec<Option<Paging>> = drafts
            .iter()
            .map(|draft| {
                let (fetch, sample) = (draft.plan.fetch.as_ref()?, draft.sample.as_ref()?);
                Some(Paging::new(fetch, draft.plan.total.as_ref(), sample))
            })
            .collect();
        let asked_by: Vec<Vec<At>> = drafts.iter().map(|draft| asked_by(draft, &drafts)).collect();
        for ((draft, paging), asked_by) in drafts.iter_mut().zip(&pagings).zip(asked_by) {
            if let (Some(sample), Some(paging)) = (&draft.sample, paging) {
                draft.keys = key_places(sample, draft, paging.mark(sample).into_iter().chain(asked_by));
            }
        }
        let (known, pools) = self.known(&drafts, &pagings);
        let nested: Vec<Vec<Nested>> = drafts.iter().map(|draft| nested_in(draft, &drafts)).collect();
        let url_fields: Vec<Vec<At>> = drafts.iter().map(|draft| url_fields(draft, &drafts)).collect();
        let places: HashMap<String, usize> =
            drafts.iter().enumerate().map(|(index, draft)| (draft.plan.name.clone(), index)).collect();
        let parts = drafts.into_iter().zip(pagings).zip(pools).zip(nested.into_iter().zip(url_fields));
        let endpoints = parts.map(|(((draft, paging), pool), (nested, url_fields))| {
            let parent = draft.parent.as_ref().and_then(|parent| places.get(parent)).copied();
            let variety = variety(&draft, pool, &known, self.options.seed);
            let fetched = match (&draft.plan.fetch, draft.sample, paging) {
                (Some(fetch), Some(sample), Some(paging)) => {
                    let ask = Ask::new(&draft.plan, fetch, base_url, inputs);
                    let holes = ask.holes();
                    let (walks, kin) = (OnceLock::new(), OnceLock::new());
                    Some(Fetched { ask, sample, variety, paging, holes, nested, url_fields, walks, kin })
                }
                _ => None,
            };
            Endpoint { plan: draft.plan, parent, fetched, contexts: OnceLock::new() }
        });
        (endpoints.collect(), known)
    }

    /// The keys of all lists, and of each resource the place of its own among them.
    fn known(&self, drafts: &[Draft], pagings: &[Option<Paging>]) -> (Known, Vec<Option<usize>>) {
        let mut known = Known::default();
        let pools = drafts.iter().zip(pagings).map(|(draft, paging)| {
            let sample = draft.sample.as_ref()?;
            let key = draft.keys.first()?;
            let values: Vec<Value> = values_at(sample, key);
            known.add_numbers(&values);
            let is_list = draft.parent.is_none() && matches!(sample.frame, Frame::List(_) | Frame::Map(_));
            let most = paging.as_ref().and_then(|paging| paging.most_rows).unwrap_or(u64::MAX);
            is_list.then(|| {
                known
                    .add(names::of_resource(&draft.plan.name), Pool::new(values, self.options.rows.min(most)))
            })
        });
        let pools = pools.collect();
        (known, pools)
    }
}

/// The fields that tell the rows of a sample apart.
fn key_places(sample: &Sample, draft: &Draft, further: impl Iterator<Item = At>) -> Vec<At> {
    let rows = &sample.rows;
    if rows.iter().any(|row| !row.is_object() && !row.is_array()) {
        return vec![Vec::new()];
    }
    let there = |at: &At| {
        rows.iter().any(|row| get(row, at).is_some_and(|value| !value.is_null() && !value.is_object()))
    };
    let written = draft.written.primary_key.iter().flatten().map(|column| vec![Step::Key(column.clone())]);
    let own = |at: &At| draft.plan.add.iter().all(|(added, _)| *at != [Step::Key(added.clone())]);
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
fn asked_by(draft: &Draft, all: &[Draft]) -> Vec<At> {
    let below = all.iter().filter(|other| other.parent.as_ref() == Some(&draft.plan.name));
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

fn values_at(sample: &Sample, at: &At) -> Vec<Value> {
    sample.rows.iter().map(|row| get(row, at).cloned().unwrap_or(Value::Null)).collect()
}

fn variety(draft: &Draft, own: Option<usize>, known: &Known, seed: u64) -> Variety {
    let Some(sample) = &draft.sample else { return Variety::new(Vec::new(), Vec::new(), seed) };
    let columns = draft.written.primary_key.as_deref().unwrap_or_default();
    let of_walk = |column: &String| columns.len() > 1 && names_parent(&draft.plan, column);
    let within_walk =
        draft.plan.add.iter().any(|(added, _)| columns.contains(added)) || columns.iter().any(of_walk);
    let fields = draft.keys.iter().map(|at| {
        let values = values_at(sample, at);
        let refers_to = own.is_none().then(|| refers_to(&values, known)).flatten();
        let refers_to = refers_to.or_else(|| refers_to_other(&values, known, own));
        KeyField { at: at.clone(), pool: Pool::new(values, 0), refers_to, within_walk }
    });
    Variety::new(sample.rows.clone(), fields.collect(), seed ^ of_text(&draft.plan.name))
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

/// The lists in the rows of a resource that resources without a path make tables of.
fn nested_in(draft: &Draft, all: &[Draft]) -> Vec<Nested> {
    let rows = draft.sample.as_ref().map(|sample| sample.rows.as_slice()).unwrap_or_default();
    let taken = all.iter().filter(|other| {
        other.plan.fetch.is_none()
            && other.parent.as_ref() == Some(&draft.plan.name)
            && draft.plan.transform.is_none()
    });
    taken.filter_map(|other| Nested::find(&other.plan, &other.written, rows)).collect()
}

/// Fields of a resource's rows that children take for the whole URL of a request: `path: "{{{parent.url}}}"`.
fn url_fields(draft: &Draft, all: &[Draft]) -> Vec<At> {
    let below = all.iter().filter(|other| other.parent.as_ref() == Some(&draft.plan.name));
    let leading = below.filter_map(|other| {
        let path = &other.plan.fetch.as_ref()?.path;
        let hole = path.holes().first().filter(|hole| hole.scope == Scope::Parent && hole.raw)?;
        path.text().starts_with("{{{").then(|| hole.path.iter().cloned().map(Step::Key).collect())
    });
    leading.collect()
}

/// Makes an absolute path lead to the sandbox.
pub(crate) fn relocate(resource: &mut ResourcePlan, origin: &Url) {
    let Some(fetch) = &mut resource.fetch else { return };
    let text = fetch.path.text();
    let Some((_, after)) = text.split_once("://").filter(|_| is_absolute(text)) else { return };
    let mut depth = 0_i32;
    let slash = after.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '{') - i32::from(*c == '}');
        *c == '/' && depth == 0
    });
    let path = slash.map_or("", |(at, _)| &after[at + 1..]);
    if let Ok(relocated) = Template::parse(&format!("{origin}{path}")) {
        fetch.path = relocated;
    }
}

fn no_rows(plan: &ResourcePlan) -> Diagnostic {
    let message = format!("the sample of `{}` has no rows, and so it has none in the sandbox", plan.name);
    Diagnostic::new(Severity::Note, "empty-sample", plan.at(""), message).on(Part::Key)
}
