//! `restload lint`, `fmt`, `explain` and `schema` as they are called.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

const GOOD: &str = "\
version: 1
name: notes
docs: https://notes.example/docs
inputs:
  key: {secret: true, env: NOTES_KEY, description: The key}
client:
  base_url: https://api.notes.example/
  auth: {type: bearer, token: \"{{inputs.key}}\"}
resources:
  notes: {description: Notes, path: notes, paginator: header_link}
";

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn restload(folder: &Path, arguments: &[&str], input: &str) -> Said {
    let mut child = Command::new(env!("CARGO_BIN_EXE_restload"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder with these files.
fn place(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn folders_are_searched_for_specs_and_for_pages_with_specs() {
    let bad = GOOD.replace("paginator", "paginaton");
    let page = format!("# Notes\n\n```yaml\n{}```\n", bad.replace("name: notes", "name: page"));
    let folder = place(&[
        ("specs/notes.yaml", bad.as_str()),
        ("compose.yaml", "version: 1\nservices: {}\n"),
        ("docs/page.md", &page),
        ("ignored/notes.yaml", &bad),
        (".gitignore", "ignored/\n"),
    ]);
    let said = restload(folder.path(), &["lint", "--format", "concise"], "");
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(lines[0].starts_with("docs/page.md:13:44: error[unknown-key]"), "{}", said.out);
    assert!(lines[1].starts_with("specs/notes.yaml:10:44: error[unknown-key]"), "{}", said.out);
    assert_eq!(lines[2], "2 errors in 2 files; 2 can be mended with `--fix`");
}

#[test]
fn nothing_to_say_is_said_and_warnings_count_when_they_are_denied() {
    let folder = place(&[("notes.yaml", GOOD), ("b/notes.yaml", &GOOD.replace("docs:", "title:"))]);
    let said = restload(folder.path(), &["lint", "notes.yaml"], "");
    assert!(said.out.contains("no faults in 1 spec") || said.out.contains("note["), "{}", said.out);
    assert_eq!(said.code, 0);
    assert_eq!(restload(folder.path(), &["lint", "b"], "").code, 0);
    let denied = restload(folder.path(), &["lint", "b", "--deny", "warnings"], "");
    assert_eq!(denied.code, 2, "{}", denied.out);
    assert_eq!(restload(folder.path(), &["lint", "nowhere.yaml"], "").code, 1);
    let empty = place(&[("a.txt", "")]);
    assert_eq!(restload(empty.path(), &["lint"], "").code, 1);
}

#[test]
fn standard_input_is_linted_and_mended_to_standard_output() {
    let folder = place(&[]);
    let bad = GOOD.replace("paginator", "paginaton");
    let said = restload(folder.path(), &["lint", "-", "--format", "concise"], &bad);
    assert!(said.out.starts_with("<stdin>:10:44: error[unknown-key]"), "{}", said.out);
    let said = restload(folder.path(), &["lint", "-", "--fix", "--format", "concise"], &bad);
    assert!(said.out.starts_with(GOOD), "{}", said.out);
    assert_eq!(said.code, 0, "{}", said.err);
}

#[test]
fn a_file_is_mended_in_its_place_and_a_diff_changes_nothing() {
    let bad = GOOD.replace("paginator", "paginaton").replace("resources:", "resources: # all of them");
    let folder = place(&[("notes.yaml", &bad)]);
    let path = folder.path().join("notes.yaml");
    let said = restload(folder.path(), &["lint", "--fix", "--diff"], "");
    assert!(said.out.contains("-  notes: {description: Notes, path: notes, paginaton"), "{}", said.out);
    assert!(said.out.contains("+  notes: {description: Notes, path: notes, paginator"), "{}", said.out);
    assert_eq!(fs::read_to_string(&path).unwrap(), bad);
    let said = restload(folder.path(), &["lint", "--fix"], "");
    assert_eq!(said.code, 0, "{}", said.out);
    assert_eq!(fs::read_to_string(&path).unwrap(), bad.replace("paginaton", "paginator"));
    let again = restload(folder.path(), &["lint", "--fix", "--diff"], "");
    assert_eq!(again.out, "");
    assert_eq!(restload(folder.path(), &["lint", "--diff"], "").code, 1, "--diff alone is no usage");
}

#[test]
fn programs_are_told_in_their_own_forms() {
    let folder = place(&[("notes.yaml", &GOOD.replace("paginator", "paginaton"))]);
    let json: Value =
        serde_json::from_str(&restload(folder.path(), &["lint", "--format", "json"], "").out).unwrap();
    assert_eq!(json[0]["rule"], "unknown-key");
    assert_eq!((&json[0]["start"]["line"], &json[0]["start"]["column"]), (&10.into(), &44.into()));
    let github = restload(folder.path(), &["lint", "--format", "github"], "").out;
    assert!(github.starts_with("::error file=notes.yaml,line=10,col=44,"), "{github}");
    let sarif: Value =
        serde_json::from_str(&restload(folder.path(), &["lint", "--format", "sarif"], "").out).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unknown-key");
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][0]["id"], "unknown-key");
}

#[test]
fn run_refuses_what_lint_calls_an_error() {
    let spec = GOOD.replace("paginator: header_link", "paginator: header_link, primary_key: nid");
    let folder = place(&[("notes.yaml", &spec), ("samples/notes/notes.json", "[{\"id\": 1}]")]);
    let said = restload(folder.path(), &["run", "notes.yaml", "--sandbox"], "");
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("error[key-not-in-sample]"), "{}", said.err);
    assert!(!folder.path().join("data").exists());
}

#[test]
fn keys_are_put_in_order_and_a_check_changes_nothing() {
    let mixed = GOOD.replace("version: 1\nname: notes\n", "name: notes # first\nversion: 1\n");
    let folder = place(&[("notes.yaml", &mixed)]);
    let said = restload(folder.path(), &["fmt", "--check"], "");
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.out.contains("+version: 1"), "{}", said.out);
    assert_eq!(restload(folder.path(), &["fmt"], "").code, 0);
    let ordered = fs::read_to_string(folder.path().join("notes.yaml")).unwrap();
    assert!(ordered.starts_with("version: 1\nname: notes # first\n"), "{ordered}");
    assert_eq!(restload(folder.path(), &["fmt", "--check"], "").code, 0);
    assert_eq!(restload(folder.path(), &["fmt", "-"], &mixed).out, ordered);
    assert_eq!(restload(folder.path(), &["fmt", "-"], "a: [").code, 2);
}

#[test]
fn rules_are_explained_and_a_misspelt_one_is_recognised() {
    let folder = place(&[]);
    let list = restload(folder.path(), &["explain"], "").out;
    let page = restload(folder.path(), &["explain", "unknown-key"], "").out;
    assert!(list.contains("unknown-key") && list.contains("sample-missing"), "{list}");
    assert!(page.starts_with("unknown-key (error of restload lint)\n"), "{page}");
    assert!(!page.contains("```"), "{page}");
    let said = restload(folder.path(), &["explain", "unknwon-key"], "");
    assert_eq!(said.code, 1);
    assert!(said.err.contains("did you mean `unknown-key`?"), "{}", said.err);
}

#[test]
fn the_schema_is_that_of_the_repository() {
    let said = restload(Path::new("."), &["schema"], "");
    let printed: Value = serde_json::from_str(&said.out).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/restload.schema.json");
    let mut kept: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    kept.as_object_mut().unwrap().remove("$comment");
    assert_eq!(printed, kept);
}
