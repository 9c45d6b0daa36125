//! What an answer is written in: the sample is JSON in any case, the answer what the spec says.

use restload_spec::plan::{CsvPlan, FormatPlan, HeaderPlan};
use serde_json::Value;

/// What an answer is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// One JSON value.
    Json,
    /// The items of a list, each on a line.
    Lines,
    /// The objects of a list as rows of cells.
    Csv(CsvPlan),
}

impl Form {
    /// The form that a spec says; where it says none, the sandbox answers in JSON.
    pub(crate) fn of(format: &FormatPlan) -> Self {
        match format {
            FormatPlan::ByContentType | FormatPlan::Json => Self::Json,
            FormatPlan::Lines => Self::Lines,
            FormatPlan::Csv(csv) => Self::Csv(csv.clone()),
        }
    }

    /// The Content-Type of an answer of this form.
    pub(crate) fn content_type(&self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Lines => "application/x-ndjson",
            Self::Csv(_) => "text/csv; charset=utf-8",
        }
    }

    /// Writes a body.
    pub(crate) fn write(&self, body: &Value) -> String {
        let items = match body {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        match self {
            Self::Json => body.to_string(),
            Self::Lines => items.iter().flat_map(|item| [item.to_string(), "\n".to_owned()]).collect(),
            Self::Csv(csv) => write_csv(csv, items),
        }
    }
}

/// A byte order mark says that it is UTF-8, whatever encoding the spec expects.
fn write_csv(csv: &CsvPlan, rows: &[Value]) -> String {
    let mut names: Vec<&str> = match &csv.header {
        HeaderPlan::Names(names) => names.iter().map(String::as_str).collect(),
        HeaderPlan::FirstRow | HeaderPlan::Numbered => Vec::new(),
    };
    if names.is_empty() {
        for name in rows.iter().filter_map(Value::as_object).flat_map(|row| row.keys()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    let mut text = String::from("\u{feff}");
    if csv.header == HeaderPlan::FirstRow && !names.is_empty() {
        write_row(csv, names.iter().map(|name| (*name).to_owned()), &mut text);
    }
    for row in rows {
        let cell = |name: &&str| match row.get(*name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        write_row(csv, names.iter().map(cell), &mut text);
    }
    text
}

fn write_row(csv: &CsvPlan, cells: impl Iterator<Item = String>, text: &mut String) {
    for (n, cell) in cells.enumerate() {
        if n > 0 {
            text.push(char::from(csv.delimiter));
        }
        match csv.quote.map(char::from) {
            Some(quote) => {
                text.push(quote);
                text.push_str(&cell.replace(quote, &format!("{quote}{quote}")));
                text.push(quote);
            }
            None => text.push_str(&cell.replace([char::from(csv.delimiter), '\n', '\r'], " ")),
        }
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_are_written_in_the_form_of_the_spec() {
        let rows = json!([{"id": 1, "t": "a,\"b\""}, {"t": null, "new": [1]}]);
        let csv = CsvPlan::between(b';');
        assert_eq!(
            Form::Csv(csv.clone()).write(&rows),
            "\u{feff}\"id\";\"t\";\"new\"\n\"1\";\"a,\"\"b\"\"\";\"\"\n\"\";\"\";\"[1]\"\n"
        );
        let bare = CsvPlan { quote: None, header: HeaderPlan::Names(vec!["t".into()]), ..csv };
        assert_eq!(Form::Csv(bare).write(&rows), "\u{feff}a,\"b\"\n\n");
        assert_eq!(Form::Lines.write(&rows), "{\"id\":1,\"t\":\"a,\\\"b\\\"\"}\n{\"t\":null,\"new\":[1]}\n");
        assert_eq!(Form::Lines.write(&json!({"id": 1})), "{\"id\":1}\n");
    }
}
