//! Batches: several rows above in one request, told apart again.

use restload_spec::plan::{Inputs, ValueTemplate};
use restload_spec::{Escape, Hole, Scope, Scopes, Step, Template};
use serde_json::Value;

use crate::asked::Spot;
use crate::steps::{At, put};

/// Where the values of a batch stand in a request.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The index of the binding; none: in the path.
    pub(crate) binding: Option<usize>,
    /// What stands around and between the values where they are one text.
    pub(crate) joined: Option<Joined>,
}

#[derive(Debug)]
pub(crate) struct Joined {
    before: String,
    between: String,
    after: String,
}

impl Batch {
    /// Finds the first place that names the batch, and how it is written there.
    pub(crate) fn find(path: &Template, bindings: &[(Spot, ValueTemplate)], inputs: &Inputs) -> Option<Self> {
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
pub(crate) fn keep_one_batch(path: &Template, bindings: &mut Vec<(Spot, ValueTemplate)>) {
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
        put(&mut row, &at, Value::from(mark));
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
    pub(crate) fn split(&self, text: &str, base: &str) -> Vec<String> {
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
