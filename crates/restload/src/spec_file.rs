//! Reads the file of a spec, or says all that is wrong with it.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use restload_diag::{Diagnostic, Severity};
use restload_lint::lint_bytes;
use restload_spec::{Document, Spec};

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
    let located = world.locate(path);
    let samples = samples_beside(located.parent().unwrap_or(Path::new("")));
    let linted = lint_bytes(&path.display().to_string(), &bytes, &samples, world.clock.now());
    let errors: Vec<&Diagnostic> = linted.diagnostics.iter().filter(|found| found.is_error()).collect();
    terminal.diagnostics(errors.iter().copied(), &linted.reading.document);
    if !errors.is_empty() {
        return Err(exit::SPEC);
    }
    let warnings = linted.diagnostics.iter().filter(|found| found.severity == Severity::Warning).count();
    if warnings > 0 && world.err_is_terminal && !terminal.voice.quiet && !terminal.voice.json {
        let plural = if warnings == 1 { "" } else { "s" };
        let shown = path.display();
        terminal.say(&format!("{warnings} warning{plural}: `restload lint {shown}` shows what"));
    }
    match linted.reading.spec {
        Some(spec) => Ok(SpecFile { document: linted.reading.document, spec }),
        None => Err(exit::SPEC),
    }
}

/// Reads the samples that stand beside a spec, in its folder. A folder of samples that is not there is looked for once.
pub(crate) fn samples_beside(folder: &Path) -> impl Fn(&str) -> Result<Option<Vec<u8>>, String> + use<'_> {
    let missing: Mutex<HashSet<PathBuf>> = Mutex::default();
    move |sample| {
        let path = folder.join(sample);
        let beside = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let mut missing = missing.lock().unwrap_or_else(PoisonError::into_inner);
        if missing.contains(&beside) {
            return Ok(None);
        }
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                if !beside.is_dir() {
                    missing.insert(beside);
                }
                Ok(None)
            }
            Err(error) => Err(format!("cannot read `{sample}`: {error}")),
        }
    }
}

/// Reads a file as far as a spec may be long, and one byte more, which tells that it is too long.
pub(crate) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    file.take(Document::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What an error of the file system means for who named the file, and what to do.
pub(crate) fn explain(path: &Path, error: &io::Error, world: &World<'_>) -> (String, Option<String>) {
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
