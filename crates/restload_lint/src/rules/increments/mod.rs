//! What is new since the load before.

use crate::rule::{Found, Rule, rule};

mod cursor_in_sample;
mod day_window_without_lag;

/// The rules of this group.
pub(crate) static RULES: &[&Rule] = &[
    &APPEND_WITHOUT_INCREMENTAL,
    &REPLACE_OF_A_PART,
    &LAG_WITH_APPEND_WITHOUT_KEY,
    &INCREMENTAL_WITH_BATCH,
    &TOKEN_NOT_SENT,
    &WINDOW_WITHOUT_RANGE,
    &DAY_WINDOW_WITHOUT_LAG,
    &CURSOR_FORMAT,
    &CURSOR_BOUND,
    &CURSOR_STEP,
    &CURSOR_NOT_IN_SAMPLE,
    &CURSOR_NOT_IN_FORMAT,
];

static APPEND_WITHOUT_INCREMENTAL: Rule =
    rule!(Increments, "append-without-incremental", Error, Found::Reading);
static REPLACE_OF_A_PART: Rule = rule!(Increments, "replace-of-a-part", Error, Found::Reading);
static LAG_WITH_APPEND_WITHOUT_KEY: Rule = rule!(Increments, "lag-with-append-without-key", Error, Found::Reading);
static INCREMENTAL_WITH_BATCH: Rule = rule!(Increments, "incremental-with-batch", Error, Found::Reading);
static TOKEN_NOT_SENT: Rule = rule!(Increments, "token-not-sent", Error, Found::Reading);
static WINDOW_WITHOUT_RANGE: Rule = rule!(Increments, "window-without-range", Error, Found::Reading);
static DAY_WINDOW_WITHOUT_LAG: Rule =
    rule!(Increments, "day-window-without-lag", Note, Found::Here(day_window_without_lag::check));
static CURSOR_FORMAT: Rule = rule!(Increments, "cursor-format", Error, Found::Reading);
static CURSOR_BOUND: Rule = rule!(Increments, "cursor-bound", Error, Found::Reading);
static CURSOR_STEP: Rule = rule!(Increments, "cursor-step", Error, Found::Reading);
static CURSOR_NOT_IN_SAMPLE: Rule =
    rule!(Increments, "cursor-not-in-sample", Error, Found::Here(cursor_in_sample::check_place));
static CURSOR_NOT_IN_FORMAT: Rule =
    rule!(Increments, "cursor-not-in-format", Error, Found::Here(cursor_in_sample::check_format));
