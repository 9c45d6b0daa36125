//! How much the findings of single rules weigh in one spec.

use schemars::JsonSchema;
use serde::Deserialize;

/// How much a rule's findings weigh in this spec, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "the level of a rule")]
pub struct RuleLevel {
    /// How much the findings weigh: `allow` (they are not said), `note`, `warning` or `error`.
    ///
    /// ```yaml
    /// lint: {no-docs: {level: error, reason: every spec of ours names its documentation}}
    /// ```
    pub level: Level,

    /// Why, for whoever reads the spec next.
    ///
    /// ```yaml
    /// lint: {no-docs: {level: allow, reason: the documentation is not public}}
    /// ```
    #[schemars(length(min = 1))]
    pub reason: String,
}

/// A weight that an author can give to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Level {
    /// Not said.
    Allow,
    /// Worth knowing.
    Note,
    /// The spec can be run and will probably not do what was meant.
    Warning,
    /// The spec cannot be run.
    Error,
}
