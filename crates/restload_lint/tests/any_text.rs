//! No text makes lint panic or take long, and what it says of a text can be drawn.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use restload_diag::{Source, render_full};
use restload_lint::markdown::lint_markdown;
use restload_lint::{lint_bytes, no_samples};

fn lint(bytes: &[u8]) -> Vec<&'static str> {
    let linted = lint_bytes("a.yaml", bytes, &no_samples, jiff::Timestamp::UNIX_EPOCH);
    let document = &linted.reading.document;
    let drawn = render_full(&linted.diagnostics, document.source(), document, false);
    assert_eq!(drawn.is_empty(), linted.diagnostics.is_empty());
    linted.diagnostics.iter().map(|found| found.rule).collect()
}

/// Pieces of specs and of YAML.
const PIECES: [&str; 36] = [
    "\n",
    "\n  ",
    "\n    ",
    " ",
    "\t",
    "\r\n",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "{{",
    "}}",
    "'",
    "\"",
    "|\n",
    "#",
    "# restload: allow(no-docs) x\n",
    "&a ",
    "*a",
    "---\n",
    "<<: ",
    "ü",
    "version: 1\n",
    "name: a\n",
    "resources:\n",
    "client:\n",
    "inputs.x",
    "parent.id",
    "path: ",
    "paginator: ",
    "type: ",
    "lint: {no-docs: {level: allow}}\n",
    "b",
];

proptest! {
    #[test]
    fn any_bytes_are_linted(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        lint(&bytes);
    }

    #[test]
    fn any_pieces_are_linted(pieces in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = pieces.iter().map(|index| PIECES[*index]).collect();
        lint(text.as_bytes());
        let page = Source::new("a.md", format!("# A page\n\n```yaml fragment=resource\n{text}\n```\n\n- ```yaml\n  {text}\n"));
        for block in lint_markdown(&page, jiff::Timestamp::UNIX_EPOCH) {
            let _ = render_full(&block.diagnostics, &page, &block, false);
        }
    }
}

#[test]
fn what_would_take_too_much_is_refused_soon() {
    let lines =
        |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<Vec<_>>().concat();
    let bomb = lines(12, &|n| match n {
        0 => "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned(),
        n => format!("b{n}: &b{n} [*a, *a, *a, *a, *a, *a, *a, *a]\n"),
    });
    let nested_aliases = lines(40, &|n| match n {
        0 => "c0: &c0 [x]\n".to_owned(),
        n => format!("c{n}: &c{n} [*c{0}, *c{0}]\n", n - 1),
    });
    let indented = lines(2_000, &|n| format!("{}a:\n", " ".repeat(n)));
    for (what, text) in [
        ("deep brackets", "[".repeat(200_000)),
        ("deep maps", "{a: ".repeat(200_000)),
        ("deep indentation", indented),
        ("aliases", bomb),
        ("aliases of aliases", nested_aliases),
        ("a large file", "a".repeat(5 << 20)),
        ("a long line", format!("version: 1\nname: {}\n", "x".repeat(3 << 20))),
        ("many holes", format!("version: 1\nname: a\ntitle: \"{}\"\n", "{{x}}".repeat(50_000))),
    ] {
        let began = Instant::now();
        assert!(!lint(text.as_bytes()).is_empty(), "{what}");
        // Far above what is promised: this tells only what grows beyond all bounds.
        assert!(began.elapsed() < Duration::from_secs(20), "{what} took {:?}", began.elapsed());
    }
}
