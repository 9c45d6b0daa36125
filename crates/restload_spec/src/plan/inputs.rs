//! The values of a run's inputs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Kept;

/// The inputs of one run, by name. Secrets are told apart, so that whatever is rendered from one is a secret too.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    bound: BTreeMap<String, BoundInput>,
    /// Where those are kept whose value may change.
    kept: BTreeMap<String, Kept>,
}

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
        self.bound.insert(name.into(), input);
    }

    /// The input of that name.
    pub fn get(&self, name: &str) -> Option<&BoundInput> {
        self.bound.get(name)
    }

    /// Says where an input is kept: what replaces it is put there.
    pub fn keep(&mut self, name: impl Into<String>, kept: Kept) {
        self.kept.insert(name.into(), kept);
    }

    /// Where an input is kept; none where its value cannot be replaced.
    pub fn kept(&self, name: &str) -> Option<&Kept> {
        self.kept.get(name)
    }

    /// Puts the paths of files in place of those that were given.
    pub fn locate_files(&mut self, locate: impl Fn(&Path) -> PathBuf) {
        for kept in self.kept.values_mut() {
            if let Kept::File(path) = kept {
                *path = locate(path);
            }
        }
    }

    /// All inputs in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &BoundInput)> {
        self.bound.iter().map(|(name, input)| (name.as_str(), input))
    }
}
