//! The real binary behind a proxy, and with certificates from files.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use restload_testkit::faults::{Behind, Front, Kind, Reply, Schedule};
use restload_testkit::leak;
use restload_testkit::network::{Listening, certificate, plain, proxy, secure};
use tempfile::TempDir;

/// Rows of an API.
const ROWS: &str = r#"[{"id":1},{"id":2}]"#;

/// A run of the binary that ended.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    err: String,
    folder: TempDir,
}

/// Runs a spec of one resource against `base` with more of the client, in an environment that holds only this.
fn run(base: &str, client: &str, env: &[(&str, &str)]) -> Said {
    let folder = tempfile::tempdir().unwrap();
    let http = if base.starts_with("http://") { "allow_http: true" } else { "" };
    let retry = if client.contains("retry") { "" } else { "retry: {attempts: 1}" };
    let spec = format!(
        "version: 1\nname: notes\nclient:\n  base_url: {base}\n  {http}\n  {retry}\n  {client}\n\
         resources:\n  notes: {{path: notes, data_selector: $, paginator: single_page}}\n"
    );
    fs::write(folder.path().join("notes.yaml"), spec).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_restload"));
    command
        .args(["run", "notes.yaml", "--log", "json"])
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::null());
    let output = command.envs(env.iter().copied()).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    Said { code: output.status.code(), err, folder }
}

#[track_caller]
fn ended(said: &Said, code: i32, texts: &[&str]) {
    assert_eq!(said.code, Some(code), "{}", said.err);
    for text in texts {
        assert!(said.err.contains(text), "`{text}` is not in\n{}", said.err);
    }
}

fn url(listening: &Listening) -> String {
    format!("http://{}", listening.address)
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn ca(name: &str) -> String {
    format!("tls: {{ca_file: '{}'}}", certificate(name).display())
}

#[test]
fn requests_go_through_the_proxy_of_the_environment() {
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let api = plain(ROWS).unwrap();
        let way = proxy(api.address, None).unwrap();
        ended(&run("http://api.test/v1", "", &[(name, &url(&way))]), 0, &[]);
        assert_eq!(way.heard.all(), ["GET http://api.test/v1/notes"], "{name}");
        assert_eq!(api.heard.all(), ["GET /v1/notes"], "{name}");
    }
    for name in ["HTTPS_PROXY", "https_proxy"] {
        let api = secure(ROWS, "server.pem", false).unwrap();
        let way = proxy(api.address, None).unwrap();
        ended(&run("https://api.test/v1", &ca("authority.pem"), &[(name, &url(&way))]), 0, &[]);
        assert_eq!(way.heard.all(), ["CONNECT api.test:443"], "{name}");
        assert_eq!(api.heard.all(), ["GET /v1/notes"], "{name}");
    }
}

#[test]
fn hosts_of_no_proxy_and_this_machine_are_asked_without_it() {
    let api = plain(ROWS).unwrap();
    let way = proxy(api.address, None).unwrap();
    let proxies = [("HTTP_PROXY", url(&way)), ("HTTPS_PROXY", url(&way))];
    let mut env: Vec<(&str, &str)> = proxies.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ended(&run(&url(&api), "", &env), 0, &[]);
    let own = secure(ROWS, "server.pem", false).unwrap();
    let base = format!("https://localhost:{}", own.address.port());
    ended(&run(&base, &ca("authority.pem"), &env), 0, &[]);
    for name in ["NO_PROXY", "no_proxy"] {
        env.push((name, "other.test,.invalid"));
        ended(
            &run("http://api.invalid", "", &env),
            3,
            &["no-answer", "cannot find the host of `http://api.invalid`"],
        );
        env.pop();
    }
    assert_eq!(way.heard.all(), Vec::<String>::new());
    assert_eq!((api.heard.all().len(), own.heard.all().len()), (1, 1));
}

#[test]
fn the_password_of_a_proxy_goes_to_it_and_is_shown_nowhere() {
    // Base64 of `me:p4ss/w&rd`.
    let credentials = "bWU6cDRzcy93JnJk";
    for (right, password) in [(true, "p4ss%2Fw%26rd"), (false, "p4ss%2Fw%26rx")] {
        for base in ["http://api.test", "https://api.test"] {
            let api = if base == "http://api.test" { plain(ROWS) } else { secure(ROWS, "server.pem", false) };
            let api = api.unwrap();
            let way = proxy(api.address, Some(credentials)).unwrap();
            let through = format!("http://me:{password}@{}", way.address);
            let client = if base == "http://api.test" { String::new() } else { ca("authority.pem") };
            let said = run(base, &client, &[("ALL_PROXY", &through)]);
            if right {
                ended(&said, 0, &[]);
                assert!(way.heard.all()[0].ends_with(&format!(" as {credentials}")), "{:?}", way.heard.all());
            } else {
                let named =
                    format!("the proxy `http://{}` does not let a request to `{base}` through", way.address);
                ended(&said, 3, &["proxy", &named, "407", "it wants a user name and password", "NO_PROXY"]);
                assert_eq!(api.heard.all(), Vec::<String>::new());
            }
            let secrets = [password.to_owned(), "p4ss/w&rd".to_owned(), "p4ss/w&rx".to_owned()];
            for secret in &secrets {
                assert!(leak::found(said.err.as_bytes(), secret).is_empty(), "{}", said.err);
            }
            assert_eq!(leak::below(said.folder.path(), &secrets), Vec::<String>::new());
        }
    }
}

#[test]
fn a_proxy_that_is_not_there_is_named_and_not_the_api() {
    let nobody = nobody();
    for (base, proxy) in [
        ("http://api.test", format!("http://{nobody}")),
        ("https://api.test", format!("http://{nobody}")),
        ("https://api.test", "http://proxy.invalid:3128".to_owned()),
    ] {
        let said = run(base, "", &[("ALL_PROXY", &proxy)]);
        let named = format!("cannot connect to the proxy `{proxy}`, through which `{base}` is asked");
        ended(&said, 3, &[&named, "NO_PROXY"]);
    }
}

#[test]
fn a_written_private_address_is_refused_though_a_proxy_would_be_asked() {
    let api = plain(r#"{"rows": [{"id": 1}], "next": "http://169.254.169.254/latest"}"#).unwrap();
    let way = proxy(api.address, None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let spec = "version: 1\nname: notes\nclient: {base_url: http://api.test, allow_http: true, allow_hosts: ['http://169.254.169.254']}\n\
                resources:\n  notes: {path: notes, data_selector: rows, paginator: {type: json_link, next: next}}\n";
    fs::write(folder.path().join("notes.yaml"), spec).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_restload"));
    command.args(["run", "notes.yaml"]).current_dir(folder.path()).env_clear().env("HTTP_PROXY", url(&way));
    let output = command.output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("private-address") && err.contains("169.254.169.254"), "{err}");
    assert_eq!(way.heard.all(), ["GET http://api.test/notes"]);
}

#[test]
fn a_server_is_trusted_by_its_authority_and_shown_our_certificate() {
    let own = |name: &str| certificate(name).display().to_string();
    for asks in [false, true] {
        let api = secure(ROWS, "server.pem", asks).unwrap();
        let base = format!("https://localhost:{}", api.address.port());
        let identity = format!(
            "tls: {{ca_file: '{}', client_cert: '{}', client_key: '{}'}}",
            own("authority.pem"),
            own("client.pem"),
            own("client.key")
        );
        ended(&run(&base, &identity, &[]), 0, &[]);
        let heard = api.heard.all();
        assert_eq!(heard[0], "GET /notes");
        assert_eq!(heard.iter().any(|line| line == "with a certificate"), asks, "{heard:?}");
    }
    let api = secure(ROWS, "server.pem", true).unwrap();
    let said = run(&format!("https://localhost:{}", api.address.port()), &ca("authority.pem"), &[]);
    ended(&said, 3, &["no secure connection to", "it wants a certificate of ours", "client_cert"]);
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_with_its_place() {
    for (name, authority, said) in [
        ("expired.pem", "authority.pem", "its certificate has expired, on 2021-01-01"),
        ("elsewhere.pem", "authority.pem", "its certificate is not for `localhost:"),
        (
            "server.pem",
            "client.pem",
            "its certificate is signed by nobody that is trusted here (UnknownIssuer)",
        ),
    ] {
        let api = secure(ROWS, name, false).unwrap();
        let base = format!("https://localhost:{}", api.address.port());
        let client = ca(authority);
        let ended_with = run(&base, &client, &[]);
        ended(
            &ended_with,
            3,
            &["no-answer", &format!("no secure connection to `{base}`"), said, "notes.yaml"],
        );
        assert!(api.heard.all().iter().all(|line| line.starts_with("broken off")), "{:?}", api.heard.all());
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    ended(&run(&base, &ca("authority.pem"), &[]), 3, &["no secure connection to", "it does not speak TLS"]);
    let api = plain(ROWS).unwrap();
    let said = run(&format!("https://{}", api.address), &ca("authority.pem"), &[]);
    ended(&said, 3, &["cannot connect to", "it ended the connection before that was secure"]);
}

#[test]
fn a_file_of_certificates_that_cannot_be_read_is_said_with_its_key() {
    let missing = Path::new("nothing.pem");
    let said = run("https://localhost:1", &format!("tls: {{ca_file: {}}}", missing.display()), &[]);
    assert_ne!(said.code, Some(0));
    assert!(said.err.contains("ca_file") && said.err.contains("nothing.pem"), "{}", said.err);
}

/// An API over TLS of which all handshakes are spoiled until there were two in a row.
fn spoiled(seed: u64, kind: Kind) -> Front {
    let schedule = Schedule::new(seed, 1000, 2, &[]).with_handshakes(&[kind]);
    Front::start_secure(Behind::Function(Arc::new(|_| Reply::json(ROWS))), schedule).unwrap()
}

#[test]
fn a_handshake_that_breaks_off_is_tried_again() {
    // By the seed it breaks off before a word, behind the first one, in the middle of the answer, or by a reset.
    for seed in 1..=10 {
        let api = spoiled(seed, Kind::HandshakeCut);
        let client = format!("{}\n  retry: {{attempts: 3, initial: 1ms}}", ca("authority.pem"));
        ended(&run(&api.origin(), &client, &[]), 0, &[]);
        let done = api.take_done();
        assert_eq!((done.faults[&Kind::HandshakeCut], done.requests.len()), (2, 1), "{seed}");
        let client = format!("{}\n  retry: {{attempts: 2, initial: 1ms}}", ca("authority.pem"));
        let api = spoiled(seed, Kind::HandshakeCut);
        ended(&run(&api.origin(), &client, &[]), 3, &["no-answer", "attempt 2,"]);
    }
}

#[test]
fn a_handshake_with_a_wrong_certificate_or_refused_ends_the_run_and_not_the_next() {
    for (kind, reasons) in [
        (Kind::WrongCertificate, ["its certificate is not for", "its certificate has expired"]),
        (Kind::HandshakeRefused, ["HandshakeFailure", "HandshakeFailure"]),
    ] {
        for seed in 1..=4 {
            let api = spoiled(seed, kind);
            let client = format!("{}\n  retry: {{attempts: 3, initial: 1ms}}", ca("authority.pem"));
            for _ in 0..2 {
                let said = run(&api.origin(), &client, &[]);
                ended(&said, 3, &["no-answer", "no secure connection"]);
                assert!(reasons.iter().any(|reason| said.err.contains(reason)), "{}", said.err);
                let done = api.take_done();
                assert_eq!((done.faults[&kind], done.requests.len(), done.troubles.len()), (1, 0, 0));
            }
            ended(&run(&api.origin(), &client, &[]), 0, &[]);
        }
    }
}
