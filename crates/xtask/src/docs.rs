//! What holds of all pages of `docs`: they are in the book, their links lead somewhere, their YAML says what it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use restload_diag::{Source, render_concise};
use restload_lint::markdown::{all_blocks, lint_markdown};

use crate::generate::Anchors;

fn docs() -> PathBuf {
    crate::root().join("docs").canonicalize().unwrap()
}

/// The pages of the book by their path from `docs`, each with its text.
fn pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut folders = vec![docs()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                let name = path.strip_prefix(docs()).unwrap().to_str().unwrap().replace('\\', "/");
                pages.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    pages.retain(|(name, _)| name != "SUMMARY.md");
    pages.sort();
    pages
}

fn summary() -> String {
    fs::read_to_string(docs().join("SUMMARY.md")).unwrap()
}

/// The lines of a page that stand in no fence.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut fence = None;
    page.lines().filter(move |line| {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            None if ticks >= 3 => fence = Some(ticks),
            Some(open) if ticks >= open => fence = None,
            open => return open.is_none(),
        }
        false
    })
}

/// Where the links of a page lead to, but for those to other sites.
fn links(page: &str) -> Vec<String> {
    let prose: Vec<&str> = prose(page).collect();
    let bare: String = prose.join("\n").split('`').step_by(2).collect();
    let targets = bare.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).map(str::to_owned).collect()
}

fn anchors(page: &str) -> BTreeSet<String> {
    let mut anchors = Anchors::default();
    let titles = prose(page)
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')));
    titles.map(|title| anchors.take(title)).collect()
}

/// A path without `..`.
fn resolved(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir => {
                assert!(parts.pop().is_some(), "{from} leads out of the book: {target}");
            }
            part => parts.push(part.as_os_str().to_str().unwrap()),
        }
    }
    parts.join("/")
}

#[test]
fn every_page_is_in_the_book_and_the_book_has_no_other() {
    let listed: BTreeSet<String> = links(&summary()).into_iter().collect();
    let there: BTreeSet<String> = pages().into_iter().map(|(name, _)| name).collect();
    assert_eq!(listed, there, "docs/SUMMARY.md on the left, the files on the right");
}

#[test]
fn every_link_leads_to_a_heading_of_the_book() {
    let pages = pages();
    let mut seen = 0;
    for (from, text) in &pages {
        for link in links(text) {
            if let Some((_, case)) = link.split_once("../../tests/cases/") {
                assert!(crate::root().join("tests/cases").join(case).is_dir(), "docs/{from} leads to {link}");
                continue;
            }
            let (target, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if target.is_empty() { from.clone() } else { resolved(from, target) };
            let Some((_, page)) = pages.iter().find(|(name, _)| *name == target) else {
                panic!("docs/{from} leads to {link}, which is no page of the book");
            };
            assert!(anchor.is_empty() || anchors(page).contains(anchor), "docs/{from} leads to {link}");
            seen += 1;
        }
    }
    assert!(seen > 50, "only {seen} links were found");
}

#[test]
fn every_link_of_the_readme_leads_to_a_file() {
    let readme = fs::read_to_string(crate::root().join("README.md")).unwrap();
    let links = links(&readme);
    assert!(links.len() > 5);
    for link in links {
        assert!(crate::root().join(&link).exists(), "README.md leads to {link}");
    }
}

#[test]
fn every_block_of_yaml_is_the_spec_or_the_part_that_it_says() {
    let readme = fs::read_to_string(crate::root().join("README.md")).unwrap();
    let mut seen = 0;
    let mut found = String::new();
    let pages = pages().into_iter().chain([("../README.md".to_owned(), readme)]);
    // The pages of rules are held by the tests of `restload_lint`, where they stand.
    for (name, text) in pages.filter(|(name, _)| !name.starts_with("reference/rules/")) {
        let page = Source::new(format!("docs/{name}"), text);
        let linted = lint_markdown(&page, Timestamp::UNIX_EPOCH);
        seen += linted.len();
        for block in &linted {
            found += &render_concise(&block.diagnostics, &page, block);
        }
        let passed_over = all_blocks(&page.text).len() - linted.len();
        assert_eq!(
            passed_over, 0,
            "docs/{name}: a block of yaml is no spec and does not say what part of one it is"
        );
    }
    assert_eq!(found, "");
    assert!(seen > 100, "only {seen} blocks were found");
}

#[test]
fn links_and_anchors_are_found_outside_of_code_only() {
    let page =
        "# A b\n\n[`x`](y.md#z) and `[no](no.md)`\n\n````\n```\n# no\n[no](no.md)\n````\n## `c_d`\n## A b\n";
    assert_eq!(links(page), ["y.md#z"]);
    assert_eq!(Vec::from_iter(anchors(page)), ["a-b", "a-b-1", "c_d"]);
    assert_eq!(resolved("reference/spec.md", "../guide/lint.md"), "guide/lint.md");
}
