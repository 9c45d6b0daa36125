//! `restload files`: what a table consists of.

use std::path::{Path, PathBuf};

use restload_store::{Folder, LoadRecord};

use crate::arguments::FilesArguments;
use crate::exit;
use crate::folder::{no_load, open, print, refuse};
use crate::terminal::Terminal;
use crate::world::World;

/// Prints the files of a table, or of all tables, as the newest load record has them.
pub(crate) fn files(arguments: &FilesArguments, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let folder = open(&arguments.of, world, terminal)?;
    let newest = || folder.newest_record().map_err(|error| refuse(&error, terminal));
    let mut record = newest()?.ok_or_else(|| no_load(&folder, &arguments.of, terminal))?;
    let listed = loop {
        let listed = listed(&folder, &record, arguments.table.as_deref());
        let Some(gone) = listed.iter().map(|(_, path)| path).find(|path| !path.exists()) else {
            break listed;
        };
        // A run may have replaced it meanwhile.
        match newest()? {
            Some(newer) if newer.sequence != record.sequence => record = newer,
            _ => {
                let message = format!("`{}` is in the newest load record and not there", gone.display());
                let help = "`restload recover` brings it, if the power failed while a run was committing; `restload verify` says more";
                terminal.error(&message, Some(help));
                return Err(exit::FAILED);
            }
        }
    };
    if let Some(table) = arguments.table.as_ref().filter(|table| !record.tables.contains_key(*table)) {
        let help = format!("the tables are {}", named(&record));
        let name = folder_name(&arguments.of.spec);
        terminal.error(&format!("`{name}` has no table `{table}`"), Some(&help));
        return Err(exit::USAGE);
    }
    let line = |(table, path): &(&str, PathBuf)| match arguments.table {
        Some(_) => format!("{}\n", path.display()),
        None => format!("{table}\t{}\n", path.display()),
    };
    print(&listed.iter().map(line).collect::<String>(), terminal)?;
    Ok(exit::DONE)
}

/// The files of one table or of all, each with its table.
fn listed<'a>(folder: &Folder, record: &'a LoadRecord, only: Option<&str>) -> Vec<(&'a str, PathBuf)> {
    let tables =
        record.tables.keys().map(String::as_str).filter(|table| only.is_none_or(|only| only == *table));
    tables.flat_map(|table| folder.files(record, table).into_iter().map(move |path| (table, path))).collect()
}

/// The folder of a spec: the name of its file without the ending, or the name itself.
pub(crate) fn folder_name(spec: &Path) -> String {
    let is_file = spec.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    let name = if is_file { spec.file_stem() } else { spec.file_name() };
    name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn named(record: &LoadRecord) -> String {
    record.tables.keys().map(|table| format!("`{table}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_named_after_the_spec() {
        for (spec, folder) in [
            ("specs/tapfiliate.yaml", "tapfiliate"),
            ("tapfiliate.yml", "tapfiliate"),
            ("tapfiliate", "tapfiliate"),
            ("tapfiliate.sandbox", "tapfiliate.sandbox"),
        ] {
            assert_eq!(folder_name(Path::new(spec)), folder);
        }
    }
}
