//! What stands in for an input that has no value: a word that is known again wherever it went, and shown as the input's
//! name there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use restload_diag::Diagnostic;
use restload_engine::redact::MASK;
use restload_spec::plan::{BoundInput, Inputs, Kept, stand_in_inputs};
use restload_spec::spec::{Input, InputType, Spec};
use serde_json::Value;

/// The words that stand in for inputs, each with what is shown in its place.
#[derive(Debug, Default)]
pub(super) struct StandIns(BTreeMap<String, String>);

impl StandIns {
    /// Puts something in the place of inputs; gives for each what it is, where that shows in the plan.
    pub(super) fn fill(
        &mut self,
        spec: &Spec,
        missing: &[String],
        inputs: &mut Inputs,
        now: Timestamp,
    ) -> BTreeMap<String, Value> {
        let mut plain = BTreeMap::new();
        let defaults = stand_in_inputs(spec, now);
        for name in missing {
            let (Some(written), Some(known)) = (spec.inputs.get(name), defaults.get(name)) else { continue };
            let value = self.word_for(name, written).unwrap_or_else(|| {
                plain.insert(name.clone(), known.value.clone());
                known.value.clone()
            });
            inputs.insert(name.clone(), BoundInput { value, ..known.clone() });
            inputs.keep(name.clone(), Kept::Run);
        }
        plain
    }

    /// A value with a word in it; none for a type that has no room for one.
    fn word_for(&mut self, name: &str, input: &Input) -> Option<Value> {
        if input.choices.is_some() {
            return None;
        }
        // Letters and digits only: it may become a label of a host, a segment of a path, the name of a table.
        let word = format!("standin{}input", self.0.len());
        let shown =
            if input.secret.unwrap_or(false) { MASK.to_owned() } else { format!("{{inputs.{name}}}") };
        let value = match input.kind.unwrap_or(InputType::String) {
            InputType::String => Value::from(word.clone()),
            InputType::List => Value::from(vec![word.clone()]),
            InputType::Url => {
                let origin = format!("https://{word}.example");
                self.0.insert(origin.clone(), shown);
                return Some(Value::from(origin));
            }
            InputType::Integer
            | InputType::Number
            | InputType::Boolean
            | InputType::Date
            | InputType::Datetime => return None,
        };
        self.0.insert(word, shown);
        Some(value)
    }

    /// A text with the names of inputs in place of what stands in for them.
    pub(super) fn lift(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (word, shown)| text.replace(word, shown))
    }

    /// The same for all texts of a value.
    pub(super) fn lift_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.lift(text)),
            Value::Array(items) => items.iter().map(|item| self.lift_value(item)).collect(),
            Value::Object(fields) => {
                let lifted = |(name, field): (&String, &Value)| (name.clone(), self.lift_value(field));
                Value::Object(fields.iter().map(lifted).collect())
            }
            plain => plain.clone(),
        }
    }

    /// The same for what is said of a fault.
    pub(super) fn lift_fault(&self, mut fault: Diagnostic) -> Diagnostic {
        fault.message = self.lift(&fault.message);
        fault.help = fault.help.map(|help| self.lift(&help));
        fault
    }
}
