//! How short forms are read.

use indexmap::IndexMap;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

/// Reads a kind, in its short form (`header_link`) or spelled out (`{type: header_link}`): its name and its fields.
///
/// Serde's own tagged enums go through a buffer that has no room for integers of more than 64 bits.
pub(super) fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(String, Value), D::Error> {
    let mut value = match Value::deserialize(deserializer)? {
        Value::String(name) => json!({"type": name}),
        value => value,
    };
    let name = value.as_object_mut().and_then(|map| map.shift_remove("type"));
    match name {
        Some(Value::String(name)) => Ok((name, value)),
        _ => Err(D::Error::custom("expected a kind, as its name or as a map with `type`")),
    }
}

/// Reads a part of a value whose other parts are read elsewhere.
pub(super) fn part<T: DeserializeOwned, E: Error>(value: &Value) -> Result<T, E> {
    T::deserialize(value).map_err(E::custom)
}

/// Reads a name as a list of one.
pub(super) fn one_or_many<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(name) => Ok(Some(vec![name])),
        list => part(&list).map(Some),
    }
}

/// Reads one map as a list of one.
pub(super) fn some_or_many<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        list @ Value::Array(_) => part(&list).map(Some),
        one => part(&one).map(|one| Some(vec![one])),
    }
}

/// Reads a key that may be there and null: `Some(None)`. Absent is left to `#[serde(default)]`.
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a map, and nothing as an empty one.
pub(super) fn map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads a map without the entries that are null: they reset what `defaults` says and say nothing themselves.
pub(super) fn without_nulls<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<IndexMap<String, T>, D::Error> {
    let entries: Option<IndexMap<String, Option<T>>> = Option::deserialize(deserializer)?;
    Ok(entries.unwrap_or_default().into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}
