//! Files that are made from the code.

mod codes;
mod command_line;
mod conformance;
mod exit_codes;
mod markdown;
mod rules;
mod schema;
mod shown;
mod spec_page;

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use crate::suite::read_cases;

#[cfg(test)]
pub(crate) use markdown::Anchors;

/// The contents of the book. Only the lines of rules in it are made.
const SUMMARY: &str = "docs/SUMMARY.md";
/// The folder of the pages of rules, in which nothing else lies.
const RULE_PAGES: &str = "docs/reference/rules";

/// The command that makes the files.
const COMMAND: &str = "cargo run -p xtask -- generate";

/// Why files could not be made or are not as they would be made.
#[derive(Debug)]
pub(crate) enum GenerateError {
    /// A file could not be written or removed.
    Write(PathBuf, io::Error),
    /// Files that are not what the code makes now, or that it makes no more.
    Stale(Vec<String>),
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(path, error) => write!(f, "cannot write {}: {error}", path.display()),
            Self::Stale(names) => write!(f, "not current: {}; run `{COMMAND}`", names.join(", ")),
        }
    }
}

/// Writes all files that are not current, and removes those that are made no more; says which.
pub(crate) fn write(root: &Path) -> Result<Vec<String>, GenerateError> {
    let mut said = Vec::new();
    for (name, text) in files(root) {
        if !is_current(root, &name, &text) {
            said.push(write_file(root, &name, &text)?);
        }
    }
    for name in left_over(root) {
        let path = root.join(&name);
        fs::remove_file(&path).map_err(|error| GenerateError::Write(path, error))?;
        said.push(format!("removed {name}"));
    }
    if said.is_empty() {
        said.push("generated files are current".to_owned());
    }
    Ok(said)
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
    let files = files(root).into_iter();
    let mut stale: Vec<String> =
        files.filter(|(name, text)| !is_current(root, name, text)).map(|(name, _)| name).collect();
    stale.extend(left_over(root));
    if stale.is_empty() {
        Ok(vec!["generated files are current".to_owned()])
    } else {
        Err(GenerateError::Stale(stale))
    }
}

fn is_current(root: &Path, name: &str, text: &str) -> bool {
    fs::read_to_string(root.join(name)).is_ok_and(|current| current == text)
}

/// The files, by their path from the root, and what stands in them.
fn files(root: &Path) -> Vec<(String, String)> {
    let summary = fs::read_to_string(root.join(SUMMARY)).unwrap_or_default();
    let cases = read_cases(root);
    let mut files = vec![
        ("schema/restload.schema.json".to_owned(), schema::schema()),
        ("docs/reference/spec.md".to_owned(), spec_page::spec_page()),
        ("docs/reference/command-line.md".to_owned(), command_line::command_line()),
        ("docs/reference/codes.md".to_owned(), codes::codes()),
        ("docs/reference/exit-codes.md".to_owned(), exit_codes::exit_codes()),
        ("docs/reference/rules.md".to_owned(), rules::list()),
        (SUMMARY.to_owned(), rules::summary(&summary)),
    ];
    files.push(("docs/design/conformance.md".to_owned(), conformance::page(root, &cases)));
    files.extend(shown::pages(&cases));
    files.extend(rules::pages());
    files
}

/// Pages of rules that are there no more.
fn left_over(root: &Path) -> Vec<String> {
    let made: Vec<String> = rules::pages().map(|(name, _)| name).collect();
    let there = fs::read_dir(root.join(RULE_PAGES)).into_iter().flatten().flatten();
    let mut left: Vec<String> = there
        .map(|entry| format!("{RULE_PAGES}/{}", entry.file_name().to_string_lossy()))
        .filter(|name| !made.contains(name))
        .collect();
    left.sort();
    left
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
        assert!(
            error.starts_with("not current: schema/restload.schema.json, docs/reference/spec.md"),
            "{error}"
        );
        assert!(error.ends_with(&format!("; run `{COMMAND}`")), "{error}");
    }

    #[test]
    fn a_generated_file_says_so_in_its_first_lines() {
        for (name, text) in files(&crate::root()) {
            assert!(text.lines().take(3).any(|line| line.contains(COMMAND)), "{name}");
        }
    }
}
