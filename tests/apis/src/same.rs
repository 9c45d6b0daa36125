//! When a value that was read is the value that the API served.
//!
//! The equalities are those that the language documents and no others: absent is null, an empty map of PHP is null
//! where a struct stands, moments are compared as moments, numbers by value.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::ColumnType;

/// Says where and how a value differs from the one that was served; `None` for a value that is not there.
pub(crate) fn differs(served: Option<&Value>, read: &Value, ty: &ColumnType, at: &str) -> Result<(), String> {
    let served = served.unwrap_or(&Value::Null);
    let same = match (served, ty) {
        (Value::Null, ColumnType::Struct(fields)) => is_empty(read, fields),
        (Value::Null, _) => read.is_null(),
        (Value::Object(map), ColumnType::Struct(fields)) => return struct_differs(map, read, fields, at),
        // What PHP makes of a map without entries.
        (Value::Array(items), ColumnType::Struct(fields)) if items.is_empty() => is_empty(read, fields),
        (Value::Array(items), ColumnType::List(item)) => return list_differs(items, read, item, at),
        (Value::Number(number), ColumnType::Decimal(..)) => {
            read.as_str().is_some_and(|text| plain_digits(text) == plain_digits(&number.to_string()))
        }
        (Value::Number(number), ty) if ty.is("int64") => read.is_i64() && read.as_i64() == number.as_i64(),
        (Value::Number(number), ty) if ty.is("float64") => {
            number.as_f64().is_some() && read.as_f64() == number.as_f64()
        }
        (Value::String(text), ty) if ty.is("timestamp") => {
            let read = read.as_str().filter(|read| read.ends_with('Z')).map(str::parse::<Timestamp>);
            matches!((text.parse::<Timestamp>(), read), (Ok(served), Some(Ok(read))) if served == read)
        }
        (Value::String(_), ty) if ty.is("date") || ty.is("string") => read == served,
        (Value::Bool(_), ty) if ty.is("boolean") => read == served,
        // Text is where all types end: a scalar in its plain spelling, what is larger as JSON.
        (Value::Bool(_) | Value::Number(_), ty) if ty.is("string") => {
            read.as_str() == Some(&served.to_string())
        }
        (Value::Array(_) | Value::Object(_), ty) if ty.is("string") => is_json_of(served, read),
        _ => false,
    };
    if same { Ok(()) } else { Err(format!("{at}: {served} was served, {read} was read as {ty}")) }
}

/// Whether a text is the JSON of a value, digits and order of keys included.
pub(crate) fn is_json_of(served: &Value, read: &Value) -> bool {
    let parsed = read.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    // Values are equal in any order of keys; their texts are not.
    parsed.map(|parsed| parsed.to_string()) == Some(served.to_string())
}

fn struct_differs(
    served: &Map<String, Value>,
    read: &Value,
    fields: &[(String, ColumnType)],
    at: &str,
) -> Result<(), String> {
    if served.is_empty() && is_empty(read, fields) {
        return Ok(());
    }
    if let Some((name, value)) = served.iter().find(|(name, _)| !fields.iter().any(|(own, _)| own == *name)) {
        return Err(format!("{at}.{name}: {value} was served, there is no such field"));
    }
    if !read.is_object() {
        return Err(format!("{at}: an object was served, {read} was read"));
    }
    fields.iter().try_for_each(|(name, ty)| {
        differs(served.get(name), &read[name.as_str()], ty, &format!("{at}.{name}"))
    })
}

fn list_differs(served: &[Value], read: &Value, item: &ColumnType, at: &str) -> Result<(), String> {
    let Some(items) = read.as_array().filter(|items| items.len() == served.len()) else {
        return Err(format!("{at}: {} items were served, {read} was read", served.len()));
    };
    served
        .iter()
        .zip(items)
        .enumerate()
        .try_for_each(|(nth, (served, read))| differs(Some(served), read, item, &format!("{at}[{nth}]")))
}

/// Null, or a struct of nulls.
fn is_empty(read: &Value, fields: &[(String, ColumnType)]) -> bool {
    read.is_null() || fields.iter().all(|(name, _)| read.get(name).is_some_and(Value::is_null))
}

/// A number without an exponent as its digits, less zeros that say nothing.
fn plain_digits(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let digits =
        if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    format!("{sign}{digits}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ty(written: Value) -> ColumnType {
        serde_json::from_value(written).unwrap()
    }

    #[expect(clippy::needless_pass_by_value, reason = "values are made in the call")]
    fn same(served: Value, read: Value, written: Value) -> bool {
        differs(Some(&served), &read, &ty(written), "x").is_ok()
    }

    fn number(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn documented_equalities_hold() {
        let map = json!({"struct": [["a", "int64"]]});
        for empty in [json!({}), json!([]), json!(null)] {
            assert!(same(empty.clone(), json!(null), map.clone()));
            assert!(same(empty, json!({"a": null}), map.clone()));
        }
        assert!(same(json!("2021-03-03T13:39:19+0100"), json!("2021-03-03T12:39:19Z"), json!("timestamp")));
        assert!(same(number("12.50"), json!("12.5"), json!({"decimal": [4, 2]})));
        assert!(same(number("5"), json!(5.0), json!("float64")));
        assert!(same(json!([1]), json!("[1]"), json!("string")));
    }

    #[test]
    fn everything_else_is_a_difference() {
        let map = json!({"struct": [["a", "int64"]]});
        assert!(!same(json!({"a": 1}), json!({"a": null}), map.clone()));
        assert!(!same(json!({"b": 1}), json!({"a": null}), map.clone()));
        assert!(!same(json!([]), json!({"a": 1}), map));
        assert!(!same(json!([]), json!(null), json!({"list": "int64"})));
        assert!(!same(json!([1]), json!([1, 2]), json!({"list": "int64"})));
        assert!(!same(json!("2021-03-03T12:39:19+0100"), json!("2021-03-03T12:39:19Z"), json!("timestamp")));
        assert!(!same(number("9007199254740993"), json!(9_007_199_254_740_992_i64), json!("int64")));
        assert!(!same(number("1.5"), json!("1.50001"), json!({"decimal": [6, 5]})));
        assert!(!same(json!("1"), json!(1), json!("int64")));
        assert!(!same(json!(null), json!("null"), json!("string")));
        assert!(!same(json!({"a": 1, "b": 2}), json!("{\"b\":2,\"a\":1}"), json!("string")));
    }
}
