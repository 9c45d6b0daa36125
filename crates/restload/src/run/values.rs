//! The values of a run's inputs: bound once, and every secret among them known to the redactor before anything else is
//! printed.

use std::fs;

use jiff::Timestamp;
use restload_diag::Diagnostic;
use restload_engine::redact::Redactor;
use restload_spec::Spec;
use restload_spec::plan::{Inputs, Lookup, bind_inputs};
use serde_json::Value;

use super::options::Options;
use crate::arguments::InputArguments;
use crate::exit;
use crate::spec_file::SpecFile;
use crate::terminal::Terminal;
use crate::world::World;

/// Binds the inputs of a spec, or says of all that are missing or wrong what was looked at.
pub(super) fn bind(
    file: &SpecFile,
    options: &Options,
    arguments: &InputArguments,
    now: Timestamp,
    (world, terminal): (&World<'_>, &Terminal),
) -> Result<Inputs, u8> {
    let inputs = look_up(&file.spec, options, arguments, now, world)
        .map_err(|faults| refuse(&faults, file, terminal))?;
    register_secrets(&file.spec, &inputs, &world.redactor);
    Ok(inputs)
}

/// Says what is wrong with the values of inputs, and gives the exit code.
pub(crate) fn refuse(faults: &[Diagnostic], file: &SpecFile, terminal: &Terminal) -> u8 {
    terminal.diagnostics(faults, &file.document);
    // A name that was given on the command line is no failure of a run.
    if faults.iter().any(|fault| fault.rule == "unknown-input") { exit::USAGE } else { exit::FAILED }
}

/// Looks for the values of a spec's inputs where a run looks. Times before the run are counted from `now`.
pub(crate) fn look_up(
    spec: &Spec,
    options: &Options,
    arguments: &InputArguments,
    now: Timestamp,
    world: &World<'_>,
) -> Result<Inputs, Vec<Diagnostic>> {
    let lookup = Lookup {
        set: &options.set,
        env: world.env,
        env_file: &options.env_file,
        read_file: &|path| {
            let read = fs::read_to_string(world.locate(path.as_ref()));
            read.map_err(|error| format!("cannot read the file `{path}`: {error}"))
        },
        allow_env: &arguments.allow_env,
        now,
    };
    bind_inputs(spec, &lookup)
}

/// Makes every secret known to the redactor; short ones where the spec allows them.
pub(crate) fn register_secrets(spec: &Spec, inputs: &Inputs, redactor: &Redactor) {
    for (name, input) in inputs.iter().filter(|(_, input)| input.secret) {
        let allows_short = spec.inputs.get(name).and_then(|written| written.allow_short).unwrap_or(false);
        register(&input.value, allows_short, redactor);
    }
}

fn register(value: &Value, short: bool, redactor: &Redactor) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| register(item, short, redactor)),
        Value::Object(fields) => fields.values().for_each(|field| register(field, short, redactor)),
        Value::Null => {}
        Value::String(text) if short => redactor.register_short(text),
        Value::String(text) => redactor.register(text),
        plain if short => redactor.register_short(&plain.to_string()),
        plain => redactor.register(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use restload_diag::Source;
    use restload_spec::plan::BoundInput;
    use restload_spec::read_spec;
    use serde_json::json;

    use super::*;

    #[test]
    fn all_secrets_are_registered_and_nothing_else() {
        let text = "{version: 1, name: a, client: {base_url: 'https://a.example'}, \
                    inputs: {keys: {type: list, secret: true}, pin: {type: integer, secret: true, allow_short: true}, \
                    user: {}}, resources: {notes: {path: notes, paginator: single_page}}}";
        let spec = read_spec(Source::new("a.yaml", text), None).spec.unwrap();
        let mut inputs = Inputs::default();
        for (name, value, secret) in [
            ("keys", json!(["s3cr3tkey", "0therkey"]), true),
            ("pin", json!(417), true),
            ("user", json!("somebody"), false),
        ] {
            inputs.insert(name, BoundInput { value, secret, identity: false, from: String::new() });
        }
        let redactor = Redactor::new();
        register_secrets(&spec, &inputs, &redactor);
        assert_eq!(redactor.redact("s3cr3tkey 0therkey 417 somebody"), "*** *** *** somebody");
    }
}
