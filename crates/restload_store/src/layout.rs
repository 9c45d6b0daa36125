//! Where what lies in the folder of a spec: every path of this crate is made here.
//!
//! Paths are relative to the spec's folder and joined by `/`. Names that begin with `_` are ours, which is why no
//! table may have one: a reader's `*/*.parquet` meets data only.

use crate::{LoadId, Sequence, StoreError};

/// All that is not a table.
pub(crate) const OURS: &str = "_restload";
/// The load records.
pub(crate) const LOADS: &str = "_restload/loads";
/// The loads that are not committed.
pub(crate) const OPEN: &str = "_restload/open";
/// What the newest load took out of the tables.
pub(crate) const REPLACED: &str = "_restload/replaced";
/// What no record listed, and `verify --repair` took out of the tables.
pub(crate) const ORPHANS: &str = "_restload/orphans";
/// The lock of the folder.
pub(crate) const LOCK: &str = "_restload/lock";

const RECORD_ENDING: &str = ".json";

pub(crate) fn record_path(sequence: Sequence) -> String {
    format!("{LOADS}/{sequence}{RECORD_ENDING}")
}

/// The sequence of a record's path; none for what else may lie beside the records.
pub(crate) fn parse_record_path(path: &str) -> Option<Sequence> {
    let digits = path.strip_prefix(LOADS)?.strip_prefix('/')?.strip_suffix(RECORD_ENDING)?;
    let written = digits.len() >= 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().map(Sequence).filter(|sequence| written && sequence.to_string() == digits)
}

pub(crate) fn open_folder(load: &LoadId) -> String {
    format!("{OPEN}/{load}")
}

pub(crate) fn journal_path(load: &LoadId) -> String {
    format!("{OPEN}/{load}/journal")
}

// The numbers have five digits so that a reader that sorts names reads the rows in their order.
pub(crate) fn part_path(load: &LoadId, number: u32) -> String {
    format!("{OPEN}/{load}/{number:05}.part")
}

pub(crate) fn file_path(table: &str, load: &LoadId, number: u32) -> String {
    format!("{table}/{load}-{number:05}.parquet")
}

pub(crate) fn replaced_folder(load: &LoadId) -> String {
    format!("{REPLACED}/{load}")
}

pub(crate) fn replaced_path(load: &LoadId, path: &str) -> String {
    format!("{REPLACED}/{load}/{path}")
}

/// The first name of `path` below `folder`: the load that a file in `open` or `replaced` belongs to.
pub(crate) fn child<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(folder)?.strip_prefix('/')?.split_once('/').map(|(name, _)| name)
}

/// The folder of a path; empty for what lies in the spec's folder itself.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Accepts the name of a table: `[A-Za-z0-9_.-]+` that does not begin with `.` or `_`.
pub fn check_table_name(name: &str) -> Result<(), StoreError> {
    check_name("table", name)
}

pub(crate) fn check_spec_name(name: &str) -> Result<(), StoreError> {
    check_name("spec", name)
}

fn check_name(what: &'static str, name: &str) -> Result<(), StoreError> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if name.is_empty() || name.starts_with(['.', '_']) || !name.bytes().all(known) {
        return Err(StoreError::Name { what, name: name.to_owned() });
    }
    Ok(())
}

/// Accepts the path of a file in a table's folder: paths come from records and journals, which a person may edit.
pub(crate) fn check_table_path(path: &str) -> Result<(), StoreError> {
    let inside = path
        .split_once('/')
        .is_some_and(|(table, file)| check_table_name(table).is_ok() && check_name("file", file).is_ok());
    if inside { Ok(()) } else { Err(StoreError::PathLeaves { path: path.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_leave_the_folder_or_hide_are_refused() {
        for name in ["a", "Field_Values-v1.2", "0", "a..b", "tapfiliate.sandbox"] {
            check_table_name(name).unwrap();
        }
        for name in ["", ".", "..", ".a", "_restload", "_a", "a/b", "a\\b", "a b", "ä", "a\0", "a:b", "a*"] {
            let error = check_table_name(name).unwrap_err();
            assert!(matches!(error, StoreError::Name { what: "table", .. }), "{name}");
        }
    }

    #[test]
    fn only_files_of_tables_are_paths_of_a_table() {
        check_table_path("notes/20240229T235958Z-000000-00001.parquet").unwrap();
        for path in
            ["notes", "/notes/a", "notes/", "notes/../a", "notes/a/b", "_restload/lock", "../x/a", "./a"]
        {
            assert!(check_table_path(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_record_is_known_by_its_ten_digits() {
        assert_eq!(record_path(Sequence(42)), "_restload/loads/0000000042.json");
        assert_eq!(parse_record_path("_restload/loads/0000000042.json"), Some(Sequence(42)));
        let longer = record_path(Sequence(u64::MAX));
        assert_eq!(parse_record_path(&longer), Some(Sequence(u64::MAX)));
        for path in [
            "_restload/loads/42.json",
            "_restload/loads/.0000000042.json.x",
            "_restload/loads/00000000420.json",
        ] {
            assert_eq!(parse_record_path(path), None, "{path}");
        }
    }
}
