//! Diagnostics as annotations of a pull request.

use std::fmt::Write as _;

use crate::{Diagnostic, Severity};

use super::veil::Veiled;
use super::{Checked, Finding, findings, first_line, slashed};

/// Writes a workflow command of GitHub Actions for each diagnostic, by path, then by place:
/// `::error file=…,line=…,col=…,endLine=…,endColumn=…,title=rule::message`. A note is a `::notice`; further facts and
/// the edit to make are further lines of the message.
///
/// A place of several lines is given up to the end of its first: GitHub refuses columns on different lines, and would
/// show the annotation below the last line.
/// Source: docs.github.com, "Workflow commands for GitHub Actions"; the escapes are those of `actions/toolkit`.
pub fn render_github(files: &[Checked<'_>]) -> String {
    let (veiled, mut text) = (Veiled::new(files), String::new());
    for finding in &findings(&veiled.files()) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", command(finding));
    }
    text
}

fn command(finding: &Finding<'_>) -> String {
    let (source, Diagnostic { rule, severity, .. }) = (finding.source(), finding.diagnostic);
    let name = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let span = first_line(&source.text, &finding.span);
    let ((line, column), (end_line, end_column)) =
        (source.line_column(span.start), source.line_column(span.end));
    let (file, rule, message) = (property(&slashed(&source.name)), property(rule), data(&finding.words()));
    format!(
        "::{name} file={file},line={line},col={column},endLine={end_line},endColumn={end_column},title={rule}::{message}"
    )
}

/// A message as it may stand in a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property as it may stand in a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
