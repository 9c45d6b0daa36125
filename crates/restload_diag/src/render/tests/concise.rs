//! A line for each diagnostic.

use super::*;
use crate::{Fix, render_concise_files};

#[test]
fn a_line_is_written_for_each_diagnostic_in_the_order_of_the_text() {
    let found = [
        Diagnostic::warning("odd", at("/path"), "odd path"),
        Diagnostic::error("unknown-key", at("/name"), "`name` is not a key").on(Part::Key),
    ];
    let expected = "\
specs/x.yaml:1:1: error[unknown-key] `name` is not a key
specs/x.yaml:2:7: warning[odd] odd path
1 error, 1 warning in specs/x.yaml
";
    assert_eq!(of_text("name: x\npath: a\n", &found, render_concise_files), expected);
}

#[test]
fn a_message_stays_in_its_line_and_cannot_speak_to_the_terminal() {
    let found = [Diagnostic::error("x", Pointer::root(), "a\nb\u{1b}[31m\u{9b}").within(0..1)];
    let text = of_bytes("a", &found, render_concise_files);
    assert_eq!(text, "a.yaml:1:1: error[x] a b␛[31m\u{fffd}\n1 error in a.yaml\n");
}

#[test]
fn what_can_be_mended_is_counted_where_its_edit_fits() {
    let found = [
        here(0..1).fix(Fix::new("write `b`").replace(0..1, "b")),
        here(0..1).fix(Fix::new("does not fit").delete(0..9)),
        here(0..1),
    ];
    let text = of_bytes("a", &found, render_concise_files);
    assert!(text.ends_with("\n3 errors in a.yaml; 1 can be mended with `--fix`\n"), "{text}");
    let source = Source::new("a.yaml", "a");
    let text = crate::render_concise(&found, &source, &Within);
    assert!(text.ends_with("\n3 errors in a.yaml; 1 can be mended with `restload lint --fix`\n"), "{text}");
}
