//! The load record: what the tables of a spec are after a load, and what the load did.
//!
//! One JSON file a load, written once and never changed. `docs/reference/load-record.md` is its page for readers.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use crate::{LoadId, StoreError};

/// The position of a load in the history of its folder; the first is 1.
///
/// Two loads that were built on the same newest record want the same sequence, and one of them gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(pub u64);

impl Sequence {
    /// The sequence of a load that is built on `base`, the newest record.
    pub fn after(base: Option<&LoadRecord>) -> Self {
        Self(base.map_or(0, |record| record.sequence.0).saturating_add(1))
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:010}", self.0)
    }
}

/// Whose data a folder holds: the origin that was asked, and the inputs that tell accounts apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// The origin of `base_url`: `https://api.tapfiliate.com`.
    pub origin: String,
    /// The inputs with `identity`, none of them secret, with the values that were used.
    pub identity: BTreeMap<String, String>,
}

/// What the tables of a spec are after a load, and what the load did.
///
/// Fields that this version does not know are passed over when a record is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadRecord {
    /// Always 1.
    pub format: Format,
    /// The position of the load in the folder's history.
    pub sequence: Sequence,
    /// The id of the load.
    pub load: LoadId,
    /// The name of the spec.
    pub spec: String,
    /// When the load began.
    #[serde(with = "moment")]
    pub started_at: Timestamp,
    /// When its commit began.
    #[serde(with = "moment")]
    pub finished_at: Timestamp,
    /// The origin of `base_url`.
    pub origin: String,
    /// The inputs with `identity` and their values.
    #[serde(default)]
    pub identity: BTreeMap<String, String>,
    /// For each table and each input that its rows hang on, none of them secret, the value; `its default` where it was not given.
    /// The name is that of the table, a blank, and that of the input.
    #[serde(default)]
    pub fingerprint: BTreeMap<String, String>,
    /// Every table of the folder, those too that this load did not touch.
    #[serde(default)]
    pub tables: IndexMap<String, TableState>,
    /// The report on each resource: requests, retries, stop reasons, totals, doubts.
    #[serde(default)]
    pub resources: IndexMap<String, Value>,
    /// Where the next load goes on.
    #[serde(default)]
    pub cursors: Value,
    /// What made the record.
    #[serde(default, skip_serializing_if = "Act::is_load")]
    pub act: Act,
    /// What a rollback took back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<TakenBack>,
    /// What a recovery undid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recover: Option<Undone>,
}

/// What can make a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// A run that read the API.
    #[default]
    Load,
    /// A person set cursors or took them away; the tables are those of the record before.
    State,
    /// The newest record that stood was taken back.
    Rollback,
    /// Small files were joined; the rows are those of the record before.
    Compact,
    /// A commit that was cut short was undone, and its sequence taken; all is that of the record before.
    Recover,
}

impl Act {
    /// Whether it is a run that read the API.
    pub fn is_load(&self) -> bool {
        *self == Self::Load
    }
}

/// What a rollback took back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// The record that was taken back.
    pub of: Sequence,
    /// Its load.
    pub load: LoadId,
    /// The record that stands now; none where nothing was there before.
    pub to: Option<Sequence>,
}

/// What a recovery undid: the record has the sequence that the commit wanted, so that it cannot come true any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// The load whose commit was undone.
    pub load: LoadId,
    /// The record whose tables and cursors these are; none where nothing was before it.
    pub same_as: Option<Sequence>,
    /// The record that stands, for a rollback.
    pub stands: Option<Sequence>,
}

impl LoadRecord {
    /// A record without tables, to be filled by the run.
    pub fn new(
        sequence: Sequence,
        load: LoadId,
        spec: &str,
        started_at: Timestamp,
        account: Account,
    ) -> Self {
        Self {
            format: Format,
            sequence,
            load,
            spec: spec.to_owned(),
            started_at,
            finished_at: started_at,
            origin: account.origin,
            identity: account.identity,
            fingerprint: BTreeMap::new(),
            tables: IndexMap::new(),
            resources: IndexMap::new(),
            cursors: Value::Null,
            act: Act::Load,
            rollback: None,
            recover: None,
        }
    }

    /// A record that lists what `base` lists, until it is changed: for acts that are no loads.
    pub fn on(base: &Self, load: LoadId, now: Timestamp, act: Act) -> Self {
        let account = Account { origin: base.origin.clone(), identity: base.identity.clone() };
        let mut record = Self::new(Sequence::after(Some(base)), load, &base.spec, now, account);
        record.take_tables(base);
        record.fingerprint.clone_from(&base.fingerprint);
        record.cursors.clone_from(&base.cursors);
        record.act = act;
        record
    }

    /// Lists the tables of `base`, of which nothing is changed yet.
    pub fn take_tables(&mut self, base: &Self) {
        self.tables.clone_from(&base.tables);
        for table in self.tables.values_mut() {
            table.changes.clear();
            table.merged = None;
        }
    }

    /// The record that stands: this one, or the one that a rollback went back to.
    pub fn stands(&self) -> Option<Sequence> {
        match (&self.rollback, &self.recover) {
            (Some(rollback), _) => rollback.to,
            (_, Some(recover)) => recover.stands,
            (None, None) => Some(self.sequence),
        }
    }

    /// The record whose tables and cursors these are: this one, unless it only undid a commit that was cut short.
    pub fn same_as(&self) -> Option<Sequence> {
        self.recover.as_ref().map_or(Some(self.sequence), |recover| recover.same_as)
    }

    /// Every file of every table.
    pub fn all_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.tables.values().flat_map(|table| &table.files)
    }

    /// The files of a table, in the order of their rows; none for a table that the record does not know.
    pub fn files(&self, table: &str) -> &[FileEntry] {
        self.tables.get(table).map_or(&[], |state| &state.files)
    }

    /// Refuses an account that is not the one this record was loaded from.
    pub(crate) fn check_account(&self, account: &Account, folder: &Path) -> Result<(), StoreError> {
        // Nothing was ever loaded.
        if self.recover.as_ref().is_some_and(|recover| recover.same_as.is_none()) {
            return Ok(());
        }
        let folder = folder.to_path_buf();
        if self.origin != account.origin {
            let (was, is) = (self.origin.clone(), account.origin.clone());
            return Err(StoreError::OtherOrigin { folder, was, is });
        }
        let names: BTreeSet<&String> = self.identity.keys().chain(account.identity.keys()).collect();
        let differing =
            names.into_iter().filter(|name| self.identity.get(*name) != account.identity.get(*name));
        let differing: Vec<&String> = differing.collect();
        if differing.is_empty() {
            return Ok(());
        }
        let (was, is) = (render(&self.identity, &differing), render(&account.identity, &differing));
        Err(StoreError::OtherIdentity { folder, was, is })
    }

    pub(crate) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }

    pub(crate) fn from_json(json: &[u8], path: &Path) -> Result<Self, StoreError> {
        #[derive(Deserialize)]
        struct Head {
            format: u64,
        }
        let damaged = |error: serde_json::Error| StoreError::Damaged {
            path: path.to_path_buf(),
            reason: error.to_string(),
        };
        // The format comes first: a later one may have any shape.
        let head: Head = serde_json::from_slice(json).map_err(damaged)?;
        if head.format > 1 {
            return Err(StoreError::LaterFormat { path: path.to_path_buf(), found: head.format });
        }
        serde_json::from_slice(json).map_err(damaged)
    }
}

fn render(identity: &BTreeMap<String, String>, names: &[&String]) -> String {
    let one = |name: &&String| match identity.get(*name) {
        Some(value) => format!("`{name}` = `{value}`"),
        None => format!("`{name}` not set"),
    };
    names.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What a table is: its files, and how they came to be what they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableState {
    /// `append`, `replace` or `merge`.
    #[serde(default)]
    pub disposition: String,
    /// The columns of the key; empty where there is none.
    #[serde(default)]
    pub primary_key: Vec<String>,
    /// The columns of every file, as the table's writer describes them.
    #[serde(default)]
    pub schema: Value,
    /// The rows of all files.
    #[serde(default)]
    pub rows: u64,
    /// The files, in the order of their rows.
    #[serde(default)]
    pub files: Vec<FileEntry>,
    /// What this load changed in the columns.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// What the merge of this load did to its rows; none where they were not merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
}

/// What a merge did to the rows of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Merged {
    /// Keys whose row another one took the place of.
    pub updated: u64,
    /// Rows that are new.
    pub inserted: u64,
    /// Keys whose row was removed since a row said that it is gone.
    pub deleted: u64,
    /// Rows that their walk left before, and not again.
    pub vanished: u64,
}

/// One file of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Where it is, from the spec's folder: `conversions/20260102T030405Z-4k7x0a-00001.parquet`.
    pub path: String,
    /// Its rows.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The load that wrote it.
    pub load: LoadId,
}

/// A change of one column against the load before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The column.
    pub column: String,
    /// What happened to it.
    pub change: ChangeKind,
    /// Its type before, where it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its type now, where it has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What can happen to a column from one load to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// Its type holds more than before; older files were rewritten.
    Widened,
    /// It is null in all rows of this load.
    Vanished,
}

/// The format of a record: the number 1, and no other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Format;

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(1)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            1 => Ok(Self),
            other => Err(D::Error::custom(format!("format {other}, expected 1"))),
        }
    }
}

/// Moments are RFC 3339 text in UTC.
mod moment {
    use super::{Deserialize, Deserializer, Serializer, Timestamp};
    use serde::de::Error as _;

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
