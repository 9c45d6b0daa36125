//! Affinity v1: arrays under a name with `next_page_token`, bare arrays, and four ways for a list to end.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::cursor::{opaque, plain_text};
use crate::ask::Ask;
use crate::reply::Reply;
use crate::sample::sample;
use crate::table::{Tables, plain};
use crate::vary::read_moment;

/// The default and the greatest `page_size`.
const PAGE: usize = 500;
/// The default and the greatest `page_size` of interactions.
const INTERACTIONS: usize = 100;
/// The longest range of interactions, in seconds.
const YEAR: i64 = 365 * 86_400;

/// How a list says that it is at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// `next_page_token: null` on the page of the last row.
    Null,
    /// No such key on the page of the last row.
    Absent,
    /// A token on the page of the last row, and then an empty page with null.
    EmptyPage,
}

/// Answers what stands on the bare host.
pub(super) fn answer(tables: &Tables, ask: &Ask, path: &[&str]) -> Reply {
    let all = |table: &str| Reply::json(200, &json!(tables.rows(table)));
    let one = |table: &str, id: &str| found(ask, tables.find(table, id).cloned());
    match *path {
        ["auth", "whoami"] => Reply::json(200, &sample!("affinity/v1_auth_whoami.json")),
        ["lists"] => all("v1_lists"),
        ["lists", id, ref rest @ ..] => list(tables, ask, id, rest),
        ["fields"] => fields(tables, ask),
        ["persons"] => entities(tables, ask, "persons", End::EmptyPage),
        ["persons", "fields"] => all("v1_persons_fields"),
        ["persons", id] => entity(tables, ask, "v1_persons_full", id),
        ["organizations"] => entities(tables, ask, "organizations", End::Absent),
        ["organizations", "fields"] => all("v1_organizations_fields"),
        ["organizations", id] => entity(tables, ask, "v1_organizations_full", id),
        ["opportunities"] => {
            let term = ask.param("term").unwrap_or_default();
            let rows = tables.rows("v1_opportunities").into_iter();
            let rows = rows.filter(|row| row["name"].as_str().is_some_and(|name| name.contains(term)));
            paged(ask, rows.cloned().collect(), "opportunities", End::Null)
        }
        ["opportunities", id] => one("v1_opportunities", id),
        ["notes"] => paged(ask, about(ask, tables.rows("v1_notes")), "notes", End::Null),
        ["notes", id] => one("v1_notes", id),
        ["reminders"] => paged(ask, about(ask, tables.rows("v1_reminders")), "reminders", End::Null),
        ["reminders", id] => one("v1_reminders", id),
        ["entity-files"] => paged(ask, about(ask, tables.rows("v1_entity_files")), "entity_files", End::Null),
        ["entity-files", id] => one("v1_entity_files", id),
        ["field-values"] => field_values(tables, ask),
        ["field-value-changes"] => match ask.param("field_id") {
            Some(field) => Reply::json(200, &json!(tables.children("v1_field_value_changes", field))),
            None => super::error(ask, 422),
        },
        ["interactions"] => interactions(tables, ask),
        ["relationships-strengths"] => strengths(tables, ask),
        ["webhook"] => all("v1_webhook"),
        ["webhook", id] => one("v1_webhook", id),
        _ => super::error(ask, 404),
    }
}

fn found(ask: &Ask, row: Option<Value>) -> Reply {
    row.map_or_else(|| super::error(ask, 404), |row| Reply::json(200, &row))
}

fn list(tables: &Tables, ask: &Ask, id: &str, rest: &[&str]) -> Reply {
    let Some(list) = tables.find("v1_lists", id) else { return super::error(ask, 404) };
    match *rest {
        [] => {
            let mut list = list.clone();
            let fields = tables.rows("v1_fields");
            let own = fields
                .into_iter()
                .filter(|field| plain(&field["list_id"]) == id)
                .cloned()
                .collect::<Vec<_>>();
            list["fields"] = own.into();
            Reply::json(200, &list)
        }
        ["list-entries"] => {
            let entries = tables.children("v1_list_entries", id);
            // A token alone is ignored; without a size there are no pages.
            if ask.param("page_size").is_none() {
                return Reply::json(200, &json!(entries));
            }
            paged(ask, entries.into_iter().cloned().collect(), "list_entries", End::Null)
        }
        ["list-entries", entry] => {
            let entries = tables.children("v1_list_entries", id);
            found(ask, entries.into_iter().find(|row| plain(&row["id"]) == entry).cloned())
        }
        _ => super::error(ask, 404),
    }
}

fn fields(tables: &Tables, ask: &Ask) -> Reply {
    let mut fields = tables.rows("v1_fields");
    for name in ["list_id", "value_type"] {
        if let Some(wanted) = ask.param(name) {
            fields.retain(|field| plain(&field[name]) == wanted);
        }
    }
    Reply::json(200, &json!(fields))
}

/// Exactly one selector, else 422.
fn field_values(tables: &Tables, ask: &Ask) -> Reply {
    let selectors = ["person_id", "organization_id", "opportunity_id", "list_entry_id"];
    let given: Vec<(&str, &str)> =
        selectors.iter().filter_map(|name| Some((*name, ask.param(name)?))).collect();
    let [(name, id)] = given[..] else { return super::error(ask, 422) };
    let (table, key) = match name {
        "person_id" => ("v1_persons_full", "entity_id"),
        "organization_id" => ("v1_organizations_full", "entity_id"),
        "opportunity_id" => ("v1_opportunities", "entity_id"),
        _ => ("v1_list_entries", "list_entry_id"),
    };
    if tables.find(table, id).is_none() {
        return super::error(ask, 404);
    }
    let values = tables.rows("v1_field_values").into_iter();
    Reply::json(200, &json!(values.filter(|value| plain(&value[key]) == id).collect::<Vec<_>>()))
}

/// The interactions of one person, of one type, in at most a year; the key that they stand under follows the type. Persons
/// alone are played, and whether `end_time` is included is a guess.
fn interactions(tables: &Tables, ask: &Ask) -> Reply {
    let name = match ask.param("type") {
        Some("0" | "1") => "events",
        Some("2") => "chat_messages",
        Some("3") => "emails",
        _ => return super::error(ask, 422),
    };
    let time = |name| ask.param(name).and_then(read_moment);
    let (Some(start), Some(end)) = (time("start_time"), time("end_time")) else {
        return super::error(ask, 422);
    };
    let range = end.as_second() - start.as_second();
    let other = ["organization_id", "opportunity_id"].iter().any(|name| ask.param(name).is_some());
    let person = ask.param("person_id").and_then(|id| tables.find("v1_persons_full", id));
    // An internal person is an error.
    let Some(person) = person.filter(|person| person["type"] == 0 && !other && (1..=YEAR).contains(&range))
    else {
        return super::error(ask, 422);
    };
    let rows = tables.children("v1_interactions", &plain(&person["id"])).into_iter().filter(|row| {
        let date = row["date"].as_str().and_then(read_moment);
        Some(plain(&row["type"]).as_str()) == ask.param("type")
            && date.is_some_and(|date| date >= start && date <= end)
    });
    paged_by(ask, rows.cloned().collect(), name, End::Null, INTERACTIONS)
}

/// `[]` for an external person that nobody knows.
fn strengths(tables: &Tables, ask: &Ask) -> Reply {
    let Some(external) = ask.param("external_id") else { return super::error(ask, 422) };
    let mut rows = tables.children("v1_relationships_strengths", external);
    if let Some(internal) = ask.param("internal_id") {
        rows.retain(|row| plain(&row["internal_id"]) == internal);
    }
    Reply::json(200, &json!(rows))
}

/// Persons or organizations as a list has them: without links to others, unless asked for.
fn entities(tables: &Tables, ask: &Ask, name: &str, end: End) -> Reply {
    let full = tables.rows(if name == "persons" { "v1_persons_full" } else { "v1_organizations_full" });
    let term = ask.param("term").unwrap_or_default();
    let rows = full.into_iter().filter(|row| matches_term(row, term) && matches_dates(ask, row));
    let rows = rows.map(|row| shown(ask, row, false)).collect();
    paged(ask, rows, name, end)
}

fn entity(tables: &Tables, ask: &Ask, table: &str, id: &str) -> Reply {
    found(ask, tables.find(table, id).map(|row| shown(ask, row, true)))
}

fn matches_term(row: &Value, term: &str) -> bool {
    let names = ["first_name", "last_name", "primary_email", "name", "domain"];
    term.is_empty() || names.iter().any(|name| row[*name].as_str().is_some_and(|text| text.contains(term)))
}

/// `with_interaction_dates` leaves out who has none; `min_…_date` and `max_…_date` do so too.
fn matches_dates(ask: &Ask, row: &Value) -> bool {
    let dates = &row["interaction_dates"];
    if is_set(ask, "with_interaction_dates") && dates.is_null() {
        return false;
    }
    ask.query.iter().all(|(name, wanted)| {
        let (least, kind) = match (name.strip_prefix("min_"), name.strip_prefix("max_")) {
            (Some(kind), _) => (true, kind),
            (_, Some(kind)) => (false, kind),
            _ => return true,
        };
        let found = dates[kind].as_str().and_then(read_moment);
        let (Some(found), Some(wanted)) = (found, read_moment(wanted)) else { return false };
        if least { found >= wanted } else { found <= wanted }
    })
}

/// A row with what the request wants to see of it.
fn shown(ask: &Ask, row: &Value, alone: bool) -> Value {
    let dates = is_set(ask, "with_interaction_dates");
    let people = is_set(ask, "with_interaction_persons");
    let hidden = |name: &str| match name {
        "organization_ids" | "person_ids" | "list_entries" => !alone,
        "opportunity_ids" => !is_set(ask, "with_opportunities"),
        "current_organization_ids" => !is_set(ask, "with_current_organizations"),
        "interaction_dates" | "interactions" => !dates,
        _ => false,
    };
    let mut out = Map::new();
    for (name, value) in row.as_object().into_iter().flatten().filter(|(name, _)| !hidden(name)) {
        let mut value = value.clone();
        if name == "interactions" && !people {
            for (_, interaction) in value.as_object_mut().into_iter().flatten() {
                if let Some(interaction) = interaction.as_object_mut() {
                    interaction.remove("person_ids");
                }
            }
        }
        out.insert(name.clone(), value);
    }
    Value::Object(out)
}

fn is_set(ask: &Ask, name: &str) -> bool {
    ask.param(name) == Some("true")
}

/// The rows about the person, organization or opportunity asked for, and by the people asked for.
fn about(ask: &Ask, rows: Vec<&Value>) -> Vec<Value> {
    let fits = |row: &Value, name: &str, wanted: &str| {
        let stem = name.trim_end_matches("_id");
        let list = row[format!("{stem}_ids")].as_array();
        let listed = list.is_some_and(|ids| ids.iter().any(|id| plain(id) == wanted));
        listed || plain(&row[name]) == wanted || plain(&row[stem]["id"]) == wanted
    };
    let names = ["person_id", "organization_id", "opportunity_id", "creator_id", "owner_id", "completer_id"];
    let equal = ["type", "status", "reset_type"];
    let due = |row: &Value| row["due_date"].as_str().and_then(read_moment);
    let rows = rows.into_iter().filter(|row| {
        names.iter().all(|name| ask.param(name).is_none_or(|wanted| fits(row, name, wanted)))
            && equal.iter().all(|name| ask.param(name).is_none_or(|wanted| plain(&row[*name]) == wanted))
            && ask.param("due_after").is_none_or(|wanted| due(row) >= read_moment(wanted))
            && ask.param("due_before").is_none_or(|wanted| due(row) <= read_moment(wanted))
    });
    rows.cloned().collect()
}

/// A page under `name`. The token holds the query that it was given for, and is refused with another.
fn paged(ask: &Ask, rows: Vec<Value>, name: &str, end: End) -> Reply {
    paged_by(ask, rows, name, end, PAGE)
}

fn paged_by(ask: &Ask, rows: Vec<Value>, name: &str, end: End, most: usize) -> Reply {
    let size = ask.param("page_size").map_or(Some(most), |size| size.parse().ok());
    let Some(size) = size.filter(|size| (1..=most).contains(size)) else { return super::error(ask, 422) };
    let same = fingerprint(ask);
    let start = match ask.param("page_token") {
        None | Some("") => 0,
        Some(token) => match offset(token, &same) {
            Some(offset) => offset,
            None => return Reply::json(422, &json!({"message": "Invalid page_token variable"})),
        },
    };
    let total = rows.len();
    let page: Vec<Value> = rows.into_iter().skip(start).take(size).collect();
    let next = start + page.len();
    let token = json!({"params": same, "page_size": size, "offset": next}).to_string();
    let more = next < total || (end == End::EmptyPage && !page.is_empty());
    let mut body = Map::new();
    body.insert(name.to_owned(), page.into());
    if more {
        body.insert("next_page_token".to_owned(), opaque(&token).into());
    } else if end != End::Absent {
        body.insert("next_page_token".to_owned(), Value::Null);
    }
    Reply::json(200, &Value::Object(body))
}

/// Path and parameters without the token, in an order of their own.
fn fingerprint(ask: &Ask) -> String {
    let mut pairs: Vec<_> = ask.query.iter().filter(|(name, _)| name != "page_token").collect();
    pairs.sort();
    let mut out = ask.path.clone();
    for (name, value) in pairs {
        // Writing to a string does not fail.
        let _ = write!(out, "&{name}={value}");
    }
    out
}

fn offset(token: &str, same: &str) -> Option<usize> {
    let token: Value = serde_json::from_str(&plain_text(token)?).ok()?;
    let offset = usize::try_from(token["offset"].as_u64()?).ok()?;
    (token["params"] == same).then_some(offset)
}
