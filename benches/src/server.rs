//! The load server as the figures see it: a process that is started, asked for its counts and ended.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::fault::Fault;
use crate::serve::{Stats, TOKEN};

/// A running load server; it ends when this is dropped.
pub(crate) struct LoadServer {
    child: Child,
    port: u16,
}

impl LoadServer {
    /// Starts a server of `rows` records whose answers take `latency_ms`, and returns when it listens.
    pub(crate) fn start(rows: usize, latency_ms: u64) -> Result<Self, Fault> {
        let program = std::env::current_exe().map_err(Fault::Serve)?;
        let mut child = Command::new(program)
            .args(["serve", "--until-stdin-ends"])
            .arg(format!("--rows={rows}"))
            .arg(format!("--latency-ms={latency_ms}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(Fault::Serve)?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(Fault::Serve)?;
        }
        let port = line.trim().parse().map_err(|_| Fault::Serve(io::Error::other("it said no port")))?;
        Ok(Self { child, port })
    }

    /// The port of the loopback address that it listens at.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The body that a GET is answered with, on a connection of its own.
    pub(crate) fn get(&self, target: &str) -> Result<String, Fault> {
        match get(self.port, target, TOKEN).map_err(Fault::Serve)? {
            (200, body) => Ok(body),
            (status, _) => Err(Fault::Serve(io::Error::other(format!("{target} gave status {status}")))),
        }
    }

    /// What was served since this was last asked.
    pub(crate) fn stats(&self) -> Result<Stats, Fault> {
        serde_json::from_str(&self.get("/stats")?).map_err(|source| Fault::Serve(source.into()))
    }
}

impl Drop for LoadServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status and the body that the server answers a GET with.
pub(crate) fn get(port: u16, target: &str, token: &str) -> io::Result<(u16, String)> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    write!(
        stream,
        "GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    match (status, answer.split_once("\r\n\r\n")) {
        (Some(status), Some((_, body))) => Ok((status, body.to_owned())),
        _ => Err(io::Error::other("the answer is not HTTP")),
    }
}
