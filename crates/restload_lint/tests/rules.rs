//! The table of rules: each has a page, a spec that it finds fault with, and a spec that it does not.
//!
//! `tests/lint/<rule>/bad.yaml` is drawn to `bad.txt` and, where its faults can be mended by a program, mended to
//! `fixed.yaml`; `good.yaml` is what the author should have written. `RESTLOAD_BLESS=1` writes the texts anew.

#![expect(clippy::unwrap_used, reason = "a test whose files cannot be read fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use restload_diag::{Diagnostic, Severity, Source, apply_fixes, render_full};
use restload_lint::markdown::lint_markdown;
use restload_lint::{Linted, lint_bytes, rules};

/// Rules whose bad text is too long for a file.
const MADE_HERE: [&str; 2] = ["too-large", "too-many-findings"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lint")
}

fn now() -> jiff::Timestamp {
    "2026-01-31T00:00:00Z".parse().unwrap()
}

/// Lints a file of a rule's folder, which holds its samples too.
fn lint_text(rule: &str, file: &str, bytes: &[u8]) -> Linted {
    let samples = |path: &str| Ok(fs::read(folder().join(rule).join(path)).ok());
    lint_bytes(file, bytes, &samples, now())
}

fn lint_file(rule: &str, file: &str) -> Linted {
    let bytes = fs::read(folder().join(rule).join(file)).unwrap_or_else(|_| panic!("{rule} has no {file}"));
    lint_text(rule, file, &bytes)
}

fn rendered(linted: &Linted, diagnostics: &[Diagnostic]) -> String {
    let document = &linted.reading.document;
    render_full(diagnostics, document.source(), document, false)
}

fn bless() -> bool {
    std::env::var_os("RESTLOAD_BLESS").is_some()
}

/// Writes the file, or tells whether it holds this.
fn holds(path: &Path, text: &str) -> bool {
    if bless() {
        fs::write(path, text).unwrap();
    }
    fs::read_to_string(path).unwrap_or_default() == text
}

fn file_rules() -> impl Iterator<Item = &'static restload_lint::Rule> {
    rules().filter(|rule| !MADE_HERE.contains(&rule.name))
}

#[test]
fn each_rule_finds_fault_with_its_bad_spec_and_says_so_as_its_text_says() {
    let mut wrong = Vec::new();
    for rule in file_rules() {
        let linted = lint_file(rule.name, "bad.yaml");
        let (own, others): (Vec<_>, Vec<_>) =
            linted.diagnostics.clone().into_iter().partition(|found| found.rule == rule.name);
        let others: Vec<_> = others.into_iter().filter(|found| found.severity != Severity::Note).collect();
        let text = rendered(&linted, &own);
        if own.is_empty() {
            wrong.push(format!("{} finds nothing in its bad.yaml", rule.name));
        }
        if !others.is_empty() {
            wrong.push(format!("{}: others too\n{}", rule.name, rendered(&linted, &others)));
        }
        if own.iter().any(|found| found.severity != rule.severity) {
            wrong.push(format!("{}: another weight than in the table", rule.name));
        }
        if !holds(&folder().join(rule.name).join("bad.txt"), &text) {
            wrong.push(format!("{}/bad.txt\n{text}", rule.name));
        }
    }
    assert!(wrong.is_empty(), "RESTLOAD_BLESS=1 writes these anew:\n{}", wrong.join("\n"));
}

#[test]
fn no_rule_finds_fault_with_a_good_spec() {
    let mut wrong = Vec::new();
    for rule in file_rules() {
        let linted = lint_file(rule.name, "good.yaml");
        let is_fault = |found: &&Diagnostic| found.severity != Severity::Note || found.rule == rule.name;
        let faults: Vec<_> = linted.diagnostics.iter().filter(is_fault).cloned().collect();
        if !faults.is_empty() {
            wrong.push(format!("{}\n{}", rule.name, rendered(&linted, &faults)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_can_be_mended_is_mended_once_and_for_all() {
    let mut wrong = Vec::new();
    for rule in file_rules() {
        let path = folder().join(rule.name).join("fixed.yaml");
        let mut linted = lint_file(rule.name, "bad.yaml");
        let mut rounds = 0;
        while linted.diagnostics.iter().any(|found| found.fix.is_some()) {
            let text = linted.reading.document.source().text.clone();
            let applied =
                apply_fixes(&text, linted.diagnostics.iter().filter_map(|found| found.fix.as_ref()));
            linted = lint_text(rule.name, "bad.yaml", applied.text.as_bytes());
            rounds += 1;
            assert!(rounds < 10, "{}: mending does not end", rule.name);
        }
        let text = linted.reading.document.source().text.as_str();
        if rounds == 0 {
            assert!(!path.exists(), "{}: nothing is mended, and there is a fixed.yaml", rule.name);
        } else if !holds(&path, text) {
            wrong.push(format!("{}/fixed.yaml\n{text}", rule.name));
        }
    }
    assert!(wrong.is_empty(), "RESTLOAD_BLESS=1 writes these anew:\n{}", wrong.join("\n"));
}

#[test]
fn each_folder_belongs_to_a_rule() {
    let known: BTreeSet<&str> = file_rules().map(|rule| rule.name).collect();
    for entry in fs::read_dir(folder()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let name = entry.file_name().into_string().unwrap();
        assert!(known.contains(name.as_str()), "tests/lint/{name}");
    }
}

#[test]
fn each_rule_has_one_name_and_a_page_whose_examples_show_it() {
    let mut names = BTreeSet::new();
    let mut wrong = Vec::new();
    for rule in rules() {
        assert!(names.insert(rule.name), "{} is there twice", rule.name);
        let kebab = rule.name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
        assert!(kebab, "{}", rule.name);
        let page = Source::new(format!("{}.md", rule.name), rule.page);
        let sections: Vec<&str> = rule.page.lines().filter(|line| line.starts_with('#')).collect();
        let expected =
            [format!("# {}", rule.name).as_str(), "## Why this is bad", "## Example", "## Instead"]
                .map(str::to_owned);
        if sections != expected {
            wrong.push(format!("{}: its sections are {sections:?}", rule.name));
        }
        let summary = rule.summary();
        if summary.len() > 160 || !summary.ends_with('.') {
            wrong.push(format!("{}: its first paragraph is no short sentence: {summary}", rule.name));
        }
        let blocks = lint_markdown(&page, now());
        let shows = blocks.iter().filter(|block| block.block.shows.iter().any(|shown| shown == rule.name));
        // What is no YAML, or takes a file of its own to show, is shown in another kind of block.
        let other = rule.page.contains("```text");
        if shows.count() == 0 && !other {
            wrong.push(format!("{}: no block with `rule={}`", rule.name, rule.name));
        }
        for block in &blocks {
            if !block.diagnostics.is_empty() {
                wrong.push(format!(
                    "{}: {}",
                    rule.name,
                    render_full(&block.diagnostics, &page, block, false)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
