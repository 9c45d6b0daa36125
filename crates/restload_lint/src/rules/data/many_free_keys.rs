//! `many-free-keys`: the keys of an object are data, and each would become a column or field.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use restload_diag::{Diagnostic, Part};
use restload_spec::Step;
use restload_spec::plan::ResourcePlan;
use restload_spec::spec::Nested;
use serde_json::Value;

use super::MANY_FREE_KEYS;
use super::sampled::{is_written, listed, with_rows};
use crate::{Lint, Subject};

/// Fields with values of one kind that nobody writes down one by one.
const MANY: usize = 50;

/// The keys that an object has in any row.
#[derive(Default)]
struct Keys<'v> {
    seen: HashSet<&'v str>,
    /// In the order in which they first come.
    names: Vec<&'v str>,
    kinds: BTreeSet<&'static str>,
}

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for (resource, sample) in with_rows(lint) {
        let written = &resource.written.resource;
        let is_text = written.nested == Some(Nested::Json) || resource.written.is_broken("nested");
        let Some(plan) = resource.plan.filter(|_| !is_text && is_written(resource)) else { continue };
        let is_left_out = |name: &str| {
            written.columns.get(name).is_some_and(|column| column.kind == "json" || column.kind == "string")
                || resource.written.is_broken("columns")
                || is_dropped(plan, name)
        };
        let mut objects: BTreeMap<Vec<&str>, Keys<'_>> = BTreeMap::new();
        for row in sample.rows.iter().filter_map(Value::as_object) {
            let own: Vec<_> = row.iter().filter(|(name, _)| !is_left_out(name)).collect();
            note(&own, &[], &mut objects);
        }
        let mut said: Vec<&[&str]> = Vec::new();
        for (path, keys) in &objects {
            // What is in an object of free keys is said with it.
            if let Some(what) = keys.are_data(path.is_empty())
                && !said.iter().any(|above| path.starts_with(above))
            {
                found.push(fault(resource, &sample.path, path, keys, what));
                said.push(path);
            }
        }
    }
}

fn is_dropped(plan: &ResourcePlan, name: &str) -> bool {
    plan.drop.iter().any(|path| matches!(path.steps(), Some([Step::Key(key)]) if key == name))
}

fn note<'v>(
    fields: &[(&'v String, &'v Value)],
    path: &[&'v str],
    objects: &mut BTreeMap<Vec<&'v str>, Keys<'v>>,
) {
    let keys = objects.entry(path.to_vec()).or_default();
    for (name, value) in fields {
        if keys.seen.insert(name.as_str()) {
            keys.names.push(name);
        }
        keys.kinds.extend(kind(value));
    }
    // Deeper objects would be text in a struct of their own size; five levels show what there is to see.
    if path.len() >= 5 {
        return;
    }
    for (name, value) in fields {
        let below: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
        let items = value.as_array().map_or(std::slice::from_ref(*value), Vec::as_slice);
        for object in items.iter().filter_map(Value::as_object) {
            note(&object.iter().collect::<Vec<_>>(), &below, objects);
        }
    }
}

fn kind(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some("flag"),
        Value::Number(_) => Some("number"),
        Value::String(_) => Some("text"),
        Value::Array(_) => Some("list"),
        Value::Object(_) => Some("object"),
    }
}

impl Keys<'_> {
    /// What the keys are or have, where they are data.
    fn are_data(&self, are_columns: bool) -> Option<&'static str> {
        let all = |is: fn(&str) -> bool| self.names.iter().all(|name| is(name));
        let count = self.names.len();
        let is_like = self.kinds.len() == 1;
        if count >= 2 && all(is_uuid) {
            Some("are identifiers")
        } else if count >= 2 && all(is_date) {
            Some("are dates")
        } else if count >= 2
            && all(is_number)
            && (count > 12 || self.names.iter().any(|name| name.len() >= 4))
        {
            Some("are numbers")
        } else if count >= 4 && is_like && all(is_code) {
            Some("are codes")
        } else if count > MANY && is_like && !are_columns {
            Some("have values of one kind")
        } else {
            None
        }
    }
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Codes of currencies and countries.
fn is_code(name: &str) -> bool {
    matches!(name.len(), 2 | 3) && name.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_uuid(name: &str) -> bool {
    let lengths = name.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// `2026-01`, `2026-01-31`, with or without a time.
fn is_date(name: &str) -> bool {
    let day = name.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split('-').collect();
    matches!(parts.len(), 2 | 3)
        && parts[0].len() == 4
        && parts[1..].iter().all(|part| part.len() == 2)
        && parts.iter().all(|part| is_number(part))
}

fn fault(resource: &Subject<'_>, sample: &str, path: &[&str], keys: &Keys<'_>, what: &str) -> Diagnostic {
    let names: Vec<&str> = keys.names.iter().copied().take(3).collect();
    let count = keys.names.len();
    let etc = if count > 3 { ", …" } else { "" };
    let (message, help) = match path {
        [] => (
            format!(
                "the keys of the rows in `{sample}` {what} ({}{etc}): each becomes a column",
                listed(&names)
            ),
            "make a row of each: `transform: 'to_entries[] | {name: .key, value: .value}'`".to_owned(),
        ),
        [column, ..] => (
            format!(
                "the {count} keys of `{}` in `{sample}` {what} ({}{etc}): each becomes a field of its own",
                path.join("."),
                listed(&names)
            ),
            format!(
                "`columns: {{{column}: json}}` keeps it as text; `transform` with `to_entries[]` makes a row of each"
            ),
        ),
    };
    MANY_FREE_KEYS.at(resource.written.at(), message).on(Part::Key).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_data(names: &[&'static str], kinds: &[&'static str]) -> Option<&'static str> {
        let keys =
            Keys { seen: HashSet::new(), names: names.to_vec(), kinds: kinds.iter().copied().collect() };
        keys.are_data(false)
    }

    #[test]
    fn keys_that_are_data_are_told_from_names() {
        assert_eq!(are_data(&["2026-01-31", "2026-02-01T00:00:00Z"], &["number"]), Some("are dates"));
        assert_eq!(are_data(&["10482", "7"], &["object"]), Some("are numbers"));
        assert_eq!(
            are_data(&["8f14e45f-ceea-467f-a8d6-1f2d3c4b5a69", "0f14e45f-ceea-467f-a8d6-1f2d3c4b5a69"], &[]),
            Some("are identifiers")
        );
        assert_eq!(are_data(&["USD", "EUR", "GBP", "JPY"], &["number"]), Some("are codes"));
        assert_eq!(are_data(&["1", "2", "3", "4", "5"], &["number"]), None, "counts of stars");
        assert_eq!(are_data(&["ID", "URL", "UTM", "SKU"], &["number", "text"]), None);
        assert_eq!(are_data(&["2026"], &["number"]), None);
        assert_eq!(are_data(&["name", "street-no"], &["text"]), None);
    }
}
