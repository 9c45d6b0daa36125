//! Field values of v2 that are made up: every documented type, each now and then null.

use serde_json::{Value, json};

use crate::vary::{Dice, FIRST_NAMES, LAST_NAMES, Style, decimal, moment, object, only, without};

const INDUSTRIES: [&str; 6] =
    ["Aerospace", "Construction", "Food & Drink", "Machinery", "Énergie", "Tourism"];
const STAGES: [&str; 4] = ["Seed", "Series A", "Series B", "Public Markets"];
const COLORS: [&str; 4] = ["gray", "blue", "green", "red"];
const PLACES: [[&str; 4]; 4] = [
    ["Fairfield", "New Jersey", "United States", "North America"],
    ["München", "Bayern", "Germany", "Europe"],
    ["São Paulo", "", "Brazil", "South America"],
    ["Tōkyō", "Tōkyō", "Japan", "Asia"],
];

/// Makes values that refer to people and companies that exist.
pub(super) struct Values {
    dice: Dice,
    persons: Vec<Value>,
    companies: Vec<Value>,
}

impl Values {
    pub(super) fn new(dice: Dice, persons: &[Value], companies: &[Value]) -> Self {
        let names = ["id", "firstName", "lastName", "primaryEmailAddress", "type"];
        let persons = persons.iter().map(|person| only(person, &names)).collect();
        let companies = companies.iter().map(|company| only(company, &["id", "name", "domain"])).collect();
        Self { dice, persons, companies }
    }

    /// The fields of a template with values of their own for a row; one in six is null.
    pub(super) fn vary(&self, template: &Value, row: usize) -> Value {
        each(
            template,
            |id, kind| {
                if self.dice.roll(id, row, 6) == 0 { Value::Null } else { self.data(id, kind, row) }
            },
        )
    }

    fn data(&self, id: &str, kind: &str, row: usize) -> Value {
        let several = |make: &dyn Fn(usize) -> Value| -> Value {
            (0..=self.dice.roll(id, row + 1, 3)).map(|nth| make(row + nth)).collect()
        };
        match kind {
            "text" => format!("{id} of row {row}:\n\"{}\"", self.dice.of(id, row, &LAST_NAMES)).into(),
            "filterable-text" => self.dice.of(id, row, &STAGES).into(),
            "filterable-text-multi" => several(&|row| INDUSTRIES[row % INDUSTRIES.len()].into()),
            "number" => self.number(id, row),
            "number-multi" => several(&|row| self.number(id, row)),
            "datetime" => moment(1_600_000_000 + whole(self.dice.roll(id, row, 90_000_000)), Style::Zulu),
            "location" => self.location(id, row),
            "location-multi" => several(&|row| self.location(id, row)),
            "dropdown" => option(self.dice.roll(id, row, 4)),
            "dropdown-multi" => several(&|row| option(row % 4)),
            "ranked-dropdown" => ranked(self.dice.roll(id, row, 4)),
            "person" => self.person(self.dice.roll(id, row, 1000)),
            "person-multi" => several(&|row| self.person(row)),
            "company" => self.company(self.dice.roll(id, row, 1000)),
            "company-multi" => several(&|row| self.company(row)),
            "formula-number" => {
                json!({"calculatedValue": if row.is_multiple_of(5) { Value::Null } else { self.number(id, row) }})
            }
            "interaction" => self.interaction(id, row),
            _ => Value::Null,
        }
    }

    /// Whole for enriched fields and for a third of the others, which have two digits after the point else.
    fn number(&self, id: &str, row: usize) -> Value {
        let number = whole(self.dice.roll(id, row, 1_000_000));
        if row.is_multiple_of(3) || !id.starts_with("field-") { number.into() } else { decimal(number) }
    }

    fn location(&self, id: &str, row: usize) -> Value {
        let [city, state, country, continent] = self.dice.of(id, row, &PLACES);
        let street = if row.is_multiple_of(2) { Value::Null } else { format!("{row} Main Street").into() };
        let state = if state.is_empty() { Value::Null } else { state.into() };
        json!({"streetAddress": street, "city": city, "state": state, "country": country, "continent": continent})
    }

    fn person(&self, wanted: usize) -> Value {
        self.persons.get(wanted % self.persons.len().max(1)).cloned().unwrap_or_default()
    }

    fn company(&self, wanted: usize) -> Value {
        self.companies.get(wanted % self.companies.len().max(1)).cloned().unwrap_or_default()
    }

    /// An interaction of the kind that the field is for; `last-contact` may be any.
    fn interaction(&self, field: &str, row: usize) -> Value {
        let id = 10 * (row + 1) + field.len() % 10;
        let at = 1_577_836_800 + whole(row) * 3600;
        let kind = match field.rsplit_once('-').map_or(field, |(_, last)| last) {
            "message" => 0,
            "email" => 1,
            "event" => 2,
            _ => row % 4,
        };
        let (id, at_once) = (id.into(), moment(at, Style::Zulu));
        match kind {
            0 => object([
                ("id", id),
                ("type", "chat-message".into()),
                ("direction", if row.is_multiple_of(2) { "sent" } else { "received" }.into()),
                ("sentAt", at_once),
                ("manualCreator", self.person(row)),
                ("participants", vec![self.person(row), self.person(row + 1)].into()),
            ]),
            1 => object([
                ("id", id),
                ("type", "email".into()),
                ("subject", format!("Re: {}", self.dice.of(field, row, &FIRST_NAMES)).into()),
                ("sentAt", at_once),
                ("from", self.attendee(row)),
                ("to", vec![self.attendee(row + 1)].into()),
                ("cc", if row.is_multiple_of(3) { vec![self.attendee(row + 2)] } else { Vec::new() }.into()),
            ]),
            2 => object([
                ("id", id),
                ("type", "meeting".into()),
                ("title", format!("Meeting {row}").into()),
                ("allDay", row.is_multiple_of(7).into()),
                ("startTime", at_once),
                ("endTime", moment(at + 3600, Style::Zulu)),
                ("attendees", vec![self.attendee(row), self.attendee(row + 3)].into()),
            ]),
            _ => object([
                ("id", id),
                ("type", "call".into()),
                ("startTime", at_once),
                ("attendees", vec![self.attendee(row)].into()),
            ]),
        }
    }

    /// Every fourth is an address that belongs to nobody.
    fn attendee(&self, row: usize) -> Value {
        if row % 4 == 3 {
            return json!({"emailAddress": format!("unknown{row}@example.com"), "person": null});
        }
        let person = self.person(row);
        let address = person["primaryEmailAddress"].as_str().unwrap_or("alias@example.com").to_owned();
        object([("emailAddress", address.into()), ("person", person)])
    }
}

/// The fields of a template without data.
pub(super) fn nulls(template: &Value) -> Value {
    each(template, |_, _| Value::Null)
}

fn each(template: &Value, data: impl Fn(&str, &str) -> Value) -> Value {
    let fields = template.as_array().into_iter().flatten().map(|field| {
        let id = field["id"].as_str().unwrap_or_default();
        let kind = field["value"]["type"].as_str().unwrap_or_default();
        let mut out = without(field, &["value"]);
        out["value"] = object([("type", kind.into()), ("data", data(id, kind))]);
        out
    });
    fields.collect()
}

fn option(place: usize) -> Value {
    json!({"dropdownOptionId": place + 1, "text": format!("Option {}", place + 1)})
}

fn ranked(place: usize) -> Value {
    let mut option = option(place);
    option["rank"] = (place + 1).into();
    option["color"] = COLORS[place % COLORS.len()].into();
    option
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or_default()
}
