//! An editor, played by tests.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use lsp_server::{Connection, Message, Notification, Request, RequestId, ResponseError};
use serde_json::{Value, json};

/// A server, the folder of the specs that are opened, and what was said.
pub(crate) struct Client {
    connection: Connection,
    server: Option<JoinHandle<u8>>,
    folder: tempfile::TempDir,
    asked: i32,
    versions: i32,
    /// What was published, oldest first.
    pub(crate) published: Vec<Value>,
    pub(crate) offered: Value,
}

/// A text and the places in it, written as one with `▮` where they are.
pub(crate) struct Marked {
    pub(crate) text: String,
    pub(crate) places: Vec<Value>,
}

impl Marked {
    pub(crate) fn new(marked: &str) -> Self {
        let (mut text, mut places) = (String::new(), Vec::new());
        for (n, part) in marked.split('▮').enumerate() {
            if n > 0 {
                places.push(position(&text, text.len()));
            }
            text.push_str(part);
        }
        Self { text, places }
    }
}

/// The position of a byte, in units of UTF-16.
pub(crate) fn position(text: &str, byte: usize) -> Value {
    let before = &text[..byte];
    let line = before.rsplit('\n').next().unwrap();
    json!({"line": before.matches('\n').count(), "character": line.encode_utf16().count()})
}

/// The byte of a position.
pub(crate) fn byte(text: &str, position: &Value) -> usize {
    let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut units = position["character"].as_u64().unwrap();
    let rest = &text[start..];
    let length = rest.chars().take_while(|c| {
        let is_before = units > 0;
        units = units.saturating_sub(c.len_utf16() as u64);
        is_before
    });
    start + length.map(char::len_utf8).sum::<usize>()
}

/// The text of a range.
pub(crate) fn at_range<'t>(text: &'t str, range: &Value) -> &'t str {
    &text[byte(text, &range["start"])..byte(text, &range["end"])]
}

/// The text after edits of the protocol.
pub(crate) fn edited(text: &str, edits: &Value) -> String {
    let edits = edits.as_array().unwrap().iter();
    let mut edits: Vec<_> = edits
        .map(|edit| {
            let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
            (byte(text, start), byte(text, end), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort_by_key(|(start, end, _)| (*start, *end));
    let mut made = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        made.replace_range(start..end, new);
    }
    made
}

impl Client {
    pub(crate) fn start() -> Self {
        Self::start_with(json!({
            "textDocument": {
                "completion": {"completionItem": {"snippetSupport": true}},
                "publishDiagnostics": {"relatedInformation": true},
                "hover": {"contentFormat": ["markdown", "plaintext"]},
            },
        }))
    }

    /// Starts a server and introduces itself with these capabilities.
    pub(crate) fn start_with(capabilities: Value) -> Self {
        let mut client = Self::fresh();
        let offered = client
            .request("initialize", json!({"processId": null, "rootUri": null, "capabilities": capabilities}));
        client.offered = offered.unwrap()["capabilities"].take();
        client.notify("initialized", json!({}));
        client
    }

    /// Starts a server and says nothing.
    pub(crate) fn fresh() -> Self {
        let (server, connection) = Connection::memory();
        let server = std::thread::spawn(move || {
            let now = || "2026-01-31T10:00:00Z".parse::<Timestamp>().unwrap();
            restload_lsp::serve(&server, &now)
        });
        let folder = tempfile::tempdir().unwrap();
        let (published, offered) = (Vec::new(), Value::Null);
        Self { connection, server: Some(server), folder, asked: 0, versions: 0, published, offered }
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn uri(&self, file: &str) -> String {
        format!("file://{}", self.path(file).display())
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn notify(&self, method: &str, params: Value) {
        self.connection.sender.send(Notification { method: method.to_owned(), params }.into()).unwrap();
    }

    pub(crate) fn open(&mut self, file: &str, text: &str) {
        self.versions += 1;
        let document =
            json!({"uri": self.uri(file), "languageId": "yaml", "version": self.versions, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Sends changes; each is `{text}` or `{range, text}`.
    pub(crate) fn change(&mut self, file: &str, changes: Value) -> i32 {
        self.versions += 1;
        let document = json!({"uri": self.uri(file), "version": self.versions});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
        self.versions
    }

    /// Asks, and waits for the answer.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Result<Value, ResponseError> {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        let request = Request { id: id.clone(), method: method.to_owned(), params };
        self.connection.sender.send(request.into()).unwrap();
        loop {
            match self.listen() {
                Message::Response(response) => {
                    assert_eq!(response.id, id);
                    return response.response_result;
                }
                other => self.keep(other),
            }
        }
    }

    /// Asks about a place of an open file.
    pub(crate) fn ask_at(&mut self, method: &str, file: &str, position: &Value) -> Value {
        let document = json!({"uri": self.uri(file)});
        let params = json!({
            "textDocument": document,
            "position": position,
            "context": {"includeDeclaration": true},
        });
        self.request(method, params).unwrap()
    }

    /// What was found in the newest version of a file.
    pub(crate) fn diagnostics(&mut self, file: &str) -> Vec<Value> {
        let (uri, version) = (self.uri(file), self.versions);
        loop {
            let newest =
                self.published.iter().rev().find(|one| one["uri"] == uri && one["version"] == version);
            if let Some(found) = newest {
                return found["diagnostics"].as_array().unwrap().clone();
            }
            let message = self.listen();
            self.keep(message);
        }
    }

    fn keep(&mut self, message: Message) {
        match message {
            Message::Notification(one) if one.method == "textDocument/publishDiagnostics" => {
                self.published.push(one.params);
            }
            Message::Request(request) => {
                self.published.push(json!({"asked": request.method, "params": request.params}));
            }
            other => panic!("{other:?}"),
        }
    }

    fn listen(&self) -> Message {
        self.connection.receiver.recv_timeout(Duration::from_secs(30)).unwrap()
    }

    /// What else is said within a moment.
    pub(crate) fn settle(&mut self) {
        while let Ok(message) = self.connection.receiver.recv_timeout(Duration::from_millis(200)) {
            self.keep(message);
        }
    }

    /// Ends the conversation; gives the exit code.
    pub(crate) fn end(&mut self) -> u8 {
        self.notify("exit", Value::Null);
        self.server.take().unwrap().join().unwrap()
    }
}
