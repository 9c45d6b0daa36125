//! A front as a client finds it.

use std::io::{Read, Write};
use std::net::TcpStream as Blocking;

use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::*;
use crate::network::certificate;

fn front(seed: u64, kinds: &[Kind]) -> Front {
    let behind = |asked: &Asked| Reply::json(asked.header("x-forwarded-proto").unwrap_or_default());
    let schedule = Schedule::new(seed, 1000, 2, &[]).with_handshakes(kinds);
    Front::start_secure(Behind::Function(Arc::new(behind)), schedule).unwrap()
}

/// What comes back, asked by a client that wants a server of this name.
fn ask(front: &Front, name: &'static str) -> io::Result<String> {
    let mut roots = RootCertStore::empty();
    let authority = certificate("authority.pem");
    roots.add(rustls::pki_types::CertificateDer::from_pem_file(authority).unwrap()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(name).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, Blocking::connect(("127.0.0.1", front.port))?);
    stream.write_all(b"GET /x HTTP/1.1\r\nhost: x\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_secure_front_answers_over_tls_alone() {
    let front = front(1, &[]);
    assert!(front.origin().starts_with("https://127.0.0.1:"));
    assert!(ask(&front, "127.0.0.1").unwrap().ends_with("\r\n\r\nhttps"));
    let mut plain = Blocking::connect(("127.0.0.1", front.port)).unwrap();
    plain.write_all(b"GET /x HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert_eq!(front.take_done().requests.len(), 1);
}

#[test]
fn a_handshake_fails_as_it_is_due_and_comes_about_in_the_end() {
    for (kind, reason) in [
        (Kind::HandshakeCut, ""),
        (Kind::HandshakeRefused, "HandshakeFailure"),
        (Kind::WrongCertificate, "invalid peer certificate"),
    ] {
        let front = front(1, &[kind]);
        for _ in 0..2 {
            let error = ask(&front, "127.0.0.1").unwrap_err();
            assert!(error.to_string().contains(reason), "{kind:?}: {error}");
        }
        assert!(ask(&front, "127.0.0.1").is_ok(), "{kind:?}");
        let done = front.take_done();
        assert_eq!((done.faults.get(&kind), done.requests.len()), (Some(&2), 1), "{kind:?}");
        assert!(done.troubles.is_empty(), "{:?}", done.troubles);
    }
}

#[test]
fn a_client_that_takes_a_wrong_certificate_is_told_of() {
    // Which of the two wrong ones is shown hangs on the seed; one is right for this name.
    let troubles = (1..=6).map(|seed| {
        let front = front(seed, &[Kind::WrongCertificate]);
        assert!(ask(&front, "elsewhere.test").is_err());
        front.take_done().troubles.len()
    });
    let told: usize = troubles.sum();
    assert!((1..6).contains(&told), "{told}");
}
