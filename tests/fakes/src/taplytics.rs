//! Taplytics v2: users by token and by page, one user, push notifications.
//!
//! The sheet is thin: only `usersByToken`, a user and the `Link` header are documented. The wrapper of
//! `/v2/users` and `/v2/push` is a guess (a bare array), as is every error body.

use serde_json::{Map, Value, json};

use crate::ask::{Ask, in_query};
use crate::options::Options;
use crate::reply::Reply;
use crate::sample::{rows, sample};
use crate::table::Tables;
use crate::vary::{Dice, FIRST_NAMES, LAST_NAMES, Style, fill, moment, set};

/// The collections whose size can be set.
pub(crate) const SIZES: &[(&str, usize)] = &[("push", 130), ("users", 250)];

/// The greatest page; more is quietly cut down to it.
const PER_PAGE: usize = 100;

/// The API and its rows.
#[derive(Debug)]
pub(crate) struct Taplytics {
    pub(crate) tables: Tables,
    key: String,
}

impl Taplytics {
    pub(crate) fn new(options: &Options) -> Self {
        let users = rows(sample!("taplytics/usersByToken_first_page.json"));
        let push = rows(sample!("taplytics/push_WRAPPER_UNCONFIRMED.json"));
        let dice = Dice(options.seed);
        let users =
            fill(&users, options.size("users", users.len(), 250), |row, user| make_user(dice, row, user));
        let push = fill(&push, options.size("push", push.len(), 130), |row, push| make_push(dice, row, push));
        let alone = sample!("taplytics/user_by_id.json");
        let mut tables = Tables::default();
        tables.add_all("users_by_id", users.iter().enumerate().map(|(row, user)| detail(row, user, &alone)));
        tables.add_all("users", users);
        tables.add_all("push", push);
        Self { tables, key: options.key.clone() }
    }

    pub(crate) fn answer(&self, ask: &Ask) -> Reply {
        let given = ask.header("x-access-token").or_else(|| ask.param("api_token"));
        if given != Some(self.key.as_str()) {
            return error(401);
        }
        let segments = ask.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            _ if ask.method != "GET" => error(404),
            ["v2", "users"] => self.one_by_query(ask).unwrap_or_else(|| self.page(ask, "users")),
            ["v2", "push"] => self.page(ask, "push"),
            ["v2", "usersByToken"] => self.page_by_token(ask),
            ["v2", "users", id] => {
                self.tables.find("users_by_id", id).map_or_else(|| error(404), |user| Reply::json(200, user))
            }
            _ => error(404),
        }
    }

    /// The user asked for by `user_id` or `email`, if the query has either.
    fn one_by_query(&self, ask: &Ask) -> Option<Reply> {
        let (name, wanted) = ["user_id", "email"].iter().find_map(|name| Some((name, ask.param(name)?)))?;
        let users = self.tables.rows("users_by_id");
        let user = users.into_iter().find(|user| user[*name] == wanted);
        Some(user.map_or_else(|| error(404), |user| Reply::json(200, user)))
    }

    fn page_by_token(&self, ask: &Ask) -> Reply {
        let Some(size) = per_page(ask) else { return error(400) };
        let users = self.tables.rows("users");
        let start = match ask.param("paginationToken") {
            None | Some("") => 0,
            Some(token) => match users.iter().position(|user| user["id"] == token) {
                Some(place) => place + 1,
                None => return error(400),
            },
        };
        let end = users.len().min(start + size);
        let page = &users[start..end];
        let more = end < users.len();
        let token = page.last().filter(|_| more).map_or(Value::Null, |user| user["id"].clone());
        let body = json!({"nextPaginationToken": token, "numEntities": page.len(), "users": page});
        Reply::json(200, &body)
    }

    fn page(&self, ask: &Ask, table: &str) -> Reply {
        let Some(size) = per_page(ask) else { return error(400) };
        let page = ask.param("page").map_or(Some(1), |page| page.parse().ok());
        let Some(page) = page.filter(|page| *page > 0) else { return error(400) };
        let rows = self.tables.rows(table);
        let body: Vec<&Value> = rows.iter().skip((page - 1) * size).take(size).copied().collect();
        let reply = Reply::json(200, &json!(body));
        let last = rows.len().div_ceil(size).max(1);
        match self.links(ask, page, last, size) {
            Some(links) => reply.header("Link", links),
            None => reply,
        }
    }

    /// The header as the documentation prints it: single quotes, the key in the URLs, last before next before
    /// first, and a double quote at the end that opens nowhere.
    fn links(&self, ask: &Ask, page: usize, last: usize, size: usize) -> Option<String> {
        let link = |to: usize, rel: &str| {
            let (origin, path, key) = (&ask.origin, &ask.path, in_query(&self.key));
            format!("<{origin}{path}?api_token={key}&page={to}&per_page={size}>; rel='{rel}'")
        };
        let mut links = Vec::new();
        if page < last {
            links.extend([link(last, "last"), link(page + 1, "next")]);
        } else if page > 1 {
            links.push(link(last.min(page - 1), "prev"));
        }
        if page > 1 {
            links.push(link(1, "first"));
        }
        if links.is_empty() { None } else { Some(format!("{}\"", links.join(", "))) }
    }
}

/// An error; the shape of its body is documented nowhere.
pub(crate) fn error(status: u16) -> Reply {
    let message = match status {
        400 => "Bad Request",
        401 => "Invalid API Key",
        402 => "Request Failed",
        404 => "Not Found",
        _ => "Server Error",
    };
    Reply::json(status, &json!({"error": {"message": message}}))
}

/// The size of a page; `None` for what is not a number above 0.
fn per_page(ask: &Ask) -> Option<usize> {
    let size = ask.param("per_page").map_or(Some(PER_PAGE), |size| size.parse().ok())?;
    (size > 0).then(|| size.min(PER_PAGE))
}

fn make_user(dice: Dice, row: usize, user: &mut Map<String, Value>) {
    let (first, last) = (dice.of("first", row, &FIRST_NAMES), dice.of("last", row, &LAST_NAMES));
    let created = 1_420_516_317 + i64::try_from(row).unwrap_or_default() * 40_000;
    let metadata = match row % 4 {
        0 => json!({}),
        1 => json!({"my_user_id": row.to_string(), "plan": dice.of("plan", row, &["gold", "free"])}),
        2 => json!({"Favourite colour": "blue", "age": dice.roll("age", row, 90), "plan": null}),
        _ => json!({"accepts e-mail": row % 8 == 3, "tags": ["a", "b"], "Größe (cm)": 181.5}),
    };
    set(
        user,
        [
            ("id", format!("548223f2c7036020{:08x}", 0x742f_f300 + row).into()),
            ("created_at", moment(created, Style::Colon)),
            ("metadata", metadata),
            ("session_count", dice.roll("sessions", row, 500).into()),
        ],
    );
    if row.is_multiple_of(2) {
        let user_id = format!("user-{row}");
        set(
            user,
            [
                ("user_id", user_id.into()),
                ("email", format!("user{row}@example.com").into()),
                ("first_name", first.into()),
                ("last_name", last.into()),
                ("name", format!("{first} {last}").into()),
            ],
        );
        if let Some(location) = user.get_mut("location").and_then(Value::as_object_mut) {
            let code = dice.of("postal", row, &[Value::Null, json!("M5V 2T6")].each_ref()).clone();
            set(location, [("postal_code", code)]);
        }
    }
}

fn make_push(dice: Dice, row: usize, push: &mut Map<String, Value>) {
    let keys = [json!({}), json!({"deep_link": format!("app://item/{row}")})];
    set(
        push,
        [
            ("notification", json!({"alert": format!("Hello {row}!"), "time_to_live": 60 * row})),
            ("custom_keys", keys[row % 2].clone()),
            ("production", (dice.roll("production", row, 2) == 1).into()),
        ],
    );
}

/// A user as asked for alone: the free map goes by another name, and `gender` is there.
fn detail(row: usize, user: &Value, sample: &Value) -> Value {
    if user["id"] == sample["id"] {
        return sample.clone();
    }
    let mut out = Map::new();
    for (name, value) in user.as_object().into_iter().flatten() {
        let name = if name == "metadata" { "custom_data" } else { name };
        out.insert(name.to_owned(), value.clone());
    }
    let gender = if row.is_multiple_of(2) { json!("female") } else { Value::Null };
    out.insert("gender".to_owned(), gender);
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::plain;

    #[test]
    fn every_user_has_an_id_of_its_own() {
        let api = Taplytics::new(&Options::new());
        let users = api.tables.rows("users");
        let ids: std::collections::BTreeSet<String> = users.iter().map(|user| plain(&user["id"])).collect();
        assert_eq!(ids.len(), 250);
        assert!(ids.iter().all(|id| id.len() == 24));
    }
}
