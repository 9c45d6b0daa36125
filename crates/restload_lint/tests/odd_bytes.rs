//! Bytes that are no spec, and pages that end too early.

use jiff::Timestamp;
use restload_diag::Source;
use restload_lint::markdown::lint_markdown;
use restload_lint::{lint_bytes, no_samples};

#[test]
fn utf_16_is_called_by_its_name() {
    for mark in [[0xff, 0xfe], [0xfe, 0xff]] {
        let bytes: Vec<u8> = mark.into_iter().chain([b'v', 0, b'e', 0]).collect();
        let linted = lint_bytes("a.yaml", &bytes, &no_samples, Timestamp::UNIX_EPOCH);
        let messages: Vec<_> = linted.diagnostics.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(messages, ["the file is UTF-16, and a spec is UTF-8"]);
    }
}

#[test]
fn a_block_that_is_never_closed_ends_with_its_page() {
    let page = "# Page\n\n```yaml\nversion: 1\nname: a\nresources: {n: {paht: x}\n";
    let blocks = lint_markdown(&Source::new("page.md", page), Timestamp::UNIX_EPOCH);
    let rules: Vec<_> = blocks.iter().flat_map(|block| &block.diagnostics).map(|found| found.rule).collect();
    assert_eq!(rules, ["not-yaml"]);
}
