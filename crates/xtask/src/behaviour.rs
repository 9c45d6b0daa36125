//! The rows of `docs/design/behaviour.md` and of `docs/design/other-suites.md`, each with the cases that hold it.

use std::fs;
use std::path::Path;

/// What must never happen, from the root.
pub(crate) const PAGE: &str = "docs/design/behaviour.md";

/// What the suites of other tools hold.
pub(crate) const OTHERS: &str = "docs/design/other-suites.md";

/// A row of a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// What an API or a run does.
    pub(crate) situation: String,
    /// The cases that its last cell names in backquotes.
    pub(crate) cases: Vec<String>,
    /// What else the last cell says.
    pub(crate) reason: String,
}

/// The rows of a page's tables.
pub(crate) fn rows(root: &Path, page: &str) -> Vec<Row> {
    let page = fs::read_to_string(root.join(page)).unwrap_or_default();
    page.lines().filter_map(parse_row).collect()
}

fn parse_row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
    let [situation, _, held] = cells.as_slice() else { return None };
    if *held == "held by" {
        return None;
    }
    let quoted = held.split('`').skip(1).step_by(2);
    let is_case =
        |name: &&str| name.contains('/') && !name.starts_with("tests/") && !name.starts_with("restload_");
    let cases = quoted.filter(is_case).map(str::to_owned).collect();
    let reason: String = held.split('`').step_by(2).collect::<String>().replace(", ", "").trim().to_owned();
    Some(Row { situation: (*situation).to_owned(), cases, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_names_its_cases_or_says_why_it_has_none() {
        let row = parse_row("| a page | is read | `a/b`, `c/d` |").unwrap();
        assert_eq!((row.cases, row.reason.as_str()), (vec!["a/b".to_owned(), "c/d".to_owned()], ""));
        let row = parse_row("| a page | is read | not built yet |").unwrap();
        assert_eq!((row.cases.len(), row.reason.as_str()), (0, "not built yet"));
        assert_eq!(parse_row("| situation | what restload does | held by |"), None);
        assert_eq!(parse_row("|---|---|---|"), None);
    }
}
