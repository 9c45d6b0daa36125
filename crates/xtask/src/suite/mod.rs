//! The cases of `tests/cases` as texts: what each shows, and which keys and words of the language its specs use.

mod cells;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cells::used_cells;
pub(crate) use cells::{Cell, all_cells};

/// The folder of all cases, from the root.
pub(crate) const CASES: &str = "tests/cases";

/// A case.
#[derive(Debug)]
pub(crate) struct Case {
    /// `paginate/cursor-in-a-header`.
    pub(crate) name: String,
    /// The text of each file, by its path below the case's folder.
    pub(crate) files: BTreeMap<String, String>,
    /// What its specs use of the language.
    pub(crate) uses: Vec<Cell>,
}

impl Case {
    fn read(name: String, folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        read_below(folder, "", &mut files);
        let specs = files.iter().filter(|(path, _)| path.ends_with("spec.yaml"));
        let uses = specs.flat_map(|(_, text)| used_cells(text)).collect();
        Self { name, files, uses }
    }

    /// The area: the first part of the name.
    pub(crate) fn area(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// The bytes of what is written and of what is wanted.
    pub(crate) fn size(&self) -> usize {
        self.files.values().map(String::len).sum()
    }

    /// What the first line of the spec says that the case shows.
    pub(crate) fn shows(&self) -> &str {
        let first = self.files.get("spec.yaml").and_then(|text| text.lines().next()).unwrap_or_default();
        first.trim_start_matches('#').trim()
    }
}

/// All cases, by name. None where the folder is not there.
pub(crate) fn read_cases(root: &Path) -> Vec<Case> {
    let all = root.join(CASES);
    let areas = folders(&all);
    let folders = areas
        .iter()
        .flat_map(|area| folders(&all.join(area)).into_iter().map(move |name| format!("{area}/{name}")));
    folders.map(|name| Case::read(name.clone(), &all.join(&name))).collect()
}

fn folders(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn read_below(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            read_below(&path, &format!("{name}/"), files);
        } else if let Ok(bytes) = fs::read(&path) {
            files.insert(name, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}
