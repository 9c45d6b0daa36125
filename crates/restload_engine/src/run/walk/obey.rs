//! What a walk does when a response action says that an answer is not read.

use restload_diag::Diagnostic;
use restload_spec::plan::FetchPlan;

use super::{Broken, MOST_SKIPPED, State, Walk};
use crate::paginate;
use crate::run::actions::Ruled;
use crate::run::keep::{RequestKept, Sum};
use crate::transport::RequestParts;

/// Where a walk goes on.
pub(super) enum Obeyed {
    /// With this request.
    Next(Box<RequestParts>),
    /// Nowhere.
    End,
}

impl Walk {
    /// Leaves out a page, a walk or a resource; it is counted. `what` is the answer in words.
    pub(super) fn obey(
        &self,
        fetch: &FetchPlan,
        state: &mut State,
        ruled: Ruled,
        what: &str,
        shown: &str,
    ) -> Result<Obeyed, Broken> {
        match ruled {
            Ruled::SkipPage => self.skip_page(fetch, state, what, shown),
            Ruled::RestartWalk => self.restart(state, what, shown),
            Ruled::EndWalk => {
                state.progression.cut_unless(state.progress.pages == 0 && self.is_of_child());
                let is_empty = state.progress.pages == 0 && self.is_of_child();
                let sum = if is_empty { Sum::EmptyWalks } else { Sum::CutWalks };
                self.count(self.resource, |share| share.add(sum, 1));
                state.cut |= !is_empty;
                Ok(Obeyed::End)
            }
            Ruled::SkipResource => Err(Broken::Skipped(format!("{what}; request: {shown}"))),
        }
    }

    fn is_of_child(&self) -> bool {
        self.seed.parent.is_some() || !self.seed.batch.is_empty()
    }

    /// Begins anew from `start`, once: what was stored does not count any more.
    fn restart(&self, state: &State, what: &str, shown: &str) -> Result<Obeyed, Broken> {
        let why = match &self.slice {
            Some(slice) if slice.resumes && state.progress.pages == 0 && state.pages_before == 0 => {
                return Err(Broken::Restart);
            }
            Some(slice) if slice.resumes => "rows of it were read already",
            _ => "it began without a stored cursor",
        };
        let message = format!("the walk is to begin anew, and cannot: {why}");
        let fault = Diagnostic::error("cannot-restart", self.plan().at(""), message);
        Err(self.blame(fault.note(format!("answer: {what}")), Some(shown)).into())
    }

    fn skip_page(
        &self,
        fetch: &FetchPlan,
        state: &mut State,
        what: &str,
        shown: &str,
    ) -> Result<Obeyed, Broken> {
        state.skipped += 1;
        let fault = |message: String| {
            let fault = Diagnostic::error("cannot-skip", fetch.paginator.at.clone(), message);
            Broken::from(self.blame(fault.note(format!("answer: {what}")), Some(shown)))
        };
        if state.skipped > MOST_SKIPPED {
            return Err(fault(format!(
                "{MOST_SKIPPED} pages in a row were skipped: that may be the end of the list"
            )));
        }
        let next = paginate::skip(state.pager(fetch), &state.position, state.stride)
            .map_err(|error| self.blame_pager(fetch, &error.to_string(), shown))?;
        let Some((patch, position)) = next else {
            return Err(fault(
                "a page is to be skipped, and only its answer would tell which is the next".to_owned(),
            ));
        };
        state.progression.cut();
        self.count(self.resource, |share| share.add(Sum::SkippedPages, 1));
        state.cut = true;
        state.window.clear();
        state.may_run_ahead = false;
        state.position = position;
        let next = paginate::apply(
            &patch,
            &state.base,
            &state.base.url,
            fetch.paginator.keep_params,
            &self.run.redactor,
        )
        .map_err(|error| self.blame_pager(fetch, &error.to_string(), shown))?;
        state.asked_by = RequestKept::of(&patch, &next.url);
        Ok(Obeyed::Next(Box::new(next)))
    }
}
