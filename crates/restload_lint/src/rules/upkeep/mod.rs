//! What the next reader of the spec needs.

use crate::rule::{Found, Rule, rule};

mod no_description;
mod no_docs;

/// The rules of this group.
pub(crate) static RULES: &[&Rule] =
    &[&NO_DOCS, &NO_DESCRIPTION, &UNKNOWN_RULE, &UNUSED_ALLOW, &ALLOW_WITHOUT_REASON, &TOO_MANY_FINDINGS];

pub(crate) static NO_DOCS: Rule = rule!(Upkeep, "no-docs", Warning, Found::Here(no_docs::check));
static NO_DESCRIPTION: Rule = rule!(Upkeep, "no-description", Note, Found::Here(no_description::check));
pub(crate) static UNKNOWN_RULE: Rule = rule!(Upkeep, "unknown-rule", Warning, Found::Levels);
pub(crate) static UNUSED_ALLOW: Rule = rule!(Upkeep, "unused-allow", Warning, Found::Levels);
pub(crate) static ALLOW_WITHOUT_REASON: Rule = rule!(Upkeep, "allow-without-reason", Warning, Found::Levels);
pub(crate) static TOO_MANY_FINDINGS: Rule = rule!(Upkeep, "too-many-findings", Note, Found::Levels);
