//! `docs/design/conformance.md`: each key, kind and word of the language, and each row of what must never happen, by case.

use std::collections::BTreeMap;
use std::path::Path;

use super::markdown::Page;
use crate::suite::{CASES, Case, Cell, all_cells};
use crate::{behaviour, tidy};

/// Cases that are named where there are many.
const NAMED: usize = 3;

const INTRODUCTION: &str = "\
Which cases of `tests/cases` use which part of the language. A cell without a case has a reason in
`tests/cases/without-case.txt`; `cargo run -p xtask -- tidy`, and a test, fail where it has none. Of many cases three are named.

Which situations of the suites of other tools are held where, and which are not sayable, is told [on a page of its own](other-suites.md).";

/// The page.
pub(super) fn page(root: &Path, cases: &[Case]) -> String {
    let mut page = Page::made("the specs of `tests/cases`");
    page.heading(1, "The language by case");
    page.block(INTRODUCTION);
    page.block(&format!("There are {} cases.", cases.len()));
    let reasons = tidy::reasons(root);
    for (map, cells) in by_map() {
        page.heading(2, &capitalized(map));
        let rows: Vec<[String; 3]> = cells.iter().map(|cell| row(cell, cases, &reasons)).collect();
        page.table(["key", "cases", "such as"], &rows);
    }
    page.heading(2, "What must never happen");
    page.block("The rows of [the page of that name](behaviour.md).");
    let rows = behaviour::rows(root, behaviour::PAGE).into_iter().map(|row| {
        let held =
            if row.cases.is_empty() { row.reason } else { linked(row.cases.iter().map(String::as_str)) };
        [row.situation, row.cases.len().to_string(), held]
    });
    page.table(["situation", "cases", "held by"], &rows.collect::<Vec<_>>());
    page.finish()
}

/// The cells under their maps, in the order of the reference.
fn by_map() -> Vec<(&'static str, Vec<Cell>)> {
    let mut maps: Vec<(&'static str, Vec<Cell>)> = Vec::new();
    for cell in all_cells() {
        match maps.last_mut().filter(|(map, _)| *map == cell.map) {
            Some((_, cells)) => cells.push(cell),
            None => maps.push((cell.map, vec![cell])),
        }
    }
    maps
}

fn row(cell: &Cell, cases: &[Case], reasons: &BTreeMap<String, String>) -> [String; 3] {
    let name = match cell.word {
        Some(word) => format!("`{}: {word}`", cell.key),
        None => format!("`{}`", cell.key),
    };
    let mut using: Vec<&Case> = cases.iter().filter(|case| case.uses.contains(cell)).collect();
    let count = using.len();
    if count == 0 {
        let reason = reasons.get(&cell.to_string()).cloned().unwrap_or_default();
        return [name, "0".to_owned(), reason];
    }
    // One that is named after the key, or else is short, shows it best.
    let word = cell.word.unwrap_or(cell.key).replace('_', "-");
    using.sort_by_key(|case| (!case.name.contains(&word), case.size(), &case.name));
    let mut names: Vec<&str> = using.iter().take(NAMED).map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    [name, count.to_string(), linked(names.into_iter())]
}

fn linked<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("[{name}](../../{CASES}/{name})")).collect::<Vec<_>>().join(", ")
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
