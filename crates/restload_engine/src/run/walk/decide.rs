//! `paginator: auto`: how a walk goes on, decided on its first answer, and pinned for the load.

use std::collections::HashSet;
use std::sync::Arc;

use restload_diag::Diagnostic;
use restload_spec::plan::{FetchPlan, PaginatorKind, PaginatorPlan};
use restload_spec::signs::{self, Ambiguous, FirstAnswer, LastBy, LinkHeader, Signs, Untold};
use restload_spec::{AnswerPlace, RequestPlace};
use serde_json::Value;

use super::{Broken, State, Walk};
use crate::link;
use crate::paginate::auto::Found;
use crate::paginate::{self, Next, Position, StopReason};
use crate::run::answer::PageAnswer;
use crate::run::keep::Sum;
use crate::transport::{Body, RequestParts};

/// How far a walk is in finding out how it is paged.
#[derive(Debug, Default)]
pub(super) enum Decision {
    /// Nothing is known, or nothing is to be found out.
    #[default]
    Open,
    /// Pages are numbered, and the next answer tells from where they are counted.
    Counting(Arc<Found>, Box<signs::Followed>),
    /// It is known.
    Made(Arc<Found>),
}

impl State {
    /// The paginator that the walk goes by.
    pub(super) fn pager<'a>(&'a self, fetch: &'a FetchPlan) -> &'a PaginatorPlan {
        self.found().map_or(&fetch.paginator, |found| &found.plan)
    }

    pub(super) fn found(&self) -> Option<&Arc<Found>> {
        match &self.decision {
            Decision::Open => None,
            Decision::Counting(found, _) | Decision::Made(found) => Some(found),
        }
    }

    pub(super) fn is_counting(&self) -> bool {
        matches!(self.decision, Decision::Counting(..))
    }
}

impl Walk {
    /// Decides on the first answer how the walk goes on; the reason where it does not. For kinds that are written nothing is
    /// to be decided.
    pub(super) fn decide(
        &self,
        fetch: &FetchPlan,
        state: &mut State,
        answer: &PageAnswer,
        shown: &str,
    ) -> Result<Option<StopReason>, Broken> {
        let auto = matches!(fetch.paginator.kind, PaginatorKind::Auto { .. });
        if !auto || !matches!(state.decision, Decision::Open) {
            return Ok(None);
        }
        if let Some(found) = self.run.found[self.resource].get() {
            self.go_by(state, answer, Decision::Made(found.clone()), found.first());
            return Ok(None);
        }
        let signs = signs_of(state, answer);
        let signs = signs.map_err(|ambiguous| self.blame(ambiguous_signs(fetch, &ambiguous), Some(shown)))?;
        match signs {
            Signs::Next(followed) => {
                let found = Arc::new(Found::new(&fetch.paginator, &followed, None));
                if answer.single && found.is_counted() {
                    return Ok(Some(StopReason::SingleRow));
                }
                let first = found.first();
                let decision = if found.is_base_unknown() {
                    Decision::Counting(found, followed)
                } else {
                    Decision::Made(self.run.pin(self.resource, found))
                };
                self.go_by(state, answer, decision, first);
                Ok(None)
            }
            Signs::Last(by) if !answer.single => {
                self.note_last(&by);
                Ok(Some(match by {
                    LastBy::NoNext => StopReason::NoNext,
                    LastBy::HasMoreFalse => StopReason::HasMoreFalse,
                    LastBy::LastPage => StopReason::LastPage,
                    LastBy::TotalReached => StopReason::TotalReached,
                }))
            }
            Signs::Untold(untold) if !(answer.single && untold.rule == "incomplete") => {
                self.unsigned(fetch, state, answer, Some(&untold)).map(Some)
            }
            _ => self.unsigned(fetch, state, answer, None).map(Some),
        }
    }

    fn go_by(&self, state: &mut State, answer: &PageAnswer, decision: Decision, first: Position) {
        state.decision = decision;
        state.position = first;
        let total = self.total_place(state).and_then(|place| answer.count(place));
        state.progress.total = total.or(state.progress.total);
        state.first_total = state.first_total.or(total);
    }

    /// Where the answer says how many rows there are.
    pub(super) fn total_place<'a>(&'a self, state: &'a State) -> Option<&'a AnswerPlace> {
        self.plan().total.as_ref().or_else(|| state.found().and_then(|found| found.total.as_ref()))
    }

    /// The end of a walk of one page that shows no way to a next one. What the author wrote may prove that there is none.
    fn unsigned(
        &self,
        fetch: &FetchPlan,
        state: &State,
        answer: &PageAnswer,
        untold: Option<&Untold>,
    ) -> Result<StopReason, Broken> {
        let next = paginate::next(&fetch.paginator, &state.position, &state.progress, answer);
        let (next, _) = next.map_err(|error| self.blame_pager(fetch, &error.to_string(), ""))?;
        let reason = match next {
            Next::Stop(reason) => reason,
            Next::Fetch(_) => StopReason::SinglePage,
        };
        match untold {
            Some(untold)
                if matches!(
                    reason,
                    StopReason::SinglePage | StopReason::SingleRow | StopReason::EmptyPage
                ) =>
            {
                let message = format!(
                    "the first answer {}: one page was read{}; write `paginator: {}`",
                    untold.what,
                    self.who(),
                    untold.write
                );
                self.count(self.resource, |share| share.doubt(untold.rule, message));
            }
            None if reason == StopReason::SinglePage => {
                self.count(self.resource, |share| share.add(Sum::Unsigned, 1));
            }
            _ => {}
        }
        Ok(reason)
    }

    fn note_last(&self, by: &LastBy) {
        let why = match by {
            LastBy::NoNext => "it leaves the next page empty",
            LastBy::HasMoreFalse => "it says that there is no more",
            LastBy::LastPage => "it is the last by the API's count of pages",
            LastBy::TotalReached => "it has as many rows as the API says there are",
        };
        self.count(self.resource, |share| share.last_page(why));
    }

    /// Whether a page that was asked for as number 1 is the first one again, so that pages are counted from 1; otherwise
    /// they are counted from 0, and it is the second.
    pub(super) fn is_first_again(
        &self,
        fetch: &FetchPlan,
        state: &State,
        answer: &PageAnswer,
        shown: &str,
    ) -> Result<bool, Broken> {
        let before = state.before.as_ref().map(|(rows, _)| rows.as_slice()).unwrap_or_default();
        if answer.row_hashes == before {
            return Ok(true);
        }
        let known: HashSet<&u64> = before.iter().collect();
        let again = answer.row_hashes.iter().filter(|row| known.contains(row)).count();
        if answer.row_hashes.is_empty() || again * 2 >= before.len() {
            let message = "whether pages are counted from 0 or from 1 cannot be found out: page 1 is neither the first answer \
                           again nor another page";
            let fault = Diagnostic::error("paginator", fetch.paginator.at.clone(), message)
                .help("write `paginator: {type: page_number, param: …, start: …}`");
            return Err(self.blame(fault, Some(shown)).into());
        }
        Ok(false)
    }

    /// Pages are counted from `number`, which holds for the load.
    pub(super) fn count_from(&self, fetch: &FetchPlan, state: &mut State, number: i64) {
        if let Decision::Counting(_, followed) = &state.decision {
            let found = Arc::new(Found::new(&fetch.paginator, followed, Some(number)));
            state.decision = Decision::Made(self.run.pin(self.resource, found));
        }
    }
}

/// What the first answer of a walk tells of the next page.
pub(super) fn signs_of(state: &State, answer: &PageAnswer) -> Result<Signs, Ambiguous> {
    let nothing = (Vec::new(), Value::Null);
    let (rows_at, body) = answer.outside.as_ref().unwrap_or(&nothing);
    let links = link::parse(answer.headers.get_all("link"));
    let has = |rel: &str| links.iter().find(|link| link.rels.iter().any(|known| known == rel));
    let link = match has("next").filter(|link| !link.url.is_empty()) {
        Some(link) => LinkHeader::Next(&link.url),
        None if ["first", "last", "prev", "previous"].into_iter().any(|rel| has(rel).is_some()) => {
            LinkHeader::Others
        }
        None => LinkHeader::Silent,
    };
    signs::detect(&FirstAnswer {
        link,
        headers: answer.headers.pairs(),
        body,
        rows_at,
        rows: answer.rows as u64,
        url: answer.url.as_ref(),
        sent: &sent(&state.base),
    })
}

fn ambiguous_signs(fetch: &FetchPlan, ambiguous: &Ambiguous) -> Diagnostic {
    let Ambiguous { of, candidates, write } = ambiguous;
    let message = format!(
        "the first answer has {} {of} that could be of the next page: {}",
        candidates.len(),
        candidates.join(", ")
    );
    Diagnostic::error("paginator-ambiguous", fetch.paginator.at.clone(), message)
        .help(format!("say which it is: `paginator: {write}`"))
}

/// What a request carries, for the signs of paging in its answer.
fn sent(parts: &RequestParts) -> Vec<(RequestPlace, Value)> {
    let text = |(name, value): &(String, String)| (name.clone(), Value::from(value.as_str()));
    let own = parts.url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
    let params: Vec<(String, String)> = own.chain(parts.params.iter().cloned()).collect();
    let params = params.iter().map(text).map(|(name, value)| (RequestPlace::Param(name), value));
    let body: Vec<(RequestPlace, Value)> = match &parts.body {
        Body::Json(body) => signs::places_of_json(body),
        Body::Form(fields) => {
            fields.iter().map(text).map(|(name, value)| (RequestPlace::Form(name), value)).collect()
        }
        Body::Empty | Body::Text(_) => Vec::new(),
    };
    params.chain(body).collect()
}
