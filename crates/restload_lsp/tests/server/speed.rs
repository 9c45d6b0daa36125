//! How long an author waits. Run with `cargo test --release -p restload_lsp -- --ignored --nocapture`.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::SHELF;
use crate::client::{Client, position};

#[test]
#[ignore = "a measure, of release builds"]
fn a_change_of_a_large_spec_is_linted_while_the_author_still_looks() {
    let mut text = SHELF.to_owned();
    for n in 0..2000 {
        writeln!(text, "  table_{n}: {{parent: authors, path: \"authors/{{{{parent.id}}}}/table_{n}\", paginator: {{type: cursor, next: meta.next}}}}").unwrap();
    }
    println!("{} kB", text.len() / 1000);
    let mut client = Client::start();
    client.write("samples/shelf/authors.json", crate::AUTHORS);
    client.open("shelf.yaml", &text);
    client.diagnostics("shelf.yaml");
    let mut waited = Vec::new();
    for _ in 0..10 {
        let end = position(&text, text.len());
        text.push_str("# x\n");
        let began = Instant::now();
        client.change("shelf.yaml", json!([{"range": {"start": end, "end": end}, "text": "# x\n"}]));
        client.diagnostics("shelf.yaml");
        waited.push(began.elapsed());
    }
    waited.sort_unstable();
    let (median, worst) = (waited[waited.len() / 2], waited[waited.len() - 1]);
    println!("diagnostics: {median:?}, {worst:?} at worst");
    let began = Instant::now();
    let source = restload_diag::Source::new("shelf.yaml", text.as_str());
    let linted =
        restload_lint::lint(source, Some("shelf"), &restload_lint::no_samples, jiff::Timestamp::UNIX_EPOCH);
    println!("lint alone: {:?}, {} findings", began.elapsed(), linted.diagnostics.len());
    let began = Instant::now();
    let document = restload_spec::Document::parse(linted.reading.document.source().clone());
    println!("YAML alone: {:?} {}", began.elapsed(), document.1.len());
    let caret = position(&text, text.find("parent: authors").unwrap() + 8);
    for method in ["completion", "hover", "definition", "references"] {
        let began = Instant::now();
        client.ask_at(&format!("textDocument/{method}"), "shelf.yaml", &caret);
        println!("{method}: {:?}", began.elapsed());
    }
    assert!(median < Duration::from_millis(200), "{median:?}");
}
