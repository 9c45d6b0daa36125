//! `restload compact`: small files are joined.

use restload_engine::upkeep::{CompactError, TARGET_BYTES, compact};
use restload_spec::Size;
use restload_store::{CommitError, Folder, StoreError};

use crate::arguments::CompactArguments;
use crate::exit;
use crate::figures::{bytes, counted, rows};
use crate::folder::{hold_recovered, new_load, no_load, print};
use crate::terminal::Terminal;
use crate::world::World;

/// Joins the small files of a folder and says what became of them.
pub(crate) fn join(arguments: &CompactArguments, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let target = arguments.target_size.as_deref().map_or(Ok(TARGET_BYTES), |text| size(text, terminal))?;
    let (folder, lock) = hold_recovered(&arguments.of, world, terminal)?;
    let load = (new_load(world), world.clock.now());
    let joined = compact(&folder, &lock, load, target, arguments.table.as_deref());
    let joined = joined.map_err(|error| refuse(&error, &folder, arguments, terminal))?;
    let lines = joined.tables.iter().map(|table| {
        let ((files, was), (left, is)) = (table.before, table.after);
        let files = counted(files, "file", "files");
        let left = counted(left, "file", "files");
        format!(
            "{}: {files} ({}) joined to {left} ({}), {} as before\n",
            table.name,
            bytes(was),
            bytes(is),
            rows(table.rows)
        )
    });
    let text: String = lines.collect();
    let text = if text.is_empty() { "there are no files to join\n".to_owned() } else { text };
    print(&text, terminal)?;
    Ok(exit::DONE)
}

fn size(text: &str, terminal: &Terminal) -> Result<u64, u8> {
    let read = Size::parse(text).map(Size::bytes);
    read.map_err(|fault| {
        terminal.error(&format!("`--target-size`: {}", fault.message), Some(&fault.help));
        exit::USAGE
    })
}

fn refuse(error: &CompactError, folder: &Folder, arguments: &CompactArguments, terminal: &Terminal) -> u8 {
    let (help, code) = match error {
        CompactError::NoLoad(_) => return no_load(folder, &arguments.of, terminal),
        CompactError::NoTable(_) => (Some("`restload files` lists the tables"), exit::USAGE),
        CompactError::Store(StoreError::Held { .. }) => (None, exit::HELD),
        CompactError::Commit(CommitError::Unfinished { .. }) => {
            (Some("`restload recover` finishes it"), exit::PARTLY)
        }
        _ => (None, exit::FAILED),
    };
    terminal.error(&error.to_string(), help);
    code
}
