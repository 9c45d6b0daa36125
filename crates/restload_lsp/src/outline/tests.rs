use super::*;

/// Where `▮` stands in a text: the place, what may be written, and the word there.
fn read(marked: &str) -> String {
    let at = marked.find('▮').unwrap();
    let text = marked.replacen('▮', "", 1);
    let Some(found) = caret(&text, at) else { return "nowhere".to_owned() };
    let mut said = vec![found.at.to_string()];
    if let Some(key) = &found.key {
        said.push(if key.has_colon { "key:" } else { "key" }.to_owned());
        said.extend(found.in_flow.then(|| "in brackets".to_owned()));
        said.extend((!key.earlier.is_empty()).then(|| format!("after {}", key.earlier.join(","))));
    }
    if let Some(value) = &found.value {
        said.push(format!("value{}", value.quote.map(String::from).unwrap_or_default()));
        said.extend(value.needs_blank.then(|| "needs a blank".to_owned()));
    }
    if found.comment.is_some() {
        said.push("comment".to_owned());
    }
    let word = &text[found.word];
    said.extend((!word.is_empty()).then(|| format!("`{word}`")));
    said.join(" ")
}

const HEAD: &str = "version: 1\nresources:\n  a:\n    path: a\n";

#[track_caller]
fn below(marked: &str, expected: &str) {
    assert_eq!(read(&format!("{HEAD}{marked}")), expected, "{marked}");
}

#[test]
fn a_key_that_is_being_written_is_of_the_map_at_its_column() {
    below("    pag▮\n    add: {}\n", "/resources/a key after path `pag`");
    below("    ▮\n", "/resources/a key after path");
    below("    pag▮: x\n", "/resources/a key: after path `pag`");
    below("    ▮pag: x\n", "/resources/a key: after path `pag`");
    below("  ▮\n", "/resources key after a");
    below("▮", " key after version,resources");
    assert_eq!(read("▮"), " key value");
    assert_eq!(read("vers▮"), " key value `vers`");
    assert_eq!(read("a: 1\n  # note\n▮\nb: 2\n"), " key after a");
}

#[test]
fn a_value_behind_a_colon_is_of_its_key() {
    below("    paginator: ▮\n", "/resources/a/paginator value");
    below("    paginator:▮", "/resources/a/paginator value needs a blank");
    below("    paginator: cur▮\n    add: {}\n", "/resources/a/paginator value `cur`");
    below("    paginator: cur▮sor # note\n", "/resources/a/paginator value `cursor`");
    below("    paginator:  ▮  # note\n", "/resources/a/paginator value");
    below("    paginator: cursor ▮\n", "nowhere");
    below("    paginator: x #▮\n", " comment");
    below("    # restload: allow(▮)\n", " comment");
}

#[test]
fn below_a_key_a_map_or_a_value_may_begin() {
    below("    paginator:\n      ▮\n", "/resources/a/paginator key value");
    below("    paginator:\n      cur▮\n", "/resources/a/paginator key value `cur`");
    below(
        "    paginator:\n      type: cursor\n      ▮\n    add: {}\n",
        "/resources/a/paginator key after type",
    );
    below("    paginator:\n      type: ▮\n", "/resources/a/paginator/type value");
}

#[test]
fn items_of_lists_are_counted() {
    below("    primary_key:\n      - id\n      - ▮\n", "/resources/a/primary_key/1 key value");
    below("    primary_key:\n    - id\n    - na▮\n", "/resources/a/primary_key/1 key value `na`");
    below("    primary_key:\n    - id\n    ▮\n", "/resources/a key after path,primary_key");
    below("    x:\n      - a: 1\n        b: ▮\n      - c\n", "/resources/a/x/0/b value");
    below("    x:\n      - a: 1\n      - b: 1\n        ▮\n", "/resources/a/x/1 key after b");
    below("    x: [id, ▮]\n", "/resources/a/x/1 value");
    below("    x:\n      - - ▮", "/resources/a/x/0/0 key value");
}

#[test]
fn brackets_are_followed_on_one_line_and_over_several() {
    below("    paginator: {▮}\n", "/resources/a/paginator key in brackets");
    below("    paginator: {▮\n    add: {}\n", "/resources/a/paginator key in brackets");
    below("    paginator: {type: ▮\n    add: {}\n", "/resources/a/paginator/type value");
    below("    paginator: {type: cur▮, next: x}\n", "/resources/a/paginator/type value `cur`");
    below("    paginator: {type: cursor, ▮}\n", "/resources/a/paginator key in brackets after type");
    below(
        "    paginator: {type: cursor, ne▮: x}\n",
        "/resources/a/paginator key: in brackets after type `ne`",
    );
    below(
        "    paginator: {type: cursor,\n      next▮\n",
        "/resources/a/paginator key in brackets after type `next`",
    );
    below("    total: {header: \"X-▮\"}\n", "/resources/a/total/header value\" `X-`");
    below("    add: {a: {b: [x, ▮\n", "/resources/a/add/a/b/1 value");
    below("    add: {a: 'x\n      é▮'}\n", "/resources/a/add/a value' `      é`");
    below("    add: {a: x} ▮\n", "nowhere");
    below("    add: {a: x ▮}\n", "nowhere");
    below("    add: {\n    }\n    ▮\n", "/resources/a key after path,add");
    assert_eq!(read("{version: 1, resources: {a: {pa▮}}}"), "/resources/a key in brackets `pa`");
}

#[test]
fn templates_are_values_with_quotes_and_without() {
    below("    path: \"a/{{▮\n    add: {}\n", "/resources/a/path value\" `a/{{`");
    below("    path: a/{{parent.▮\n", "/resources/a/path value `a/{{parent.`");
    below("    path: {{▮\n    add: {}\n", "/resources/a/path value `{{`");
    below("    path: {{inputs.x▮}}\n", "/resources/a/path value `{{inputs.x}}`");
    below("    add: {x: \"{{parent.▮}}\", y: 1}\n", "/resources/a/add/x value\" `{{parent.}}`");
    below("    add: {x: \"{{parent.▮, y: 1}\n", "/resources/a/add/x value\" `{{parent., y: 1}`");
    below("    add: {x: {{parent.▮, y: 1}\n", "/resources/a/add/x value `{{parent.`");
    below("    transform: '▮'\n", "/resources/a/transform value'");
}

#[test]
fn texts_by_lines_end_with_their_indentation() {
    below("    body: |\n      {{▮\n    add: {}\n", "/resources/a/body value| `      {{`");
    below("    body: |\n      a: b\n      ▮\n", "/resources/a/body value| `      `");
    below("    body: |\n      a: b\n    ▮\n", "/resources/a key after path,body");
    below("    body: |\n      a: b\n\n    add: ▮\n", "/resources/a/add value");
}

#[test]
fn a_quote_or_bracket_that_is_not_closed_ends_with_its_indentation() {
    below("    path: \"open\n    add: ▮\n", "/resources/a/add value");
    below("    paginator: {type: cursor\n    add: ▮\n", "/resources/a/add value");
    below("    paginator: {type: 'cursor\n    add: ▮\n", "/resources/a/add value");
    below("  b: {path: b\n  c:\n    ▮\n", "/resources/c key value");
}

#[test]
fn lines_may_end_with_a_carriage_return() {
    assert_eq!(read("a:\r\n  b: ▮\r\n"), "/a/b value");
    assert_eq!(read("a:\r\n  b: 1\r\n  ▮\r\n"), "/a key after b");
    assert_eq!(read("a: \"x\r\nb: ▮\r\n"), "/b value");
}

#[test]
fn behind_and_before_what_stands_there_nothing_is_written() {
    below("    path: &x ▮\n", "/resources/a/path value");
    below("    path: *x▮\n", "nowhere");
    below("  ▮  path: x\n", "nowhere");
    assert_eq!(read("--▮-\na: 1\n"), "nowhere");
}

mod any {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_at_any_place(text in "(a|é|: |\n|  |- |\\{|\\}|\\[|\\]|,|\"|'|\\||#|\\{\\{|\\}\\}|\r\n|&x|\\*x|\\\\){0,40}", at in 0usize..80) {
            let at = text.floor_char_boundary(at.min(text.len()));
            if let Some(found) = super::caret(&text, at) {
                prop_assert!(text.get(found.word.clone()).is_some(), "{found:?}");
                prop_assert!(found.word.start <= at && at <= found.word.end, "{found:?}");
                prop_assert!(!text[found.word].contains('\n'));
            }
        }
    }
}
