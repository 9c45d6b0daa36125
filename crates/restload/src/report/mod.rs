//! What is said when a run has ended: the figures, what is worth knowing, what failed, what was committed, and how the
//! result is read.

mod remarks;
mod summary;
mod table;

use std::path::Path;

use restload_diag::Severity;
use restload_engine::report::{Ending, Outcome, TableReport};
use restload_spec::Document;

use crate::exit;
use crate::figures::{count, counted, rows};
use crate::terminal::Terminal;
use crate::world::World;

/// A run that has ended, and where its words are drawn.
pub(crate) struct Report<'a> {
    /// What the engine says of it.
    pub(crate) outcome: &'a Outcome,
    /// The spec.
    pub(crate) document: &'a Document,
    /// The spec's folder in the output, as a person would write it.
    pub(crate) folder: &'a Path,
}

impl Report<'_> {
    /// Prints the report and gives the exit code.
    pub(crate) fn print(&self, world: &World<'_>, terminal: &Terminal) -> u8 {
        let code = self.exit_code();
        let was_read = self.outcome.resources.iter().any(|resource| resource.requests > 0);
        if !terminal.voice.quiet && (was_read || code == exit::DONE) {
            let figures = table::draw(self.outcome, world.out_is_terminal);
            print(terminal, &format!("{figures}{}", remarks::all(self.outcome)));
        }
        terminal.findings(&self.outcome.notes, self.document);
        self.say_doubts(terminal);
        terminal.findings(&self.outcome.failures, self.document);
        if terminal.voice.json && !terminal.voice.quiet {
            terminal.say_json(&summary::of(self.outcome, self.document, code));
        }
        if code != exit::DONE && !terminal.voice.json {
            terminal.say(&self.what_was_committed());
        } else if code == exit::DONE && !terminal.voice.quiet {
            print(terminal, &format!("{}\n{}", self.what_was_committed(), self.how_to_read()));
        }
        code
    }

    fn exit_code(&self) -> u8 {
        let failed_by = |rule| self.outcome.failures.iter().any(|failure| failure.rule == rule);
        match self.outcome.ending() {
            Ending::Done => exit::DONE,
            Ending::Failed if failed_by("held") => exit::HELD,
            Ending::Failed if failed_by("internal") => exit::BUG,
            Ending::Failed => exit::FAILED,
            Ending::Partly => exit::PARTLY,
            Ending::Interrupted => exit::INTERRUPTED,
            Ending::OutOfTime => exit::OUT_OF_TIME,
        }
    }

    fn say_doubts(&self, terminal: &Terminal) {
        if terminal.voice.quiet || terminal.voice.json {
            return;
        }
        // With `--strict` they are among the failures.
        let failed =
            |message: &str| self.outcome.failures.iter().any(|failure| failure.message.starts_with(message));
        for (resource, doubt) in self.outcome.doubts().filter(|(_, doubt)| !failed(&doubt.message)) {
            terminal.heading(
                Severity::Warning,
                Some(&doubt.rule),
                &format!("`{resource}`: {}", doubt.message),
            );
        }
    }

    fn what_was_committed(&self) -> String {
        let (committed, left): (Vec<&TableReport>, Vec<&TableReport>) =
            self.outcome.tables.iter().partition(|table| table.committed);
        let begun = match self.outcome.ending() {
            Ending::Interrupted => "interrupted: ",
            Ending::OutOfTime => "out of time: ",
            _ => "",
        };
        if self.outcome.sequence.is_none() {
            let said = format!("{begun}nothing was committed, the tables are as they were");
            if !self.outcome.left_open {
                return said;
            }
            let read: u64 = self.outcome.resources.iter().map(|resource| resource.rows_written).sum();
            let kept = match self.outcome.rows_kept {
                _ if read == 0 => "what was read is kept".to_owned(),
                kept if kept == read => format!("what was read is kept ({})", rows(kept)),
                kept => format!("{} of {} that were read are kept", count(kept), rows(read)),
            };
            return format!("{said}; {kept}, and the same command goes on from there");
        }
        let sum = |figure: fn(&TableReport) -> u64| committed.iter().map(|table| figure(table)).sum::<u64>();
        let (loaded, all, files) =
            (sum(|table| table.rows), sum(|table| table.total_rows), sum(|table| table.files));
        let files = counted(files, "file", "files");
        let load = &self.outcome.load;
        let grown =
            if loaded == all { String::new() } else { format!("; the tables now have {}", rows(all)) };
        let mut said = format!("{begun}load {load} committed: {}{grown} in {files}", rows(loaded));
        if !left.is_empty() {
            let names: Vec<_> = left.iter().map(|table| format!("`{}`", table.name)).collect();
            said = format!("{said}\nnot committed, and as before: {}", names.join(", "));
        }
        said
    }

    /// The command that shows the largest table; nothing where no table has a row.
    fn how_to_read(&self) -> String {
        let tables = self.outcome.tables.iter().filter(|table| table.committed && table.total_rows > 0);
        // Of tables alike the first one.
        let Some(largest) =
            tables.reduce(|most, table| if table.total_rows > most.total_rows { table } else { most })
        else {
            return String::new();
        };
        let files = self.folder.join(&largest.name).join("*.parquet");
        // A path within a text of SQL within double quotes of a shell.
        let quoted = files.display().to_string().replace('\'', "''");
        let quoted: String = quoted
            .chars()
            .flat_map(|c| "\\\"$`".contains(c).then_some('\\').into_iter().chain([c]))
            .collect();
        format!("duckdb -c \"from '{quoted}' limit 5\"\n")
    }
}

/// Prints a part of the report. That it cannot be written changes nothing about the run.
fn print(terminal: &Terminal, text: &str) {
    if let Err(error) = terminal.print(text) {
        terminal.error(&format!("cannot write the report: {error}"), None);
    }
}

#[cfg(test)]
mod tests {
    use restload_diag::{Diagnostic, Pointer, Source};
    use restload_engine::report::ResourceReport;

    use super::*;

    fn outcome(tables: Vec<TableReport>, sequence: Option<u64>) -> Outcome {
        let load = "20260102T030405Z-4k7x0a".to_owned();
        Outcome {
            load,
            sequence,
            resources: Vec::new(),
            tables,
            failures: Vec::new(),
            notes: Vec::new(),
            pace: restload_engine::report::PaceReport::default(),
            token_requests: 0,
            interrupted: false,
            out_of_time: false,
            left_open: false,
            rows_kept: 0,
        }
    }

    fn table(name: &str, rows: u64, total_rows: u64, committed: bool) -> TableReport {
        TableReport { name: name.into(), rows, total_rows, files: 2, committed, ..TableReport::default() }
    }

    fn document() -> Document {
        Document::parse(Source::new("a.yaml", "{}")).0
    }

    fn report<'a>(outcome: &'a Outcome, document: &'a Document) -> Report<'a> {
        Report { outcome, document, folder: Path::new("data/it's $me") }
    }

    #[test]
    fn the_command_reads_the_largest_table_whatever_the_folder_is_called() {
        let outcome =
            outcome(vec![table("a", 1, 1, true), table("b", 1, 9, true), table("c", 1, 9, true)], Some(1));
        let command = report(&outcome, &document()).how_to_read();
        assert_eq!(command, "duckdb -c \"from 'data/it''s \\$me/b/*.parquet' limit 5\"\n");
    }

    #[test]
    fn what_was_committed_is_said_and_what_was_not() {
        let done = outcome(vec![table("a", 1500, 1500, true)], Some(1));
        assert_eq!(
            report(&done, &document()).what_was_committed(),
            "load 20260102T030405Z-4k7x0a committed: 1,500 rows in 2 files"
        );
        let mut partly = outcome(vec![table("a", 1, 3, true), table("b", 5, 5, false)], Some(2));
        assert_eq!(
            report(&partly, &document()).what_was_committed(),
            "load 20260102T030405Z-4k7x0a committed: 1 row; the tables now have 3 rows in 2 files\n\
             not committed, and as before: `b`"
        );
        partly.failures.push(Diagnostic::error("http-status", Pointer::root(), "404"));
        assert_eq!(report(&partly, &document()).exit_code(), exit::PARTLY);
    }

    #[test]
    fn what_is_kept_is_said_and_what_is_lost() {
        let mut left = outcome(vec![table("a", 0, 0, false)], None);
        left.left_open = true;
        let says = |left: &Outcome, what: &str| {
            let said = report(left, &document()).what_was_committed();
            let wanted = format!(
                "nothing was committed, the tables are as they were; {what}, and the same command goes on from there"
            );
            assert_eq!(said, wanted);
        };
        says(&left, "what was read is kept");
        left.resources.push(ResourceReport { rows_written: 1500, ..ResourceReport::default() });
        left.rows_kept = 1500;
        says(&left, "what was read is kept (1,500 rows)");
        left.rows_kept = 1100;
        says(&left, "1,100 of 1,500 rows that were read are kept");
    }

    #[test]
    fn the_exit_code_tells_how_a_run_failed() {
        for (rule, code) in [("held", exit::HELD), ("internal", exit::BUG), ("http-status", exit::FAILED)] {
            let mut failed = outcome(vec![table("a", 1, 1, false)], None);
            failed.failures.push(Diagnostic::error(rule, Pointer::root(), "it failed"));
            assert_eq!(report(&failed, &document()).exit_code(), code, "{rule}");
            failed.interrupted = true;
            assert_eq!(report(&failed, &document()).exit_code(), exit::INTERRUPTED);
            assert_eq!(
                report(&failed, &document()).what_was_committed(),
                "interrupted: nothing was committed, the tables are as they were"
            );
        }
    }
}
