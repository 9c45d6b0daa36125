//! Affinity v2's rows: the samples first, then rows made from them, whose links hold.

use serde_json::{Value, json};

use super::SIZES;
use super::values::{Values, nulls};
use crate::options::Options;
use crate::sample::{rows, sample};
use crate::table::Tables;
use crate::vary::{Dice, FIRST_NAMES, LAST_NAMES, Style, fill, moment, only, set, without};

pub(super) const DAY: i64 = 86_400;
/// 2023-01-03T00:00:00Z: after the sample entries and notes.
pub(super) const START: i64 = 1_672_704_000;

const COMPANY: [&str; 5] = ["id", "name", "domain", "domains", "isGlobal"];
const PERSON: [&str; 6] = ["id", "firstName", "lastName", "primaryEmailAddress", "emailAddresses", "type"];
const PREVIEWS: [&str; 4] = ["companiesPreview", "personsPreview", "opportunitiesPreview", "repliesCount"];

/// Makes rows as the options want them.
pub(super) struct Maker<'a> {
    pub(super) options: &'a Options,
    dice: Dice,
}

/// Adds the rows of v2.
pub(super) fn add(tables: &mut Tables, options: &Options) {
    let maker = Maker { options, dice: Dice(options.seed) };
    let persons = maker.persons();
    let companies = maker.companies();
    let opportunities = maker.opportunities();
    let values = Values::new(maker.dice, &persons, &companies);
    let persons = maker.persons_with_fields(&values, persons);
    let companies = companies_with_fields(&values, companies);
    maker.add_lists(tables, &values, &companies, &persons, &opportunities);
    maker.add_field_lists(tables, &companies);
    maker.add_notes(tables, &companies, &persons);
    maker.add_interactions(tables);
    tables.add_all("companies", companies.iter().map(|row| only(row, &COMPANY)));
    tables.add_all("companies_with_fields", companies);
    tables.add_all("persons", persons.iter().map(|row| only(row, &PERSON)));
    tables.add_all("persons_with_fields", persons);
    tables.add_all("opportunities", opportunities);
}

impl Maker<'_> {
    pub(super) fn size(&self, name: &str, samples: usize) -> usize {
        let usual = SIZES.iter().find(|(known, _)| *known == name).map_or(samples, |(_, usual)| *usual);
        self.options.size(name, samples, usual)
    }

    /// Base rows. The samples alone are those that are shown with fields too.
    fn companies(&self) -> Vec<Value> {
        let mut samples = rows(sample!("affinity/v2_companies.json"));
        if self.options.samples_only {
            samples.truncate(2);
        }
        fill(&samples, self.size("companies", samples.len()), |row, company| {
            // One is the greatest that the documentation allows.
            let id: i64 = if row == 7 { 9_007_199_254_740_991 } else { 1000 + index(row) };
            let domain = format!("company{row}.example.com");
            let none = row % 6 == 0;
            set(
                company,
                [
                    ("id", id.into()),
                    ("name", format!("{} & {row}", self.dice.of("name", row, &LAST_NAMES)).into()),
                    ("domain", if none { Value::Null } else { domain.clone().into() }),
                    ("domains", if none { json!([]) } else { json!([domain, format!("{row}.example.org")]) }),
                    ("isGlobal", (!none).into()),
                ],
            );
        })
    }

    fn persons(&self) -> Vec<Value> {
        let mut samples = rows(sample!("affinity/v2_persons.json"));
        if self.options.samples_only {
            samples.truncate(2);
        }
        fill(&samples, self.size("persons", samples.len()), |row, person| {
            let first = self.dice.of("first", row, &FIRST_NAMES);
            let last = self.dice.of("last", row, &LAST_NAMES);
            let email = format!("person{row}@example.com");
            let known = row % 7 != 0;
            set(
                person,
                [
                    ("id", (1000 + row).into()),
                    ("firstName", first.into()),
                    ("lastName", if row % 11 == 0 { Value::Null } else { last.into() }),
                    ("primaryEmailAddress", if known { email.clone().into() } else { Value::Null }),
                    ("emailAddresses", if known { json!([email]) } else { json!([]) }),
                    ("type", if row % 5 == 0 { "internal" } else { "external" }.into()),
                ],
            );
            if row == 3 {
                // The samples refer to him, and list him nowhere.
                let sam = json!({"id": 3, "firstName": "Yosemite", "lastName": "Sam",
                    "primaryEmailAddress": "yosemite@sam.com", "emailAddresses": ["yosemite@sam.com"], "type": "internal"});
                *person = sam.as_object().cloned().unwrap_or_default();
            }
        })
    }

    fn opportunities(&self) -> Vec<Value> {
        let samples = rows(sample!("affinity/v2_opportunities.json"));
        fill(&samples, self.size("opportunities", samples.len()), |row, opportunity| {
            let name = format!("Deal {row}, {}", self.dice.of("deal", row, &LAST_NAMES));
            set(opportunity, [("id", (1000 + row).into()), ("name", name.into()), ("listId", 3.into())]);
        })
    }

    fn persons_with_fields(&self, values: &Values, persons: Vec<Value>) -> Vec<Value> {
        let samples = rows(sample!("affinity/v2_persons_ids_with_fields.json"));
        let with_fields = |(row, mut person): (usize, Value)| {
            person["fields"] = match row {
                0 | 1 => samples[row]["fields"].clone(),
                2 => nulls(&samples[0]["fields"]),
                _ => values.vary(&samples[0]["fields"], row),
            };
            if row > 2 && row % 4 == 1 {
                // Objects where the documentation has text: seen in the wild with LinkedIn.
                let link = format!("https://linkedin.com/in/person{row}");
                let text = self.dice.of("linkedin", row, &FIRST_NAMES);
                let linkedin = json!({"id": "affinity-data-linkedin-url", "name": "LinkedIn URL", "type": "enriched",
                    "enrichmentSource": "affinity-data",
                    "value": {"type": "filterable-text-multi", "data": [{"link": link, "text": text}]}});
                push(&mut person["fields"], linkedin);
            }
            person
        };
        persons.into_iter().enumerate().map(with_fields).collect()
    }

    fn add_notes(&self, tables: &mut Tables, companies: &[Value], persons: &[Value]) {
        let samples = rows(sample!("affinity/v2_notes.json"));
        let person = ["id", "firstName", "lastName", "primaryEmailAddress", "type"];
        let notes = fill(&samples, self.size("notes", samples.len()), |row, note| {
            let created = START + index(row) * DAY / 3;
            let updated = if row % 3 == 0 { moment(created + DAY, Style::Zulu) } else { Value::Null };
            let creator = persons.get(row % persons.len().max(1)).map(|row| only(row, &person));
            let company =
                companies.get(row % companies.len().max(1)).map(|row| only(row, &["id", "name", "domain"]));
            let company: Vec<Value> = company.into_iter().collect();
            set(
                note,
                [
                    ("id", (1000 + row).into()),
                    ("content", json!({"html": if row % 6 == 0 { Value::Null } else { html(row).into() }})),
                    ("mentions", json!([])),
                    ("creator", creator.unwrap_or_default()),
                    ("createdAt", moment(created, Style::Zulu)),
                    ("updatedAt", updated),
                    ("repliesCount", 0.into()),
                    ("companiesPreview", json!({"totalCount": company.len(), "data": company})),
                ],
            );
        });
        for name in ["notes", "notes_with_previews", "note_replies"] {
            tables.declare(name);
        }
        for reply in rows(sample!("affinity/v2_note_replies.json")) {
            let parent = reply["parent"]["id"].clone();
            if notes.iter().any(|note| note["id"] == parent) {
                tables.add_children("note_replies", &parent, [reply]);
            }
        }
        let bare = notes.iter().map(|note| without(note, &PREVIEWS));
        tables.add_all("notes", bare);
        tables.add_all("notes_with_previews", notes);
    }

    fn add_interactions(&self, tables: &mut Tables) {
        let kinds = [
            ("calls", sample!("affinity/v2_calls.json"), "startTime"),
            ("chat_messages", sample!("affinity/v2_chat_messages.json"), "sentAt"),
            ("emails", sample!("affinity/v2_emails.json"), "sentAt"),
            ("meetings", sample!("affinity/v2_meetings.json"), "startTime"),
        ];
        for (name, sample, time) in kinds {
            let samples = rows(sample);
            let size = self.options.size(name, samples.len(), 25);
            let made = fill(&samples, size, |row, interaction| {
                let at = START + index(row) * DAY;
                let updated = if row % 4 == 0 { moment(at + DAY, Style::Zulu) } else { Value::Null };
                set(
                    interaction,
                    [
                        ("id", (1000 + row).into()),
                        (time, moment(at, Style::Zulu)),
                        ("createdAt", moment(at + 5, Style::Zulu)),
                        ("updatedAt", updated),
                    ],
                );
            });
            tables.add_all(name, made);
        }
    }
}

fn companies_with_fields(values: &Values, companies: Vec<Value>) -> Vec<Value> {
    let samples = rows(sample!("affinity/v2_companies_ids_with_fields.json"));
    let with_fields = |(row, mut company): (usize, Value)| {
        let fields = match row {
            0 | 1 => samples[row]["fields"].clone(),
            2 => nulls(&samples[0]["fields"]),
            _ if row % 4 == 3 => nulls(&samples[1]["fields"]),
            _ => values.vary(&samples[0]["fields"], row),
        };
        company["fields"] = fields;
        if row > 2 && row % 5 == 0 {
            // A type of value that no client has heard of: they turn up over time.
            let unknown = json!({"id": "field-99", "name": "Field with unknown value", "type": "global",
                "enrichmentSource": null, "value": {"type": "sparkline", "data": {"points": [row, 2, 3]}}});
            push(&mut company["fields"], unknown);
        }
        company
    };
    companies.into_iter().enumerate().map(with_fields).collect()
}

fn html(row: usize) -> String {
    format!("<p>Note {row}: \u{201c}ok\u{201d} &amp; done</p>")
}

pub(super) fn push(list: &mut Value, item: Value) {
    if let Some(list) = list.as_array_mut() {
        list.push(item);
    }
}

pub(super) fn index(row: usize) -> i64 {
    i64::try_from(row).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::table::plain;

    fn tables(options: &Options) -> Tables {
        let mut tables = Tables::default();
        add(&mut tables, options);
        tables
    }

    #[test]
    fn ids_are_distinct_in_every_collection_with_ids() {
        let tables = tables(&Options::new());
        for name in ["companies", "persons", "opportunities", "lists", "list_entries", "notes", "emails"] {
            let rows = tables.rows(name);
            let ids: BTreeSet<String> = rows.iter().map(|row| plain(&row["id"])).collect();
            assert_eq!(ids.len(), rows.len(), "{name}");
        }
    }

    #[test]
    fn every_kind_of_value_occurs_with_data_and_without() {
        let tables = tables(&Options::new());
        let mut full = BTreeSet::new();
        let mut empty = BTreeSet::new();
        for entry in tables.rows("list_entries_with_fields") {
            for field in entry["entity"]["fields"].as_array().into_iter().flatten() {
                let into = if field["value"]["data"].is_null() { &mut empty } else { &mut full };
                into.insert(plain(&field["value"]["type"]));
            }
        }
        assert_eq!(full.len(), 17, "{full:?}");
        assert_eq!(empty, full);
    }

    #[test]
    fn people_and_companies_inside_values_are_in_their_collections() {
        let tables = tables(&Options::new());
        for row in tables.rows("companies_with_fields") {
            for field in row["fields"].as_array().into_iter().flatten() {
                if field["value"]["type"] == "person" && !field["value"]["data"].is_null() {
                    let id = plain(&field["value"]["data"]["id"]);
                    assert!(tables.find("persons", &id).is_some(), "person {id}");
                }
            }
        }
    }
}
