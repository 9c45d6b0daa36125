//! From a settled spec and its samples to an API.

use std::collections::HashMap;
use std::sync::OnceLock;

use jiff::Timestamp;
use restload_diag::{Diagnostic, Part, Severity};
use restload_spec::plan::{AuthPlan, Inputs, Origin, Plan, ResourcePlan};
use restload_spec::spec::{Resource, Spec};
use restload_spec::{Document, Resolved, Scope, Step, Template, Wanted, resolve_resources, settle};
use serde_json::Value;
use url::Url;

use crate::api::{Api, Endpoint, Fetched, Parts};
use crate::ask::Ask;
use crate::asked::is_absolute;
use crate::error::SandboxError;
use crate::keys::{asked_by, key_places, values_at, variety};
use crate::names;
use crate::nested::Nested;
use crate::paging::Paging;
use crate::sample::{Frame, Sample};
use crate::serve::{ReadSample, SandboxOptions};
use crate::steps::At;
use crate::tokens::Giver;
use crate::vary::{Known, Pool};

/// What an API is made from.
pub(crate) struct Source<'a> {
    pub(crate) document: &'a Document,
    pub(crate) spec: &'a Spec,
    pub(crate) read: &'a ReadSample<'a>,
    pub(crate) options: &'a SandboxOptions,
    /// Where the sandbox listens, with `/` alone as its path.
    pub(crate) origin: &'a Url,
    /// When it begins.
    pub(crate) now: Timestamp,
}

/// A resource on its way: its plan, what is written of it, and its sample.
pub(crate) struct Sampled {
    pub(crate) plan: ResourcePlan,
    pub(crate) parent: Option<String>,
    pub(crate) written: Resource,
    pub(crate) sample: Option<Sample>,
    pub(crate) keys: Vec<At>,
}

/// An API, and what there is to say of it.
pub(crate) struct Made {
    pub(crate) api: Api,
    pub(crate) notes: Vec<Diagnostic>,
    /// Origins that give out tokens and that a run from outside would ask.
    pub(crate) elsewhere: Vec<String>,
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
    pub(crate) fn api(&self, inputs: &Inputs, base_url: &Url) -> Result<Made, SandboxError> {
        let resolved = resolve_resources(self.document).map_err(SandboxError::Spec)?;
        let read = settle(self.document, self.spec, inputs.clone(), &self.wanted(Some(base_url)));
        let read = read.map_err(SandboxError::Spec)?;
        let elsewhere = elsewhere(&read, self.origin);
        let mut auth = read.client.auth.clone();
        relocate_auth(&mut auth, self.origin);
        let mut faults = Vec::new();
        let mut notes = Vec::new();
        let needed = read.resources.len();
        let mut resources: Vec<Sampled> = Vec::new();
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
            resources.push(Sampled { plan, parent, written, sample, keys: Vec::new() });
        }
        if !faults.is_empty() {
            return Err(SandboxError::Samples(faults));
        }
        let auths = resources.iter().map(|resource| (&resource.plan.auth, resource.plan.auth_at()));
        let mut unable: Vec<Diagnostic> = auths.filter_map(|(auth, at)| Giver::fault(auth, &at)).collect();
        unable.dedup();
        if !unable.is_empty() {
            return Err(SandboxError::Spec(unable));
        }
        let (endpoints, known) = self.endpoints(resources, inputs, base_url);
        let (rows, seed, now) = (self.options.rows, self.options.seed, self.now);
        let parts = Parts {
            base_url: base_url.clone(),
            endpoints,
            known,
            inputs: inputs.clone(),
            auth,
            rows,
            seed,
            now,
        };
        Ok(Made { api: Api::new(parts), notes, elsewhere })
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

    fn endpoints(
        &self,
        mut resources: Vec<Sampled>,
        inputs: &Inputs,
        base_url: &Url,
    ) -> (Vec<Endpoint>, Known) {
        let pagings: Vec<Option<Paging>> = resources
            .iter()
            .map(|resource| {
                let (fetch, sample) = (resource.plan.fetch.as_ref()?, resource.sample.as_ref()?);
                Some(Paging::new(fetch, resource.plan.total.as_ref(), sample))
            })
            .collect();
        let asked_by: Vec<Vec<At>> =
            resources.iter().map(|resource| asked_by(resource, &resources)).collect();
        for ((resource, paging), asked_by) in resources.iter_mut().zip(&pagings).zip(asked_by) {
            if let (Some(sample), Some(paging)) = (&resource.sample, paging) {
                resource.keys = key_places(sample, resource, paging.mark(sample).into_iter().chain(asked_by));
            }
        }
        let (known, pools) = self.known(&resources, &pagings);
        let nested: Vec<Vec<Nested>> =
            resources.iter().map(|resource| nested_in(resource, &resources)).collect();
        let url_fields: Vec<Vec<At>> =
            resources.iter().map(|resource| url_fields(resource, &resources)).collect();
        let places: HashMap<String, usize> = resources
            .iter()
            .enumerate()
            .map(|(index, resource)| (resource.plan.name.clone(), index))
            .collect();
        let parts = resources.into_iter().zip(pagings).zip(pools).zip(nested.into_iter().zip(url_fields));
        let endpoints = parts.map(|(((resource, paging), pool), (nested, url_fields))| {
            let parent = resource.parent.as_ref().and_then(|parent| places.get(parent)).copied();
            let variety = variety(&resource, pool, &known, self.options.seed);
            let fetched = match (&resource.plan.fetch, resource.sample, paging) {
                (Some(fetch), Some(sample), Some(paging)) => {
                    let ask = Ask::new(&resource.plan, fetch, base_url, inputs);
                    let holes = ask.holes();
                    let (walks, kin) = (OnceLock::new(), OnceLock::new());
                    Some(Fetched { ask, sample, variety, paging, holes, nested, url_fields, walks, kin })
                }
                _ => None,
            };
            Endpoint { plan: resource.plan, parent, fetched, contexts: OnceLock::new() }
        });
        (endpoints.collect(), known)
    }

    /// The keys of all lists, and of each resource the place of its own among them.
    fn known(&self, resources: &[Sampled], pagings: &[Option<Paging>]) -> (Known, Vec<Option<usize>>) {
        let mut known = Known::default();
        let pools = resources.iter().zip(pagings).map(|(resource, paging)| {
            let sample = resource.sample.as_ref()?;
            let key = resource.keys.first()?;
            let values: Vec<Value> = values_at(sample, key);
            known.add_numbers(&values);
            let is_list = resource.parent.is_none() && matches!(sample.frame, Frame::List(_) | Frame::Map(_));
            let most = paging.as_ref().and_then(|paging| paging.most_rows).unwrap_or(u64::MAX);
            is_list.then(|| {
                known.add(
                    names::of_resource(&resource.plan.name),
                    Pool::new(values, self.options.rows.min(most)),
                )
            })
        });
        let pools = pools.collect();
        (known, pools)
    }
}

/// The lists in the rows of a resource that resources without a path make tables of.
fn nested_in(resource: &Sampled, all: &[Sampled]) -> Vec<Nested> {
    let rows = resource.sample.as_ref().map(|sample| sample.rows.as_slice()).unwrap_or_default();
    let taken = all.iter().filter(|other| {
        other.plan.fetch.is_none()
            && other.parent.as_ref() == Some(&resource.plan.name)
            && resource.plan.transform.is_none()
    });
    taken.filter_map(|other| Nested::find(&other.plan, &other.written, rows)).collect()
}

/// Fields of a resource's rows that children take for the whole URL of a request: `path: "{{{parent.url}}}"`.
fn url_fields(resource: &Sampled, all: &[Sampled]) -> Vec<At> {
    let below = all.iter().filter(|other| other.parent.as_ref() == Some(&resource.plan.name));
    let leading = below.filter_map(|other| {
        let path = &other.plan.fetch.as_ref()?.path;
        let hole = path.holes().first().filter(|hole| hole.scope == Scope::Parent && hole.raw)?;
        path.text().starts_with("{{{").then(|| hole.path.iter().cloned().map(Step::Key).collect())
    });
    leading.collect()
}

/// Makes the place that gives out the tokens of an auth lead to the sandbox.
pub(crate) fn relocate_auth(auth: &mut AuthPlan, origin: &Url) {
    if let Some(url) = auth.token_url_mut() {
        let mut relocated = origin.clone();
        relocated.set_path(url.path());
        relocated.set_query(url.query());
        *url = relocated;
    }
}

/// Makes an absolute path lead to the sandbox.
pub(crate) fn relocate(resource: &mut ResourcePlan, origin: &Url) {
    relocate_auth(&mut resource.auth, origin);
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

/// The origins beside the sandbox's own at which the tokens of a plan are asked for.
fn elsewhere(plan: &Plan, origin: &Url) -> Vec<String> {
    let auths = plan.resources.iter().map(|resource| &resource.auth).chain([&plan.client.auth]);
    let origins = auths.filter_map(|auth| Origin::of(auth.token_url()?));
    let mut others: Vec<String> = origins
        .filter(|other| Origin::of(origin).as_ref() != Some(other))
        .map(|other| other.to_string())
        .collect();
    others.sort();
    others.dedup();
    others
}

fn no_rows(plan: &ResourcePlan) -> Diagnostic {
    let message = format!("the sample of `{}` has no rows, and so it has none in the sandbox", plan.name);
    Diagnostic::new(Severity::Note, "empty-sample", plan.at(""), message).on(Part::Key)
}
