//! Diagnostics for tools that gather the findings of many checkers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{Fix, Label, Severity, Source};

use super::veil::Veiled;
use super::{Checked, Finding, findings, slashed};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What a log says about a rule, so that its reader needs no other page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleFacts<'a> {
    /// The rule's name: `unknown-key`.
    pub name: &'a str,
    /// What it finds, in one sentence.
    pub summary: &'a str,
    /// Its page in Markdown: why it is bad, an example, what to write instead.
    pub help: &'a str,
    /// How much its findings weigh unless a spec says otherwise.
    pub severity: Severity,
    /// The group of rules that it is in: `paging`.
    pub group: &'a str,
}

/// Writes a SARIF 2.1.0 log with one run of restload in the given version: a result for each diagnostic, by path, then
/// by place, and the rules of these results as `facts` tells them. A rule that `facts` does not know has its name only.
///
/// Columns count Unicode code points. Paths are as they were given, as relative references with `/` where they are
/// relative. Fixes are given as replacements. Braces in messages are doubled, as §3.11.5 of the standard asks for.
pub fn render_sarif(files: &[Checked<'_>], version: &str, facts: &[RuleFacts<'_>]) -> String {
    let veiled = Veiled::new(files);
    let findings = findings(&veiled.files());
    let facts: BTreeMap<&str, &RuleFacts<'_>> = facts.iter().map(|rule| (rule.name, rule)).collect();
    let mut found: BTreeMap<&str, usize> =
        findings.iter().map(|finding| (finding.diagnostic.rule, 0)).collect();
    for (index, (_, at)) in found.iter_mut().enumerate() {
        *at = index;
    }
    let rules: Vec<Value> = found.keys().map(|name| rule(name, facts.get(name).copied())).collect();
    let results: Vec<Value> = findings.iter().map(|one| result(one, found[one.diagnostic.rule])).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "restload", "version": version, "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(name: &str, facts: Option<&RuleFacts<'_>>) -> Value {
    let Some(facts) = facts else {
        return json!({"id": name});
    };
    json!({
        "id": name,
        "shortDescription": {"text": facts.summary},
        "fullDescription": {"text": first_paragraph(facts.help).unwrap_or_else(|| facts.summary.to_owned())},
        "help": {"text": facts.help, "markdown": facts.help},
        "defaultConfiguration": {"level": level(facts.severity)},
        "properties": {"tags": [facts.group]},
    })
}

/// The first paragraph of a page that is no heading, as one line.
fn first_paragraph(page: &str) -> Option<String> {
    let page = page.replace("\r\n", "\n");
    let paragraphs = page.split("\n\n").map(str::trim);
    let mut words =
        paragraphs.filter(|paragraph| !paragraph.is_empty() && !paragraph.starts_with(['#', '`', '|']));
    words.next().map(|paragraph| paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" "))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(finding: &Finding<'_>, rule_index: usize) -> Value {
    let (source, diagnostic) = (finding.source(), finding.diagnostic);
    let mut result = Map::new();
    result.insert("ruleId".into(), diagnostic.rule.into());
    result.insert("ruleIndex".into(), rule_index.into());
    result.insert("level".into(), level(diagnostic.severity).into());
    result.insert("message".into(), message(&finding.words()));
    let place = json!({"physicalLocation": physical(source, finding.span.start, finding.span.end)});
    result.insert("locations".into(), json!([place]));
    let labels = diagnostic.labels.iter().enumerate().map(|(id, label)| related(finding, id, label));
    result.insert("relatedLocations".into(), labels.collect());
    let fixes = diagnostic.fix.iter().filter(|fix| fix.fits(&source.text)).map(|one| fix(source, one));
    result.insert("fixes".into(), fixes.collect());
    Value::Object(result)
}

fn related(finding: &Finding<'_>, id: usize, label: &Label) -> Value {
    let span = finding.label_span(label);
    json!({
        "id": id,
        "message": message(&label.message),
        "physicalLocation": physical(finding.source(), span.start, span.end),
    })
}

fn fix(source: &Source, fix: &Fix) -> Value {
    let replacements = fix.in_order().into_iter().map(|edit| {
        json!({
            "deletedRegion": region(source, edit.span.start, edit.span.end),
            "insertedContent": {"text": edit.replacement},
        })
    });
    let change = json!({"artifactLocation": {"uri": uri(&source.name)}, "replacements": replacements.collect::<Vec<_>>()});
    json!({"description": message(&fix.title), "artifactChanges": [change]})
}

/// Words with nothing to be filled in.
fn message(text: &str) -> Value {
    json!({"text": text.replace('{', "{{").replace('}', "}}")})
}

fn physical(source: &Source, start: usize, end: usize) -> Value {
    json!({"artifactLocation": {"uri": uri(&source.name)}, "region": region(source, start, end)})
}

fn region(source: &Source, start: usize, end: usize) -> Value {
    let ((start_line, start_column), (end_line, end_column)) = (place(source, start), place(source, end));
    json!({"startLine": start_line, "startColumn": start_column, "endLine": end_line, "endColumn": end_column})
}

/// Line and column. The end of a text whose last line has an end is behind that line, not on a line of its own (§3.30.2).
fn place(source: &Source, offset: usize) -> (usize, usize) {
    let (line, column) = source.line_column(offset);
    if line > 1 && column == 1 && offset >= source.text.len() {
        let last = &source.text[source.line_span(line - 1)];
        return (line - 1, last.chars().count() + 1);
    }
    (line, column)
}

/// A path as a URI reference (RFC 3986).
fn uri(path: &str) -> String {
    let path = slashed(path);
    let is_drive = matches!(path.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    if is_drive {
        format!("file:///{}:{}", &path[..1], encoded(&path[2..]))
    } else if path.starts_with('/') {
        format!("file://{}", encoded(&path))
    } else {
        encoded(&path)
    }
}

fn encoded(path: &str) -> String {
    let as_it_is = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| if as_it_is(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
