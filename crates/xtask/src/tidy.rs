//! What must hold of the cases beyond that they pass: no two are the same, every key and word of the language is in one,
//! and so is every row of `docs/design/behaviour.md`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use crate::behaviour;
use crate::suite::{Case, Cell, all_cells, read_cases};

/// The cells that no case is made for, each with the reason.
pub(crate) const WITHOUT_CASE: &str = "tests/cases/without-case.txt";

/// All that is untidy, a line each.
pub(crate) fn faults(root: &Path) -> Vec<String> {
    let cases = read_cases(root);
    let mut faults = alike(&cases);
    faults.extend(empty_cells(&cases, &reasons(root)));
    faults.extend(rows_without_a_case(root, &cases));
    faults
}

/// The reasons of `tests/cases/without-case.txt`, by the cell as it is written.
pub(crate) fn reasons(root: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(root.join(WITHOUT_CASE)).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let split = lines.filter_map(|line| line.split_once(": "));
    split.map(|(cell, reason)| (cell.trim().to_owned(), reason.trim().to_owned())).collect()
}

fn empty_cells(cases: &[Case], reasons: &BTreeMap<String, String>) -> Vec<String> {
    let used: BTreeSet<&Cell> = cases.iter().flat_map(|case| &case.uses).collect();
    let empty: BTreeSet<String> =
        all_cells().iter().filter(|cell| !used.contains(cell)).map(ToString::to_string).collect();
    let missing = empty.iter().filter(|cell| !reasons.contains_key(*cell));
    let missing = missing.map(|cell| format!("no case uses `{cell}`, and {WITHOUT_CASE} gives no reason"));
    let stale = reasons.keys().filter(|cell| !empty.contains(*cell));
    let stale = stale
        .map(|cell| format!("{WITHOUT_CASE} has a reason for `{cell}`, which is in a case or is no cell"));
    missing.chain(stale).collect()
}

fn rows_without_a_case(root: &Path, cases: &[Case]) -> Vec<String> {
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    // An area, or names that begin alike, stand for all of their cases.
    let is_known =
        |case: &String| match case.strip_suffix('*').or(case.strip_suffix('/').map(|_| case.as_str())) {
            Some(beginning) => names.iter().any(|name| name.starts_with(beginning)),
            None => names.contains(case.as_str()),
        };
    let mut faults = Vec::new();
    for page in [behaviour::PAGE, behaviour::OTHERS] {
        for row in behaviour::rows(root, page) {
            if row.cases.is_empty() && row.reason.is_empty() {
                faults.push(format!("{page}: `{}` has no case and no reason", row.situation));
            }
            let unknown = row.cases.iter().filter(|case| !is_known(case));
            faults.extend(unknown.map(|case| format!("{page}: there is no case {case}")));
        }
    }
    faults
}

/// Cases that are the same but for the names that their author chose.
fn alike(cases: &[Case]) -> Vec<String> {
    let kept = words_of_the_language();
    let mut seen: HashMap<String, &str> = HashMap::new();
    let mut faults = Vec::new();
    for case in cases {
        if let Some(other) = seen.insert(without_names(case, &kept), &case.name) {
            faults.push(format!("{other} and {} differ in nothing but names", case.name));
        }
    }
    faults
}

/// Words of Handlebars that the language knows or refuses.
const OF_TEMPLATES: [&str; 14] = [
    "base64",
    "date",
    "default",
    "each",
    "if",
    "join",
    "json",
    "lookup",
    "lower",
    "root",
    "unless",
    "upper",
    "urlencode",
    "with",
];

/// Words that mean something to restload: what differs in one of them differs.
fn words_of_the_language() -> BTreeSet<String> {
    let cells = all_cells().into_iter();
    let words = cells.flat_map(|cell| [Some(cell.key), cell.word]).flatten();
    words.chain(OF_TEMPLATES).map(str::to_owned).collect()
}

/// The texts of a case with each name in place of which another could stand replaced by its number.
fn without_names(case: &Case, kept: &BTreeSet<String>) -> String {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut text = String::new();
    for (path, file) in &case.files {
        if !path.ends_with("schema") && !path.ends_with("jsonl") {
            text.push_str(path);
        }
        // A command line has no names that another could stand for.
        if path.ends_with("command.txt") || path.ends_with("args.txt") {
            text.push_str(file);
            continue;
        }
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            push_without_names(line, kept, &mut numbers, &mut text);
        }
    }
    text
}

fn push_without_names(
    line: &str,
    kept: &BTreeSet<String>,
    numbers: &mut HashMap<String, usize>,
    text: &mut String,
) {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let word = if is_letter(first) {
            rest.split(|letter| !is_letter(letter)).next().unwrap_or(rest)
        } else {
            &rest[..first.len_utf8()]
        };
        rest = &rest[word.len()..];
        if !first.is_alphabetic() || kept.contains(word) {
            text.push_str(word);
        } else {
            let next = numbers.len();
            let number = *numbers.entry(word.to_owned()).or_insert(next);
            text.push('\u{1}');
            text.push_str(&number.to_string());
        }
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cases_are_tidy() {
        let faults = faults(&crate::root());
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    fn case(name: &str, spec: &str) -> Case {
        Case {
            name: name.to_owned(),
            files: [("spec.yaml".to_owned(), spec.to_owned())].into(),
            uses: Vec::new(),
        }
    }

    #[test]
    fn cases_that_differ_in_names_alone_are_alike() {
        let one = case("a/one", "# shows one\nresources: {issues: {path: issues}}");
        let same = case("a/two", "# shows another\nresources: {notes: {path: notes}}");
        let other = case("a/three", "# shows\nresources: {notes: {path: comments}}");
        let keyed = case("a/four", "# shows\nresources: {notes: {table: notes}}");
        assert_eq!(alike(&[one, same, other, keyed]), ["a/one and a/two differ in nothing but names"]);
    }

    #[test]
    fn a_cell_without_a_case_wants_a_reason_and_a_reason_an_empty_cell() {
        let found = empty_cells(&[], &[("a spec / no_such_key".to_owned(), "none".to_owned())].into());
        assert_eq!(
            found.len(),
            all_cells().iter().map(ToString::to_string).collect::<BTreeSet<_>>().len() + 1
        );
        assert!(found.last().is_some_and(|last| last.contains("no_such_key")), "{found:?}");
    }
}
