//! What a rule is.

use restload_diag::{Diagnostic, Part, Pointer, Severity};

use crate::Lint;

/// One kind of fault: its name, its weight, what is to be said about it, and who finds it.
#[derive(Debug)]
pub struct Rule {
    /// The name, kebab-case, after the fault.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// How much its findings weigh where the spec says nothing else.
    pub severity: Severity,
    /// What it is, why it is bad, an example, what to write instead: Markdown with the name as its title.
    pub page: &'static str,
    /// Who finds it.
    pub(crate) found: Found,
}

/// What rules are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Keys, values, YAML.
    Structure,
    /// Templates and their scopes.
    Templates,
    /// Paths into JSON and jq programs.
    Paths,
    /// Paging.
    Paging,
    /// Parents, tables, requests: how resources hang together.
    Graph,
    /// What is new since the load before.
    Increments,
    /// Keys, columns and samples.
    Data,
    /// Credentials and where they go.
    Security,
    /// What the next reader of the spec needs.
    Upkeep,
}

/// Who finds a fault.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    /// The reading of a spec, and the check of its texts and graph: without it a spec cannot be run, so its weight is fixed.
    Reading,
    /// A check of this crate.
    Here(fn(&Lint<'_>, &mut Vec<Diagnostic>)),
    /// Whoever reads levels and comments.
    Levels,
}

impl Group {
    /// All groups, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Structure,
        Self::Templates,
        Self::Paths,
        Self::Paging,
        Self::Graph,
        Self::Increments,
        Self::Data,
        Self::Security,
        Self::Upkeep,
    ];

    /// The group's name, for a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Structure => "Structure",
            Self::Templates => "Templates",
            Self::Paths => "Paths and programs",
            Self::Paging => "Paging",
            Self::Graph => "Resources and tables",
            Self::Increments => "What is new",
            Self::Data => "Data and samples",
            Self::Security => "Security",
            Self::Upkeep => "Upkeep",
        }
    }
}

impl Rule {
    /// What it is, in one line: the first paragraph of its page.
    pub fn summary(&self) -> String {
        let body = self.page.split_once("\n\n").map_or(self.page, |(_, body)| body);
        let first = body.split("\n\n").next().unwrap_or_default();
        first.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether a spec can give its findings another weight. Where a spec could not be run it cannot.
    pub fn can_be_allowed(&self) -> bool {
        matches!(self.found, Found::Here(_))
    }

    /// A finding of this rule about the value at a place.
    pub(crate) fn at(&self, at: Pointer, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.severity, self.name, at, message)
    }

    /// A finding of this rule about the key at a place.
    pub(crate) fn at_key(&self, at: Pointer, message: impl Into<String>) -> Diagnostic {
        self.at(at, message).on(Part::Key)
    }
}

/// A rule of the table: its page stands beside the table in a file of its name.
macro_rules! rule {
    ($group:ident, $name:literal, $severity:ident, $found:expr) => {
        $crate::rule::Rule {
            name: $name,
            group: $crate::rule::Group::$group,
            severity: restload_diag::Severity::$severity,
            page: include_str!(concat!($name, ".md")),
            found: $found,
        }
    };
}
pub(crate) use rule;
