//! What a run left on disk, byte by byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file below a folder with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left(BTreeMap<PathBuf, Vec<u8>>);

impl Left {
    /// Reads all that is below a folder; nothing where there is none.
    ///
    /// # Panics
    /// If something there cannot be read.
    pub fn read(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        collect(folder, folder, &mut files);
        Self(files)
    }

    /// The files that a reader of tables sees: those below no folder that begins with `_`.
    #[must_use]
    pub fn visible(&self) -> Self {
        let hidden = |path: &Path| path.iter().any(|part| part.to_string_lossy().starts_with('_'));
        Self(self.0.iter().filter(|(path, _)| !hidden(path)).map(|(p, c)| (p.clone(), c.clone())).collect())
    }

    /// The files below one folder of it.
    #[must_use]
    pub fn below(&self, folder: &str) -> Self {
        let own = self.0.iter().filter(|(path, _)| path.starts_with(folder));
        Self(own.map(|(path, content)| (path.clone(), content.clone())).collect())
    }

    /// The paths, in order.
    pub fn paths(&self) -> Vec<String> {
        self.0.keys().map(|path| path.display().to_string()).collect()
    }

    /// The paths of the files in which a text stands.
    pub fn with_text(&self, text: &str) -> Vec<String> {
        let has = |content: &[u8]| content.windows(text.len()).any(|part| part == text.as_bytes());
        let found = self.0.iter().filter(|(_, content)| has(content));
        found.map(|(path, _)| path.display().to_string()).collect()
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    if !folder.exists() {
        return;
    }
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a folder's entry can be read").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let content = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            files.insert(path.strip_prefix(root).unwrap_or(&path).to_owned(), content);
        }
    }
}
