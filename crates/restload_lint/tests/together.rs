//! All findings of a spec together: each fault once, in the order of the text, and none that only follows from another.

use proptest::prelude::*;
use restload_diag::{Diagnostic, Locate, Part, Severity, Source, apply_fixes, render_concise};
use restload_lint::{Linted, lint, lint_bytes, no_samples, rules};

const HEAD: &str = "version: 1\nname: a\ndocs: https://a.example\nclient: {base_url: 'https://a.example/'}\n";

fn linted(text: &str) -> Linted {
    lint(Source::new("a.yaml", text), Some("a"), &no_samples, jiff::Timestamp::UNIX_EPOCH)
}

/// The errors and warnings of a spec, each with what it points at.
fn found(text: &str) -> Vec<String> {
    let linted = linted(text);
    let document = &linted.reading.document;
    let is_fault = |found: &&Diagnostic| found.severity != Severity::Note;
    let show = |found: &Diagnostic| {
        let span = document.span(&found.at, found.part, found.within.clone());
        format!("{} {}", found.rule, &document.source().text[span])
    };
    linted.diagnostics.iter().filter(is_fault).map(show).collect()
}

/// The findings of a spec that begins as all of them do.
fn found_in(rest: &str) -> Vec<String> {
    found(&format!("{HEAD}{rest}"))
}

#[test]
fn a_broken_parent_does_not_make_holes_on_it_errors() {
    let children = |parent: &str| {
        format!(
            "defaults: {{paginator: single_page}}
resources:
  lists: {{path: lists}}
  entries:
    {parent}
    path: 'lists/{{{{parent.id}}}}/entries'
    params: {{ids: '{{{{batch.id}}}}', list: '{{{{resources.lists.id}}}}'}}
  notes:
    parent: entries
    path: 'notes/{{{{parent.id}}}}/{{{{resources.lists.id}}}}'
"
        )
    };
    for (parent, expected) in [
        ("parent: list", "unknown-parent list"),
        ("parent: nobody", "unknown-parent nobody"),
        ("parent: [lists]", "wrong-type [lists]"),
        ("parent: 7", "wrong-type 7"),
        ("parent: Lists!", "name-pattern Lists!"),
        ("parnet: lists", "unknown-key parnet"),
        ("parent: {resorce: lists}", "unknown-key resorce"),
        ("parent: {resource: lists, batch: 0}", "out-of-range 0"),
        ("parent: {resource: lists, bacth: 10}", "unknown-key bacth"),
        ("parent: {resource: lists, batch: ten}", "wrong-type ten"),
    ] {
        assert_eq!(found_in(&children(parent)), [expected], "{parent}");
    }
}

#[test]
fn a_broken_resource_is_known_by_its_name() {
    let with = |lists: &str| {
        format!(
            "defaults: {{paginator: single_page}}
resources:
  {lists}
  entries: {{parent: lists, path: 'lists/{{{{parent.id}}}}/entries'}}
"
        )
    };
    for (lists, expected) in [
        ("lists: 7", "wrong-type 7"),
        ("lists:", "wrong-type lists"),
        ("lists: {path: [lists]}", "wrong-type [lists]"),
        ("Lists: {path: lists}", "name-pattern Lists"),
        ("lists: {pth: lists}", "unknown-key pth"),
        ("lists: {path: 'lists/{{inputs.x}}'}", "unknown-input inputs.x"),
        ("lists: {path: lists, paginator: nope}", "unknown-type nope"),
        ("lists: {path: lists, primary_key: []}", "empty-value []"),
        ("lists: {path: {{inputs.x}}}", "unquoted-template {{inputs.x}}"),
    ] {
        assert_eq!(found_in(&with(lists)), [expected], "{lists}");
    }
}

#[test]
fn broken_inputs_do_not_make_holes_on_them_errors() {
    let with = |inputs: &str| {
        format!(
            "{inputs}\nresources: {{notes: {{path: 'notes/{{{{inputs.owner}}}}', paginator: single_page}}}}\n"
        )
    };
    for (inputs, expected) in [
        ("inputs: [owner]", "wrong-type [owner]"),
        ("inputs: 7", "wrong-type 7"),
        ("inputs:", "wrong-type inputs"),
        ("inptus: {owner: {}}", "unknown-key inptus"),
        ("inputs: {owner: 7}", "wrong-type 7"),
        ("inputs: {owner: {type: intger}}", "unknown-value intger"),
        ("inputs: {owner: {tpe: integer}}", "unknown-key tpe"),
        ("inputs: {owner: {type: integer, default: x}}", "unfit-default x"),
        ("inputs: {ownr: {}}", "unknown-input inputs.owner"),
        ("inputs: {Owner: {}}", "name-pattern Owner"),
    ] {
        assert_eq!(found_in(&with(inputs)), [expected], "{inputs}");
    }
}

#[test]
fn an_input_is_not_unused_because_what_reads_it_is_broken() {
    for (path, expected) in [
        ("'{{inputs.owner}'", "template-syntax {{inputs.owner}"),
        ("{{inputs.owner}}", "unquoted-template {{inputs.owner}}"),
        ("'{{owner}}'", "unknown-scope owner"),
        ("'{{inptus.owner}}'", "unknown-scope inptus.owner"),
        ("['{{inputs.owner}}']", "wrong-type ['{{inputs.owner}}']"),
        ("'{{lookup inputs.owner 1}}'", "unknown-helper lookup"),
    ] {
        let rest = format!(
            "inputs: {{owner: {{}}}}\nresources: {{notes: {{path: {path}, paginator: single_page}}}}\n"
        );
        assert_eq!(found_in(&rest), [expected], "{path}");
    }
}

#[test]
fn broken_defaults_do_not_make_what_they_may_say_missing() {
    for (defaults, expected) in [
        ("defaults: [single_page]", "wrong-type [single_page]"),
        ("defaults:", "wrong-type defaults"),
        ("defautls: {paginator: single_page}", "unknown-key defautls"),
        ("resource_defaults: {paginator: single_page}", "unknown-key resource_defaults"),
        ("defaults: {paginator: nope}", "unknown-type nope"),
        ("defaults: {paginaton: single_page}", "unknown-key paginaton"),
        ("defaults: {paginator: {type: cursor}}", "missing-key paginator"),
        ("defaults: {paginator: 7}", "wrong-type 7"),
    ] {
        let rest = format!("{defaults}\nresources: {{notes: {{path: notes}}, people: {{path: people}}}}\n");
        assert_eq!(found_in(&rest), [expected], "{defaults}");
    }
}

#[test]
fn a_broken_key_of_a_resource_is_not_missing() {
    for (keys, expected) in [
        ("paht: notes, paginator: single_page", "unknown-key paht"),
        ("path: [notes], paginator: single_page", "wrong-type [notes]"),
        ("path: notes, paginator: {typ: offset}", "missing-key paginator"),
        ("path: notes, paginator: [offset]", "wrong-type [offset]"),
        ("path: notes, pagination: single_page", "unknown-key pagination"),
        (
            "path: notes, paginator: single_page, for_eahc: {id: [1]}, params: {id: '{{each.id}}'}",
            "unknown-key for_eahc",
        ),
        ("path: notes, paginator: single_page, for_each: {id: []}, params: {id: '{{each.id}}'}", ""),
        (
            "path: notes, paginator: single_page, for_each: {id: 7}, params: {id: '{{each.id}}'}",
            "wrong-type 7",
        ),
        ("path: notes, paginator: {type: offset, stop_on_short_page: true, size: many}", "wrong-type many"),
        (
            "path: notes, paginator: single_page, add: {a: '{{row.b', c: '{{row.d}}'}",
            "template-syntax {{row.b",
        ),
    ] {
        let expected: Vec<&str> =
            Some(expected).into_iter().filter(|expected| !expected.is_empty()).collect();
        assert_eq!(found_in(&format!("resources: {{notes: {{{keys}}}}}\n")), expected, "{keys}");
    }
}

#[test]
fn what_defaults_or_an_anchor_say_is_found_fault_with_once() {
    let of_defaults = "defaults: {paginator: single_page, params: {a: '{{inputs.x}}', b: yes}}
resources: {notes: {path: notes}, people: {path: people}, teams: {path: teams}}\n";
    assert_eq!(found_in(of_defaults), ["unknown-input inputs.x", "yaml-1.1-value yes"]);
    let of_anchor = "defaults: {paginator: single_page}
resources:
  notes: {path: &path 'a/{{inputs.x}}/{{{run.id}}}', params: &params {a: [{b: 1}], c: '{{nope.d}}', e: on}}
  people: {path: *path, params: *params}
  teams: {path: *path, form: *params, method: POST}\n";
    let expected =
        ["unknown-input inputs.x", "wrong-type {b: 1}", "unknown-scope nope.d", "yaml-1.1-value on"];
    assert_eq!(found_in(of_anchor), expected);
    // What stands for several places is mended by nobody but the author.
    let fixes = linted(&format!("{HEAD}{of_anchor}")).diagnostics;
    assert!(fixes.iter().all(|found| found.fix.is_none()));
}

#[test]
fn another_version_is_told_nothing_else() {
    let text = "version: 2\nname: b\nresorces: 7\nclient: {{x}}\n";
    assert_eq!(found(text), ["version-unknown 2", "unquoted-template {{x}}"]);
}

#[test]
fn the_place_in_a_template_is_right_however_it_is_written() {
    let scalars = [
        "a/{{inputs.nope}}",
        "'ü''{{inputs.nope}}'",
        "\"\\t\\u00e9\\\"{{inputs.nope}}\"",
        "\"日本 \\\n      {{inputs.nope}}\"",
        "|\n      é\n\n        {{inputs.nope}}",
        ">-\n      é\n      b {{inputs.nope}}\n\n      c",
        "&named\n      'ä {{inputs.nope}}'",
        "é\n      {{inputs.nope}} x",
    ];
    for scalar in scalars {
        for text in ["\n", "\r\n"].map(|end| {
            format!("{HEAD}resources:\n  ünd: 7\n  notes:\n    # ö\t\n    paginator: single_page\n    path: {scalar}\n")
                .replace('\n', end)
        }) {
            let found = found(&text);
            assert_eq!(found.last().map(String::as_str), Some("unknown-input inputs.nope"), "{text}");
        }
    }
    let flow = "resources: {n: {paginator: single_page, path: \"ö\\n{{inputs.nope}}\"}}\n";
    assert_eq!(found_in(flow), ["unknown-input inputs.nope"]);
}

#[test]
fn a_file_that_is_too_large_is_refused_unread() {
    assert!(rules().any(|rule| rule.name == "too-large"));
    let text = format!("{HEAD}description: {}\n", "x".repeat(5 << 20));
    let linted = lint_bytes("a.yaml", text.as_bytes(), &no_samples, jiff::Timestamp::UNIX_EPOCH);
    let rules: Vec<&str> = linted.diagnostics.iter().map(|found| found.rule).collect();
    assert_eq!(rules, ["too-large"]);
    assert!(linted.diagnostics[0].help.is_some() && linted.has_errors());
    assert!(linted.reading.document.root().entries().is_empty());
}

#[test]
fn each_finding_says_what_to_do() {
    let text = include_str!("together/twenty.yaml");
    for found in linted(text).diagnostics {
        assert!(found.help.is_some() || found.fix.is_some(), "{}: {}", found.rule, found.message);
    }
}

#[test]
fn a_file_with_20_faults_of_20_kinds_gives_20_diagnostics_in_order_of_place_none_twice() {
    let text = include_str!("together/twenty.yaml");
    let linted = linted(text);
    let document = &linted.reading.document;
    let shown = render_concise(&linted.diagnostics, document.source(), document);
    let faults: Vec<&Diagnostic> =
        linted.diagnostics.iter().filter(|found| found.severity != Severity::Note).collect();
    // Each fault is announced in the file, by a comment on its line.
    let mut announced = Vec::new();
    for (line, words) in
        text.lines().enumerate().filter_map(|(n, line)| Some((n, line.split_once("# ! ")?.1)))
    {
        announced.extend(words.split_whitespace().map(|rule| (line + 1, rule.to_owned())));
    }
    let line = |found: &&Diagnostic| {
        let span = document.span(&found.at, found.part, found.within.clone());
        document.source().line_column(span.start).0
    };
    let said: Vec<(usize, String)> =
        faults.iter().map(|found| (line(found), found.rule.to_owned())).collect();
    assert_eq!(said, announced, "{shown}");
    let mut kinds: Vec<&str> = faults.iter().map(|found| found.rule).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!((faults.len(), kinds.len()), (20, 20), "{shown}");
    let starts: Vec<usize> =
        faults.iter().map(|found| document.span(&found.at, found.part, found.within.clone()).start).collect();
    assert!(starts.is_sorted());
}

#[test]
fn what_is_mended_is_mended_without_a_new_fault() {
    let mut text = include_str!("together/twenty.yaml").to_owned();
    let comments = text.matches('#').count();
    loop {
        let before = linted(&text);
        let fixes: Vec<_> = before.diagnostics.iter().filter_map(|found| found.fix.as_ref()).collect();
        if fixes.is_empty() {
            break;
        }
        let applied = apply_fixes(&text, fixes.iter().copied());
        let faults = |linted: &Linted| linted.diagnostics.iter().filter(|found| found.is_error()).count();
        assert!(faults(&linted(&applied.text)) < faults(&before) || applied.applied < fixes.len());
        text = applied.text;
    }
    assert_eq!(text.matches('#').count(), comments);
    let document = linted(&text).reading.document;
    let paginator = document.get(&"/resources/notes/paginator/type".parse().unwrap()).unwrap();
    assert_eq!(paginator.text(), Some("page_number"));
    assert_eq!(document.span(&"/name".parse().unwrap(), Part::Key, None).len(), 4);
}

const SHIPPED: [&str; 2] =
    [include_str!("../../../specs/tapfiliate.yaml"), include_str!("../../../specs/taplytics.yaml")];

/// What stands behind each `#` of a text.
fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| Some(line.split_once(" #")?.1.trim_end())).collect()
}

/// A slip of the pen at some place of a text.
fn slip(text: &str, at: usize, kind: usize) -> String {
    let at = text.floor_char_boundary(at % text.len());
    let (before, after) = text.split_at(at);
    let next = after.chars().next().map_or(0, char::len_utf8);
    match kind {
        0 => format!("{before}{}", &after[next..]),
        1 => format!("{before}{}{after}", &after[..next]),
        2 => format!("{before}\"{after}"),
        3 => format!("{before}0{after}"),
        _ => before.rsplit_once('"').map_or(text.to_owned(), |(left, right)| format!("{left}{right}{after}")),
    }
}

/// The comments that say nothing to restload: in `# restload: allow(rule)` a rule that is misspelled is mended.
fn remarks(text: &str) -> Vec<&str> {
    comments(text).into_iter().filter(|comment| !comment.trim_start().starts_with("restload:")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mending_ends_and_keeps_comments_and_what_is_right(spec in 0..2_usize, at in any::<usize>(), kind in 0..5_usize) {
        let mut text = slip(SHIPPED[spec], at, kind);
        for _ in 0..8 {
            let before = linted(&text);
            let fixes: Vec<_> = before.diagnostics.iter().filter_map(|found| found.fix.as_ref()).collect();
            if fixes.is_empty() {
                return Ok(());
            }
            let applied = apply_fixes(&text, fixes.iter().copied());
            prop_assert!(applied.applied > 0);
            prop_assert_eq!(remarks(&applied.text), remarks(&text));
            // Nothing that could be read before is gone, but for what was at fault.
            let after = linted(&applied.text);
            let names = |linted: &Linted| {
                let names = linted.reading.document.get(&"/resources".parse().unwrap())
                    .map(|resources| resources.entries().iter().map(|entry| entry.key.clone()).collect::<Vec<_>>());
                names.unwrap_or_default()
            };
            prop_assert!(names(&after).len() >= names(&before).len());
            prop_assert!(after.diagnostics.len() <= before.diagnostics.len() || names(&before).is_empty(), "{text}");
            text = applied.text;
        }
        prop_assert!(false, "mending does not end");
    }
}
