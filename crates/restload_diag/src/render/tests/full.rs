//! Drawn diagnostics.

use super::*;
use crate::{render_concise, render_full};

fn full(text: &str, diagnostics: &[Diagnostic]) -> String {
    render_full(diagnostics, &Source::new("specs/x.yaml", text), &ByText(text), false)
}

#[test]
fn a_diagnostic_is_drawn_under_its_line_in_the_order_of_the_text() {
    let text = "name: x\npaginaton: y\npath: a\n";
    let diagnostics = [
        Diagnostic::warning("odd", at("/path"), "odd path").note("a fact").label(
            at("/name"),
            Part::Key,
            "here",
        ),
        Diagnostic::error("unknown-key", at("/paginaton"), "`paginaton` is not a key")
            .on(Part::Key)
            .help("did you mean `paginator`?"),
    ];
    let expected = "\
error[unknown-key]: `paginaton` is not a key
 --> specs/x.yaml:2:1
  |
2 | paginaton: y
  | ^^^^^^^^^
  |
  = help: did you mean `paginator`?

warning[odd]: odd path
 --> specs/x.yaml:3:7
  |
1 | name: x
  | ---- here
2 | paginaton: y
3 | path: a
  |       ^
  |
  = note: a fact

1 error, 1 warning in specs/x.yaml
";
    assert_eq!(full(text, &diagnostics), expected);
}

#[test]
fn columns_count_characters_after_umlauts_tabs_and_line_ends_of_windows() {
    for (text, column) in [("é: ü\r\nkey: äöX\r\n", 8), ("a\nkey:\täöX\n", 8), ("key: 日本X", 8)] {
        let start = text.find('X').unwrap() - text.find("key").unwrap() - 5;
        let fault = Diagnostic::error("x", at("/key"), "here").within(start..start + 1);
        let line = text.lines().position(|line| line.contains('X')).unwrap() + 1;
        let source = Source::new("a.yaml", text);
        let concise = render_concise(std::slice::from_ref(&fault), &source, &ByText(text));
        assert_eq!(concise, format!("a.yaml:{line}:{column}: error[x] here\n1 error in a.yaml\n"));
        let drawn = render_full(&[fault], &source, &ByText(text), false);
        assert!(drawn.contains(&format!("--> a.yaml:{line}:{column}\n")), "{drawn}");
        assert!(!drawn.contains('\r'), "{drawn}");
    }
}

#[test]
fn a_span_of_several_lines_is_drawn_under_its_first() {
    let text = "key: a\r\nb\n";
    let fault = Diagnostic::error("x", at("/key"), "here").within(0..4);
    assert!(full(text, &[fault]).contains("1 | key: a\n  |      ^\n"), "");
}

#[test]
fn an_empty_text_and_places_past_the_end_are_drawn() {
    let fault = Diagnostic::error("empty", Pointer::root(), "nothing here").within(0..7);
    let source = Source::new("a.yaml", "");
    let drawn = render_full(&[fault.clone().label(Pointer::root(), Part::Key, "x")], &source, &Within, false);
    assert!(drawn.starts_with("error[empty]: nothing here\n"), "{drawn}");
    assert!(render_concise(&[fault], &source, &Within).starts_with("a.yaml:1:1: "));
}

#[test]
fn what_a_terminal_would_obey_is_not_handed_to_it() {
    let text = "key: \u{1b}[31mred\n";
    let red = "\u{1b}[31m";
    let fault = Diagnostic::error("x", at("/key"), red).note(red).help(red).label(at("/key"), Part::Key, red);
    let source = Source::new(format!("{red}.yaml"), text);
    let drawn = render_full(&[fault], &source, &ByText(text), false);
    // Path, line of the text, title, label, note, help, path at the end.
    assert_eq!((drawn.matches('\u{1b}').count(), drawn.matches('␛').count()), (0, 7), "{drawn}");
}

#[test]
fn color_is_given_only_when_asked_for() {
    let text = "key: a\n";
    let fault = [Diagnostic::error("x", at("/key"), "here")];
    let source = Source::new("a.yaml", text);
    assert!(render_full(&fault, &source, &ByText(text), true).contains("\u{1b}["));
    assert!(!render_full(&fault, &source, &ByText(text), false).contains("\u{1b}["));
}

#[test]
fn nothing_found_is_nothing_said() {
    assert_eq!(full("key: a\n", &[]), "");
    assert_eq!(render_concise(&[], &Source::new("a.yaml", ""), &ByText("")), "");
}
