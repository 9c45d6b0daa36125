//! `param-set-twice`: a request says itself what its paginator, or its increment, puts in the same place.

use std::ops::Range;

use restload_diag::{Diagnostic, Fix, Part, Pointer};
use restload_spec::plan::{FetchPlan, IncrementalPlan, PaginatorKind, ValueTemplate};
use restload_spec::{CursorKind, Node, RequestPlace, Step, Style};
use serde_json::Value;

use super::PARAM_SET_TWICE;
use crate::{Lint, Subject};

/// What a paginator or an increment puts into a request.
struct Set<'a> {
    /// Which of them.
    by: &'static str,
    /// Where that stands.
    at: &'a Pointer,
    /// Where it puts it.
    place: &'a RequestPlace,
    /// Its key that names the place.
    key: &'static str,
    /// Its key that says the value.
    value_key: &'static str,
    /// What the first request carries, where it is known.
    value: Option<Value>,
}

/// What a request says itself.
struct Said<'a> {
    at: Pointer,
    within: Option<Range<usize>>,
    value: Option<&'a Value>,
}

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        let Some(plan) = resource.plan else { continue };
        let Some(fetch) = plan.fetch.as_ref() else { continue };
        let paging = lint.is_sound(resource, "paginator").then(|| of_paginator(fetch));
        let increment = plan.incremental.as_ref().filter(|_| lint.is_sound(resource, "incremental"));
        for set in paging.into_iter().flatten().chain(increment.into_iter().flat_map(of_increment)) {
            let Some(said) = said(resource, fetch, set.place) else { continue };
            // What is of the resource's own over parameters of `defaults` is meant to win.
            let of_defaults = |at: &Pointer| at.segments().next() == Some("defaults");
            if of_defaults(&said.at) && !of_defaults(set.at) {
                continue;
            }
            found.push(finding(lint, &set, said));
        }
    }
}

fn of_paginator(fetch: &FetchPlan) -> Vec<Set<'_>> {
    let paginator = &fetch.paginator;
    let (by, at) = ("paginator", &paginator.at);
    let literal = |start: &ValueTemplate| match start {
        ValueTemplate::Literal(value) => Some(value.clone()),
        _ => None,
    };
    let (key, value_key) = ("param", "start");
    let counted = match &paginator.kind {
        // A cursor without a `start` begins with what the request says itself.
        PaginatorKind::PageNumber { param, start, .. }
        | PaginatorKind::Offset { param, start }
        | PaginatorKind::Cursor { param, start: Some(start), .. } => {
            Some(Set { by, at, place: param, key, value_key, value: literal(start) })
        }
        _ => None,
    };
    let size = paginator.size.as_ref().and_then(|(place, size)| {
        let value = Some(Value::from(*size));
        Some(Set { by, at, place: place.as_ref()?, key: "size_param", value_key: "size", value })
    });
    counted.into_iter().chain(size).collect()
}

/// The bounds that every request carries. One that is not known yet leaves what the request says itself.
fn of_increment(plan: &IncrementalPlan) -> Vec<Set<'_>> {
    let (by, at, value) = ("increment", &plan.at, None);
    let start = plan.start_param.as_ref().filter(|_| plan.start.is_some());
    let start = start.map(|place| Set {
        by,
        at,
        place,
        key: "start_param",
        value_key: "start",
        value: value.clone(),
    });
    let is_known = plan.end.is_some() || (plan.kind() == CursorKind::Moment && plan.token().is_none());
    let end = plan.end_param.as_ref().filter(|_| is_known);
    let end = end.map(|place| Set { by, at, place, key: "end_param", value_key: "end", value });
    start.into_iter().chain(end).collect()
}

/// Where the request says something at a place.
fn said<'a>(resource: &'a Subject<'_>, fetch: &FetchPlan, place: &RequestPlace) -> Option<Said<'a>> {
    let written = &resource.written.resource;
    let named = |key: &str, name: &str, value: &'a Value| Said {
        at: resource.written.pointer(&[key, name]),
        within: None,
        value: Some(value),
    };
    match place {
        RequestPlace::Param(name) => match written.params.get(name) {
            Some(value) => Some(named("params", name, value)),
            None => {
                let within = in_query(fetch.path.text(), name)?;
                Some(Said { at: resource.at("path"), within: Some(within), value: None })
            }
        },
        RequestPlace::Header(name) => {
            let (name, value) = written.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            Some(named("headers", name, value))
        }
        RequestPlace::Form(name) => Some(named("form", name, written.form.as_ref()?.get(name)?)),
        RequestPlace::Json(path) => {
            let mut value = written.json.as_ref()?;
            let mut names = vec!["json".to_owned()];
            for step in path.steps()? {
                let (name, inner) = match step {
                    Step::Key(name) => (name.clone(), value.get(name)?),
                    Step::Index(index) => (index.to_string(), value.get(index)?),
                    Step::Wildcard => return None,
                };
                names.push(name);
                value = inner;
            }
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Some(Said { at: resource.written.pointer(&names), within: None, value: Some(value) })
        }
    }
}

/// The bytes of `name=value` in the query that a path has itself.
fn in_query(path: &str, name: &str) -> Option<Range<usize>> {
    let mut start = path.find('?')? + 1;
    for pair in path[start..].split('&') {
        if pair.split('=').next() == Some(name) {
            return Some(start..start + pair.len());
        }
        start += pair.len() + 1;
    }
    None
}

fn finding(lint: &Lint<'_>, set: &Set<'_>, said: Said<'_>) -> Diagnostic {
    let (by, name) = (set.by, name_of(set.place));
    let own = said.value.and_then(word);
    let sent = set.value.as_ref().and_then(word);
    let is_same = own.is_some() && own == sent;
    let message = match (&sent, set.key) {
        _ if is_same => format!("the {by} sets `{name}` too, to the same value"),
        (Some(sent), "size_param") => format!("the {by} sets `{name}` too, and wins: {sent} is sent"),
        (Some(sent), _) => {
            format!("the {by} sets `{name}` too, and wins: the first request sends {sent}")
        }
        (None, _) => format!("the {by} sets `{name}` too, and wins: the value here is never sent"),
    };
    let at = set.at.join(set.key);
    let label = if lint.is_written(&at) { at } else { set.at.clone() };
    let finding =
        PARAM_SET_TWICE.at_key(said.at.clone(), message).label(label, Part::Value, format!("the {by}'s"));
    let finding = match said.within {
        Some(within) => finding.on(Part::Value).within(within),
        None => finding,
    };
    if is_same && let Some(fix) = without_entry(lint, &said.at) {
        return finding.fix(fix);
    }
    finding.help(match own.filter(|_| !is_same) {
        Some(own) => {
            format!("leave it out here; if {own} is meant, write `{}: {own}` in the {by}", set.value_key)
        }
        None if is_same => "leave it out here".to_owned(),
        None => {
            format!("leave it out here; to send another value, set `{}` of the {by}", set.value_key)
        }
    })
}

fn name_of(place: &RequestPlace) -> &str {
    match place {
        RequestPlace::Param(name) | RequestPlace::Form(name) | RequestPlace::Header(name) => name,
        RequestPlace::Json(path) => path.text(),
    }
}

/// What a value is in a request, where it is a number: any text may be a secret.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The fix that takes an entry out of its map, where nothing else goes with it.
fn without_entry(lint: &Lint<'_>, at: &Pointer) -> Option<Fix> {
    let segments: Vec<&str> = at.segments().collect();
    let (name, above) = segments.split_last()?;
    let map: &Node = lint.document.get(&above.iter().copied().collect())?;
    let entries = map.entries();
    let index = entries.iter().position(|entry| entry.key == *name)?;
    let text = lint.document.source().text.as_str();
    // What is behind an anchor is meant for others too.
    let before = text[..map.span.start].trim_end_matches([' ', '\n', '\r']);
    let is_anchored = before.rsplit([' ', '\n']).next().is_some_and(|word| word.starts_with('&'));
    if map.alias.is_some() || is_anchored || entries.len() < 2 || entries[index].value.alias.is_some() {
        return None;
    }
    let entry = &entries[index];
    let span = match map.style {
        Style::Flow => match entries.get(index + 1) {
            Some(next) => entry.key_span.start..next.key_span.start,
            None => entries[index - 1].value.span.end..entry.value.span.end,
        },
        Style::Block => {
            let start = text[..entry.key_span.start].rfind('\n').map_or(0, |newline| newline + 1);
            let end = text[entry.value.span.end..]
                .find('\n')
                .map_or(text.len(), |newline| entry.value.span.end + newline + 1);
            let is_alone = text[start..entry.key_span.start].trim().is_empty()
                && text[entry.value.span.end..end].trim().is_empty();
            is_alone.then_some(start..end)?
        }
        _ => return None,
    };
    let is_plain = !text[span.clone()].contains('#') && text[span.clone()].trim_end().lines().count() == 1;
    is_plain.then(|| Fix::new(format!("remove `{name}` here")).delete(span))
}

#[cfg(test)]
mod tests {
    use restload_diag::{Source, apply_fixes};

    use crate::{lint, no_samples};

    /// The line of `params` after the fix, where there is one.
    fn mended(params: &str) -> Option<String> {
        let text = format!(
            "version: 1\nname: a\nclient: {{base_url: 'https://a.example'}}\nresources:\n  a:\n    path: a\n    \
             paginator: page_number\n{params}"
        );
        let linted = lint(Source::new("a.yaml", &text), Some("a"), &no_samples, jiff::Timestamp::UNIX_EPOCH);
        let found = linted.diagnostics.iter().find(|found| found.rule == "param-set-twice").unwrap();
        let applied = apply_fixes(&text, found.fix.as_ref());
        (applied.applied > 0)
            .then(|| applied.text[applied.text.find("page_number\n").unwrap() + 12..].to_owned())
    }

    #[test]
    fn an_entry_is_removed_where_nothing_else_goes_with_it() {
        for (before, after) in [
            ("    params: {page: 1, q: x} # why\n", "    params: {q: x} # why\n"),
            ("    params: {q: x, page: 1}\n", "    params: {q: x}\n"),
            ("    params: {q: x, 'page': \"1\", r: é}\n", "    params: {q: x, r: é}\n"),
            ("    params:\n      page: 1\n      q: x\n", "    params:\n      q: x\n"),
            ("    params:\n      q: x\n      page: 1", "    params:\n      q: x\n"),
        ] {
            assert_eq!(mended(before).as_deref(), Some(after), "{before}");
        }
    }

    #[test]
    fn an_entry_stays_that_is_alone_is_explained_or_is_meant_for_others_too() {
        for params in [
            "    params: {page: 1}\n",
            "    params:\n      page: 1\n",
            "    params:\n      page: 1 # the first\n      q: x\n",
            "    params: {page: 1, # the first\n      q: x}\n",
            "    params: &all {page: 1, q: x}\n  b: {path: b, params: *all, paginator: single_page}\n",
            "    params: &all\n      page: 1\n      q: x\n  b: {path: b, params: *all, paginator: single_page}\n",
            "    params: {page: 2, q: x}\n",
            "    params: {page: '{{run.id}}', q: x}\n",
        ] {
            assert_eq!(mended(params), None, "{params}");
        }
    }
}
