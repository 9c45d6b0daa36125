//! No text makes the reader panic, and what it says of a text can be drawn.

#![expect(clippy::unwrap_used, reason = "a test whose cases cannot be read fails")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use restload_diag::{Diagnostic, Source, render_concise, render_full};
use restload_spec::{Content, Document, Reading, check, read_spec, read_spec_bytes};

/// Reads and draws; gives the rules that were broken.
fn rules(bytes: &[u8]) -> Vec<&'static str> {
    let reading = read_spec_bytes("specs/a.yaml", bytes);
    let checked = check(&reading, jiff::Timestamp::UNIX_EPOCH);
    let Reading { document, mut diagnostics, spec, sound, .. } = reading;
    let other_version = diagnostics.iter().any(|fault| fault.rule == "version-unknown");
    let is_map = matches!(document.root().content, Content::Map(_));
    let not_utf8 = diagnostics.iter().any(|fault| fault.rule == "not-utf8");
    assert_eq!(spec.is_some() || sound.is_some(), is_map && !other_version && !not_utf8);
    assert_eq!(spec.is_some(), !diagnostics.iter().any(Diagnostic::is_error));
    diagnostics.extend(checked.diagnostics);
    let full = render_full(&diagnostics, document.source(), &document, false);
    let concise = render_concise(&diagnostics, document.source(), &document);
    assert_eq!(full.is_empty(), diagnostics.is_empty());
    assert!(concise.lines().count() >= diagnostics.len());
    let rules: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.rule).collect();
    assert!(!rules.contains(&"internal"), "{full}");
    rules
}

/// The specs of the structure pass, to be spoilt.
fn specs() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/structure");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Pieces that YAML gives a meaning to.
const PIECES: [&str; 40] = [
    "\n", "\n  ", "\n    ", " ", "\t", "\r\n", ": ", ":", "- ", "-", "{", "}", "[", "]", ", ", "{{", "}}",
    "'", "\"", "''", "\\", "|", ">", "|-\n", "#", " #", "&a ", "*a", "!t ", "---\n", "...\n", "?", "<<: ",
    "~", "ü", "\u{feff}", "\0", "%", "@", "key",
];

#[test]
fn a_spec_broken_in_two_anywhere_is_read_on_as_far_as_it_is_sound() {
    for spec in specs() {
        for at in (0..spec.len()).step_by(101).filter(|at| spec.is_char_boundary(*at)) {
            rules(format!("{}\n{}", &spec[..at], &spec[at..]).as_bytes());
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        rules(&bytes);
    }

    #[test]
    fn any_pieces_of_yaml_are_read(pieces in proptest::collection::vec(0..PIECES.len(), 0..40)) {
        let text: String = pieces.iter().map(|index| PIECES[*index]).collect();
        rules(text.as_bytes());
    }

    #[test]
    fn any_spoilt_spec_is_read(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        cut in 0_usize..12,
        piece in 0..PIECES.len(),
    ) {
        let specs = specs();
        let spec = which.get(&specs);
        let start = spec.floor_char_boundary(at.index(spec.len() + 1));
        let end = spec.ceil_char_boundary((start + cut).min(spec.len()));
        rules(format!("{}{}{}", &spec[..start], PIECES[piece], &spec[end..]).as_bytes());
    }
}

#[test]
fn a_value_in_place_of_another_never_passes_and_fails_to_decode() {
    let whole =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/structure/everything.yaml"))
            .unwrap();
    let document = Document::parse(Source::new("a", whole)).0;
    let values = [
        "null",
        "true",
        "-1",
        "1.5",
        "99999999999999999999",
        "''",
        "text",
        "'{{inputs.n}}'",
        "[]",
        "[1]",
        "{}",
        "{a: b}",
        "[[]]",
    ];
    let mut places = Vec::new();
    collect(&document.root().to_value(), &mut Vec::new(), &mut places);
    assert!(places.len() > 150);
    for (index, place) in places.iter().enumerate() {
        // Five of the values for each place, others for its neighbours.
        for value in values.iter().cycle().skip(index * 5).take(5) {
            let mut changed = document.root().to_value();
            *changed.pointer_mut(place).unwrap() = serde_json::Value::String("PLACE".into());
            let text = changed.to_string().replace("\"PLACE\"", value);
            let reading = read_spec(Source::new("a.yaml", text.clone()), None);
            let rules: Vec<_> = reading.diagnostics.iter().map(|fault| fault.rule).collect();
            assert!(!rules.contains(&"internal"), "{text}");
            assert_eq!(reading.spec.is_some(), rules.is_empty(), "{text}");
        }
    }
}

/// The pointers of all values below a value.
fn collect(value: &serde_json::Value, above: &mut Vec<String>, places: &mut Vec<String>) {
    let below: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        serde_json::Value::Array(list) => {
            list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (key, value) in below {
        above.push(key);
        places.push(above.iter().fold(String::new(), |path, segment| path + "/" + segment));
        collect(value, above, places);
        above.pop();
    }
}

#[test]
fn what_would_take_too_much_is_refused_soon() {
    let started = Instant::now();
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..40 {
        let items = format!("*a{}, ", level - 1).repeat(10);
        writeln!(bomb, "a{level}: &a{level} [{items}]").unwrap();
    }
    assert_eq!(rules(bomb.as_bytes()), ["too-many-aliases"]);
    assert_eq!(rules("[".repeat(200_000).as_bytes()), ["too-deep"]);
    assert_eq!(rules("{a: ".repeat(60_000).as_bytes()), ["too-deep"]);
    assert_eq!(rules("{a: ".repeat(200_000).as_bytes()), ["too-large"]);
    assert_eq!(rules("- ".repeat(100_000).as_bytes()), ["too-deep"]);
    assert_eq!(rules("a: &a [*a]\n".as_bytes()), ["alias-of-itself"]);
    assert_eq!(rules(" ".repeat(Document::MAX_BYTES + 1).as_bytes()), ["too-large"]);
    assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
}

#[test]
fn aliases_that_make_a_tree_too_deep_are_refused() {
    let mut text = String::from("a0: &a0 [x]\n");
    for level in 1..100 {
        writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    assert_eq!(rules(text.as_bytes()), ["too-deep"]);
}

#[test]
fn many_faults_in_a_large_file_are_all_said() {
    let mut text = String::from(
        "version: 1\nname: a\nclient: {base_url: 'https://a.example'}\nresources: {n: {path: n, paginator: single_page}}\n",
    );
    for index in 0..1_000 {
        writeln!(text, "unknown{index}: {index}").unwrap();
    }
    assert_eq!(rules(text.as_bytes()).len(), 1_000);
}

#[test]
fn bytes_that_are_no_text_are_shown_in_their_line() {
    let bytes = b"version: 1\nname: a\xff\ntitle: b\n";
    let reading = read_spec_bytes("specs/a.yaml", bytes);
    let concise = render_concise(&reading.diagnostics, reading.document.source(), &reading.document);
    assert!(concise.starts_with("specs/a.yaml:2:8: error[not-utf8] "), "{concise}");
}
