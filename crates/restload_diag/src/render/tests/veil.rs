//! Secrets in documents that are shown.

use super::*;
use crate::{Fix, render_concise_files, render_full_files, render_github, render_json, render_sarif};

#[test]
fn a_secret_is_shown_by_no_finding_of_its_document() {
    let text = "key: \"pässwört-日\", other: x\n";
    let secret = "pässwört-日";
    let span = text.find('"').unwrap()..text.rfind('"').unwrap() + 1;
    let found = [
        here(span.clone()).secret(),
        here(0..text.len())
            .note(format!("`{secret}` is in it"))
            .help(format!("not {secret}"))
            .fix(Fix::new(format!("write {secret}")).replace(text.len() - 2..text.len() - 1, "y")),
        here(span).secret(),
        here(text.len() - 2..text.len() - 1),
    ];
    let drawn = of_bytes(text, &found, |files| render_full_files(files, false));
    assert!(drawn.contains("1 | key: \"*×***×***∗\", other: x\n"), "{drawn}");
    assert!(drawn.contains("= note: `***` is in it") && drawn.contains("a.yaml:1:27"), "{drawn}");
    let others = [
        of_bytes(text, &found, render_concise_files),
        of_bytes(text, &found, render_json),
        of_bytes(text, &found, render_github),
        of_bytes(text, &found, |files| render_sarif(files, "0.1.0", &[])),
    ];
    for shown in others.iter().chain([&drawn]) {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_short_secret_is_not_looked_for_in_words() {
    let found = [here(0..2).secret().help("`id` is what it is")];
    assert!(
        of_bytes("id: 1\n", &found, |files| render_full_files(files, false)).contains("`id` is what it is")
    );
}
