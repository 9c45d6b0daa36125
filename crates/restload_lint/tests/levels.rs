//! How much findings weigh: by the key `lint`, and by comments on the line above.

use restload_diag::{Severity, Source};
use restload_lint::{lint, no_samples};

/// What is found in a spec of this client, with these further lines at its top: `severity[rule]` in the order of the
/// text. What every small spec has is left out.
fn found(top: &str, client: &str) -> Vec<String> {
    let text = format!(
        "version: 1\nname: a\ndocs: https://a.example\n{top}client:\n  base_url: https://a.example/\n{client}resources:\n  notes: {{path: notes, paginator: single_page}}\n"
    );
    found_in(&text)
}

fn found_in(text: &str) -> Vec<String> {
    let linted = lint(Source::new("a.yaml", text), Some("a"), &no_samples, jiff::Timestamp::UNIX_EPOCH);
    let of_small_specs = |rule: &str| matches!(rule, "no-description" | "sample-missing");
    let told = linted.diagnostics.iter().filter(|found| !of_small_specs(found.rule));
    told.map(|found| format!("{}[{}]", found.severity, found.rule)).collect()
}

const WIDE: &str = "  allow_hosts: [\"*.com\", \"*.org\"]\n";

fn by_key(level: &str) -> Vec<String> {
    found(&format!("lint: {{wide-allow-hosts: {{level: {level}, reason: why not}}}}\n"), WIDE)
}

#[test]
fn a_rule_weighs_what_the_key_says() {
    assert_eq!(found("", WIDE), ["warning[wide-allow-hosts]"; 2]);
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let expected = format!("{severity}[wide-allow-hosts]");
        assert_eq!(by_key(&severity.to_string()), [expected.clone(), expected]);
    }
    assert_eq!(by_key("allow"), [""; 0]);
}

#[test]
fn a_finding_that_is_an_error_by_the_key_keeps_the_spec_from_being_run() {
    let text = "{version: 1, name: a, lint: {no-docs: {level: error, reason: ours}}, client: {base_url: 'https://a.example'}, resources: {n: {path: n, paginator: single_page}}}";
    let linted = lint(Source::new("a.yaml", text), Some("a"), &no_samples, jiff::Timestamp::UNIX_EPOCH);
    assert!(linted.has_errors());
}

#[test]
fn what_keeps_a_spec_from_being_run_stays_an_error() {
    for level in ["allow", "note", "warning"] {
        let top = format!("lint: {{http-base-url: {{level: {level}, reason: why not}}}}\n");
        let text = found_in(&format!(
            "version: 1\nname: a\ndocs: https://a.example\n{top}client:\n  base_url: http://a.example/\nresources:\n  notes: {{path: notes, paginator: single_page}}\n"
        ));
        assert_eq!(text, ["warning[unused-allow]", "error[http-base-url]"], "{level}");
    }
    let above = "  # restload: allow(http-base-url) why not\n  base_url: http://a.example/\n";
    let text = format!(
        "version: 1\nname: a\ndocs: https://a.example\nclient:\n{above}resources: {{n: {{path: n, paginator: single_page}}}}\n"
    );
    assert_eq!(found_in(&text), ["warning[unused-allow]", "error[http-base-url]"]);
}

#[test]
fn a_comment_is_about_the_whole_next_line_and_no_other() {
    let comment = "  # restload: allow(wide-allow-hosts) why not\n";
    assert_eq!(found("", &format!("{comment}{WIDE}")), [""; 0]);
    let over_two_lines = format!("{comment}  allow_hosts: [\"*.com\",\n    \"*.org\"]\n");
    assert_eq!(found("", &over_two_lines), ["warning[wide-allow-hosts]"]);
    let on_the_second =
        "  allow_hosts:\n    - \"*.com\"\n    # restload: allow(wide-allow-hosts) why not\n    - \"*.org\"\n";
    assert_eq!(found("", on_the_second), ["warning[wide-allow-hosts]"]);
    let in_the_middle =
        "  allow_hosts: [\n    \"*.com\",\n    # restload: allow(wide-allow-hosts) why not\n    \"*.org\"]\n";
    assert_eq!(found("", in_the_middle), ["warning[wide-allow-hosts]"]);
}

#[test]
fn a_comment_can_name_several_rules() {
    let text = |comment: &str| {
        format!(
            "version: 1\n{comment}name: a\nlint: {{sample-missing: {{level: allow, reason: none}}}}\nclient: {{base_url: https://a.example}}\n{comment}resources: {{n: {{path: n, paginator: single_page}}}}\n"
        )
    };
    assert_eq!(found_in(&text("")), ["warning[no-docs]"]);
    let both = found_in(&text("# restload: allow(no-docs, no-description) neither here nor there\n"));
    assert_eq!(both, ["warning[unused-allow]", "warning[unused-allow]"], "each line has one of them");
}

#[test]
fn line_ends_of_windows_change_nothing() {
    let text = format!(
        "version: 1\nname: a\ndocs: https://a.example\nclient:\n  base_url: https://a.example/\n  # restload: allow(wide-allow-hosts) why not\n{WIDE}resources:\n  notes: {{path: notes, paginator: single_page}}\n"
    );
    assert_eq!(found_in(&text.replace('\n', "\r\n")), [""; 0]);
}

#[test]
fn the_words_about_levels_have_levels_too() {
    let top = "lint:\n  unused-allow: {level: note, reason: shared by many specs}\n  unknown-rule: {level: allow, reason: of a newer version}\n  wide-allow-hosts: {level: allow, reason: ours}\n  of-tomorrow: {level: allow, reason: ours}\n";
    assert_eq!(found(top, ""), ["note[unused-allow]"]);
}

#[test]
fn what_could_not_be_looked_at_is_not_called_unused() {
    let top = "lint:\n  wide-allow-hosts: {level: allow, reason: ours}\n  many-free-keys: {level: allow, reason: ours}\n";
    assert_eq!(found(top, ""), ["warning[unused-allow]"], "there is no sample");
    assert_eq!(found(top, "  concurency: 4\n"), ["error[unknown-key]"], "a key could not be read");
}
