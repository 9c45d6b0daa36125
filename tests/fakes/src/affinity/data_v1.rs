//! Affinity v1's rows: the samples first, then rows made from them, whose links hold.

use serde_json::{Map, Value, json};

use super::SIZES;
use crate::options::Options;
use crate::sample::{rows, sample};
use crate::table::Tables;
use crate::vary::{Dice, FIRST_NAMES, LAST_NAMES, Style, decimal, fill, moment, only, set};

const DAY: i64 = 86_400;
/// 2021-05-31T16:00:37Z: the first e-mail of the samples.
const START: i64 = 1_622_476_837;

/// 2025-06-01T00:00:00Z
const INTERACTED: i64 = 1_748_736_000;

const PERSON: [&str; 6] = ["id", "type", "first_name", "last_name", "primary_email", "emails"];
const ORGANIZATION: [&str; 5] = ["id", "name", "domain", "domains", "global"];

/// The lists of the samples: of people, of organizations, of opportunities.
const PEOPLE: usize = 450;
const ORGANIZATIONS: usize = 383;
const OPPORTUNITIES: usize = 4974;

struct Maker<'a> {
    options: &'a Options,
    dice: Dice,
}

/// Adds the rows of v1.
pub(super) fn add(tables: &mut Tables, options: &Options) {
    let maker = Maker { options, dice: Dice(options.seed) };
    let persons = maker.persons();
    let organizations = maker.organizations();
    let opportunities = maker.opportunities(&persons, &organizations);
    maker.add_entries(tables, &persons, &organizations, &opportunities);
    maker.add_full(tables, &persons, &organizations, &opportunities);
    maker.add_lists(tables);
    maker.add_field_values(tables, &persons);
    maker.add_strengths(tables, &persons);
    add_interactions(tables, &persons, options);
    tables.add_all("v1_notes", maker.notes(&persons, &organizations, &opportunities));
    tables.add_all("v1_reminders", maker.reminders(&persons, &organizations));
    tables.add_all("v1_persons", persons);
    tables.add_all("v1_organizations", organizations);
    tables.add_all("v1_opportunities", opportunities);
    tables.add_all("v1_fields", rows(sample!("affinity/v1_fields.json")));
    tables.add_all("v1_persons_fields", rows(sample!("affinity/v1_persons_fields.json")));
    tables.add_all("v1_organizations_fields", rows(sample!("affinity/v1_organizations_fields.json")));
    tables.add_all("v1_entity_files", rows(sample!("affinity/v1_entity_files.json")));
    tables.add_all("v1_webhook", rows(sample!("affinity/v1_webhook.json")));
    for change in rows(sample!("affinity/v1_field_value_changes.json")) {
        let field = change["field_id"].clone();
        tables.add_children("v1_field_value_changes", &field, [change]);
    }
}

impl Maker<'_> {
    fn fill(&self, name: &str, sample: Value, make: impl Fn(usize, &mut Map<String, Value>)) -> Vec<Value> {
        let samples = rows(sample);
        let usual = SIZES.iter().find(|(known, _)| *known == name).map_or(0, |(_, usual)| *usual);
        fill(&samples, self.options.size(name, samples.len(), usual), make)
    }

    fn persons(&self) -> Vec<Value> {
        self.fill("persons", sample!("affinity/v1_persons.json"), |row, person| {
            if row == 3 {
                // The second colleague of the samples, who is listed nowhere.
                let alfred = &sample!("affinity/v1_reminders.json")["reminders"][2]["completer"];
                *person = alfred.as_object().cloned().unwrap_or_default();
                return;
            }
            let email = format!("person{row}@example.com");
            let known = row % 7 != 0;
            set(
                person,
                [
                    ("id", (700_000 + row).into()),
                    ("type", usize::from(row % 10 == 0).into()),
                    ("first_name", self.dice.of("first", row, &FIRST_NAMES).into()),
                    ("last_name", self.dice.of("last", row, &LAST_NAMES).into()),
                    ("primary_email", if known { email.clone().into() } else { Value::Null }),
                    ("emails", if known { json!([email]) } else { json!([]) }),
                ],
            );
        })
    }

    fn organizations(&self) -> Vec<Value> {
        self.fill("companies", sample!("affinity/v1_organizations.json"), |row, organization| {
            let domain = format!("organization{row}.example.com");
            let known = row % 6 != 0;
            set(
                organization,
                [
                    ("id", (65_000_000 + row).into()),
                    ("name", format!("{} & {row}", self.dice.of("name", row, &LAST_NAMES)).into()),
                    ("domain", if known { domain.clone().into() } else { Value::Null }),
                    ("domains", if known { json!([domain]) } else { json!([]) }),
                    ("global", (row % 2 == 0).into()),
                ],
            );
        })
    }

    /// All but the third, which is on a list that the key cannot see, up to the list's size are on the list.
    fn opportunities(&self, persons: &[Value], organizations: &[Value]) -> Vec<Value> {
        self.fill("opportunities", sample!("affinity/v1_opportunities.json"), |row, opportunity| {
            let entry = json!([{"id": 442_500 + row, "creator_id": 443, "list_id": OPPORTUNITIES,
                "entity_id": 1000 + row, "entity_type": 8, "created_at": at(row)}]);
            set(
                opportunity,
                [
                    ("id", (1000 + row).into()),
                    ("name", format!("Deal {row}, {}", self.dice.of("deal", row, &LAST_NAMES)).into()),
                    ("person_ids", ids(persons, row, row % 3)),
                    ("organization_ids", ids(organizations, row, row % 2)),
                    ("list_entries", if row < 24 { entry } else { json!([]) }),
                ],
            );
        })
    }

    /// Entries of the three lists: as many as the lists say, if there are so many to be on them.
    fn add_entries(
        &self,
        tables: &mut Tables,
        persons: &[Value],
        organizations: &[Value],
        opportunities: &[Value],
    ) {
        let samples = rows(sample!("affinity/v1_list_entries_paged.json"));
        let size = if self.options.samples_only { samples.len() } else { persons.len().min(67) };
        let people = fill(&samples, size, |row, entry| {
            *entry = made_entry(70_000 + row, PEOPLE, 0, &persons[row], row);
        });
        tables.add_children("v1_list_entries", &PEOPLE.into(), people);
        let size = if self.options.samples_only { 1 } else { 50 };
        let made = organizations.iter().take(size).enumerate().map(|(row, organization)| {
            let id = if row == 0 { 389 } else { 71_000 + row };
            Value::Object(made_entry(id, ORGANIZATIONS, 1, organization, row))
        });
        tables.add_children("v1_list_entries", &ORGANIZATIONS.into(), made);
        let made = opportunities.iter().filter_map(|opportunity| {
            let mut entry = opportunity["list_entries"].get(0)?.clone();
            entry["entity"] = only(opportunity, &["id", "name"]);
            Some(entry)
        });
        tables.add_children("v1_list_entries", &OPPORTUNITIES.into(), made);
    }

    /// Persons and organizations as they are when asked for alone, with all that can be asked for.
    fn add_full(
        &self,
        tables: &mut Tables,
        persons: &[Value],
        organizations: &[Value],
        opportunities: &[Value],
    ) {
        let on_list = |tables: &Tables, list: usize, id: &Value| -> Value {
            let entries = tables.children("v1_list_entries", &list.to_string()).into_iter();
            let own = entries.filter(|entry| entry["entity_id"] == *id);
            let names = ["id", "list_id", "creator_id", "entity_id", "entity_type", "created_at"];
            own.map(|entry| only(entry, &names)).collect()
        };
        let linked = |key: &str, id: &Value| -> Value {
            let has = |row: &&Value| row[key].as_array().is_some_and(|ids| ids.contains(id));
            opportunities.iter().filter(has).map(|row| row["id"].clone()).collect()
        };
        let mut full = Vec::new();
        for (row, person) in persons.iter().enumerate() {
            let mut person = person.clone();
            person["organization_ids"] = ids(organizations, row, row % 3);
            person["opportunity_ids"] = linked("person_ids", &person["id"]);
            person["current_organization_ids"] = ids(organizations, row, usize::from(row % 3 == 1));
            person["list_entries"] = on_list(tables, PEOPLE, &person["id"]);
            (person["interaction_dates"], person["interactions"]) = self.interactions(row);
            full.push(if row == 0 { sample!("affinity/v1_person.json") } else { person });
        }
        tables.add_all("v1_persons_full", full);
        let mut full = Vec::new();
        for (row, organization) in organizations.iter().enumerate() {
            let mut organization = organization.clone();
            organization["person_ids"] = ids(persons, row, row % 4);
            organization["opportunity_ids"] = linked("organization_ids", &organization["id"]);
            organization["list_entries"] = on_list(tables, ORGANIZATIONS, &organization["id"]);
            (organization["interaction_dates"], organization["interactions"]) = self.interactions(row);
            full.push(if row == 0 { sample!("affinity/v1_organization.json") } else { organization });
        }
        tables.add_all("v1_organizations_full", full);
    }

    /// When an entity was first and last met, in both of the API's forms; null for every third.
    fn interactions(&self, row: usize) -> (Value, Value) {
        let mut dates = Map::new();
        let mut interactions = Map::new();
        if row % 3 == 2 {
            return (Value::Null, Value::Null);
        }
        let kinds = [
            "first_email",
            "last_email",
            "last_event",
            "last_chat_message",
            "last_interaction",
            "next_event",
        ];
        for (place, kind) in kinds.iter().chain(&["first_event"]).enumerate() {
            let none = *kind == "last_chat_message" || (*kind == "next_event" && row.is_multiple_of(2));
            let days = index(self.dice.roll(kind, row, 300) + 300 * place);
            let date = if none { Value::Null } else { moment(START + days * DAY, Style::Pacific) };
            let interaction =
                if none { Value::Null } else { json!({"date": date, "person_ids": [443, 1012]}) };
            dates.insert(format!("{kind}_date"), date);
            interactions.insert((*kind).to_owned(), interaction);
        }
        (dates.into(), interactions.into())
    }

    /// The lists: the fourth is empty, as are those after it.
    fn add_lists(&self, tables: &mut Tables) {
        let lists = self.fill("lists", sample!("affinity/v1_lists.json"), |row, list| {
            let name = if row == 3 { "Nobody yet".to_owned() } else { format!("List {row}") };
            set(
                list,
                [
                    ("id", (6000 + row).into()),
                    ("name", name.into()),
                    ("public", (row % 2 == 0).into()),
                    ("list_size", 0.into()),
                ],
            );
        });
        tables.add_all("v1_lists", lists);
    }

    /// Two values for each entry that is made up, one for every second person.
    fn add_field_values(&self, tables: &mut Tables, persons: &[Value]) {
        let mut values = rows(sample!("affinity/v1_field_values.json"));
        if !self.options.samples_only {
            let entries = [PEOPLE, ORGANIZATIONS, OPPORTUNITIES];
            let entries =
                entries.iter().flat_map(|list| tables.children("v1_list_entries", &list.to_string()));
            for (row, entry) in entries.enumerate().skip(1) {
                for nth in 0..2 {
                    let (field, value) = self.entry_value(2 * row + nth);
                    let (id, entity) = (1_000_000 + 2 * row + nth, &entry["entity_id"]);
                    values.push(made_value(id, field, entity, &entry["id"], value, row));
                }
            }
            for (row, person) in persons.iter().enumerate().skip(3).step_by(2) {
                let place = json!({"city": "Tōkyō", "state": null, "country": "Japan", "continent": "Asia",
                    "street_address": format!("{row} Main Street")});
                values.push(made_value(2_000_000 + row, 337, &person["id"], &Value::Null, place, row));
            }
        }
        for value in values {
            let entry = value["list_entry_id"].clone();
            tables.add_children("v1_field_values", &entry, [value]);
        }
    }

    /// A value of one of the kinds that v1 has, and the field that it belongs to.
    fn entry_value(&self, row: usize) -> (usize, Value) {
        match row % 6 {
            0 => (1625, json!({"id": 886, "text": "Interested", "rank": 1, "color": 0})),
            1 => (1234, self.dice.amount("field value", row)),
            2 => (2988, at(row)),
            3 => (4321, format!("Text \"{row}\"\nin two lines").into()),
            4 => (198, 443.into()),
            _ => (125, json!({"id": 11, "text": "Sourcing"})),
        }
    }

    fn add_strengths(&self, tables: &mut Tables, persons: &[Value]) {
        tables.declare("v1_relationships_strengths");
        for (row, person) in persons.iter().enumerate() {
            let strength = |internal: usize| {
                let strength = index(self.dice.roll("strength", row + internal, 100));
                json!({"internal_id": internal, "external_id": person["id"],
                    "strength": decimal(strength)})
            };
            let known = match row {
                0 => rows(sample!("affinity/v1_relationships_strengths.json")),
                _ if person["type"] == 1 || self.options.samples_only => Vec::new(),
                _ => [443, 1012].into_iter().take(row % 3).map(strength).collect(),
            };
            tables.add_children("v1_relationships_strengths", &person["id"], known);
        }
    }

    fn notes(&self, persons: &[Value], organizations: &[Value], opportunities: &[Value]) -> Vec<Value> {
        self.fill("notes", sample!("affinity/v1_notes.json"), |row, note| {
            let met = row % 3 == 0;
            set(
                note,
                [
                    ("id", (20_430_000 + row).into()),
                    ("creator_id", if row % 2 == 0 { 443 } else { 1012 }.into()),
                    ("person_ids", ids(persons, row, row % 4)),
                    ("associated_person_ids", ids(persons, row, row % 2)),
                    ("interaction_id", if met { (3000 + row).into() } else { Value::Null }),
                    ("interaction_type", if met { (row / 3 % 4).into() } else { Value::Null }),
                    ("is_meeting", (met && row / 3 % 4 == 0).into()),
                    ("organization_ids", ids(organizations, row, row % 3)),
                    ("opportunity_ids", ids(opportunities, row, usize::from(row % 5 == 0))),
                    ("parent_id", if row % 9 == 4 { 22_984.into() } else { Value::Null }),
                    ("content", format!("Note {row}: \u{201c}ok\u{201d},\n\tdone").into()),
                    ("type", [0, 2, 3][row % 3].into()),
                    ("created_at", at(row)),
                    ("updated_at", if row % 4 == 0 { at(row + 1) } else { Value::Null }),
                ],
            );
        })
    }

    fn reminders(&self, persons: &[Value], organizations: &[Value]) -> Vec<Value> {
        let person = |row: usize| persons.get(row % persons.len().max(1)).map(|row| only(row, &PERSON));
        let organization = |row: usize| {
            let mut found = only(organizations.get(row % organizations.len().max(1))?, &ORGANIZATION);
            found["crunchbase_uuid"] = Value::Null;
            Some(found)
        };
        self.fill("reminders", sample!("affinity/v1_reminders.json"), |row, reminder| {
            let (someone, something) =
                if row % 2 == 0 { (person(row), None) } else { (None, organization(row)) };
            set(
                reminder,
                [
                    ("id", (16_000 + row).into()),
                    ("created_at", at(row)),
                    ("content", format!("Call again, {row}").into()),
                    ("due_date", at(row + 30)),
                    ("status", (row % 3).into()),
                    ("person", someone.unwrap_or_default()),
                    ("organization", something.unwrap_or_default()),
                ],
            );
        })
    }
}

/// Four of each external person, one of each type: the samples for the first, later ones for all but in samples alone.
fn add_interactions(tables: &mut Tables, persons: &[Value], options: &Options) {
    tables.declare("v1_interactions");
    let samples = [
        sample!("affinity/v1_interactions_events.json"),
        sample!("affinity/v1_interactions_chat_messages.json"),
        sample!("affinity/v1_interactions_emails.json"),
    ];
    let samples: Vec<Value> = samples.into_iter().flat_map(rows).collect();
    for (row, person) in persons.iter().enumerate().filter(|(_, person)| person["type"] == 0) {
        if row == 0 {
            tables.add_children("v1_interactions", &person["id"], samples.clone());
        }
        let types = if options.samples_only { 0..0 } else { 0..4 };
        let made = types.map(|kind| {
            let like = [0, 0, 2, 4][kind];
            let mut made = samples[like].clone();
            let date = moment(INTERACTED + DAY * index(row * 4 + kind), Style::Pacific);
            made["id"] = (50_000 + row * 4 + kind).into();
            made["type"] = kind.into();
            made["date"] = date.clone();
            if made.get("start_time").is_some() {
                made["start_time"] = date;
            }
            made
        });
        tables.add_children("v1_interactions", &person["id"], made);
    }
}

fn made_entry(id: usize, list: usize, kind: usize, entity: &Value, row: usize) -> Map<String, Value> {
    let names: &[&str] = if kind == 0 { &PERSON } else { &ORGANIZATION };
    let mut entry = Map::new();
    set(
        &mut entry,
        [
            ("id", id.into()),
            ("list_id", list.into()),
            ("creator_id", 443.into()),
            ("entity_id", entity["id"].clone()),
            ("entity_type", kind.into()),
            ("created_at", at(row)),
            ("entity", only(entity, names)),
        ],
    );
    entry
}

/// Every third has the two keys that only some rows carry.
fn made_value(id: usize, field: usize, entity: &Value, entry: &Value, value: Value, row: usize) -> Value {
    let mut out = json!({"id": id, "field_id": field, "list_entry_id": entry});
    if row.is_multiple_of(3) {
        out["entity_type"] = 0.into();
        out["value_type"] = 2.into();
    }
    out["entity_id"] = entity.clone();
    out["created_at"] = at(row);
    out["updated_at"] = if row.is_multiple_of(2) { at(row + 1) } else { Value::Null };
    out["value"] = value;
    out
}

/// The ids of some rows, from a place on that depends on the row.
fn ids(rows: &[Value], row: usize, count: usize) -> Value {
    let all = rows.iter().cycle().skip(row % rows.len().max(1));
    all.take(count.min(rows.len())).map(|row| row["id"].clone()).collect()
}

fn at(row: usize) -> Value {
    moment(START + index(row) * DAY * 5 / 4, Style::Pacific)
}

fn index(row: usize) -> i64 {
    i64::try_from(row).unwrap_or_default()
}
