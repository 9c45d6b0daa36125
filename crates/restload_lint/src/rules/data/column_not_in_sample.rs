//! `column-not-in-sample`: `columns` or `drop` name what no row of the sample has.

use std::collections::{BTreeMap, BTreeSet};

use restload_diag::{Diagnostic, Part, Pointer};
use restload_spec::{Path, Step, nearest};

use super::COLUMN_NOT_IN_SAMPLE;
use super::sampled::{fields, instead, places, renamed, with_rows};
use crate::lint::ENOUGH;
use crate::{Lint, Sample};

/// What is said at one place, of one resource or, under `defaults`, of several.
struct Named<'l> {
    name: String,
    part: Part,
    samples: Vec<&'l Sample>,
    is_there: bool,
}

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let mut named: BTreeMap<Pointer, Named<'_>> = BTreeMap::new();
    for (resource, sample) in with_rows(lint) {
        let mut note = |at: Pointer, part: Part, name: &str, is_there: bool| {
            let entry = named.entry(at);
            let said = entry.or_insert_with(|| Named {
                name: name.to_owned(),
                part,
                samples: Vec::new(),
                is_there: false,
            });
            said.samples.push(sample);
            said.is_there |= is_there;
        };
        if lint.is_sound(resource, "columns") {
            for name in resource.written.resource.columns.keys() {
                let is_there = sample.rows.iter().any(|row| row.get(name).is_some());
                note(resource.written.pointer(&["columns", name]), Part::Key, name, is_there);
            }
        }
        if lint.is_sound(resource, "drop") {
            for (n, path) in resource.plan.iter().flat_map(|plan| &plan.drop).enumerate() {
                let is_there = sample.rows.iter().any(|row| !path.select(row).is_empty());
                note(resource.written.pointer(&["drop", &n.to_string()]), Part::Value, path.text(), is_there);
            }
        }
    }
    let absent = named.into_iter().filter(|(_, said)| !said.is_there).take(ENOUGH);
    found.extend(absent.map(|(at, said)| fault(lint, at, &said)));
}

fn fault(lint: &Lint<'_>, at: Pointer, said: &Named<'_>) -> Diagnostic {
    let (name, samples) = (said.name.as_str(), &said.samples);
    let message = match samples.as_slice() {
        [one] => format!("no row of `{}` has `{name}`", one.path),
        several => {
            format!("no row in the samples of the {} resources that take it has `{name}`", several.len())
        }
    };
    let is_path = said.part == Part::Value && !is_name(name);
    let names: BTreeSet<String> = if is_path {
        samples.iter().flat_map(|sample| &sample.rows).flat_map(places).collect()
    } else {
        samples.iter().flat_map(|sample| fields(&sample.rows)).map(str::to_owned).collect()
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let near = nearest(name, names.iter().copied()).filter(|_| !is_path && samples.len() == 1);
    let fix = near.and_then(|near| renamed(lint, &at, said.part, near));
    let found = COLUMN_NOT_IN_SAMPLE.at(at, message).on(said.part);
    match fix {
        Some(fix) => found.fix(fix),
        None => found.help(instead(name, &names)),
    }
}

fn is_name(path: &str) -> bool {
    Path::parse(path).is_ok_and(|path| matches!(path.steps(), Some([Step::Key(_)])))
}
