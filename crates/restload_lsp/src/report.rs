//! Findings as an editor shows them.

use gen_lsp_types::{
    Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, Uri,
};
use restload_diag::{Diagnostic, Locate as _, Severity};
use restload_lint::Linted;

use crate::editor::Editor;
use crate::text::Text;

/// All findings of a text.
pub(crate) fn shown(linted: &Linted, text: &Text, uri: &Uri, editor: &Editor) -> Vec<Shown> {
    linted.diagnostics.iter().map(|found| one(found, linted, text, uri, editor)).collect()
}

/// A finding.
pub(crate) fn one(found: &Diagnostic, linted: &Linted, text: &Text, uri: &Uri, editor: &Editor) -> Shown {
    let document = &linted.reading.document;
    let labels = found.labels.iter().map(|label| DiagnosticRelatedInformation {
        location: Location {
            uri: uri.clone(),
            range: text.range(&document.span(&label.at, label.part, None)),
        },
        message: label.message.clone(),
    });
    let related = (editor.related && !found.labels.is_empty()).then(|| labels.collect());
    Shown {
        range: text.range(&document.span(&found.at, found.part, found.within.clone())),
        severity: Some(match found.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Note => DiagnosticSeverity::Information,
        }),
        code: Some(found.rule.to_owned().into()),
        code_description: None,
        source: Some("restload".to_owned()),
        message: message(found).into(),
        // An editor greys what is of no use.
        tags: found.rule.starts_with("unused-").then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: related,
        data: None,
    }
}

/// All that is said of a finding: editors have one text for it.
fn message(found: &Diagnostic) -> String {
    let mut message = found.message.clone();
    for note in &found.notes {
        message.push_str("\nnote: ");
        message.push_str(note);
    }
    if let Some(help) = found.help.as_ref().or(found.fix.as_ref().map(|fix| &fix.title)) {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    message
}
