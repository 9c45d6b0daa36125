//! Where the rows are in a whole answer that is at hand, such as a sample. A run reads rows from the bytes of an answer
//! and finds the same.

use serde_json::Value;

use super::{FormatPlan, ResourcePlan, Selector};
use crate::Path;

impl ResourcePlan {
    /// The rows that the selector finds in an answer (or in the parent's row, where there is no path), and whether it
    /// matched at all. The error, a sentence, says why `auto` cannot choose.
    pub fn rows_in<'v>(&self, body: &'v Value) -> Result<(Vec<&'v Value>, bool), String> {
        let chosen;
        let path = match &self.selector {
            Selector::Path(path) => path,
            Selector::Auto => {
                chosen = self.choose_selector(body)?;
                &chosen
            }
        };
        let format = self.fetch.as_ref().map(|fetch| &fetch.format);
        let of_lines = matches!(format, Some(FormatPlan::Lines));
        // What is at hand is JSON in any case: a list stands for several lines.
        let documents = match body {
            Value::Array(lines) if of_lines => lines.as_slice(),
            body => std::slice::from_ref(body),
        };
        let is_row = of_lines && *path == Path::root();
        let mut rows = Vec::new();
        let mut matched = true;
        for document in documents {
            let matches = path.select(document);
            for found in &matches {
                match found {
                    Value::Null => {}
                    Value::Array(items) if !is_row => rows.extend(items),
                    other => rows.push(*other),
                }
            }
            matched &= !matches.is_empty() || path.has_place(document);
        }
        Ok((rows, matched))
    }

    /// `data_selector: auto`, by the rules of the language; the error is a sentence.
    pub fn choose_selector(&self, body: &Value) -> Result<Path, String> {
        let format = self.fetch.as_ref().map(|fetch| &fetch.format);
        if body.is_array() || matches!(format, Some(FormatPlan::Lines | FormatPlan::Csv(_))) {
            return Ok(Path::root());
        }
        let mut candidates = Vec::new();
        for (name, field) in body.as_object().into_iter().flatten() {
            candidates.extend(may_be_rows(field).then(|| vec![name.as_str()]));
            for (inner, value) in field.as_object().into_iter().flatten() {
                candidates.extend(may_be_rows(value).then(|| vec![name.as_str(), inner.as_str()]));
            }
        }
        match candidates.as_slice() {
            [one] => {
                let keys: Vec<String> = one.iter().map(|name| quoted(name)).collect();
                Path::parse(&format!("${}", keys.concat())).map_err(|fault| fault.message)
            }
            [] if self.ends_in_hole() || self.fetch.is_none() => Ok(Path::root()),
            [] => Err("no list of objects is in its first two levels".to_owned()),
            several => Err(format!(
                "it has {} lists that could be the rows: `data_selector` says which",
                several.len()
            )),
        }
    }

    /// Whether the path ends in a hole, a slash or a suffix aside: such a path is that of one thing.
    pub fn ends_in_hole(&self) -> bool {
        let Some(fetch) = &self.fetch else { return false };
        let path = fetch.path.text().split('?').next().unwrap_or_default();
        path.trim_end_matches('/').rsplit('/').next().is_some_and(|segment| segment.starts_with("{{"))
    }
}

fn quoted(name: &str) -> String {
    format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn may_be_rows(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(Value::is_object))
}
