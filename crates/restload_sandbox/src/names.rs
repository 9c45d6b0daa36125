//! What the names of fields, resources and parameters say: `companyId`, `companies` and `company_ids` are about one thing.

/// Words at the end of a name whose number or text is no quantity.
const FIXED: [&str; 22] = [
    "code",
    "color",
    "day",
    "id",
    "ids",
    "kind",
    "lat",
    "latitude",
    "level",
    "lng",
    "lon",
    "longitude",
    "month",
    "port",
    "postal",
    "rank",
    "role",
    "status",
    "type",
    "version",
    "year",
    "zip",
];

/// A name in small letters with `_` between its words: `companyId` and `Company-ID` are `company_id`.
pub(crate) fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut before_is_small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            out.push('_');
        } else if c.is_uppercase() && before_is_small {
            out.push('_');
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_lowercase());
        }
        before_is_small = c.is_lowercase() || c.is_ascii_digit();
    }
    out.trim_matches('_').to_owned()
}

/// The singular of a plural in snake case; only its last word changes.
pub(crate) fn singular(name: &str) -> String {
    let cut = |ending: usize, new: &str| format!("{}{new}", &name[..name.len() - ending]);
    match name {
        _ if name.ends_with("ies") && name.len() > 4 => cut(3, "y"),
        _ if ["sses", "xes", "ches", "shes"].iter().any(|ending| name.ends_with(ending)) => cut(2, ""),
        _ if name.ends_with('s') && !name.ends_with("ss") && !name.ends_with("us") => cut(1, ""),
        _ => name.to_owned(),
    }
}

/// A resource's name without a version at its end, as a singular in snake case.
pub(crate) fn of_resource(name: &str) -> String {
    let name = snake(name);
    let stem = name.rsplit_once('_').filter(|(_, last)| is_version(last)).map_or(&*name, |(stem, _)| stem);
    singular(stem)
}

fn is_version(word: &str) -> bool {
    word.strip_prefix('v')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a field of this name holds something that is told by, not counted: an id, a code, a place.
pub(crate) fn is_fixed(name: &str) -> bool {
    let name = snake(name);
    let last = name.rsplit('_').next().unwrap_or_default();
    FIXED.contains(&last) || name.starts_with("uuid") || last == "uuid"
}

/// Whether a field of this name could tell one row from another by itself.
pub(crate) fn is_identity(name: &str) -> bool {
    matches!(&*snake(name), "id" | "uuid" | "guid" | "gid" | "key" | "uid" | "oid")
}

/// What a name in snake case is the id of: `list` of `list_id`.
pub(crate) fn without_id(name: &str) -> &str {
    name.strip_suffix("_id").unwrap_or(name)
}

/// Whether a field of this name holds a moment.
pub(crate) fn is_moment(name: &str) -> bool {
    let name = snake(name);
    let words = ["at", "time", "timestamp", "date", "created", "updated", "modified", "on", "ts"];
    words.contains(&name.rsplit('_').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_snake_case() {
        for (name, want) in [
            ("companyId", "company_id"),
            ("company-id", "company_id"),
            ("list_entry_id", "list_entry_id"),
            ("URL", "url"),
            ("field1Id", "field1_id"),
        ] {
            assert_eq!(snake(name), want);
        }
    }

    #[test]
    fn plurals_become_singular() {
        for (name, want) in [
            ("companies", "company"),
            ("list_entries_v1", "list_entry"),
            ("lists", "list"),
            ("boxes", "box"),
            ("addresses", "address"),
            ("status", "status"),
            ("people", "people"),
        ] {
            assert_eq!(of_resource(name), want);
        }
    }

    #[test]
    fn what_is_counted_is_told_from_what_is_named() {
        assert!(is_fixed("ownerId") && is_fixed("zip") && is_fixed("role_ids") && is_fixed("statusCode"));
        assert!(!is_fixed("amount") && !is_fixed("session_count") && !is_fixed("paid"));
        assert!(is_moment("createdAt") && is_moment("timestamp") && !is_moment("format"));
    }
}
