//! `sample-has-secret`: a sample holds what looks like a live credential.

use std::collections::HashSet;

use restload_diag::Diagnostic;
use serde_json::Value;

use super::SAMPLE_HAS_SECRET;
use super::sampled::{at_own, headers, texts};
use crate::Lint;
use crate::rules::security::credential::{in_query, marked, may_be_secret, names_a_secret};

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    for resource in &lint.resources {
        let Some(sample) = lint.sample(resource) else { continue };
        let Some(body) = sample.body.as_ref().filter(|_| seen.insert(&sample.path)) else { continue };
        let mut said = Vec::new();
        note(body, &sample.path, &mut said);
        if let Some((path, kept)) = headers(lint, sample) {
            note(&Value::Object(kept), &path, &mut said);
        }
        let Some((path, at, what)) = said.first() else { continue };
        let more = match said.len() {
            1 => String::new(),
            several => format!(", and {} more like it", several - 1),
        };
        let message = format!("`{path}` holds {what} at `{at}`{more}");
        let help =
            "put something made up in its place, and have it revoked where it was issued if it was real";
        found.push(at_own(&SAMPLE_HAS_SECRET, lint, resource, "sample", message).help(help));
    }
}

/// The credentials in a document: the file, the place in it, and what is there.
fn note(document: &Value, path: &str, said: &mut Vec<(String, String, String)>) {
    texts(document, &mut |at, name, text| {
        let what = if let Some((_, what)) = marked(text).first() {
            (*what).to_owned()
        } else if names_a_secret(name) && may_be_secret(text) {
            "what looks like a credential".to_owned()
        } else if let Some((name, _)) = in_query(text, names_a_secret) {
            format!("a URL with the `{name}` of its reader")
        } else {
            return;
        };
        said.push((path.to_owned(), at.to_owned(), what));
    });
}
