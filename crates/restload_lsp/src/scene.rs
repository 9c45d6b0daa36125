//! What a question is asked of: an open text, a tree of it, and what lint knows.

use std::ops::Deref;

use restload_lint::{Lint, Linted, Sample, Samples as _};
use restload_spec::plan::ResourcePlan;
use restload_spec::{Document, Path};
use serde_json::Value;

use crate::buffer::Beside;
use crate::editor::Editor;
use crate::kin::Kin;
use crate::text::Text;

/// A text, a tree of it and what lint knows of it.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) text: &'a Text,
    pub(crate) editor: &'a Editor,
    /// A tree whose places are those of the text, or of an earlier text where this one is broken: then no place of it is
    /// used, only what it says.
    pub(crate) document: &'a Document,
    /// How the resources of that tree hang together.
    pub(crate) kin: &'a Kin<'a>,
    /// What lint knows of the text as it is, or as it could last be read.
    pub(crate) known: Option<&'a Known<'a>>,
}

/// What lint knows of a spec.
pub(crate) struct Known<'a> {
    lint: Lint<'a>,
    samples: &'a Beside<'a>,
}

/// The sample of a resource.
pub(crate) enum Seen<'k> {
    /// As lint sees it.
    Linted(&'k Sample),
    /// As far as it can be told while the resource is not whole.
    Guessed(Box<Sample>),
}

impl Deref for Seen<'_> {
    type Target = Sample;

    fn deref(&self) -> &Sample {
        match self {
            Self::Linted(sample) => sample,
            Self::Guessed(sample) => sample,
        }
    }
}

impl<'a> Known<'a> {
    pub(crate) fn new(linted: &'a Linted, samples: &'a Beside<'a>) -> Option<Self> {
        let lint = Lint::new(&linted.reading, &linted.checked, samples, &linted.diagnostics)?;
        Some(Self { lint, samples })
    }

    /// The sample of a resource. One that cannot be settled yet, since something that it needs is not written, has the
    /// rows that its selector finds, without its transform.
    pub(crate) fn sample(&self, name: &str) -> Option<Seen<'_>> {
        let resource = self.lint.resource(name)?;
        let written = &resource.written.resource;
        let is_whole = |plan: &ResourcePlan| plan.fetch.is_some() || written.path.is_none();
        if resource.plan.is_some_and(is_whole) {
            return self.lint.sample(resource).map(Seen::Linted);
        }
        written.path.as_ref()?;
        let path = self.lint.sample_path(resource);
        let bytes = self.samples.read(&path).ok()??;
        let body: Value =
            serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).ok()?;
        let selected = selected(&body, written.data_selector.as_deref());
        let matched = selected.is_some();
        let selected = selected.unwrap_or_default();
        let rows = selected.clone();
        let sample =
            Sample { path, body: Some(body), fault: None, matched, selected, rows, transform_fault: None };
        Some(Seen::Guessed(Box::new(sample)))
    }
}

/// The rows that a selector finds; where none is said, those of a body that is a list.
fn selected(body: &Value, selector: Option<&str>) -> Option<Vec<Value>> {
    let path = match selector {
        Some(text) if text != "auto" => Path::parse(text).ok()?,
        _ if body.is_array() => Path::root(),
        _ => return None,
    };
    let found = path.select(body);
    let rows = found.iter().flat_map(|found| match found {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(*one),
    });
    (!found.is_empty()).then(|| rows.cloned().collect())
}
