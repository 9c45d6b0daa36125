//! Where text goes out: every word passes the redactor, and a reader that went away is no failure.

use std::io::{self, ErrorKind};
use std::sync::PoisonError;

use restload_diag::{Diagnostic, Locate as _, Severity, render_full};
use restload_engine::redact::Redactor;
use restload_spec::Document;
use serde_json::{Value, json};

use crate::arguments::Voice;
use crate::exit;
use crate::world::{Sink, World};

const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// Standard output and standard error of one call.
pub(crate) struct Terminal {
    out: Sink,
    err: Sink,
    err_color: bool,
    redactor: Redactor,
    /// How it speaks.
    pub(crate) voice: Voice,
}

impl Terminal {
    /// The terminal of a world.
    pub(crate) fn new(world: &World<'_>, voice: Voice) -> Self {
        Self {
            out: world.out.clone(),
            err: world.err.clone(),
            err_color: world.err_is_terminal && world.wants_color(),
            redactor: world.redactor.clone(),
            voice,
        }
    }

    /// Writes what was asked for. An error is one that whoever reads the output would not see otherwise.
    pub(crate) fn print(&self, text: &str) -> io::Result<()> {
        write(&self.out, &self.redactor.redact(text))
    }

    /// Says something on standard error, as a line of its own.
    pub(crate) fn say(&self, text: &str) {
        // Nobody is left to tell when standard error cannot be written.
        let _ = write(&self.err, &format!("{}\n", self.redactor.redact(text.trim_end())));
    }

    /// Says a JSON object on standard error, on a line of its own.
    pub(crate) fn say_json(&self, value: &Value) {
        let _ = write(&self.err, &format!("{}\n", redacted(value, &self.redactor)));
    }

    /// Says what is wrong where no place in a spec is to blame.
    pub(crate) fn error(&self, message: &str, help: Option<&str>) {
        if self.voice.json {
            let severity = Severity::Error.to_string();
            self.say_json(
                &json!({"event": "diagnostic", "severity": severity, "message": message, "help": help}),
            );
        } else {
            self.heading(Severity::Error, None, message);
            if let Some(help) = help {
                self.below("help", help);
            }
        }
    }

    /// The first line of a message that is not drawn.
    pub(crate) fn heading(&self, severity: Severity, rule: Option<&str>, message: &str) {
        let rule = rule.map(|rule| format!("[{rule}]")).unwrap_or_default();
        let color = match severity {
            Severity::Error => "\u{1b}[1;91m",
            Severity::Warning => "\u{1b}[1;93m",
            Severity::Note => "\u{1b}[1;92m",
        };
        let (color, bold, plain) = if self.err_color { (color, BOLD, PLAIN) } else { ("", "", "") };
        self.say(&format!("{color}{severity}{rule}{plain}{bold}: {message}{plain}"));
    }

    /// A further line of a message that is not drawn.
    pub(crate) fn below(&self, word: &str, text: &str) {
        let (bold, plain) = if self.err_color { (BOLD, PLAIN) } else { ("", "") };
        self.say(&format!("  {bold}{word}{plain}: {text}"));
    }

    /// Says what was found in a run. What has a place in the spec is drawn there; what is about the run as a whole is
    /// not, nor is what is only worth knowing.
    pub(crate) fn findings(&self, found: &[Diagnostic], document: &Document) {
        if self.voice.json {
            self.diagnostics(found, document);
            return;
        }
        let is_plain = |one: &&Diagnostic| one.at.is_root() || one.severity == Severity::Note;
        let (plain, drawn): (Vec<_>, Vec<_>) = found.iter().partition(is_plain);
        for one in plain.into_iter().filter(|one| one.is_error() || !self.voice.quiet) {
            self.heading(one.severity, Some(one.rule), &one.message);
            for note in &one.notes {
                self.below("note", note);
            }
            if let Some(help) = &one.help {
                self.below("help", help);
            }
        }
        self.diagnostics(drawn, document);
    }

    /// Says why a spec cannot be settled, and gives the exit code.
    pub(crate) fn refused(&self, faults: &[Diagnostic], document: &Document) -> u8 {
        self.diagnostics(faults, document);
        // A name that was given on the command line is no fault of the spec.
        let mut errors = faults.iter().filter(|fault| fault.is_error());
        if errors.all(|fault| fault.rule == "unknown-resource") { exit::USAGE } else { exit::SPEC }
    }

    /// Says what is wrong with a spec, each at its place; of a quiet terminal the errors only.
    pub(crate) fn diagnostics<'a>(
        &self,
        diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
        document: &Document,
    ) {
        let said = diagnostics.into_iter().filter(|found| found.is_error() || !self.voice.quiet).cloned();
        let said: Vec<Diagnostic> = said.collect();
        if self.voice.json {
            for found in &said {
                self.say_json(&event_of(found, document));
            }
        } else if !said.is_empty() {
            self.say(&render_full(&said, document.source(), document, self.err_color));
        }
    }
}

/// A diagnostic as a line of the JSON log.
fn event_of(found: &Diagnostic, document: &Document) -> Value {
    let mut event = json!({"event": "diagnostic"});
    if let (Value::Object(event), Value::Object(fields)) = (&mut event, diagnostic_json(found, document)) {
        event.extend(fields);
    }
    event
}

/// A diagnostic as JSON, its place as a pointer and as line and column.
pub(crate) fn diagnostic_json(found: &Diagnostic, document: &Document) -> Value {
    let span = document.span(&found.at, found.part, found.within.clone());
    let (line, column) = document.source().line_column(span.start);
    json!({
        "severity": found.severity.to_string(),
        "rule": found.rule,
        "message": found.message,
        "at": found.at.to_string(),
        "file": document.source().name,
        "line": line,
        "column": column,
        "notes": found.notes,
        "help": found.help,
    })
}

/// Writes text to a sink. That nobody reads any more is no error.
pub(crate) fn write(sink: &Sink, text: &str) -> io::Result<()> {
    let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
    match sink.write_all(text.as_bytes()).and_then(|()| sink.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// A JSON value with the secrets taken out of its texts; redacting it as one text would miss what JSON escapes.
pub(crate) fn redacted(value: &Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => Value::String(redactor.redact(text)),
        Value::Array(items) => items.iter().map(|item| redacted(item, redactor)).collect(),
        Value::Object(fields) => {
            let one = |(name, value): (&String, &Value)| (redactor.redact(name), redacted(value, redactor));
            Value::Object(fields.iter().map(one).collect())
        }
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_error_and_a_full_disk_is() {
        let sink = |kind| Arc::new(Mutex::new(Broken(kind))) as Sink;
        assert!(write(&sink(ErrorKind::BrokenPipe), "x").is_ok());
        assert!(write(&sink(ErrorKind::StorageFull), "x").is_err());
    }

    #[test]
    fn a_secret_that_json_escapes_is_found() {
        let redactor = Redactor::new();
        redactor.register("s3cr\"t\\key");
        let value = json!({"why": ["key=s3cr\"t\\key"], "s3cr\"t\\key": 1});
        assert_eq!(redacted(&value, &redactor), json!({"why": ["key=***"], "***": 1}));
    }
}
