//! Files that are made from the code.

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use serde_json::{Map, Value};

/// The command that makes the files.
const COMMAND: &str = "cargo run -p xtask -- generate";

/// Why files could not be made or are not as they would be made.
#[derive(Debug)]
pub(crate) enum GenerateError {
    /// A file could not be written.
    Write(PathBuf, io::Error),
    /// A file is not what the code makes now.
    Stale(Vec<&'static str>),
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(path, error) => write!(f, "cannot write {}: {error}", path.display()),
            Self::Stale(names) => write!(f, "not current: {}; run `{COMMAND}`", names.join(", ")),
        }
    }
}

/// Writes all files; says which.
pub(crate) fn write(root: &Path) -> Result<Vec<String>, GenerateError> {
    files().into_iter().map(|(name, text)| write_file(root, name, &text)).collect()
}

fn write_file(root: &Path, name: &str, text: &str) -> Result<String, GenerateError> {
    let path = root.join(name);
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    match folder.and_then(|()| fs::write(&path, text)) {
        Ok(()) => Ok(format!("wrote {name}")),
        Err(error) => Err(GenerateError::Write(path, error)),
    }
}

/// Fails where a file is not what [`write`] would make of it.
pub(crate) fn check(root: &Path) -> Result<Vec<String>, GenerateError> {
    let stale =
        |(name, text): &(&str, String)| fs::read_to_string(root.join(name)).ok().as_ref() != Some(text);
    let stale: Vec<&str> = files().iter().filter(|file| stale(file)).map(|(name, _)| *name).collect();
    if stale.is_empty() {
        Ok(vec!["generated files are current".to_owned()])
    } else {
        Err(GenerateError::Stale(stale))
    }
}

/// The files, by their path from the root, and what stands in them.
fn files() -> Vec<(&'static str, String)> {
    vec![("schema/restload.schema.json", schema())]
}

/// The JSON Schema of a spec, which says in its first lines where it comes from.
fn schema() -> String {
    let mut file = Map::new();
    file.insert(
        "$comment".into(),
        format!("Made by `{COMMAND}` from the types of the spec; do not edit.").into(),
    );
    if let Value::Object(schema) = restload_spec::json_schema() {
        file.extend(schema);
    }
    format!("{:#}\n", Value::Object(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_are_current() {
        if let Err(error) = check(&crate::root()) {
            panic!("{error}");
        }
    }

    #[test]
    fn a_file_that_is_missing_or_changed_is_not_current() {
        let nowhere = crate::root().join("no-such-folder");
        let error = check(&nowhere).unwrap_err().to_string();
        assert_eq!(error, format!("not current: schema/restload.schema.json; run `{COMMAND}`"));
    }

    #[test]
    fn a_generated_file_says_so_in_its_first_lines() {
        for (name, text) in files() {
            assert!(text.lines().take(2).any(|line| line.contains(COMMAND)), "{name}");
        }
    }
}
