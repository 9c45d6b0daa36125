//! Small files of a table joined to larger ones: the same rows in the same order, under the same columns, by a record of its own.
//!
//! Only files that follow each other are joined, so that the order of rows stays. Rows are read and written in small batches: the
//! memory that it takes is that of one writer.

use std::fs::File;
use std::ops::Range;

use jiff::Timestamp;
use restload_store::{
    Act, Commit, CommitError, FileEntry, Folder, LoadId, LoadRecord, Lock, OpenLoad, Place, Sequence,
    StoreError, TableState,
};
use restload_table::{PartWriter, TableError, TableSchema, read_facts, rewrite};

use crate::run::recorded_schema;

/// The size of files that is aimed at where nothing else is said.
pub const TARGET_BYTES: u64 = 128 << 20;

/// Metadata that a file takes over from those it is made of.
const TAKEN_OVER: [&str; 2] = ["restload.spec", "restload.resource"];

/// What was joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compacted {
    /// The record that was made; none where there was nothing to join.
    pub sequence: Option<Sequence>,
    /// The tables whose files were joined.
    pub tables: Vec<CompactedTable>,
}

/// A table whose files were joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactedTable {
    /// Its name.
    pub name: String,
    /// How many files it had, and their bytes.
    pub before: (u64, u64),
    /// How many it has.
    pub after: (u64, u64),
    /// Its rows, as before.
    pub rows: u64,
}

/// Why files were not joined. Nothing is changed then, unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum CompactError {
    /// There is nothing to join.
    #[error("there is no load in `{0}`")]
    NoLoad(String),
    /// The table is not there.
    #[error("there is no table `{0}`")]
    NoTable(String),
    /// The columns of a table cannot be read from the record.
    #[error("the record's schema of `{table}` cannot be read: {source}")]
    Schema {
        /// The table.
        table: String,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A file of a table.
    #[error("`{path}`: {source}")]
    File {
        /// Its path in the record.
        path: String,
        /// What is wrong.
        #[source]
        source: TableError,
    },
    /// A file is not there.
    #[error("`{path}` is in the newest record and not there: `restload verify` says more")]
    Missing {
        /// Its path in the record.
        path: String,
    },
    /// A file is not what the record says.
    #[error("`{path}` is not what the newest record says: {reason}: `restload verify` says more")]
    Differs {
        /// Its path in the record.
        path: String,
        /// What is different.
        reason: String,
    },
    /// A file has not the rows that the record counts.
    #[error("`{path}` has {found} rows, and the record counts {counted}: `restload verify` says more")]
    Rows {
        /// Its path in the record.
        path: String,
        /// The rows of the file.
        found: u64,
        /// Those of the record.
        counted: u64,
    },
    /// The folder.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The record could not be made.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// Joins files of all tables, or of one, to files of about `target` bytes. It takes the lock for witness; recovery comes before it.
pub fn compact(
    folder: &Folder,
    _lock: &Lock,
    (load, now): (LoadId, Timestamp),
    target: u64,
    only: Option<&str>,
) -> Result<Compacted, CompactError> {
    let newest = folder.newest_record()?;
    let newest = newest.ok_or_else(|| CompactError::NoLoad(folder.path().display().to_string()))?;
    if let Some(missing) = only.filter(|only| !newest.tables.contains_key(*only)) {
        return Err(CompactError::NoTable(missing.to_owned()));
    }
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let tables = newest.tables.iter().filter(|(name, _)| wanted(name));
    let groups: Vec<_> = tables
        .map(|(name, state)| (name, state, groups(&state.files, target)))
        .filter(|(.., groups)| !groups.is_empty())
        .collect();
    if groups.is_empty() {
        return Ok(Compacted::default());
    }
    let open = folder.begin(load)?;
    let joined = join_all(folder, &open, &newest, now, groups);
    if joined.is_err() {
        // The reason of the failure is the one to tell; what stays is for recovery.
        let _ = open.abandon();
    }
    joined
}

fn join_all(
    folder: &Folder,
    open: &OpenLoad,
    newest: &LoadRecord,
    now: Timestamp,
    groups: Vec<(&String, &TableState, Vec<Range<usize>>)>,
) -> Result<Compacted, CompactError> {
    let mut record = LoadRecord::on(newest, open.id().clone(), now, Act::Compact);
    let (mut place, mut remove, mut tables) = (Vec::new(), Vec::new(), Vec::new());
    for (name, state, groups) in groups {
        let schema =
            recorded_schema(state).map_err(|source| CompactError::Schema { table: name.clone(), source })?;
        let mut files = Vec::new();
        let mut at = 0;
        for group in groups {
            files.extend_from_slice(&state.files[at..group.start]);
            at = group.end;
            let joining = Joining { folder, open, table: name, schema: &schema };
            let (file, part) = joining.join(&state.files[group.clone()])?;
            place.push(Place { part, table: name.clone() });
            remove.extend(state.files[group].iter().map(|file| file.path.clone()));
            files.push(file);
        }
        files.extend_from_slice(&state.files[at..]);
        tables.push(CompactedTable {
            name: name.clone(),
            before: size(&state.files),
            after: size(&files),
            rows: state.rows,
        });
        record.tables[name].files = files;
    }
    let sequence = Some(record.sequence);
    open.commit(Commit { record, place, remove })?;
    Ok(Compacted { sequence, tables })
}

/// How many files there are, and their bytes.
fn size(files: &[FileEntry]) -> (u64, u64) {
    (files.len() as u64, files.iter().map(|file| file.bytes).sum())
}

/// Runs of two files and more that make no more than `target` bytes together.
fn groups(files: &[FileEntry], target: u64) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, file) in files.iter().enumerate() {
        if at > start && bytes + file.bytes > target {
            groups.push(start..at);
            (start, bytes) = (at, 0);
        }
        bytes += file.bytes;
    }
    groups.push(start..files.len());
    groups.retain(|group| group.len() > 1);
    groups
}

/// The joining of files of one table.
struct Joining<'a> {
    folder: &'a Folder,
    open: &'a OpenLoad,
    table: &'a str,
    schema: &'a TableSchema,
}

impl Joining<'_> {
    fn join(&self, files: &[FileEntry]) -> Result<(FileEntry, u32), CompactError> {
        let out = self.open.create_part()?;
        let number = out.number();
        let fault = |path: &str, source| CompactError::File { path: path.to_owned(), source };
        let first = files.first().map_or("", |file| file.path.as_str());
        for file in files {
            self.check(file)?;
        }
        let mut part =
            PartWriter::new(out, self.schema, &self.metadata(first)?).map_err(|error| fault(first, error))?;
        for file in files {
            let read = self.open(&file.path)?;
            let found =
                rewrite(read, self.schema, None, &mut part).map_err(|error| fault(&file.path, error))?;
            if found != file.rows {
                return Err(CompactError::Rows { path: file.path.clone(), found, counted: file.rows });
            }
        }
        let (out, info) = part.finish().map_err(|error| fault(first, error))?;
        Ok((self.open.file(&out.close()?, self.table, info.rows), number))
    }

    /// What is wrong with a file would be right ever after.
    fn check(&self, file: &FileEntry) -> Result<(), CompactError> {
        let path = || file.path.clone();
        let found =
            self.folder.fingerprint(&file.path)?.ok_or_else(|| CompactError::Missing { path: path() })?;
        let wrong = file.differs(&found).map(|reason| CompactError::Differs { path: path(), reason });
        wrong.map_or(Ok(()), Err)
    }

    /// What the files say of themselves, but for the load.
    fn metadata(&self, path: &str) -> Result<Vec<(String, String)>, CompactError> {
        let facts = read_facts(self.open(path)?, self.schema);
        let facts = facts.map_err(|source| CompactError::File { path: path.to_owned(), source })?;
        let mut metadata = facts.metadata;
        metadata.retain(|(key, _)| TAKEN_OVER.contains(&key.as_str()));
        metadata.push(("restload.load".to_owned(), self.open.id().to_string()));
        Ok(metadata)
    }

    fn open(&self, path: &str) -> Result<File, CompactError> {
        let at = self.folder.locate(path);
        Ok(File::open(&at).map_err(StoreError::io("read", at))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(sizes: &[u64]) -> Vec<FileEntry> {
        let load = LoadId::new(Timestamp::UNIX_EPOCH, 0);
        let entry = |&bytes: &u64| FileEntry {
            path: format!("t/{bytes}"),
            rows: 1,
            bytes,
            sha256: String::new(),
            load: load.clone(),
        };
        sizes.iter().map(entry).collect()
    }

    #[test]
    fn files_that_follow_each_other_are_joined_up_to_the_target() {
        for (sizes, wanted) in [
            (&[][..], &[][..]),
            (&[5], &[]),
            (&[5, 5], &[(0, 2)]),
            (&[5, 6], &[]),
            (&[200, 1, 1, 200, 1], &[(1, 3)]),
            (&[4, 4, 4, 4, 4], &[(0, 2), (2, 4)]),
            (&[0, 10, 0], &[(0, 3)]),
        ] {
            let groups: Vec<_> =
                groups(&files(sizes), 10).iter().map(|group| (group.start, group.end)).collect();
            assert_eq!(groups, wanted, "{sizes:?}");
        }
    }
}
