//! What a template may name: the scopes, the holes that read from them, and the values at run time.

use std::{fmt, ops::Range};

use serde_json::Value;

/// Where a hole reads from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// What the person who runs the spec supplied.
    Inputs,
    /// The row of the parent resource.
    Parent,
    /// The row of any ancestor, by its resource's name.
    Resources,
    /// The list of parent rows of a batch.
    Batch,
    /// The combination of `for_each`.
    Each,
    /// The bounds of the slice, `start` and `end`.
    Incremental,
    /// The run itself, `id` and `started_at`.
    Run,
    /// The row at hand, in `add`.
    Row,
    /// The fields of a token's answer.
    Token,
}

impl Scope {
    /// All scopes, in the order of the reference.
    pub const ALL: [Self; 9] = [
        Self::Inputs,
        Self::Parent,
        Self::Resources,
        Self::Batch,
        Self::Each,
        Self::Incremental,
        Self::Run,
        Self::Row,
        Self::Token,
    ];

    /// The scope's name in a template.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inputs => "inputs",
            Self::Parent => "parent",
            Self::Resources => "resources",
            Self::Batch => "batch",
            Self::Each => "each",
            Self::Incremental => "incremental",
            Self::Run => "run",
            Self::Row => "row",
            Self::Token => "token",
        }
    }

    /// The scope of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    /// The names in the scope, where the language fixes them.
    pub(super) fn fixed_names(self) -> Option<[&'static str; 2]> {
        match self {
            Self::Incremental => Some(["start", "end"]),
            Self::Run => Some(["id", "started_at"]),
            _ => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A path that a template reads, wherever it stands: shown, as the argument of a helper, or as a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Where it reads from.
    pub scope: Scope,
    /// The names below the scope; of `resources` the first is the resource. Empty for `batch` and `token` alone.
    pub path: Vec<String>,
    /// Where the path stands, in bytes of the template.
    pub range: Range<usize>,
    /// Whether it is shown as it is, `{{{path}}}`.
    pub raw: bool,
}

impl fmt::Display for Hole {
    /// The path as one writes it: `parent.id`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.scope)?;
        self.path.iter().try_for_each(|name| {
            let plain = name.chars().all(|c| c.is_alphanumeric() || "-_$:".contains(c));
            if plain && !name.is_empty() { write!(f, ".{name}") } else { write!(f, ".[{name}]") }
        })
    }
}

/// The inputs as templates read them.
pub trait InputValues {
    /// The value of an input, and whether it is a secret; `None` if the spec declares no such input.
    fn input(&self, name: &str) -> Option<(&Value, bool)>;
}

/// No inputs at all.
struct NoInputs;

impl InputValues for NoInputs {
    fn input(&self, _: &str) -> Option<(&Value, bool)> {
        None
    }
}

/// The values that a template is rendered with; a scope that is `None` does not exist where the template stands.
#[derive(Clone, Copy)]
pub struct Scopes<'a> {
    /// The inputs of the run.
    pub inputs: &'a dyn InputValues,
    /// The parent's row.
    pub parent: Option<&'a Value>,
    /// The ancestors' rows by resource.
    pub resources: &'a [(&'a str, &'a Value)],
    /// The parent rows of the batch.
    pub batch: Option<&'a [Value]>,
    /// The combination of `for_each`, an object.
    pub each: Option<&'a Value>,
    /// `start` and `end`.
    pub incremental: Option<&'a Value>,
    /// `id` and `started_at`.
    pub run: Option<&'a Value>,
    /// The row, after its transform.
    pub row: Option<&'a Value>,
    /// The body of the token's answer, or the token itself where `{{token}}` stands for it. Whatever is rendered from it is
    /// a secret.
    pub token: Option<&'a Value>,
}

impl Default for Scopes<'_> {
    fn default() -> Self {
        Self {
            inputs: &NoInputs,
            parent: None,
            resources: &[],
            batch: None,
            each: None,
            incremental: None,
            run: None,
            row: None,
            token: None,
        }
    }
}
