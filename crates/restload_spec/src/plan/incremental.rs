//! What is new since the load before, settled.

use restload_diag::Pointer;

use crate::spec::Sorted;
use crate::{Bound, CursorFormat, CursorKind, CursorStep, CursorValue, Path, RequestPlace};

/// How only what is new is read.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone)]
pub struct IncrementalPlan {
    /// Where the cursor is.
    pub cursor: CursorPlan,
    /// Where the first load begins.
    pub start: Option<Bound>,
    /// Where a load ends, by the author's word.
    pub end: Option<Bound>,
    /// How the cursor is written; at least one, all of one kind.
    pub formats: Vec<CursorFormat>,
    /// Where a request says from when on.
    pub start_param: Option<RequestPlace>,
    /// Where a request says until when.
    pub end_param: Option<RequestPlace>,
    /// How requests write the bounds.
    pub param_format: CursorFormat,
    /// The grain of an inclusive end.
    pub inclusive_end: Option<CursorStep>,
    /// The longest range of a walk.
    pub window: Option<CursorStep>,
    /// How far before the stored cursor a load begins.
    pub lag: Option<CursorStep>,
    /// The order that the API promises.
    pub sorted: Option<Sorted>,
    /// A row without a cursor is left out; else it is an error.
    pub skips_missing: bool,
    /// A template of the request holds the start.
    pub start_in_template: bool,
    /// A template of the request holds the end.
    pub end_in_template: bool,
    /// It is read from its start in each load, for a descendant.
    pub from_start: bool,
    /// The cursor stays where it is: rows are read that are not written, or what hangs on the new rows is not read.
    pub held: bool,
    /// `/resources/x/incremental`
    pub at: Pointer,
}

/// Where a cursor is.
#[derive(Debug, Clone)]
pub enum CursorPlan {
    /// Names that lead to it in the row.
    Row(Vec<String>),
    /// In the body: a token.
    Token(Path),
}

impl IncrementalPlan {
    /// What cursors are.
    pub fn kind(&self) -> CursorKind {
        self.formats.first().map_or(CursorKind::Moment, CursorFormat::kind)
    }

    /// Whether the API is told from when on.
    pub fn sends_start(&self) -> bool {
        self.start_param.is_some() || self.start_in_template
    }

    /// Whether the API is told until when.
    pub fn sends_end(&self) -> bool {
        self.end_param.is_some() || self.end_in_template
    }

    /// The path into the body of a token.
    pub fn token(&self) -> Option<&Path> {
        match &self.cursor {
            CursorPlan::Token(path) => Some(path),
            CursorPlan::Row(_) => None,
        }
    }

    /// The cursor that a value means: by the first format that fits.
    pub fn read(&self, value: &serde_json::Value) -> Option<CursorValue> {
        self.formats.iter().find_map(|format| format.read(value))
    }

    /// A bound that was written by a person: in the cursor's format, as ISO text where the cursor is a moment, or as a time
    /// before the run.
    pub fn read_bound(&self, value: &serde_json::Value) -> Option<Bound> {
        let is_moment = self.kind() == CursorKind::Moment;
        let before = value.as_str().filter(|text| is_moment && text.starts_with('-'));
        if let Some(before) = before.and_then(|text| crate::Duration::parse(text).ok()) {
            return Some(Bound::Before(before));
        }
        let iso = || is_moment.then(|| CursorFormat::Iso.read(value)).flatten();
        self.read(value).or_else(iso).map(Bound::At)
    }
}
