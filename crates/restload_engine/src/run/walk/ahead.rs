//! Pages that are asked for before the one in front of them has come.

use super::{Broken, State, Task, Walk};
use crate::paginate::{self, Patch};
use crate::run::answer::PageAnswer;
use crate::transport::strip_auth;
use restload_spec::plan::FetchPlan;
use std::sync::Arc;

impl Walk {
    /// Finds out, after the first page, which pages can be asked for at once.
    pub(super) fn run_ahead(
        &self,
        fetch: &FetchPlan,
        state: &mut State,
        answer: &PageAnswer,
        next: &Patch,
    ) -> Result<(), Broken> {
        let shrunk = answer.rows as u64 != state.stride;
        if shrunk {
            state.window.clear();
            state.ahead = None;
            state.may_run_ahead = false;
        }
        let begins = std::mem::take(&mut state.resumes) || state.progress.pages == 1;
        if begins && state.may_run_ahead && !state.is_counting() {
            state.ahead = paginate::ahead(
                state.pager(fetch),
                &state.position,
                state.stride,
                state.progress.total,
                answer,
            )
            .map_err(|error| self.blame_pager(fetch, &error.to_string(), ""))?;
            // The next page is asked for by the walk itself.
            if let Some(ahead) = &mut state.ahead
                && ahead.next().is_none_or(|(patch, _)| patch != *next)
            {
                state.ahead = None;
            }
        }
        Ok(())
    }

    /// Keeps as many pages on their way as the memory and the slots allow.
    pub(super) fn refill(self: &Arc<Self>, fetch: &FetchPlan, state: &mut State) {
        let Some(ahead) = &mut state.ahead else { return };
        while state.window.len() + 1 < self.run.width_ahead(self.resource) {
            let Some((patch, _)) = ahead.next() else { break };
            let Ok(mut parts) = paginate::apply(
                &patch,
                &state.base,
                &state.base.url,
                fetch.paginator.keep_params,
                &self.run.redactor,
            ) else {
                break;
            };
            strip_auth(&mut parts.url, &self.plan().auth);
            let task = tokio::spawn(self.clone().fetch(parts, false));
            state.window.push_back((patch, Task(task)));
        }
    }
}
