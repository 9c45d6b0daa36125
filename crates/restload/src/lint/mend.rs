//! `restload lint --fix`: mends what a program can mend, and lints again what it changed.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use jiff::Timestamp;
use restload_diag::apply_fixes;
use similar::TextDiff;

use super::{File, lint_one};
use crate::exit;
use crate::terminal::Terminal;

/// Mending one fault may bring another to light, but not for ever.
const ROUNDS: usize = 20;

/// Mends the files, or shows what would be changed, and gives them as they are then.
pub(super) fn mend(
    files: Vec<File>,
    diff: bool,
    now: Timestamp,
    terminal: &Terminal,
) -> Result<Vec<File>, u8> {
    let (mut mended, mut changed) = (0, 0);
    let mut after = Vec::new();
    for file in files {
        let before = file.source().text.clone();
        let (file, fixes) = mend_one(file, now);
        let text = &file.source().text;
        if *text != before {
            mended += fixes;
            changed += 1;
            let name = &file.text.name;
            if diff {
                print(&unified(&before, text, name), terminal)?;
            } else if let Some(path) = &file.text.path {
                replace(path, text.as_bytes()).map_err(|error| {
                    terminal.error(&format!("cannot write `{name}`: {error}"), None);
                    exit::FAILED
                })?;
            } else {
                print(text, terminal)?;
            }
        }
        after.push(file);
    }
    if changed > 0 {
        let word = if diff { "can be mended" } else { "mended" };
        let plural = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        terminal.say(&format!("{} {word} in {}", plural(mended, "fault"), plural(changed, "file")));
    }
    Ok(after)
}

/// Applies fixes until there are none left; gives how many were applied.
fn mend_one(mut file: File, now: Timestamp) -> (File, usize) {
    let mut mended = 0;
    for _ in 0..ROUNDS {
        let applied =
            apply_fixes(&file.source().text, file.diagnostics().filter_map(|found| found.fix.as_ref()));
        if applied.applied == 0 {
            break;
        }
        mended += applied.applied;
        let mut text = file.text;
        text.bytes = applied.text.into_bytes();
        file = lint_one(text, now);
    }
    (file, mended)
}

/// What differs, as a patch.
pub(crate) fn unified(before: &str, after: &str, name: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(2)
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}

fn print(text: &str, terminal: &Terminal) -> Result<(), u8> {
    terminal.print(text).map_err(|error| {
        terminal.error(&format!("cannot write what was changed: {error}"), None);
        exit::FAILED
    })
}

/// Replaces a file as a whole: who reads it meanwhile sees the old text or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A link is followed: what it points to is replaced, not the link.
    let path = &fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(fs::metadata(path)?.permissions())?;
    file.persist(path)?;
    Ok(())
}
