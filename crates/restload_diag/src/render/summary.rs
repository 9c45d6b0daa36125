//! The closing line: how many of which weight, where, and how many a program can mend.

use std::collections::BTreeSet;

use crate::Severity;

use super::Finding;
use super::full::in_line;

/// Counts what was found: "2 errors, 1 warning in 3 files; 1 can be mended with `--fix`", where `mend` is what to call
/// for that. Nothing found is nothing said.
pub(super) fn closing_line(findings: &[Finding<'_>], mend: &str) -> String {
    let of = |severity| findings.iter().filter(|finding| finding.diagnostic.severity == severity).count();
    let said: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| (of(severity), severity))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {severity}{}", if count == 1 { "" } else { "s" }))
        .collect();
    let names: BTreeSet<&str> = findings.iter().map(|finding| finding.source().name.as_str()).collect();
    let place = match names.first() {
        None => return String::new(),
        Some(name) if names.len() == 1 => in_line(name),
        Some(_) => format!("{} files", names.len()),
    };
    let mendable = match findings.iter().filter(|finding| is_mendable(finding)).count() {
        0 => String::new(),
        count => format!("; {count} can be mended with `{mend}`"),
    };
    format!("{} in {place}{mendable}\n", said.join(", "))
}

fn is_mendable(finding: &Finding<'_>) -> bool {
    finding.diagnostic.fix.as_ref().is_some_and(|fix| fix.fits(&finding.source().text))
}
