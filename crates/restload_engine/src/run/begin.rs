//! A load is begun, or one that was left open is gone on with.

use jiff::Timestamp;
use restload_diag::{Diagnostic, Pointer};
use restload_spec::plan::Plan;
use restload_store::{Folder, LeftOpen, LoadId, LoadRecord, Lock, OpenLoad};

use super::RunSettings;
use super::drive::at_large;
use super::fault::Fault;
use super::keep::{Choice, Pins, Taken, TakenTable, choose};
use super::open::store_fault;

/// A load that is begun, or gone on with.
pub(super) struct Begun {
    pub(super) load: OpenLoad,
    pub(super) started_at: Timestamp,
    pub(super) salt: u64,
    pub(super) taken: Taken,
    pub(super) tables: Vec<TakenTable>,
    /// Why one that was left is not gone on with.
    pub(super) said: Option<String>,
}

/// Goes on with the load that was left open, or begins one.
pub(super) fn begin(
    plan: &Plan,
    settings: &RunSettings,
    started_at: Timestamp,
    (folder, lock): (&Folder, &Lock),
    newest: Option<&LoadRecord>,
) -> Result<Begun, Fault> {
    let left = folder.left_open().map_err(|error| store_fault(&error))?;
    let loads: Vec<LoadId> = left.iter().map(|left| left.load.clone()).collect();
    let choice = match &settings.keeping {
        Some(keeping) => choose(left, newest, keeping, started_at),
        None => Choice::Begin,
    };
    let mut said = None;
    match choice {
        Choice::Refuse(load, differs) => return Err(refused(&load, &differs)),
        Choice::GoOn(pins, left) => {
            for other in loads.iter().filter(|load| **load != left.load) {
                folder.drop_open(lock, other).map_err(|error| store_fault(&error))?;
            }
            return go_on(plan, (folder, lock), &pins, &left);
        }
        Choice::Drop(why) => said = Some(why),
        Choice::Begin => {}
    }
    for load in &loads {
        folder.drop_open(lock, load).map_err(|error| store_fault(&error))?;
    }
    let id = LoadId::new(started_at, rand::random());
    let (load, salt) = match &settings.keeping {
        Some(keeping) => {
            let pins = Pins::new(keeping, started_at, newest);
            let json = pins.to_json().map_err(|error| at_large("internal", error.to_string()))?;
            (folder.begin_kept(id, &json), pins.salt)
        }
        None => (folder.begin(id), 0),
    };
    let load = load.map_err(|error| store_fault(&error))?;
    let tables = plan.tables.iter().map(|_| TakenTable::default()).collect();
    Ok(Begun { load, started_at, salt, taken: Taken::default(), tables, said })
}

fn go_on(
    plan: &Plan,
    (folder, lock): (&Folder, &Lock),
    pins: &Pins,
    left: &LeftOpen,
) -> Result<Begun, Fault> {
    let load = folder.resume(lock, left.load.clone()).map_err(|error| store_fault(&error))?;
    let (taken, tables) = Taken::read(plan, &load).map_err(|error| store_fault(&error))?;
    let &Pins { started_at, salt, .. } = pins;
    Ok(Begun { load, started_at, salt, taken, tables, said: None })
}

/// A load was left open by a run of another spec, or with other inputs.
fn refused(load: &str, differs: &[String]) -> Fault {
    let message = format!(
        "load {load} was left open and cannot be gone on with: what changed since is {}",
        differs.join(", ")
    );
    Diagnostic::error("cannot-resume", Pointer::root(), message)
        .help("`--no-resume` drops what it read and begins anew; to go on with it, put back what changed")
        .into()
}
