//! Whether a load asks for what the load before asked for: a table that is replaced is then the same table.

use std::collections::{BTreeMap, BTreeSet};

use restload_spec::plan::{BoundInput, Disposition, Plan};
use restload_store::LoadRecord;
use serde_json::Value;

use crate::run::fields::ancestors;
use crate::run::identity::input_names;

/// What stands for the value of an input that was not given: a default such as `-30d` is another day each day.
const BY_DEFAULT: &str = "its default";

/// Of each table and each input that its rows hang on the value, as the record keeps it: those of `committed` as they are now, the
/// others as they were.
pub(super) fn fingerprint(
    plan: &Plan,
    committed: &BTreeSet<usize>,
    newest: Option<&LoadRecord>,
) -> BTreeMap<String, String> {
    let mut all = newest.map(|newest| newest.fingerprint.clone()).unwrap_or_default();
    for &table in committed {
        let of_table = key(plan, table, "");
        all.retain(|key, _| !key.starts_with(&of_table));
        let used = used(plan, table).into_iter();
        all.extend(used.map(|(name, input)| (key(plan, table, name), text(input))));
    }
    all
}

/// No name of a table has a blank in it.
fn key(plan: &Plan, table: usize, input: &str) -> String {
    format!("{} {input}", plan.tables[table].name)
}

fn text(input: &BoundInput) -> String {
    if input.from == BY_DEFAULT { BY_DEFAULT.to_owned() } else { input.value.to_string() }
}

/// The inputs that the rows of a table hang on, by its resources and those above them, without secrets.
fn used(plan: &Plan, table: usize) -> BTreeMap<&str, &BoundInput> {
    let line = |&index: &usize| std::iter::once(index).chain(ancestors(plan, index));
    let resources = plan.tables[table].resources.iter().flat_map(line).map(|index| &plan.resources[index]);
    let mut names = BTreeSet::new();
    for resource in resources {
        names.extend(input_names(plan, resource).into_iter().map(String::as_str));
        // Which input a `for_each` takes its items from is not known any more; it is one that is a list.
        if resource.combinations.iter().any(|combination| !is_empty(&combination.each)) {
            let lists = plan.inputs.iter().filter(|(_, input)| input.value.is_array());
            names.extend(lists.map(|(name, _)| name));
        }
    }
    let input = |name| Some((name, plan.inputs.get(name).filter(|input| !input.secret)?));
    names.into_iter().filter_map(input).collect()
}

fn is_empty(each: &Value) -> bool {
    each.is_null() || each.as_object().is_some_and(serde_json::Map::is_empty)
}

/// An input whose value is another one.
pub(super) struct Differing {
    pub(super) name: String,
    pub(super) was: String,
    pub(super) is: String,
}

/// An input that the rows of a table that is replaced hang on, and that has another value than when it was loaded.
pub(super) fn differing(plan: &Plan, table: usize, newest: Option<&LoadRecord>) -> Option<Differing> {
    if plan.tables[table].disposition != Disposition::Replace {
        return None;
    }
    let newest = newest?;
    used(plan, table).into_iter().find_map(|(name, input)| {
        let (was, is) = (newest.fingerprint.get(&key(plan, table, name))?, text(input));
        (*was != is).then(|| Differing { name: name.to_owned(), was: was.clone(), is })
    })
}
