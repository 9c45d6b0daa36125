//! A plain HTTP client over a socket, so that what is tested is what goes over the wire: one request a connection,
//! headers as they come, a body that ends early seen as such.

#![allow(dead_code, reason = "each test file uses its own part")]
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails where its request fails")]

use std::io::{Read, Write};
use std::net::TcpStream;

use restload_fakes::Fake;
use serde_json::Value;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn is_html(&self) -> bool {
        self.header("Content-Type").is_some_and(|kind| kind.starts_with("text/html"))
            && self.text().starts_with("<!DOCTYPE html>")
    }
}

/// Asks for a path of the fake, or for an absolute URL on it.
pub(crate) fn get(fake: &Fake, target: &str, headers: &[(&str, &str)]) -> Answer {
    let path = target.strip_prefix(fake.origin()).unwrap_or(target);
    assert!(path.starts_with('/'), "{target} is not on {}", fake.origin());
    let host = fake.origin().trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A connection that is reset ends the answer too.
    let _ = stream.read_to_end(&mut answer);
    parse(&answer)
}

fn parse(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
    let head = std::str::from_utf8(&answer[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Answer { status, headers, body: answer[end + 4..].to_vec() }
}
