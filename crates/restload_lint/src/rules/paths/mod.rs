//! Paths into JSON and jq programs.

use crate::rule::{Found, Rule, rule};

mod slow_path;

/// The rules of this group.
pub(crate) static RULES: &[&Rule] = &[&PATH_SYNTAX, &PROGRAM_SYNTAX, &PROGRAM_FEATURE, &SLOW_PATH];

pub(crate) static PATH_SYNTAX: Rule = rule!(Paths, "path-syntax", Error, Found::Reading);
pub(crate) static PROGRAM_SYNTAX: Rule = rule!(Paths, "program-syntax", Error, Found::Reading);
pub(crate) static PROGRAM_FEATURE: Rule = rule!(Paths, "program-feature", Error, Found::Reading);
pub(crate) static SLOW_PATH: Rule = rule!(Paths, "slow-path", Note, Found::Here(slow_path::check));
