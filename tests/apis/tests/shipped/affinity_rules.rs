//! What the sheet says that dlt-source-affinity makes of Affinity's rows, written once more in Rust.

use std::collections::BTreeMap;

use restload_fakes::Fake;
use serde_json::{Map, Value, json};

/// A field as columns, by the rules of the sheet; a type that it does not list has none.
fn columns_of(field: &Value) -> Vec<(String, Value)> {
    let id = field["id"].as_str().unwrap();
    let name = field["name"].as_str().unwrap();
    let base = if id.starts_with("field-") { format!("{id}_{name}") } else { id.to_owned() };
    let data = &field["value"]["data"];
    let of_each = |name: &str| -> Value {
        data.as_array().into_iter().flatten().map(|item| item[name].clone()).collect()
    };
    let column = match field["value"]["type"].as_str().unwrap() {
        "text"
        | "filterable-text"
        | "filterable-text-multi"
        | "number"
        | "number-multi"
        | "datetime"
        | "location"
        | "location-multi" => (base, data.clone()),
        "dropdown" | "ranked-dropdown" => {
            (format!("{base}_dropdown_option_id"), data["dropdownOptionId"].clone())
        }
        "dropdown-multi" => (format!("{base}_dropdown_option_ids"), of_each("dropdownOptionId")),
        "person" | "company" => (base, data["id"].clone()),
        "person-multi" | "company-multi" => (base, of_each("id")),
        "interaction" if data.is_null() => (base, Value::Null),
        "interaction" => (base, json!({"id": data["id"], "type": data["type"]})),
        "formula-number" => (base, data["calculatedValue"].clone()),
        _ => return Vec::new(),
    };
    vec![column]
}

/// The fields of a company, a person or the entity of an entry.
pub(crate) fn fields_of(row: &Value) -> &[Value] {
    let fields = row.get("entity").unwrap_or(row).get("fields");
    fields.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A company, person or entry with a column for each of its fields.
pub(crate) fn flat(row: &Value) -> Value {
    let mut out: Map<String, Value> = row.as_object().unwrap().clone();
    out.remove("fields");
    if let Some(entity) = out.remove("entity") {
        out.insert("entity_id".to_owned(), entity["id"].clone());
    }
    out.extend(fields_of(row).iter().flat_map(columns_of));
    out.into()
}

/// An interaction with persons by their ids.
pub(crate) fn interaction_row(interaction: &Value) -> Value {
    let id = |person: &Value| person["id"].clone();
    let address =
        |known: &Value| json!({"emailAddress": known["emailAddress"], "person": known["person"]["id"]});
    let each = |list: &Value, act: &dyn Fn(&Value) -> Value| -> Value {
        list.as_array().unwrap().iter().map(act).collect()
    };
    let mut out = interaction.clone();
    for (name, value) in out.as_object_mut().unwrap() {
        *value = match name.as_str() {
            "manualCreator" => id(value),
            "participants" => each(value, &id),
            "from" => address(value),
            "to" | "cc" | "attendees" => each(value, &address),
            _ => continue,
        };
    }
    out
}

/// Every row that has fields, in the order in which the last of two that differ counts: companies' are the last.
pub(crate) fn all_with_fields(fake: &Fake) -> Vec<Value> {
    ["list_entries_with_fields", "saved_view_list_entries", "persons_with_fields", "companies_with_fields"]
        .iter()
        .flat_map(|collection| fake.expected(collection))
        .collect()
}

/// The last row of each key.
pub(crate) fn last_of_each(rows: impl Iterator<Item = Value>, key: &[&str]) -> Vec<Value> {
    let by_key: BTreeMap<Vec<String>, Value> =
        rows.map(|row| (key.iter().map(|name| row[*name].to_string()).collect(), row)).collect();
    by_key.into_values().collect()
}
