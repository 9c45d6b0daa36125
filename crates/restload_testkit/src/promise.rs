//! What holds for every run of every case, so that no case has to say it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::case::Step;
use crate::exchange::Exchange;
use crate::leak;
use crate::left::Left;

/// A run that is over.
#[derive(Debug)]
pub(crate) struct Over<'a> {
    pub(crate) exit: u8,
    /// It was to load.
    pub(crate) loads: bool,
    pub(crate) before: &'a Left,
    pub(crate) after: &'a Left,
    /// What was printed.
    pub(crate) printed: &'a str,
    /// The output folder.
    pub(crate) out: &'a Path,
    /// Values of secret inputs.
    pub(crate) secrets: &'a [String],
}

/// The promises that a run broke.
pub(crate) fn broken(over: &Over<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    exactly_what_the_record_lists(over.after, &mut faults);
    one_schema(over.after, &mut faults);
    nothing_of_a_failed_run(over, &mut faults);
    no_secrets(over, &mut faults);
    every_code_is_explained(over.printed, &mut faults);
    if over.exit == 70 {
        faults.push("the program calls this a bug of its own".to_owned());
    }
    faults
}

/// A reader of the folder sees what a reader of the record sees.
fn exactly_what_the_record_lists(left: &Left, faults: &mut Vec<String>) {
    let listed: BTreeSet<&PathBuf> = left.tables.values().flat_map(|table| &table.files).collect();
    let seen: BTreeSet<&PathBuf> = left.visible.keys().collect();
    for file in seen.difference(&listed) {
        faults.push(format!("`{}` is visible and not in the load record", file.display()));
    }
    for file in listed.difference(&seen) {
        faults.push(format!("`{}` is in the load record and not there", file.display()));
    }
}

/// All files of a folder have one schema, and the rows that the record counts.
fn one_schema(left: &Left, faults: &mut Vec<String>) {
    for (name, table) in &left.tables {
        let mut schemas = table.contents.iter().map(|content| {
            let columns = content.schema.fields().iter();
            columns.map(|column| (column.name().clone(), column.data_type().clone())).collect::<Vec<_>>()
        });
        let first = schemas.next();
        if schemas.any(|other| Some(&other) != first.as_ref()) {
            faults.push(format!("the files of `{name}` have more than one schema"));
        }
        for key in ["restload.spec", "restload.resource", "restload.load"] {
            if table.contents.iter().any(|content| content.metadata.iter().all(|(known, _)| known != key)) {
                faults.push(format!("a file of `{name}` has no `{key}` in its metadata"));
            }
        }
        let rows: usize = table.contents.iter().map(|content| content.rows.len()).sum();
        let counted = left.record.as_ref().and_then(|record| record["tables"][name]["rows"].as_u64());
        if counted != Some(rows as u64) {
            faults.push(format!("`{name}` has {rows} rows and the load record counts {counted:?}"));
        }
    }
}

/// A run that committed nothing leaves what was there.
fn nothing_of_a_failed_run(over: &Over<'_>, faults: &mut Vec<String>) {
    if matches!(over.exit, 0 | 4) {
        if over.loads && over.after.sequence() <= over.before.sequence() {
            faults.push(format!("exit code {} and no new load record", over.exit));
        }
        return;
    }
    if over.after.sequence() != over.before.sequence() {
        faults.push(format!("exit code {} and a new load record", over.exit));
    }
    if over.after.visible != over.before.visible {
        faults.push(format!("exit code {} and the tables are not what they were", over.exit));
    }
}

/// Whoever reads a code can ask what it means.
fn every_code_is_explained(printed: &str, faults: &mut Vec<String>) {
    for line in printed.lines() {
        let code = ["error[", "warning[", "note["].iter().find_map(|begins| line.strip_prefix(begins));
        let Some((code, _)) = code.and_then(|rest| rest.split_once("]: ")) else { continue };
        if !restload::is_explained(code) {
            faults.push(format!("`restload explain {code}` has nothing to say"));
        }
    }
}

/// No secret is printed or stored, in whatever form. Those that are too short to be told from a word may be in rows.
fn no_secrets(over: &Over<'_>, faults: &mut Vec<String>) {
    for secret in over.secrets {
        for form in leak::found(over.printed.as_bytes(), secret) {
            faults.push(format!("a secret ({form}) is printed"));
        }
    }
    let long = over.secrets.iter().filter(|secret| secret.chars().count() >= 8).cloned();
    faults.extend(leak::below(over.out, &long.collect::<Vec<_>>()));
}

/// The values of a spec's secret inputs in a load; of one that is in a file, what the file holds.
pub(crate) fn secrets(spec: &Value, step: &Step) -> Vec<String> {
    let read = |value: String| match value.strip_prefix("file:") {
        Some(name) => {
            let text = std::fs::read_to_string(step.spec_folder.join(name)).unwrap_or_default();
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
        None => value,
    };
    given(spec, &step.env, &step.args).into_iter().map(read).filter(|value| !value.is_empty()).collect()
}

fn given(spec: &Value, env: &BTreeMap<String, String>, args: &[String]) -> Vec<String> {
    let Some(inputs) = spec["inputs"].as_object() else { return Vec::new() };
    let secret = inputs.iter().filter(|(_, input)| input["secret"] == Value::Bool(true));
    secret
        .flat_map(|(name, input)| {
            let variable = input["env"].as_str().map_or_else(
                || format!("RESTLOAD_{}_{name}", spec["name"].as_str().unwrap_or_default()).to_uppercase(),
                str::to_owned,
            );
            let set = format!("{name}=");
            let set = args.iter().filter_map(move |arg| arg.strip_prefix(&set).map(str::to_owned));
            env.get(&variable).cloned().into_iter().chain(set)
        })
        .filter(|value| !value.is_empty())
        .collect()
}

/// The tokens that answers give out.
pub(crate) fn tokens(exchanges: &[Exchange]) -> Vec<String> {
    let mut found = Vec::new();
    for body in exchanges.iter().filter_map(|exchange| exchange.response.json.as_ref()) {
        for name in ["access_token", "refresh_token", "id_token", "session_token"] {
            found.extend(body.get(name).and_then(Value::as_str).map(str::to_owned));
        }
    }
    // Shorter ones would be found by chance.
    found.retain(|token| token.len() >= 8);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(sequence: u64) -> Left {
        Left { record: Some(serde_json::json!({"sequence": sequence})), ..Left::default() }
    }

    fn over<'a>(exit: u8, before: &'a Left, after: &'a Left) -> Over<'a> {
        Over { exit, loads: true, before, after, printed: "", out: Path::new("/nowhere"), secrets: &[] }
    }

    #[test]
    fn a_failed_run_may_change_nothing_that_is_visible() {
        let (none, one) = (Left::default(), record(1));
        assert_eq!(broken(&over(0, &none, &one)), Vec::<String>::new());
        assert_eq!(broken(&over(3, &none, &one)), ["exit code 3 and a new load record"]);
        assert_eq!(broken(&over(0, &one, &one)), ["exit code 0 and no new load record"]);
        let mut more = record(1);
        more.visible.insert("x/1.parquet".into(), 1);
        assert_eq!(
            broken(&over(3, &one, &more)),
            [
                "`x/1.parquet` is visible and not in the load record",
                "exit code 3 and the tables are not what they were"
            ]
        );
    }

    #[test]
    fn a_secret_is_found_in_what_is_printed_and_stored() {
        let out = tempfile::tempdir().unwrap();
        std::fs::write(out.path().join("record.json"), "{\"url\": \"?key=s3cr%2Fet1\"}").unwrap();
        let (none, secrets) = (Left::default(), ["s3cr/et1".to_owned(), "k/1".to_owned()]);
        let over =
            Over { printed: "key s3cr/et1 k/1", out: out.path(), secrets: &secrets, ..over(3, &none, &none) };
        let faults = broken(&over);
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert_eq!(faults[..2], ["a secret (plain) is printed", "a secret (plain) is printed"]);
        assert!(faults[2].starts_with("a secret (percent) is in "));
    }

    #[test]
    fn the_tokens_that_answers_give_out_are_secrets_too() {
        let exchanges: Vec<Exchange> = serde_yaml::from_str(
            "[{request: {line: POST /t}, response: {json: {access_token: t0ken-0ne, id: 12345678}}}, \
             {request: {line: GET /x}, response: {json: [{access_token: n0t-this}]}}, \
             {request: {line: POST /u}, response: {json: {access_token: short, refresh_token: r3fresh-me}}}]",
        )
        .unwrap();
        assert_eq!(tokens(&exchanges), ["t0ken-0ne", "r3fresh-me"]);
    }

    #[test]
    fn the_secrets_of_a_spec_are_known_by_their_variables() {
        let spec = serde_json::json!({"name": "spec", "inputs": {
            "key": {"secret": true}, "other": {"secret": true, "env": "OTHER"}, "plain": {}, "set": {"secret": true}}});
        let env = [("RESTLOAD_SPEC_KEY", "a"), ("OTHER", "b"), ("RESTLOAD_SPEC_PLAIN", "c")];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(given(&spec, &env, &["--set".into(), "set=d".into()]), ["a", "b", "d"]);
    }
}
