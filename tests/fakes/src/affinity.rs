//! Affinity: v1 and v2 on one host, under one key and one rate limit, alike in nothing else.
//!
//! The two versions hold different people: their samples do, and no answer of one refers to an id of the other.

mod cursor;
mod data_v1;
mod data_v2;
mod fields;
mod filter;
mod lists_v2;
mod v1;
mod v2;
mod values;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::options::Options;
use crate::rate::{Allowance, Rate};
use crate::reply::Reply;
use crate::sample::sample;
use crate::table::Tables;

/// The collections whose size can be set; `companies` and `persons` go for both versions.
pub(crate) const SIZES: &[(&str, usize)] = &[
    ("companies", 230),
    ("list_entries", 110),
    ("lists", 4),
    ("notes", 45),
    ("opportunities", 40),
    ("persons", 120),
    ("reminders", 30),
];

/// The monthly limit of an account, as the documentation has it; no test reaches it.
const MONTHLY: u64 = 100_000_000;

/// The API and its rows.
#[derive(Debug)]
pub(crate) struct Affinity {
    pub(crate) tables: Tables,
    key: String,
    rate: Rate,
}

/// What `dlt-source-affinity` makes of the samples, before it changes names: rows by table, abbreviated.
///
/// A fake with `Options::samples_only` serves what it was made from.
pub fn dlt_tables_expected() -> Value {
    sample!("affinity/dlt_tables_expected.json")
}

impl Affinity {
    pub(crate) fn new(options: &Options) -> Self {
        let mut tables = Tables::default();
        data_v1::add(&mut tables, options);
        data_v2::add(&mut tables, options);
        Self { tables, key: options.key.clone(), rate: Rate::new(options.rate) }
    }

    pub(crate) fn answer(&self, ask: &Ask) -> Reply {
        let allowance = self.rate.count();
        let reply = if !self.admits(ask) {
            error(ask, 401)
        } else if !allowance.granted {
            error(ask, 429)
        } else if ask.method != "GET" {
            error(ask, 405)
        } else {
            self.route(ask, &allowance)
        };
        with_rate(reply, &allowance)
    }

    fn route(&self, ask: &Ask, allowance: &Allowance) -> Reply {
        let segments = ask.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            // A slash at the end is another path here.
            _ if ask.path.ends_with('/') => error(ask, 404),
            ["v2", path @ ..] => v2::answer(&self.tables, ask, path),
            ["rate-limit"] => Reply::json(200, &rate_limit(allowance)),
            path => v1::answer(&self.tables, ask, path),
        }
    }

    /// The key as a Bearer token; in v1 also as the password of an empty user name, never the other way round.
    fn admits(&self, ask: &Ask) -> bool {
        let Some((scheme, given)) = ask.header("Authorization").and_then(|value| value.split_once(' '))
        else {
            return false;
        };
        let bearer = scheme.eq_ignore_ascii_case("bearer") && given == self.key;
        let basic =
            scheme.eq_ignore_ascii_case("basic") && given == BASE64_STANDARD.encode(format!(":{}", self.key));
        bearer || (basic && !is_v2(ask))
    }
}

/// An error in the style of the version that was asked. The body of v1 is documented nowhere.
pub(crate) fn error(ask: &Ask, status: u16) -> Reply {
    let (code, message) = match status {
        400 => ("bad-request", "The request cannot be read"),
        401 => ("authentication", "Missing or invalid API key"),
        403 => ("authorization", "You do not have permission to export this"),
        404 => ("not-found", "Could not find what was asked for"),
        405 => ("method-not-allowed", "This method is not allowed here"),
        422 => ("unprocessable-entity", "A parameter is missing or malformed"),
        429 => ("rate-limit", "Rate limit exceeded"),
        _ => ("server", "Something went wrong"),
    };
    if is_v2(ask) {
        Reply::json(status, &json!({"errors": [{"code": code, "message": message}]}))
    } else {
        Reply::json(status, &json!({"message": message}))
    }
}

fn is_v2(ask: &Ask) -> bool {
    ask.path == "/v2" || ask.path.starts_with("/v2/")
}

fn rate_limit(allowance: &Allowance) -> Value {
    let used = allowance.limit - allowance.remaining;
    json!({"rate": {
        "org_monthly": {"limit": MONTHLY, "remaining": MONTHLY - used, "reset": 2_124_845, "used": used},
        "api_key_per_minute": {
            "limit": allowance.limit,
            "remaining": allowance.remaining,
            "reset": allowance.reset_seconds(),
            "used": used,
        },
    }})
}

fn with_rate(reply: Reply, allowance: &Allowance) -> Reply {
    let used = allowance.limit - allowance.remaining;
    reply
        .header("X-Ratelimit-Limit-User", allowance.limit.to_string())
        .header("X-Ratelimit-Limit-User-Remaining", allowance.remaining.to_string())
        .header("X-Ratelimit-Limit-User-Reset", allowance.reset_seconds().to_string())
        .header("X-Ratelimit-Limit-Org", MONTHLY.to_string())
        .header("X-Ratelimit-Limit-Org-Remaining", (MONTHLY - used).to_string())
        .header("X-Ratelimit-Limit-Org-Reset", "2124845")
}
