//! The folder of a spec's output, as the verbs between loads open it.

use restload_store::{Folder, LoadId, Lock, StoreError};

use crate::arguments::OfFolder;
use crate::exit;
use crate::files::folder_name;
use crate::terminal::Terminal;
use crate::world::World;

/// Opens the folder of a spec, which need not exist.
pub(crate) fn open(of: &OfFolder, world: &World<'_>, terminal: &Terminal) -> Result<Folder, u8> {
    let opened = Folder::open(&world.locate(&of.out), &folder_name(&of.spec));
    opened.map_err(|error| refuse(&error, terminal))
}

/// Opens a folder that a load has begun to fill, and holds it against runs. One that is not there is not made by looking for it.
pub(crate) fn hold(of: &OfFolder, world: &World<'_>, terminal: &Terminal) -> Result<(Folder, Lock), u8> {
    let folder = open(of, world, terminal)?;
    if !folder.path().is_dir() {
        return Err(no_load(&folder, of, terminal));
    }
    let lock = folder.lock().map_err(|error| refuse(&error, terminal))?;
    Ok((folder, lock))
}

/// Holds a folder and puts right what an interrupted run has left, before anything else is done in it.
pub(crate) fn hold_recovered(
    of: &OfFolder,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<(Folder, Lock), u8> {
    let (folder, lock) = hold(of, world, terminal)?;
    let recovered = folder.recover(&lock).map_err(|error| refuse(&error, terminal))?;
    if !recovered.is_empty() {
        terminal.say(&recovered.to_string());
    }
    Ok((folder, lock))
}

/// Says that there is nothing to work on, and gives the exit code.
pub(crate) fn no_load(folder: &Folder, of: &OfFolder, terminal: &Terminal) -> u8 {
    let message = format!("there is no load in `{}`", of.out.join(folder_name(&of.spec)).display());
    let left = folder.left_open().unwrap_or_default();
    match left.first() {
        Some(left) => terminal.error(
            &format!("{message} yet: {} was left open, and nothing of it is committed", left.load),
            Some("`restload run` goes on with it"),
        ),
        None => terminal.error(
            &message,
            Some("`restload run` makes one; `--out` names the folder that it was written to"),
        ),
    }
    exit::USAGE
}

/// Says what is wrong with a folder, and gives the exit code.
pub(crate) fn refuse(error: &StoreError, terminal: &Terminal) -> u8 {
    terminal.error(&error.to_string(), None);
    if matches!(error, StoreError::Held { .. }) { exit::HELD } else { exit::FAILED }
}

/// Prints what was done.
pub(crate) fn print(text: &str, terminal: &Terminal) -> Result<(), u8> {
    terminal.print(text).map_err(|error| {
        terminal.error(&format!("cannot write: {error}"), None);
        exit::FAILED
    })
}

/// The id of an act that makes a record.
pub(crate) fn new_load(world: &World<'_>) -> LoadId {
    LoadId::new(world.clock.now(), rand::random())
}
