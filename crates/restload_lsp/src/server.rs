//! The conversation with an editor: its beginning and end, the texts that it opens, its questions.
//!
//! One thread does one thing at a time. A text is linted once it has not been changed for a moment, or when a question
//! needs it: of versions that follow each other closely only the latest is looked at.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use gen_lsp_types::PublishDiagnosticsParams;
use jiff::Timestamp;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::buffer::Buffer;
use crate::editor::Editor;
use crate::params::{Changed, OfText, Opened};
use crate::{answer, report};

/// How long a text has to be left alone before it is linted.
const QUIET: Duration = Duration::from_millis(10);

/// Serves one editor until it says that it is done; gives the exit code: 0 where it asked for the end before, 1 where it
/// just went away.
///
/// `now` is what relative dates of a spec count from.
pub fn serve(connection: &Connection, now: &dyn Fn() -> Timestamp) -> u8 {
    Server { connection, now, stage: Stage::Fresh, editor: Editor::default(), buffers: HashMap::new() }.run()
}

/// How far the conversation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The editor has not introduced itself.
    Fresh,
    /// Questions are answered.
    Open,
    /// The editor asked for the end.
    Closing,
}

struct Server<'c> {
    connection: &'c Connection,
    now: &'c dyn Fn() -> Timestamp,
    stage: Stage,
    editor: Editor,
    /// The open texts, by their address as the editor writes it.
    buffers: HashMap<String, Buffer>,
}

impl Server<'_> {
    fn run(mut self) -> u8 {
        loop {
            let message = if self.buffers.values().any(|buffer| buffer.is_due) {
                match self.connection.receiver.recv_timeout(QUIET) {
                    Ok(message) => message,
                    Err(error) if error.is_timeout() => {
                        self.publish_due();
                        continue;
                    }
                    Err(_) => return 1,
                }
            } else {
                match self.connection.receiver.recv() {
                    Ok(message) => message,
                    Err(_) => return 1,
                }
            };
            match message {
                Message::Request(request) => self.request(request),
                Message::Notification(notification) if notification.method == "exit" => {
                    return u8::from(self.stage != Stage::Closing);
                }
                Message::Notification(notification) => self.notification(notification),
                Message::Response(_) => {}
            }
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // An editor that is gone is noticed where its next message is waited for.
        let _ = self.connection.sender.send(message.into());
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let result = match (self.stage, method.as_str()) {
            (Stage::Fresh, "initialize") => {
                self.stage = Stage::Open;
                self.editor = Editor::new(&params);
                as_json(self.editor.offer())
            }
            (Stage::Fresh, _) => Err(refusal(ErrorCode::ServerNotInitialized, "`initialize` comes first")),
            (Stage::Closing, _) | (Stage::Open, "initialize") => {
                Err(refusal(ErrorCode::InvalidRequest, format!("`{method}` is not for now")))
            }
            (Stage::Open, "shutdown") => {
                self.stage = Stage::Closing;
                Ok(Value::Null)
            }
            (Stage::Open, _) => self.answer(&method, params),
        };
        self.send(Response { id, response_result: result });
    }

    fn answer(&mut self, method: &str, params: Value) -> Result<Value, ResponseError> {
        let Self { buffers, editor, now, .. } = self;
        let answered =
            catch_unwind(AssertUnwindSafe(|| answer::answer(method, params, buffers, editor, now())));
        answered.unwrap_or_else(|_| {
            let message = format!("this is a bug of restload: `{method}` could not be answered");
            Err(refusal(ErrorCode::InternalError, message))
        })
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        if self.stage != Stage::Open {
            return;
        }
        match method.as_str() {
            "initialized" if self.editor.watches => self.watch_samples(),
            "textDocument/didOpen" => {
                if let Some(Opened { text_document }) = read(params) {
                    let uri = text_document.uri;
                    let (version, text) = (text_document.version, text_document.text);
                    let buffer = Buffer::open(uri.clone(), version, text, self.editor.encoding);
                    self.buffers.insert(uri.0, buffer);
                }
            }
            "textDocument/didChange" => {
                if let Some(Changed { text_document, content_changes }) = read(params)
                    && let Some(buffer) = self.buffers.get_mut(&text_document.uri.0)
                {
                    buffer.change(text_document.version, content_changes, self.editor.encoding);
                }
            }
            "textDocument/didClose" => {
                if let Some(OfText { text_document }) = read(params)
                    && self.buffers.remove(&text_document.uri.0).is_some_and(|buffer| buffer.was_shown)
                {
                    let nothing = PublishDiagnosticsParams {
                        uri: text_document.uri,
                        version: None,
                        diagnostics: Vec::new(),
                    };
                    self.publish(&nothing);
                }
            }
            // A sample has changed.
            "workspace/didChangeWatchedFiles" => self.buffers.values_mut().for_each(Buffer::forget),
            _ => {}
        }
    }

    /// Says what lint says of the texts that were changed.
    fn publish_due(&mut self) {
        let now = (self.now)();
        let mut publications = Vec::new();
        for buffer in self.buffers.values_mut().filter(|buffer| buffer.is_due) {
            buffer.is_due = false;
            let was_shown = buffer.was_shown;
            buffer.was_shown = buffer.is_spec();
            // Other YAML gets nothing; what was a spec before is cleared once.
            if !buffer.is_spec() && !was_shown {
                continue;
            }
            let diagnostics = if buffer.is_spec() {
                let editor = &self.editor;
                catch_unwind(AssertUnwindSafe(|| {
                    buffer.lint(now);
                    let linted = buffer.linted_now();
                    linted
                        .map(|linted| report::shown(linted, &buffer.text, &buffer.uri, editor))
                        .unwrap_or_default()
                }))
                .unwrap_or_default()
            } else {
                Vec::new()
            };
            let (uri, version) = (buffer.uri.clone(), Some(buffer.version));
            publications.push(PublishDiagnosticsParams { uri, version, diagnostics });
        }
        for publication in &publications {
            self.publish(publication);
        }
    }

    fn publish(&self, publication: &PublishDiagnosticsParams) {
        self.send(Notification::new("textDocument/publishDiagnostics".to_owned(), publication));
    }

    /// Asks the editor to say when a sample is written: what lint says of a spec hangs on it.
    fn watch_samples(&self) {
        let watchers = json!([{"globPattern": "**/samples/**/*.json"}]);
        let registration = json!({
            "id": "samples",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": {"watchers": watchers},
        });
        let params = json!({"registrations": [registration]});
        self.send(Request::new(RequestId::from(0), "client/registerCapability".to_owned(), params));
    }
}

/// The parameters of a message; nothing where they are not what the protocol says.
fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

/// An answer that says why there is none.
pub(crate) fn refusal(code: ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError { code: code as i32, message: message.into(), data: None }
}

/// What is answered, as JSON.
pub(crate) fn as_json(answer: impl serde::Serialize) -> Result<Value, ResponseError> {
    serde_json::to_value(answer).map_err(|error| refusal(ErrorCode::InternalError, error.to_string()))
}
