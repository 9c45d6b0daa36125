//! Whether a folder is what its records say: every file against its hash, its size and its rows, and nothing beside them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::fs::File;

use restload_store::{FileEntry, Folder, LoadId, LoadRecord, Lock, Sequence, StoreError, TableState};
use restload_table::{TableSchema, read_facts};

use crate::run::recorded_schema;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A record cannot be read.
    Record(String),
    /// The record's own figures of a table do not agree.
    Figures {
        /// The table.
        table: String,
        /// What does not agree.
        reason: String,
    },
    /// A file that the newest record lists is not there.
    Missing {
        /// Its path in the record.
        path: String,
        /// Where it lies now, if a load took it out and it is kept.
        kept: Option<String>,
    },
    /// A file is not what the record says.
    Differs {
        /// Its path in the record.
        path: String,
        /// What is different.
        reason: String,
    },
    /// A file lies in a table's folder, and the newest record does not list it: readers of the folder see its rows.
    Orphan(String),
    /// A commit was begun and is neither finished nor undone.
    Interrupted(LoadId),
}

impl Finding {
    /// The name of the kind of finding.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Record(_) | Self::Figures { .. } => "load-record",
            Self::Missing { .. } => "file-missing",
            Self::Differs { .. } => "file-differs",
            Self::Orphan(_) => "orphan",
            Self::Interrupted(_) => "interrupted-commit",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Record(_) | Self::Figures { .. } => "put the record back from a backup",
            Self::Missing { kept: Some(_), .. } => "`restload verify --repair` brings it back",
            Self::Missing { .. } | Self::Differs { .. } => {
                "put the file back from a backup, take the load back with `restload rollback`, or read the table anew with \
                 `restload run --full-refresh`"
            }
            Self::Orphan(_) => "`restload verify --repair` moves it out of the table's folder",
            Self::Interrupted(_) => "`restload recover` finishes or undoes it, and so does the next run",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(reason) => out.write_str(reason),
            Self::Figures { table, reason } => {
                write!(out, "the record of `{table}` does not agree: {reason}")
            }
            Self::Missing { path, kept: None } => {
                write!(out, "`{path}` is in the newest record and not there")
            }
            Self::Missing { path, kept: Some(kept) } => {
                write!(out, "`{path}` is in the newest record, and lies in `{kept}`")
            }
            Self::Differs { path, reason } => write!(out, "`{path}` is not what the record says: {reason}"),
            Self::Orphan(path) => {
                write!(out, "`{path}` is in no record that counts, and readers of the folder see it")
            }
            Self::Interrupted(load) => write!(out, "the commit of load {load} was interrupted"),
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// The newest record; none where there is no load.
    pub newest: Option<Sequence>,
    /// How many records there are.
    pub records: u64,
    /// How many tables.
    pub tables: u64,
    /// How many files were read.
    pub files: u64,
    /// Their rows.
    pub rows: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What is wrong, and stays so.
    pub findings: Vec<Finding>,
    /// What is no fault and worth knowing.
    pub notes: Vec<String>,
    /// What was mended.
    pub repaired: Vec<String>,
}

/// Proves a folder. With a lock, what can be mended without losing anything is mended.
pub fn verify(folder: &Folder, repair: Option<&Lock>) -> Result<Verified, StoreError> {
    let mut verified = Verified::default();
    if let Some(lock) = repair {
        let recovered = folder.recover(lock)?;
        verified.repaired.extend(recovered.to_string().lines().map(str::to_owned));
    }
    let sequences = folder.sequences()?;
    verified.records = sequences.len() as u64;
    verified.newest = sequences.last().copied();
    note_gaps(&sequences, &mut verified.notes);
    let mut newest = None;
    for sequence in sequences {
        newest = match folder.record(sequence) {
            Ok(record) => record,
            Err(error) => {
                verified.findings.push(Finding::Record(error.to_string()));
                None
            }
        };
    }
    let expected = unended(folder, &mut verified)?;
    let listed = match (&newest, verified.newest) {
        (Some(record), _) => {
            let check = Check { folder, repair, kept: folder.kept()? };
            for (name, state) in &record.tables {
                check.table(name, state, &expected, &mut verified)?;
            }
            listed(record)
        }
        // Nobody knows what belongs to tables whose record cannot be read.
        (None, Some(_)) => return Ok(verified),
        (None, None) => HashSet::new(),
    };
    for path in folder.visible()? {
        if listed.contains(path.as_str()) || expected.contains(&path) {
            continue;
        }
        let aside = repair.map(|lock| folder.set_aside(lock, &path)).transpose()?.flatten();
        match aside {
            Some(to) => verified
                .repaired
                .push(format!("moved `{path}`, which no record that counts lists, to `{to}`")),
            None => verified.findings.push(Finding::Orphan(path)),
        }
    }
    Ok(verified)
}

fn listed(record: &LoadRecord) -> HashSet<&str> {
    record.all_files().map(|file| file.path.as_str()).collect()
}

fn note_gaps(sequences: &[Sequence], notes: &mut Vec<String>) {
    let first = sequences.first().filter(|first| first.0 > 1).map(|first| (Sequence(0), *first));
    let pairs = sequences.windows(2).map(|pair| (pair[0], pair[1]));
    for (before, after) in first.into_iter().chain(pairs).filter(|(before, after)| before.0 + 1 < after.0) {
        let (from, to) = (Sequence(before.0 + 1), Sequence(after.0 - 1));
        let missing =
            if from == to { format!("record {from} is") } else { format!("records {from} to {to} are") };
        notes.push(format!(
            "{missing} not there: the tables are right without, and load {after} cannot be taken back"
        ));
    }
}

/// Loads that are not over; gives the files that they account for.
fn unended(folder: &Folder, verified: &mut Verified) -> Result<BTreeSet<String>, StoreError> {
    let mut expected = BTreeSet::new();
    for load in folder.unended()? {
        if load.committing {
            expected.extend(load.files);
            verified.findings.push(Finding::Interrupted(load.load));
        } else {
            verified.notes.push(format!("load {} is not over: its rows are in no table yet", load.load));
        }
    }
    Ok(expected)
}

struct Check<'a> {
    folder: &'a Folder,
    repair: Option<&'a Lock>,
    kept: BTreeMap<String, String>,
}

impl Check<'_> {
    fn table(
        &self,
        name: &str,
        state: &TableState,
        expected: &BTreeSet<String>,
        verified: &mut Verified,
    ) -> Result<(), StoreError> {
        verified.tables += 1;
        let figures = |reason: String| Finding::Figures { table: name.to_owned(), reason };
        let rows: u64 = state.files.iter().map(|file| file.rows).sum();
        if rows != state.rows {
            let reason = format!("its files have {rows} rows, and the table {}", state.rows);
            verified.findings.push(figures(reason));
        }
        let schema = recorded_schema(state);
        if let Err(error) = &schema {
            verified.findings.push(figures(format!("its schema cannot be read: {error}")));
        }
        for file in &state.files {
            self.file(file, schema.as_ref().ok(), expected, verified)?;
        }
        Ok(())
    }

    fn file(
        &self,
        file: &FileEntry,
        schema: Option<&TableSchema>,
        expected: &BTreeSet<String>,
        verified: &mut Verified,
    ) -> Result<(), StoreError> {
        let mut found = self.folder.fingerprint(&file.path)?;
        if found.is_none() {
            let kept = self.kept.get(&file.path);
            if let (Some(lock), Some(kept)) = (self.repair, kept)
                && self.folder.put_back(lock, &file.path, kept)?
            {
                verified.repaired.push(format!("brought `{}` back from `{kept}`", file.path));
                found = self.folder.fingerprint(&file.path)?;
            } else if !expected.contains(&file.path) {
                verified.findings.push(Finding::Missing { path: file.path.clone(), kept: kept.cloned() });
            }
        }
        let Some(found) = found else { return Ok(()) };
        verified.files += 1;
        verified.bytes += found.bytes;
        let differs = |reason: String| Finding::Differs { path: file.path.clone(), reason };
        if let Some(reason) = file.differs(&found) {
            verified.findings.push(differs(reason));
            return Ok(());
        }
        let Some(schema) = schema else { return Ok(()) };
        let at = self.folder.locate(&file.path);
        let opened = File::open(&at).map_err(StoreError::io("read", at))?;
        match read_facts(opened, schema) {
            Ok(facts) if facts.rows == file.rows => verified.rows += facts.rows,
            Ok(facts) => verified
                .findings
                .push(differs(format!("it has {} rows, and should have {}", facts.rows, file.rows))),
            Err(error) => verified.findings.push(differs(error.to_string())),
        }
        Ok(())
    }
}
