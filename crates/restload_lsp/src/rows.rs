//! What stands in the rows of samples: fields, and values to show for an example. A value that may be a secret is never
//! shown.

use serde_json::Value;

/// How long an example is at most, in characters.
const LONGEST: usize = 60;

/// How many rows an example is looked for in.
const ROWS: usize = 3;

/// A field of rows, with an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// A value as JSON, shortened.
    pub(crate) example: String,
    /// Whether objects stand there.
    pub(crate) is_object: bool,
    /// Whether lists stand there.
    pub(crate) is_list: bool,
}

/// The fields that rows have below a path of names, in the order in which they come.
pub(crate) fn fields<'v>(rows: impl IntoIterator<Item = &'v Value>, path: &[&str]) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for row in rows {
        let Some(Value::Object(map)) = value_at(row, path) else { continue };
        for (name, value) in map {
            let is_known = fields.iter_mut().find(|field| field.name == *name);
            match is_known {
                Some(field) if field.example == "null" && !value.is_null() => {
                    *field = Field::new(name, path, value);
                }
                Some(_) => {}
                None => fields.push(Field::new(name, path, value)),
            }
        }
    }
    fields
}

impl Field {
    fn new(name: &str, path: &[&str], value: &Value) -> Self {
        let names: Vec<&str> = path.iter().copied().chain([name]).collect();
        Self {
            name: name.to_owned(),
            example: example(&names, value),
            is_object: value.is_object(),
            is_list: value.is_array(),
        }
    }
}

/// The values of a path in the first rows of a sample, as JSON, each once.
pub(crate) fn examples<'v>(rows: impl IntoIterator<Item = &'v Value>, path: &[&str]) -> Vec<String> {
    let mut examples: Vec<String> = Vec::new();
    for value in rows.into_iter().filter_map(|row| value_at(row, path)) {
        let example = example(path, value);
        if !examples.contains(&example) {
            examples.push(example);
        }
        if examples.len() == ROWS {
            break;
        }
    }
    examples
}

fn value_at<'v>(row: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(row, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        Value::Object(fields) => fields.get(*name),
        _ => None,
    })
}

/// A value to be shown for an example, as JSON in one line.
pub(crate) fn example(path: &[&str], value: &Value) -> String {
    if path.iter().any(|name| may_name_a_secret(name)) && !matches!(value, Value::Null | Value::Bool(_)) {
        return "\"***\"".to_owned();
    }
    shortened(&masked(value).to_string())
}

/// A text that is not too long.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The value without what may be secret in it.
fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) if looks_random(text) => "***".into(),
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let value = if may_name_a_secret(name) { "***".into() } else { masked(value) };
                (name.clone(), value)
            })
            .collect(),
        other => other.clone(),
    }
}

/// Whether a credential may stand under a name.
fn may_name_a_secret(name: &str) -> bool {
    const PARTS: [&str; 8] =
        ["apikey", "authorization", "credential", "passw", "privatekey", "secret", "signature", "token"];
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    PARTS.iter().any(|part| plain.contains(part))
}

/// Whether a text is of the kind that nobody makes up: long, in one word, of capitals, small letters and digits.
fn looks_random(text: &str) -> bool {
    text.len() >= 20
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.=+".contains(&byte))
        && text.bytes().any(|byte| byte.is_ascii_uppercase())
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && !text.as_bytes()[..4].iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_come_with_the_first_value_that_is_not_null() {
        let rows = [json!({"id": 1, "company": null}), json!({"company": {"name": "é"}, "tags": []})];
        let said: Vec<_> =
            fields(&rows, &[]).into_iter().map(|field| format!("{} {}", field.name, field.example)).collect();
        assert_eq!(said, ["id 1", "company {\"name\":\"é\"}", "tags []"]);
        assert_eq!(fields(&rows, &["company"])[0].name, "name");
        assert_eq!(fields(&rows, &["id"]), []);
    }

    #[test]
    fn examples_are_few_and_short_and_each_is_there_once() {
        let rows: Vec<Value> = [1, 1, 2, 3, 4].iter().map(|id| json!({"id": id})).collect();
        assert_eq!(examples(&rows, &["id"]), ["1", "2", "3"]);
        let long = json!({"text": "é".repeat(100)});
        assert_eq!(examples([&long], &["text"])[0].chars().count(), LONGEST + 1);
    }

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        let row = json!({"api_key": "abc", "auth": {"accessToken": "x"}, "x": "sk9LiveAbCdEfGhIjKlMn", "has_token": true});
        assert_eq!(examples([&row], &["api_key"]), ["\"***\""]);
        assert_eq!(examples([&row], &["auth", "accessToken"]), ["\"***\""]);
        assert_eq!(examples([&row], &["auth"]), ["{\"accessToken\":\"***\"}"]);
        assert_eq!(examples([&row], &["x"]), ["\"***\""]);
        assert_eq!(examples([&row], &["has_token"]), ["true"]);
        for plain in ["2024-01-31T10:00:00+00:00", "548223f2c7036020742ff21a548223f2c7036020", "Some Words 1"]
        {
            assert_eq!(example(&["x"], &json!(plain)), json!(plain).to_string());
        }
    }
}
