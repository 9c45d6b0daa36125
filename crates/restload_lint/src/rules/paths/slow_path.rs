//! `slow-path`: a selector for which each page is built as a whole tree, where one pass over its text would do.

use restload_diag::Diagnostic;
use restload_spec::plan::Selector;
use restload_spec::{Path, SlowPart};
use serde_json::Value;

use super::SLOW_PATH;
use crate::{Lint, Subject};

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        let Some(plan) = resource.plan else { continue };
        // With a program values are built for its sake, whatever the selector.
        if plan.transform.is_some() || resource.written.resource.transform.is_some() {
            continue;
        }
        if let Selector::Path(path) = &plan.selector
            && path.steps().is_none()
            && lint.is_sound(resource, "data_selector")
        {
            found.push(finding(lint, resource, path));
        }
    }
}

fn finding(lint: &Lint<'_>, resource: &Subject<'_>, path: &Path) -> Diagnostic {
    let parts = path.slow_parts();
    let what = parts.first().map_or("this path", |part| name(*part));
    let of = if resource.plan.is_some_and(|plan| plan.fetch.is_some()) { "page" } else { "row above" };
    let message = format!("{what} needs each {of} as a whole in memory, and reading is several times slower");
    let finding = SLOW_PATH.at(resource.at("data_selector"), message);
    if let Some(plain) = plain(lint, resource, path) {
        return finding.help(format!("in the sample `{plain}` finds the same"));
    }
    finding.help(match parts.first() {
        Some(SlowPart::Filter) => {
            "ask the API for these rows only, with a parameter, or leave the filter to what reads the table"
        }
        Some(SlowPart::Descendants) => "write the names that lead there: `$.data.items`, `$.groups[*].items`",
        Some(SlowPart::Slice) => "`[*]` takes all items; what reads the table can leave some out",
        Some(SlowPart::Union) => "two resources of one `table` select one of them each",
        Some(SlowPart::FromEnd) | None => "an index from the front, `[0]`, is followed as the page is read",
    })
}

fn name(part: SlowPart) -> &'static str {
    match part {
        SlowPart::Filter => "a filter",
        SlowPart::Descendants => "`..`",
        SlowPart::Slice => "a slice",
        SlowPart::Union => "a list of names or indices",
        SlowPart::FromEnd => "an index from the end",
    }
}

/// The path of names and `[*]` that finds the same in the sample; only for what `..` finds, which is what the sample can
/// tell.
fn plain(lint: &Lint<'_>, resource: &Subject<'_>, path: &Path) -> Option<String> {
    if path.slow_parts() != [SlowPart::Descendants] || resource.plan?.fetch.is_none() {
        return None;
    }
    let body = lint.sample(resource)?.body.as_ref()?;
    let wanted = path.select(body);
    let way = way_to(body, wanted.first()?)?;
    let text = way.concat();
    let plain = Path::parse(&format!("${text}")).ok()?;
    let same = plain.select(body);
    let is_same =
        same.len() == wanted.len() && same.iter().zip(&wanted).all(|(one, other)| std::ptr::eq(*one, *other));
    let short = text.strip_prefix('.').filter(|short| Path::parse(short).is_ok());
    is_same.then(|| short.map_or(format!("${text}"), str::to_owned))
}

/// The segments that lead to a value, `[*]` for each list on the way.
fn way_to(from: &Value, to: &Value) -> Option<Vec<String>> {
    if std::ptr::eq(from, to) {
        return Some(Vec::new());
    }
    let (segment, mut way) = match from {
        Value::Array(items) => ("[*]".to_owned(), items.iter().find_map(|item| way_to(item, to))?),
        Value::Object(fields) => {
            let (name, way) = fields.iter().find_map(|(name, field)| Some((name, way_to(field, to)?)))?;
            let dotted = format!(".{name}");
            let is_plain = Path::parse(&format!("${dotted}")).is_ok();
            (
                if is_plain {
                    dotted
                } else {
                    format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
                },
                way,
            )
        }
        _ => return None,
    };
    way.insert(0, segment);
    Some(way)
}
