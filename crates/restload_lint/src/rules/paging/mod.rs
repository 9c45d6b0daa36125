//! How pages follow each other, and when they end.

use crate::rule::{Found, Rule, rule};

mod filter_before_count;
mod no_sign_of_paging;
mod no_total;
mod param_set_twice;
mod total_with_keyset;
mod unbounded_pagination;

/// The rules of this group.
pub(crate) static RULES: &[&Rule] = &[
    &NO_SIGN_OF_PAGING,
    &SHORT_PAGE_WITHOUT_SIZE,
    &PLACE_IN_ANOTHER_BODY,
    &UNBOUNDED_PAGINATION,
    &FILTER_BEFORE_COUNT,
    &PARAM_SET_TWICE,
    &TOTAL_WITH_KEYSET,
    &NO_TOTAL,
];

pub(crate) static NO_SIGN_OF_PAGING: Rule =
    rule!(Paging, "no-sign-of-paging", Note, Found::Here(no_sign_of_paging::check));
pub(crate) static SHORT_PAGE_WITHOUT_SIZE: Rule =
    rule!(Paging, "short-page-without-size", Error, Found::Reading);
pub(crate) static PLACE_IN_ANOTHER_BODY: Rule = rule!(Paging, "place-in-another-body", Error, Found::Reading);
pub(crate) static UNBOUNDED_PAGINATION: Rule =
    rule!(Paging, "unbounded-pagination", Warning, Found::Here(unbounded_pagination::check));
pub(crate) static FILTER_BEFORE_COUNT: Rule =
    rule!(Paging, "filter-before-count", Warning, Found::Here(filter_before_count::check));
pub(crate) static PARAM_SET_TWICE: Rule =
    rule!(Paging, "param-set-twice", Warning, Found::Here(param_set_twice::check));
pub(crate) static TOTAL_WITH_KEYSET: Rule =
    rule!(Paging, "total-with-keyset", Warning, Found::Here(total_with_keyset::check));
pub(crate) static NO_TOTAL: Rule = rule!(Paging, "no-total", Note, Found::Here(no_total::check));
