//! A client of the Language Server Protocol: what an editor is to a server.
//!
//! It does one thing at a time: it asks, and waits for the answer. What comes meanwhile is kept (diagnostics), answered
//! (questions of the server) or passed over (messages and log).

use std::collections::HashMap;
use std::io::{self, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{Marked, wire};

/// Why a server could not be spoken with.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It could not be started, or its pipe broke.
    #[error("the server's pipe: {0}")]
    Pipe(#[from] io::Error),
    /// It ended, or closed its output.
    #[error("the server ended while {0} was waited for")]
    Ended(String),
    /// It said nothing in time.
    #[error("the server left {what} unanswered for {} s", waited.as_secs())]
    Silent {
        /// What was waited for.
        what: String,
        /// How long.
        waited: Duration,
    },
    /// It answered with an error.
    #[error("the server refused {method}: {error}")]
    Refused {
        /// What was asked.
        method: String,
        /// The error, as it came.
        error: Value,
    },
}

/// A server that was started, and what it has said.
#[derive(Debug)]
pub struct Client {
    process: Child,
    pipe: ChildStdin,
    said: Receiver<io::Result<Value>>,
    settings: Value,
    patience: Duration,
    asked: u64,
    /// The texts that the server has, by their address.
    texts: HashMap<String, Sent>,
}

/// A text that the server has.
#[derive(Debug, Default)]
struct Sent {
    /// How often it was sent.
    version: i64,
    /// What was found in it, as it was sent last.
    diagnostics: Option<Vec<Value>>,
}

impl Client {
    /// Starts a server that speaks over its standard input and output.
    pub fn start(mut command: Command) -> Result<Self, ClientError> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(pipe), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::Error::other("a process without pipes").into());
        };
        let (sender, said) = channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = wire::read(&mut output).transpose() {
                let broken = message.is_err();
                if sender.send(message).is_err() || broken {
                    break;
                }
            }
        });
        let (settings, patience) = (Value::Null, Duration::from_mins(1));
        Ok(Self { process, pipe, said, settings, patience, asked: 0, texts: HashMap::new() })
    }

    /// What the server is told when it asks for settings, by section.
    #[must_use]
    pub fn settings(mut self, settings: Value) -> Self {
        self.settings = settings;
        self
    }

    /// How long an answer is waited for; a minute, unless this says otherwise.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Introduces itself as the editor of a folder; what the server says it can do.
    pub fn initialize(&mut self, folder: &Path) -> Result<Value, ClientError> {
        let root = address(folder);
        let documents = json!({
            "publishDiagnostics": {"relatedInformation": true, "versionSupport": true},
            "hover": {"contentFormat": ["markdown"]},
            "completion": {"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown"]}},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
        });
        let answer = self.request(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": root,
                "workspaceFolders": [{"uri": root, "name": "specs"}],
                "capabilities": {
                    "workspace": {"configuration": true, "workspaceFolders": true},
                    "textDocument": documents,
                },
            }),
        )?;
        self.notify("initialized", &json!({}))?;
        Ok(answer["capabilities"].clone())
    }

    /// Opens a text as a file that need not be there, or sends it anew where it is open. What a server that names no
    /// versions finds in the older text may then be taken for what it finds in the newer one.
    pub fn open(&mut self, file: &Path, text: &str) -> Result<(), ClientError> {
        let uri = address(file);
        let sent = self.texts.entry(uri.clone()).or_default();
        sent.version += 1;
        sent.diagnostics = None;
        let version = sent.version;
        if version == 1 {
            let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
            return self.notify("textDocument/didOpen", &json!({"textDocument": document}));
        }
        let document = json!({"uri": uri, "version": version});
        let changes = json!([{"text": text}]);
        self.notify("textDocument/didChange", &json!({"textDocument": document, "contentChanges": changes}))
    }

    /// What the server finds fault with in a text, as it was sent last.
    pub fn diagnostics(&mut self, file: &Path) -> Result<Vec<Value>, ClientError> {
        let uri = address(file);
        let until = Instant::now() + self.patience;
        loop {
            if let Some(diagnostics) = self.texts.get(&uri).and_then(|sent| sent.diagnostics.clone()) {
                return Ok(diagnostics);
            }
            self.listen(until, &format!("diagnostics of {uri}"))?;
        }
    }

    /// What the server offers at a place of an open text, as the items of the protocol.
    pub fn completion(&mut self, file: &Path, at: &Marked) -> Result<Vec<Value>, ClientError> {
        let answer = self.request("textDocument/completion", &place(file, at))?;
        let items = answer.get("items").unwrap_or(&answer);
        Ok(items.as_array().cloned().unwrap_or_default())
    }

    /// What the server shows over a place of an open text, as Markdown; empty where it shows nothing.
    pub fn hover(&mut self, file: &Path, at: &Marked) -> Result<String, ClientError> {
        let answer = self.request("textDocument/hover", &place(file, at))?;
        let contents = &answer["contents"];
        Ok(contents["value"].as_str().or(contents.as_str()).unwrap_or_default().to_owned())
    }

    /// Asks, and waits for the answer.
    pub fn request(&mut self, method: &str, params: &Value) -> Result<Value, ClientError> {
        self.asked += 1;
        let id = self.asked;
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        wire::write(&mut self.pipe, &request)?;
        let until = Instant::now() + self.patience;
        loop {
            let Some(mut answer) = self.listen(until, method)? else { continue };
            if answer["id"] == id {
                return match answer.get_mut("error") {
                    Some(error) => {
                        Err(ClientError::Refused { method: method.to_owned(), error: error.take() })
                    }
                    None => Ok(answer["result"].take()),
                };
            }
        }
    }

    /// Says something that needs no answer.
    pub fn notify(&mut self, method: &str, params: &Value) -> Result<(), ClientError> {
        Ok(wire::write(&mut self.pipe, &json!({"jsonrpc": "2.0", "method": method, "params": params}))?)
    }

    /// Asks the server to end, and waits until it has; whether it ended well.
    pub fn shutdown(mut self) -> Result<bool, ClientError> {
        self.request("shutdown", &Value::Null)?;
        self.notify("exit", &Value::Null)?;
        let until = Instant::now() + self.patience;
        loop {
            if let Some(status) = self.process.try_wait()? {
                return Ok(status.success());
            }
            if Instant::now() > until {
                return Err(ClientError::Silent { what: "exit".to_owned(), waited: self.patience });
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Takes one message in; an answer is handed on.
    fn listen(&mut self, until: Instant, what: &str) -> Result<Option<Value>, ClientError> {
        let left = until.saturating_duration_since(Instant::now());
        let message = self.said.recv_timeout(left).map_err(|error| match error {
            RecvTimeoutError::Timeout => ClientError::Silent { what: what.to_owned(), waited: self.patience },
            RecvTimeoutError::Disconnected => ClientError::Ended(what.to_owned()),
        })??;
        match (message["method"].as_str(), message.get("id")) {
            (None, _) => return Ok(Some(message)),
            (Some(method), Some(id)) => {
                let result = self.answer(method, &message["params"]);
                wire::write(&mut self.pipe, &json!({"jsonrpc": "2.0", "id": id, "result": result}))?;
            }
            (Some("textDocument/publishDiagnostics"), None) => self.keep_diagnostics(&message["params"]),
            (Some(_), None) => {}
        }
        Ok(None)
    }

    /// The answer to a question of the server.
    fn answer(&self, method: &str, params: &Value) -> Value {
        if method != "workspace/configuration" {
            return Value::Null;
        }
        let items = params["items"].as_array().into_iter().flatten();
        items.map(|item| self.settings[item["section"].as_str().unwrap_or_default()].clone()).collect()
    }

    /// Keeps diagnostics, unless they are of a text that was sent anew since.
    fn keep_diagnostics(&mut self, params: &Value) {
        let uri = params["uri"].as_str().unwrap_or_default();
        if let Some(sent) = self.texts.get_mut(uri)
            && params["version"].as_i64().is_none_or(|version| version == sent.version)
        {
            sent.diagnostics = params["diagnostics"].as_array().cloned();
        }
    }
}

impl Drop for Client {
    /// A server that was not asked to end is ended.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn place(file: &Path, at: &Marked) -> Value {
    json!({"textDocument": {"uri": address(file)}, "position": at.position()})
}

/// The address of a file as editors write it.
fn address(file: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let encode = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let path: String = file.to_string_lossy().bytes().map(encode).collect();
    format!("file://{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of asking a server that is this script.
    fn asked(script: &str, patience: Duration) -> ClientError {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut client = Client::start(command).unwrap().patience(patience);
        client.request("initialize", &json!({})).unwrap_err()
    }

    #[test]
    fn a_server_that_says_nothing_is_not_waited_for() {
        let error = asked("cat > /dev/null", Duration::from_millis(100));
        assert!(matches!(&error, ClientError::Silent { what, .. } if what == "initialize"), "{error}");
    }

    #[test]
    fn a_server_that_closes_its_output_is_not_waited_for() {
        let error = asked("exec >&-; cat > /dev/null", Duration::from_mins(1));
        assert!(matches!(&error, ClientError::Ended(what) if what == "initialize"), "{error}");
    }

    #[test]
    fn a_server_that_refuses_is_heard() {
        let answer = r#"{"id":1,"error":{"code":-32601,"message":"no"}}"#;
        let script =
            format!("printf 'Content-Length: {}\\r\\n\\r\\n%s' '{answer}'; cat > /dev/null", answer.len());
        let error = asked(&script, Duration::from_mins(1));
        assert_eq!(error.to_string(), r#"the server refused initialize: {"code":-32601,"message":"no"}"#);
    }

    #[test]
    fn a_path_is_written_as_an_address() {
        assert_eq!(address(Path::new("/a b/ö.yaml")), "file:///a%20b/%C3%B6.yaml");
    }
}
