//! Where a request takes what leads to the next page.

use serde_json::Value;
use url::form_urlencoded;

use super::Looked;
use super::link::looks_like_url;
use super::outside::{integer, plain};
use crate::{RequestPlace, Step};

/// The place of the request itself that has one of these names: exactly one of `exact`, else exactly one of `like`.
pub(super) fn own(looked: &Looked<'_, '_>, exact: &[&str], like: &[&str]) -> Option<RequestPlace> {
    let of = |names: &[&str]| {
        let mut found =
            looked.first.sent.iter().filter(|(place, _)| names.contains(&name_of(place).as_str()));
        match (found.next(), found.next()) {
            (Some((place, _)), None) => Some(place.clone()),
            _ => None,
        }
    };
    of(exact).or_else(|| of(like))
}

/// The one place of the request that has one of these names and an integer.
pub(super) fn own_number(looked: &Looked<'_, '_>, names: &[&str]) -> Option<(RequestPlace, i64)> {
    let numbers = looked.first.sent.iter().filter_map(|(place, value)| {
        let number = integer(value).filter(|_| names.contains(&name_of(place).as_str()))?;
        Some((place.clone(), number))
    });
    let mut numbers = numbers.fuse();
    match (numbers.next(), numbers.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// The parameter of that name in the URLs that the answer gives, of this page, the first or the last.
pub(super) fn in_urls(looked: &Looked<'_, '_>, names: &[&str]) -> Option<RequestPlace> {
    let urls =
        looked.leaves.iter().filter_map(|leaf| leaf.value.as_str()).filter(|text| looks_like_url(text));
    let mut found: Option<String> = None;
    for query in urls.filter_map(|url| url.split_once('?')).map(|(_, query)| query) {
        for (name, _) in form_urlencoded::parse(query.as_bytes()) {
            if names.contains(&plain(&name).as_str()) {
                if found.as_ref().is_some_and(|known| *known != name) {
                    return None;
                }
                found = Some(name.into_owned());
            }
        }
    }
    found.map(RequestPlace::Param)
}

/// The name that is nearest to the value, plain.
fn name_of(place: &RequestPlace) -> String {
    match place {
        RequestPlace::Param(name) | RequestPlace::Form(name) | RequestPlace::Header(name) => plain(name),
        RequestPlace::Json(path) => {
            let steps = path.steps().unwrap_or_default();
            let key = steps.iter().rev().find_map(|step| match step {
                Step::Key(name) => Some(plain(name)),
                _ => None,
            });
            key.unwrap_or_default()
        }
    }
}

/// All values of a JSON body with their places, nulls too: a variable that is null waits for one.
pub fn places_of_json(body: &Value) -> Vec<(RequestPlace, Value)> {
    fn gather<'v>(value: &'v Value, above: &mut Vec<&'v str>, found: &mut Vec<(RequestPlace, Value)>) {
        let Value::Object(members) = value else { return };
        for (name, value) in members {
            above.push(name);
            if value.is_object() {
                gather(value, above, found);
            } else if let Ok(place) = RequestPlace::json(crate::Path::of_names(above)) {
                found.push((place, value.clone()));
            }
            above.pop();
        }
    }
    let mut found = Vec::new();
    gather(body, &mut Vec::new(), &mut found);
    found
}
