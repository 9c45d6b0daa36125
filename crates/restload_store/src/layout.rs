//! Where what lies in the folder of a spec: every path of this crate is made here.
//!
//! Paths are relative to the spec's folder and joined by `/`. Names that begin with `_` are ours, which is why no
//! table may have one: a reader's `*/*.parquet` meets data only.

use crate::{LoadId, Sequence, StoreError, owner};

/// All that is not a table.
pub(crate) const OURS: &str = "_restload";
/// The load records.
pub(crate) const LOADS: &str = "_restload/loads";
/// What is kept beside the tables: the files of loads that are not committed, and what the newest load took out of the tables. They lie
/// side by side, so that the folder is there once and for all, and one sync of it makes the names of all of them durable.
pub(crate) const KEPT: &str = "_restload/kept";
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

pub(crate) fn journal_path(load: &LoadId) -> String {
    format!("{KEPT}/{load}.journal")
}

// The numbers have five digits so that a reader that sorts names reads the rows in their order.
pub(crate) fn part_path(load: &LoadId, number: u32) -> String {
    format!("{KEPT}/{load}.{number:05}.part")
}

/// What of the owners of a load tells that it has a further one.
pub(crate) fn owner_path(load: &LoadId, owner: u32) -> String {
    format!("{KEPT}/{load}.owner-{owner}")
}

/// The open load that a file belongs to.
pub(crate) fn parse_open(path: &str) -> Option<LoadId> {
    path.strip_prefix(KEPT)?.strip_prefix('/')?.split_once('.')?.0.parse().ok()
}

/// The number of an owner, where a path of an open load is that of one.
pub(crate) fn parse_owner(load: &LoadId, path: &str) -> Option<u32> {
    let owner = path.rsplit_once(".owner-")?.1.parse().ok()?;
    (owner_path(load, owner) == path).then_some(owner)
}

/// The path of a part in its table. A further owner of the load has names of its own.
pub(crate) fn file_path(table: &str, load: &LoadId, owner: u32, number: u32) -> String {
    if owner == owner::FIRST {
        format!("{table}/{load}-{number:05}.parquet")
    } else {
        format!("{table}/{load}-{owner}-{number:05}.parquet")
    }
}

/// The path of a file that comes back to its table by a rollback: its first name, and the load of the rollback.
pub(crate) fn restored_path(path: &str, by: &LoadId) -> String {
    format!("{}.{by}.parquet", first_name(path))
}

/// What stays the same of a path when the file comes back to its table under another.
pub(crate) fn first_name(path: &str) -> &str {
    let Some((table, file)) = path.rsplit_once('/') else { return path };
    let known = file.find('.').unwrap_or(file.len());
    &path[..table.len() + 1 + known]
}

/// The load whose commit gave a file its path; none where the name is not of our making.
pub(crate) fn placed_by(path: &str) -> Option<LoadId> {
    let name = path.rsplit_once('/')?.1.strip_suffix(".parquet")?;
    match name.split_once('.') {
        Some((_, by)) => by.parse().ok(),
        None => name.match_indices('-').nth(1).and_then(|(end, _)| name[..end].parse().ok()),
    }
}

/// Where a file lies that the record of this sequence takes out of its table.
pub(crate) fn replaced_path(by: Sequence, path: &str) -> String {
    format!("{KEPT}/{by}~{}", path.replace('/', "~"))
}

/// The sequence of the record that takes a file out of its table, and the path that the file has there.
pub(crate) fn parse_replaced(path: &str) -> Option<(Sequence, String)> {
    let (by, was) = path.strip_prefix(KEPT)?.strip_prefix('/')?.split_once('~')?;
    Some((Sequence(by.parse().ok()?), was.replacen('~', "/", 1)))
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
    fn the_names_of_files_tell_their_loads() {
        let moment = "2026-01-02T03:04:05Z".parse().unwrap();
        let (load, by) = (LoadId::new(moment, 1), LoadId::new(moment, 2));
        for path in [file_path("a.b", &load, 1, 7), file_path("a.b", &load, 3, 7)] {
            check_table_path(&path).unwrap();
            assert_eq!(placed_by(&path), Some(load.clone()), "{path}");
            let restored = restored_path(&path, &by);
            check_table_path(&restored).unwrap();
            assert_eq!(placed_by(&restored), Some(by.clone()), "{restored}");
            assert_eq!(restored_path(&restored, &load), restored_path(&path, &load));
            assert_eq!(first_name(&restored), first_name(&path));
            let kept = replaced_path(Sequence(7), &restored);
            assert_eq!(parse_replaced(&kept), Some((Sequence(7), restored)));
            assert_eq!(parse_open(&kept), None);
        }
        for path in ["a/mine.parquet", "a/x-y-z.parquet", "a/b", "a"] {
            assert_eq!(placed_by(path), None, "{path}");
        }
        assert_eq!(parse_owner(&load, &owner_path(&load, 12)), Some(12));
        for path in [journal_path(&load), part_path(&load, 2), format!("{}.unnamed", owner_path(&load, 2))] {
            assert_eq!(parse_owner(&load, &path), None, "{path}");
            assert_eq!(parse_open(&path), Some(load.clone()), "{path}");
            assert_eq!(parse_replaced(&path), None, "{path}");
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
