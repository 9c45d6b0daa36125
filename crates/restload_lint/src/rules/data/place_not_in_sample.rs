//! `place-not-in-sample`: what the paginator looks for is not in the sample.

use restload_diag::{Diagnostic, Part, Pointer};
use restload_spec::plan::PaginatorKind;
use restload_spec::{AnswerPlace, Path, Step, nearest};
use serde_json::{Map, Value};

use super::PLACE_NOT_IN_SAMPLE;
use super::sampled::{at_own, described, fields, headers, instead, is_shared, places, renamed, sampled};
use crate::{Lint, Sample, Subject};

/// A place that a resource reads in its answers.
struct Read<'l> {
    key: &'static [&'static str],
    place: &'l AnswerPlace,
    /// It may be absent where nothing comes after: only what should hold it has to be there.
    may_be_absent: bool,
    /// What happens without it.
    then: &'static str,
}

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for (resource, sample) in sampled(lint) {
        let Some(body) = sample.body.as_ref().filter(|_| sample.fault.is_none()) else { continue };
        let kept = headers(lint, sample);
        for read in reads(resource) {
            if !lint.is_sound(resource, read.key[0]) {
                continue;
            }
            let is_there = match read.place {
                AnswerPlace::Body(path) => is_in(path, body, read.may_be_absent),
                AnswerPlace::Row(path) => {
                    let last = sample.selected.last();
                    last.is_none_or(|row| !path.select(row).is_empty())
                }
                AnswerPlace::Header(name) => {
                    let mut names = kept.iter().flat_map(|(_, headers)| headers.keys());
                    read.may_be_absent
                        || kept.is_none()
                        || names.any(|known| known.eq_ignore_ascii_case(name))
                }
            };
            if !is_there {
                found.push(fault(lint, resource, sample, body, kept.as_ref(), &read));
            }
        }
    }
}

fn reads<'l>(resource: &Subject<'l>) -> Vec<Read<'l>> {
    const ONE_BY_ONE: &str = "pages are asked for one by one, and that all came cannot be proved";
    const ENDS: &str = "the first page would be taken for the last";
    let Some((plan, fetch)) = resource.plan.and_then(|plan| Some((plan, plan.fetch.as_ref()?))) else {
        return Vec::new();
    };
    let mut reads = Vec::new();
    let mut read = |key, place: Option<&'l AnswerPlace>, may_be_absent, then| {
        reads.extend(place.map(|place| Read { key, place, may_be_absent, then }));
    };
    read(&["total"], plan.total.as_ref(), false, ONE_BY_ONE);
    match &fetch.paginator.kind {
        PaginatorKind::PageNumber { total_pages, .. } => {
            read(&["paginator", "total_pages"], total_pages.as_ref(), false, ONE_BY_ONE);
        }
        PaginatorKind::Cursor { next, .. } | PaginatorKind::JsonLink { next } => {
            read(&["paginator", "next"], Some(next), true, ENDS);
        }
        PaginatorKind::Auto { .. }
        | PaginatorKind::SinglePage
        | PaginatorKind::Offset { .. }
        | PaginatorKind::HeaderLink { .. } => {}
    }
    let has_more = fetch.paginator.has_more.as_ref().map(|test| &test.place);
    read(&["paginator", "has_more"], has_more, true, "no walk would end by it");
    reads
}

fn is_in(path: &Path, body: &Value, may_be_absent: bool) -> bool {
    if !path.select(body).is_empty() {
        return true;
    }
    let Some(steps) = path.steps().filter(|_| may_be_absent) else { return may_be_absent };
    let above = steps.split_last().map_or(steps, |(_, above)| above);
    let mut holder = body;
    for step in above {
        let next = match step {
            Step::Key(name) => holder.get(name),
            Step::Index(index) => holder.get(index),
            Step::Wildcard => return true,
        };
        match next {
            Some(Value::Null) => return true,
            Some(next) => holder = next,
            None => return false,
        }
    }
    matches!(
        (steps.last(), holder),
        (Some(Step::Key(_)), Value::Object(_)) | (Some(Step::Index(_)), Value::Array(_))
    )
}

fn fault(
    lint: &Lint<'_>,
    resource: &Subject<'_>,
    sample: &Sample,
    body: &Value,
    kept: Option<&(String, Map<String, Value>)>,
    read: &Read<'_>,
) -> Diagnostic {
    let key = read.key.join(".");
    let path = &sample.path;
    let message = match read.place {
        AnswerPlace::Body(place) => {
            format!("`{key}` is read at `{}`, which is not in `{path}`: {}", place.text(), read.then)
        }
        AnswerPlace::Row(place) => {
            format!(
                "`{key}` is read at `{}` of the last row, which is not in `{path}`: {}",
                place.text(),
                read.then
            )
        }
        AnswerPlace::Header(name) => {
            format!("`{key}` is read from the header `{name}`, which is not beside `{path}`: {}", read.then)
        }
    };
    let found = at_own(&PLACE_NOT_IN_SAMPLE, lint, resource, read.key[0], message);
    let found = if found.part == Part::Value { innermost(lint, found, &read.key[1..]) } else { found };
    let place = match read.place {
        AnswerPlace::Body(place) => place,
        AnswerPlace::Row(place) => return found.help(instead(place.text(), &fields(&sample.selected))),
        AnswerPlace::Header(name) => {
            let names: Vec<&str> =
                kept.iter().flat_map(|(_, headers)| headers.keys().map(String::as_str)).collect();
            return found.help(instead(name, &names));
        }
    };
    let paths = places(body);
    let names: Vec<&str> = paths.iter().map(String::as_str).collect();
    let fix = nearest(place.text(), names.iter().copied())
        .filter(|_| found.part == Part::Value && !read.may_be_absent)
        .and_then(|near| renamed(lint, &found.at, Part::Value, near));
    match fix {
        Some(fix) => found.fix(fix),
        None if names.is_empty() => {
            found.note(described(body)).help("name where the API writes it, or take it away")
        }
        None => found.help(instead(place.text(), &names)),
    }
}

/// Moves a finding down the keys that are written where the resource is; what stands there by an alias is not.
fn innermost(lint: &Lint<'_>, found: Diagnostic, keys: &[&str]) -> Diagnostic {
    let at = keys.iter().chain(&["path"]).fold(found.at.clone(), |at: Pointer, key| {
        let inner = at.join(key);
        if is_shared(lint, &inner) { at } else { inner }
    });
    Diagnostic { at, ..found }
}
