//! Edits below the diagnostics that they mend.

use super::*;
use crate::{Fix, render_full_files};

const SPEC: &str = "name: x\n  path: {{id}}\n  # é\n  mode: y\n  z: 1\nend: é2\n";

/// The lines below the diagnostic: the edit, and what else there is to say.
fn drawn(text: &str, fault: Diagnostic) -> String {
    let drawn = of_bytes(text, &[fault], |checked| render_full_files(checked, false));
    let (_, below) = drawn.split_once("^\n").unwrap();
    below.split("\n\n").next().unwrap().trim_start_matches([' ', '|', '\n']).to_owned()
}

fn mended(text: &str, fix: Fix) -> String {
    drawn(text, here(0..1).fix(fix))
}

fn place(part: &str) -> Range<usize> {
    let start = SPEC.find(part).unwrap();
    start..start + part.len()
}

fn fix() -> Fix {
    Fix::new("mend it")
}

#[test]
fn a_word_that_changes_is_drawn_before_and_after() {
    let fix = Fix::new("write `hue`").replace(place("mode"), "hue");
    assert_eq!(mended(SPEC, fix), "help: write `hue`\n  |\n4 -   mode: y\n4 +   hue: y\n  |");
}

#[test]
fn text_that_is_put_into_a_line_is_underlined() {
    let quotes = fix().insert(place("{{").start, "\"").insert(place("}}").end, "\"");
    assert_eq!(mended(SPEC, quotes), "help: mend it\n  |\n2 |   path: \"{{id}}\"\n  |         +      +");
}

#[test]
fn lines_that_come_or_go_are_drawn_whole() {
    let insert = fix().insert(place("  mode").start, "  key: é\n  b: 2\n");
    assert_eq!(mended(SPEC, insert), "help: mend it\n  |\n4 +   key: é\n5 +   b: 2\n  |");
    let delete = fix().delete(place("  # é\n  mode: y\n"));
    assert_eq!(mended(SPEC, delete), "help: mend it\n  |\n3 -   # é\n4 -   mode: y\n  |");
    let last = fix().delete(place("end: é2\n"));
    assert_eq!(mended(SPEC, last), "help: mend it\n  |\n6 - end: é2\n  |");
    let behind = fix().insert(SPEC.len(), "more: 1");
    assert_eq!(mended(SPEC, behind), "help: mend it\n  |\n7 + more: 1\n  |");
    assert_eq!(mended("", fix().insert(0, "more: 1\n")), "help: mend it\n  |\n1 + more: 1\n  |");
}

#[test]
fn several_lines_that_become_others_are_drawn_before_and_after() {
    let near = fix().replace(place("mode"), "hue").replace(place("z"), "é");
    let expected = "4 -   mode: y\n5 -   z: 1\n4 +   hue: y\n5 +   é: 1\n  |";
    assert_eq!(mended(SPEC, near), format!("help: mend it\n  |\n{expected}"));
    let fewer = fix().replace(place("path: {{id}}\n  # é\n  mode: y"), "path: b\n  mode: y");
    let expected = "2 -   path: {{id}}\n3 -   # é\n2 +   path: b\n  |";
    assert_eq!(mended(SPEC, fewer), format!("help: mend it\n  |\n{expected}"));
}

#[test]
fn a_line_that_follows_another_comes_alone() {
    let after = fix().insert(place("{{id}}").end, "\n  key: é");
    assert_eq!(mended(SPEC, after), "help: mend it\n  |\n3 +   key: é\n  |");
    assert_eq!(mended("a: 1", fix().insert(4, "\nb: 2")), "help: mend it\n  |\n2 + b: 2\n  |");
    let joined = "help: mend it\n  |\n1 - a:\n2 -  1\n1 + a: 1\n  |";
    assert_eq!(mended("a:\n 1\n", fix().delete(2..3)), joined);
    let joined = "help: mend it\n  |\n1 - a: 1\n2 - b: 2\n1 + cb: 2\n  |";
    assert_eq!(mended("a: 1\nb: 2\n", fix().replace(0..5, "c")), joined);
}

#[test]
fn lines_stand_in_the_column_of_the_picture_above_and_in_color() {
    let text = "a: 1\n".repeat(9) + "z: 1\n";
    let fault = here(0..1).label(Pointer::root(), Part::Key, "end").fix(fix().insert(5, "b: 2\n"));
    let drawn = of_bytes(&text, std::slice::from_ref(&fault), |checked| render_full_files(checked, false));
    assert!(drawn.ends_with("\n   |\nhelp: mend it\n   |\n 2 + b: 2\n   |\n\n1 error in a.yaml; 1 can be mended with `--fix`\n"), "{drawn}");
    let colored = of_bytes(&text, &[fault], |checked| render_full_files(checked, true));
    assert!(colored.contains("\u{1b}[92m+ b: 2\u{1b}[0m\n"), "{colored}");
    let mut plain = String::new();
    for part in colored.split('\u{1b}') {
        plain.push_str(
            part.split_once('m').filter(|(code, _)| code.starts_with('[')).map_or(part, |(_, rest)| rest),
        );
    }
    assert_eq!(plain, drawn);
}

#[test]
fn lines_that_move_are_drawn_where_they_leave_and_where_they_arrive() {
    let line = "  path: {{id}}\n";
    let moved = fix().delete(place(line)).insert(place("end").start, line);
    let expected = "2 -   path: {{id}}\n  |\n6 +   path: {{id}}\n  |";
    assert_eq!(mended(SPEC, moved), format!("help: mend it\n  |\n{expected}"));
}

#[test]
fn line_ends_of_windows_and_tabs_are_no_letters() {
    let text = "a:\t1\r\nb: 2\r\nc: 3\r\n";
    assert_eq!(mended(text, fix().insert(6, "k: 1\r\n")), "help: mend it\n  |\n2 + k: 1\n  |");
    assert_eq!(mended(text, fix().delete(6..12)), "help: mend it\n  |\n2 - b: 2\n  |");
    let both = fix().replace(3..4, "é").replace(9..10, "4");
    assert_eq!(mended(text, both), "help: mend it\n  |\n1 - a:    1\n2 - b: 2\n1 + a:    é\n2 + b: 4\n  |");
}

#[test]
fn a_byte_order_mark_does_not_shift_an_edit() {
    let text = "\u{feff}a: 1\n";
    assert_eq!(mended(text, fix().replace(6..7, "2")), "help: mend it\n  |\n1 - a: 1\n1 + a: 2\n  |");
    assert_eq!(mended(text, fix().insert(0, "# x\n")), "help: mend it\n  |\n1 + # x\n  |");
    assert_eq!(mended(text, fix().insert(0, "b")), "help: mend it\n  |\n1 | ba: 1\n  | +");
}

#[test]
fn a_long_edit_is_said_and_not_drawn() {
    let seven = "a: 1\n".repeat(7);
    let expected = "= help: mend it";
    assert_eq!(mended(&format!("{seven}z: 1\n"), fix().delete(0..35)), expected);
    assert_eq!(mended("a: 1\n", fix().insert(0, seven)), expected);
    assert_eq!(mended("a: 1\n", fix().insert(0, format!("b: {}\n", "x".repeat(1000)))), expected);
}

#[test]
fn an_edit_of_line_ends_alone_is_said_and_not_drawn() {
    assert_eq!(mended("a: 1", fix().insert(4, "\n")), "= help: mend it");
    assert_eq!(mended("a: 1\r\n", fix().delete(4..5)), "= help: mend it");
}

#[test]
fn an_edit_that_does_not_fit_the_text_is_not_spoken_of() {
    let fault = here(0..1).fix(fix().delete(3..99));
    let drawn = of_bytes("a: 1\n", &[fault], |checked| render_full_files(checked, false));
    assert!(drawn.ends_with("| ^\n\n1 error in a.yaml\n"), "{drawn}");
}

#[test]
fn help_is_said_beside_an_edit_only_where_it_says_something_else() {
    let fix = || Fix::new("write `b`").replace(0..1, "b");
    let edit = "help: write `b`\n  |\n1 - a: 1\n1 + b: 1\n  |";
    assert_eq!(drawn("a: 1\n", here(0..1).help("write `b`").fix(fix())), edit);
    let both = drawn("a: 1\n", here(0..1).help("did you mean `b`?").fix(fix()));
    assert_eq!(both, format!("= help: did you mean `b`?\n{edit}"));
}

#[test]
fn an_edit_cannot_speak_to_the_terminal() {
    let fix = Fix::new("write \u{1b}[31m\u{9b}31m").replace(0..1, "\u{1b}[31m\u{9b}31m");
    let drawn = mended("a: 1\n", fix);
    assert!(drawn.contains("help: write ␛[31m\u{fffd}31m\n"), "{drawn}");
    assert!(!drawn.contains(['\u{1b}', '\u{9b}']), "{drawn}");
}
