//! `--fix` mends what is wrong, leaves alone what is right, keeps comments, and has nothing to do the second time.

#![expect(clippy::unwrap_used, reason = "a test whose files cannot be read fails")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use restload_diag::{Diagnostic, Pointer, Source, apply_fixes};
use restload_lint::{Linted, lint, no_samples};
use restload_spec::{Document, Node};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn now() -> jiff::Timestamp {
    "2026-01-31T00:00:00Z".parse().unwrap()
}

/// A path and its text.
fn specs() -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(root().join("specs")).unwrap() {
        paths.push(entry.unwrap().path());
    }
    for entry in fs::read_dir(root().join("tests/lint")).unwrap() {
        paths.push(entry.unwrap().path().join("good.yaml"));
    }
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml") && path.exists());
    paths.sort();
    let text = |path: &PathBuf| Some((path.display().to_string(), fs::read_to_string(path).ok()?));
    paths.iter().filter_map(text).collect()
}

fn lint_text(text: &str) -> Linted {
    lint(Source::new("spec.yaml", text), None, &no_samples, now())
}

/// The text after all fixes, and what is left to be said of it.
fn mended(text: &str) -> (String, Vec<Diagnostic>) {
    let mut text = text.to_owned();
    for _ in 0..20 {
        let found = lint_text(&text).diagnostics;
        let applied = apply_fixes(&text, found.iter().filter_map(|found| found.fix.as_ref()));
        if applied.applied == 0 {
            return (text, found);
        }
        assert_ne!(applied.text, text, "a fix changes nothing");
        text = applied.text;
    }
    panic!("mending does not end:\n{text}");
}

fn tree(text: &str) -> Value {
    Document::parse(Source::new("spec.yaml", text)).0.root().to_value()
}

/// The keys of a document with their bytes, those of flow maps and of maps with names of the author's among them.
fn keys(node: &Node, at: &Pointer, found: &mut Vec<(Pointer, std::ops::Range<usize>)>) {
    for entry in node.entries() {
        let at = at.join(&entry.key);
        found.push((at.clone(), entry.key_span.clone()));
        keys(&entry.value, &at, found);
    }
    for (n, item) in node.items().iter().enumerate() {
        keys(item, &at.join(n), found);
    }
}

/// Puts a comment of its own behind lines that end outside of texts over several lines.
fn commented(text: &str) -> (String, usize) {
    let mut count = 0;
    let plain = tree(text);
    let mut all = String::new();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (n, line) in lines.iter().enumerate() {
        let body = line.trim_end();
        let rest: String = lines[n + 1..].concat();
        let tried = format!("{all}{body} # c{count};\n{rest}");
        if !body.is_empty() && n % 3 == 0 && tree(&tried) == plain {
            writeln!(all, "{body} # c{count};").unwrap();
            count += 1;
        } else {
            all.push_str(line);
        }
    }
    (all, count)
}

#[test]
fn what_is_right_is_left_alone() {
    for (name, text) in specs() {
        let found = lint_text(&text).diagnostics;
        let fixes: Vec<_> = found.iter().filter(|found| found.fix.is_some()).collect();
        assert!(fixes.is_empty(), "{name}: {fixes:?}");
    }
}

#[test]
fn bad_specs_are_mended_once_and_keep_their_comments() {
    let mut mended_some = 0;
    for entry in fs::read_dir(root().join("tests/lint")).unwrap() {
        let path = entry.unwrap().path().join("bad.yaml");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let (text, comments) = commented(&text);
        let (after, left) = mended(&text);
        mended_some += usize::from(after != text);
        assert!(left.iter().all(|found| found.fix.is_none()), "{}", path.display());
        for n in 0..comments {
            assert_eq!(after.matches(&format!("# c{n};")).count(), 1, "{}\n{after}", path.display());
        }
        assert_eq!(mended(&after).0, after, "{}", path.display());
    }
    assert!(mended_some > 3, "hardly anything was mended");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A slip of the pen in a key is mended to what it was, or nothing is changed.
    #[test]
    fn a_misspelt_key_becomes_what_it_was_or_stays(
        which in any::<prop::sample::Index>(),
        key in any::<prop::sample::Index>(),
        letter in any::<prop::sample::Index>(),
        slip in 0_u8..3,
    ) {
        let specs = specs();
        let (name, text) = which.get(&specs);
        let document = Document::parse(Source::new("spec.yaml", text.as_str())).0;
        let mut all = Vec::new();
        keys(document.root(), &Pointer::root(), &mut all);
        let (at, span) = key.get(&all);
        let written = &text[span.clone()];
        prop_assume!(written.len() > 3 && written.is_ascii() && !written.starts_with(['"', '\'']));
        let place = letter.index(written.len() - 1);
        let mut spoilt: Vec<char> = written.chars().collect();
        match slip {
            0 => spoilt.swap(place, place + 1),
            1 => { spoilt.remove(place); }
            _ => spoilt.insert(place, 'x'),
        }
        let spoilt: String = spoilt.into_iter().collect();
        let bad = format!("{}{spoilt}{}", &text[..span.start], &text[span.end..]);
        prop_assume!(tree(&bad) != tree(text));
        let (after, left) = mended(&bad);
        let as_it_was = tree(&after) == tree(text);
        prop_assert!(as_it_was || after == bad || !left.is_empty(), "{name}: {at}: {spoilt}\n{after}");
        // Where a key of the language was misspelt and it was mended, nothing else was touched.
        if as_it_was {
            prop_assert_eq!(&after, text);
        }
    }
}
