//! What the requests of a resource look like, and which walk one of them belongs to.

use restload_spec::plan::{BodyPlan, FetchPlan, Inputs, PaginatorKind, ResourcePlan, ValueTemplate};
use restload_spec::{Escape, Hole, Path, RequestPlace, Scope, Scopes, Step, Template};
use serde_json::Value;
use url::Url;

use crate::asked::{Asked, Spot, decoded, is_absolute};
use crate::batch::{Batch, keep_one_batch};
use crate::names;
use crate::steps::{At, text_of, texts_of};

/// The requests of one resource, as far as they are known before it is asked.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) method: String,
    base_path: String,
    path: Template,
    /// What differs from walk to walk.
    bindings: Vec<(Spot, ValueTemplate)>,
    /// What is the same in all.
    fixed: Vec<(Spot, Vec<String>)>,
    /// Where the values of a batch stand.
    pub(crate) batch: Option<Batch>,
}

impl Ask {
    pub(crate) fn new(plan: &ResourcePlan, fetch: &FetchPlan, base_url: &Url, inputs: &Inputs) -> Self {
        let (path, query) = split_query(&fetch.path);
        let paged = paged(fetch);
        let mut bindings = Vec::new();
        let mut fixed = Vec::new();
        let written = query.into_iter().chain(leaves(fetch)).filter(|(spot, _)| !paged.contains(spot));
        for (spot, value) in written {
            let holes: Vec<&Hole> = value.templates().into_iter().flat_map(Template::holes).collect();
            if holes.iter().all(|hole| hole.scope == Scope::Inputs) {
                let scopes = Scopes { inputs, ..Scopes::default() };
                let filled = value.fill(&scopes).ok().flatten();
                fixed.extend(filled.map(|value| (spot, texts_of(&value))));
            } else if holes.iter().all(|hole| is_of_walk(hole.scope)) {
                bindings.push((spot, value));
            }
        }
        let batches = plan.parent.as_ref().is_some_and(|parent| parent.batch.is_some());
        if batches {
            keep_one_batch(&path, &mut bindings);
        }
        let batch = if batches { Batch::find(&path, &bindings, inputs) } else { None };
        let base_path = base_url.path().trim_end_matches('/').to_owned();
        Self { method: fetch.method.clone(), base_path, path, bindings, fixed, batch }
    }

    /// What tells a walk's requests from others; none where they cannot be rendered.
    pub(crate) fn key(&self, scopes: &Scopes<'_>) -> Option<String> {
        let path = text_of(&self.path.render(scopes, Escape::PathSegment).ok()?.value);
        let path = self.full_path(&path)?;
        let texts = |(_, value): &(Spot, ValueTemplate)| {
            value.fill(scopes).ok().map(|value| value.as_ref().map(texts_of).unwrap_or_default())
        };
        let texts: Option<Vec<_>> = self.bindings.iter().map(texts).collect();
        Some(compose(&path, &texts?))
    }

    /// The keys that a request that came in can mean: one, or one for each value of a batch.
    pub(crate) fn keys(&self, asked: &Asked) -> Vec<String> {
        let texts: Vec<Vec<String>> = self.bindings.iter().map(|(spot, _)| asked.texts(spot)).collect();
        let Some(batch) = &self.batch else { return vec![compose(&asked.path, &texts)] };
        let found = match batch.binding {
            Some(index) => texts[index].clone(),
            None => vec![asked.path.clone()],
        };
        let single = |text: String| match batch.binding {
            Some(index) => {
                let mut texts = texts.clone();
                texts[index] = vec![text];
                compose(&asked.path, &texts)
            }
            None => compose(&text, &texts),
        };
        match &batch.joined {
            Some(joined) => {
                let base = if batch.binding.is_none() {
                    self.full_path("").unwrap_or_default()
                } else {
                    String::new()
                };
                found.iter().flat_map(|text| joined.split(text, &base)).map(single).collect()
            }
            None => found.into_iter().map(single).collect(),
        }
    }

    /// How well what is the same in all requests of the resource fits; more is better.
    pub(crate) fn fit(&self, asked: &Asked) -> i64 {
        let fit = |(spot, wanted): &(Spot, Vec<String>)| match asked.texts(spot) {
            found if found.is_empty() => 0,
            found if found == *wanted => 1,
            _ => -2,
        };
        let bound = i64::try_from(self.bindings.len()).unwrap_or(0);
        3 * bound + self.fixed.iter().map(fit).sum::<i64>()
    }

    /// Whether a path may be one of this resource's.
    pub(crate) fn may_be(&self, path: &str) -> bool {
        let first_hole = self.path.text().find("{{").unwrap_or(self.path.text().len());
        let before = &self.path.text()[..first_hole];
        if before.is_empty() {
            return true;
        }
        self.full_path(before).is_none_or(|before| path.starts_with(&before))
    }

    /// Whether a request names a batch, at a path that is always the same.
    pub(crate) fn is_batch_at(&self, asked: &Asked) -> bool {
        let in_place = self.batch.as_ref().is_some_and(|batch| batch.binding.is_some());
        in_place
            && self
                .path
                .literal()
                .and_then(|path| self.full_path(path))
                .is_some_and(|path| path == asked.path)
    }

    /// The holes that differ from walk to walk, each with the names that its place gives it.
    pub(crate) fn holes(&self) -> Vec<(Hole, Vec<String>)> {
        let of_path = self.path.holes().iter().map(|hole| {
            let before = self.path.text()[..hole.range.start].trim_end_matches(['{', '/', '~', ' ']);
            let segment = before.rsplit('/').next().filter(|segment| !segment.contains('}'));
            let names = segment.map(|segment| names::singular(&names::snake(segment)));
            (hole.clone(), names.into_iter().collect())
        });
        let of_places = self.bindings.iter().flat_map(|(spot, value)| {
            let names: Vec<String> = spot.name().map(names::snake).into_iter().collect();
            let holes = value.templates().into_iter().flat_map(Template::holes).cloned();
            holes.map(move |hole| (hole, names.clone()))
        });
        of_path
            .chain(of_places)
            .filter(|(hole, _)| hole.scope != Scope::Inputs && is_of_walk(hole.scope))
            .collect()
    }

    fn full_path(&self, rendered: &str) -> Option<String> {
        let path = if is_absolute(rendered) {
            Url::parse(rendered).ok()?.path().to_owned()
        } else {
            format!("{}/{}", self.base_path, rendered.trim_start_matches('/'))
        };
        Some(decoded(&path))
    }
}

/// Whether a scope has one value in one walk and another in the next.
fn is_of_walk(scope: Scope) -> bool {
    matches!(scope, Scope::Parent | Scope::Resources | Scope::Batch | Scope::Each | Scope::Inputs)
}

fn compose(path: &str, texts: &[Vec<String>]) -> String {
    let parts = texts.iter().map(|texts| format!("\u{1e}{}", texts.join("\u{1f}")));
    std::iter::once(path.to_owned()).chain(parts).collect()
}

/// A path's own query is parameters like others.
fn split_query(path: &Template) -> (Template, Vec<(Spot, ValueTemplate)>) {
    let text = path.text();
    let mut depth = 0_i32;
    let question = text.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '{') - i32::from(*c == '}');
        *c == '?' && depth == 0
    });
    let Some((at, _)) = question else { return (path.clone(), Vec::new()) };
    let Ok(alone) = Template::parse(&text[..at]) else { return (path.clone(), Vec::new()) };
    let pairs = text[at + 1..].split('&').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((Spot::Param(name.to_owned()), ValueTemplate::Template(Template::parse(value).ok()?)))
    });
    (alone, pairs.collect())
}

/// The places that a paginator sets.
fn paged(fetch: &FetchPlan) -> Vec<Spot> {
    let of_kind = match &fetch.paginator.kind {
        PaginatorKind::PageNumber { param, .. }
        | PaginatorKind::Offset { param, .. }
        | PaginatorKind::Cursor { param, .. } => Some(param),
        PaginatorKind::Auto { .. }
        | PaginatorKind::SinglePage
        | PaginatorKind::HeaderLink { .. }
        | PaginatorKind::JsonLink { .. } => None,
    };
    let size = fetch.paginator.size.as_ref().and_then(|(place, _)| place.as_ref());
    of_kind.into_iter().chain(size).map(Spot::of).collect()
}

/// What a resource sends, for the signs of paging in its sample; null for what is not known before it is asked.
pub(crate) fn sent_by(fetch: &FetchPlan) -> Vec<(RequestPlace, Value)> {
    let (_, query) = split_query(&fetch.path);
    let sent = query.into_iter().chain(leaves(fetch)).filter_map(|(spot, value)| {
        let place = match spot {
            Spot::Param(name) => RequestPlace::Param(name),
            Spot::Form(name) => RequestPlace::Form(name),
            Spot::Json(at) => {
                let names: Option<Vec<&str>> = at
                    .iter()
                    .map(|step| match step {
                        Step::Key(name) => Some(name.as_str()),
                        _ => None,
                    })
                    .collect();
                RequestPlace::json(Path::of_names(&names?)).ok()?
            }
            Spot::Header(_) | Spot::Text => return None,
        };
        let scopes = Scopes::default();
        Some((place, value.fill(&scopes).ok().flatten().unwrap_or(Value::Null)))
    });
    sent.collect()
}

/// All values of a request but the path, each with its place.
fn leaves(fetch: &FetchPlan) -> Vec<(Spot, ValueTemplate)> {
    let mut leaves = Vec::new();
    let mut named = |pairs: &[(String, ValueTemplate)], spot: fn(String) -> Spot| {
        leaves.extend(pairs.iter().map(|(name, value)| (spot(name.clone()), value.clone())));
    };
    named(&fetch.params, Spot::Param);
    named(&fetch.headers, Spot::Header);
    match &fetch.body {
        BodyPlan::Form(fields) => named(fields, Spot::Form),
        BodyPlan::Json(value) => json_leaves(value, &mut Vec::new(), &mut leaves),
        BodyPlan::Text(text) => leaves.push((Spot::Text, ValueTemplate::Template(text.clone()))),
        BodyPlan::Empty => {}
    }
    leaves
}

fn json_leaves(value: &ValueTemplate, at: &mut At, leaves: &mut Vec<(Spot, ValueTemplate)>) {
    if let ValueTemplate::Map(fields) = value {
        for (name, field) in fields {
            at.push(Step::Key(name.clone()));
            json_leaves(field, at, leaves);
            at.pop();
        }
    } else {
        leaves.push((Spot::Json(at.clone()), value.clone()));
    }
}
