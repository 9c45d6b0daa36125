//! TLS with certificates from files, against a server that asks for one itself.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use restload_spec::plan::TlsPlan;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use url::Url;

use super::http::timeouts;
use crate::transport::{Http, Request, Transport, TransportError};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/transport/tests/certificates").join(name)
}

fn chain(name: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(file(name)).unwrap().map(Result::unwrap).collect()
}

/// A server for one connection that wants a certificate signed by the authority, or none; it says whether it got one.
fn serve(wants_certificate: bool) -> (Url, Receiver<bool>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = ServerConfig::builder();
    let builder = if wants_certificate {
        let mut roots = RootCertStore::empty();
        roots.add(chain("authority.pem").remove(0)).unwrap();
        builder.with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = Arc::new(builder.with_single_cert(chain("server.pem"), key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://127.0.0.1:{}/x", listener.local_addr().unwrap().port());
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read_exact(&mut byte).is_err() {
                return;
            }
            head.push(byte[0]);
        }
        let _ = tell.send(stream.conn.peer_certificates().is_some());
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]");
        stream.conn.send_close_notify();
        let _ = stream.flush();
    });
    (Url::parse(&url).unwrap(), told)
}

async fn ask(url: Url, ca: Option<&str>, identity: Option<(&str, &str)>) -> Result<u16, TransportError> {
    let tls = TlsPlan {
        ca_file: ca.map(file),
        identity: identity.map(|(certificate, key)| (file(certificate), file(key))),
    };
    let http = Http::new(timeouts(), 1000).with_tls(tls);
    http.send(Request::get(url)).await.map(|exchange| exchange.status)
}

#[tokio::test]
async fn a_server_is_trusted_by_the_file_alone() {
    let (url, told) = serve(false);
    assert_eq!(ask(url, Some("authority.pem"), None).await, Ok(200));
    assert_eq!(told.recv(), Ok(false));
    for ca in [None, Some("other.pem")] {
        let (url, told) = serve(false);
        let error = ask(url, ca, None).await.unwrap_err();
        assert!(matches!(error, TransportError::Tls { .. }), "{ca:?}: {error}");
        assert!(!error.is_retryable());
        assert!(told.recv().is_err(), "it was asked all the same");
    }
}

#[tokio::test]
async fn a_certificate_of_ours_is_shown_where_it_is_wanted() {
    let (url, told) = serve(true);
    assert_eq!(ask(url, Some("authority.pem"), Some(("client.pem", "client.key"))).await, Ok(200));
    assert_eq!(told.recv(), Ok(true));
    let (url, told) = serve(true);
    assert!(ask(url, Some("authority.pem"), None).await.is_err());
    assert!(told.recv().is_err(), "it was let in without a certificate");
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_with_its_key() {
    let url = Url::parse("https://127.0.0.1:1/").unwrap();
    for (ca, identity, said) in [
        (Some("nothing.pem"), None, "`client.tls.ca_file`"),
        (Some("README.md"), None, "it holds no certificate in PEM"),
        (None, Some(("client.pem", "nothing.key")), "`client.tls.client_key`"),
        (None, Some(("client.pem", "README.md")), "`client.tls.client_cert` and `client_key`"),
    ] {
        let error = ask(url.clone(), ca, identity).await.unwrap_err();
        assert!(matches!(error, TransportError::Unsendable { .. }), "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn a_private_address_is_not_connected_to_where_an_answer_may_have_led() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let url = Url::parse(&format!("http://{host}:{port}/latest/meta-data")).unwrap();
        let error = Http::new(timeouts(), 1000).send_outside(Request::get(url)).await.unwrap_err();
        assert!(matches!(error, TransportError::PrivateAddress { .. }), "{host}: {error}");
        assert!(!error.is_retryable());
    }
    assert!(listener.accept().is_err(), "a connection was made");
}
