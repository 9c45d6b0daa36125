//! The cursors that a folder keeps: shown, set and taken away by a person, between loads.
//!
//! A change is a load record of its own, which lists the same tables: the history stays whole, and a run that goes on at the same
//! time notices.

use std::path::Path;

use jiff::Timestamp;
use restload_spec::{CursorKind, CursorValue};
use restload_store::{Act, Commit, CommitError, Folder, LoadId, LoadRecord, StoreError};
use serde_json::Value;

use crate::run::{States, WalkState};

/// What is kept of one walk.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptWalk {
    /// The resource.
    pub resource: String,
    /// The walk's first request, without its bounds.
    pub of: String,
    /// Its cursor; null where only rows are remembered.
    pub cursor: Value,
    /// Rows that are remembered so that they are not appended again.
    pub seen: usize,
}

/// Why cursors were not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum CursorsError {
    /// There is nothing to change.
    #[error("there is no load in `{0}`")]
    NoLoad(String),
    /// No walk of the resource is known.
    #[error("no cursor of `{0}` is kept")]
    NoCursor(String),
    /// The value is no cursor of the resource.
    #[error("`{value}` is no cursor like {like}")]
    Unlike {
        /// What was given.
        value: String,
        /// What is kept.
        like: String,
    },
    /// The record cannot be read.
    #[error("the cursors of the newest load record cannot be read: {0}")]
    Damaged(#[from] serde_json::Error),
    /// The folder.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The record could not be made.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// What the newest record keeps, of one resource or of all.
pub fn kept(record: &LoadRecord, resource: Option<&str>) -> Result<Vec<KeptWalk>, CursorsError> {
    let of_walks = |(name, walks): (String, std::collections::BTreeMap<String, WalkState>)| {
        let mut walks: Vec<KeptWalk> = walks
            .into_values()
            .map(|walk| KeptWalk {
                resource: name.clone(),
                of: walk.of,
                cursor: walk.cursor,
                seen: walk.seen.len(),
            })
            .collect();
        walks.sort_by(|one, other| one.of.cmp(&other.of));
        walks
    };
    let states = states(record)?.into_iter();
    let walks: Vec<KeptWalk> =
        states.filter(|(name, _)| resource.is_none_or(|wanted| wanted == name)).flat_map(of_walks).collect();
    match resource {
        Some(resource) if walks.is_empty() => Err(CursorsError::NoCursor(resource.to_owned())),
        _ => Ok(walks),
    }
}

/// Takes the cursors of one resource, or of all, away; says how many walks that were.
pub fn reset(
    out: &Path,
    folder: &str,
    resource: Option<&str>,
    now: Timestamp,
) -> Result<usize, CursorsError> {
    change(out, folder, now, |record, states| {
        let count = kept(record, resource)?.len();
        states.retain(|name, _| resource.is_some_and(|resource| resource != name));
        Ok(count)
    })
}

/// Sets the cursor of all walks of a resource; says how many they are. The value is of the kind of what is kept: a moment (ISO
/// 8601), a whole number or text.
pub fn set(
    out: &Path,
    folder: &str,
    resource: &str,
    value: &str,
    now: Timestamp,
) -> Result<usize, CursorsError> {
    change(out, folder, now, |_, states| {
        let walks = states.get_mut(resource).filter(|walks| !walks.is_empty());
        let walks = walks.ok_or_else(|| CursorsError::NoCursor(resource.to_owned()))?;
        for walk in walks.values_mut() {
            walk.cursor = like(&walk.cursor, value)?;
        }
        Ok(walks.len())
    })
}

/// A value of the kind of a kept cursor.
fn like(kept: &Value, value: &str) -> Result<Value, CursorsError> {
    let kinds = [CursorKind::Integer, CursorKind::Moment];
    let kind = match kept {
        Value::Number(_) => Some(CursorKind::Integer),
        Value::Null => {
            kinds.into_iter().find(|&kind| CursorValue::from_stored(&Value::from(value), kind).is_some())
        }
        kept => CursorValue::from_stored(kept, CursorKind::Moment).map(|_| CursorKind::Moment),
    };
    let read = CursorValue::from_stored(&Value::from(value), kind.unwrap_or(CursorKind::Text));
    read.map(|cursor| cursor.stored())
        .ok_or_else(|| CursorsError::Unlike { value: value.to_owned(), like: kept.to_string() })
}

fn states(record: &LoadRecord) -> Result<States, CursorsError> {
    match &record.cursors {
        Value::Null => Ok(States::new()),
        cursors => Ok(serde_json::from_value(cursors.clone())?),
    }
}

/// Writes a record that differs from the newest one in its cursors.
fn change(
    out: &Path,
    folder: &str,
    now: Timestamp,
    act: impl FnOnce(&LoadRecord, &mut States) -> Result<usize, CursorsError>,
) -> Result<usize, CursorsError> {
    let folder = Folder::open(out, folder)?;
    // A folder that is not there is not made by looking for it.
    if folder.newest_record()?.is_none() {
        return Err(CursorsError::NoLoad(folder.path().display().to_string()));
    }
    let lock = folder.lock()?;
    folder.recover(&lock)?;
    let newest = folder.newest_record()?;
    let Some(newest) = newest else {
        return Err(CursorsError::NoLoad(folder.path().display().to_string()));
    };
    let mut states = states(&newest)?;
    let changed = act(&newest, &mut states)?;
    let load = folder.begin(LoadId::new(now, rand::random()))?;
    let mut record = LoadRecord::on(&newest, load.id().clone(), now, Act::State);
    record.cursors = if states.is_empty() { Value::Null } else { serde_json::to_value(states)? };
    load.commit(Commit { record, place: Vec::new(), remove: Vec::new() })?;
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use restload_store::{Account, Sequence};
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn folder_with(cursors: Value) -> tempfile::TempDir {
        let out = tempfile::tempdir().unwrap();
        let folder = Folder::open(out.path(), "a").unwrap();
        let load = folder.begin(LoadId::new(now(), 1)).unwrap();
        let account = Account { origin: "https://a.example".into(), ..Account::default() };
        let mut record = LoadRecord::new(Sequence(1), load.id().clone(), "a", now(), account);
        record.cursors = cursors;
        load.commit(Commit { record, place: Vec::new(), remove: Vec::new() }).unwrap();
        out
    }

    fn newest(out: &Path) -> LoadRecord {
        Folder::open(out, "a").unwrap().newest_record().unwrap().unwrap()
    }

    fn two() -> Value {
        json!({
            "rows": {"01": {"of": "GET /b", "cursor": "2026-02-01T00:00:00Z", "seen": [["2026-02-01T00:00:00Z", "ff"]]},
                     "02": {"of": "GET /a", "cursor": "2026-02-03T00:00:00Z"}},
            "ids": {"03": {"of": "GET /ids", "cursor": 17}},
        })
    }

    #[test]
    fn what_is_kept_is_shown_by_walk() {
        let out = folder_with(two());
        let all = kept(&newest(out.path()), None).unwrap();
        let shown: Vec<_> =
            all.iter().map(|walk| (walk.resource.as_str(), walk.of.as_str(), walk.seen)).collect();
        assert_eq!(shown, [("ids", "GET /ids", 0), ("rows", "GET /a", 0), ("rows", "GET /b", 1)]);
        assert_eq!(kept(&newest(out.path()), Some("rows")).unwrap().len(), 2);
        let fault = kept(&newest(out.path()), Some("row")).unwrap_err();
        assert_eq!(fault.to_string(), "no cursor of `row` is kept");
    }

    #[test]
    fn a_reset_takes_one_resource_or_all_and_is_a_load_of_its_own() {
        let out = folder_with(two());
        assert_eq!(reset(out.path(), "a", Some("rows"), now()).unwrap(), 2);
        let record = newest(out.path());
        assert_eq!((record.sequence, record.origin.as_str()), (Sequence(2), "https://a.example"));
        assert_eq!(kept(&record, None).unwrap().len(), 1);
        assert_eq!(reset(out.path(), "a", None, now()).unwrap(), 1);
        assert_eq!(newest(out.path()).cursors, Value::Null);
        assert!(reset(out.path(), "a", Some("rows"), now()).is_err());
        assert_eq!(newest(out.path()).sequence, Sequence(3));
    }

    #[test]
    fn a_cursor_is_set_to_one_of_its_kind() {
        let out = folder_with(two());
        assert_eq!(set(out.path(), "a", "rows", "2026-01-01 02:00 +0200", now()).unwrap(), 2);
        assert_eq!(set(out.path(), "a", "ids", "4", now()).unwrap(), 1);
        let all = kept(&newest(out.path()), None).unwrap();
        let cursors: Vec<_> = all.iter().map(|walk| walk.cursor.to_string()).collect();
        assert_eq!(cursors, ["4", "\"2026-01-01T00:00:00Z\"", "\"2026-01-01T00:00:00Z\""]);
        let fault = set(out.path(), "a", "ids", "soon", now()).unwrap_err();
        assert_eq!(fault.to_string(), "`soon` is no cursor like 4");
        let fault = set(out.path(), "a", "rows", "17", now()).unwrap_err();
        assert!(fault.to_string().starts_with("`17` is no cursor like"));
    }

    #[test]
    fn a_folder_without_a_load_is_not_made() {
        let out = tempfile::tempdir().unwrap();
        assert!(matches!(reset(out.path(), "a", None, now()), Err(CursorsError::NoLoad(_))));
        assert!(!out.path().join("a").exists());
    }
}
