//! Keys, columns and samples.

use crate::rule::{Found, Rule, rule};

mod add_shadows_column;
mod column_not_in_sample;
mod key_not_in_sample;
mod many_free_keys;
mod place_not_in_sample;
mod sample_has_secret;
mod sample_looks_personal;
mod sample_missing;
mod sample_not_json;
mod sampled;
mod selector_misses_sample;
mod transform_fails_on_sample;

/// The rules of this group.
pub(crate) static RULES: &[&Rule] = &[
    &MERGE_WITHOUT_KEY,
    &CSV_CHARACTER,
    &UNKNOWN_ENCODING,
    &PLACE_IN_CSV,
    &NO_BODY,
    &COLUMN_TYPE,
    &COLUMN_FORMAT,
    &SAMPLE_MISSING,
    &SAMPLE_NOT_JSON,
    &SELECTOR_MISSES_SAMPLE,
    &TRANSFORM_FAILS_ON_SAMPLE,
    &ADD_SHADOWS_COLUMN,
    &KEY_NOT_IN_SAMPLE,
    &COLUMN_NOT_IN_SAMPLE,
    &PLACE_NOT_IN_SAMPLE,
    &MANY_FREE_KEYS,
    &SAMPLE_HAS_SECRET,
    &SAMPLE_LOOKS_PERSONAL,
];

static MERGE_WITHOUT_KEY: Rule = rule!(Data, "merge-without-key", Error, Found::Reading);
static CSV_CHARACTER: Rule = rule!(Data, "csv-character", Error, Found::Reading);
static UNKNOWN_ENCODING: Rule = rule!(Data, "unknown-encoding", Error, Found::Reading);
static PLACE_IN_CSV: Rule = rule!(Data, "place-in-csv", Error, Found::Reading);
static NO_BODY: Rule = rule!(Data, "no-body", Error, Found::Reading);
static COLUMN_TYPE: Rule = rule!(Data, "column-type", Error, Found::Reading);
static COLUMN_FORMAT: Rule = rule!(Data, "column-format", Error, Found::Reading);
static SAMPLE_MISSING: Rule = rule!(Data, "sample-missing", Note, Found::Here(sample_missing::check));
static SAMPLE_NOT_JSON: Rule = rule!(Data, "sample-not-json", Warning, Found::Here(sample_not_json::check));
static SELECTOR_MISSES_SAMPLE: Rule =
    rule!(Data, "selector-misses-sample", Error, Found::Here(selector_misses_sample::check));
static TRANSFORM_FAILS_ON_SAMPLE: Rule =
    rule!(Data, "transform-fails-on-sample", Warning, Found::Here(transform_fails_on_sample::check));
static ADD_SHADOWS_COLUMN: Rule =
    rule!(Data, "add-shadows-column", Error, Found::Here(add_shadows_column::check));
static KEY_NOT_IN_SAMPLE: Rule =
    rule!(Data, "key-not-in-sample", Error, Found::Here(key_not_in_sample::check));
static COLUMN_NOT_IN_SAMPLE: Rule =
    rule!(Data, "column-not-in-sample", Warning, Found::Here(column_not_in_sample::check));
static PLACE_NOT_IN_SAMPLE: Rule =
    rule!(Data, "place-not-in-sample", Warning, Found::Here(place_not_in_sample::check));
static MANY_FREE_KEYS: Rule = rule!(Data, "many-free-keys", Warning, Found::Here(many_free_keys::check));
static SAMPLE_HAS_SECRET: Rule =
    rule!(Data, "sample-has-secret", Warning, Found::Here(sample_has_secret::check));
static SAMPLE_LOOKS_PERSONAL: Rule =
    rule!(Data, "sample-looks-personal", Note, Found::Here(sample_looks_personal::check));
