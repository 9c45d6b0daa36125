//! What a load that was left open keeps: how many pages are durable, and how many walks may ask one of theirs again.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::ends::journals;

/// An open load, as its journal tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    /// Pages that are durable.
    pub(super) pages: u64,
    /// Walks with such a page that are not at their end.
    pub(super) open: u64,
}

impl Kept {
    /// Reads the journal below the folder of a spec; none where no load is open, or its commit has begun.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, String> {
        let journals = journals(folder);
        let [journal] = journals.as_slice() else { return Ok(None) };
        match std::fs::read_to_string(journal) {
            Ok(text) => Ok(Self::of(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", journal.display())),
        }
    }

    fn of(journal: &str) -> Option<Self> {
        let mut walks: BTreeMap<String, (u64, Value)> = BTreeMap::new();
        let whole = journal.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        for line in whole.filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            if !line["committing"].is_null() {
                return None;
            }
            for walk in line["checkpoint"]["walks"].as_array().into_iter().flatten() {
                let known = walks.entry(format!("{} {}", walk["resource"], walk["key"])).or_default();
                if walk["anew"] == true {
                    known.0 = 0;
                }
                known.0 += walk["pages"].as_array().map_or(0, Vec::len) as u64;
                known.1 = walk["stand"].clone();
            }
        }
        let mut kept = Self { pages: 0, open: 0 };
        for (pages, stand) in walks.into_values().filter(|(pages, _)| *pages > 0) {
            let is_lost = !stand["at"]["lost"].is_null() || stand["withheld"] == true;
            if !is_lost {
                kept.pages += pages;
                kept.open += u64::from(stand["at"] != "done");
            }
        }
        (kept.pages > 0).then_some(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_open_walks_are_counted_in_whole_lines() {
        let journal = r#"{"begin":{"format":2}}

{"checkpoint":{"n":1,"walks":[{"resource":0,"key":"a","pages":[{"n":1},{"n":2}],"stand":{"at":{"page":{}}}}]}}

{"checkpoint":{"n":2,"walks":[{"resource":0,"key":"a","pages":[{"n":3}],"stand":{"at":"done"}},{"resource":0,"key":"b","pages":[{"n":1}],"stand":{"at":{"page":{}}}}]}}
{"checkpoint":{"n":3,"walks":[{"resource":0,"key":"b","pages":[{"n":2}]"#;
        assert_eq!(Kept::of(journal), Some(Kept { pages: 4, open: 1 }));
        assert_eq!(Kept::of("{\"begin\":{}}\n"), None);
        assert_eq!(Kept::of(&format!("{journal}\n{{\"committing\":{{}}}}\n")), None);
    }
}
