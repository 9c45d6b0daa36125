//! `child-needs-field`: a template reads a field of a row above that no row of the sample has.

use restload_diag::{Diagnostic, Fix};
use restload_spec::plan::OnMissing;
use restload_spec::{Hole, Scope, nearest};
use serde_json::Value;

use super::CHILD_NEEDS_FIELD;
use crate::{Lint, Placed, Sample, Subject};

/// Fields that a help lists.
const LISTED: usize = 10;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        let Some(plan) = resource.plan else { continue };
        // Rows that lack the value are expected then, and the sample may hold such rows only.
        let skips = plan.parent.as_ref().is_none_or(|parent| parent.on_missing == OnMissing::Accept);
        if skips || !lint.is_sound(resource, "parent") {
            continue;
        }
        for placed in lint.templates(resource) {
            let holes = placed.template.holes().iter();
            found.extend(holes.filter_map(|hole| finding(lint, resource, &placed, hole)));
        }
    }
}

fn finding(lint: &Lint<'_>, resource: &Subject<'_>, placed: &Placed<'_>, hole: &Hole) -> Option<Diagnostic> {
    let (above, names) = match hole.scope {
        Scope::Parent | Scope::Batch => (lint.parent_of(resource)?, hole.path.as_slice()),
        Scope::Resources => {
            let (name, names) = hole.path.split_first()?;
            (lint.ancestors_of(resource).into_iter().find(|above| above.name() == name)?, names)
        }
        _ => return None,
    };
    let sample = usable_sample(lint, above)?;
    let known = known_names(above, sample, names)?;
    let (before, absent) = (&names[..known], &names[known]);
    let fields = fields(sample, before);
    let transforms = above.plan.is_some_and(|plan| plan.transform.is_some());
    let behind = if transforms { ", after the `transform`" } else { "" };
    let finding = CHILD_NEEDS_FIELD
        .at(placed.at.clone(), format!("no row of `{}` has `{}`", above.name(), names.join(".")))
        .within(hole.range.clone())
        .note(format!("the rows are those of {}{behind}", sample.path));
    let Some(near) = nearest(absent, fields.iter().copied()) else {
        let of = if before.is_empty() {
            "the rows have".to_owned()
        } else {
            format!("`{}` has", before.join("."))
        };
        return Some(finding.help(format!("{of} {}", listed(&fields))));
    };
    Some(match renamed(lint, placed, hole, hole.path.len() - names.len() + known, near) {
        Some(fix) => finding.fix(fix),
        None => finding.help(format!("did you mean `{near}`?")),
    })
}

/// The fix that writes another name in the place of one of a hole's; nothing where the hole is not plainly written.
fn renamed(lint: &Lint<'_>, placed: &Placed<'_>, hole: &Hole, index: usize, name: &str) -> Option<Fix> {
    let mut names: Vec<&str> =
        [hole.scope.name()].into_iter().chain(hole.path.iter().map(String::as_str)).collect();
    if placed.template.text().get(hole.range.clone()) != Some(names.join(".").as_str()) {
        return None;
    }
    names[index + 1] = name;
    let written = names.join(".");
    let edit = lint.document.rewrite_within(&placed.at, hole.range.clone(), &written)?;
    Some(Fix::new(format!("write `{written}`")).replace(edit.span, edit.replacement))
}

/// The sample of a resource, where its rows are what a run would make of it.
fn usable_sample<'s>(lint: &'s Lint<'_>, above: &'s Subject<'_>) -> Option<&'s Sample> {
    let sample = lint.sample(above)?;
    let is_sound = sample.fault.is_none()
        && sample.transform_fault.is_none()
        && !sample.rows.is_empty()
        && sample.rows.iter().all(Value::is_object);
    let line = std::iter::once(above).chain(lint.ancestors_of(above));
    let keys = ["data_selector", "transform", "add"];
    let is_known = |above: &Subject<'_>| keys.iter().all(|key| lint.is_sound(above, key));
    (is_sound && line.into_iter().all(is_known)).then_some(sample)
}

/// How many of the names lead somewhere, where not all of them do. Nothing where it is not known what a row has there.
fn known_names(above: &Subject<'_>, sample: &Sample, names: &[String]) -> Option<usize> {
    let added = above.plan.is_some_and(|plan| plan.add.iter().any(|(name, _)| Some(name) == names.first()));
    if added {
        return None;
    }
    let deepest = sample.rows.iter().map(|row| {
        let mut value = row;
        for (known, name) in names.iter().enumerate() {
            value = match value {
                Value::Object(fields) => match fields.get(name) {
                    Some(field) => field,
                    None => return Some(known),
                },
                Value::Array(items) => match name.parse::<usize>().ok().and_then(|index| items.get(index)) {
                    Some(item) => item,
                    None => return None,
                },
                // Below null everything is null, and the next row may have more there.
                Value::Null => return None,
                _ => return Some(known),
            };
        }
        None
    });
    deepest.collect::<Option<Vec<usize>>>()?.into_iter().max()
}

/// The names of the fields that rows have at a place.
fn fields<'s>(sample: &'s Sample, names: &[String]) -> Vec<&'s str> {
    let mut fields: Vec<&str> = Vec::new();
    for row in &sample.rows {
        let object = crate::sample::field(row, names).and_then(Value::as_object);
        for name in object.into_iter().flatten().map(|(name, _)| name.as_str()) {
            if !fields.contains(&name) {
                fields.push(name);
            }
        }
    }
    fields
}

fn listed(fields: &[&str]) -> String {
    let first: Vec<String> = fields.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    match fields.len().saturating_sub(LISTED) {
        _ if fields.is_empty() => "no field there".to_owned(),
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
