//! An answer, right or spoiled, as what is done on its connection.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;

use super::{Fault, Kind};

/// How long a late answer is late at most.
const DELAY: u64 = 30;
/// How many pieces an answer that drips comes in.
const PIECES: usize = 12;

/// A fatal alert, `handshake_failure` (RFC 8446, 6).
pub(super) const ALERT: [u8; 7] = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28];

/// An answer of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers but those that say how long the body is.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// Status 200 with a JSON body.
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::of(200, "application/json", body)
    }

    /// Any status with a JSON body.
    pub fn error(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::of(status, "application/json", body)
    }

    /// The same with a header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    fn of(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type".to_owned(), kind.to_owned())], body: body.into() }
    }

    fn head(&self, length: usize) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Said\r\n", self.status);
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "content-length: {length}\r\nconnection: close\r\n\r\n");
        head.into_bytes()
    }

    fn whole(&self) -> Vec<u8> {
        [self.head(self.body.len()), self.body.clone()].concat()
    }
}

/// Something that is done on a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Act {
    Send(Vec<u8>),
    Wait(Duration),
    Reset,
}

/// What is done to give an answer.
pub(super) fn acts(reply: &Reply, fault: Option<Fault>) -> Vec<Act> {
    let Some(Fault { kind, draw }) = fault else { return vec![Act::Send(reply.whole())] };
    let length = reply.body.len();
    let half = length / 2;
    match kind {
        Kind::Status => vec![Act::Send(trouble(draw).whole())],
        Kind::Delay => {
            vec![Act::Wait(Duration::from_millis(1 + draw % DELAY)), Act::Send(reply.whole())]
        }
        // Where there was no handshake there is no answer.
        Kind::ResetBeforeHeaders | Kind::HandshakeCut | Kind::HandshakeRefused | Kind::WrongCertificate => {
            vec![Act::Reset]
        }
        Kind::ResetInBody => {
            let sent = [reply.head(length + 1), reply.body[..half].to_vec()].concat();
            vec![Act::Send(sent), Act::Wait(Duration::from_millis(2)), Act::Reset]
        }
        Kind::CutOff => vec![Act::Send([reply.head(length + 1), reply.body[..half].to_vec()].concat())],
        Kind::TooLong => vec![Act::Send([reply.head(length + 7), reply.body.clone()].concat())],
        Kind::TooShort => vec![Act::Send([reply.head(half), reply.body.clone()].concat())],
        Kind::Drip => {
            let whole = reply.whole();
            let pieces = whole.chunks(whole.len().div_ceil(PIECES));
            let wait = Duration::from_millis(1);
            pieces.flat_map(|piece| [Act::Send(piece.to_vec()), Act::Wait(wait)]).collect()
        }
        Kind::Html => vec![Act::Send(html(200).whole())],
        Kind::Empty => vec![Act::Send(Reply { body: Vec::new(), ..reply.clone() }.whole())],
        Kind::BrokenGzip => vec![Act::Send(broken_gzip(reply, draw).whole())],
        Kind::TooMany => vec![Act::Send(too_many(draw).whole())],
        Kind::Expired => vec![Act::Send(Reply::error(401, r#"{"error":"the token has expired"}"#).whole())],
        Kind::Alert => vec![Act::Send(ALERT.to_vec())],
    }
}

fn pick<T: Copy>(draw: u64, all: &[T]) -> T {
    all[usize::try_from(draw % all.len() as u64).unwrap_or_default()]
}

fn trouble(draw: u64) -> Reply {
    let status = pick(draw, &[408, 425, 500, 502, 503, 504]);
    if draw >> 8 & 1 == 0 { html(status) } else { Reply::error(status, r#"{"error":"try again"}"#) }
}

fn html(status: u16) -> Reply {
    Reply::of(status, "text/html", "<!doctype html><title>Please wait</title><p>We are back in a moment.")
}

fn broken_gzip(reply: &Reply, draw: u64) -> Reply {
    let mut reply = reply.clone().header("content-encoding", "gzip");
    if draw & 1 == 0 {
        // Not gzip at all.
        return reply;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zipped = encoder.write_all(&reply.body).and_then(|()| encoder.finish()).unwrap_or_default();
    reply.body = zipped[..zipped.len() / 2].to_vec();
    reply
}

/// Every way in which APIs say when to come back, all of them soon.
fn too_many(draw: u64) -> Reply {
    let reply = Reply::error(429, r#"{"error":"too many requests"}"#);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let date = |seconds: u64| {
        let at = Timestamp::from_second(i64::try_from(now.as_secs() + seconds).unwrap_or_default());
        at.map(|at| at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).unwrap_or_default()
    };
    match draw % 9 {
        0 => reply,
        1 => reply.header("retry-after", "0"),
        2 => reply.header("retry-after", "0.02"),
        3 => reply.header("retry-after", "soon"),
        4 => reply.header("retry-after", "-1"),
        5 => reply.header("retry-after", date(0)),
        // A date of long ago, in the form of old.
        6 => reply.header("retry-after", "Sunday, 06-Nov-94 08:49:37 GMT"),
        7 => {
            reply.header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", now.as_secs().to_string())
        }
        // A second is the least that a date can say.
        _ => reply
            .header("date", date(0))
            .header("retry-after", date(u64::from((draw >> 16).is_multiple_of(8)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(kind: Kind) -> (Vec<u8>, Vec<Act>) {
        let acts = acts(&Reply::json("[{\"id\":1}]"), Some(Fault { kind, draw: 0 }));
        let sent =
            acts.iter().filter_map(|act| if let Act::Send(bytes) = act { Some(bytes.clone()) } else { None });
        (sent.collect::<Vec<_>>().concat(), acts)
    }

    #[test]
    fn every_fault_does_what_it_says() {
        let whole = Reply::json("[{\"id\":1}]").whole();
        for kind in Kind::ALL {
            let (sent, acts) = bytes(kind);
            let text = String::from_utf8_lossy(&sent).into_owned();
            let right = match kind {
                Kind::Delay => sent == whole && matches!(acts[0], Act::Wait(_)),
                Kind::Drip => sent == whole && acts.len() > PIECES,
                Kind::ResetBeforeHeaders => acts == [Act::Reset],
                Kind::ResetInBody => text.ends_with("\r\n\r\n[{\"id") && acts.last() == Some(&Act::Reset),
                Kind::CutOff => text.ends_with("length: 11\r\nconnection: close\r\n\r\n[{\"id"),
                Kind::TooLong => text.contains("length: 17\r\n") && text.ends_with("1}]"),
                Kind::TooShort => text.contains("length: 5\r\n") && text.ends_with("1}]"),
                Kind::Status => text.starts_with("HTTP/1.1 408 "),
                Kind::Html => text.starts_with("HTTP/1.1 200 ") && text.contains("<p>"),
                Kind::Empty => text.starts_with("HTTP/1.1 200 ") && text.ends_with("\r\n\r\n"),
                Kind::BrokenGzip => text.contains("content-encoding: gzip") && text.ends_with("1}]"),
                Kind::TooMany => text.starts_with("HTTP/1.1 429 "),
                Kind::Expired => text.starts_with("HTTP/1.1 401 "),
                Kind::Alert => sent[0] == 0x15,
                Kind::HandshakeCut | Kind::HandshakeRefused | Kind::WrongCertificate => false,
            };
            assert!(right, "{kind:?}: {text}");
        }
    }
}
