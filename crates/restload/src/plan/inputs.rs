//! The inputs of a plan: bound as for a run, and where one is missing, what was looked at and what stands in for it.

use std::collections::{BTreeMap, BTreeSet};

use restload_diag::Diagnostic;
use restload_engine::redact::MASK;
use restload_spec::plan::{Inputs, default_variable};
use serde_json::Value;

use super::stand_in::StandIns;
use crate::arguments::InputArguments;
use crate::run::{Options, look_up, refuse, register_secrets};
use crate::spec_file::SpecFile;
use crate::terminal::Terminal;
use crate::world::World;

/// The inputs of a plan.
#[derive(Debug)]
pub(super) struct Bound {
    /// The values, stand-ins among them.
    pub(super) inputs: Inputs,
    /// What is said of each, in the order of the spec.
    pub(super) said: Vec<Said>,
    /// The words that stand in.
    pub(super) stand_ins: StandIns,
}

/// What is said of one input.
#[derive(Debug)]
pub(super) struct Said {
    /// Its name.
    pub(super) name: String,
    /// The variable that is looked at.
    pub(super) variable: String,
    /// It is never printed.
    pub(super) secret: bool,
    /// Its value or the lack of it.
    pub(super) value: Given,
}

/// The value of an input.
#[derive(Debug)]
pub(super) enum Given {
    /// It has one; a secret's is masked.
    Value {
        /// The value.
        value: Value,
        /// Where it came from, in words.
        from: String,
    },
    /// It has none and needs none.
    NotRequired,
    /// It has none.
    Missing {
        /// What was looked at, in words.
        looked_at: String,
        /// What stands in for it, where that shows.
        stand_in: Option<Value>,
    },
}

impl Bound {
    /// The inputs that have no value and need one.
    pub(super) fn missing(&self) -> BTreeSet<String> {
        let missing = self.said.iter().filter(|said| matches!(said.value, Given::Missing { .. }));
        missing.map(|said| said.name.clone()).collect()
    }
}

/// Binds what is there. A value that is wrong is a fault as in a run; one that is missing is not.
pub(super) fn bind(
    file: &SpecFile,
    options: &Options,
    arguments: &InputArguments,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<Bound, u8> {
    let mut spec = file.spec.clone();
    let (mut inputs, looked_at) = match look_up(&spec, options, arguments, world.clock.now(), world) {
        Ok(inputs) => (inputs, BTreeMap::new()),
        Err(faults) => {
            let (missing, wrong): (Vec<_>, Vec<_>) =
                faults.into_iter().partition(|fault| fault.rule == "missing-input");
            if !wrong.is_empty() {
                return Err(refuse(&wrong, file, terminal));
            }
            let missing: BTreeMap<String, String> = missing.iter().filter_map(looked_at).collect();
            spec.inputs.retain(|name, _| !missing.contains_key(name));
            let inputs = look_up(&spec, options, arguments, world.clock.now(), world)
                .map_err(|faults| refuse(&faults, file, terminal))?;
            (inputs, missing)
        }
    };
    register_secrets(&spec, &inputs, &world.redactor);
    let mut stand_ins = StandIns::default();
    let missing: Vec<String> = looked_at.keys().cloned().collect();
    let plain = stand_ins.fill(&file.spec, &missing, &mut inputs, world.clock.now());
    let said = file.spec.inputs.iter().map(|(name, written)| Said {
        name: name.clone(),
        variable: written.env.clone().unwrap_or_else(|| default_variable(&spec.name, name)),
        secret: written.secret.unwrap_or(false),
        value: given(name, &inputs, &looked_at, &plain),
    });
    let said = said.collect();
    Ok(Bound { inputs, said, stand_ins })
}

/// The input that is missing, and what was looked at.
fn looked_at(fault: &Diagnostic) -> Option<(String, String)> {
    let looked_at = fault.notes.first().map(|note| note.trim_start_matches("looked at ").to_owned());
    Some((fault.at.last()?.to_owned(), looked_at.unwrap_or_default()))
}

fn given(
    name: &str,
    inputs: &Inputs,
    looked_at: &BTreeMap<String, String>,
    plain: &BTreeMap<String, Value>,
) -> Given {
    if let Some(looked_at) = looked_at.get(name) {
        return Given::Missing { looked_at: looked_at.clone(), stand_in: plain.get(name).cloned() };
    }
    match inputs.get(name) {
        Some(input) if !input.value.is_null() => Given::Value {
            value: if input.secret { MASK.into() } else { input.value.clone() },
            from: input.from.clone(),
        },
        _ => Given::NotRequired,
    }
}
