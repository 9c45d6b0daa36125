//! What has to be the same when a load is gone on with, and whether it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use restload_store::{Folder, LeftOpen, LoadRecord, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use xxhash_rust::xxh3::Xxh3;

/// How a load is kept while it is open, and whether one that was left is gone on with.
#[derive(Debug, Clone)]
pub struct Keeping {
    /// The time between checkpoints.
    pub checkpoint: Duration,
    /// A load that began longer ago is not gone on with.
    pub within: Duration,
    /// A load that was left is dropped, and another begun.
    pub anew: bool,
    /// What the rows depend on, besides the API: parts of the spec and inputs, by their names. No secret is among them.
    pub fingerprint: BTreeMap<String, String>,
}

/// A load that was left open and would be gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its id.
    pub load: String,
    /// When it began: times before the run are counted from here.
    pub started_at: Timestamp,
}

/// The load that a run would go on with; none where it would begin one.
pub fn pending(
    out: &Path,
    folder: &str,
    now: Timestamp,
    within: Duration,
) -> Result<Option<Pending>, StoreError> {
    let folder = Folder::open(out, folder)?;
    let left = folder.left_open()?;
    if left.is_empty() {
        return Ok(None);
    }
    let newest = folder.newest_record()?;
    let Some(left) = left.first() else { return Ok(None) };
    Ok(match sound(left, newest.as_ref(), now, within) {
        Ok(pins) => Some(Pending { load: left.load.to_string(), started_at: pins.started_at }),
        Err(_) => None,
    })
}

/// What a load was begun with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pins {
    #[serde(with = "moment")]
    pub(crate) started_at: Timestamp,
    /// The record that it is built on; 0 where there is none.
    pub(crate) base: u64,
    /// By chance: what is hashed with it tells nothing.
    pub(crate) salt: u64,
    /// Salted hashes of what the rows depend on.
    fingerprint: BTreeMap<String, String>,
}

/// What becomes of loads that were left open.
pub(crate) enum Choice {
    /// There is none.
    Begin,
    /// One is gone on with.
    GoOn(Box<Pins>, LeftOpen),
    /// One is dropped: why.
    Drop(String),
    /// One is there, and this run is another: what differs.
    Refuse(String, Vec<String>),
}

impl Pins {
    pub(crate) fn new(keeping: &Keeping, started_at: Timestamp, newest: Option<&LoadRecord>) -> Self {
        let salt = rand::random();
        let base = base(newest);
        Self { started_at, base, salt, fingerprint: hashed(&keeping.fingerprint, salt) }
    }

    pub(crate) fn to_json(&self) -> Result<Box<RawValue>, serde_json::Error> {
        serde_json::value::to_raw_value(self)
    }

    /// What is not as it was.
    fn differences(&self, keeping: &Keeping) -> Vec<String> {
        let now = hashed(&keeping.fingerprint, self.salt);
        let names: BTreeSet<&String> = now.keys().chain(self.fingerprint.keys()).collect();
        let differs = |name: &&&String| now.get(**name) != self.fingerprint.get(**name);
        names.iter().filter(differs).map(|name| (*name).clone()).collect()
    }
}

fn hashed(fingerprint: &BTreeMap<String, String>, salt: u64) -> BTreeMap<String, String> {
    let hash = |text: &String| {
        let mut hasher = Xxh3::with_seed(salt);
        hasher.update(text.as_bytes());
        format!("{:032x}", hasher.digest128())
    };
    fingerprint.iter().map(|(name, text)| (name.clone(), hash(text))).collect()
}

/// Says what becomes of the newest of the loads that were left open.
pub(crate) fn choose(
    left: Vec<LeftOpen>,
    newest: Option<&LoadRecord>,
    keeping: &Keeping,
    now: Timestamp,
) -> Choice {
    let Some(left) = left.into_iter().next() else { return Choice::Begin };
    let load = left.load.clone();
    if keeping.anew {
        return Choice::Drop(format!("load {load} was left open, and is dropped: `--no-resume`"));
    }
    match sound(&left, newest, now, keeping.within) {
        Err(why) => Choice::Drop(format!("load {load} was left open, and is begun anew: {why}")),
        Ok(pins) => match pins.differences(keeping) {
            differs if differs.is_empty() => Choice::GoOn(Box::new(pins), left),
            differs => Choice::Refuse(load.to_string(), differs),
        },
    }
}

/// What a load was begun with, if it can be gone on with.
fn sound(
    left: &LeftOpen,
    newest: Option<&LoadRecord>,
    now: Timestamp,
    within: Duration,
) -> Result<Pins, String> {
    let pins: Pins = serde_json::from_str(left.pins.get())
        .map_err(|_| "its journal is of another version of restload".to_owned())?;
    if base(newest) != pins.base {
        return Err("another load was committed since".to_owned());
    }
    let age = Duration::try_from(now.duration_since(pins.started_at)).unwrap_or_default();
    if age > within {
        return Err(format!("it began at {}, which is longer ago than `--resume-within`", pins.started_at));
    }
    Ok(pins)
}

/// The record that a load is built on. One that only undid a commit that was cut short is as the one before it.
fn base(newest: Option<&LoadRecord>) -> u64 {
    newest.and_then(LoadRecord::same_as).map_or(0, |sequence| sequence.0)
}

/// Moments are RFC 3339 text in UTC.
mod moment {
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
