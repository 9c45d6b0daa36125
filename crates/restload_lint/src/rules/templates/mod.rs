//! Templates, and what their holes may name.

use crate::rule::{Found, Rule, rule};

mod unencoded_path;
mod unused_input;

/// The rules of this group.
pub(crate) static RULES: &[&Rule] = &[
    &TEMPLATE_SYNTAX,
    &TEMPLATE_FEATURE,
    &UNKNOWN_SCOPE,
    &SCOPE_NOT_HERE,
    &UNKNOWN_INPUT,
    &UNKNOWN_HELPER,
    &HELPER_ARGUMENTS,
    &PARENT_WITHOUT_PARENT,
    &EACH_WITHOUT_FOR_EACH,
    &UNKNOWN_EACH,
    &INCREMENTAL_WITHOUT_INCREMENTAL,
    &TEMPLATE_VALUE,
    &UNUSED_INPUT,
    &UNENCODED_PATH,
];

pub(crate) static TEMPLATE_SYNTAX: Rule = rule!(Templates, "template-syntax", Error, Found::Reading);
pub(crate) static TEMPLATE_FEATURE: Rule = rule!(Templates, "template-feature", Error, Found::Reading);
pub(crate) static UNKNOWN_SCOPE: Rule = rule!(Templates, "unknown-scope", Error, Found::Reading);
pub(crate) static SCOPE_NOT_HERE: Rule = rule!(Templates, "scope-not-here", Error, Found::Reading);
pub(crate) static UNKNOWN_INPUT: Rule = rule!(Templates, "unknown-input", Error, Found::Reading);
pub(crate) static UNKNOWN_HELPER: Rule = rule!(Templates, "unknown-helper", Error, Found::Reading);
pub(crate) static HELPER_ARGUMENTS: Rule = rule!(Templates, "helper-arguments", Error, Found::Reading);
pub(crate) static PARENT_WITHOUT_PARENT: Rule =
    rule!(Templates, "parent-without-parent", Error, Found::Reading);
pub(crate) static EACH_WITHOUT_FOR_EACH: Rule =
    rule!(Templates, "each-without-for-each", Error, Found::Reading);
pub(crate) static UNKNOWN_EACH: Rule = rule!(Templates, "unknown-each", Error, Found::Reading);
pub(crate) static INCREMENTAL_WITHOUT_INCREMENTAL: Rule =
    rule!(Templates, "incremental-without-incremental", Error, Found::Reading);
pub(crate) static TEMPLATE_VALUE: Rule = rule!(Templates, "template-value", Error, Found::Reading);
pub(crate) static UNUSED_INPUT: Rule =
    rule!(Templates, "unused-input", Warning, Found::Here(unused_input::check));
pub(crate) static UNENCODED_PATH: Rule =
    rule!(Templates, "unencoded-path", Warning, Found::Here(unencoded_path::check));
