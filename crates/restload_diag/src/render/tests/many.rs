//! Several documents, many diagnostics, long lines.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::{Fix, render_concise_files, render_full_files, render_github, render_json, render_sarif};

#[test]
fn several_documents_are_in_the_order_of_their_paths_and_counted_together() {
    let (b, a, c) = (Source::new("b.yaml", "b"), Source::new("a.yaml", "a\nb"), Source::new("c.yaml", "c"));
    let warning = Diagnostic::warning("w", Pointer::root(), "odd").within(0..1);
    let (in_b, late, early) = ([warning, here(0..1)], [here(2..3)], [here(0..1)]);
    let files = [
        Checked::new(&b, &Within, &in_b),
        // Two parts of one document, as blocks of a page are.
        Checked::new(&a, &Within, &late),
        Checked::new(&a, &Within, &early),
        Checked::new(&c, &Within, &[]),
    ];
    let expected = "\
a.yaml:1:1: error[x] here
a.yaml:2:1: error[x] here
b.yaml:1:1: error[x] here
b.yaml:1:1: warning[w] odd
3 errors, 1 warning in 2 files
";
    assert_eq!(render_concise_files(&files), expected);
    assert!(render_full_files(&files, false).ends_with("\n\n3 errors, 1 warning in 2 files\n"));
    let paths: Vec<Value> = serde_json::from_str(&render_json(&files)).unwrap();
    let paths: Vec<_> = paths.iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["a.yaml", "a.yaml", "b.yaml", "b.yaml"]);
    assert_eq!(render_github(&files).matches("file=b.yaml").count(), 2);
}

/// A text of 250 kB, with a fault and its mending in each of 10,000 lines.
fn large() -> (String, Vec<Diagnostic>) {
    let mut text = String::new();
    let fault = |at: usize| {
        let label = Pointer::root();
        here(at..at + 4)
            .label(label, Part::Key, "the end")
            .fix(Fix::new("write `y`").replace(at..at + 4, "yé"))
    };
    let mut found = Vec::new();
    for line in 0..10_000 {
        found.push(fault(text.len()));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "xé{:<22}", line % 7);
    }
    (text, found)
}

#[test]
fn ten_thousand_diagnostics_of_a_large_document_are_rendered_at_once() {
    let (text, found) = large();
    // A renderer that looks at all that stands before each place, or in its line, takes many times as long, even
    // where nothing is optimized.
    let at_once = |source: &Source, found: &[Diagnostic], render: &dyn Fn(&[Checked<'_>]) -> String| {
        let start = Instant::now();
        assert!(render(&[Checked::new(source, &Within, found)]).len() > 100_000);
        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    };
    for text in [text.clone(), text.replace('\n', " ")] {
        let source = Source::new("a.yaml", text);
        at_once(&source, &found, &render_concise_files);
        at_once(&source, &found, &render_github);
        at_once(&source, &found[7_500..], &|files| render_full_files(files, false));
    }
}

#[test]
fn a_place_in_a_very_long_line_is_drawn_with_what_stands_around_it() {
    let many = "é, ".repeat(900);
    let text = format!("a: 1\n{{a: [{many}], paginaton: x, b: [{many}]}}\n");
    let start = text.find("paginaton").unwrap();
    let found = [here(start..start + 9).note("a fact")];
    let drawn = of_bytes(&text, &found, |files| render_full_files(files, false));
    let lines: Vec<_> = drawn.lines().collect();
    assert_eq!(lines[..3], ["error[x]: here", " --> a.yaml:2:2709", "  |"]);
    let column = lines[3].find("paginaton").unwrap();
    assert_eq!(lines[3][..column].chars().count(), lines[4].find('^').unwrap());
    assert_eq!(lines[4].matches('^').count(), 9);
    assert_eq!(lines[5..], ["  |", "  = note: a fact", "", "1 error in a.yaml"]);
}

#[test]
fn a_far_place_is_drawn_apart_and_one_in_a_long_line_is_said() {
    let filler = "b: 1\n".repeat(2000);
    let near = |text: &str| {
        let found = [Diagnostic::error("x", at("/first"), "here").label(at("/last"), Part::Key, "there")];
        of_text(text, &found, |files| render_full_files(files, false))
    };
    let drawn = near(&format!("first: 1\n{filler}last: 1\n"));
    assert!(
        drawn.contains("\n    ::: specs/x.yaml:2002:1\n     |\n2002 | last: 1\n     | ---- there\n"),
        "{drawn}"
    );
    let drawn = near(&format!("first: 1\nlast: {}\n", "x".repeat(2000)));
    assert!(drawn.contains("= note: at specs/x.yaml:2:1: there\n"), "{drawn}");
}

fn edits() -> impl Strategy<Value = (String, Vec<(usize, usize, String)>)> {
    let text = prop::collection::vec(
        prop::sample::select(vec!["a", "é", " ", "\t", "\n", "\r\n", "日", "\u{feff}"]),
        0..30,
    );
    let edit = (0..40usize, 0..12usize, "[aé\n\r\t ]{0,4}");
    (text.prop_map(|parts| parts.concat()), prop::collection::vec(edit, 1..4))
}

proptest! {
    #[test]
    fn any_edit_of_any_text_is_rendered((text, edits) in edits()) {
        let edges: Vec<_> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        let edge = |at: usize| edges[at % edges.len()];
        let fix = edits.iter().fold(Fix::new("mend it"), |fix, (start, length, new)| {
            let (one, other) = (edge(*start), edge(start + length));
            fix.replace(one.min(other)..one.max(other), new.clone())
        });
        let found = [here(edge(edits[0].0)..edge(edits[0].1)).fix(fix)];
        of_bytes(&text, &found, |files| {
            render_full_files(files, true) + &render_concise_files(files) + &render_github(files)
        });
        let parses = |json: &str| serde_json::from_str::<Value>(json).is_ok();
        prop_assert!(parses(&of_bytes(&text, &found, render_json)));
        prop_assert!(parses(&of_bytes(&text, &found, |files| render_sarif(files, "1", &[]))));
    }
}
