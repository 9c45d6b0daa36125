//! Places and tests: what is written, and what it means.

use serde_json::Value;

use super::super::markdown::Page;
use super::{example_of, keys, meaning};

/// Writes the forms that a place may have.
pub(super) fn write(page: &mut Page, shape: &Value, alone: &str) {
    let choices = shape["oneOf"].as_array();
    let forms: Vec<&Value> = choices.map_or_else(|| vec![shape], |choices| choices.iter().collect());
    let mut rows = Vec::new();
    for form in forms {
        if let Some(written) = form["examples"][0].as_str() {
            rows.push([format!("`{written}`"), format!("Alone: {alone}.")]);
        }
        rows.extend(keys(form).filter_map(|(name, key)| {
            let written = example_of(key)?.split_once(": ")?.1;
            Some([format!("`{written}`"), format!("`{name}`: {}", meaning(key))])
        }));
    }
    page.table(["written", "meaning"], &rows);
}
