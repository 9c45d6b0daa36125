//! Strings, numbers and booleans on their way into a column.

use arrow::array::BooleanBufferBuilder;

use super::{ColumnBuilder, DigitValues, FloatValues, NO_SOURCE, Sourced, TextValues, Values};
use crate::error::Fail;
use crate::json::{NumberText, Text, Value, spell_number};
use crate::types::{is_exact_i64, parse_date, parse_timestamp};

impl ColumnBuilder<'_> {
    /// Makes a column of nothing but nulls one of text.
    #[inline]
    pub(crate) fn make_text(&mut self) {
        if matches!(&self.values, Values::Untyped(empties) if empties.is_empty()) {
            self.values = Values::Text(TextValues::padded(self.len()));
        }
    }

    /// Appends a string that stands at `source` in `text`.
    #[inline]
    pub(crate) fn push_string(&mut self, value: Text<'_>, source: usize, text: &str) -> Result<(), Fail> {
        match &mut self.values {
            Values::Text(values) => {
                value.append_to(&mut values.text);
                values.end_value();
            }
            Values::Timestamp(values) if let Some(micros) = timestamp(value) => {
                values.push(micros, source as u32);
            }
            Values::Date(values) if let Some(days) = date(value) => values.push(days),
            _ => return self.push_other_string(value, source, text),
        }
        self.validity.append_non_null();
        Ok(())
    }

    #[inline(never)]
    fn push_other_string(&mut self, value: Text<'_>, source: usize, text: &str) -> Result<(), Fail> {
        let len = self.len();
        match &self.values {
            Values::Untyped(empties) if empties.is_empty() => {
                self.values = if timestamp(value).is_some() {
                    let mut values = Sourced::default();
                    values.pad(len);
                    Values::Timestamp(Box::new(values))
                } else if date(value).is_some() {
                    Values::Date(vec![0; len])
                } else {
                    Values::Text(TextValues::padded(len))
                };
            }
            _ => self.widen_to_text(text)?,
        }
        self.push_string(value, source, text)
    }

    /// Appends a number that stands at `source` in `text`.
    #[inline]
    pub(crate) fn push_number(
        &mut self,
        number: NumberText<'_>,
        source: usize,
        text: &str,
    ) -> Result<(), Fail> {
        let value = number.value();
        match (&mut self.values, value) {
            (Values::Int(values), Value::Int(int)) => values.push(int),
            (Values::Float(values), Value::Float { value, int_digits, frac_digits }) => {
                values.of.push(value, source as u32);
                values.int_digits = values.int_digits.max(int_digits);
                values.frac_digits = values.frac_digits.max(frac_digits);
            }
            (Values::Text(values), _) => {
                spell_number(number.raw, &mut values.text);
                values.end_value();
            }
            _ => return self.push_other_number(number, value, source, text),
        }
        self.validity.append_non_null();
        Ok(())
    }

    #[inline(never)]
    fn push_other_number(
        &mut self,
        number: NumberText<'_>,
        value: Value,
        source: usize,
        text: &str,
    ) -> Result<(), Fail> {
        let len = self.len();
        match (&mut self.values, value) {
            (Values::Untyped(empties), _) if empties.is_empty() => {
                self.values = match value {
                    Value::Int(_) => Values::Int(vec![0; len]),
                    Value::Float { .. } => Values::Float(Box::new(FloatValues::padded(len))),
                    Value::Digits { .. } => Values::Digits(Box::new(DigitValues::padded(len))),
                };
            }
            (Values::Float(values), Value::Int(int)) if is_exact_i64(int) => {
                values.of.push(int as f64, NO_SOURCE);
                values.int_digits = values.int_digits.max(int_digits(int.unsigned_abs()));
                self.validity.append_non_null();
                return Ok(());
            }
            (Values::Int(values), Value::Float { .. }) if values.iter().copied().all(is_exact_i64) => {
                self.values = Values::Float(Box::new(FloatValues::of_integers(values)));
            }
            (Values::Digits(values), _) => {
                values.push(number.raw, value);
                self.validity.append_non_null();
                return Ok(());
            }
            (Values::Int(_) | Values::Float(_), _) => self.widen_to_digits(text)?,
            _ => self.widen_to_text(text)?,
        }
        self.push_number(number, source, text)
    }

    /// Appends a boolean.
    #[inline]
    pub(crate) fn push_boolean(&mut self, value: bool, text: &str) -> Result<(), Fail> {
        match &mut self.values {
            Values::Boolean(values) => values.append(value),
            Values::Text(values) => values.push(if value { "true" } else { "false" }),
            Values::Untyped(empties) if empties.is_empty() => {
                let mut values = BooleanBufferBuilder::new(self.validity.len() + 1);
                values.append_n(self.validity.len(), false);
                values.append(value);
                self.values = Values::Boolean(values);
            }
            _ => {
                self.widen_to_text(text)?;
                return self.push_boolean(value, text);
            }
        }
        self.validity.append_non_null();
        Ok(())
    }
}

#[inline]
fn timestamp(value: Text<'_>) -> Option<i64> {
    if value.escaped { None } else { parse_timestamp(value.raw.as_bytes()) }
}

#[inline]
fn date(value: Text<'_>) -> Option<i32> {
    if value.escaped { None } else { parse_date(value.raw.as_bytes()) }
}

impl FloatValues {
    fn padded(len: usize) -> Self {
        let mut values = Self::default();
        values.of.pad(len);
        values
    }

    pub(super) fn of_integers(integers: &[i64]) -> Self {
        let most = integers.iter().map(|value| value.unsigned_abs()).max().unwrap_or(0);
        Self {
            of: Sourced {
                values: integers.iter().map(|value| *value as f64).collect(),
                sources: vec![NO_SOURCE; integers.len()],
            },
            int_digits: int_digits(most),
            frac_digits: 0,
        }
    }
}

/// Digits of an integer; a zero has none.
pub(super) fn int_digits(value: u64) -> u32 {
    value.checked_ilog10().map_or(0, |log| log + 1)
}

impl DigitValues {
    pub(super) fn padded(len: usize) -> Self {
        Self { text: TextValues::padded(len), int_digits: 0, frac_digits: 0 }
    }

    /// Appends a number in its spelling.
    fn push(&mut self, number: &str, value: Value) {
        let (int_digits, frac_digits) = match value {
            Value::Int(value) => (int_digits(value.unsigned_abs()), 0),
            Value::Float { int_digits, frac_digits, .. } | Value::Digits { int_digits, frac_digits } => {
                (int_digits, frac_digits)
            }
        };
        self.int_digits = self.int_digits.max(int_digits);
        self.frac_digits = self.frac_digits.max(frac_digits);
        spell_number(number, &mut self.text.text);
        self.text.end_value();
    }
}
