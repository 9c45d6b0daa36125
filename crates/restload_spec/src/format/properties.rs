//! What holds for any text.

use proptest::prelude::*;
use serde_json::Value;

use super::tests::{alphabetical, document, is_alphabetical};
use super::*;
use crate::grammar::Place;

/// A map, a list or a scalar, to be written by indentation.
#[derive(Clone, Debug)]
enum Tree {
    Scalar(&'static str),
    Lines(&'static str, Vec<&'static str>),
    Map(Vec<(usize, Above, Tree)>),
    List(Vec<Tree>),
}

/// What stands above an entry and behind its key.
type Above = (usize, Option<&'static str>, bool);

const KEYS: [&str; 12] =
    ["version", "name", "client", "ü", "'q r'", "\"x: y\"", "a-b", "type", "next", "日本", "z", "b"];

const SCALARS: [&str; 15] = [
    "1",
    "text # behind",
    "'it''s, # no comment'",
    "\"a: \\\" {b}\"",
    "{b: 1, a: {d: x, c: }, 'z': [1, {k: 2, j: 3}]} # behind",
    "[{b: ü, a: 2}, x]",
    "{ }",
    "",
    "# nothing",
    "http://x.example/{{a.b}}?c#d",
    "\t'tab'",
    "plain\n          on two lines",
    "'quoted\n\n          on three'",
    "{b: 1,\n          a: 2}",
    "~",
];

const COMMENTS: [&str; 3] = ["# one", "# two: [x", "# ü"];

const LINES: [&str; 5] = ["x", "  deeper", "", "# text", "y: {z"];

fn above() -> impl Strategy<Value = Above> {
    (0..3_usize, proptest::option::weighted(0.3, proptest::sample::select(&COMMENTS[..])), any::<bool>())
}

fn tree() -> impl Strategy<Value = Tree> {
    let scalar = proptest::sample::select(&SCALARS[..]).prop_map(Tree::Scalar);
    let lines = (
        proptest::sample::select(&["|", ">", "|-", ">-", "| # why", "|2"][..]),
        proptest::collection::vec(proptest::sample::select(&LINES[..]), 0..4),
    );
    let lines = lines.prop_map(|(head, lines)| Tree::Lines(head, lines));
    prop_oneof![3 => scalar, 1 => lines].prop_recursive(4, 40, 6, |inner| {
        let entry = (0..KEYS.len(), above(), inner.clone());
        prop_oneof![
            3 => proptest::collection::vec(entry, 1..6).prop_map(Tree::Map),
            1 => proptest::collection::vec(inner, 1..4).prop_map(Tree::List),
        ]
    })
}

/// Writes a tree; what is written follows a key or a dash.
fn write(tree: &Tree, indentation: usize, behind_dash: bool, tame: bool, text: &mut String) {
    let spaces = " ".repeat(indentation);
    match tree {
        Tree::Scalar(scalar) => text.extend([" ", scalar, "\n"]),
        Tree::Lines(head, lines) => {
            text.extend([" ", head, "\n", &spaces, "first\n"]);
            for line in lines {
                let line = format!("{spaces}{line}");
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        Tree::List(items) => {
            text.push('\n');
            for item in items {
                text.extend([spaces.as_str(), "-"]);
                write(item, indentation + 2, true, tame, text);
            }
        }
        Tree::Map(entries) => write_map(entries, indentation, behind_dash, tame, text),
    }
}

fn write_map(
    entries: &[(usize, Above, Tree)],
    indentation: usize,
    behind_dash: bool,
    tame: bool,
    text: &mut String,
) {
    let spaces = " ".repeat(indentation);
    text.push_str(if behind_dash { " " } else { "\n" });
    let mut seen = Vec::new();
    for (key, (blank, comment, apart), value) in entries {
        if seen.contains(key) {
            continue;
        }
        if !(behind_dash && seen.is_empty()) {
            text.push_str(&"\n".repeat(*blank));
            let comment = comment.filter(|_| !(tame && behind_dash));
            text.extend(comment.map(|comment| format!("{spaces}{comment}\n")));
            text.push_str(if *apart && *blank == 2 { "\n" } else { "" });
            text.push_str(&spaces);
        }
        seen.push(*key);
        text.extend([KEYS[*key], ":"]);
        write(value, indentation + 2, false, tame, text);
    }
}

/// A text that is YAML, but for an odd one; a tame one has no comment that would have to go before a dash.
fn text(tame: bool) -> impl Strategy<Value = String> {
    const HEADS: [&str; 5] = ["", "---\n", "# yaml-language-server: $schema=x\n", "# a file\n\n", "\u{feff}"];
    const ENDS: [&str; 3] = ["", "# end\n", "\n\n"];
    let parts =
        (proptest::sample::select(&HEADS[..]), tree(), proptest::sample::select(&ENDS[..]), any::<bool>());
    parts.prop_map(move |(head, tree, end, windows)| {
        let mut body = String::new();
        write(&tree, 0, false, tame, &mut body);
        let text = format!("{head}{}{end}", body.trim_start_matches([' ', '\n']));
        if windows { text.replace('\n', "\r\n") } else { text }
    })
}

/// Pieces that YAML gives a meaning to.
const PIECES: [&str; 32] = [
    "\nb: 1",
    "\na: 2",
    "\nc:",
    "\n  b: 1",
    "\n  a: 2",
    "\n  c: |",
    "\n  d: |+",
    "\n    x",
    "\n     y",
    "\n",
    "\n  ",
    "\n     ",
    "\n# c",
    "\n  # d",
    "\n    # e",
    " # f",
    "\r\n",
    "\n- ",
    "\n  - b: 1",
    "\n    a: 2",
    " {b: 1, a: 2}",
    " { b: 1,",
    " a: 2 }",
    "\n}",
    " &x",
    " *x",
    " [",
    "]",
    "\n? a",
    "\n: b",
    " 'q",
    "'",
];

fn is_yaml(text: &str) -> bool {
    Document::parse(Source::new("a.yaml", text)).1.is_empty()
}

/// The comments of a text, as far as a line holds nothing else.
fn comment_lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('#'))
        .collect();
    lines.sort_unstable();
    lines
}

fn value(text: &str) -> Value {
    document(text).root().to_value()
}

/// The specs that are shipped, and one that says everything, without the head of the file: a comment that comes to
/// stand below it is part of it from then on.
fn specs() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths = ["../../specs/affinity.yaml", "../../specs/tapfiliate.yaml", "../../specs/taplytics.yaml"];
    let paths = paths.into_iter().chain(["tests/structure/everything.yaml"]);
    let texts = paths.map(|path| std::fs::read_to_string(folder.join(path)).unwrap());
    texts.map(|text| text[text.find("version:").unwrap()..].to_owned()).collect()
}

/// All maps with keys of the language, in any order.
fn shuffled<'n>(place: &Place<'n>, node: &'n Node, seed: &mut u64, found: &mut Vec<Unsorted<'n>>) {
    if node.alias.is_some() {
        return;
    }
    if let [kind] = place.maps().as_slice()
        && !kind.properties.is_empty()
    {
        let mut order: Vec<usize> = (0..node.entries().len()).collect();
        order.sort_by_cached_key(|_| {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *seed >> 33
        });
        found.push(Unsorted { node, order });
    }
    for entry in node.entries() {
        shuffled(&place.below(&entry.key), &entry.value, seed, found);
    }
    for (index, item) in node.items().iter().enumerate() {
        shuffled(&place.below(&index.to_string()), item, seed, found);
    }
}

fn format(text: &str) -> String {
    format_spec(&Source::new("a.yaml", text)).unwrap()
}

/// The lines that are not blank.
fn written(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.trim().is_empty()).collect()
}

proptest! {
    #[test]
    fn any_text_keeps_its_values_and_comments_and_is_sorted_once(text in text(false)) {
        prop_assume!(is_yaml(&text));
        let sorted = alphabetical(&text);
        prop_assert_eq!(value(&sorted), value(&text));
        prop_assert_eq!(comment_lines(&sorted), comment_lines(&text));
        prop_assert_eq!(alphabetical(&sorted), sorted);
    }

    #[test]
    fn a_tame_text_is_sorted_whole(text in text(true)) {
        prop_assume!(is_yaml(&text));
        // The one map that stands in braces on two lines.
        let sorted = alphabetical(&text).replace("\r\n", "\n").replace("{b: 1,\n          a: 2}", "{}");
        prop_assert!(is_alphabetical(&sorted), "{}", sorted);
    }

    #[test]
    fn a_spoilt_text_that_is_still_yaml_keeps_its_values(
        text in text(false),
        spoils in proptest::collection::vec((any::<prop::sample::Index>(), 0..PIECES.len()), 1..5),
    ) {
        let mut text = text;
        for (place, piece) in spoils {
            let ends: Vec<usize> = text.match_indices(['\n', ':', ' ']).map(|(at, _)| at).collect();
            text.insert_str(if ends.is_empty() { 0 } else { *place.get(&ends) }, PIECES[piece]);
        }
        if is_yaml(&text) {
            let sorted = alphabetical(&text);
            prop_assert_eq!(value(&sorted), value(&text));
            prop_assert_eq!(alphabetical(&sorted), sorted);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_spec_whose_keys_were_shuffled_is_put_in_order_again(
        which in 0..4_usize,
        seed: u64,
        windows: bool,
    ) {
        let text = &specs()[which];
        let text = &if windows { text.replace('\n', "\r\n") } else { text.clone() };
        let document = document(text);
        let mut orders = Vec::new();
        shuffled(&Place::root(document.root()), document.root(), &mut seed.clone(), &mut orders);
        let shuffled = sort(&document, &orders).unwrap();
        prop_assert_eq!(value(&shuffled), value(text));
        let sorted = format(&shuffled);
        prop_assert_eq!(value(&sorted), value(text));
        prop_assert_eq!(format(&sorted), sorted.as_str());
        let expected = format(text);
        prop_assert_eq!(written(&sorted), written(&expected));
    }
}
