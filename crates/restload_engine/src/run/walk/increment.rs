//! The range of a walk: its slices one after another, the bounds in its requests, and how far it has come.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use restload_diag::Diagnostic;
use restload_spec::AnswerPlace;
use restload_spec::plan::IncrementalPlan;
use restload_spec::spec::Sorted;

use super::{Broken, State, Walk};
use crate::paginate::Answer as _;
use crate::run::answer::PageAnswer;
use crate::run::extract::Extracted;
use crate::run::increment::{self, Ended};
use crate::run::keep::{At, Sum, TakenWalk};
use crate::transport::RequestParts;

impl Walk {
    /// Makes all slices of the walk; one whose stored cursor the API refuses begins anew.
    pub(super) async fn make_slices(self: &Arc<Self>, plan: &IncrementalPlan) -> Result<(), Broken> {
        let taken = self.taken().await?;
        let resumes = taken.as_ref().is_none_or(|taken| !taken.stand.without_cursor);
        match self.make_from(plan, resumes, taken).await {
            Err(Broken::Restart) => {
                self.shared.without_cursor.store(true, Ordering::Relaxed);
                self.make_from(plan, false, None).await
            }
            made => made,
        }
    }

    async fn make_from(
        self: &Arc<Self>,
        plan: &IncrementalPlan,
        resumes: bool,
        taken: Option<TakenWalk>,
    ) -> Result<(), Broken> {
        let run = &self.run;
        let table = self.plan().combinations[self.seed.combination].table;
        let appends = table.is_some_and(|table| run.plan.tables[table].disposition.appends());
        let known = increment::identify(run, self.resource, &self.seed);
        let state =
            known.as_ref().filter(|_| resumes).and_then(|(id, _)| run.cursors.of(&self.plan().name, id));
        let slices = increment::cut(plan, &run.cursors, state, appends).map_err(|message| {
            self.blame(Diagnostic::error("increment-range", plan.at.clone(), message), None)
        })?;
        let from = slices.first().and_then(|slice| slice.from.clone());
        let slices: Vec<Arc<Self>> = slices
            .into_iter()
            .enumerate()
            .map(|(part, slice)| {
                Arc::new(Self {
                    identity: self.identity,
                    run: run.clone(),
                    resource: self.resource,
                    seed: self.seed.clone(),
                    slice: Some(slice),
                    part,
                    shared: self.shared.clone(),
                })
            })
            .collect();
        let start = Box::pin(self.take_over(taken, &slices)).await?;
        let (mut pages, mut progression, mut resumed) = (start.pages, start.progression, start.resumed);
        for walk in slices.iter().skip(start.slice).filter(|_| !start.done) {
            let made = Box::pin(walk.clone().make_one(pages, progression, resumed.take())).await?;
            let Some((read, come)) = made else { return Ok(()) };
            (pages, progression) = (read, come);
            if walk.part + 1 < slices.len() {
                self.note_stand(walk.part + 1, pages, At::Begin, &progression);
                self.run.window_ended().await.map_err(Broken::Failed)?;
            }
        }
        if !start.done {
            self.note_stand(slices.len(), pages, At::Done, &progression);
            self.run.keep_up().await.map_err(Broken::Failed)?;
        }
        if let Some((id, of)) = known {
            let (reached, token, fresh) = progression.into_parts();
            let of = run.redactor.redact(&of);
            run.cursors.end(self.resource, id, Ended { of, appends, reached, token, from, fresh });
        }
        Ok(())
    }

    /// Puts the bounds into a request.
    pub(super) fn set_bounds(&self, base: &mut RequestParts) -> Result<(), Broken> {
        let (Some(plan), Some(slice)) = (&self.plan().incremental, &self.slice) else { return Ok(()) };
        let bounds =
            [(&plan.start_param, &slice.start, "start_param"), (&plan.end_param, &slice.end, "end_param")];
        for (place, value, key) in bounds {
            // A bound that is not known leaves what the author wrote there.
            let Some(place) = place.as_ref().filter(|_| !value.is_null()) else { continue };
            base.set(place, value).map_err(|error| {
                self.blame(Diagnostic::error("request-place", plan.at.join(key), error.to_string()), None)
            })?;
        }
        Ok(())
    }

    /// Takes a page into account.
    pub(super) fn progress(
        &self,
        state: &mut State,
        extracted: &mut Extracted,
        answer: &PageAnswer,
        shown: &str,
    ) -> Result<(), Broken> {
        let (Some(plan), Some(slice)) = (&self.plan().incremental, &self.slice) else { return Ok(()) };
        if let Some(path) = plan.token() {
            let values = answer.values(&AnswerPlace::Body(path.clone()));
            state.progression.token(values.into_iter().next());
            return Ok(());
        }
        let judged = &mut extracted.judged;
        self.count(self.resource, |share| {
            share.add(Sum::OutsideRows, judged.outside);
            share.add(Sum::SeenRows, judged.seen);
            share.add(Sum::CursorlessRows, judged.missing);
            share.add(Sum::OlderRows, judged.older);
        });
        let checked = state.progression.page(judged, slice.judge.upper.as_ref());
        checked.map_err(|(before, after)| {
            let order = match plan.sorted {
                Some(Sorted::Desc) => "desc",
                _ => "asc",
            };
            let message = format!("`sorted: {order}`, but {after} comes after {before}");
            let fault = Diagnostic::error("not-sorted", plan.at.join("sorted"), message)
                .help("leave `sorted` out where the API promises no order");
            self.blame(fault, Some(shown)).into()
        })
    }

    /// Whether all further rows are older than the start.
    pub(super) fn is_past(&self, state: &State) -> bool {
        self.slice.as_ref().is_some_and(|slice| state.progression.is_past(slice.from.as_ref()))
    }
}
