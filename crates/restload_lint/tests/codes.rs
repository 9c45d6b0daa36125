//! What the reading of a spec finds fault with is in the table of rules: `restload explain` knows each word that stands in
//! brackets behind `error`.

#![expect(clippy::unwrap_used, reason = "a test whose files cannot be read fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use restload_lint::rules;

/// Where a spec is read and settled.
const FOLDERS: [&str; 4] = ["settle", "structure", "document", "plan"];

/// Texts of that form that are no rules, each with the reason.
const NO_RULES: [(&str, &str); 10] = [
    ("missing-input", "of a run, not of a spec: an input has no value"),
    ("input-value", "of a run, not of a spec: the value of an input does not fit"),
    ("unknown-resource", "of a command line: `--resource`"),
    ("private-key", "of a run, not of a spec: the value of an input is no key"),
    ("chosen-auth", "a note of a run: which of several auths is used"),
    ("empty-for-each", "a note of a run: a list of its inputs is empty"),
    ("internal", "a bug of ours, which is said to be one"),
    ("date-time", "a word of other tools"),
    ("stand-in", "what stands in for an input while a spec is checked"),
    ("stand-in-value", "what stands in for an input while a spec is checked"),
];

fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../restload_spec/src");
    let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|name| root.join(name)).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "tests.rs") {
                files.push(path);
            }
        }
    }
    files
}

/// The texts of a file that may be the name of a rule: words of small letters, joined by hyphens or named as a fault.
fn names(source: &str) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code: String =
        code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let parts: Vec<&str> = code.split('"').collect();
    let texts = parts.iter().enumerate().skip(1).step_by(2).map(|(n, text)| (parts[n - 1].trim_end(), *text));
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let named = texts.filter(|(before, text)| {
        let kebab = text.contains('-') && text.split('-').all(is_word);
        let as_fault =
            before.ends_with("error(") || before.ends_with("warning(") || before.ends_with("note(");
        kebab || (as_fault && is_word(text))
    });
    named.map(|(_, text)| text.to_owned()).collect()
}

#[test]
fn each_name_of_a_fault_is_a_rule() {
    let known: BTreeSet<&str> = rules().map(|rule| rule.name).chain(NO_RULES.map(|(name, _)| name)).collect();
    let mut seen = BTreeSet::new();
    let mut unknown = Vec::new();
    for path in sources() {
        for name in names(&fs::read_to_string(&path).unwrap()) {
            if !known.contains(name.as_str()) {
                unknown.push(format!("`{name}` of {} has no page in restload_lint", path.display()));
            }
            seen.insert(name);
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    let stale: Vec<_> = NO_RULES.iter().filter(|(name, _)| !seen.contains(*name)).collect();
    assert!(stale.is_empty(), "no longer there: {stale:?}");
    assert!(seen.len() > 60, "only {} names were found", seen.len());
}

#[test]
fn a_name_is_found_wherever_it_stands() {
    let source = "// \"no-name\"\nlet rule = \"a-name\"; Diagnostic::error(\n  \"cycle\", at, \"a text - no name\"); x(\"word\")";
    assert_eq!(Vec::from_iter(names(source)), ["a-name", "cycle"]);
}
