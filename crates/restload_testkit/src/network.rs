//! What stands between the real program and an API: a forward proxy, and a server that speaks TLS with certificates of the tests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// The file of a certificate or key of the tests; `certificates/README.md` says which there are.
pub fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("certificates").join(name)
}

/// What came to a server or proxy, in order.
#[derive(Debug, Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn note(&self, text: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.into());
    }

    /// What came so far.
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An address of this machine where something listens for as long as the process lives.
#[derive(Debug, Clone)]
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    /// The first lines of requests, for a proxy with its credentials: `GET http://a.test/x as dXNlcg==`.
    pub heard: Heard,
}

fn listen(
    serve: impl Fn(TcpStream, &Heard) -> std::io::Result<()> + Send + Sync + 'static,
) -> std::io::Result<Listening> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let listening = Listening { address: listener.local_addr()?, heard: Heard::default() };
    let (heard, serve) = (listening.heard.clone(), Arc::new(serve));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (heard, serve) = (heard.clone(), serve.clone());
            thread::spawn(move || {
                if let Err(error) = serve(stream, &heard) {
                    heard.note(format!("broken off: {error}"));
                }
            });
        }
    });
    Ok(listening)
}

/// A server that answers every request with this JSON.
pub fn plain(body: &'static str) -> std::io::Result<Listening> {
    listen(move |stream, heard| answer(&mut BufReader::new(stream), body, heard))
}

/// The same over TLS, with a certificate of the tests; with `asks`, it wants one of the client, signed by the authority of the tests.
pub fn secure(body: &'static str, name: &str, asks: bool) -> std::io::Result<Listening> {
    let asks = asks.then_some("authority.pem");
    let config = Arc::new(server_config(name, asks)?);
    listen(move |stream, heard| {
        let connection = ServerConnection::new(config.clone()).map_err(std::io::Error::other)?;
        let mut stream = BufReader::new(StreamOwned::new(connection, stream));
        answer(&mut stream, body, heard)?;
        let stream = stream.get_mut();
        if stream.conn.peer_certificates().is_some() {
            heard.note("with a certificate");
        }
        stream.conn.send_close_notify();
        stream.flush()
    })
}

/// How a server with a certificate of the tests speaks TLS; with an authority, it wants a certificate of the client that this has signed.
pub(crate) fn server_config(name: &str, asks: Option<&str>) -> std::io::Result<ServerConfig> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = ServerConfig::builder();
    let builder = match asks {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            for root in chain(authority)? {
                roots.add(root).map_err(std::io::Error::other)?;
            }
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build();
            builder.with_client_cert_verifier(verifier.map_err(std::io::Error::other)?)
        }
    };
    let key = PrivateKeyDer::from_pem_file(certificate("server.key")).map_err(std::io::Error::other)?;
    builder.with_single_cert(chain(name)?, key).map_err(std::io::Error::other)
}

fn chain(name: &str) -> std::io::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(certificate(name)).map_err(std::io::Error::other)?;
    read.collect::<Result<_, _>>().map_err(std::io::Error::other)
}

/// A forward proxy: whatever host is asked for, `to` is asked. With `credentials` (`user:password`, in Base64), it lets nobody else through.
pub fn proxy(to: SocketAddr, credentials: Option<&'static str>) -> std::io::Result<Listening> {
    listen(move |mut stream, heard| {
        let head = head(&mut BufReader::new(&stream))?;
        let given = head.iter().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("proxy-authorization")
                .then(|| value.trim_start_matches("Basic ").to_owned())
        });
        let line = head.first().cloned().unwrap_or_default();
        let words: Vec<&str> = line.split(' ').collect();
        let [method, target, ..] = words[..] else { return Ok(()) };
        let who = given.as_ref().map(|given| format!(" as {given}")).unwrap_or_default();
        heard.note(format!("{method} {target}{who}"));
        if credentials.is_some() && given.as_deref() != credentials {
            return stream.write_all(
                b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            );
        }
        let mut api = TcpStream::connect(to)?;
        if method == "CONNECT" {
            stream.write_all(b"HTTP/1.1 200 Connection Established\r\n\r\n")?;
        } else {
            let rest = target.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
            let mut request = format!("{method} {} HTTP/1.1\r\n", rest.unwrap_or("/"));
            for line in &head[1..] {
                if !line.to_ascii_lowercase().starts_with("proxy-") {
                    request.extend([line, "\r\n"]);
                }
            }
            api.write_all((request + "\r\n").as_bytes())?;
        }
        let (mut from, mut back) = (stream.try_clone()?, api.try_clone()?);
        thread::spawn(move || std::io::copy(&mut from, &mut api));
        // Whoever ends first ends it.
        let _ = std::io::copy(&mut back, &mut stream);
        stream.shutdown(std::net::Shutdown::Both)
    })
}

/// The lines of a request up to its body. A byte is read at a time behind the buffer: what follows is for the other side.
fn head(stream: &mut impl BufRead) -> std::io::Result<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            return Ok(lines);
        }
        lines.push(line.trim_end().to_owned());
    }
}

fn answer<S: Read + Write>(stream: &mut BufReader<S>, body: &str, heard: &Heard) -> std::io::Result<()> {
    let head = head(stream)?;
    let Some(line) = head.first() else { return Ok(()) };
    heard.note(line.trim_end_matches(" HTTP/1.1"));
    let (kind, length) = ("application/json", body.len());
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.get_mut().write_all(answer.as_bytes())?;
    stream.get_mut().flush()
}
