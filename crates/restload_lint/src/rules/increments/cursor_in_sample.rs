//! `cursor-not-in-sample` and `cursor-not-in-format`: what the rows of the sample have where the cursor is read.

use restload_diag::Diagnostic;
use restload_spec::CursorFormat;
use restload_spec::plan::{CursorPlan, IncrementalPlan};
use serde_json::Value;

use super::{CURSOR_NOT_IN_FORMAT, CURSOR_NOT_IN_SAMPLE};
use crate::rules::data::sampled::{fields, instead, with_rows};
use crate::{Lint, Sample};

/// A cursor that rows lack.
pub(super) fn check_place(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for (increment, names, sample) in cursors(lint) {
        let lacking = sample.rows.iter().filter(|row| cursor_of(row, names).is_none()).count();
        if lacking == 0 || increment.skips_missing {
            continue;
        }
        let (name, path, of) = (names.join("."), &sample.path, sample.rows.len());
        let at = increment.at.join("cursor");
        found.push(if lacking == of {
            let message = format!("the cursor is `{name}`, and no row of `{path}` has it");
            CURSOR_NOT_IN_SAMPLE.at(at, message).help(in_its_place(names, &sample.rows))
        } else {
            let have = if lacking == 1 { "has" } else { "have" };
            let message = format!("{lacking} of the {of} rows of `{path}` {have} no `{name}`");
            CURSOR_NOT_IN_SAMPLE.at(at, message).help(
                "take a field that every row has, or leave such rows out with `on_missing_cursor: skip`",
            )
        });
    }
}

/// A cursor that is spelled in another way.
pub(super) fn check_format(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for (increment, names, sample) in cursors(lint) {
        let unread = |value: &&Value| increment.read(value).is_none();
        let Some(odd) = sample.rows.iter().filter_map(|row| cursor_of(row, names)).find(unread) else {
            continue;
        };
        let (name, path) = (names.join("."), &sample.path);
        let shown =
            if odd.is_object() || odd.is_array() { "no single value".to_owned() } else { odd.to_string() };
        let format = increment.at.join("format");
        let is_written = lint.is_written(&format);
        let at = if is_written { format } else { increment.at.join("cursor") };
        let read =
            if is_written { "not as `format` says" } else { "and without a `format` it is read as `iso`" };
        let message = format!("`{name}` is {shown} in `{path}`, {read}");
        let all: Vec<&Value> = sample.rows.iter().filter_map(|row| cursor_of(row, names)).collect();
        found.push(CURSOR_NOT_IN_FORMAT.at(at, message).help(match format_of(&all) {
            Some(format) => format!("write `format: {format}`"),
            None => format!("{}; several make a list", CursorFormat::NAMES),
        }));
    }
}

/// Milliseconds have more digits than seconds: those of 1973 to 5138.
const MILLISECONDS: std::ops::Range<f64> = 1e11..1e14;
/// Seconds since 1970, from 1973 to 5138.
const SECONDS: std::ops::Range<f64> = 1e8..1e11;

/// The one format that all values are surely in, as it is written in a spec.
fn format_of(values: &[&Value]) -> Option<&'static str> {
    let number = |value: &Value| match value {
        Value::String(text) => text.trim().parse::<f64>().ok(),
        value => value.as_f64(),
    };
    let all_in = |range: &std::ops::Range<f64>| {
        values.iter().all(|value| number(value).is_some_and(|number| range.contains(&number)))
    };
    if all_in(&MILLISECONDS) {
        return Some("unix_ms");
    }
    if all_in(&SECONDS) {
        return Some("unix");
    }
    let reads = |written: &&&str| {
        let format = CursorFormat::parse(written.trim_matches('"'));
        format.is_ok_and(|format| values.iter().all(|value| format.read(value).is_some()))
    };
    let moments = ["iso", "date", "\"%d.%m.%Y\"", "\"%Y/%m/%d\"", "\"%d/%m/%Y\"", "\"%m/%d/%Y\""];
    // Days and months can often be told apart by none of the rows: then nothing is said of which is which.
    let mut fitting = moments.iter().filter(reads);
    if let Some(format) = fitting.next() {
        return (*format == "iso" || fitting.next().is_none()).then_some(*format);
    }
    ["integer", "string"].iter().find(|format| reads(format)).copied()
}

/// The increments by a field of the row, with the sample's rows.
fn cursors<'l>(lint: &'l Lint<'_>) -> impl Iterator<Item = (&'l IncrementalPlan, &'l [String], &'l Sample)> {
    with_rows(lint).filter_map(|(resource, sample)| {
        let plan = resource.plan?;
        let increment = plan.incremental.as_ref()?;
        // What `add` makes of a row is known only once there is a run.
        let is_added = |names: &[String]| plan.add.iter().any(|(added, _)| names.first() == Some(added));
        match &increment.cursor {
            CursorPlan::Row(names) if lint.is_sound(resource, "incremental") && !is_added(names) => {
                Some((increment, names.as_slice(), sample))
            }
            _ => None,
        }
    })
}

/// What there is where the first name that is missing should be.
fn in_its_place(names: &[String], rows: &[Value]) -> String {
    let mut inner = rows.to_vec();
    for name in names {
        let below: Vec<Value> = inner.iter().filter_map(|row| row.get(name)).cloned().collect();
        if below.is_empty() || !below.iter().any(Value::is_object) {
            return instead(name, &fields(&inner));
        }
        inner = below;
    }
    "it is an object: name a field of it".to_owned()
}

fn cursor_of<'r>(row: &'r Value, names: &[String]) -> Option<&'r Value> {
    names.iter().try_fold(row, |value, name| value.get(name)).filter(|value| !value.is_null())
}
