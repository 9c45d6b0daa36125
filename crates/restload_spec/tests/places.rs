//! Where things stand in a text: keys, values, and bytes within values.

#![expect(clippy::unwrap_used, reason = "a test that cannot find a place fails")]

use restload_diag::{Locate, Part, Pointer, Source};
use restload_spec::{Content, Document, Style};

fn document(text: &str) -> Document {
    let (document, faults) = Document::parse(Source::new("a.yaml", text));
    assert_eq!(faults, [], "{text}");
    document
}

/// What stands at a place.
fn shown(document: &Document, at: &str, part: Part) -> String {
    let at: Pointer = at.parse().unwrap();
    document.source().text[document.span(&at, part, None)].to_owned()
}

/// What stands for a part of a value.
fn within(document: &Document, at: &str, part: &str) -> String {
    let at: Pointer = at.parse().unwrap();
    let value = document.get(&at).unwrap().text().unwrap();
    let start = value.find(part).unwrap();
    document.source().text[document.span(&at, Part::Value, Some(start..start + part.len()))].to_owned()
}

#[test]
fn keys_and_values_are_found_after_characters_of_several_bytes() {
    let text = "\u{feff}é: ü # größer\r\n日本:\r\n  'a b': \"ö\"\t# x\r\n  list: [ä, {k: v}, 'z'] # y\r\n";
    let document = document(text);
    assert_eq!(shown(&document, "/é", Part::Key), "é");
    assert_eq!(shown(&document, "/é", Part::Value), "ü");
    assert_eq!(shown(&document, "/日本/a b", Part::Key), "'a b'");
    assert_eq!(shown(&document, "/日本/a b", Part::Value), "\"ö\"");
    assert_eq!(shown(&document, "/日本/list", Part::Value), "[ä, {k: v}, 'z']");
    assert_eq!(shown(&document, "/日本/list/0", Part::Value), "ä");
    assert_eq!(shown(&document, "/日本/list/1", Part::Key), "{k: v}");
    assert_eq!(shown(&document, "/日本/list/1/k", Part::Key), "k");
    assert_eq!(shown(&document, "/日本/list/2", Part::Value), "'z'");
}

#[test]
fn a_block_reaches_from_its_first_key_to_its_last_value() {
    let document = document("a:\n  b: 1\n  c:\n    - x\n    - y: 2 # end\n\n# comment\nd: 3\n");
    assert_eq!(shown(&document, "/a", Part::Value), "b: 1\n  c:\n    - x\n    - y: 2");
    assert_eq!(shown(&document, "/a/c", Part::Value), "x\n    - y: 2");
    assert_eq!(
        shown(&document, "", Part::Value),
        "a:\n  b: 1\n  c:\n    - x\n    - y: 2 # end\n\n# comment\nd: 3"
    );
}

#[test]
fn what_is_not_there_is_shown_where_it_would_stand() {
    let document = document("a: {b: 1}\nc:\nd: [x]\n");
    assert_eq!(shown(&document, "/a/missing", Part::Value), "a");
    assert_eq!(shown(&document, "/a/missing/deeper", Part::Key), "a");
    assert_eq!(shown(&document, "/c", Part::Value), "c");
    assert_eq!(shown(&document, "/d/7", Part::Value), "d");
    assert_eq!(shown(&document, "/nothing", Part::Value), document.source().text.trim_end());
}

#[test]
fn an_alias_is_shown_where_it_stands_and_what_is_in_it_where_it_is_written() {
    let document = document("a: &x {k: v}\nb: *x\nc: &y 'q'\nd: *y\ne: &z # why\n  plain\nf: *z\n");
    assert_eq!(shown(&document, "/a", Part::Value), "{k: v}");
    assert_eq!(shown(&document, "/b", Part::Value), "*x");
    assert_eq!(shown(&document, "/b", Part::Key), "b");
    assert_eq!(document.span(&"/b/k".parse().unwrap(), Part::Value, None), 10..11);
    assert_eq!(shown(&document, "/c", Part::Value), "'q'");
    assert_eq!(within(&document, "/d", "q"), "q");
    assert_eq!(shown(&document, "/e", Part::Value), "plain");
}

#[test]
fn bytes_within_a_value_are_found_in_its_spelling() {
    let text = concat!(
        "plain: a/{{parent.id}}/b\n",
        "single: 'it''s {{x}} ü {{y}}' # z\n",
        "double: \"tab\\t{{x}} \\u00e9\\U0001F600 {{y}}\\n\"\n",
        "literal: |\n  one {{x}}\n  zwö {{y}}\n\n    deeper {{z}}\n",
        "flow: {k: 'a{{x}}', l: \"{{y}}\"}\n",
    );
    let document = document(text);
    assert_eq!(within(&document, "/plain", "{{parent.id}}"), "{{parent.id}}");
    assert_eq!(within(&document, "/single", "s {{x}}"), "s {{x}}");
    assert_eq!(within(&document, "/single", "it's"), "it''s");
    assert_eq!(within(&document, "/single", "{{y}}"), "{{y}}");
    assert_eq!(within(&document, "/double", "{{x}}"), "{{x}}");
    assert_eq!(within(&document, "/double", "\t"), "\\t");
    assert_eq!(within(&document, "/double", "é😀"), "\\u00e9\\U0001F600");
    assert_eq!(within(&document, "/double", "{{y}}\n"), "{{y}}\\n");
    assert_eq!(within(&document, "/literal", "{{x}}"), "{{x}}");
    assert_eq!(within(&document, "/literal", "{{y}}"), "{{y}}");
    assert_eq!(within(&document, "/literal", "  deeper {{z}}"), "  deeper {{z}}");
    assert_eq!(within(&document, "/literal", "{{x}}\nz"), "{{x}}\n  z");
    assert_eq!(within(&document, "/flow/k", "{{x}}"), "{{x}}");
    assert_eq!(within(&document, "/flow/l", "{{y}}"), "{{y}}");
}

#[test]
fn line_ends_of_windows_do_not_shift_what_stands_in_a_block() {
    let document = document("literal: |\r\n  one\r\n  two {{x}}\r\nnext: 1\r\n");
    assert_eq!(document.get(&"/literal".parse().unwrap()).unwrap().text(), Some("one\ntwo {{x}}\n"));
    assert_eq!(within(&document, "/literal", "{{x}}"), "{{x}}");
    assert_eq!(within(&document, "/literal", "e\nt"), "e\r\n  t");
}

#[test]
fn lines_that_are_folded_are_followed() {
    let text = concat!(
        "folded: >-\n  ä {{x}}\n  {{y}}\n\n  {{z}}\n    deep {{u}}\n  {{v}}\n",
        "plain: ä\n  {{x}}\n\n  {{y}}\n",
        "single: 'ä\n\n  {{x}}\t\n  {{y}} it''s'\n",
        "double: \"ä \\\n    {{x}}\n  \\\"{{y}}\\u00e9\n\n  {{z}}\"\n",
        "keep: |+\n\n  {{x}}\n   \n  {{y}}\n\n",
        "deeper: |2\n    {{x}}\n  {{y}}\n",
        "named: &name >- # why\n  # {{x}}\n  {{y}}\n",
        "list:\n- |\n  | {{x}}\n",
    );
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let document = document(&text);
        for at in ["folded", "plain", "single", "double", "keep", "deeper", "named", "list/0"] {
            let at = format!("/{at}");
            let value = document.get(&at.parse().unwrap()).unwrap().text().unwrap();
            for hole in ["{{x}}", "{{y}}", "{{z}}", "{{u}}", "{{v}}"] {
                if value.contains(hole) {
                    assert_eq!(within(&document, &at, hole), hole, "{at} of {text:?}");
                }
            }
        }
        assert!(within(&document, "/folded", "{{x}} {{y}}").ends_with("\n  {{y}}"));
        assert_eq!(within(&document, "/double", "\"{{y}}é"), "\\\"{{y}}\\u00e9");
        assert_eq!(within(&document, "/single", "it's"), "it''s");
        assert_eq!(shown(&document, "/named", Part::Value).lines().next(), Some("# {{x}}"));
    }
}

#[test]
fn a_place_within_an_alias_is_shown_where_it_is_written() {
    let document = document("a: &a 'ä {{x}}'\nb: *a\nc: &c {d: \"{{y}}\", e: [&f z]}\ng: *c\n");
    let place = |at: &str, range| document.span(&at.parse().unwrap(), Part::Value, range);
    assert_eq!(within(&document, "/b", "{{x}}"), "{{x}}");
    assert_eq!(place("/b", Some(3..8)), place("/a", Some(3..8)));
    assert_eq!(shown(&document, "/b", Part::Value), "*a");
    assert_eq!(within(&document, "/g/d", "{{y}}"), "{{y}}");
    assert_eq!(place("/g/d", None), place("/c/d", None));
    // What stands for several places is edited in none of them.
    for (at, own) in [("/a", false), ("/b", false), ("/c/d", false), ("/g/d", false), ("/c", false)] {
        assert_eq!(document.own(&at.parse().unwrap()).is_some(), own, "{at}");
    }
    let (alone, _) = Document::parse(Source::new("a.yaml", "a: &a {b: [x]}\n"));
    assert!(alone.own(&"/a/b/0".parse().unwrap()).is_some());
    assert!(alone.own(&"/a/c".parse().unwrap()).is_none());
}

#[test]
fn a_part_of_what_is_no_text_is_shown_whole() {
    let document = document("list: [1]\nmap: {a: 1}\nnumber: 012\n");
    for (at, whole) in [("/list", "[1]"), ("/map", "{a: 1}"), ("/number", "012")] {
        let span = document.span(&at.parse().unwrap(), Part::Value, Some(0..2));
        assert_eq!(&document.source().text[span], whole);
    }
}

#[test]
fn ranges_beyond_a_value_end_where_it_ends() {
    let document = document("a: bü\n");
    let at: Pointer = "/a".parse().unwrap();
    assert_eq!(document.span(&at, Part::Value, Some(1..99)), 4..6);
    assert_eq!(document.span(&at, Part::Value, Some(98..99)), 6..6);
    assert_eq!(
        document.span(&at, Part::Value, Some(2..2)),
        4..6,
        "inside a character is the whole character"
    );
    assert_eq!(document.span(&Pointer::root(), Part::Value, Some(3..99)), 3..7);
}

#[test]
fn values_are_what_the_core_schema_says() {
    let text = "a: yes\nb: 'true'\nc: true\nd: 1.10\ne: 012\nf: ~\ng: 2020-01-01\nh: \"1\"\ni: 123456789012345678901234567890\n";
    let document = document(text);
    let json = r#"{"a":"yes","b":"true","c":true,"d":1.10,"e":12,"f":null,"g":"2020-01-01","h":"1","i":123456789012345678901234567890}"#;
    assert_eq!(document.root().to_value().to_string(), json);
    let quoted = document.root().child("h").unwrap();
    assert_eq!((quoted.style, &quoted.content), (Style::DoubleQuoted, &Content::Text("1".into())));
}
