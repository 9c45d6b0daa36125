//! `restload rollback`: the newest load is taken back.

use restload_store::{Act, CommitError, Rollback, RollbackError, StoreError};

use crate::arguments::RollbackArguments;
use crate::exit;
use crate::figures::{counted, rows};
use crate::folder::{hold, hold_recovered, new_load, no_load, print};
use crate::terminal::Terminal;
use crate::world::World;

/// Takes back the newest load that stands, or says what would be taken back.
pub(crate) fn rollback(
    arguments: &RollbackArguments,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<u8, u8> {
    let (folder, lock) = if arguments.dry_run {
        let held = hold(&arguments.of, world, terminal)?;
        let unended = held.0.unended().map_err(|error| crate::folder::refuse(&error, terminal))?;
        if let Some(unended) = unended.iter().find(|unended| unended.committing) {
            let message = format!("the commit of load {} was interrupted", unended.load);
            terminal.error(
                &message,
                Some("`restload recover` finishes or undoes it; then there is a newest load"),
            );
            return Err(exit::FAILED);
        }
        held
    } else {
        hold_recovered(&arguments.of, world, terminal)?
    };
    if folder.sequences().is_ok_and(|sequences| sequences.is_empty()) {
        return Err(no_load(&folder, &arguments.of, terminal));
    }
    let (done, would) = if arguments.dry_run {
        (folder.plan_rollback(), true)
    } else {
        (folder.rollback(&lock, new_load(world), world.clock.now()), false)
    };
    let done = done.map_err(|error| refuse(&error, terminal))?;
    print(&said(&done, would), terminal)?;
    Ok(exit::DONE)
}

fn said(done: &Rollback, would: bool) -> String {
    let what = match done.of.act {
        Act::Load => "load",
        Act::State => "the change of cursors by",
        Act::Compact => "the joining of files by",
        Act::Rollback => "the rollback by",
        Act::Recover => "the recovery by",
    };
    let of = format!("{what} {} (record {})", done.of.load, done.of.sequence);
    let begun = if would { "would take back" } else { "took back" };
    let total: u64 = done.to.iter().flat_map(|to| to.tables.values()).map(|table| table.rows).sum();
    let is = match &done.to {
        Some(to) => format!("the tables and cursors of record {}: {}", to.sequence, rows(total)),
        None => "nothing: no load was before it".to_owned(),
    };
    let stands = if would { "would stand" } else { "stands" };
    let out = counted(done.removed.len() as u64, "file", "files");
    let back = counted(done.restored.len() as u64, "file", "files");
    format!("{begun} {of}: what {stands} now is {is}\n{out} out of the tables, {back} back in\n")
}

fn refuse(error: &RollbackError, terminal: &Terminal) -> u8 {
    let (help, code) = match error {
        RollbackError::Gone { .. } | RollbackError::NoRecord { .. } => {
            (Some("`restload run --full-refresh` reads the tables anew"), exit::FAILED)
        }
        RollbackError::NoLoad(_) => (None, exit::USAGE),
        RollbackError::Store(StoreError::Held { .. }) => (None, exit::HELD),
        RollbackError::Commit(CommitError::Unfinished { .. }) => {
            (Some("`restload recover` finishes it"), exit::PARTLY)
        }
        _ => (None, exit::FAILED),
    };
    terminal.error(&error.to_string(), help);
    code
}
