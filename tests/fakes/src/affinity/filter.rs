//! The `filter` language of v2: `createdAt>=2025-01-01T00:00:00Z & creator.id=1 | (id=7)`.
//!
//! Properties are names joined by dots; `=` compares as text, the others as moments. A value that is null or
//! absent fulfils nothing: `updatedAt>=…` alone misses every row that was never changed, as it does in Affinity.

use serde_json::Value;

use crate::table::plain;
use crate::vary::read_moment;

/// A filter that has been read.
#[derive(Debug)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Is { property: String, operator: &'static str, value: String },
}

impl Filter {
    /// Reads a filter; `None` if it cannot be read.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let filter = any(&mut rest)?;
        rest.is_empty().then_some(filter)
    }

    pub(super) fn passes(&self, row: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.passes(row)),
            Self::Any(parts) => parts.iter().any(|part| part.passes(row)),
            Self::Is { property, operator, value } => {
                let found = row.pointer(&format!("/{}", property.replace('.', "/"))).unwrap_or(&Value::Null);
                !found.is_null() && compare(&plain(found), operator, value)
            }
        }
    }
}

fn compare(found: &str, operator: &str, wanted: &str) -> bool {
    if operator == "=" {
        return found == wanted;
    }
    let (Some(found), Some(wanted)) = (read_moment(found), read_moment(wanted)) else { return false };
    match operator {
        ">=" => found >= wanted,
        "<=" => found <= wanted,
        ">" => found > wanted,
        _ => found < wanted,
    }
}

fn any(rest: &mut &str) -> Option<Filter> {
    let mut parts = vec![all(rest)?];
    while take(rest, "|") {
        parts.push(all(rest)?);
    }
    Some(Filter::Any(parts))
}

fn all(rest: &mut &str) -> Option<Filter> {
    let mut parts = vec![one(rest)?];
    while take(rest, "&") {
        parts.push(one(rest)?);
    }
    Some(Filter::All(parts))
}

fn one(rest: &mut &str) -> Option<Filter> {
    if take(rest, "(") {
        let inner = any(rest)?;
        return take(rest, ")").then_some(inner);
    }
    let property = word(rest, |c| c.is_ascii_alphanumeric() || c == '.')?;
    let operator = [">=", "<=", ">", "<", "="].into_iter().find(|operator| take(rest, operator))?;
    let value = word(rest, |c| !c.is_whitespace() && !"&|()<>=".contains(c))?;
    if operator != "=" {
        read_moment(&value)?;
    }
    Some(Filter::Is { property, operator, value })
}

fn take(rest: &mut &str, token: &str) -> bool {
    let Some(after) = rest.trim_start().strip_prefix(token) else { return false };
    *rest = after.trim_start();
    true
}

fn word(rest: &mut &str, belongs: impl Fn(char) -> bool) -> Option<String> {
    let text = rest.trim_start();
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    *rest = after.trim_start();
    (!word.is_empty()).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn passes(filter: &str) -> bool {
        let row =
            json!({"id": 1, "creator": {"id": 4}, "createdAt": "2025-01-02T00:00:00Z", "updatedAt": null});
        Filter::parse(filter).unwrap().passes(&row)
    }

    #[test]
    fn and_binds_closer_than_or_and_parentheses_closest() {
        assert!(passes("id=1"));
        assert!(passes("creator.id=4 & createdAt>=2025-01-02T00:00:00Z"));
        assert!(passes("id=1 | id=2 & id=3"));
        assert!(!passes("(id=1 | id=2) & id=3"));
        assert!(!passes("createdAt>2025-01-02T00:00:00Z"));
    }

    #[test]
    fn a_null_fulfils_nothing() {
        assert!(!passes("updatedAt>=2000-01-01T00:00:00Z"));
        assert!(!passes("updatedAt<2100-01-01T00:00:00Z"));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for text in ["", "id", "id=", "id=1 &", "(id=1", "createdAt>=soon", "id=1 id=2"] {
            assert!(Filter::parse(text).is_none(), "{text}");
        }
    }
}
