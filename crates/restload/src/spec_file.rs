//! Reads the file of a spec, or says all that is wrong with it.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use restload_diag::Diagnostic;
use restload_spec::{Document, Spec, check, read_spec_bytes};

use crate::exit;
use crate::terminal::Terminal;
use crate::world::World;

/// A spec that has no errors, and the document that knows its places.
pub(crate) struct SpecFile {
    /// The document.
    pub(crate) document: Document,
    /// The spec as written.
    pub(crate) spec: Spec,
}

/// Reads and checks a spec. Where it has errors they are said, all at once, and the exit code is given.
pub(crate) fn read_spec_file(path: &Path, world: &World<'_>, terminal: &Terminal) -> Result<SpecFile, u8> {
    let bytes = read_bytes(&world.locate(path)).map_err(|error| {
        let (message, help) = explain(path, &error, world);
        terminal.error(&message, help.as_deref());
        exit::USAGE
    })?;
    let reading = read_spec_bytes(&path.display().to_string(), &bytes);
    let checked = check(&reading, world.clock.now());
    let found = [reading.diagnostics, checked.diagnostics].concat();
    terminal.diagnostics(&found, &reading.document);
    match reading.spec {
        Some(spec) if !found.iter().any(Diagnostic::is_error) => {
            Ok(SpecFile { document: reading.document, spec })
        }
        _ => Err(exit::SPEC),
    }
}

/// Reads a file as far as a spec may be long, and one byte more, which tells that it is too long.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    file.take(Document::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn explain(path: &Path, error: &io::Error, world: &World<'_>) -> (String, Option<String>) {
    let shown = path.display();
    let near = near(path, world).map(|near| format!("did you mean `{}`?", near.display()));
    match error.kind() {
        ErrorKind::NotFound => (format!("there is no file `{shown}`"), near),
        ErrorKind::IsADirectory => (format!("`{shown}` is a folder, and a spec is a YAML file"), near),
        _ => (format!("cannot read `{shown}`: {error}"), None),
    }
}

/// The spec that was meant by a name alone: `tapfiliate` for `specs/tapfiliate.yaml`.
fn near(path: &Path, world: &World<'_>) -> Option<PathBuf> {
    let file = path.file_name()?;
    let with_ending = |folder: &Path, ending: &str| folder.join(file).with_extension(ending);
    let beside = path.parent().unwrap_or(Path::new(""));
    let folders = [beside.to_path_buf(), beside.join("specs")];
    let mut candidates =
        folders.iter().flat_map(|folder| ["yaml", "yml"].map(|ending| with_ending(folder, ending)));
    candidates.find(|candidate| world.locate(candidate).is_file())
}
