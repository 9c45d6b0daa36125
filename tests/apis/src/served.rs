//! A server that answers what it was told, for specs of the tests' own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Bodies by path, on a port of 127.0.0.1, until the process ends.
#[derive(Debug)]
pub struct Served {
    port: u16,
    bodies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Served {
    /// Starts a server that has nothing yet: it answers 404.
    ///
    /// # Panics
    /// If there is no free port.
    #[expect(clippy::new_without_default, reason = "it starts a server")]
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a port that is bound has a number").port();
        let bodies = Arc::new(Mutex::new(BTreeMap::new()));
        let shared = Arc::clone(&bodies);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away is told nothing.
                let _ = answer(&stream, &shared);
            }
        });
        Self { port, bodies }
    }

    /// Answers `path` with this JSON from now on.
    pub fn put(&self, path: &str, body: &str) {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), body.to_owned());
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

fn answer(mut stream: &TcpStream, bodies: &Mutex<BTreeMap<String, String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = first.split(' ').nth(1).unwrap_or_default();
    let body = bodies.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    let (status, body) = body.map_or(("404 Not Found", "{}".to_owned()), |body| ("200 OK", body));
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
