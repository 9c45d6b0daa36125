//! Asks the server behind the faults.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Asked, Reply};

/// Headers that belong to a connection and not to what is asked or answered.
const OF_A_CONNECTION: [&str; 4] = ["connection", "content-length", "keep-alive", "transfer-encoding"];

/// Passes a request on and brings the answer, read to its end.
pub(super) async fn ask(address: SocketAddr, asked: &Asked) -> io::Result<Reply> {
    let mut stream = TcpStream::connect(address).await?;
    let mut head = format!("{} {} HTTP/1.1\r\n", asked.method, asked.target).into_bytes();
    for (name, value) in asked.headers.iter().filter(|(name, _)| !is_of_a_connection(name)) {
        head.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    head.extend_from_slice(
        format!("content-length: {}\r\nconnection: close\r\n\r\n", asked.body.len()).as_bytes(),
    );
    stream.write_all(&head).await?;
    stream.write_all(&asked.body).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    read_reply(&bytes).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no answer that can be read"))
}

fn is_of_a_connection(name: &str) -> bool {
    OF_A_CONNECTION.iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn read_reply(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let body = bytes[end + 4..].to_vec();
    // The fakes say how long a body is, unless there is none.
    if length.is_some_and(|(_, length)| length.parse() != Ok(body.len())) {
        return None;
    }
    Some(Reply {
        status,
        headers: headers.into_iter().filter(|(name, _)| !is_of_a_connection(name)).collect(),
        body,
    })
}
