//! `selector-misses-sample`: where the rows should be in the sample, there are none.

use restload_diag::{Diagnostic, Part};
use restload_spec::nearest;
use restload_spec::plan::{OnMissing, ResourcePlan, Selector};
use serde_json::Value;

use super::SELECTOR_MISSES_SAMPLE;
use super::sampled::{at_own, called, described, listed, lists, renamed, sampled};
use crate::{Lint, Sample, Subject};

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for (resource, sample) in sampled(lint) {
        let Some(plan) = resource.plan else { continue };
        found.extend(match &sample.body {
            Some(body) => in_answer(lint, resource, plan, sample, body),
            None if plan.fetch.is_none() => in_rows(lint, resource, plan),
            None => None,
        });
    }
}

/// The rows of an answer.
fn in_answer(
    lint: &Lint<'_>,
    resource: &Subject<'_>,
    plan: &ResourcePlan,
    sample: &Sample,
    body: &Value,
) -> Option<Diagnostic> {
    let at = |message: String| at_own(&SELECTOR_MISSES_SAMPLE, lint, resource, "data_selector", message);
    let path = &sample.path;
    let candidates = lists(body);
    let shown: Vec<&str> = candidates.iter().map(String::as_str).collect();
    if let (Some(fault), Selector::Auto) = (&sample.fault, &plan.selector) {
        let found = at(format!("`auto` cannot choose the rows of `{path}`: {fault}")).note(described(body));
        return Some(
            found.help(match shown[..] {
                [] => "write the path of the rows: `data_selector: …`, `$` where the whole answer is one row"
                    .to_owned(),
                [only] => format!("`data_selector: {only}`"),
                _ => format!("write which is meant, `data_selector: …`: {}", listed(&shown)),
            }),
        );
    }
    if sample.fault.is_some() {
        return None;
    }
    if sample.matched || plan.on_missing_data == OnMissing::Accept {
        return no_objects(plan, sample, at);
    }
    let Selector::Path(selector) = &plan.selector else { return None };
    let found = at(format!("`{}` matches nothing in `{path}`", selector.text())).note(described(body));
    let near = nearest(selector.text(), shown.iter().copied());
    let fix = near
        .filter(|_| found.part == Part::Value)
        .and_then(|near| renamed(lint, &found.at, Part::Value, near));
    Some(match (fix, &shown[..]) {
        (Some(fix), _) => found.fix(fix),
        (None, []) => found.help(
            "write the path of the rows; `on_missing_data: empty` where the API leaves out an empty list",
        ),
        (None, [only]) => found.help(format!("`data_selector: {only}`")),
        (None, several) => found.help(format!("the lists of objects in it are {}", listed(several))),
    })
}

/// The rows in the rows of the resource above.
fn in_rows(lint: &Lint<'_>, resource: &Subject<'_>, plan: &ResourcePlan) -> Option<Diagnostic> {
    let above = lint.parent_of(resource)?;
    let sample = lint.sample(above)?;
    if sample.fault.is_some() || sample.transform_fault.is_some() || sample.rows.is_empty() {
        return None;
    }
    let at = |message: String| at_own(&SELECTOR_MISSES_SAMPLE, lint, resource, "data_selector", message);
    let (name, of) = (above.name(), sample.rows.len());
    let mut missing = sample.rows.iter().filter_map(|row| match plan.rows_in(row) {
        Ok((_, true)) => None,
        Ok((_, false)) => Some((row, None)),
        Err(fault) => Some((row, Some(fault))),
    });
    let Some((row, fault)) = missing.next() else {
        return lint.sample(resource).and_then(|sample| no_objects(plan, sample, at));
    };
    let missing = 1 + missing.count();
    match (&plan.selector, fault) {
        (Selector::Auto, fault) => {
            let fault = fault.unwrap_or_default();
            let found = at(format!("`auto` cannot choose the rows in a row of `{name}`: {fault}"))
                .note(described(row));
            Some(found.help("`data_selector: …`, the path of the list; `$` is the row itself"))
        }
        (Selector::Path(_), _) if plan.on_missing_data == OnMissing::Accept => None,
        (Selector::Path(selector), _) if missing < of => {
            let text = selector.text();
            let message = format!(
                "`{text}` matches nothing in {missing} of the {of} rows of `{name}` in `{}`",
                sample.path
            );
            Some(at(message).help("`on_missing_data: empty` where a row without it has none"))
        }
        (Selector::Path(selector), _) => {
            let message =
                format!("`{}` matches nothing in the rows of `{name}` in `{}`", selector.text(), sample.path);
            let found = at(message).note(described(row));
            let lists = lists(row);
            let near = nearest(selector.text(), lists.iter().map(String::as_str));
            let fix = near.filter(|_| found.part == Part::Value);
            Some(match fix.and_then(|near| renamed(lint, &found.at, Part::Value, near)) {
                Some(fix) => found.fix(fix),
                None => found.help("write the path of the list in the row; `$` is the row itself"),
            })
        }
    }
}

/// Rows of a table are objects.
fn no_objects(plan: &ResourcePlan, sample: &Sample, at: impl Fn(String) -> Diagnostic) -> Option<Diagnostic> {
    if plan.transform.is_some() {
        return None;
    }
    let odd = sample.selected.iter().find(|row| !row.is_object())?;
    let message = format!("the rows that it finds in `{}` are not objects, but {}", sample.path, called(odd));
    Some(at(message).help(match odd {
        Value::Array(_) => {
            "select what is in the lists too (`[*]`), or make objects of them: `transform: '{id: .[0]}'`"
        }
        _ => "make objects of them: `transform: '{value: .}'`",
    }))
}
