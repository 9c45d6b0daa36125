//! What one walk adds to the figures of a resource: it goes with its rows into the journal, and comes back with them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::paginate::StopReason;
use crate::run::tally::Figures;

/// What a walk adds to the figures of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Share {
    /// Figures that are sums, by name; those that are 0 are left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    sums: BTreeMap<Sum, u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    matched: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    stop_reasons: BTreeMap<String, u64>,
    /// First and last total, and the rows found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    claimed: Vec<(u64, u64, u64)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    doubts: Vec<(String, String)>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    discarded: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_page: Option<String>,
}

/// A figure that is a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sum {
    Walks,
    Pages,
    RowsFound,
    RowsWritten,
    GoneRows,
    DuplicateKeys,
    Unmatched,
    OutsideRows,
    SeenRows,
    CursorlessRows,
    OlderRows,
    RepeatedRows,
    SkippedPages,
    CutWalks,
    EmptyWalks,
    BodyBytes,
    Unsigned,
}

impl Share {
    /// Adds to a sum.
    pub(crate) fn add(&mut self, sum: Sum, number: u64) {
        if number > 0 {
            *self.sums.entry(sum).or_default() += number;
        }
    }

    /// A sum.
    pub(crate) fn sum(&self, sum: Sum) -> u64 {
        self.sums.get(&sum).copied().unwrap_or(0)
    }

    /// Notes whether the selector matched.
    pub(crate) fn matched(&mut self, matched: bool) {
        self.matched |= matched;
        self.add(Sum::Unmatched, u64::from(!matched));
    }

    /// Notes the end of a walk.
    pub(crate) fn stopped(&mut self, reason: StopReason) {
        *self.stop_reasons.entry(reason.as_str().to_owned()).or_default() += 1;
    }

    /// Notes what totals said.
    pub(crate) fn claimed(&mut self, first: u64, last: u64, found: u64) {
        self.claimed.push((first, last, found));
    }

    /// Notes a doubt.
    pub(crate) fn doubt(&mut self, rule: &str, message: String) {
        self.doubts.push((rule.to_owned(), message));
    }

    /// Notes values that were left out of a column.
    pub(crate) fn discarded(&mut self, column: String, values: u64) {
        *self.discarded.entry(column).or_default() += values;
    }

    /// Notes why a first answer was taken for the last page.
    pub(crate) fn last_page(&mut self, why: &str) {
        self.last_page.get_or_insert_with(|| why.to_owned());
    }

    /// Adds what another says.
    pub(crate) fn join(&mut self, other: Self) {
        for (sum, number) in other.sums {
            self.add(sum, number);
        }
        self.matched |= other.matched;
        for (reason, count) in other.stop_reasons {
            *self.stop_reasons.entry(reason).or_default() += count;
        }
        self.claimed.extend(other.claimed);
        self.doubts.extend(other.doubts);
        for (column, values) in other.discarded {
            self.discarded(column, values);
        }
        if self.last_page.is_none() {
            self.last_page = other.last_page;
        }
    }

    /// Adds it to the figures of the resource.
    pub(crate) fn count(&self, figures: &mut Figures) {
        for (sum, number) in &self.sums {
            *figures.sum(*sum) += number;
        }
        figures.matched |= self.matched;
        for (reason, count) in &self.stop_reasons {
            *figures.report.stop_reasons.entry(reason.clone()).or_default() += count;
        }
        for (first, last, found) in &self.claimed {
            figures.claimed(*first, *last, *found);
        }
        for (rule, message) in &self.doubts {
            figures.doubt(rule, message.clone());
        }
        for (column, values) in &self.discarded {
            *figures.report.discarded.entry(column.clone()).or_default() += values;
        }
        if let Some(why) = &self.last_page {
            figures.last_page.get_or_insert_with(|| why.clone());
        }
    }
}

impl Figures {
    fn sum(&mut self, sum: Sum) -> &mut u64 {
        let report = &mut self.report;
        match sum {
            Sum::Walks => &mut report.walks,
            Sum::Pages => &mut report.pages,
            Sum::RowsFound => &mut report.rows_found,
            Sum::RowsWritten => &mut report.rows_written,
            Sum::GoneRows => &mut report.gone_rows,
            Sum::DuplicateKeys => &mut report.duplicate_keys,
            Sum::Unmatched => &mut self.unmatched,
            Sum::OutsideRows => &mut report.outside_rows,
            Sum::SeenRows => &mut report.seen_rows,
            Sum::CursorlessRows => &mut report.cursorless_rows,
            Sum::OlderRows => &mut self.older_rows,
            Sum::RepeatedRows => &mut report.repeated_rows,
            Sum::SkippedPages => &mut report.skipped_pages,
            Sum::CutWalks => &mut report.cut_walks,
            Sum::EmptyWalks => &mut report.empty_walks,
            Sum::BodyBytes => &mut report.body_bytes,
            Sum::Unsigned => &mut self.unsigned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_walk_adds_comes_back_from_the_journal() {
        let mut share = Share::default();
        share.add(Sum::Pages, 2);
        share.add(Sum::RowsFound, 0);
        share.matched(false);
        share.stopped(StopReason::NoNext);
        share.claimed(3, 4, 4);
        share.doubt("incomplete", "one is missing".to_owned());
        share.discarded("note".to_owned(), 1);
        share.last_page("it says so");
        let kept: Share = serde_json::from_str(&serde_json::to_string(&share).unwrap()).unwrap();
        assert_eq!(kept, share);
        let mut twice = kept.clone();
        twice.join(share);
        let mut figures = Figures::default();
        twice.count(&mut figures);
        assert_eq!((figures.report.pages, figures.unmatched, figures.report.doubts.len()), (4, 2, 2));
        assert_eq!(figures.report.stop_reasons["no-next"], 2);
        assert_eq!(figures.report.claimed.unwrap().last, 8);
        assert_eq!(figures.last_page.as_deref(), Some("it says so"));
    }
}
