//! Paths into answers and rows, found in samples.

use restload_spec::Node;
use serde_json::Value;

use crate::kin::Kin;
use crate::rows;

/// How deep objects are looked into.
const DEPTH: usize = 3;

/// How many paths are offered at most.
const MOST: usize = 100;

/// A path, with what stands there in the sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) detail: String,
}

/// The paths of an answer to what may be its rows: lists of objects, and the answer itself.
pub(super) fn lists(body: &Value) -> Vec<Place> {
    let mut places = Vec::new();
    walk(body, &mut Vec::new(), &mut |names, value| {
        if let Value::Array(items) = value
            && items.iter().all(Value::is_object)
        {
            let plural = if items.len() == 1 { "" } else { "s" };
            places.push(Place { path: path(names), detail: format!("{} object{plural}", items.len()) });
        }
    });
    if body.is_object() {
        places.push(Place { path: "$".to_owned(), detail: "the object itself".to_owned() });
    }
    places
}

/// The paths of an answer to single values that are wanted.
pub(super) fn scalars(body: &Value, is_wanted: impl Fn(&Value) -> bool) -> Vec<Place> {
    let mut places = Vec::new();
    walk(body, &mut Vec::new(), &mut |names, value| {
        if !names.is_empty() && !value.is_array() && !value.is_object() && is_wanted(value) {
            places.push(Place { path: path(names), detail: rows::example(names, value) });
        }
    });
    places
}

/// The paths of rows to all their fields.
pub(super) fn fields<'v>(rows: impl IntoIterator<Item = &'v Value>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for row in rows {
        walk(row, &mut Vec::new(), &mut |names, value| {
            let path = if names.is_empty() { return } else { path(names) };
            if places.len() < MOST && !places.iter().any(|known| known.path == path) {
                places.push(Place { path, detail: rows::example(names, value) });
            }
        });
    }
    places
}

/// Goes through a value and the objects in it.
fn walk<'v>(value: &'v Value, names: &mut Vec<&'v str>, seen: &mut impl FnMut(&[&str], &Value)) {
    seen(names, value);
    if names.len() == DEPTH {
        return;
    }
    for (name, inner) in value.as_object().into_iter().flatten().take(MOST) {
        names.push(name);
        walk(inner, names, seen);
        names.pop();
    }
}

/// A path of names as it is written: with dots where all are short names.
fn path(names: &[&str]) -> String {
    let is_short = |name: &&str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    if names.is_empty() {
        return "$".to_owned();
    }
    if names.iter().all(is_short) {
        return names.join(".");
    }
    let quoted = names.iter().map(|name| format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'")));
    format!("${}", quoted.collect::<String>())
}

/// The path that a resource is asked by, for that of its children.
pub(super) fn path_of(kin: &Kin<'_>, resource: &str) -> String {
    let node = kin.resource(resource).and_then(|resource| resource.child("path"));
    let path = node
        .and_then(Node::text)
        .filter(|path| !path.contains(['{', '"', '\\', '$', '?']))
        .unwrap_or(resource);
    path.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use restload_spec::Path;
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_to_what_they_were_found_for() {
        let body = json!({"data": {"items": [{"id": 1}], "it's": [], "tags": ["a"]}, "@next": "x", "meta": {"total": 5}});
        let said: Vec<_> =
            lists(&body).into_iter().map(|place| format!("{}: {}", place.path, place.detail)).collect();
        assert_eq!(said, ["data.items: 1 object", "$['data']['it\\'s']: 0 objects", "$: the object itself"]);
        let scalars: Vec<_> = scalars(&body, |_| true).into_iter().map(|place| place.path).collect();
        assert_eq!(scalars, ["$['@next']", "meta.total"]);
        for path in lists(&body).into_iter().map(|place| place.path).chain(scalars) {
            assert!(Path::parse(&path).unwrap().first(&body).is_some(), "{path}");
        }
        assert_eq!(
            lists(&json!([{"id": 1}, {"id": 2}]))[0],
            Place { path: "$".into(), detail: "2 objects".into() }
        );
    }

    #[test]
    fn fields_of_rows_are_found_within_objects() {
        let rows = [json!({"id": 1, "a": {"b": 2}}), json!({"c": null})];
        let said: Vec<_> = fields(&rows).into_iter().map(|place| place.path).collect();
        assert_eq!(said, ["id", "a", "a.b", "c"]);
    }
}
