//! The bytes of an answer.

use std::fmt::Write as _;
use std::io::Write as _;

use base64::Engine;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::exchange::{Answer, Exchange, Generate};

/// An answer as it goes over the wire.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) bytes: Vec<u8>,
}

/// Renders an answer; the error is a sentence about the case.
pub(crate) fn render(exchange: &Exchange) -> Result<Wire, String> {
    let answer = &exchange.response;
    let (mut body, kind) = body(exchange)?;
    if answer.gzip {
        body = gzip(&body).map_err(|error| error.to_string())?;
    }
    let mut head = format!("HTTP/1.1 {} {}\r\n", answer.status, reason(answer.status));
    let has = |name: &str| answer.headers.keys().any(|key| key.eq_ignore_ascii_case(name));
    for (name, values) in &answer.headers {
        for value in values.iter() {
            let _ = write!(head, "{name}: {value}\r\n");
        }
    }
    if let Some(kind) = kind.filter(|_| !has("content-type")) {
        let _ = write!(head, "content-type: {kind}\r\n");
    }
    if answer.gzip {
        head.push_str("content-encoding: gzip\r\n");
    }
    let _ = write!(head, "content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    if let Some(cut) = answer.cut {
        if cut >= body.len() {
            return Err(format!("`cut: {cut}` leaves nothing out of a body of {} bytes", body.len()));
        }
        body.truncate(cut);
    }
    let mut bytes = head.into_bytes();
    bytes.append(&mut body);
    Ok(Wire { bytes })
}

fn body(exchange: &Exchange) -> Result<(Vec<u8>, Option<&'static str>), String> {
    const JSON: Option<&str> = Some("application/json");
    let Answer { json, text, base64, file, generate, .. } = &exchange.response;
    let given = [json.is_some(), text.is_some(), base64.is_some(), file.is_some(), generate.is_some()];
    if given.into_iter().filter(|given| *given).count() > 1 {
        return Err("an answer has one of `json`, `text`, `base64`, `file` and `generate`".to_owned());
    }
    if let Some(json) = json {
        return Ok((json.to_string().into_bytes(), JSON));
    }
    if let Some(text) = text {
        return Ok((text.clone().into_bytes(), JSON));
    }
    if let Some(text) = base64 {
        let bytes = base64::engine::general_purpose::STANDARD.decode(text);
        return Ok((bytes.map_err(|error| format!("`base64`: {error}"))?, JSON));
    }
    if let Some(file) = file {
        let path = exchange.folder.join(file);
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        return Ok((bytes, JSON));
    }
    match generate {
        Some(generate) => Ok((made(*generate)?.into_bytes(), JSON)),
        None => Ok((Vec::new(), None)),
    }
}

fn made(generate: Generate) -> Result<String, String> {
    let listed =
        |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(",");
    let Generate { nested, columns, fields, rows } = generate;
    Ok(match (nested, columns, fields, rows) {
        (Some(levels), None, None, None) => {
            format!("[{{\"id\":1,\"deep\":{}{}}}]", "[".repeat(levels), "]".repeat(levels))
        }
        (None, Some(count), None, None) => format!("[{{{}}}]", listed(count, &|n| format!("\"c{n}\":{n}"))),
        (None, None, Some(count), None) => {
            format!("[{{\"id\":1,\"map\":{{{}}}}}]", listed(count, &|n| format!("\"f{n}\":{n}")))
        }
        (None, None, None, Some(count)) => {
            format!("[{}]", listed(count, &|n| format!("{{\"id\":{}}}", n + 1)))
        }
        _ => return Err("`generate` has one of `nested`, `columns`, `fields` and `rows`".to_owned()),
    })
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body)?;
    encoder.finish()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(response: &str) -> Result<String, String> {
        let text = format!("{{request: {{line: GET /x}}, response: {response}}}");
        let exchange: Exchange = serde_yaml::from_str(&text).unwrap();
        render(&exchange).map(|wire| String::from_utf8(wire.bytes).unwrap())
    }

    #[test]
    fn an_answer_says_its_length_even_if_it_is_cut() {
        let whole = rendered("{headers: {link: [a, b]}, json: [{id: 1}]}").unwrap();
        assert_eq!(
            whole,
            "HTTP/1.1 200 OK\r\nlink: a\r\nlink: b\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\
             connection: close\r\n\r\n[{\"id\":1}]"
        );
        assert!(
            rendered("{text: abcdef, cut: 2}")
                .unwrap()
                .ends_with("content-length: 6\r\nconnection: close\r\n\r\nab")
        );
        assert!(rendered("{text: abcdef, cut: 6}").is_err());
        assert!(rendered("{text: abcdef, json: 1}").is_err());
    }

    #[test]
    fn long_bodies_are_made() {
        let made = |text: &str| made(serde_yaml::from_str(text).unwrap());
        assert_eq!(made("nested: 2").unwrap(), r#"[{"id":1,"deep":[[]]}]"#);
        assert_eq!(made("columns: 2").unwrap(), r#"[{"c0":0,"c1":1}]"#);
        assert_eq!(made("fields: 1").unwrap(), r#"[{"id":1,"map":{"f0":0}}]"#);
        assert_eq!(made("rows: 2").unwrap(), r#"[{"id":1},{"id":2}]"#);
        assert!(made("{rows: 2, fields: 1}").is_err());
    }
}
