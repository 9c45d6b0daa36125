//! `restload sandbox`, and the sandbox of `restload run --sandbox`.

use std::collections::BTreeMap;
use std::path::Path;

use restload_sandbox::{Sandbox, SandboxError, SandboxOptions};
use restload_spec::Spec;
use restload_spec::plan::{Inputs, Lookup, bind_inputs};
use serde_json::Value;

use crate::arguments::SandboxArguments;
use crate::exit;
use crate::spec_file::{SpecFile, read_spec_file, samples_beside};
use crate::terminal::Terminal;
use crate::world::World;

/// Serves the fake of a spec's API until it is ended.
pub(crate) async fn serve(
    arguments: &SandboxArguments,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<u8, u8> {
    let file = read_spec_file(&arguments.spec, world, terminal)?;
    let options = SandboxOptions { rows: arguments.rows, port: arguments.port, ..SandboxOptions::default() };
    let sandbox = start(&file, &arguments.spec, &options, world, terminal).await?;
    let said = terminal.print(&greeting(&file.spec, &arguments.spec, &sandbox));
    said.map_err(|error| {
        terminal.error(&format!("cannot say where it listens: {error}"), None);
        exit::FAILED
    })?;
    world.stop.stopped().await;
    Ok(exit::DONE)
}

/// Starts the sandbox of a spec, or says why there is none.
pub(crate) async fn start(
    file: &SpecFile,
    path: &Path,
    options: &SandboxOptions,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<Sandbox, u8> {
    let folder = world.locate(path.parent().unwrap_or(Path::new("")));
    let read = samples_beside(&folder);
    let now = world.clock.now();
    let sandbox =
        Sandbox::start(&file.document, &file.spec, &read, options, now).await.map_err(
            |error| match error {
                SandboxError::Spec(faults) => terminal.refused(&faults, &file.document),
                SandboxError::Samples(faults) => {
                    terminal.diagnostics(&faults, &file.document);
                    exit::SPEC
                }
                SandboxError::Listen { .. } => {
                    terminal.error(&error.to_string(), None);
                    exit::FAILED
                }
            },
        )?;
    terminal.findings(sandbox.notes(), &file.document);
    Ok(sandbox)
}

/// The inputs of `--set`, which are all that a sandbox takes from outside.
pub(crate) fn given(
    file: &SpecFile,
    set: &BTreeMap<String, String>,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<Inputs, u8> {
    let lookup = Lookup {
        set,
        env: &|_| None,
        env_file: &BTreeMap::new(),
        read_file: &|_| Err("a sandbox reads no files".to_owned()),
        allow_env: &[],
        now: world.clock.now(),
    };
    // Inputs that are not given are made up, so they are not missed.
    let mut spec = file.spec.clone();
    if set.keys().all(|name| spec.inputs.contains_key(name)) {
        spec.inputs.retain(|name, _| set.contains_key(name));
    }
    bind_inputs(&spec, &lookup).map_err(|faults| {
        terminal.diagnostics(faults.iter().filter(|fault| fault.rule != "missing-input"), &file.document);
        exit::USAGE
    })
}

/// Where it listens, and the command that reads it; into a folder of its own, since it is another origin.
fn greeting(spec: &Spec, path: &Path, sandbox: &Sandbox) -> String {
    let url = sandbox.base_url();
    let path = path.display().to_string();
    let command =
        ["restload", "run", &path, "--base-url", url.as_str(), "--out", "sandbox"].map(str::to_owned);
    let needed = sandbox.inputs().iter().filter(|(name, input)| is_needed(spec, name, &input.value));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let sets =
        needed.flat_map(|(name, input)| ["--set".to_owned(), format!("{name}={}", text(&input.value))]);
    let words: Vec<_> = command.into_iter().chain(sets).map(|word| quoted(&word)).collect();
    let elsewhere = sandbox.elsewhere().iter().map(|origin| {
        format!("tokens come from {origin}; the sandbox gives them out to `restload run --sandbox` only\n")
    });
    let limits = if has_limits(spec) {
        "a run from outside keeps to the `rate_limit` of the spec, as it does with the real API; `restload run --sandbox` does \
         not wait\n"
    } else {
        ""
    };
    format!("{url}\n{}\n{}{limits}", words.join(" "), elsewhere.collect::<String>())
}

/// Whether the spec counts requests in a time.
fn has_limits(spec: &Spec) -> bool {
    let defaults = spec.defaults.as_ref().map(|defaults| &defaults.0);
    let own = spec.resources.values().chain(defaults).filter_map(|resource| resource.rate_limit.as_ref());
    own.chain(&spec.client.rate_limit).flatten().any(|limit| limit.requests.is_some())
}

/// Whether a run from outside must be given an input: it has no default, or an empty list for which items were made up.
fn is_needed(spec: &Spec, name: &str, value: &Value) -> bool {
    let default = spec.inputs.get(name).and_then(|input| input.default.as_ref());
    let is_filled = |value: &Value| value.as_array().is_some_and(|items| !items.is_empty());
    match default {
        None => !value.is_null(),
        Some(default) => is_filled(value) && !is_filled(default),
    }
}

/// A word of a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_read_more_into_them() {
        for (word, wanted) in [
            ("specs/a.yaml", "specs/a.yaml"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("[1]", "'[1]'"),
        ] {
            assert_eq!(quoted(word), wanted);
        }
    }
}
