//! What only the real binary shows: its arguments, environment, exit codes and signals.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const SPEC: &str = r#"version: 1
name: notes
inputs:
  api_key: {secret: true}
  page_size: {type: integer, default: 100}
client:
  base_url: BASE
  auth: {type: bearer, token: "{{inputs.api_key}}"}
  retry: {attempts: 1}
resources:
  notes: {path: notes, data_selector: $, paginator: single_page}
"#;

/// A folder with a spec, and what the binary says in it.
struct Place(TempDir);

impl Place {
    fn new(spec: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.write("notes.yaml", spec);
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_restload"));
        command.args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&self.command(arguments).output().unwrap())
    }
}

#[test]
fn cursors_are_kept_where_a_load_is() {
    let place = Place::new(SPEC);
    for arguments in [
        &["state", "show", "notes.yaml"][..],
        &["state", "reset", "notes.yaml", "notes"],
        &["state", "set", "notes.yaml", "notes", "-5"],
    ] {
        let said = place.run(arguments);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.err.contains("there is no load in"), "{said:?}");
    }
    assert!(!place.path().join("data").exists());
}

#[test]
fn a_load_that_was_left_open_is_none_yet() {
    let place = Place::new(SPEC);
    let (folder, load) = (place.path().join("data/notes"), "20260102T030405Z-4k7x0a");
    let open = folder.join("_restload/kept");
    fs::create_dir_all(&open).unwrap();
    let journal = format!(
        "{{\"begin\":{{\"format\":3,\"load\":\"{load}\",\"pins\":{{}}}}}}\n\n{{\"checkpoint\":{{}}}}\n"
    );
    fs::write(open.join(format!("{load}.journal")), journal).unwrap();
    for verb in ["loads", "files", "verify", "rollback", "compact"] {
        let said = place.run(&[verb, "notes.yaml"]);
        assert_eq!(said.code, Some(1), "{said:?}");
        let wanted = format!(
            "error: there is no load in `data/notes` yet: {load} was left open, and nothing of it is committed\n  \
             help: `restload run` goes on with it\n"
        );
        assert_eq!(said.err, wanted, "{verb}");
    }
}

/// How a call ended, and what it said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

/// A server on this machine that answers every request alike, or takes it and never answers.
fn serve(answer: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            let Some(body) = answer else {
                held.push(stream);
                continue;
            };
            let length = body.len();
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n");
            stream.write_all(format!("{head}connection: close\r\n\r\n{body}").as_bytes()).unwrap();
        }
    });
    format!("http://{address}/")
}

fn spec(base: &str) -> String {
    SPEC.replace("BASE", base)
}

#[test]
fn the_version_is_one_line() {
    let said = Place::new("").run(&["--version"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert_eq!(said.out, format!("restload {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn help_names_the_verbs_and_their_options() {
    let place = Place::new("");
    for arguments in [&["--help"][..], &[]] {
        let said = place.run(arguments);
        assert_eq!(said.code, Some(0), "{said:?}");
        for word in ["run", "files", "sandbox", "Exit codes"] {
            assert!(said.out.contains(word), "{word}: {said:?}");
        }
    }
    let said = place.run(&["run", "--help"]);
    for option in [
        "--resource",
        "--out",
        "--set",
        "--env-file",
        "--allow-env",
        "--base-url",
        "--limit",
        "--memory",
        "--strict",
        "--sandbox",
        "--rows",
        "--quiet",
        "--log",
    ] {
        assert!(said.out.contains(option), "{option}: {said:?}");
    }
}

#[test]
fn wrong_usage_is_exit_code_1() {
    let place = Place::new(&spec("https://notes.example/"));
    for (arguments, said_of_it) in [
        (&["fly"][..], "unrecognized subcommand 'fly'"),
        (&["run"], "<SPEC>"),
        (&["run", "notes.yaml", "--limit", "0"], "0 is not in 1.."),
        (&["run", "notes.yaml", "--set", "s3cr3tkey"], "`--set` takes a name, `=` and a value"),
        (&["run", "notes.yaml", "--set", "colour=s3cr3tkey"], "there is no such input"),
        (&["run", "notes.yaml", "--set", "api_key=s3cr3tkey", "--resource", "note"], "did you mean `notes`?"),
        (
            &["run", "notes.yaml", "--env-file", "absent.env"],
            "cannot read the file of `--env-file`, `absent.env`",
        ),
        (&["run", "notes.yaml", "--base-url", "http://notes.example/"], "in the clear"),
        (&["run", "notes.yaml", "--memory", "lots"], "`lots` is not a size"),
        (&["run", "absent.yaml"], "there is no file `absent.yaml`"),
        (&["run", "notes"], "did you mean `notes.yaml`?"),
        (&["run", "."], "`.` is a folder"),
        (&["files", "notes.yaml"], "there is no load in `data/notes`"),
    ] {
        let said = place.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
        assert!(said.err.contains(said_of_it), "{arguments:?}: {said:?}");
        assert!(!said.err.contains("s3cr3tkey"), "{said:?}");
    }
    assert!(!place.path().join("data").exists());
}

#[test]
fn all_faults_of_a_spec_are_said_at_their_places() {
    let place =
        Place::new(&spec("https://notes.example/").replace("path:", "paht:").replace("retry", "rerty"));
    let said = place.run(&["run", "notes.yaml"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{said:?}");
    for part in ["notes.yaml:9:", "help: write `retry`", "notes.yaml:11:", "help: write `path`"] {
        assert!(said.err.contains(part), "{part}: {said:?}");
    }
    assert!(!said.err.contains('\u{1b}'), "colors without a terminal: {said:?}");
}

#[test]
fn a_file_that_is_no_text_is_a_faulty_spec() {
    let place = Place::new("");
    fs::write(place.path().join("notes.yaml"), b"version: 1\nname: \xff\n").unwrap();
    let said = place.run(&["run", "notes.yaml"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.err.contains("the file is not UTF-8"), "{said:?}");
}

#[test]
fn all_missing_inputs_are_named_with_the_places_that_were_looked_at() {
    let place = Place::new(&spec("https://notes.example/").replace(", default: 100", ""));
    let said = place.run(&["run", "notes.yaml"]);
    assert_eq!((said.code, said.out.as_str()), (Some(3), ""), "{said:?}");
    for part in [
        "`api_key`",
        "RESTLOAD_NOTES_API_KEY",
        "`page_size`",
        "RESTLOAD_NOTES_PAGE_SIZE",
        "--set",
        "--env-file",
    ] {
        assert!(said.err.contains(part), "{part}: {said:?}");
    }
}

#[test]
fn an_input_comes_from_set_before_the_environment_before_the_env_file() {
    let place = Place::new(&spec("https://notes.example/"));
    place.write(".env", "export RESTLOAD_NOTES_API_KEY='s3cr3tkey'\nRESTLOAD_NOTES_PAGE_SIZE=file\n");
    let mut arguments = vec!["run", "notes.yaml", "--env-file", ".env"];
    let said = place.run(&arguments);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.err.contains("`file` is not a whole number"), "{said:?}");
    let mut command = place.command(&arguments);
    let said = Said::of(&command.env("RESTLOAD_NOTES_PAGE_SIZE", "environment").output().unwrap());
    assert!(said.err.contains("`environment` is not a whole number"), "{said:?}");
    arguments.extend(["--set", "page_size=set"]);
    let mut command = place.command(&arguments);
    let said = Said::of(&command.env("RESTLOAD_NOTES_PAGE_SIZE", "environment").output().unwrap());
    assert!(said.err.contains("`set` is not a whole number"), "{said:?}");
    assert!(!said.err.contains("s3cr3tkey"), "{said:?}");
}

#[test]
fn a_run_leaves_files_and_says_how_to_read_them() {
    let place = Place::new(&spec(&serve(Some(r#"[{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]"#))));
    place.write(".env", "RESTLOAD_NOTES_API_KEY=s3cr3tkey\n");
    let said = place.run(&["run", "notes.yaml", "--env-file", ".env"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("single-page"), "{said:?}");
    assert!(said.out.contains("committed: 2 rows in 1 file\n"), "{said:?}");
    assert!(said.out.contains("duckdb -c \"from 'data/notes/notes/*.parquet' limit 5\"\n"), "{said:?}");
    assert!(said.err.contains("notes: 1 page, 2 rows"), "{said:?}");

    let of_table = place.run(&["files", "notes.yaml", "notes"]);
    assert_eq!((of_table.code, of_table.err.as_str()), (Some(0), ""), "{of_table:?}");
    let file = of_table.out.trim_end();
    assert!(file.starts_with("data/notes/notes/") && place.path().join(file).is_file(), "{of_table:?}");
    let of_all = place.run(&["files", "notes"]);
    assert_eq!(of_all.out, format!("notes\t{file}\n"));
    let of_none = place.run(&["files", "notes", "people"]);
    assert_eq!(of_none.code, Some(1));
    assert!(of_none.err.contains("no table `people`") && of_none.err.contains("`notes`"), "{of_none:?}");

    std::fs::remove_file(place.path().join(file)).unwrap();
    let of_gone = place.run(&["files", "notes"]);
    assert_eq!((of_gone.code, of_gone.out.as_str()), (Some(3), ""), "{of_gone:?}");
    assert!(
        of_gone.err.contains(&format!("`{file}` is in the newest load record and not there")),
        "{of_gone:?}"
    );
}

#[test]
fn a_damaged_file_is_not_written_again_as_if_it_were_right() {
    let base = serve(Some(r#"[{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]"#));
    let place = Place::new(
        &spec(&base).replace("path: notes", "path: notes, write_disposition: {append: snapshots}"),
    );
    let run = ["run", "notes.yaml", "--set", "api_key=s3cr3tkey", "--quiet"];
    for _ in 0..2 {
        assert_eq!(place.run(&run).code, Some(0));
    }
    let files = place.run(&["files", "notes", "notes"]).out;
    let damaged = files.lines().next().unwrap();
    let mut bytes = std::fs::read(place.path().join(damaged)).unwrap();
    bytes[20] ^= 0x10;
    std::fs::write(place.path().join(damaged), &bytes).unwrap();
    let wider = std::fs::read_to_string(place.path().join("notes.yaml")).unwrap();
    let wider = wider.replace("write_disposition:", "columns: {more: string}, write_disposition:");
    let said = place.run(&["compact", "notes"]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.err.contains("is not what the newest record says: its SHA-256 is"), "{said:?}");
    place.write("notes.yaml", &wider);
    for (spoil, code) in [(false, "file-differs"), (true, "file-missing")] {
        if spoil {
            std::fs::remove_file(place.path().join(damaged)).unwrap();
        }
        let said = place.run(&["run", "notes.yaml", "--set", "api_key=s3cr3tkey", "--no-resume"]);
        assert_eq!(said.code, Some(3), "{said:?}");
        assert!(said.err.contains(&format!("error[{code}]: `data/notes/notes/")), "{said:?}");
        assert!(said.err.contains("help: `restload verify` says"), "{said:?}");
        let said = place.run(&["verify", "notes"]);
        assert!(said.err.contains(&format!("error[{code}]")), "{said:?}");
    }
}

#[test]
fn a_quiet_run_says_nothing_and_a_json_log_is_json_throughout() {
    let place = Place::new(&spec(&serve(Some("[]"))));
    let key = "api_key=s3cr3tkey";
    let said = place.run(&["run", "notes.yaml", "--set", key, "--quiet"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (Some(0), "", ""));
    let said = place.run(&["run", "notes.yaml", "--set", key, "--log", "json"]);
    let events: Vec<serde_json::Value> =
        said.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = events.last().unwrap();
    assert_eq!(
        (last["event"].as_str(), last["ending"].as_str()),
        (Some("summary"), Some("done")),
        "{said:?}"
    );
    assert!(events.iter().any(|event| event["event"] == "request-sent"), "{said:?}");
}

#[test]
fn a_run_without_an_answer_fails_and_leaves_nothing() {
    let place = Place::new(&spec("http://127.0.0.1:1/"));
    let said = place.run(&["run", "notes.yaml", "--set", "api_key=s3cr3tkey"]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.err.contains("nothing was committed"), "{said:?}");
    assert!(!place.path().join("data").exists());
}

/// A place whose spec has a sample.
fn with_sample() -> Place {
    let place = Place::new(&spec("https://notes.example/v1/"));
    fs::create_dir_all(place.path().join("samples/notes")).unwrap();
    place.write("samples/notes/notes.json", r#"[{"id": 1, "text": "a"}]"#);
    place
}

#[test]
fn a_sandbox_run_needs_no_inputs_and_has_a_folder_of_its_own() {
    let said = with_sample().run(&["run", "notes.yaml", "--sandbox", "--rows", "7"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("committed: 7 rows in 1 file\n"), "{said:?}");
    assert!(said.out.contains("'data/notes.sandbox/notes/*.parquet'"), "{said:?}");
}

#[test]
fn a_sandbox_run_does_not_wait_for_the_limits_of_the_real_api_and_says_so() {
    let place = with_sample();
    let limited = spec("https://notes.example/v1/")
        .replace("client:\n", "client:\n  rate_limit: {requests: 1, per: 1h, max_wait: 2h}\n")
        .replace("single_page", "{type: page_number, size_param: size, size: 2}");
    assert!(limited.contains("rate_limit") && limited.contains("size: 2"), "{limited}");
    place.write("notes.yaml", &limited);
    let said = place.run(&["run", "notes.yaml", "--sandbox", "--rows", "7"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("committed: 7 rows in 1 file\n"), "{said:?}");
    assert!(said.err.contains("note[sandbox-limits]: the requests that `rate_limit` allows"), "{said:?}");
    let without = with_sample().run(&["run", "notes.yaml", "--sandbox", "--rows", "7"]);
    assert!(!without.err.contains("rate_limit"), "{without:?}");
}

#[cfg(unix)]
#[test]
fn a_sandbox_says_how_it_is_read_and_serves_until_ctrl_c() {
    let place = with_sample();
    let mut command = place.command(&["sandbox", "notes.yaml", "--rows", "7"]);
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.next().unwrap();
    let line = lines.next().unwrap();
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/v1/"), "{url}");
    let arguments: Vec<_> = line.split(' ').skip(1).collect();
    let said = place.run(&arguments);
    assert!(Command::new("kill").args(["-INT", &server.id().to_string()]).status().unwrap().success());
    assert_eq!(server.wait().unwrap().code(), Some(0));
    assert_eq!(said.code, Some(0), "{line}: {said:?}");
    assert!(said.out.contains("committed: 7 rows in 1 file\n"), "{said:?}");
}

/// A run that waits for a server that never answers, from the moment on at which it asks.
fn waiting_run(place: &Place) -> Child {
    let mut command = place.command(&["run", "notes.yaml", "--set", "api_key=s3cr3tkey", "--log", "json"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let err = child.stderr.as_mut().unwrap();
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains("request-sent") {
        let mut more = [0; 1024];
        let length = err.read(&mut more).unwrap();
        assert!(length > 0, "{}", String::from_utf8_lossy(&said));
        said.extend_from_slice(&more[..length]);
    }
    child
}

#[test]
fn a_folder_in_which_a_run_works_is_refused_to_others() {
    let place = Place::new(&spec(&serve(None)));
    let mut first = waiting_run(&place);
    let second = place.run(&["run", "notes.yaml", "--set", "api_key=s3cr3tkey"]);
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!((second.code, second.out.as_str()), (Some(6), ""), "{second:?}");
    assert!(second.err.contains("another run holds"), "{second:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_cleanly() {
    let place = Place::new(&spec(&serve(None)));
    let mut run = waiting_run(&place);
    let begin = Instant::now();
    assert!(Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap().success());
    assert_eq!(run.wait().unwrap().code(), Some(130));
    assert!(begin.elapsed() < Duration::from_secs(20), "it waited for the server");
    assert!(!place.path().join("data").exists());
}

#[test]
fn a_code_of_a_run_is_explained_as_a_rule_is() {
    let place = Place::new(SPEC);
    let said = place.run(&["explain", "no-answer"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.starts_with("no-answer (of a run)\n\nNo answer came"), "{said:?}");
    assert!(place.run(&["explain", "[secret-in-query]"]).out.contains("Why this is bad"));
    let said = place.run(&["explain", "nonsense"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("there is no rule and no code `nonsense`"), "{said:?}");
}
