//! Which field data a request of v2 asks for: `fieldTypes` and `fieldIds`, both repeated.

use serde_json::Value;

use super::cursor::invalid;
use crate::ask::Ask;
use crate::reply::Reply;
use crate::vary::without;

/// Types of companies and persons.
pub(super) const ENTITY_TYPES: &[&str] = &["enriched", "global", "relationship-intelligence"];
/// Types of list entries.
pub(super) const ENTRY_TYPES: &[&str] = &["enriched", "global", "list", "relationship-intelligence"];

/// The fields that are asked for.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    types: Vec<&'a str>,
    ids: Vec<&'a str>,
}

impl<'a> Choice<'a> {
    /// Reads what is asked for; `None` if nothing is.
    pub(super) fn read(ask: &'a Ask, known_types: &[&str]) -> Result<Option<Self>, Reply> {
        let choice = Self { types: ask.params("fieldTypes"), ids: ask.params("fieldIds") };
        if choice.types.iter().any(|given| !known_types.contains(given)) {
            return Err(invalid(
                "fieldTypes",
                &format!("fieldTypes must be among {}", known_types.join(", ")),
            ));
        }
        let asked = !choice.types.is_empty() || !choice.ids.is_empty();
        Ok(asked.then_some(choice))
    }

    /// A company, a person or a list entry whose `fields` are those asked for, or none at all.
    pub(super) fn apply(choice: Option<&Self>, row: &Value) -> Value {
        match choice {
            None => with_fields(row, None),
            Some(choice) => with_fields(row, Some(&|field| choice.takes(field))),
        }
    }

    fn takes(&self, field: &Value) -> bool {
        let has = |list: &[&str], name: &str| list.iter().any(|wanted| field[name] == *wanted);
        has(&self.types, "type") || has(&self.ids, "id")
    }
}

/// A copy of a row with those of its fields that are wanted, or without the key `fields`. In a list entry the
/// fields are those of its entity; a row that has no such key does not get one.
pub(super) fn with_fields(row: &Value, wanted: Option<&dyn Fn(&Value) -> bool>) -> Value {
    if let Some(entity) = row.get("entity") {
        let mut out = without(row, &["entity"]);
        out["entity"] = with_fields(entity, wanted);
        return out;
    }
    let mut out = without(row, &["fields"]);
    if let (Some(wanted), Some(Value::Array(fields))) = (wanted, row.get("fields")) {
        out["fields"] = fields.iter().filter(|field| wanted(field)).cloned().collect();
    }
    out
}
