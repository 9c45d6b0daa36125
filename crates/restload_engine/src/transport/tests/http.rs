//! HTTP against servers that answer well and badly.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use restload_spec::plan::TimeoutPlan;
use url::Url;

use super::server::{Scripted, Server, ok, raw_server, sends, status};
use crate::transport::{Exchange, Http, Request, TimeoutKind, Transport, TransportError};

const MAX_BODY: u64 = 100_000;

pub(super) fn timeouts() -> TimeoutPlan {
    let seconds = Duration::from_secs;
    TimeoutPlan { connect: seconds(10), read: seconds(10), total: seconds(20) }
}

fn http() -> Http {
    Http::new(timeouts(), MAX_BODY)
}

async fn get(url: Url) -> Result<Exchange, TransportError> {
    http().send(Request::get(url)).await
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn encoded(encoding: &str, body: impl Into<Bytes>) -> Scripted {
    ok(body).with("content-encoding", encoding)
}

/// Long enough to come in several pieces.
fn long_body() -> Vec<u8> {
    (0..20_000_u32).flat_map(|n| format!("{:04}", n % 10_000).into_bytes()).collect()
}

#[tokio::test]
async fn a_request_goes_out_as_it_is_and_its_answer_comes_back_as_it_is() {
    let answer =
        status(418, "body").with("link", "</a>; rel=next").with("x-y", "1").with("link", "</b>; rel=last");
    let server = Server::start([answer]).await;
    let mut request = Request::get(server.url("/x%2Fy?a=%2c&b=1+2"));
    request.method = "POST".to_owned();
    request.headers = vec![("X-A".to_owned(), "ü".to_owned()), ("x-a".to_owned(), "2".to_owned())];
    request.body = Some(("application/json".to_owned(), "{}".into()));
    let exchange = http().send(request.clone()).await.unwrap();

    assert_eq!((exchange.status, &*exchange.body), (418, &b"body"[..]));
    assert_eq!(exchange.headers.get_all("Link").collect::<Vec<_>>(), ["</a>; rel=next", "</b>; rel=last"]);
    assert_eq!(exchange.url, request.url);
    let seen = &server.seen()[0];
    assert_eq!((seen.line.as_str(), seen.body.as_str()), ("POST /x%2Fy?a=%2c&b=1+2", "{}"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("user-agent"), Some(concat!("restload/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(seen.header("accept"), Some("application/json, */*;q=0.5"));
    let values: Vec<_> =
        seen.headers.iter().filter(|(name, _)| name == "x-a").map(|(_, v)| v.as_str()).collect();
    assert_eq!(values, ["ü", "2"]);
    for encoding in ["gzip", "br", "deflate", "zstd"] {
        assert!(seen.header("accept-encoding").unwrap().contains(encoding), "{encoding}");
    }
}

#[tokio::test]
async fn headers_of_the_spec_win() {
    let server = Server::start([ok("")]).await;
    let mut request = Request::get(server.url("/"));
    request.body = Some(("text/plain".to_owned(), "x".into()));
    for (name, value) in [("Accept", "a/b"), ("User-Agent", "me"), ("Content-Type", "c/d")] {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    http().send(request).await.unwrap();
    let seen = &server.seen()[0];
    for (name, value) in [("accept", "a/b"), ("user-agent", "me"), ("content-type", "c/d")] {
        let values: Vec<_> = seen.headers.iter().filter(|(known, _)| known == name).collect();
        assert_eq!(values, [&(name.to_owned(), value.to_owned())]);
    }
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_an_error_that_does_not_show_its_value() {
    let server = Server::start([ok("")]).await;
    for (name, value, want) in [
        ("x-key", "s3cr3t\n", "the value of header `x-key` has a line break or another control character"),
        ("x key", "s3cr3t", "`x key` is not the name of a header"),
    ] {
        let mut request = Request::get(server.url("/"));
        request.headers.push((name.to_owned(), value.to_owned()));
        let error = http().send(request).await.unwrap_err();
        assert_eq!(error, TransportError::Unsendable { reason: want.to_owned() });
        assert!(!error.is_retryable());
    }
    assert_eq!(server.lines(), [""; 0]);
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let server = Server::start([status(302, "").with("location", "/y"), ok("y")]).await;
    assert_eq!(get(server.url("/x")).await.unwrap().status, 302);
    assert_eq!(server.lines(), ["GET /x"]);
}

#[tokio::test]
async fn bodies_are_decompressed() {
    let body = long_body();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(&body).unwrap();
    for scripted in [
        ok(body.clone()),
        encoded("gzip", gzip(&body)),
        encoded("deflate", zlib.finish().unwrap()),
        encoded("identity", body.clone()),
    ] {
        let server = Server::start([scripted]).await;
        assert_eq!(get(server.url("/")).await.unwrap().body, body);
    }
    let server = Server::start([encoded("gzip", ""), status(204, "").with("content-encoding", "gzip")]).await;
    assert_eq!(get(server.url("/")).await.unwrap().body, "");
    assert_eq!(get(server.url("/")).await.unwrap().body, "");
}

#[tokio::test]
async fn a_broken_encoding_is_an_error_that_is_not_asked_again() {
    let body = gzip(&long_body());
    let (mut inside, mut checksum) = (body.clone(), body.clone());
    inside[30] ^= 0xff;
    checksum[body.len() - 6] ^= 0xff;
    let plain = b"[1, 2, 3]".to_vec();
    for (encoding, body) in [
        ("gzip", inside),
        ("gzip", checksum),
        ("gzip", plain.clone()),
        ("br", plain.clone()),
        ("zstd", plain),
    ] {
        let server = Server::start([encoded(encoding, body)]).await;
        let error = get(server.url("/")).await.unwrap_err();
        assert!(matches!(error, TransportError::ContentEncoding { .. }), "{encoding}: {error:?}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_told_from_one_that_is_broken() {
    for (bytes, want) in [
        (&b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"[..], 10),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", 0),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n", 5),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 0),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n\x1f\x8b\x08", 0),
    ] {
        let error = get(sends(bytes)).await.unwrap_err();
        let shown = String::from_utf8_lossy(bytes);
        assert!(
            matches!(error, TransportError::CutOff { received, .. } if received == want),
            "{shown}: {error:?}"
        );
        assert!(error.is_retryable());
    }
    // Wrapped up properly, but the compressed data stops in the middle.
    let body = gzip(&long_body());
    let server = Server::start([encoded("gzip", body[..body.len() / 2].to_vec())]).await;
    let error = get(server.url("/")).await.unwrap_err();
    assert!(matches!(error, TransportError::CutOff { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_in_http_is_asked_again() {
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\n", b"garbage\r\n\r\n"] {
        let error = get(sends(bytes)).await.unwrap_err();
        assert!(matches!(error, TransportError::Other { .. }), "{error:?}");
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn no_connection_is_told_by_its_cause() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = get(Url::parse(&format!("http://{closed}/?key=s3cr3t")).unwrap()).await.unwrap_err();
    assert!(
        matches!(&error, TransportError::Connect { origin, .. } if *origin == format!("http://{closed}"))
    );
    assert!(error.is_retryable() && !error.to_string().contains("s3cr3t"), "{error}");

    let error = get(Url::parse("http://no-such-host.invalid/").unwrap()).await.unwrap_err();
    assert!(matches!(&error, TransportError::Dns { .. }), "{error:?}");
    assert!(error.is_retryable());

    let mut plain = raw_server_at_once(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    plain.set_scheme("https").unwrap();
    let error = get(plain).await.unwrap_err();
    assert!(matches!(&error, TransportError::Tls { .. }), "{error:?}");
    assert!(!error.is_retryable());
}

/// Answers before anything was asked.
fn raw_server_at_once(bytes: &'static [u8]) -> Url {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.write_all(bytes);
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    url
}

#[tokio::test]
async fn a_body_over_the_bound_is_an_error_with_both_sizes() {
    let exactly = Server::start([ok(vec![b'x'; 100_000])]).await;
    assert_eq!(get(exactly.url("/")).await.unwrap().body.len(), 100_000);

    let said = Server::start([ok(vec![b'x'; 100_001])]).await;
    let error = get(said.url("/")).await.unwrap_err();
    assert_eq!(error, TransportError::BodyTooLarge { limit: MAX_BODY, size: 100_001, complete: true });
    assert_eq!(error.to_string(), "the answer has 100001 bytes, `client.max_body` allows 100000");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn the_bound_holds_for_a_body_that_grows_when_it_is_decompressed() {
    let bomb = gzip(&vec![b'0'; 50 << 20]);
    assert!((bomb.len() as u64) < MAX_BODY);
    let server = Server::start([encoded("gzip", bomb)]).await;
    let error = get(server.url("/")).await.unwrap_err();
    let TransportError::BodyTooLarge { limit: MAX_BODY, size, complete: false } = error else {
        panic!("{error:?}")
    };
    assert!(size > MAX_BODY && size < 2 * MAX_BODY, "given up after {size}");
}

#[tokio::test]
async fn each_timeout_is_told_from_the_others() {
    let short = Duration::from_millis(50);
    let long = Duration::from_secs(10);
    let silent = || {
        raw_server(|stream| {
            std::thread::sleep(Duration::from_secs(2));
            drop(stream);
        })
    };
    let halfway = || {
        raw_server(|mut stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
            std::thread::sleep(Duration::from_secs(2));
        })
    };
    let drips = || {
        raw_server(|mut stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
            for _ in 0..200 {
                if stream.write_all(b"x").is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        })
    };
    let mut no_tls = raw_server_at_once(b"");
    no_tls.set_scheme("https").unwrap();
    for (which, url) in [
        (TimeoutKind::Read, silent()),
        (TimeoutKind::Read, halfway()),
        (TimeoutKind::Total, drips()),
        (TimeoutKind::Connect, no_tls),
    ] {
        let mut timeout = TimeoutPlan { connect: long, read: long, total: long };
        match which {
            TimeoutKind::Connect => timeout.connect = short,
            TimeoutKind::Read => timeout.read = short,
            TimeoutKind::Total => timeout.total = short,
        }
        let error = Http::new(timeout, MAX_BODY).send(Request::get(url)).await.unwrap_err();
        assert_eq!(error, TransportError::Timeout { which, after: short });
        assert!(error.is_retryable());
    }
}

#[test]
fn a_timeout_names_its_key() {
    let after = Duration::from_mins(1);
    let shown = |which| TransportError::Timeout { which, after }.to_string();
    assert_eq!(shown(TimeoutKind::Connect), "no connection within 60s (`client.timeout.connect`)");
    assert_eq!(shown(TimeoutKind::Read), "nothing was received for 60s (`client.timeout.read`)");
    assert_eq!(shown(TimeoutKind::Total), "the request was not done within 60s (`client.timeout.total`)");
}
