//! `restload recover`: an interrupted commit is finished or undone, as the next run would do it.

use crate::arguments::OfFolder;
use crate::exit;
use crate::folder::{hold, print, refuse};
use crate::terminal::Terminal;
use crate::world::World;

/// Recovers a folder and says what was done.
pub(crate) fn recover(of: &OfFolder, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let (folder, lock) = hold(of, world, terminal)?;
    let recovered = folder.recover(&lock).map_err(|error| refuse(&error, terminal))?;
    let mut said: Vec<String> = if recovered.is_empty() { Vec::new() } else { vec![recovered.to_string()] };
    let left = recovered.left.iter();
    said.extend(left.map(|load| format!("load {load} was left open: the next run goes on with it")));
    if said.is_empty() {
        said.push("there is nothing to recover".to_owned());
    }
    print(&format!("{}\n", said.join("\n")), terminal)?;
    Ok(exit::DONE)
}
