//! What holds for every walk whatever its paginator: no request twice, no page twice, no end without a doubt where there is one;
//! and how its failures say where they were.

use serde_json::Value;

use super::decide::signs_of;
use super::{Broken, State, Walk};
use crate::paginate::auto::Found;
use crate::paginate::{Answer, StopReason};
use crate::run::answer::PageAnswer;
use crate::run::context::RowContext;
use crate::run::fault::Fault;
use crate::run::keep::Sum;
use crate::transport::Request;
use restload_diag::Diagnostic;
use restload_spec::plan::{FetchPlan, PaginatorKind};
use restload_spec::signs::{Ambiguous, Signs, UntoldBy, Way};
use std::collections::HashSet;
use xxhash_rust::xxh3::Xxh3;

impl Walk {
    /// No request is asked twice in a walk.
    pub(super) fn note_asked(&self, state: &mut State, request: &Request) -> Result<u128, Broken> {
        let page = state.progress.pages + 1;
        let hash = hash_of(self.run.ledger.hasher(), request);
        let Some(earlier) = state.asked.insert(hash, page) else { return Ok(hash) };
        let shown = self.run.redactor.redact(&format!("{} {}", request.method, request.url));
        let message =
            format!("page {page} would be asked for by the request that page {earlier} came from: {shown}");
        let mut fault = Diagnostic::error("pagination-loops", self.pager_at(), message);
        if let Some((_, before)) = &state.before {
            fault = fault.note(format!("the answer that leads there: {before}"));
        }
        Err(self.blame(fault, None).into())
    }

    /// Takes a page into account: two non-empty pages in a row with the same content are a loop.
    pub(super) fn judge_page(
        &self,
        state: &mut State,
        answer: &mut PageAnswer,
        shown: &str,
    ) -> Result<(), Broken> {
        let total = self.total_place(state).and_then(|place| answer.count(place));
        let progress = &mut state.progress;
        progress.pages += 1;
        progress.rows += answer.rows as u64;
        progress.total = total.or(progress.total);
        state.first_total = state.first_total.or(total);
        if progress.pages == 1 {
            state.stride = answer.rows as u64;
        }
        if answer.rows == 0 {
            return Ok(());
        }
        if let Some((rows, before)) = &state.before {
            if *rows == answer.row_hashes {
                return Err(self.same_page(state.progress.pages, before, shown).into());
            }
            let rows: HashSet<&u64> = rows.iter().collect();
            let again = answer.row_hashes.iter().filter(|row| rows.contains(row)).count();
            self.count(self.resource, |share| share.add(Sum::RepeatedRows, again as u64));
        }
        state.before = Some((std::mem::take(&mut answer.row_hashes), shown.to_owned()));
        Ok(())
    }

    fn same_page(&self, page: u64, before: &str, shown: &str) -> Fault {
        let message = format!("page {page} has the same content as page {}", page - 1);
        let fault = Diagnostic::error("pagination-loops", self.pager_at(), message)
            .note(format!("page {}: {before}", page - 1))
            .note(format!("page {page}: {shown}"))
            .help("the API may not know the parameter that asks for the next page: compare `param` with its documentation");
        self.blame(fault, None)
    }

    /// What makes the end of a walk doubtful.
    pub(super) fn doubt_the_end(
        &self,
        fetch: &FetchPlan,
        state: &State,
        answer: &PageAnswer,
        reason: StopReason,
    ) {
        let doubt = |rule: &str, message: String| {
            let message = format!("{message}{}", self.who());
            self.count(self.resource, |share| share.doubt(rule, message));
        };
        if let Some(total) = state.progress.total
            && total != state.progress.rows
        {
            doubt(
                "incomplete",
                format!("the API says there are {total} rows, and {} came", state.progress.rows),
            );
        }
        if let Some(place) = &self.plan().total
            && state.first_total.is_none()
            && let Some(value) = answer.values(place).into_iter().find(|value| !value.is_null())
        {
            let found = shape(&value);
            doubt(
                "total-unread",
                format!("what stands at `total` is {found}, and should be a number of rows"),
            );
        }
        let link = answer.link("next");
        let pager = state.pager(fetch);
        let by_link = matches!(pager.kind, PaginatorKind::HeaderLink { .. });
        if link.is_some() && !(by_link && reason == StopReason::NoNext) {
            doubt("untaken-next", "the last answer names a next page in its Link header".to_owned());
        }
        let next = match &pager.kind {
            PaginatorKind::Cursor { next, .. } | PaginatorKind::JsonLink { next } => answer.values(next),
            _ => Vec::new(),
        };
        let named = next.iter().any(|next| !matches!(next, Value::Null | Value::Bool(false)) && next != "");
        if named && matches!(reason, StopReason::ShortPage | StopReason::EmptyPage) {
            doubt(
                "untaken-next",
                format!("the walk ended by {reason}, and the last answer names a next page"),
            );
        }
        if reason != StopReason::HasMoreFalse
            && let Some(test) = &pager.has_more
        {
            let values = answer.values(&test.place);
            if test.holds(&values.iter().collect::<Vec<_>>()) {
                doubt(
                    "has-more",
                    format!("the walk ended by {reason}, and the last answer says that there is more"),
                );
            }
        }
        let is_auto = matches!(fetch.paginator.kind, PaginatorKind::Auto { .. });
        let ends_itself =
            matches!(reason, StopReason::HasMoreFalse | StopReason::TotalReached | StopReason::LastPage);
        if !is_auto
            && !ends_itself
            && !named
            && link.is_none()
            && !answer.single
            && answer.rows > 0
            && self.run.is_undecided(self.resource)
            && let Some((rule, what)) = self.sign_of_more(fetch, state, answer)
        {
            doubt(rule, format!("the walk ended by {reason} after its first answer, which {what}"));
        }
    }

    /// What an answer says of a next page to which the paginator that is written does not lead. Beside a link, a token may stand in a
    /// last answer too.
    fn sign_of_more(
        &self,
        fetch: &FetchPlan,
        state: &State,
        answer: &PageAnswer,
    ) -> Option<(&'static str, String)> {
        let by_link =
            matches!(fetch.paginator.kind, PaginatorKind::HeaderLink { .. } | PaginatorKind::JsonLink { .. });
        match signs_of(state, answer) {
            Ok(Signs::Next(followed)) if matches!(followed.way, Way::HeaderLink) => None,
            Ok(Signs::Next(followed)) if by_link && matches!(followed.way, Way::Cursor { .. }) => None,
            Ok(Signs::Next(followed)) => {
                let found = Found::new(&fetch.paginator, &followed, None);
                Some(("untaken-next", format!("tells of a next page by {}", found.words())))
            }
            Ok(Signs::Untold(untold)) => {
                let is_said = match untold.by {
                    UntoldBy::Token => by_link,
                    UntoldBy::Flag => fetch.paginator.has_more.is_some(),
                    UntoldBy::Total => self.plan().total.is_some(),
                };
                (!is_said).then_some((untold.rule, untold.what))
            }
            Err(ambiguous) => {
                let Ambiguous { of, candidates, .. } = ambiguous;
                let what = format!(
                    "has {} {of} that could be of the next page: {}",
                    candidates.len(),
                    candidates.join(", ")
                );
                Some(("untaken-next", what))
            }
            Ok(Signs::Last(_) | Signs::None) => None,
        }
    }

    fn pager_at(&self) -> restload_diag::Pointer {
        self.plan().fetch.as_ref().map_or_else(|| self.plan().at(""), |fetch| fetch.paginator.at.clone())
    }

    pub(super) fn blame_pager(&self, fetch: &FetchPlan, message: &str, shown: &str) -> Fault {
        self.blame(Diagnostic::error("paginator", fetch.paginator.at.clone(), message), Some(shown))
    }

    /// Adds to a failure of writing from which request its rows came.
    pub(super) fn blame_writing(&self, written: Result<(), Broken>, state: &State) -> Result<(), Broken> {
        match written {
            Err(Broken::Failed(fault)) => {
                let shown = state.before.as_ref().map(|(_, shown)| shown.as_str());
                Err(self.blame(fault, shown).into())
            }
            other => other,
        }
    }

    /// Adds to a failure which request it was, and for which row above.
    pub(super) fn blame(&self, fault: impl Into<Fault>, shown: Option<&str>) -> Fault {
        let fault: Fault = fault.into();
        let fault = *fault;
        let fault = match shown {
            Some(shown) if !shown.is_empty() => fault.note(format!("request: {shown}")),
            _ => fault,
        };
        Box::new(match self.ancestry() {
            Some(ancestry) => fault.note(ancestry),
            None => fault,
        })
    }

    /// The rows above, in words.
    fn ancestry(&self) -> Option<String> {
        let plan = &self.run.plan;
        let of = |row: &RowContext| format!("`{}` {}", plan.resources[row.resource].name, row.row);
        let words = match (&self.seed.parent, self.seed.batch.as_slice()) {
            (Some(parent), _) => {
                let rows = parent.lineage().map(of).collect::<Vec<_>>().join(", of ");
                match *self.seed.position {
                    [.., page, row] => format!("row {} of page {page} of {rows}", row + 1),
                    _ => rows,
                }
            }
            (None, [first, .., last]) => format!("a batch of rows from {} to {}", of(first), of(last)),
            (None, [one]) => of(one),
            (None, []) => return None,
        };
        Some(self.run.redactor.redact(&format!("for {words}")))
    }

    pub(super) fn who(&self) -> String {
        self.ancestry().map(|ancestry| format!(" ({ancestry})")).unwrap_or_default()
    }
}

fn hash_of(mut hasher: Xxh3, request: &Request) -> u128 {
    hasher.update(request.method.as_bytes());
    hasher.update(b" ");
    hasher.update(request.url.as_str().as_bytes());
    for (name, value) in &request.headers {
        hasher.update(b"\n");
        hasher.update(name.as_bytes());
        hasher.update(b":");
        hasher.update(value.as_bytes());
    }
    if let Some((_, body)) = &request.body {
        hasher.update(b"\n\n");
        hasher.update(body);
    }
    hasher.digest128()
}

/// What a value is, in words.
fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "no whole number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
