use super::*;

pub(super) fn document(text: &str) -> Document {
    let (document, faults) = Document::parse(Source::new("a.yaml", text));
    assert_eq!(faults, [], "{text}");
    document
}

/// All maps that do not stand in the order of the alphabet: what is moved here need not be a key of the language.
fn out_of_alphabet<'n>(node: &'n Node, found: &mut Vec<Unsorted<'n>>) {
    if node.alias.is_some() {
        return;
    }
    let mut order: Vec<usize> = (0..node.entries().len()).collect();
    order.sort_by_key(|index| &node.entries()[*index].key);
    if !order.is_sorted() {
        found.push(Unsorted { node, order });
    }
    node.entries().iter().for_each(|entry| out_of_alphabet(&entry.value, found));
    node.items().iter().for_each(|item| out_of_alphabet(item, found));
}

pub(super) fn alphabetical(text: &str) -> String {
    let document = document(text);
    let mut unsorted = Vec::new();
    out_of_alphabet(document.root(), &mut unsorted);
    sort(&document, &unsorted).unwrap_or_else(|| text.to_owned())
}

pub(super) fn is_alphabetical(text: &str) -> bool {
    let document = document(text);
    let mut unsorted = Vec::new();
    out_of_alphabet(document.root(), &mut unsorted);
    unsorted.is_empty()
}

/// Sorts a text, which has to come out like this, and stay so.
fn check(text: &str, expected: &str) {
    let sorted = alphabetical(text);
    assert_eq!(sorted, expected);
    assert_eq!(alphabetical(&sorted), expected, "a second time");
}

/// A text of which nothing can be moved safely.
fn stays(text: &str) {
    assert!(!is_alphabetical(text), "{text}");
    assert_eq!(alphabetical(text), text);
}

#[test]
fn a_comment_moves_with_the_key_that_it_stands_above_or_behind() {
    check(
        "b: 1 # behind b\n# above a,\n# two lines\na: # behind a\n  c: 2\n",
        "# above a,\n# two lines\na: # behind a\n  c: 2\nb: 1 # behind b\n",
    );
}

#[test]
fn what_stands_apart_at_the_top_or_at_the_end_of_a_map_stays_there() {
    check(
        "# the file\n\n# b\nb:\n  # the map\n\n  # d\n  d: 1\n  c: 2\n  # end of b\na: 1\n\n# end\n",
        "# the file\n\na: 1\n# b\nb:\n  # the map\n\n  c: 2\n  # d\n  d: 1\n  # end of b\n\n# end\n",
    );
    check("---\n# b\nb: 1\na: 2\n...\n", "---\na: 2\n# b\nb: 1\n...\n");
}

#[test]
fn the_line_that_tells_editors_the_schema_stays_at_the_top() {
    let head = "# yaml-language-server: $schema=x.json\n#\n# What the API is.\n";
    check(&format!("{head}b: 1\na: 2\n"), &format!("{head}a: 2\nb: 1\n"));
    check(
        &format!("\u{feff}{head}# restload: allow(x) y\nb: 1\na: 2\n"),
        &format!("\u{feff}{head}a: 2\n# restload: allow(x) y\nb: 1\n"),
    );
}

#[test]
fn blank_lines_stay_between_the_entries() {
    check("b: 1\n\na: 2\n", "a: 2\n\nb: 1\n");
    check("c: 1\nb: 2\n\n\na: 3\n", "a: 3\nb: 2\n\n\nc: 1\n");
    check("a: 1\n\nc: 2\n\n# a section\n\n# b\nb: 3\n", "a: 1\n\n# a section\n\n# b\nb: 3\n\nc: 2\n");
}

#[test]
fn a_comment_below_an_entry_belongs_to_it_where_it_is_indented_or_apart_from_the_next() {
    check(
        "b:\n  x: 1\n  # y: 2\n\n  # z: 3\na: 1\n# below a\n\n# above 0\n\"0\": 1\n",
        "# above 0\n\"0\": 1\na: 1\n# below a\n\nb:\n  x: 1\n  # y: 2\n\n  # z: 3\n",
    );
}

#[test]
fn text_blocks_move_as_they_are() {
    check(
        "c: |2\n    x\n   # no comment\n\n  y: 1\nb: >-\n  folded\n   deeper\n\n  # text\n\n\na: |2\n      x\n",
        "a: |2\n      x\nb: >-\n  folded\n   deeper\n\n  # text\n\n\nc: |2\n    x\n   # no comment\n\n  y: 1\n",
    );
}

#[test]
fn a_text_block_that_keeps_its_blank_lines_is_not_moved() {
    stays("b: |+\n  x\n\na: 1\n");
    stays("b: 1\na: |+ # why\n  x\n\n");
    stays("b:\n  - c: >2+\n      x\na: 1\n");
    stays("b: |\n  x\n    \na: 1\n");
    check("b:\n  c: |+\n    x\n\n  d: 1\na: 1\n", "a: 1\nb:\n  c: |+\n    x\n\n  d: 1\n");
    check("b: |- # a + b\n  x\na: 1\n", "a: 1\nb: |- # a + b\n  x\n");
}

#[test]
fn line_ends_and_tabs_stay_what_they_are() {
    check("b: \t1\t# tab\r\n\r\n# ü\r\na: 'ß'\r\n", "# ü\r\na: 'ß'\r\n\r\nb: \t1\t# tab\r\n");
    check("b: \u{1f600}\na: ü", "a: ü\nb: \u{1f600}\n");
    check("b: 1\r\na: 2", "a: 2\r\nb: 1\r\n");
    check("b:\n  d: 1\n  c: 2", "b:\n  c: 2\n  d: 1\n");
    check("z: 1\nb:\n  d: 1\n  c: 2", "b:\n  c: 2\n  d: 1\nz: 1\n");
    check("a: {c: 1, b: 2}", "a: {b: 2, c: 1}");
}

#[test]
fn items_of_lists_are_sorted_behind_their_dashes() {
    check(
        "- b: 1\n  # a\n\n  a: [x]\n-   d:\n      f: 1\n      e: 2\n    c: 2\n- - z: 1\n    y: 2\n",
        "- a: [x]\n\n  b: 1\n  # a\n-   c: 2\n    d:\n      e: 2\n      f: 1\n- - y: 2\n    z: 1\n",
    );
    check("k:\n- b: 1\n  a: 2\n-\n  # d\n  d: 1\n  c: 2\n", "k:\n- a: 2\n  b: 1\n-\n  c: 2\n  # d\n  d: 1\n");
    stays("- b: 1\n  # above a\n  a: 2\n");
}

#[test]
fn a_map_on_one_line_is_sorted_between_its_separators() {
    check("{ c: 1 ,  b: {y: [1, 2],x: 'a, b'},a: }\n", "{ a: ,  b: {x: 'a, b',y: [1, 2]},c: 1 }\n");
    check("k: [{b: 1, a: 2}, {c: 3}] # d\n", "k: [{a: 2, b: 1}, {c: 3}] # d\n");
    check("{\"b\":1,\"a\":{\"d\":\"}\",\"c\":2},}\n", "{\"a\":{\"c\":2,\"d\":\"}\"},\"b\":1,}\n");
    check("{b: {\n  d: 1, c: {f: 1, e: 2}}, a: 1}\n", "{b: {\n  d: 1, c: {e: 2, f: 1}}, a: 1}\n");
    stays("{\n  b: 1, # b\n  a: 2\n}\n");
    stays("{b: 1, ? a : 2}\n");
    stays("{b: 1, &k a: 2}\n");
}

#[test]
fn keys_that_are_written_in_other_ways_are_left_where_they_are() {
    stays("b: 1\n? a\n: 2\n");
    stays("&k b: 1\na: 2\n");
    stays("b: 1\n&k a: 2\n");
    check("b:\n  &x\na: 1\n", "a: 1\nb:\n  &x\n");
    check("'b': 1\n\"a\": 2\n", "\"a\": 2\n'b': 1\n");
}

#[test]
fn an_anchor_stays_before_its_aliases() {
    stays("b: &x 1\na: *x\n");
    stays("{b: &x 1, a: [*x]}\n");
    check("d: &x {z: 1, y: 2}\nc:\n  f: *x\n  e: 1\n", "d: &x {y: 2, z: 1}\nc:\n  e: 1\n  f: *x\n");
    check("z: &x 1\nm:\n  b: *x\n  a: 1\n", "z: &x 1\nm:\n  a: 1\n  b: *x\n");
    check("b: 1\na: &x 1\nc: *x\n", "a: &x 1\nb: 1\nc: *x\n");
    // The name is given twice: each alias keeps the value that it stands for, or nothing is moved.
    stays("b: &x 1\nc: *x\na: &x 2\nd: *x\n");
}

#[test]
fn a_text_that_would_mean_something_else_stays_whole() {
    // Behind another entry the comment would be part of a text block.
    stays("c: 1\n # above b\nb: 1\na: |\n x\n");
}
