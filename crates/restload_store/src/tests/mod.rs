//! The folder of a spec as its users see it: loads, faults, recovery.

mod crash;
mod folder;
mod lies;
mod model;
mod open;
mod rollback;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use crate::*;

/// A folder `out/notes` that is removed at the end.
pub(crate) struct Output {
    root: tempfile::TempDir,
}

/// What [`Output::with_base`] holds.
const BASE: [(&str, &str); 2] = [("affiliates", "old affiliates"), ("conversions", "old conversions")];

impl Output {
    fn empty() -> Self {
        // Syncing to a disk is most of the time of these tests, where there is no folder in memory.
        let memory = Path::new("/dev/shm");
        let root = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self { root: root.unwrap() }
    }

    /// One load with a file in each of two tables.
    pub(crate) fn with_base() -> Self {
        let output = Self::empty();
        let (load, commit) = new_load(&output.folder(), 0, &BASE);
        load.commit(commit).unwrap();
        output
    }

    fn path(&self) -> std::path::PathBuf {
        self.root.path().join("out/notes")
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::new(LocalStore::new(self.path()))
    }

    pub(crate) fn folder(&self) -> Folder {
        Folder::open(&self.root.path().join("out"), "notes").unwrap()
    }

    fn recover(&self) -> Recovered {
        let folder = self.folder();
        let lock = folder.lock().unwrap();
        folder.recover(&lock).unwrap()
    }

    /// Table and content of every file of the newest record; they are the files in the tables' folders, and all
    /// that stands beside them.
    pub(crate) fn tables(&self) -> BTreeSet<(String, String)> {
        let record = self.folder().newest_record().unwrap().unwrap();
        let all = self.store().list("").unwrap();
        let seen: BTreeSet<_> = all.iter().filter(|path| !path.starts_with("_restload/")).collect();
        let files = || {
            record.tables.iter().flat_map(|(name, state)| state.files.iter().map(move |file| (name, file)))
        };
        assert_eq!(seen, files().map(|(_, file)| &file.path).collect());
        for entry in fs::read_dir(self.path()).unwrap() {
            let table = entry.unwrap().file_name().into_string().unwrap();
            assert!(table == "_restload" || !record.files(&table).is_empty(), "an empty folder `{table}`");
        }
        let read = |(table, file): (&String, &FileEntry)| {
            let content = fs::read_to_string(self.folder().locate(&file.path)).unwrap();
            assert_eq!(file.bytes, content.len() as u64);
            (table.clone(), content)
        };
        files().map(read).collect()
    }

    pub(crate) fn is_exactly(&self, want: &[(&str, &str)]) {
        assert_eq!(self.tables(), owned(want));
    }

    fn lists_nothing_open(&self) {
        let ours = self.store().list("_restload").unwrap();
        let known =
            |path: &&String| layout::parse_replaced(path).is_none() && path.as_str() != "_restload/lock";
        for path in ours.iter().filter(known) {
            assert!(layout::parse_record_path(path).is_some(), "`{path}` was left");
        }
    }
}

fn owned(files: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    files.iter().map(|(table, content)| ((*table).to_owned(), (*content).to_owned())).collect()
}

fn account() -> Account {
    let identity = [("region".to_owned(), "eu".to_owned())].into();
    Account { origin: "https://api.example.com".to_owned(), identity }
}

fn load_id(random: u64) -> LoadId {
    LoadId::new(moment(), random)
}

fn moment() -> jiff::Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

/// A load that replaces the tables it has files for, written up to its commit.
pub(crate) fn new_load(folder: &Folder, random: u64, files: &[(&str, &str)]) -> (OpenLoad, Commit) {
    let load = folder.begin(load_id(random)).unwrap();
    let commit = write_parts(folder, &load, files).unwrap();
    (load, commit)
}

fn write_parts(folder: &Folder, load: &OpenLoad, files: &[(&str, &str)]) -> io::Result<Commit> {
    let base = folder.newest_record().map_err(io::Error::other)?;
    let sequence = Sequence::after(base.as_ref());
    let mut record = LoadRecord::new(sequence, load.id().clone(), "notes", moment(), account());
    record.tables = base.map(|base| base.tables).unwrap_or_default();
    let mut remove = Vec::new();
    for table in files.iter().map(|(table, _)| *table).collect::<BTreeSet<_>>() {
        let state = record.tables.entry(table.to_owned()).or_default();
        remove.extend(std::mem::take(&mut state.files).into_iter().map(|file| file.path));
    }
    let mut place = Vec::new();
    for (table, content) in files {
        let mut part = load.create_part().map_err(io::Error::other)?;
        part.write_all(content.as_bytes())?;
        let part = part.close().map_err(io::Error::other)?;
        record.tables[*table].files.push(load.file(&part, table, 1));
        place.push(Place { part: part.number, table: (*table).to_owned() });
    }
    Ok(Commit { record, place, remove })
}
