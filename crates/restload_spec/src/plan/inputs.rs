//! The values of a run's inputs.

use std::collections::BTreeMap;

use serde_json::Value;

/// The inputs of one run, by name. Secrets are told apart, so that whatever is rendered from one is a secret too.
#[derive(Debug, Clone, Default)]
pub struct Inputs(BTreeMap<String, BoundInput>);

/// One input with its value.
#[derive(Clone)]
pub struct BoundInput {
    /// The value in the input's own type; null when it is not required and was not given.
    pub value: Value,
    /// It is never printed.
    pub secret: bool,
    /// Another value is another account.
    pub identity: bool,
    /// Where the value came from, in words (`--set`, `TAPFILIATE_API_KEY`, `default`).
    pub from: String,
}

impl std::fmt::Debug for BoundInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = if self.secret { &Value::from("***") } else { &self.value };
        write!(f, "{value} ({})", self.from)
    }
}

impl crate::InputValues for Inputs {
    fn input(&self, name: &str) -> Option<(&Value, bool)> {
        self.get(name).map(|input| (&input.value, input.secret))
    }
}

impl Inputs {
    /// Puts a value in.
    pub fn insert(&mut self, name: impl Into<String>, input: BoundInput) {
        self.0.insert(name.into(), input);
    }

    /// The input of that name.
    pub fn get(&self, name: &str) -> Option<&BoundInput> {
        self.0.get(name)
    }

    /// All inputs in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &BoundInput)> {
        self.0.iter().map(|(name, input)| (name.as_str(), input))
    }
}
