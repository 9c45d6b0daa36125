//! How resources hang together, and which tables they write.

use crate::rule::{Found, Rule, rule};

mod child_needs_field;
mod reserved_column_name;
mod unused_null_table;

/// The rules of this group.
pub(crate) static RULES: &[&Rule] = &[
    &UNKNOWN_PARENT,
    &CYCLE,
    &NO_PATH_NO_PARENT,
    &KEY_WITHOUT_PATH,
    &BATCH_WITHOUT_PATH,
    &TWO_BODIES,
    &FOR_EACH_LIST,
    &CHILD_NEEDS_FIELD,
    &UNUSED_NULL_TABLE,
    &TABLE_NAME,
    &TABLE_NAME_CLASH,
    &TABLE_DISAGREES,
    &DELETED_WITHOUT_MERGE,
    &SCOPE_OF_APPEND,
    &RESERVED_COLUMN_NAME,
];

pub(crate) static UNKNOWN_PARENT: Rule = rule!(Graph, "unknown-parent", Error, Found::Reading);
pub(crate) static CYCLE: Rule = rule!(Graph, "cycle", Error, Found::Reading);
pub(crate) static NO_PATH_NO_PARENT: Rule = rule!(Graph, "no-path-no-parent", Error, Found::Reading);
pub(crate) static KEY_WITHOUT_PATH: Rule = rule!(Graph, "key-without-path", Error, Found::Reading);
pub(crate) static BATCH_WITHOUT_PATH: Rule = rule!(Graph, "batch-without-path", Error, Found::Reading);
pub(crate) static TWO_BODIES: Rule = rule!(Graph, "two-bodies", Error, Found::Reading);
pub(crate) static FOR_EACH_LIST: Rule = rule!(Graph, "for-each-list", Error, Found::Reading);
pub(crate) static CHILD_NEEDS_FIELD: Rule =
    rule!(Graph, "child-needs-field", Error, Found::Here(child_needs_field::check));
pub(crate) static UNUSED_NULL_TABLE: Rule =
    rule!(Graph, "unused-null-table", Warning, Found::Here(unused_null_table::check));
pub(crate) static TABLE_NAME: Rule = rule!(Graph, "table-name", Error, Found::Reading);
pub(crate) static TABLE_NAME_CLASH: Rule = rule!(Graph, "table-name-clash", Error, Found::Reading);
pub(crate) static TABLE_DISAGREES: Rule = rule!(Graph, "table-disagrees", Error, Found::Reading);
static DELETED_WITHOUT_MERGE: Rule = rule!(Graph, "deleted-without-merge", Error, Found::Reading);
static SCOPE_OF_APPEND: Rule = rule!(Graph, "scope-of-append", Error, Found::Reading);
pub(crate) static RESERVED_COLUMN_NAME: Rule =
    rule!(Graph, "reserved-column-name", Error, Found::Here(reserved_column_name::check));
