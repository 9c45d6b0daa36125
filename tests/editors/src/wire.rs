//! How messages of the protocol stand on a pipe: a `Content-Length` and the JSON.

use std::io::{self, BufRead, Write};

use serde_json::Value;

/// Writes one message.
pub(crate) fn write(pipe: &mut impl Write, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    write!(pipe, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    pipe.flush()
}

/// Reads one message; `None` at the end.
pub(crate) fn read(pipe: &mut impl BufRead) -> io::Result<Option<Value>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if pipe.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid(line))?;
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse().map_err(|_| invalid(line))?);
        }
    }
    let mut body = vec![0; length.ok_or_else(|| invalid("no Content-Length"))?];
    pipe.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

fn invalid(line: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("this is no message of the protocol: {line}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut pipe = Vec::new();
        let messages = [json!({"id": 1, "params": "größer"}), json!({"id": 2})];
        for message in &messages {
            write(&mut pipe, message).unwrap();
        }
        let mut pipe = pipe.as_slice();
        assert_eq!(read(&mut pipe).unwrap().as_ref(), Some(&messages[0]));
        assert_eq!(read(&mut pipe).unwrap().as_ref(), Some(&messages[1]));
        assert_eq!(read(&mut pipe).unwrap(), None);
    }

    #[test]
    fn what_else_stands_on_the_pipe_is_an_error() {
        for text in ["hello\r\n\r\n", "Content-Type: x\r\n\r\n{}", "Content-Length: -1\r\n\r\n{}"] {
            assert!(read(&mut text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(&mut "Content-Length: 5\r\n\r\n{}".as_bytes()).is_err());
    }
}
