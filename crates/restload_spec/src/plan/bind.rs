//! Inputs: from where their values come, and what they must be.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use restload_diag::{Diagnostic, Pointer};
use serde_json::Value;
use url::Url;

use super::{BoundInput, Inputs, Kept};
use crate::Duration;
use crate::spec::{Auth, Input, InputType, Spec};
use crate::template::SECRET_LENGTH;

/// The places where values are looked up.
pub struct Lookup<'a> {
    /// What was given with `--set`.
    pub set: &'a BTreeMap<String, String>,
    /// The environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The file given with `--env-file`, read.
    pub env_file: &'a BTreeMap<String, String>,
    /// Reads the file that a value `file:PATH` names; the error is a sentence.
    pub read_file: &'a dyn Fn(&str) -> Result<String, String>,
    /// Variables allowed with `--allow-env` though they are not the spec's own.
    pub allow_env: &'a [String],
    /// The time that relative dates count from.
    pub now: Timestamp,
}

/// Looks up all inputs of a spec, or says everything that is missing or wrong at once.
pub fn bind_inputs(spec: &Spec, lookup: &Lookup<'_>) -> Result<Inputs, Vec<Diagnostic>> {
    let mut inputs = Inputs::default();
    let mut faults = Vec::new();
    for name in lookup.set.keys().filter(|name| !spec.inputs.contains_key(*name)) {
        let known = spec.inputs.keys().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
        faults.push(
            Diagnostic::error(
                "unknown-input",
                Pointer::root().join("inputs"),
                format!("`--set {name}=…`: there is no such input"),
            )
            .help(if known.is_empty() {
                "this spec has no inputs".to_owned()
            } else {
                format!("the inputs are {known}")
            }),
        );
    }
    let identities = identities(spec);
    for (name, input) in &spec.inputs {
        let at = Pointer::root().join("inputs").join(name);
        match bind_one(&spec.name, name, input, lookup) {
            Ok(Found { value, from, file }) => {
                let secret = input.secret.unwrap_or(false);
                let identity =
                    input.identity.unwrap_or_else(|| !secret && identities.contains(&name.as_str()));
                inputs.insert(name, BoundInput { value, secret, identity, from });
                if let Some(file) = file {
                    inputs.keep(name, Kept::File(file.into()));
                }
            }
            Err(fault) => faults.push(fault.diagnostic(at)),
        }
    }
    if faults.is_empty() { Ok(inputs) } else { Err(faults) }
}

/// Values that stand in for inputs while a spec is checked without them: the default, else something of the type.
pub fn stand_in_inputs(spec: &Spec, now: Timestamp) -> Inputs {
    let mut inputs = Inputs::default();
    for (name, input) in &spec.inputs {
        let stand_in = || match input.kind.unwrap_or(InputType::String) {
            InputType::String => Value::from("stand-in-value"),
            InputType::Integer | InputType::Number => Value::from(1),
            InputType::Boolean => Value::from(true),
            InputType::Date => Value::from("2026-01-01"),
            InputType::Datetime => Value::from("2026-01-01T00:00:00Z"),
            InputType::Url => Value::from("https://stand-in.example/"),
            InputType::List => Value::from(Vec::<Value>::new()),
        };
        let choice = input.choices.as_ref().and_then(|choices| choices.first()).cloned();
        let default = input.default.as_ref().and_then(|value| typed(input, value, now).ok());
        let value = default.or(choice).unwrap_or_else(stand_in);
        let secret = input.secret.unwrap_or(false);
        inputs.insert(name, BoundInput { value, secret, identity: false, from: "a stand-in".into() });
    }
    inputs
}

/// The name of the variable that holds an input when the spec names none.
pub fn default_variable(spec: &str, input: &str) -> String {
    format!("RESTLOAD_{spec}_{input}").to_uppercase().replace('-', "_")
}

/// Inputs that stand in `base_url` or the auth: another value is another account.
fn identities(spec: &Spec) -> Vec<&str> {
    let mut texts = vec![spec.client.base_url.as_str()];
    texts.extend(spec.client.auth.iter().flat_map(Auth::texts));
    spec.inputs
        .keys()
        .map(String::as_str)
        .filter(|name| {
            texts.iter().any(|text| {
                crate::Template::parse(text).is_ok_and(|template| {
                    template.holes().iter().any(|hole| {
                        hole.scope == crate::Scope::Inputs
                            && hole.path.first().is_some_and(|first| first == name)
                    })
                })
            })
        })
        .collect()
}

enum Fault {
    Missing { looked_at: Vec<String> },
    Wrong { from: String, message: String },
    Foreign { variable: String },
}

impl Fault {
    fn diagnostic(self, at: Pointer) -> Diagnostic {
        let name = at.last().unwrap_or_default().to_owned();
        match self {
            Self::Missing { looked_at } => {
                Diagnostic::error("missing-input", at, format!("input `{name}` has no value"))
                    .note(format!("looked at {}", looked_at.join(", ")))
                    .help(format!(
                        "set {} or give `--set {name}=…`",
                        looked_at.get(1).map_or("it", String::as_str)
                    ))
            }
            Self::Wrong { from, message } => {
                Diagnostic::error("input-value", at, format!("input `{name}` from {from}: {message}"))
            }
            Self::Foreign { variable } => Diagnostic::error(
                "foreign-env",
                at.join("env"),
                format!("`{variable}` is not this spec's own variable, and is not read without your word"),
            )
            .help(format!("if the API may have it, run with `--allow-env {variable}`")),
        }
    }
}

/// A value, from where it came in words, and the file that it was read from.
struct Found {
    value: Value,
    from: String,
    file: Option<String>,
}

fn bind_one(spec: &str, name: &str, input: &Input, lookup: &Lookup<'_>) -> Result<Found, Fault> {
    let variable = input.env.clone().unwrap_or_else(|| default_variable(spec, name));
    let mut looked_at = vec![format!("`--set {name}=…`"), format!("the variable {variable}")];
    let found = if let Some(text) = lookup.set.get(name) {
        Some((text.clone(), "`--set`".to_owned()))
    } else if let Some(text) = (lookup.env)(&variable) {
        if !is_own_variable(spec, &variable) && !lookup.allow_env.contains(&variable) {
            return Err(Fault::Foreign { variable });
        }
        Some((text, format!("the variable {variable}")))
    } else {
        lookup.env_file.get(&variable).map(|text| (text.clone(), format!("{variable} in the env file")))
    };
    if let Some((text, from)) = found {
        let wrong = |message| Fault::Wrong { from: from.clone(), message };
        let file = text.strip_prefix("file:").filter(|_| !from.contains("--set")).map(str::to_owned);
        let text = match &file {
            Some(path) => (lookup.read_file)(path).map_err(wrong)?.trim_end().to_owned(),
            None => text,
        };
        let value = parse_input(input, &text, lookup.now).map_err(wrong)?;
        return Ok(Found { value, from, file });
    }
    if let Some(default) = &input.default {
        let wrong = |message| Fault::Wrong { from: "its default".into(), message };
        let value = typed(input, default, lookup.now).map_err(wrong)?;
        return Ok(Found { value, from: "its default".into(), file: None });
    }
    if input.required == Some(false) {
        return Ok(Found { value: Value::Null, from: "nowhere: it is not required".into(), file: None });
    }
    looked_at.push("the file given with `--env-file`".into());
    Err(Fault::Missing { looked_at })
}

/// Whether a variable is the spec's own: `RESTLOAD_*`, or with the spec's name in it.
pub fn is_own_variable(spec: &str, variable: &str) -> bool {
    let plain = |text: &str| text.to_uppercase().replace('-', "_");
    variable.starts_with("RESTLOAD_") || plain(variable).contains(&plain(spec))
}

/// What is wrong with the default of an input, where it cannot be its value. The message does not hold a secret.
pub(crate) fn default_fault(input: &Input, now: Timestamp) -> Option<String> {
    input.default.as_ref().and_then(|default| typed(input, default, now).err())
}

/// A default, which YAML may have given its type already.
fn typed(input: &Input, value: &Value, now: Timestamp) -> Result<Value, String> {
    match value {
        Value::String(text) => parse_input(input, text, now),
        Value::Null => Ok(Value::Null),
        value => {
            let fits = match input.kind.unwrap_or(InputType::String) {
                InputType::Integer => value.is_i64() || value.is_u64(),
                InputType::Number => value.is_number(),
                InputType::Boolean => value.is_boolean(),
                InputType::List => value.is_array(),
                InputType::String => value.is_number() || value.is_boolean(),
                InputType::Date | InputType::Datetime | InputType::Url => false,
            };
            let value = if matches!(input.kind, None | Some(InputType::String)) && fits {
                Value::String(value.to_string())
            } else {
                value.clone()
            };
            if fits { chosen(input, value) } else { Err(format!("{value} is not {}", kind_name(input))) }
        }
    }
}

fn kind_name(input: &Input) -> &'static str {
    match input.kind.unwrap_or(InputType::String) {
        InputType::String => "text",
        InputType::Integer => "a whole number",
        InputType::Number => "a number",
        InputType::Boolean => "`true` or `false`",
        InputType::Date => "a date (2026-01-31, or -30d for 30 days before the run)",
        InputType::Datetime => "a datetime (2026-01-31T08:00:00Z, or -12h for 12 hours before the run)",
        InputType::Url => "a URL with `https://` and a host",
        InputType::List => "a list (JSON, or values with commas between them)",
    }
}

/// Reads a text as the input's type. The message of an error does not hold a secret.
fn parse_input(input: &Input, text: &str, now: Timestamp) -> Result<Value, String> {
    let secret = input.secret.unwrap_or(false);
    if secret && text.chars().count() < SECRET_LENGTH && !input.allow_short.unwrap_or(false) {
        return Err(format!(
            "a secret has at least {SECRET_LENGTH} characters, this one has {} (`allow_short: true` allows it)",
            text.chars().count()
        ));
    }
    let shown = if secret { "***" } else { text };
    let unfit = || format!("`{shown}` is not {}", kind_name(input));
    let value = match input.kind.unwrap_or(InputType::String) {
        InputType::String => Value::from(text),
        InputType::Integer => {
            number(text).filter(|value| value.is_i64() || value.is_u64()).ok_or_else(unfit)?
        }
        InputType::Number => number(text).ok_or_else(unfit)?,
        InputType::Boolean => match text {
            "true" => Value::from(true),
            "false" => Value::from(false),
            _ => return Err(unfit()),
        },
        InputType::Date => Value::from(date(text, now).ok_or_else(unfit)?),
        InputType::Datetime => Value::from(datetime(text, now).ok_or_else(unfit)?),
        InputType::Url => {
            let url = Url::parse(text).map_err(|_| unfit())?;
            if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
                return Err(unfit());
            }
            Value::from(text)
        }
        InputType::List => list(text).ok_or_else(unfit)?,
    };
    chosen(input, value)
}

fn chosen(input: &Input, value: Value) -> Result<Value, String> {
    match &input.choices {
        Some(choices) if !choices.contains(&value) => {
            let choices = choices.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let value = if input.secret.unwrap_or(false) { Value::from("***") } else { value };
            Err(format!("{value} is not one of {choices}"))
        }
        _ => Ok(value),
    }
}

fn number(text: &str) -> Option<Value> {
    serde_json::from_str::<serde_json::Number>(text.trim()).ok().map(Value::Number)
}

fn list(text: &str) -> Option<Value> {
    let trimmed = text.trim();
    if trimmed.starts_with('[') {
        return serde_json::from_str::<Vec<Value>>(trimmed).ok().map(Value::from);
    }
    let items = trimmed.split(',').map(str::trim).filter(|item| !item.is_empty());
    Some(Value::from(items.map(Value::from).collect::<Vec<_>>()))
}

fn before(text: &str, now: Timestamp) -> Option<Timestamp> {
    Duration::parse(text.strip_prefix('-')?).ok()?.before(now)
}

fn date(text: &str, now: Timestamp) -> Option<String> {
    if let Some(past) = before(text, now) {
        return Some(past.to_zoned(TimeZone::UTC).date().to_string());
    }
    text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10).map(|date| date.to_string())
}

fn datetime(text: &str, now: Timestamp) -> Option<String> {
    if let Some(past) = before(text, now) {
        return Some(past.round(jiff::Unit::Second).unwrap_or(past).to_string());
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        return Some(format!("{date}T00:00:00Z"));
    }
    text.parse::<Timestamp>().ok().map(|timestamp| timestamp.to_string())
}
