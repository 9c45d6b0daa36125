//! The lists of Affinity v2 with their entries, fields and saved views.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::data_v2::{DAY, Maker, START, index, push};
use super::fields::with_fields;
use super::values::Values;
use crate::sample::{rows, sample};
use crate::table::{Tables, plain};
use crate::vary::{Style, fill, moment, object, set};

impl Maker<'_> {
    /// Lists, their entries, fields and views. The fourth list is empty; those after it have three entries.
    pub(super) fn add_lists(
        &self,
        tables: &mut Tables,
        values: &Values,
        companies: &[Value],
        persons: &[Value],
        opportunities: &[Value],
    ) {
        let samples = rows(sample!("affinity/v2_lists.json"));
        let lists = fill(&samples, self.size("lists", samples.len()), |row, list| {
            let name = if row == 3 { "Nobody yet".to_owned() } else { format!("List {row}") };
            set(list, [("id", (row + 1).into()), ("name", name.into()), ("type", "company".into())]);
        });
        for name in ["list_entries", "list_entries_with_fields", "saved_views", "saved_view_list_entries"] {
            tables.declare(name);
        }
        for (row, list) in lists.iter().enumerate() {
            let entries = match row {
                0 => self.company_entries(values, companies),
                1 => self.entries(2, sample!("affinity/v2_list_entries_person.json"), values, persons),
                2 => self.entries(
                    3,
                    sample!("affinity/v2_list_entries_opportunity.json"),
                    values,
                    opportunities,
                ),
                3 => Vec::new(),
                _ => companies
                    .iter()
                    .take(3)
                    .enumerate()
                    .map(|(at, company)| entry(row, at, company))
                    .collect(),
            };
            let bare = entries.iter().map(|entry| with_fields(entry, None));
            tables.add_children("list_entries", &list["id"], bare);
            self.add_views(tables, row, &list["id"], &entries);
            tables.add_children("list_entries_with_fields", &list["id"], entries);
        }
        tables.add_all("lists", lists);
    }

    fn company_entries(&self, values: &Values, companies: &[Value]) -> Vec<Value> {
        let mut entries =
            self.entries(1, sample!("affinity/v2_list_entries_company.json"), values, companies);
        // Made-up entries have the enriched fields of their company besides those of the list.
        for (row, entry) in entries.iter_mut().enumerate().skip(2) {
            let own = companies[row % companies.len()]["fields"].as_array().into_iter().flatten();
            for field in own.filter(|field| field["type"] == "enriched") {
                push(&mut entry["entity"]["fields"], field.clone());
            }
        }
        entries
    }

    /// Entries of one of the three sample lists, an entity of `entities` in each.
    fn entries(&self, list: usize, sample: Value, values: &Values, entities: &[Value]) -> Vec<Value> {
        let samples = rows(sample);
        let size = self.size("list_entries", samples.len());
        let size = if list == 1 || self.options.samples_only { size } else { size / 4 };
        let size = if entities.is_empty() { size.min(samples.len()) } else { size };
        let made = (samples.len()..size).map(|row| {
            let mut entity = with_fields(&entities[row % entities.len()], None);
            entity["fields"] = values.vary(&samples[0]["entity"]["fields"], row);
            object([
                ("id", (5000 * list + row).into()),
                ("type", samples[0]["type"].clone()),
                ("listId", list.into()),
                ("createdAt", moment(START + index(row) * DAY / 2, Style::Zulu)),
                ("creatorId", if row % 4 == 0 { None } else { Some(1) }.into()),
                ("entity", entity),
            ])
        });
        samples.iter().take(size).cloned().chain(made).collect()
    }

    /// The first list has a sheet, a board and a dashboard, the second a sheet; the others have no view.
    fn add_views(&self, tables: &mut Tables, list: usize, list_id: &Value, entries: &[Value]) {
        match list {
            0 => {
                tables.add_children("saved_views", list_id, rows(sample!("affinity/v2_saved_views.json")));
                let shown = entries.iter().enumerate().filter(|(row, _)| *row < 2 || row % 2 == 0);
                let shown =
                    shown.map(|(_, entry)| with_fields(entry, Some(&|field| field["type"] != "enriched")));
                tables.add_children("saved_view_list_entries", &28.into(), shown);
            }
            1 if !self.options.samples_only => {
                let view =
                    json!({"id": 31, "name": "titles", "type": "sheet", "createdAt": "2023-01-04T00:00:00Z"});
                tables.add_children("saved_views", list_id, [view]);
                let title = |field: &Value| field["id"] == "affinity-data-current-job-title";
                let shown = entries.iter().map(|entry| with_fields(entry, Some(&title)));
                tables.add_children("saved_view_list_entries", &31.into(), shown);
            }
            _ => {}
        }
    }

    pub(super) fn add_field_lists(&self, tables: &mut Tables, companies: &[Value]) {
        let mut of_companies = rows(sample!("affinity/v2_companies_fields.json"));
        if !self.options.samples_only {
            let mut known: HashSet<String> = of_companies.iter().map(|field| plain(&field["id"])).collect();
            for company in companies {
                for field in company["fields"].as_array().into_iter().flatten() {
                    if known.insert(plain(&field["id"])) {
                        of_companies.push(described(field));
                    }
                }
            }
        }
        let of_persons = rows(sample!("affinity/v2_persons_fields.json"));
        let of_lists = rows(sample!("affinity/v2_list_fields.json"));
        let lists: Vec<Value> = tables.rows("lists").into_iter().cloned().collect();
        tables.declare("list_fields");
        for list in &lists {
            let fields = if list["type"] == "person" { &of_persons } else { &of_lists };
            tables.add_children("list_fields", &list["id"], fields.iter().cloned());
        }
        tables.add_all("companies_fields", of_companies);
        tables.add_all("persons_fields", of_persons);
    }
}

/// An entry of a list that no sample shows.
fn entry(list: usize, at: usize, company: &Value) -> Value {
    let id = 100_000 * (list + 1) + at;
    let created = moment(START + index(at) * DAY, Style::Zulu);
    json!({"id": id, "type": "company", "listId": list + 1, "createdAt": created, "creatorId": 1, "entity": company})
}

/// A field without its value, as lists of fields have it.
fn described(field: &Value) -> Value {
    json!({
        "id": field["id"],
        "name": field["name"],
        "type": field["type"],
        "valueType": field["value"]["type"],
        "enrichmentSource": field["enrichmentSource"],
    })
}
