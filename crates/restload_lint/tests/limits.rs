//! Texts that are made to be slow or to take memory: what keeps them from it is that there is a most of everything, and
//! that is what is held here. How long they take is measured by `benches/limits.rs`.

#![allow(clippy::format_push_string, clippy::format_collect, reason = "texts are made, and not in a hurry")]

mod limits {
    pub(crate) mod shapes;
}

use jiff::Timestamp;
use limits::shapes::SHAPES;
use restload_lint::{Linted, lint_bytes};

/// Of one text no more is told.
const MOST: usize = 1_000;

const HEAD: &str =
    "version: 1\nname: a\ndocs: https://a.example/docs\nclient: {base_url: \"https://a.example/\"}\n";

fn linted(text: &[u8]) -> Linted {
    linted_with(limits::shapes::sample("rows"), text)
}

fn linted_with(sample: Vec<u8>, text: &[u8]) -> Linted {
    let samples = move |_: &str| Ok(Some(sample.clone()));
    lint_bytes("a.yaml", text, &samples, Timestamp::UNIX_EPOCH)
}

fn found(text: &str) -> Vec<&'static str> {
    let mut rules: Vec<_> = linted(text.as_bytes()).diagnostics.iter().map(|found| found.rule).collect();
    rules.dedup();
    rules
}

#[test]
fn of_each_shape_something_is_told_and_never_too_much() {
    for shape in SHAPES {
        let all = linted_with(limits::shapes::sample(shape.name), &(shape.make)(4_000)).diagnostics;
        assert!(all.len() <= MOST + 1, "{}: {}", shape.name, all.len());
        let is_cut = all.iter().any(|found| found.rule == "too-many-findings");
        assert_eq!(is_cut, all.len() > MOST, "{}", shape.name);
        if !shape.name.starts_with("valid") && !shape.name.starts_with("aliases of one") {
            assert!(!all.is_empty(), "{}: nothing is told", shape.name);
        }
    }
}

#[test]
fn errors_are_told_before_notes_and_the_rest_is_counted() {
    let mut text = format!("{HEAD}resources:\n  r:\n    path: n\n    paginator: single_page\n    params:\n");
    for n in 0..1_500 {
        text += &format!("      p{n}: yes\n");
    }
    text += "    paht: x\n";
    let all = linted(text.as_bytes()).diagnostics;
    assert_eq!(all.len(), MOST + 1);
    assert!(all.iter().any(|found| found.rule == "unknown-key"), "the error at the end is left out");
    let last = all.last().map(|found| (found.rule, found.message.clone()));
    assert!(
        last.is_some_and(|(rule, message)| rule == "too-many-findings" && message.ends_with("are left out"))
    );
}

#[test]
fn walks_and_values_have_a_most() {
    let list = |count: usize| vec!["1"; count].join(", ");
    let spec = |more: &str| format!("{HEAD}resources:\n  n: {{path: n, paginator: single_page, {more}}}\n");
    let walks = |count: usize| spec(&format!("for_each: {{a: [{0}], b: [{0}]}}", list(count)));
    assert!(!found(&walks(316)).contains(&"too-many-values"));
    assert!(found(&walks(317)).contains(&"too-many-values"));

    // A key with its value is two: the list and 99,980 items beside what is there already.
    let values = |count: usize| spec(&format!("method: POST, json: [\n{}]", "    1,\n".repeat(count)));
    assert!(!found(&values(99_970)).contains(&"too-many-values"));
    assert!(found(&values(100_000)).contains(&"too-many-values"));

    let resources = |count: usize| {
        let all = (0..count).map(|n| format!("  r{n}: {{path: n, paginator: single_page}}\n"));
        format!("{HEAD}resources:\n{}", all.collect::<String>())
    };
    assert!(!found(&resources(2_000)).contains(&"too-many-values"));
    assert_eq!(found(&resources(2_001)), ["too-many-values"]);

    let inputs = |count: usize| {
        let all = (0..count).map(|n| format!("  i{n}: {{}}\n"));
        format!(
            "{HEAD}resources:\n  r: {{path: n, paginator: single_page}}\ninputs:\n{}",
            all.collect::<String>()
        )
    };
    assert!(!found(&inputs(1_000)).contains(&"too-many-values"));
    assert_eq!(found(&inputs(1_001)), ["too-many-values"]);

    let mut defaults = format!("{HEAD}defaults: {{params: {{a: [{}]}}}}\nresources:\n", list(2_000));
    for n in 0..600 {
        defaults += &format!("  r{n}: {{path: n, paginator: single_page}}\n");
    }
    assert!(found(&defaults).contains(&"too-many-values"));
}

#[test]
fn texts_and_lines_have_a_most() {
    let text =
        |length: usize| format!("{HEAD}# {}\ndescription: {}\n", "y".repeat(200_000), "x".repeat(length));
    assert!(!found(&text(100_000)).contains(&"too-large"));
    assert_eq!(found(&text(100_001)), ["too-large"]);
    let line = |length: usize| format!("{HEAD}#{}\n", "y".repeat(length));
    assert!(!found(&line(249_999)).contains(&"too-large"));
    assert_eq!(found(&line(250_000)), ["too-large"]);
}

#[test]
fn programs_have_a_most() {
    // Those that cannot be read count too, and take no time.
    let spec = |count: usize| {
        let mut text = format!("{HEAD}resources:\n");
        for n in 0..count {
            let program = if n < 20 { format!("{{a: {n}}}") } else { format!("]{n}") };
            text += &format!("  r{n}: {{path: n{n}, paginator: single_page, transform: '{program}'}}\n");
        }
        // One that is there already counts once.
        text + "  again: {path: again, paginator: single_page, transform: '{a: 0}'}\n"
    };
    let is_over = |count: usize| {
        let all = linted(spec(count).as_bytes()).diagnostics;
        all.iter().filter(|found| found.rule == "too-many-values").count()
    };
    assert_eq!((is_over(500), is_over(503)), (0, 3));
}

#[test]
fn a_line_of_resources_has_a_most() {
    let line = |count: usize| {
        let mut text = format!("{HEAD}resources:\n  r0: {{path: n, paginator: single_page}}\n");
        for n in 1..count {
            text += &format!(
                "  r{n}: {{parent: r{}, path: \"n/{{{{parent.id}}}}\", paginator: single_page}}\n",
                n - 1
            );
        }
        linted(text.as_bytes()).diagnostics
    };
    let too_deep = |count: usize| line(count).iter().filter(|found| found.rule == "too-deep").count();
    assert_eq!(too_deep(65), 0);
    // What hangs on one that is too deep is not told of again.
    assert_eq!((too_deep(66), too_deep(400)), (1, 1));
}

#[test]
fn aliases_of_long_texts_count_as_much_as_they_copy() {
    let text = |copies: usize| {
        let long = "x".repeat(64_000);
        let aliases = vec!["*a"; copies].join(", ");
        format!(
            "{HEAD}resources:\n  n: {{path: n, method: POST, paginator: single_page, json: [&a \"{long}\", {aliases}]}}\n"
        )
    };
    assert!(!found(&text(90)).contains(&"too-many-aliases"));
    assert!(found(&text(110)).contains(&"too-many-aliases"));
}
