//! What must hold for any bytes at all: the functions that the fuzz targets call, and that `tests/corpora.rs` calls with
//! the files of `corpus/`.

use restload_diag::{
    Checked, Source, apply_fixes, render_concise_files, render_full_files, render_github, render_json,
    render_sarif,
};
use restload_engine::link;
use restload_lint::lint_bytes;
use restload_spec::{Escape, Path, Program, Scopes, Template, format_spec};
use restload_table::{Shape, decode, outline};
use serde_json::Value;

/// A body is read or refused as `serde_json` does, and every value of it is kept.
///
/// # Panics
/// Where it is not so.
pub fn json(bytes: &[u8]) {
    let shape = Shape::builder().rows(&[]).rows_only(true).build();
    let ours = decode(bytes, &shape);
    let theirs = serde_json::from_slice::<Value>(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    match (&ours, &theirs) {
        (Ok(_), Err(error)) => assert!(is_depth(error), "only we accept it: {error}"),
        (Err(error), Ok(_)) => panic!("only we refuse it: {error}"),
        _ => {}
    }
    let _ = outline(bytes);
    // Rows as columns must not panic whatever they hold.
    let columns = Shape::builder().rows(&[]).build();
    let _ = decode(bytes, &columns);
}

/// `serde_json` gives up at 128 levels, we do later.
fn is_depth(error: &serde_json::Error) -> bool {
    error.to_string().contains("recursion limit")
}

/// Any bytes are a spec or have findings: they can be told in every form, mended, and put in order.
///
/// # Panics
/// Where what is mended or put in order cannot be looked at again.
pub fn yaml(bytes: &[u8]) {
    let samples = |_: &str| Ok(Some(br#"[{"id": 1, "name": "a", "parts": [{"id": 2}]}]"#.to_vec()));
    let linted = lint_bytes("fuzz.yaml", bytes, &samples, jiff::Timestamp::UNIX_EPOCH);
    let document = &linted.reading.document;
    let checked = [Checked::new(document.source(), document, &linted.diagnostics)];
    let _ = render_full_files(&checked, true);
    let _ = render_concise_files(&checked);
    let _ = render_json(&checked);
    let _ = render_github(&checked);
    let _ = render_sarif(&checked, "0", &[]);
    let fixes = linted.diagnostics.iter().filter_map(|found| found.fix.as_ref());
    let mended = apply_fixes(&document.source().text, fixes);
    let _ = lint_bytes("fuzz.yaml", mended.text.as_bytes(), &samples, jiff::Timestamp::UNIX_EPOCH);
    if let Ok(ordered) = format_spec(document.source()) {
        assert_eq!(format_spec(&Source::new("fuzz.yaml", ordered.clone())).as_ref(), Ok(&ordered));
    }
}

/// A template, a path and a program are parsed or refused, and what is rendered holds no hole.
///
/// # Panics
/// Where a hole is left in what is rendered of a text without escapes.
pub fn template(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(template) = Template::parse(text)
        && let Ok(rendered) = template.render(&Scopes::default(), Escape::PathSegment)
        && let Value::String(rendered) = &rendered.value
    {
        assert!(text.contains('\\') || !rendered.contains("{{"), "a hole is left: {rendered}");
    }
    let _ = Path::parse(text);
    let _ = Program::parse(text);
}

/// A Link header gives links, and whatever is found by its relation is one of them.
///
/// # Panics
/// Where it is not so.
pub fn link(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let links = link::parse(text.lines());
    if let Some(next) = link::find(text.lines(), "next") {
        assert!(links.iter().any(|link| link.url == next), "found what was not parsed: {next}");
    }
}
