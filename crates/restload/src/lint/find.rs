//! The files that `lint` and `fmt` look at: those that are named, and the specs below the folders that are named.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use restload_spec::Document;

use crate::exit;
use crate::spec_file::{explain, read_bytes};
use crate::terminal::Terminal;
use crate::world::World;

/// A file with its bytes.
#[derive(Debug)]
pub(crate) struct Text {
    /// The path as it is shown; `<stdin>` for standard input.
    pub(crate) name: String,
    /// Where it is; nothing for standard input.
    pub(crate) path: Option<PathBuf>,
    /// What it holds, as far as a spec may be long and a byte more.
    pub(crate) bytes: Vec<u8>,
    /// Whether it is Markdown, with specs in it.
    pub(crate) is_page: bool,
}

/// Which files of a folder are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// Specs.
    Specs,
    /// Specs, and Markdown pages with YAML blocks in them.
    SpecsAndPages,
}

/// Reads the files that are named on the command line, and those of the folders that are; `-` is standard input. What
/// version control ignores, and hidden files, are left out of folders.
pub(crate) fn find(
    paths: &[PathBuf],
    of: Of,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<Vec<Text>, u8> {
    let mut texts = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            texts.push(standard_input(terminal)?);
        } else if world.locate(path).is_dir() {
            walk(path, of, world, terminal, &mut texts)?;
        } else {
            let bytes = read_bytes(&world.locate(path)).map_err(|error| {
                let (message, help) = explain(path, &error, world);
                terminal.error(&message, help.as_deref());
                exit::USAGE
            })?;
            texts.push(Text::new(path, world, bytes));
        }
    }
    if texts.is_empty() {
        let shown: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
        let help = "a spec is a YAML file that has `version:` and `resources:`";
        terminal.error(&format!("there is no spec in {}", shown.join(", ")), Some(help));
        return Err(exit::USAGE);
    }
    Ok(texts)
}

fn standard_input(terminal: &Terminal) -> Result<Text, u8> {
    let mut bytes = Vec::new();
    let most = Document::MAX_BYTES as u64 + 1;
    io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(|error| {
        terminal.error(&format!("cannot read standard input: {error}"), None);
        exit::USAGE
    })?;
    Ok(Text { name: "<stdin>".to_owned(), path: None, bytes, is_page: false })
}

fn walk(
    folder: &Path,
    of: Of,
    world: &World<'_>,
    terminal: &Terminal,
    texts: &mut Vec<Text>,
) -> Result<(), u8> {
    let located = world.locate(folder);
    let order = |one: &std::ffi::OsStr, other: &std::ffi::OsStr| one.cmp(other);
    for entry in WalkBuilder::new(&located).require_git(false).sort_by_file_name(order).build() {
        let read = entry.map_err(|error| error.to_string()).and_then(|entry| {
            let path = entry.path();
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            if !is_file || !(is_yaml(path) || (of == Of::SpecsAndPages && is_page(path))) {
                return Ok(None);
            }
            let bytes =
                read_bytes(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
            let below = path.strip_prefix(&located).unwrap_or(path);
            Ok(Some((folder.join(below), bytes)))
        });
        match read {
            Ok(Some((path, bytes))) => {
                let shown =
                    if folder == Path::new(".") { path.strip_prefix(".").unwrap_or(&path) } else { &path };
                let text = Text::new(shown, world, bytes);
                texts.extend((text.is_page || looks_like_a_spec(&text.bytes)).then_some(text));
            }
            Ok(None) => {}
            Err(message) => {
                terminal.error(&message, None);
                return Err(exit::USAGE);
            }
        }
    }
    Ok(())
}

impl Text {
    fn new(path: &Path, world: &World<'_>, bytes: Vec<u8>) -> Self {
        let name = path.display().to_string();
        Self { name, path: Some(world.locate(path)), bytes, is_page: is_page(path) }
    }
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending))
}

fn is_yaml(path: &Path) -> bool {
    has_ending(path, &["yaml", "yml"])
}

fn is_page(path: &Path) -> bool {
    has_ending(path, &["md", "markdown"])
}

/// Whether a YAML file says that it is a spec: it has the keys that each spec has, at the front of a line.
fn looks_like_a_spec(bytes: &[u8]) -> bool {
    let has = |key: &[u8]| bytes.split(|byte| *byte == b'\n').any(|line| line.starts_with(key));
    has(b"version:") && has(b"resources:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yaml_file_is_a_spec_when_it_has_a_version_and_resources() {
        assert!(looks_like_a_spec(b"version: 1\nname: a\nresources:\n  b: {}\n"));
        assert!(!looks_like_a_spec(b"version: 1\nservices:\n  resources: {}\n"));
        assert!(!looks_like_a_spec(b"resources: []\n"));
    }
}
