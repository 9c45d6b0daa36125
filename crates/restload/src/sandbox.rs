//! `restload sandbox`, and the sandbox of `restload run --sandbox`: a fake of the spec's API on this machine.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use restload_sandbox::{Sandbox, SandboxError, SandboxOptions};
use restload_spec::plan::{Inputs, Lookup, bind_inputs};
use serde_json::Value;
use tokio::time::interval;

use crate::arguments::SandboxArguments;
use crate::exit;
use crate::spec_file::{SpecFile, read_spec_file};
use crate::terminal::Terminal;
use crate::world::World;

/// How often it is looked whether the server is to end.
const LOOK: Duration = Duration::from_millis(50);

/// Serves a sandbox until Ctrl-C.
pub(crate) async fn serve(
    arguments: &SandboxArguments,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<u8, u8> {
    let file = read_spec_file(&arguments.spec, world, terminal)?;
    let options = SandboxOptions { rows: arguments.rows, port: arguments.port, ..SandboxOptions::default() };
    let sandbox = start(&file, &arguments.spec, &options, world, terminal).await?;
    let base_url = sandbox.base_url();
    terminal.print(&format!("{base_url}\n")).map_err(|error| {
        terminal.error(&format!("cannot write the URL: {error}"), None);
        exit::FAILED
    })?;
    let sets: String = sets(&file, sandbox.inputs()).iter().map(|set| format!(" --set {}", quoted(set))).collect();
    terminal.say(&format!(
        "the sandbox of `{}` until Ctrl-C; to read it:\n  restload run {} --base-url {base_url}{sets} --out sandbox",
        file.spec.name,
        quoted(&arguments.spec.display().to_string()),
    ));
    let mut look = interval(LOOK);
    while !world.stop.is_stopped() {
        look.tick().await;
    }
    Ok(exit::DONE)
}

/// Starts a sandbox, or says why there is none.
pub(crate) async fn start(
    file: &SpecFile,
    spec: &Path,
    options: &SandboxOptions,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<Sandbox, u8> {
    let folder = spec.parent().unwrap_or(Path::new(""));
    let read = |path: &str| match fs::read(world.locate(&folder.join(path))) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    };
    let started = Sandbox::start(&file.document, &file.spec, &read, options, world.clock.now()).await;
    let sandbox = started.map_err(|error| match error {
        SandboxError::Spec(faults) => {
            terminal.findings(&faults, &file.document);
            // A name that was given on the command line is no fault of the spec.
            let asked_for = faults.iter().filter(|fault| fault.is_error()).all(|fault| fault.rule == "unknown-resource");
            if asked_for { exit::USAGE } else { exit::SPEC }
        }
        SandboxError::Samples(faults) => {
            terminal.findings(&faults, &file.document);
            exit::FAILED
        }
        SandboxError::Listen { .. } => {
            terminal.error(&error.to_string(), Some("`--port 0` takes a free port"));
            exit::FAILED
        }
    })?;
    terminal.findings(sandbox.notes(), &file.document);
    Ok(sandbox)
}

/// The values of `--set` alone: nothing else is looked up, so that no real secret comes to a sandbox.
pub(crate) fn bind_given(
    file: &SpecFile,
    set: &BTreeMap<String, String>,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<Inputs, u8> {
    let mut spec = file.spec.clone();
    // What is not given is no fault: it is made up.
    spec.inputs.values_mut().for_each(|input| input.required = Some(false));
    let lookup = Lookup {
        set,
        env: &|_| None,
        env_file: &BTreeMap::new(),
        read_file: &|path| Err(format!("`{path}` is not read for a sandbox")),
        allow_env: &[],
        now: world.clock.now(),
    };
    let bound = bind_inputs(&spec, &lookup).map_err(|faults| {
        terminal.diagnostics(&faults, &file.document);
        exit::USAGE
    })?;
    let mut given = Inputs::default();
    for (name, input) in bound.iter().filter(|(name, _)| set.contains_key(*name)) {
        given.insert(name, input.clone());
    }
    Ok(given)
}

/// The inputs that a run from outside has to be given: those that the spec has no value for, or an empty one.
fn sets(file: &SpecFile, inputs: &Inputs) -> Vec<String> {
    let needed = inputs.iter().filter(|(name, input)| {
        let default = file.spec.inputs.get(*name).and_then(|input| input.default.as_ref());
        let filled = input.value.as_array().is_some_and(|items| !items.is_empty());
        let has_default = default.is_some_and(|default| !filled || default.as_array().is_some_and(|items| !items.is_empty()));
        !input.value.is_null() && !has_default
    });
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    needed.map(|(name, input)| format!("{name}={}", text(&input.value))).collect()
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_read_more_into_them() {
        for (word, want) in [
            ("specs/tapfiliate.yaml", "specs/tapfiliate.yaml"),
            (r#"views=[{"list_id":1}]"#, r#"'views=[{"list_id":1}]'"#),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), want);
        }
    }
}
