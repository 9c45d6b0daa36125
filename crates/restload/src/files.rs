//! `restload files`: what a table consists of.

use std::path::Path;

use restload_store::{Folder, LoadRecord};

use crate::arguments::FilesArguments;
use crate::exit;
use crate::folder::{no_load, open, print, refuse};
use crate::terminal::Terminal;
use crate::world::World;

/// Prints the files of a table, or of all tables, as the newest load record has them.
pub(crate) fn files(arguments: &FilesArguments, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let folder = open(&arguments.of, world, terminal)?;
    let record = folder.newest_record().map_err(|error| refuse(&error, terminal))?;
    let record = record.ok_or_else(|| no_load(&folder, &arguments.of, terminal))?;
    let lines: Vec<String> = match &arguments.table {
        Some(table) if !record.tables.contains_key(table) => {
            let help = format!("the tables are {}", named(&record));
            let name = folder_name(&arguments.of.spec);
            terminal.error(&format!("`{name}` has no table `{table}`"), Some(&help));
            return Err(exit::USAGE);
        }
        Some(table) => paths(&folder, &record, table),
        None => {
            record.tables.keys().flat_map(|table| tagged(table, &paths(&folder, &record, table))).collect()
        }
    };
    let text: String = lines.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect();
    print(&text, terminal)?;
    Ok(exit::DONE)
}

/// The folder of a spec: the name of its file without the ending, or the name itself.
pub(crate) fn folder_name(spec: &Path) -> String {
    let is_file = spec.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    let name = if is_file { spec.file_stem() } else { spec.file_name() };
    name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn paths(folder: &Folder, record: &LoadRecord, table: &str) -> Vec<String> {
    folder.files(record, table).iter().map(|path| path.display().to_string()).collect()
}

fn tagged(table: &str, paths: &[String]) -> Vec<String> {
    paths.iter().map(|path| format!("{table}\t{path}")).collect()
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
