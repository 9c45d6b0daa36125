//! `ends.yaml`: how a load of a case ends before its end, and what becomes of what it leaves.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

/// How a load ends before its end, and what happens before the next one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ends {
    /// The request of this number, counted from 1, and all after it have no answer.
    pub(crate) at_request: Option<u32>,
    /// It goes on until the journal has so many checkpoints,
    pub(crate) checkpoints: usize,
    /// and so many pages,
    pub(crate) pages: usize,
    /// and so many walks that are done.
    pub(crate) done: usize,
    /// What happens then.
    pub(crate) by: By,
    /// The next load begins so many hours later.
    pub(crate) hours_later: u64,
    /// So many bytes are cut off the end of the journal.
    pub(crate) journal_cut: u64,
    /// The parts with these numbers are removed.
    pub(crate) parts_removed: Vec<u32>,
    /// The last byte of the parts with these numbers is cut off.
    pub(crate) parts_cut: Vec<u32>,
}

/// What ends a load.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// The process dies.
    #[default]
    Kill,
    /// Ctrl-C.
    Stop,
    /// Nothing: another run is tried beside it, and then the request is answered.
    Meet,
}

/// How often it is looked whether the journal is far enough.
const LOOK: Duration = Duration::from_millis(5);
/// How often at most.
const LOOKS: u32 = 2000;

impl Ends {
    /// Waits until the journal has as much as is wanted; says whether it came to that.
    pub(crate) async fn wait(&self, folder: &Path) -> bool {
        for _ in 0..LOOKS {
            let kept = Kept::read(folder);
            if kept.checkpoints >= self.checkpoints
                && kept.pages >= self.pages
                && kept.done.len() >= self.done
            {
                return true;
            }
            tokio::time::sleep(LOOK).await;
        }
        false
    }

    /// Does to what was left what is said; the error is a sentence about the case.
    pub(crate) fn spoil(&self, folder: &Path) -> Result<(), String> {
        let journals = journals(folder);
        let cut = |path: &Path, bytes: u64| {
            let file = OpenOptions::new().write(true).open(path)?;
            file.set_len(file.metadata()?.len().saturating_sub(bytes))
        };
        let said = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
        for journal in &journals {
            if self.journal_cut > 0 {
                cut(journal, self.journal_cut).map_err(|error| said(journal, error))?;
            }
            let part = |number: &u32| journal.with_extension(format!("{number:05}.part"));
            for path in self.parts_removed.iter().map(part) {
                std::fs::remove_file(&path).map_err(|error| said(&path, error))?;
            }
            for path in self.parts_cut.iter().map(part) {
                cut(&path, 1).map_err(|error| said(&path, error))?;
            }
        }
        let spoils = self.journal_cut > 0 || !self.parts_removed.is_empty() || !self.parts_cut.is_empty();
        if spoils && journals.is_empty() { Err("no load was left open".to_owned()) } else { Ok(()) }
    }
}

/// The journals of the open loads. A part of a load is called as they are, with another ending.
pub(crate) fn journals(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("_restload/kept")).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "journal")).collect()
}

/// What the journals of open loads tell.
#[derive(Debug, Default)]
struct Kept {
    checkpoints: usize,
    pages: usize,
    done: BTreeSet<String>,
}

impl Kept {
    fn read(folder: &Path) -> Self {
        let mut kept = Self::default();
        for journal in journals(folder).into_iter().flat_map(std::fs::read) {
            for line in journal.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
                let Ok(line) = serde_json::from_slice::<Value>(line) else { continue };
                kept.checkpoints += usize::from(line["checkpoint"].is_object());
                for walk in line["checkpoint"]["walks"].as_array().into_iter().flatten() {
                    kept.pages += walk["pages"].as_array().map_or(0, Vec::len);
                    if walk["stand"]["at"] == "done" {
                        kept.done.insert(format!("{} {}", walk["resource"], walk["key"]));
                    }
                }
            }
        }
        kept
    }
}
