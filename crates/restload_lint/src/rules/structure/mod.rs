//! Keys, values, and the YAML that they are written in.

use crate::rule::{Found, Rule, rule};

mod yaml_1_1_value;

/// The rules of this group.
pub(crate) static RULES: &[&Rule] = &[
    &NOT_UTF8,
    &TOO_LARGE,
    &NOT_YAML,
    &EMPTY_SPEC,
    &SECOND_DOCUMENT,
    &TOO_DEEP,
    &TOO_MANY_ALIASES,
    &TOO_MANY_VALUES,
    &ALIAS_OF_ITSELF,
    &MERGE_KEY,
    &YAML_TAG,
    &KEY_IS_NOT_TEXT,
    &NOT_A_NUMBER,
    &UNQUOTED_TEMPLATE,
    &DUPLICATE_KEY,
    &VERSION_UNKNOWN,
    &NAME_IS_NOT_THE_FILE,
    &NAME_PATTERN,
    &UNKNOWN_KEY,
    &MISSING_KEY,
    &ONE_OF_THESE,
    &WRONG_TYPE,
    &EMPTY_VALUE,
    &DUPLICATE_ITEM,
    &UNKNOWN_TYPE,
    &UNKNOWN_VALUE,
    &OUT_OF_RANGE,
    &NOT_A_DURATION,
    &NOT_A_SIZE,
    &UNFIT_DEFAULT,
    &KEY_OF_NO_USE,
    &ROW_NOT_HERE,
    &YAML_1_1_VALUE,
];

pub(crate) static NOT_UTF8: Rule = rule!(Structure, "not-utf8", Error, Found::Reading);
pub(crate) static TOO_LARGE: Rule = rule!(Structure, "too-large", Error, Found::Reading);
pub(crate) static NOT_YAML: Rule = rule!(Structure, "not-yaml", Error, Found::Reading);
pub(crate) static EMPTY_SPEC: Rule = rule!(Structure, "empty-spec", Error, Found::Reading);
pub(crate) static SECOND_DOCUMENT: Rule = rule!(Structure, "second-document", Error, Found::Reading);
pub(crate) static TOO_DEEP: Rule = rule!(Structure, "too-deep", Error, Found::Reading);
pub(crate) static TOO_MANY_ALIASES: Rule = rule!(Structure, "too-many-aliases", Error, Found::Reading);
static TOO_MANY_VALUES: Rule = rule!(Structure, "too-many-values", Error, Found::Reading);
pub(crate) static ALIAS_OF_ITSELF: Rule = rule!(Structure, "alias-of-itself", Error, Found::Reading);
pub(crate) static MERGE_KEY: Rule = rule!(Structure, "merge-key", Error, Found::Reading);
pub(crate) static YAML_TAG: Rule = rule!(Structure, "yaml-tag", Error, Found::Reading);
pub(crate) static KEY_IS_NOT_TEXT: Rule = rule!(Structure, "key-is-not-text", Error, Found::Reading);
pub(crate) static NOT_A_NUMBER: Rule = rule!(Structure, "not-a-number", Error, Found::Reading);
pub(crate) static UNQUOTED_TEMPLATE: Rule = rule!(Structure, "unquoted-template", Error, Found::Reading);
pub(crate) static DUPLICATE_KEY: Rule = rule!(Structure, "duplicate-key", Error, Found::Reading);
pub(crate) static VERSION_UNKNOWN: Rule = rule!(Structure, "version-unknown", Error, Found::Reading);
pub(crate) static NAME_IS_NOT_THE_FILE: Rule =
    rule!(Structure, "name-is-not-the-file", Error, Found::Reading);
pub(crate) static NAME_PATTERN: Rule = rule!(Structure, "name-pattern", Error, Found::Reading);
pub(crate) static UNKNOWN_KEY: Rule = rule!(Structure, "unknown-key", Error, Found::Reading);
pub(crate) static MISSING_KEY: Rule = rule!(Structure, "missing-key", Error, Found::Reading);
pub(crate) static ONE_OF_THESE: Rule = rule!(Structure, "one-of-these", Error, Found::Reading);
pub(crate) static WRONG_TYPE: Rule = rule!(Structure, "wrong-type", Error, Found::Reading);
pub(crate) static EMPTY_VALUE: Rule = rule!(Structure, "empty-value", Error, Found::Reading);
pub(crate) static DUPLICATE_ITEM: Rule = rule!(Structure, "duplicate-item", Error, Found::Reading);
pub(crate) static UNKNOWN_TYPE: Rule = rule!(Structure, "unknown-type", Error, Found::Reading);
pub(crate) static UNKNOWN_VALUE: Rule = rule!(Structure, "unknown-value", Error, Found::Reading);
pub(crate) static OUT_OF_RANGE: Rule = rule!(Structure, "out-of-range", Error, Found::Reading);
pub(crate) static NOT_A_DURATION: Rule = rule!(Structure, "not-a-duration", Error, Found::Reading);
pub(crate) static NOT_A_SIZE: Rule = rule!(Structure, "not-a-size", Error, Found::Reading);
static KEY_OF_NO_USE: Rule = rule!(Structure, "key-of-no-use", Error, Found::Reading);
static ROW_NOT_HERE: Rule = rule!(Structure, "row-not-here", Error, Found::Reading);
pub(crate) static UNFIT_DEFAULT: Rule = rule!(Structure, "unfit-default", Error, Found::Reading);
pub(crate) static YAML_1_1_VALUE: Rule =
    rule!(Structure, "yaml-1.1-value", Warning, Found::Here(yaml_1_1_value::check));
