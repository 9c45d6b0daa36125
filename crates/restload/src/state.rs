//! `restload state`: the cursors that the next load goes on from.

use restload_engine::cursors::{self, CursorsError};
use restload_store::Folder;

use crate::arguments::{OfState, StateAct, StateArguments};
use crate::exit;
use crate::figures::counted;
use crate::files::folder_name;
use crate::terminal::Terminal;
use crate::world::World;

/// Shows, sets or takes away the cursors of a folder.
pub(crate) fn state(arguments: &StateArguments, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let of = match &arguments.act {
        StateAct::Show(of) | StateAct::Reset(of) => of,
        StateAct::Set(set) => &set.of_state(),
    };
    let (out, name, now) = (world.locate(&of.out), folder_name(&of.spec), world.clock.now());
    let resource = of.resource.as_deref();
    let said = match &arguments.act {
        StateAct::Show(_) => show(of, world),
        StateAct::Reset(_) => cursors::reset(&out, &name, resource, now).map(|walks| {
            format!(
                "the cursors of {} are gone: the next load reads from the start, and appends what it reads to a table that grows; \
                 `restload run --full-refresh` replaces it\n",
                counted(walks as u64, "walk", "walks")
            )
        }),
        StateAct::Set(set) => cursors::set(&out, &name, &set.resource, &set.value, now)
            .map(|walks| {
                format!(
                    "set for {}: the next load reads from there, and appends what it reads to a table that grows, also what is there \
                     already; `restload run --since` leaves that out\n",
                    counted(walks as u64, "walk", "walks")
                )
            }),
    };
    let said = said.map_err(|error| refuse(&error, terminal))?;
    terminal.print(&said).map_err(|error| {
        terminal.error(&format!("cannot write: {error}"), None);
        exit::FAILED
    })?;
    Ok(exit::DONE)
}

fn refuse(error: &CursorsError, terminal: &Terminal) -> u8 {
    let (help, code) = match error {
        CursorsError::NoLoad(_) => {
            (Some("`restload run` makes one; `--out` names the folder that it was written to"), exit::USAGE)
        }
        CursorsError::NoCursor(_) => (Some("`restload state show` lists what is kept"), exit::USAGE),
        CursorsError::Unlike { .. } => (None, exit::USAGE),
        CursorsError::Store(restload_store::StoreError::Held { .. }) => (None, exit::HELD),
        _ => (None, exit::FAILED),
    };
    terminal.error(&error.to_string(), help);
    code
}

/// A line for each walk: the resource, its cursor, the rows that are remembered, and the walk.
fn show(of: &OfState, world: &World<'_>) -> Result<String, CursorsError> {
    let folder = Folder::open(&world.locate(&of.out), &folder_name(&of.spec))?;
    let record = folder.newest_record()?;
    let record = record.ok_or_else(|| CursorsError::NoLoad(folder.path().display().to_string()))?;
    let walks = cursors::kept(&record, of.resource.as_deref())?;
    let lines = walks.iter().map(|walk| {
        let cursor = walk.cursor.as_str().map_or_else(|| walk.cursor.to_string(), str::to_owned);
        let seen = counted(walk.seen as u64, "row", "rows");
        format!("{}\t{cursor}\t{seen} remembered\t{}\n", walk.resource, walk.of)
    });
    Ok(if walks.is_empty() { "no cursor is kept\n".to_owned() } else { lines.collect() })
}
