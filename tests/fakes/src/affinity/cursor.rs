//! Paging of v2: `limit` and an opaque `cursor`, absolute links to both sides that repeat the query.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::reply::Reply;

/// What sets one list's paging apart from another's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paging {
    pub(super) default: usize,
    pub(super) least: usize,
    /// Answers `totalCount=true` with the number of all rows.
    pub(super) counts: bool,
    /// Has `data: null` in place of an empty array.
    pub(super) null_when_empty: bool,
}

/// Nearly every list: 1 to 100, 100 by default.
pub(super) const USUAL: Paging = Paging { default: 100, least: 1, counts: false, null_when_empty: false };
/// Entries of a list, whose `data` is null when there is none.
pub(super) const ENTRIES: Paging = Paging { null_when_empty: true, ..USUAL };
/// Fields of a list entry.
pub(super) const ENTRY_FIELDS: Paging = Paging { default: 20, ..USUAL };
/// Notes and what belongs to them.
pub(super) const NOTES: Paging = Paging { default: 20, least: 0, counts: true, null_when_empty: false };
/// Calls, e-mails, meetings and chat messages.
pub(super) const INTERACTIONS: Paging = Paging { counts: true, ..USUAL };

/// Answers with a page of rows, each put into its final form by `form`.
pub(super) fn page(ask: &Ask, rows: &[&Value], paging: Paging, form: impl Fn(&Value) -> Value) -> Reply {
    let bounds = limit(ask, paging).and_then(|limit| Ok((limit, start(ask, limit)?.min(rows.len()))));
    let (limit, start) = match bounds {
        Ok(bounds) => bounds,
        Err(reply) => return reply,
    };
    let end = rows.len().min(start + limit);
    let data: Vec<Value> = rows[start..end].iter().map(|row| form(row)).collect();
    let link = |wanted: bool, cursor: String| {
        if wanted { ask.link(&["cursor"], &[("cursor", &opaque(&cursor))]).into() } else { Value::Null }
    };
    let next = link(end < rows.len() && limit > 0, format!("       after:::{end}"));
    let previous = link(start > 0, format!("      before:::{start}"));
    let mut pagination = json!({"prevUrl": previous, "nextUrl": next});
    if paging.counts && ask.param("totalCount") == Some("true") {
        pagination["totalCount"] = rows.len().into();
    }
    let data = if data.is_empty() && paging.null_when_empty { Value::Null } else { data.into() };
    Reply::json(200, &json!({"data": data, "pagination": pagination}))
}

/// An error that names a parameter.
pub(super) fn invalid(param: &str, message: &str) -> Reply {
    Reply::json(400, &json!({"errors": [{"code": "validation", "message": message, "param": param}]}))
}

fn limit(ask: &Ask, paging: Paging) -> Result<usize, Reply> {
    let Some(given) = ask.param("limit") else { return Ok(paging.default) };
    match given.parse::<usize>() {
        Ok(limit) if limit > 100 => Err(invalid("limit", "limit must be at most 100")),
        Ok(limit) if limit < paging.least => Err(invalid("limit", "limit must be at least 1")),
        Ok(limit) => Ok(limit),
        Err(_) => Err(invalid("limit", "limit must be an integer")),
    }
}

/// The row at which the page begins. A cursor to the page before counts back from its own row.
fn start(ask: &Ask, limit: usize) -> Result<usize, Reply> {
    let Some(given) = ask.param("cursor") else { return Ok(0) };
    let refused = || invalid("cursor", "cursor is invalid");
    let cursor = plain_text(given).ok_or_else(refused)?;
    let (side, row) = cursor.trim_start().split_once(":::").ok_or_else(refused)?;
    let row: usize = row.parse().map_err(|_| refused())?;
    match side {
        "after" => Ok(row),
        "before" => Ok(row.saturating_sub(limit)),
        _ => Err(refused()),
    }
}

/// How a cursor or a token is spelled, in both versions.
pub(super) fn opaque(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

/// What [`opaque`] spelled; `None` for what it never gave.
pub(super) fn plain_text(given: &str) -> Option<String> {
    String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(given).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_of_the_documentation_is_spelled_alike() {
        assert_eq!(opaque("       after:::4"), "ICAgICAgIGFmdGVyOjo6NA");
        assert_eq!(plain_text("ICAgICAgYmVmb3JlOjo6Nw").as_deref(), Some("      before:::7"));
        assert_eq!(plain_text("a=b"), None);
    }
}
