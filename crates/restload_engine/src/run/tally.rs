//! What is counted for one resource while its walks go on.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use restload_diag::Diagnostic;

use crate::report::{Claimed, Doubt, ResourceReport};

/// Failures alike after which a resource is given up.
const ENOUGH_FAILURES: usize = 20;
/// Doubts of one kind that are kept word by word.
const DOUBTS_KEPT: usize = 5;

/// The figures of one resource, shared by its walks.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Figures>);

/// The figures of one resource.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// What goes into the report.
    pub(crate) report: ResourceReport,
    /// Walks that failed, by rule: how many, and the first of them.
    pub(crate) failures: BTreeMap<&'static str, (usize, Diagnostic)>,
    /// The selector matched in some answer.
    pub(crate) matched: bool,
    /// Answers in which it did not, and that was accepted.
    pub(crate) unmatched: u64,
    /// Walks of one page whose answer shows no sign of paging.
    pub(crate) unsigned: u64,
    /// Why a first answer was taken for the last page, where that was found out.
    pub(crate) last_page: Option<String>,
    /// Rows that are older than what was asked for, and were written.
    pub(crate) older_rows: u64,
    /// Its table keeps one row a key.
    pub(crate) keyed: bool,
    /// Doubts that were more than are kept.
    more_doubts: BTreeMap<String, u64>,
    waited: Duration,
    first: Option<Duration>,
    last: Duration,
}

impl Tally {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Figures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Figures {
    /// Notes that something was done at a time since the start of the run.
    pub(crate) fn touch(&mut self, now: Duration) {
        let first = *self.first.get_or_insert(now);
        self.last = self.last.max(now);
        self.report.seconds = self.last.saturating_sub(first).as_secs_f64();
    }

    /// Notes that a request waited before it went out.
    pub(crate) fn waited(&mut self, wait: Duration) {
        self.waited += wait;
        self.report.waited_seconds = self.waited.as_secs();
    }

    /// Notes a failed walk; says whether the resource is to be given up.
    pub(crate) fn failed(&mut self, failure: Diagnostic) -> bool {
        self.report.failed = true;
        let (count, _) = self.failures.entry(failure.rule).or_insert((0, failure));
        *count += 1;
        *count >= ENOUGH_FAILURES
    }

    /// Notes what totals said of a walk.
    pub(crate) fn claimed(&mut self, first: u64, last: u64, found: u64) {
        let claimed = self.report.claimed.get_or_insert_with(Claimed::default);
        claimed.first += first;
        claimed.last += last;
        claimed.found += found;
    }

    /// Notes a doubt; of many alike the first few are kept.
    pub(crate) fn doubt(&mut self, rule: &str, message: String) {
        let alike = self.report.doubts.iter().filter(|doubt| doubt.rule == rule).count();
        if alike < DOUBTS_KEPT {
            self.report.doubts.push(Doubt { rule: rule.to_owned(), message });
        } else {
            *self.more_doubts.entry(rule.to_owned()).or_default() += 1;
        }
    }

    /// Closes the figures when all walks are done. `follows_links`: in some walk a link or a token was found, so that an answer
    /// without one is the last.
    pub(crate) fn close(&mut self, follows_links: bool) {
        if self.unsigned > 0 && !follows_links {
            let walks =
                if self.unsigned == 1 { String::new() } else { format!(" of {} walks", self.unsigned) };
            let message = format!(
                "the first answer{walks} shows no sign of how the list goes on (Link header, URL, token, count of pages or \
                 rows): one page was read; if that is all, write `paginator: single_page`, else how it is paged"
            );
            self.doubt("no-sign-of-paging", message);
        }
        if self.unmatched > 0 && !self.matched {
            let message = format!(
                "the selector matched nothing in any of {} answers, and `on_missing_data: empty` takes that as no rows",
                self.unmatched
            );
            self.doubt("selector-matches-nothing", message);
        }
        let lost =
            [(self.report.skipped_pages, "page", "skipped"), (self.report.cut_walks, "walk", "cut short")];
        for (count, one, what) in lost.into_iter().filter(|(count, ..)| *count > 0) {
            let plural = if count == 1 { "" } else { "s" };
            self.doubt("incomplete", format!("{count} {one}{plural} {what} by a response action"));
        }
        let older = self.older_rows;
        if older > 0 {
            let message = format!(
                "{older} rows are older than the start that was asked for: they may be there already, and were appended"
            );
            self.doubt("older-than-asked", message);
        }
        let repeated = self.report.repeated_rows;
        if repeated > 0 && !self.keyed {
            let message = format!(
                "{repeated} rows were on the page before too: the list may have moved while it was read"
            );
            self.doubt("rows-repeated", message);
        }
        for (rule, more) in std::mem::take(&mut self.more_doubts) {
            self.report.doubts.push(Doubt { rule, message: format!("and {more} more like these") });
        }
    }
}
