//! Requests: what a resource asks, and what came in.

use percent_encoding::percent_decode_str;
use restload_spec::plan::{BodyPlan, FetchPlan, Inputs, PaginatorKind, ResourcePlan, ValueTemplate};
use restload_spec::{Escape, Hole, RequestPlace, Scope, Scopes, Step, Template};
use serde_json::Value;
use url::Url;

use crate::steps::{At, get, plain, text_of, texts_of};

/// A place in a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Spot {
    /// A query parameter.
    Param(String),
    /// A header.
    Header(String),
    /// A field of a form.
    Form(String),
    /// A place in a JSON body.
    Json(At),
    /// The body as text.
    Text,
}

impl Spot {
    pub(crate) fn of(place: &RequestPlace) -> Self {
        match place {
            RequestPlace::Param(name) => Self::Param(name.clone()),
            RequestPlace::Header(name) => Self::Header(name.clone()),
            RequestPlace::Form(name) => Self::Form(name.clone()),
            RequestPlace::Json(path) => Self::Json(plain(path.steps()).unwrap_or_default()),
        }
    }

    /// The name that is nearest to the value.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Param(name) | Self::Header(name) | Self::Form(name) => Some(name),
            Self::Json(at) => at.iter().rev().find_map(|step| match step {
                Step::Key(name) => Some(name.as_str()),
                _ => None,
            }),
            Self::Text => None,
        }
    }
}

/// A request that came in.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// As it came.
    pub(crate) raw_path: String,
    /// Without percent-encoding.
    pub(crate) path: String,
    /// As it came.
    pub(crate) raw_query: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) json: Option<Value>,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Asked {
    /// The texts at a place; none where it is absent.
    pub(crate) fn texts(&self, spot: &Spot) -> Vec<String> {
        let named = |pairs: &[(String, String)], name: &str| {
            pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
        };
        match spot {
            Spot::Param(name) => named(&self.query, name),
            Spot::Form(name) => named(&self.form, name),
            Spot::Header(name) => self.header(name).map(str::to_owned).into_iter().collect(),
            Spot::Json(at) => {
                self.json.as_ref().and_then(|body| get(body, at)).map(texts_of).unwrap_or_default()
            }
            Spot::Text => vec![self.text.clone()],
        }
    }

    /// A header by its name in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

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

/// Where the values of a batch stand in a request.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The index of the binding; none: in the path.
    binding: Option<usize>,
    /// What stands around and between the values where they are one text.
    joined: Option<Joined>,
}

#[derive(Debug)]
struct Joined {
    before: String,
    between: String,
    after: String,
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
            let names = segment.map(|segment| crate::names::singular(&crate::names::snake(segment)));
            (hole.clone(), names.into_iter().collect())
        });
        let of_places = self.bindings.iter().flat_map(|(spot, value)| {
            let names: Vec<String> = spot.name().map(crate::names::snake).into_iter().collect();
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

impl Batch {
    /// Finds the first place that names the batch, and how it is written there.
    fn find(path: &Template, bindings: &[(Spot, ValueTemplate)], inputs: &Inputs) -> Option<Self> {
        let of_batch = |hole: &&Hole| hole.scope == Scope::Batch;
        if let Some(hole) = path.holes().iter().find(of_batch) {
            let joined = Joined::of(&probe(hole), inputs, |scopes| {
                Some(path.render(scopes, Escape::None).ok()?.value)
            });
            return Some(Self { binding: None, joined });
        }
        bindings.iter().enumerate().find_map(|(index, (_, value))| {
            let templates = value.templates();
            let hole = templates.iter().flat_map(|template| template.holes()).find(of_batch)?;
            let joined = Joined::of(&probe(hole), inputs, |scopes| value.fill(scopes).ok().flatten());
            Some(Self { binding: Some(index), joined })
        })
    }
}

/// A batch that stands in several places is read from the first.
fn keep_one_batch(path: &Template, bindings: &mut Vec<(Spot, ValueTemplate)>) {
    let of_batch = |holes: &[Hole]| holes.iter().any(|hole| hole.scope == Scope::Batch);
    let mut known = of_batch(path.holes());
    bindings.retain(|(_, value)| {
        let again = value.templates().iter().any(|template| of_batch(template.holes()));
        let kept = !(again && known);
        known |= again;
        kept
    });
}

const FIRST: &str = "\u{e000}first\u{e001}";
const SECOND: &str = "\u{e000}second\u{e001}";

/// Two rows with values that occur nowhere else.
fn probe(hole: &Hole) -> [Value; 2] {
    [FIRST, SECOND].map(|mark| {
        let mut row = Value::Null;
        let at: At = hole.path.iter().cloned().map(Step::Key).collect();
        crate::steps::put(&mut row, &at, Value::from(mark));
        row
    })
}

impl Joined {
    /// How two values are written as one text; none where they stay two.
    fn of(probe: &[Value], inputs: &Inputs, render: impl Fn(&Scopes<'_>) -> Option<Value>) -> Option<Self> {
        let rendered = render(&Scopes { inputs, batch: Some(probe), ..Scopes::default() })?;
        let text = rendered.as_str()?;
        let (before, rest) = text.split_once(FIRST)?;
        let (between, after) = rest.split_once(SECOND)?;
        Some(Self { before: before.to_owned(), between: between.to_owned(), after: after.to_owned() })
    }

    /// The texts that stand for each of the values alone; `base` is what a path has before it.
    fn split(&self, text: &str, base: &str) -> Vec<String> {
        let (before, after) = (format!("{base}{}", self.before.trim_start_matches('/')), &self.after);
        let before = if base.is_empty() { &self.before } else { &before };
        let Some(values) =
            text.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(after.as_str()))
        else {
            return Vec::new();
        };
        let values =
            if self.between.is_empty() { vec![values] } else { values.split(&self.between).collect() };
        values.into_iter().map(|value| format!("{before}{value}{after}")).collect()
    }
}

/// Whether a scope has one value in one walk and another in the next.
fn is_of_walk(scope: Scope) -> bool {
    matches!(scope, Scope::Parent | Scope::Resources | Scope::Batch | Scope::Each | Scope::Inputs)
}

pub(crate) fn is_absolute(path: &str) -> bool {
    path.starts_with("https://") || path.starts_with("http://")
}

pub(crate) fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
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
        PaginatorKind::SinglePage | PaginatorKind::HeaderLink { .. } | PaginatorKind::JsonLink { .. } => None,
    };
    let size = fetch.paginator.size.as_ref().and_then(|(place, _)| place.as_ref());
    of_kind.into_iter().chain(size).map(Spot::of).collect()
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
