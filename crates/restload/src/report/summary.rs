//! The end of a run as the last line of the JSON log.

use restload_diag::Diagnostic;
use restload_engine::report::{Ending, Outcome};
use restload_spec::Document;
use serde_json::{Value, json};

use crate::terminal::diagnostic_json;

/// The whole outcome.
pub(super) fn of(outcome: &Outcome, document: &Document, code: u8) -> Value {
    let all =
        |found: &[Diagnostic]| found.iter().map(|one| diagnostic_json(one, document)).collect::<Vec<_>>();
    let ending = match outcome.ending() {
        Ending::Done => "done",
        Ending::Failed => "failed",
        Ending::Partly => "partly",
        Ending::Interrupted => "interrupted",
        Ending::OutOfTime => "out-of-time",
    };
    json!({
        "event": "summary",
        "ending": ending,
        "exit": code,
        "load": outcome.load,
        "sequence": outcome.sequence,
        "left_open": outcome.left_open,
        "rows_kept": outcome.rows_kept,
        "pace": outcome.pace,
        "token_requests": outcome.token_requests,
        "resources": outcome.resources,
        "tables": outcome.tables,
        "notes": all(&outcome.notes),
        "failures": all(&outcome.failures),
    })
}

#[cfg(test)]
mod tests {
    use restload_diag::{Pointer, Source};
    use restload_engine::report::{ResourceReport, TableReport};

    use super::*;

    #[test]
    fn the_summary_holds_all_that_the_report_says() {
        let (document, _) = Document::parse(Source::new("a.yaml", "name: a\nresources: {}\n"));
        let at: Pointer = "/resources".parse().unwrap();
        let outcome = Outcome {
            load: "20260102T030405Z-4k7x0a".into(),
            sequence: Some(3),
            resources: vec![ResourceReport {
                name: "notes".into(),
                rows_written: 5,
                ..ResourceReport::default()
            }],
            tables: vec![TableReport {
                name: "notes".into(),
                rows: 5,
                committed: true,
                ..TableReport::default()
            }],
            failures: vec![Diagnostic::error("http-status", at, "404").help("look")],
            notes: Vec::new(),
            pace: restload_engine::report::PaceReport::default(),
            token_requests: 0,
            interrupted: false,
            out_of_time: false,
            left_open: false,
            rows_kept: 0,
        };
        let summary = of(&outcome, &document, 4);
        assert_eq!(summary["ending"], "partly");
        assert_eq!(summary["resources"][0]["rows_written"], 5);
        assert_eq!(summary["tables"][0]["committed"], true);
        let failure = &summary["failures"][0];
        assert_eq!(
            (&failure["line"], &failure["at"], &failure["help"]),
            (&json!(2), &json!("/resources"), &json!("look"))
        );
    }
}
