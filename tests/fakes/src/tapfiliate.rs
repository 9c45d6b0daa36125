//! Tapfiliate 1.6: bare arrays in fixed pages of 25 behind a `Link` header, under an account-wide key.
//!
//! Where the sheet says nothing, the guess is: a path without its last slash is redirected, a page beyond the end
//! is `[]`, a query that cannot be read is a 400, more requests than allowed a 429.

mod below;
mod data;
mod filter;

use serde_json::{Value, json};

pub(crate) use self::data::SIZES;
use self::filter::Filters;
use crate::ask::Ask;
use crate::options::Options;
use crate::rate::{Allowance, Rate};
use crate::reply::Reply;
use crate::sample::sample;
use crate::table::Tables;

/// The rows of a page: fixed, no parameter changes it.
const PAGE: usize = 25;

/// The API and its rows.
#[derive(Debug)]
pub(crate) struct Tapfiliate {
    pub(crate) tables: Tables,
    key: String,
    rate: Rate,
}

/// What a path leads to.
enum Route<'a> {
    /// Pages of those rows that pass the filters.
    Pages(Vec<&'a Value>, &'static Filters),
    /// One body: all rows of what is not paginated, a record, or a map.
    Whole(Value),
    /// A path that is mapped, with an id that is not there.
    UnknownId,
}

impl Tapfiliate {
    pub(crate) fn new(options: &Options) -> Self {
        let tables = data::tables(options);
        Self { tables, key: options.key.clone(), rate: Rate::new(options.rate) }
    }

    pub(crate) fn answer(&self, ask: &Ask) -> Reply {
        let segments = ask.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let route = match segments.split_first() {
            Some((&"1.6", path)) => self.route(path),
            _ => None,
        };
        let Some(route) = route else { return Reply::html(404, "Page not found") };
        if !ask.path.ends_with('/') {
            return redirect(ask);
        }
        match ask.header("X-Api-Key").or_else(|| ask.header("Api-Key")) {
            None | Some("") => return Reply::html(401, "Log in"),
            Some(key) if key != self.key => return error(401),
            Some(_) => {}
        }
        if ask.method != "GET" {
            return error(405);
        }
        let allowance = self.rate.count();
        let reply = if allowance.granted { reply(ask, route) } else { error(429) };
        with_rate(reply, &allowance)
    }

    fn route(&self, path: &[&str]) -> Option<Route<'_>> {
        let rows = |table| self.tables.rows(table);
        Some(match *path {
            ["affiliates"] => Route::Pages(rows("affiliates"), &filter::AFFILIATES),
            ["affiliates", "custom-fields"] => Route::Whole(json!(rows("affiliate_custom_fields"))),
            ["affiliates", id, ref rest @ ..] => self.below("affiliates", id, rest)?,
            ["affiliate-groups"] => Route::Pages(rows("affiliate_groups"), &filter::NONE),
            ["affiliate-groups", id] => self.one("affiliate_groups", id),
            ["affiliate-prospects"] => Route::Pages(rows("affiliate_prospects"), &filter::PROSPECTS),
            ["affiliate-prospects", id] => self.one("affiliate_prospects", id),
            ["programs"] => Route::Pages(rows("programs"), &filter::NONE),
            ["programs", id, ref rest @ ..] => self.below("programs", id, rest)?,
            ["conversions"] => Route::Pages(rows("conversions"), &filter::CONVERSIONS),
            ["conversions", id, ref rest @ ..] => self.below("conversions", id, rest)?,
            ["customers"] => Route::Pages(rows("customers"), &filter::CUSTOMERS),
            ["customers", id, ref rest @ ..] => self.below("customers", id, rest)?,
            ["commissions"] => Route::Pages(rows("commissions"), &filter::COMMISSIONS),
            ["commissions", id] => self.one("commissions", id),
            ["payments"] => Route::Pages(rows("payments"), &filter::NONE),
            ["payments", id] => self.one("payments", id),
            ["clicks"] => Route::Pages(rows("clicks"), &filter::CLICKS),
            ["clicks", id] => self.one("clicks", id),
            ["balances"] => Route::Whole(json!(rows("balances"))),
            _ => return None,
        })
    }

    fn one(&self, table: &str, id: &str) -> Route<'_> {
        self.tables.find(table, id).map_or(Route::UnknownId, |row| Route::Whole(row.clone()))
    }

    /// A record of `table` and what stands below it; a child of a parent that is not there is an unknown id.
    fn below(&self, table: &'static str, id: &str, rest: &[&str]) -> Option<Route<'_>> {
        let children = |child| self.tables.children(child, id);
        let body = |child| children(child).first().map_or(json!([]), |body| (*body).clone());
        let route = match (table, rest) {
            (_, []) => self.one(table, id),
            ("affiliates", ["notes"]) => Route::Whole(json!(children("affiliates_notes"))),
            ("affiliates", ["payout-methods"]) => Route::Whole(json!(children("affiliates_payout_methods"))),
            ("affiliates", ["payout-methods", method]) => {
                child(&children("affiliates_payout_methods"), method)
            }
            ("affiliates", ["payments"]) => Route::Whole(json!(children("affiliates_payments"))),
            ("affiliates", ["programs"]) => Route::Whole(json!(children("affiliates_programs"))),
            ("affiliates", ["balances"]) => Route::Whole(body("affiliates_balances")),
            ("affiliates", ["meta-data"]) => Route::Whole(body("affiliates_meta")),
            ("affiliates", ["meta-data", key]) => entry(&body("affiliates_meta"), key),
            ("conversions", ["meta-data"]) => Route::Whole(body("conversions_meta")),
            ("conversions", ["meta-data", key]) => entry(&body("conversions_meta"), key),
            ("customers", ["meta-data"]) => Route::Whole(body("customers_meta")),
            ("customers", ["meta-data", key]) => entry(&body("customers_meta"), key),
            ("programs", ["affiliates"]) => Route::Pages(children("program_affiliates"), &filter::AFFILIATES),
            ("programs", ["affiliates", affiliate]) => child(&children("program_affiliates"), affiliate),
            ("programs", ["commission-types"]) => Route::Whole(json!(children("program_commission_types"))),
            ("programs", ["levels"]) => Route::Whole(json!(children("program_levels"))),
            ("programs", ["bonuses"]) => Route::Whole(json!(children("program_bonuses"))),
            _ => return None,
        };
        let known = self.tables.find(table, id).is_some();
        Some(if known { route } else { Route::UnknownId })
    }
}

/// An error in the documented words, where there are any.
pub(crate) fn error(status: u16) -> Reply {
    let body = match status {
        401 => sample!("tapfiliate/error_401_wrong_key.json"),
        404 => sample!("tapfiliate/error_404.json"),
        429 => sample!("tapfiliate/error_429_ASSUMED.json"),
        400 => json!({"message": "Bad Request", "code": 400}),
        405 => json!({"message": "Method Not Allowed", "code": 405}),
        _ => json!({"message": "Internal Server Error", "code": status}),
    };
    Reply::json(status, &body)
}

fn child<'a>(rows: &[&Value], id: &str) -> Route<'a> {
    let row = rows.iter().find(|row| row["id"] == id);
    row.map_or(Route::UnknownId, |row| Route::Whole((*row).clone()))
}

/// One pair of a map, as a map.
fn entry<'a>(map: &Value, key: &str) -> Route<'a> {
    map.get(key).map_or(Route::UnknownId, |value| Route::Whole(json!({key: value})))
}

fn reply(ask: &Ask, route: Route<'_>) -> Reply {
    match route {
        Route::UnknownId => error(404),
        Route::Whole(body) => Reply::json(200, &body),
        Route::Pages(rows, filters) => page(ask, rows, filters),
    }
}

fn page(ask: &Ask, mut rows: Vec<&Value>, filters: &Filters) -> Reply {
    let number =
        ask.param("page").map_or(Some(1), |page| page.parse::<usize>().ok()).filter(|page| *page > 0);
    let (Some(number), Ok(filters)) = (number, filters.bind(ask)) else { return error(400) };
    rows.retain(|row| filters.pass(row));
    let last = rows.len().div_ceil(PAGE).max(1);
    let body: Vec<&Value> = rows.iter().skip((number - 1) * PAGE).take(PAGE).copied().collect();
    let reply = Reply::json(200, &json!(body));
    match links(ask, number, last) {
        Some(links) => reply.header("Link", links),
        None => reply,
    }
}

/// `next`, `last`, `first`, `prev`, each where there is such a page; a page beyond the end has the last before it.
fn links(ask: &Ask, page: usize, last: usize) -> Option<String> {
    let link = |to: usize, rel: &str| {
        format!("<{}>; rel=\"{rel}\"", ask.link(&["page"], &[("page", &to.to_string())]))
    };
    let mut links = Vec::new();
    if page < last {
        links.extend([link(page + 1, "next"), link(last, "last")]);
    }
    if page > 1 {
        links.extend([link(1, "first"), link(last.min(page - 1), "prev")]);
    }
    if links.is_empty() { None } else { Some(links.join(", ")) }
}

fn redirect(ask: &Ask) -> Reply {
    let query: Option<String> = (!ask.query.is_empty()).then(|| ask.link(&[], &[]));
    let query = query.as_deref().and_then(|link| link.split_once('?')).map(|(_, query)| format!("?{query}"));
    let location = format!("{}{}/{}", ask.origin, ask.path, query.unwrap_or_default());
    Reply::html(301, "Moved permanently").header("Location", location)
}

fn with_rate(reply: Reply, allowance: &Allowance) -> Reply {
    reply
        .header("X-Ratelimit-Limit", allowance.limit.to_string())
        .header("X-Ratelimit-Remaining", allowance.remaining.to_string())
        .header("X-Ratelimit-Reset", allowance.reset_unix().to_string())
}
