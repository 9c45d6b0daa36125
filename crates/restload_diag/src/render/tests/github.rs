//! Annotations of a pull request.

use super::*;
use crate::{Fix, Severity, render_github};

#[test]
fn a_command_names_place_rule_and_message() {
    let text = "a:\té\r\nb: 日本X\n";
    let found = [here(3..5), Diagnostic::warning("odd", Pointer::root(), "odd").within(16..17)];
    let expected = "\
::error file=a.yaml,line=1,col=4,endLine=1,endColumn=5,title=x::here
::warning file=a.yaml,line=2,col=6,endLine=2,endColumn=7,title=odd::odd
";
    assert_eq!(of_bytes(text, &found, render_github), expected);
}

#[test]
fn a_note_is_a_notice() {
    let note = Diagnostic::new(Severity::Note, "n", Pointer::root(), "a fact").within(0..1);
    assert!(of_bytes("a", &[note], render_github).starts_with("::notice file=a.yaml,"));
}

#[test]
fn what_would_end_a_command_or_a_property_is_escaped() {
    let source = Source::new("./a:b,100%.yaml", "a");
    let found = [Diagnostic::error("x", Pointer::root(), "100%: a, b\r\nc").within(0..1)];
    let expected = "\
::error file=a%3Ab%2C100%25.yaml,line=1,col=1,endLine=1,endColumn=2,title=x::100%25: a, b%0D%0Ac
";
    assert_eq!(render_github(&[Checked::new(&source, &Within, &found)]), expected);
}

#[test]
fn facts_and_help_are_further_lines_of_the_message() {
    let found = [here(0..1).note("a fact").help("do it").fix(Fix::new("write `b`").replace(0..1, "b"))];
    let text = of_bytes("a", &found, render_github);
    assert!(text.ends_with("::here%0Anote: a fact%0Ahelp: do it%0Ahelp: write `b`\n"), "{text}");
}

#[test]
fn a_place_of_several_lines_ends_with_its_first() {
    let text = of_bytes("a: 1\r\nb: 2\n", &[here(3..9), here(11..99)], render_github);
    assert!(text.contains("line=1,col=4,endLine=1,endColumn=5,"), "{text}");
    assert!(text.contains("line=3,col=1,endLine=3,endColumn=1,"), "{text}");
}

#[test]
fn nothing_found_is_no_command() {
    assert_eq!(of_bytes("a", &[], render_github), "");
}
