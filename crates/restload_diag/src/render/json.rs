//! Diagnostics for programs.

use serde_json::{Value, json};

use crate::{Fix, Label, Source};

use super::veil::Veiled;
use super::{Checked, Finding, findings};

/// Writes an array with an object for each diagnostic, a line each, by path, then by place.
///
/// ```json
/// [
///   {
///     "path": "specs/tapfiliate.yaml",
///     "rule": "unknown-key",
///     "severity": "error",
///     "message": "`paginaton` is not a key of a resource",
///     "start": {"line": 12, "column": 5, "offset": 310},
///     "end": {"line": 12, "column": 14, "offset": 319},
///     "pointer": "/resources/notes/paginaton",
///     "labels": [{"message": "…", "start": {…}, "end": {…}, "pointer": "/resources/notes"}],
///     "notes": ["…"],
///     "help": "did you mean `paginator`?",
///     "fix": {
///       "title": "write `paginator`",
///       "edits": [{"start": {…}, "end": {…}, "replacement": "paginator"}]
///     }
///   }
/// ]
/// ```
///
/// - Every key is always there; `help` and `fix` are null where there is none, `labels` and `notes` empty.
/// - `severity` is `error`, `warning` or `note`.
/// - `line` and `column` count from 1, columns in characters (Unicode code points; a tab is one, a byte order mark none);
///   `offset` counts bytes of the file from 0. `end` is the first place behind what is meant.
/// - `pointer` is a JSON Pointer (RFC 6901) into the document; the empty one is the whole of it.
/// - The edits of a fix do not overlap and are meant to be made together; an edit whose `start` is its `end` puts text in.
/// - More keys may come; none of these will go or change its meaning.
pub fn render_json(files: &[Checked<'_>]) -> String {
    let veiled = Veiled::new(files);
    let objects: Vec<String> =
        findings(&veiled.files()).iter().map(|finding| format!("\n  {}", object(finding))).collect();
    if objects.is_empty() { "[]\n".to_owned() } else { format!("[{}\n]\n", objects.join(",")) }
}

fn object(finding: &Finding<'_>) -> Value {
    let (source, diagnostic) = (finding.source(), finding.diagnostic);
    json!({
        "path": source.name,
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.to_string(),
        "message": diagnostic.message,
        "start": place(source, finding.span.start),
        "end": place(source, finding.span.end),
        "pointer": diagnostic.at.to_string(),
        "labels": diagnostic.labels.iter().map(|one| label(finding, one)).collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "help": diagnostic.help,
        "fix": diagnostic.fix.as_ref().map(|one| fix(source, one)),
    })
}

fn label(finding: &Finding<'_>, label: &Label) -> Value {
    let span = finding.label_span(label);
    json!({
        "message": label.message,
        "start": place(finding.source(), span.start),
        "end": place(finding.source(), span.end),
        "pointer": label.at.to_string(),
    })
}

fn fix(source: &Source, fix: &Fix) -> Value {
    let edits = fix.in_order().into_iter().map(|edit| {
        json!({
            "start": place(source, edit.span.start),
            "end": place(source, edit.span.end),
            "replacement": edit.replacement,
        })
    });
    json!({"title": fix.title, "edits": edits.collect::<Vec<_>>()})
}

fn place(source: &Source, offset: usize) -> Value {
    let (line, column) = source.line_column(offset);
    json!({"line": line, "column": column, "offset": offset})
}
