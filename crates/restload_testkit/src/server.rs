//! A small HTTP server on loopback that gives the answers of a case, and faults that no proper server would give.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::answer;
use crate::exchange::Exchange;
use crate::hard::Swap;
use crate::matching::{Asked, difference};

/// The status of an answer to a request that is not expected.
const UNEXPECTED: &str = "HTTP/1.1 599 Unexpected\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nnot expected by this case";

/// A server that runs as long as its runtime.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) port: u16,
    script: Arc<Mutex<Script>>,
}

#[derive(Debug, Default)]
struct Script {
    exchanges: Vec<(Exchange, u32)>,
    lines: Vec<String>,
    faults: Vec<String>,
    /// The secrets that a request holds in place of those of the case.
    swap: Swap,
    /// From the request of this number on none is answered.
    held_at: Option<u32>,
    hold: Arc<Hold>,
    /// What is held is answered.
    released: bool,
}

/// Requests that are not answered.
#[derive(Debug, Default)]
struct Hold {
    reached: Notify,
    released: Notify,
}

/// What was asked of the server.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Asking {
    /// The requests in the order in which they came.
    pub(crate) lines: Vec<String>,
    /// What was not expected, and what was expected in vain.
    pub(crate) faults: Vec<String>,
}

impl Server {
    /// Listens on a free port of loopback.
    pub(crate) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let script = Arc::<Mutex<Script>>::default();
        let shared = script.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let script = shared.clone();
                tokio::spawn(async move {
                    if let Err(error) = serve(stream, &script).await {
                        lock(&script).faults.push(format!("a request broke off: {error}"));
                    }
                });
            }
        });
        Ok(Self { port, script })
    }

    /// Expects these exchanges from now on, with other secrets; from the request of number `held_at` on none is answered.
    pub(crate) fn expect(&self, exchanges: Vec<Exchange>, held_at: Option<u32>, swap: Swap) {
        let exchanges = exchanges.into_iter().map(|exchange| (exchange, 0)).collect();
        *lock(&self.script) = Script { exchanges, swap, held_at, ..Script::default() };
    }

    /// Waits for a request that is not answered.
    pub(crate) async fn held(&self) {
        let hold = lock(&self.script).hold.clone();
        hold.reached.notified().await;
    }

    /// Answers what is held, and all that comes.
    pub(crate) fn release(&self) {
        let mut script = lock(&self.script);
        (script.held_at, script.released) = (None, true);
        script.hold.released.notify_waiters();
    }

    /// What was asked since then.
    pub(crate) fn asked(&self) -> Asking {
        let script = std::mem::take(&mut *lock(&self.script));
        let vain =
            script.exchanges.iter().filter(|(exchange, used)| *used < exchange.times && !exchange.maybe);
        let vain = vain.map(|(exchange, used)| {
            let line = &exchange.request.line;
            format!("`{line}` was expected {} times and asked {used} times", exchange.times)
        });
        let faults = script.faults.iter().cloned().chain(vain).collect();
        Asking { lines: script.lines, faults }
    }
}

fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut stream: TcpStream, script: &Mutex<Script>) -> std::io::Result<()> {
    let Some(asked) = read_request(&mut stream).await? else { return Ok(()) };
    let Some(exchange) = take(script, &asked) else {
        stream.write_all(UNEXPECTED.as_bytes()).await?;
        return stream.shutdown().await;
    };
    let wire = match answer::render(&exchange) {
        Ok(wire) => wire,
        Err(reason) => {
            lock(script).faults.push(format!("`{}`: {reason}", exchange.request.line));
            return Ok(());
        }
    };
    let hold = lock(script).hold.clone();
    let released = hold.released.notified();
    let is_held = {
        let script = lock(script);
        let is_late = script.held_at.is_some_and(|at| script.lines.len() >= at as usize);
        is_late || (exchange.response.held && !script.released)
    };
    if is_held {
        hold.reached.notify_one();
        released.await;
    }
    if let Some(delay) = exchange.response.delay {
        tokio::time::sleep(delay).await;
    }
    if exchange.response.reset {
        return stream.set_zero_linger();
    }
    // The client may have turned away: a body that is too large is not read to its end.
    let _ = stream.write_all(&wire.bytes).await;
    let _ = stream.shutdown().await;
    Ok(())
}

/// The exchange that a request is part of, noted as used.
fn take(script: &Mutex<Script>, asked: &Asked) -> Option<Exchange> {
    let mut script = lock(script);
    let asked = &script.swap.put_back_asked(asked);
    let braces =
        [asked.target.as_bytes(), &asked.body].iter().any(|text| text.windows(2).any(|pair| pair == b"{{"));
    if braces {
        script.faults.push(format!("a template went out unrendered: `{}`", asked.line()));
    }
    let mut near = Vec::new();
    let mut found = None;
    for (exchange, used) in &mut script.exchanges {
        match difference(&exchange.request, asked) {
            None if *used < exchange.times => {
                *used += 1;
                found = Some(exchange.clone());
                break;
            }
            None => {
                near.push(format!("`{}` was asked {} times already", exchange.request.line, exchange.times));
            }
            Some(difference) if !difference.starts_with("the line") => near.push(difference),
            Some(_) => {}
        }
    }
    // A query may be spelled in several ways: it is noted as the case spells it.
    let line = found.as_ref().map_or_else(|| asked.line(), |exchange| asked.line_as(&exchange.request.line));
    script.lines.push(line);
    if found.is_none() {
        let why = if near.is_empty() { String::new() } else { format!(" ({})", near.join("; ")) };
        script.faults.push(format!("not expected: `{}`{why}", asked.line()));
    }
    found
}

pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Option<Asked>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return if bytes.is_empty() { Ok(None) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) };
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    let mut asked = Asked {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: headers.collect(),
        body: bytes.split_off(head + 4),
    };
    let length = asked.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0_usize);
    while asked.body.len() < length {
        if stream.read_buf(&mut asked.body).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(Some(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(server: &Server, line: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
        let request = format!("{line} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    async fn serving(exchanges: &str) -> Server {
        let server = Server::start().await.unwrap();
        server.expect(serde_yaml::from_str(exchanges).unwrap(), None, Swap::default());
        server
    }

    #[tokio::test]
    async fn answers_come_in_the_order_of_the_file_and_are_noted() {
        let server = serving(
            "[{request: {line: GET /x, body: hi}, response: {status: 503}},
              {request: {line: GET /x, body: hi}, response: {text: yes}, times: 2}]",
        )
        .await;
        assert!(ask(&server, "GET /x").await.starts_with("HTTP/1.1 503"));
        assert!(ask(&server, "GET /x").await.ends_with("yes"));
        assert!(ask(&server, "GET /x").await.ends_with("yes"));
        assert_eq!(server.asked(), Asking { lines: vec!["GET /x hi".to_owned(); 3], faults: vec![] });
    }

    #[tokio::test]
    async fn a_request_too_many_and_one_too_few_are_faults() {
        let server = serving(
            "[{request: {line: GET /x, body: hi}}, {request: {line: GET /y}}, {request: {line: GET /z, body: hi}}]",
        )
        .await;
        assert!(ask(&server, "GET /x").await.starts_with("HTTP/1.1 200"));
        assert!(ask(&server, "GET /x").await.starts_with("HTTP/1.1 599"));
        assert!(ask(&server, "GET /y").await.starts_with("HTTP/1.1 599"));
        assert!(ask(&server, "GET /{{id}}").await.starts_with("HTTP/1.1 599"));
        assert_eq!(
            server.asked().faults,
            [
                "not expected: `GET /x hi` (`GET /x` was asked 1 times already)",
                "not expected: `GET /y hi` (the body is `hi`)",
                "a template went out unrendered: `GET /{{id}} hi`",
                "not expected: `GET /{{id}} hi`",
                "`GET /y` was expected 1 times and asked 0 times",
                "`GET /z` was expected 1 times and asked 0 times",
            ]
        );
    }

    #[tokio::test]
    async fn an_answer_may_be_cut_or_never_come() {
        let server = serving(
            "[{request: {line: GET /cut, body: hi}, response: {text: abcdef, cut: 3}},
              {request: {line: GET /reset, body: hi}, response: {reset: true}}]",
        )
        .await;
        assert!(ask(&server, "GET /cut").await.ends_with("abc"));
        assert_eq!(ask(&server, "GET /reset").await, "");
        assert_eq!(server.asked().faults, Vec::<String>::new());
    }
}
