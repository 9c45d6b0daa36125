//! What the rows of a resource have in common with the row that they are read for: a field that names it, or all of it.

use restload_spec::{Scope, Step};
use serde_json::Value;

use crate::api::{Api, Context, Fetched, Walk};
use crate::names;
use crate::sample::Frame;
use crate::steps::{At, get, put, text_of};
use crate::vary::is_telling;

/// Rows of the parent's sample that are compared with.
const COMPARED: usize = 20;

/// The kinship of a resource's rows with the rows above.
#[derive(Debug, Default)]
pub(crate) struct Kin {
    /// Each row is the row above once more, with more or fewer fields.
    pub(crate) same: bool,
    /// Fields that hold the value of a hole: where, and which.
    links: Vec<(At, usize)>,
}

impl Kin {
    /// Puts in a row what it has from the row above.
    pub(crate) fn relate(&self, row: &mut Value, walk: &Walk) {
        if self.same
            && let Some(parent) = &walk.parent
        {
            overlay(row, &parent.raw);
        }
        for (at, hole) in &self.links {
            let Some(value) = walk.values.get(*hole).filter(|value| !value.is_null()) else { continue };
            match get(row, at) {
                Some(Value::String(_)) => put(row, at, Value::from(text_of(value))),
                Some(old) if old.is_null() && at.len() > 1 => {}
                Some(_) => put(row, at, value.clone()),
                None => {}
            }
        }
    }
}

impl Api {
    /// The kinship of a resource's rows, found out from the samples.
    pub(crate) fn kin<'a>(&'a self, endpoint: usize, fetched: &'a Fetched) -> &'a Kin {
        fetched.kin.get_or_init(|| {
            let above =
                self.endpoints[endpoint].parent.map(|parent| self.contexts(parent)).unwrap_or_default();
            let above: Vec<&Context> = above.iter().take(COMPARED).map(|context| &**context).collect();
            self.find_kin(endpoint, fetched, &above)
        })
    }

    fn find_kin(&self, endpoint: usize, fetched: &Fetched, above: &[&Context]) -> Kin {
        let places = leaves(fetched.variety.samples());
        let mut links: Vec<(At, usize)> = Vec::new();
        for (hole, _) in fetched.holes.iter().enumerate() {
            let names = self.names_of(endpoint, fetched, hole);
            let values = self.values_above(fetched, hole, above);
            for at in &places {
                if links.iter().any(|(known, _)| known == at) {
                    continue;
                }
                let is_named = names.contains(&name_of(at));
                let equals = || {
                    fetched
                        .variety
                        .samples()
                        .iter()
                        .filter_map(|row| get(row, at))
                        .any(|value| is_telling(value) && values.contains(&text_of(value)))
                };
                if is_named || (!is_key(fetched, at) && equals()) {
                    links.push((at.clone(), hole));
                }
            }
        }
        let same = self.is_same_entity(endpoint, fetched, above, &links);
        if !same && links.is_empty() && matches!(fetched.sample.frame, Frame::Single(_)) {
            links.extend(self.key_in_path(endpoint, fetched));
        }
        Kin { same, links }
    }

    /// The names that a field with the value of a hole may have.
    fn names_of(&self, endpoint: usize, fetched: &Fetched, hole: usize) -> Vec<String> {
        let (hole, given) = &fetched.holes[hole];
        let last = names::snake(hole.path.last().map_or("", String::as_str));
        let resource = match hole.scope {
            Scope::Resources => hole.path.first().map(|name| names::of_resource(name)),
            Scope::Parent | Scope::Batch => {
                let parent = self.endpoints[endpoint].parent.map(|parent| &self.endpoints[parent].plan.name);
                parent.map(|name| names::of_resource(name))
            }
            _ => None,
        };
        let mut found: Vec<String> =
            given.iter().flat_map(|name| [name.clone(), names::singular(name)]).collect();
        found.extend(given.iter().chain(&resource).map(|thing| format!("{thing}_{last}")));
        found.push(last);
        found.retain(|name| !names::is_identity(name) && name != "ids" && name != "name" && name != "code");
        found
    }

    /// The values of a hole for the rows of the sample above.
    fn values_above(&self, fetched: &Fetched, hole: usize, above: &[&Context]) -> Vec<String> {
        let values = above
            .iter()
            .filter_map(|context| self.value_of(&fetched.holes[hole].0, Some(context), &Value::Null));
        values.map(|value| text_of(&value)).collect()
    }

    /// The key of a row that is asked for by what the path ends in.
    fn key_in_path(&self, endpoint: usize, fetched: &Fetched) -> Option<(At, usize)> {
        if !self.endpoints[endpoint].plan.ends_in_hole() {
            return None;
        }
        let [key] = fetched.variety.keys() else { return None };
        let of_path = fetched.holes.iter().rposition(|(hole, _)| hole.scope != Scope::Each)?;
        Some((key.at.clone(), of_path))
    }

    /// Whether a row is the row above once more: it has half of the fields of the other, and the one that is asked by, or
    /// the key of the other with a value of it.
    fn is_same_entity(
        &self,
        endpoint: usize,
        fetched: &Fetched,
        above: &[&Context],
        links: &[(At, usize)],
    ) -> bool {
        let one_each = matches!(fetched.sample.frame, Frame::Single(_)) || fetched.ask.batch.is_some();
        let asked_by =
            fetched.holes.iter().find(|(hole, _)| matches!(hole.scope, Scope::Parent | Scope::Batch));
        let (true, Some((hole, _))) = (one_each, asked_by) else { return false };
        let [field] = hole.path.as_slice() else { return false };
        let row = fetched.variety.samples().iter().find_map(Value::as_object);
        let first = above.first().and_then(|context| context.raw.as_object());
        let (Some(row), Some(first)) = (row, first) else { return false };
        let named_otherwise = links.iter().any(|(at, _)| at.first() != Some(&Step::Key(field.clone())));
        let common = first.keys().filter(|name| row.contains_key(*name)).count();
        let is_asked_by = || row.contains_key(field) && first.contains_key(field);
        let parent =
            self.endpoints[endpoint].parent.and_then(|parent| self.endpoints[parent].fetched.as_ref());
        let has_key = || {
            let key = parent.and_then(|parent| parent.variety.keys().first());
            let value = key.and_then(|key| get(fetched.variety.samples().first()?, &key.at));
            value.is_some()
                && above.iter().any(|context| key.and_then(|key| get(&context.raw, &key.at)) == value)
        };
        !named_otherwise && 2 * common >= first.len() && (is_asked_by() || has_key())
    }
}

/// The fields of rows that may hold an id: at the top, and one level below as `….id`.
fn leaves(rows: &[Value]) -> Vec<At> {
    let mut places: Vec<At> = Vec::new();
    let mut note = |at: At| {
        if !places.contains(&at) {
            places.push(at);
        }
    };
    for (name, field) in rows.iter().filter_map(Value::as_object).flatten() {
        match field {
            Value::Object(inner) => {
                for inner in inner.keys().filter(|inner| names::is_identity(inner)) {
                    note(vec![Step::Key(name.clone()), Step::Key(inner.clone())]);
                }
            }
            Value::Array(_) => {}
            _ => note(vec![Step::Key(name.clone())]),
        }
    }
    places
}

/// `listId` is `list_id`, and so is `list.id`.
fn name_of(at: &At) -> String {
    let names: Vec<String> = at
        .iter()
        .filter_map(|step| if let Step::Key(name) = step { Some(names::snake(name)) } else { None })
        .collect();
    names.join("_")
}

fn is_key(fetched: &Fetched, at: &At) -> bool {
    fetched.variety.keys().iter().any(|key| key.at == *at)
}

/// Takes over the fields of another object that `row` has too.
fn overlay(row: &mut Value, other: &Value) {
    let (Value::Object(fields), Value::Object(others)) = (row, other) else { return };
    for (name, new) in others {
        let Some(field) = fields.get_mut(name) else { continue };
        if field.is_object() && new.is_object() {
            overlay(field, new);
        } else {
            *field = new.clone();
        }
    }
}
