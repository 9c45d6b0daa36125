//! The sample bodies, compiled in.

use serde_json::Value;

/// The parsed content of a file below `samples/`.
macro_rules! sample {
    ($name:literal) => {
        $crate::sample::parse(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/", $name)))
    };
}
pub(crate) use sample;

#[expect(clippy::expect_used, reason = "the text is compiled in, and every fake that starts parses it")]
pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("a sample is JSON")
}

/// The rows of a sample that is an array, or of the array under its one key that holds one.
pub(crate) fn rows(sample: Value) -> Vec<Value> {
    match sample {
        Value::Array(rows) => rows,
        Value::Object(map) => {
            map.into_iter().find_map(|(_, value)| value.as_array().cloned()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}
