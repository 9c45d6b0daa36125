//! What a run found, moved into its outcome: figures, failures and what the reader should know.

use std::sync::PoisonError;

use restload_diag::{Diagnostic, Part, Pointer};

use super::RunSettings;
use super::drive::Run;
use super::fields::ancestors;
use super::open::note;
use crate::report::{Outcome, PaceReport};

/// Moves the figures of all resources into the outcome; what failed, and what hangs on it.
pub(super) fn close(run: &Run, settings: &RunSettings, outcome: &mut Outcome) {
    for (index, tally) in run.tallies.iter().enumerate() {
        let mut figures = tally.lock();
        let found = run.found[index].get();
        figures.close(found.is_some_and(|found| !found.is_counted()));
        let failures = std::mem::take(&mut figures.failures);
        for (count, failure) in failures.into_values() {
            let failure = match count {
                1 => failure,
                count => failure.note(format!(
                    "{} more {} of `{}` failed alike",
                    count - 1,
                    if count == 2 { "walk" } else { "walks" },
                    run.plan.resources[index].name
                )),
            };
            gather_failure(&mut outcome.failures, redacted(run, failure), &run.plan.resources[index].name);
        }
        if settings.strict && !figures.report.doubts.is_empty() && !figures.report.failed {
            figures.report.failed = true;
            for doubt in &figures.report.doubts {
                let at = run.plan.resources[index].at("");
                let fault = Diagnostic::error("incomplete", at, format!("{} (`--strict`)", doubt.message))
                    .on(Part::Key);
                outcome.failures.push(fault);
            }
        }
    }
    let failed: Vec<bool> = run.tallies.iter().map(|tally| tally.lock().report.failed).collect();
    for (index, tally) in run.tallies.iter().enumerate() {
        let mut report = tally.lock().report.clone();
        report.failed |= ancestors(&run.plan, index).any(|above| failed[above]);
        outcome.resources.push(report);
    }
    for report in &outcome.resources {
        if let Some(why) = &report.skipped {
            let index = run.plan.resources.iter().position(|resource| resource.name == report.name);
            let at = index.map_or_else(Pointer::root, |index| run.plan.resources[index].at(""));
            let message =
                format!("`{}`, and what hangs on it, is left as it was: the API answers {why}", report.name);
            outcome.notes.push(note("skipped-resource", at, run.redactor.redact(&message)));
        }
    }
    if let Some(connection) = run.connections.first() {
        let (halvings, fewest) = connection.pace();
        let concurrency = run.plan.client.concurrency;
        outcome.pace = PaceReport { concurrency, fewest, halvings };
        if halvings > 0 && outcome.failures.is_empty() {
            let times = if halvings == 1 { "once".to_owned() } else { format!("{halvings} times") };
            outcome.notes.push(note(
                "slowed-down",
                Pointer::root().join("client"),
                format!(
                    "the API refused requests (429) or grew slow: those in flight were halved {times}, from {concurrency} \
                     down to {fewest}"
                ),
            ));
        }
    }
    note_unkept_tokens(run, outcome);
    let chosen = run.chosen.lock().unwrap_or_else(PoisonError::into_inner);
    for (index, path) in chosen.iter() {
        let resource = &run.plan.resources[*index];
        outcome.notes.push(note(
            "selected",
            resource.at(""),
            format!("`{}`: the rows are at `{path}`", resource.name),
        ));
    }
    for (index, resource) in run.plan.resources.iter().enumerate() {
        let message = match (run.found[index].get(), run.tallies[index].lock().last_page.clone()) {
            (Some(found), _) => {
                format!("pages are followed by {}, found in the first answer", found.words())
            }
            (None, Some(why)) => format!("the first answer is the last page: {why}"),
            (None, None) => continue,
        };
        let at = resource.fetch.as_ref().map_or_else(|| resource.at(""), |fetch| fetch.paginator.at.clone());
        outcome.notes.push(note("paged", at, format!("`{}`: {message}", resource.name)));
    }
}

/// A refresh token that the API replaced, and that the next run will not have.
fn note_unkept_tokens(run: &Run, outcome: &mut Outcome) {
    let Some(connection) = run.connections.first() else { return };
    for resource in &run.plan.resources {
        let at = resource.auth_at().join("refresh_token");
        let is_noted = outcome.notes.iter().any(|note| note.at == at);
        if connection.tokens().has_unkept(&resource.auth) && !is_noted {
            let message = "the API gave out another refresh token, which the next run will not have";
            outcome.notes.push(note("refresh-token-changed", at, message.to_owned()).help(
                "if the one before serves once only, write `rotates: true` and give it as `file:PATH`",
            ));
        }
    }
}

/// How the note of resources that failed alike begins.
const ALIKE: &str = "failed alike: ";

/// Adds a failure to those of other resources; one that is the same at the same place is said once.
fn gather_failure(failures: &mut Vec<Diagnostic>, failure: Diagnostic, resource: &str) {
    let alike = failures.iter_mut().find(|known| {
        known.rule == failure.rule && known.at == failure.at && known.message == failure.message
    });
    match alike {
        Some(known) => match known.notes.last_mut().filter(|note| note.starts_with(ALIKE)) {
            Some(note) => note.extend([", `", resource, "`"]),
            None => known.notes.push(format!("{ALIKE}`{resource}`")),
        },
        None => failures.push(failure),
    }
}

/// Takes secrets out of all texts of a diagnostic.
pub(crate) fn redacted(run: &Run, mut diagnostic: Diagnostic) -> Diagnostic {
    let redact = |text: &mut String| *text = run.redactor.redact(text);
    redact(&mut diagnostic.message);
    diagnostic.notes.iter_mut().for_each(redact);
    diagnostic.help.iter_mut().for_each(redact);
    diagnostic
}
