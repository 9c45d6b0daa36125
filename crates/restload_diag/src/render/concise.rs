//! A line for each diagnostic.

use std::fmt::Write as _;

use crate::{Diagnostic, Locate, Source};

use super::full::{FIX, LINT_FIX, in_line, tame};
use super::veil::Veiled;
use super::{Checked, findings, summary};

/// Writes a line for each diagnostic (`path:line:column: error[rule] message`), in the order of the text, and counts
/// them at the end.
///
/// Without diagnostics the text is empty.
pub fn render_concise(diagnostics: &[Diagnostic], source: &Source, locate: &dyn Locate) -> String {
    render(&[Checked::new(source, locate, diagnostics)], LINT_FIX)
}

/// Writes what was found in several documents as [`render_concise`] does, counted together at the end.
pub fn render_concise_files(files: &[Checked<'_>]) -> String {
    render(files, FIX)
}

fn render(files: &[Checked<'_>], mend: &str) -> String {
    let veiled = Veiled::new(files);
    let findings = findings(&veiled.files());
    let mut text = String::new();
    for finding in &findings {
        let Diagnostic { severity, rule, message, .. } = finding.diagnostic;
        let (line, column) = finding.source().line_column(finding.span.start);
        let said = format!("{}:{line}:{column}: {severity}[{rule}] {message}", finding.source().name);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", in_line(&said));
    }
    tame(text + &summary::closing_line(&findings, mend))
}
