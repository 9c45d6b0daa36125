//! What a run would start from: the newest load of the output folder. Nothing is written, and no lock is taken.

use std::path::Path;

use restload_engine::run::account_of;
use restload_spec::plan::Plan;
use restload_store::{Folder, LoadRecord};

/// The state of the spec's folder.
#[derive(Debug)]
pub(super) enum State {
    /// No load was committed yet.
    Nothing,
    /// What the newest load left.
    Loaded(Box<LoadRecord>),
    /// A run would not begin.
    Refused(String),
}

impl State {
    /// Reads the newest load record. Where inputs are missing it is not known whose data the run would read.
    pub(super) fn read(out: &Path, plan: &Plan, inputs_missing: bool) -> Self {
        let newest = Folder::open(out, &plan.name).and_then(|folder| {
            if inputs_missing { folder.newest_record() } else { folder.newest_of(&account_of(plan)) }
        });
        match newest {
            Ok(None) => Self::Nothing,
            Ok(Some(record)) => Self::Loaded(Box::new(record)),
            Err(error) => Self::Refused(error.to_string()),
        }
    }
}
