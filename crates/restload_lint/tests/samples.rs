//! What samples prove, and what they do not.

use restload_diag::Source;
use restload_lint::{Linted, lint};

const HEAD: &str = "version: 1\nname: a\ndocs: https://a.example\nclient: {base_url: https://a.example/}\n";

/// What is found in these resources with these samples, `name` and body.
fn linted(rest: &str, samples: &[(&str, &str)]) -> Linted {
    let read = |path: &str| {
        let name = path.strip_prefix("samples/a/").and_then(|path| path.strip_suffix(".json"));
        let found = samples.iter().find(|(known, _)| Some(*known) == name);
        Ok(found.map(|(_, body)| body.as_bytes().to_vec()))
    };
    lint(Source::new("a.yaml", format!("{HEAD}{rest}")), Some("a"), &read, jiff::Timestamp::UNIX_EPOCH)
}

/// The rules and places of errors and warnings, in the order of the text.
fn found(rest: &str, samples: &[(&str, &str)]) -> Vec<String> {
    let linted = linted(rest, samples);
    let told = linted.diagnostics.iter().filter(|found| found.severity < restload_diag::Severity::Note);
    told.map(|found| format!("{} {}", found.rule, found.at)).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn what_is_faulty_already_is_not_judged_by_the_sample() {
    let sample = [("n", "[{\"id\": 1}]")];
    let of = |keys: &str| {
        found(&format!("resources:\n  n: {{path: n, paginator: single_page, {keys}}}\n"), &sample)
    };
    assert_eq!(of("primary_key: key"), ["key-not-in-sample /resources/n/primary_key"]);
    assert_eq!(of("primary_key: key, data_selector: 'a[]b'"), ["path-syntax /resources/n/data_selector"]);
    assert_eq!(of("primary_key: key, transform: '.a['"), ["program-syntax /resources/n/transform"]);
    assert_eq!(
        of("primary_key: key, transform: error"),
        ["transform-fails-on-sample /resources/n/transform"]
    );
    assert_eq!(
        of("primary_key: key, data_selector: rows"),
        ["selector-misses-sample /resources/n/data_selector"]
    );
}

#[test]
fn a_broken_sample_of_a_parent_says_nothing_of_those_below() {
    let spec = "resources:\n  n: {path: n, paginator: single_page}\n  m: {parent: n, data_selector: items, primary_key: id}\n";
    assert_eq!(found(spec, &[("n", "<html>")]), ["sample-not-json /resources/n"]);
    assert_eq!(
        found(spec, &[("n", "[{\"items\": [{\"key\": 1}]}]")]),
        ["key-not-in-sample /resources/m/primary_key"]
    );
    assert_eq!(
        found(spec, &[("n", "[{\"item\": []}]")]),
        ["selector-misses-sample /resources/m/data_selector"]
    );
    let broken = spec.replace("path: n,", "path: '{{n',");
    assert!(found(&broken, &[("n", "[{\"item\": []}]")]).iter().all(|found| found.starts_with("template-")));
}

#[test]
fn what_defaults_say_is_judged_for_each_resource() {
    let spec = "defaults: {paginator: single_page, primary_key: id, columns: {a: string}}\nresources:\n  n: {path: n}\n  m: {path: m}\n  o: {path: o, table: null}\n";
    let samples = [("n", "[{\"id\": 1, \"a\": \"\"}]"), ("m", "[{\"key\": 1}]"), ("o", "[{\"key\": 1}]")];
    let unused = "unused-null-table /resources/o";
    let told: Vec<_> = found(spec, &samples).into_iter().filter(|found| !found.starts_with(unused)).collect();
    assert_eq!(told, ["key-not-in-sample /resources/m"], "one resource with the column is enough");
}

#[test]
fn what_only_a_run_knows_is_not_tried() {
    let spec = "inputs: {ids: {type: list, default: []}}\nresources:\n  n:\n    path: n\n    paginator: single_page\n    params: {ids: '{{inputs.ids}}'}\n    transform: select(any($inputs.ids[]; . == 1))\n";
    assert_eq!(found(spec, &[("n", "[{\"id\": 1}]")]), NOTHING);
}

#[test]
fn what_is_shared_by_an_alias_is_not_mended_for_one() {
    let spec = "resources:\n  n: {path: n, paginator: single_page, primary_key: &key [id]}\n  m: {path: m, paginator: single_page, primary_key: *key}\n";
    let linted = linted(spec, &[("n", "[{\"id\": 1}]"), ("m", "[{\"_id\": 1}]")]);
    let own: Vec<_> = linted.diagnostics.iter().filter(|found| found.rule == "key-not-in-sample").collect();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].at.to_string(), "/resources/m/primary_key");
    assert!(own[0].fix.is_none() && own[0].help.as_deref() == Some("did you mean `_id`?"));
}

#[test]
fn a_byte_order_mark_and_numbers_of_many_digits_are_read() {
    let spec = "resources:\n  n: {path: n, paginator: single_page, primary_key: id}\n";
    assert_eq!(found(spec, &[("n", "\u{feff}[{\"id\": 123456789012345678901234567890}]")]), NOTHING);
}

#[test]
fn one_file_with_a_secret_is_said_once() {
    let spec = "resources:\n  n: {path: n, paginator: single_page}\n  m: {path: m, paginator: single_page, sample: samples/a/n.json}\n";
    let sample = "[{\"id\": 1, \"client_secret\": \"0a1b2c3d4e5f6a7b\"}]";
    assert_eq!(found(spec, &[("n", sample)]), ["sample-has-secret /resources/n"]);
    let linted = linted(spec, &[("n", sample)]);
    assert!(!format!("{:?}", linted.diagnostics).contains("0a1b2c3d4e5f6a7b"));
}

#[test]
fn a_secret_of_the_spec_is_in_no_word_about_it() {
    let secret = "q8Zt2LmX9vB4nR7cW1yKs5Jd";
    let rest =
        format!("resources:\n  n: {{path: n, paginator: single_page, params: {{ticket: {secret}}}}}\n");
    let linted = linted(&rest, &[]);
    let own: Vec<_> = linted.diagnostics.iter().filter(|found| found.rule == "secret-in-spec").collect();
    assert!(own.len() == 1 && own[0].secret);
    assert!(!format!("{:?}", linted.diagnostics).contains(secret));
}
