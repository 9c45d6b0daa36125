//! A resource as rules see it.

use std::sync::OnceLock;

use restload_diag::Pointer;
use restload_spec::Resolved;
use restload_spec::plan::ResourcePlan;

use crate::Sample;

/// A resource as written, settled as far as it could be, with its kin and its sample.
#[derive(Debug)]
pub struct Subject<'a> {
    /// As written, with what it takes from `defaults`.
    pub written: &'a Resolved,
    /// Settled with stand-ins for inputs and for what is faulty in it.
    pub plan: Option<&'a ResourcePlan>,
    /// Its parent, as an index into [`Lint::resources`](crate::Lint::resources).
    pub parent: Option<usize>,
    /// The resources that hang on it, as such indices.
    pub children: Vec<usize>,
    pub(crate) sample: OnceLock<Option<Sample>>,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(written: &'a Resolved, plan: Option<&'a ResourcePlan>, parent: Option<usize>) -> Self {
        Self { written, plan, parent, children: Vec::new(), sample: OnceLock::new() }
    }

    /// The resource's name.
    pub fn name(&self) -> &'a str {
        &self.written.name
    }

    /// Where a key is written, under the resource or under `defaults`; the resource itself for `""`.
    pub fn at(&self, key: &str) -> Pointer {
        if key.is_empty() { self.written.at() } else { self.written.pointer(&[key]) }
    }
}
