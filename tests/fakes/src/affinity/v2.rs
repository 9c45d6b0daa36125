//! Affinity v2: companies, persons, opportunities, lists with entries, fields and saved views, notes, interactions.

use serde_json::Value;

use super::cursor::{ENTRIES, ENTRY_FIELDS, INTERACTIONS, NOTES, Paging, USUAL, invalid, page};
use super::fields::{Choice, ENTITY_TYPES, ENTRY_TYPES};
use super::filter::Filter;
use crate::ask::Ask;
use crate::reply::Reply;
use crate::sample::sample;
use crate::table::{Tables, plain};
use crate::vary::{only, without};

/// Properties of a note that are there only if `includes` names them.
const NOTE_INCLUDES: [&str; 4] =
    ["companiesPreview", "personsPreview", "opportunitiesPreview", "repliesCount"];

/// Answers what stands below `/v2/`.
pub(super) fn answer(tables: &Tables, ask: &Ask, path: &[&str]) -> Reply {
    let whole = |table: &str, id: &str| found(ask, tables.find(table, id).cloned());
    match *path {
        ["auth", "whoami"] => Reply::json(200, &sample!("affinity/v2_auth_whoami.json")),
        ["companies"] => entities(tables, ask, "companies_with_fields"),
        ["companies", "fields"] => page(ask, &tables.rows("companies_fields"), USUAL, Value::clone),
        ["companies", id, ref rest @ ..] => entity(tables, ask, "companies_with_fields", "company", id, rest),
        ["persons"] => entities(tables, ask, "persons_with_fields"),
        ["persons", "fields"] => page(ask, &tables.rows("persons_fields"), USUAL, Value::clone),
        ["persons", id, ref rest @ ..] => entity(tables, ask, "persons_with_fields", "person", id, rest),
        ["opportunities"] => match with_ids(ask, tables.rows("opportunities")) {
            Ok(rows) => page(ask, &rows, USUAL, Value::clone),
            Err(reply) => reply,
        },
        ["opportunities", id] => whole("opportunities", id),
        ["lists"] => page(ask, &tables.rows("lists"), USUAL, Value::clone),
        ["lists", id] => whole("lists", id),
        ["lists", id, ref rest @ ..] if tables.find("lists", id).is_some() => list(tables, ask, id, rest),
        ["calls"] => filtered(ask, tables.rows("calls"), INTERACTIONS, Value::clone),
        ["chat-messages"] => filtered(ask, tables.rows("chat_messages"), INTERACTIONS, Value::clone),
        ["emails"] => filtered(ask, tables.rows("emails"), INTERACTIONS, Value::clone),
        ["meetings"] => filtered(ask, tables.rows("meetings"), INTERACTIONS, Value::clone),
        ["notes"] => filtered(ask, tables.rows("notes_with_previews"), NOTES, |note| noted(ask, note)),
        ["notes", id] => found(ask, tables.find("notes_with_previews", id).map(|note| noted(ask, note))),
        ["notes", id, child] => note_child(tables, ask, id, child),
        _ => super::error(ask, 404),
    }
}

fn found(ask: &Ask, row: Option<Value>) -> Reply {
    row.map_or_else(|| super::error(ask, 404), |row| Reply::json(200, &row))
}

/// Companies or persons, all or those of the `ids` given, with the fields asked for.
fn entities(tables: &Tables, ask: &Ask, table: &str) -> Reply {
    let choice = match Choice::read(ask, ENTITY_TYPES) {
        Ok(choice) => choice,
        Err(reply) => return reply,
    };
    match with_ids(ask, tables.rows(table)) {
        Ok(rows) => page(ask, &rows, USUAL, |row| Choice::apply(choice.as_ref(), row)),
        Err(reply) => reply,
    }
}

/// The rows of the `ids` given, in the order of the list; unknown ids are left out.
fn with_ids<'a>(ask: &Ask, mut rows: Vec<&'a Value>) -> Result<Vec<&'a Value>, Reply> {
    let ids = ask.params("ids");
    if ids.len() > 100 {
        return Err(invalid("ids", "ids must have at most 100 items"));
    }
    if ids.iter().any(|id| id.parse::<i64>().is_err()) {
        return Err(invalid("ids", "ids must be integers"));
    }
    if !ids.is_empty() {
        rows.retain(|row| ids.contains(&plain(&row["id"]).as_str()));
    }
    Ok(rows)
}

/// One company or person, and the lists that it is on.
fn entity(tables: &Tables, ask: &Ask, table: &str, kind: &str, id: &str, rest: &[&str]) -> Reply {
    let Some(row) = tables.find(table, id) else { return super::error(ask, 404) };
    let entries = tables.rows("list_entries_with_fields");
    let entries =
        entries.into_iter().filter(|entry| entry["type"] == kind && entry["entity"]["id"] == row["id"]);
    match rest {
        [] => match Choice::read(ask, ENTITY_TYPES) {
            Ok(choice) => Reply::json(200, &Choice::apply(choice.as_ref(), row)),
            Err(reply) => reply,
        },
        ["list-entries"] => page(ask, &entries.collect::<Vec<_>>(), USUAL, |entry| {
            let mut own = only(entry, &["id", "listId", "createdAt", "creatorId"]);
            own["fields"] = entry["entity"]["fields"].as_array().cloned().unwrap_or_default().into();
            own
        }),
        ["lists"] => {
            let lists = entries.filter_map(|entry| tables.find("lists", &plain(&entry["listId"])));
            let names = ["id", "name", "creatorId", "ownerId", "isPublic"];
            page(ask, &lists.collect::<Vec<_>>(), USUAL, |list| only(list, &names))
        }
        ["notes"] => {
            let preview = if kind == "company" { "companiesPreview" } else { "personsPreview" };
            let about = |note: &Value| {
                let data = note[preview]["data"].as_array();
                data.is_some_and(|data| data.iter().any(|entity| entity["id"] == row["id"]))
            };
            let notes = tables.rows("notes_with_previews").into_iter().filter(|note| about(note)).collect();
            filtered(ask, notes, NOTES, |note| noted(ask, note))
        }
        _ => super::error(ask, 404),
    }
}

fn list(tables: &Tables, ask: &Ask, id: &str, rest: &[&str]) -> Reply {
    match *rest {
        ["fields"] => page(ask, &tables.children("list_fields", id), USUAL, Value::clone),
        ["list-entries"] => match Choice::read(ask, ENTRY_TYPES) {
            Ok(choice) => {
                let entries = tables.children("list_entries_with_fields", id);
                page(ask, &entries, ENTRIES, |entry| Choice::apply(choice.as_ref(), entry))
            }
            Err(reply) => reply,
        },
        ["list-entries", entry, ref rest @ ..] => {
            let entries = tables.children("list_entries_with_fields", id);
            let entry = entries.into_iter().find(|row| plain(&row["id"]) == entry);
            entry.map_or_else(|| super::error(ask, 404), |entry| list_entry(ask, entry, rest))
        }
        ["saved-views"] => page(ask, &tables.children("saved_views", id), USUAL, Value::clone),
        ["saved-views", view, ref rest @ ..] => {
            let views = tables.children("saved_views", id);
            let view = views.into_iter().find(|row| plain(&row["id"]) == view);
            view.map_or_else(|| super::error(ask, 404), |view| saved_view(tables, ask, view, rest))
        }
        _ => super::error(ask, 404),
    }
}

fn list_entry(ask: &Ask, entry: &Value, rest: &[&str]) -> Reply {
    let fields = entry["entity"]["fields"].as_array().map_or(&[][..], Vec::as_slice);
    match rest {
        [] => match Choice::read(ask, ENTRY_TYPES) {
            Ok(choice) => Reply::json(200, &Choice::apply(choice.as_ref(), entry)),
            Err(reply) => reply,
        },
        ["fields"] => {
            let (types, ids) = (ask.params("types"), ask.params("ids"));
            let allows =
                |list: &[&str], value: &Value| list.is_empty() || list.iter().any(|one| value == *one);
            let wanted = |field: &&Value| allows(&types, &field["type"]) && allows(&ids, &field["id"]);
            page(ask, &fields.iter().filter(wanted).collect::<Vec<_>>(), ENTRY_FIELDS, Value::clone)
        }
        ["fields", id] => found(ask, fields.iter().find(|field| field["id"] == *id).cloned()),
        _ => super::error(ask, 404),
    }
}

/// A saved view, and its entries where it is a sheet. They come with the view's columns, whatever is asked.
fn saved_view(tables: &Tables, ask: &Ask, view: &Value, rest: &[&str]) -> Reply {
    match rest {
        [] => Reply::json(200, view),
        ["list-entries"] if view["type"] != "sheet" => {
            invalid("viewId", "list entries can only be read from sheet-type saved views")
        }
        ["list-entries"] => {
            if let Some(name) = ["fieldTypes", "fieldIds"].iter().find(|name| ask.param(name).is_some()) {
                return invalid(name, &format!("{name} is not a parameter of saved views"));
            }
            let entries = tables.children("saved_view_list_entries", &plain(&view["id"]));
            page(ask, &entries, ENTRIES, Value::clone)
        }
        _ => super::error(ask, 404),
    }
}

fn note_child(tables: &Tables, ask: &Ask, id: &str, child: &str) -> Reply {
    let Some(note) = tables.find("notes_with_previews", id) else { return super::error(ask, 404) };
    let attached = |preview: &str| {
        let rows = note[preview]["data"].as_array().map_or(&[][..], Vec::as_slice);
        page(ask, &rows.iter().collect::<Vec<_>>(), NOTES, Value::clone)
    };
    match child {
        "attached-companies" => attached("companiesPreview"),
        "attached-persons" => attached("personsPreview"),
        "attached-opportunities" => attached("opportunitiesPreview"),
        "replies" => filtered(ask, tables.children("note_replies", id), NOTES, Value::clone),
        _ => super::error(ask, 404),
    }
}

/// A note with those previews that the request includes.
fn noted(ask: &Ask, note: &Value) -> Value {
    let includes = ask.params("includes");
    let left_out: Vec<&str> = NOTE_INCLUDES.into_iter().filter(|name| !includes.contains(name)).collect();
    without(note, &left_out)
}

/// A page of the rows that pass `filter`.
fn filtered(ask: &Ask, mut rows: Vec<&Value>, paging: Paging, form: impl Fn(&Value) -> Value) -> Reply {
    if let Some(given) = ask.param("filter") {
        let Some(filter) = Filter::parse(given) else { return invalid("filter", "filter cannot be read") };
        rows.retain(|row| filter.passes(row));
    }
    page(ask, &rows, paging, form)
}
