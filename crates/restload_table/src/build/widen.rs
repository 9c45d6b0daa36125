//! Columns that turn into text, or into numbers that only their digits hold.

use std::fmt::Write;

use super::{ColumnBuilder, DigitValues, Empty, FloatValues, NO_SOURCE, Source, TextValues, Values};
use crate::error::Fail;
use crate::json::{Compact, Reader, spell_number};
use crate::types::{float_text, render_date};

impl ColumnBuilder<'_> {
    /// Makes the column one of text, in which each value stands as it was spelled.
    pub(crate) fn widen_to_text(&mut self, text: &str) -> Result<(), Fail> {
        let values = std::mem::replace(&mut self.values, Values::Untyped(Vec::new()));
        self.values = Values::Text(match values {
            Values::Text(values) | Values::Json(values) => values,
            Values::Digits(values) => values.text,
            other => self.spelled(&other, text)?,
        });
        Ok(())
    }

    /// Makes the column one of numbers in their spelling.
    pub(super) fn widen_to_digits(&mut self, text: &str) -> Result<(), Fail> {
        let (int_digits, frac_digits) = match &self.values {
            Values::Float(values) => (values.int_digits, values.frac_digits),
            Values::Int(values) => (FloatValues::of_integers(values).int_digits, 0),
            _ => (0, 0),
        };
        let spelled = self.spelled(&self.values, text)?;
        self.values = Values::Digits(Box::new(DigitValues { text: spelled, int_digits, frac_digits }));
        Ok(())
    }

    fn spelled(&self, values: &Values<'_>, text: &str) -> Result<TextValues, Fail> {
        let mut out = TextValues::padded(0);
        for row in 0..self.len() {
            if self.validity.is_valid(row) {
                spell(values, row, text, &mut out.text)?;
            }
            out.end_value();
        }
        Ok(out)
    }
}

fn spell(values: &Values<'_>, row: usize, text: &str, out: &mut String) -> Result<(), Fail> {
    match values {
        Values::Untyped(empties) => out.push_str(spell_empty(empties, row)),
        Values::Boolean(values) => out.push_str(if values.get_bit(row) { "true" } else { "false" }),
        Values::Int(values) => {
            let _ = write!(out, "{}", values[row]);
        }
        Values::Float(values) => match values.of.sources[row] {
            NO_SOURCE => float_text(values.of.values[row], out),
            source => spell_number(Reader::at(text, source as usize).number()?.raw, out),
        },
        Values::Timestamp(values) => Reader::at(text, values.sources[row] as usize).string()?.append_to(out),
        Values::Date(values) => render_date(values[row], out),
        Values::Record(values) => compact(values.sources[row], text, out)?,
        Values::List(values) => compact(values.sources[row], text, out)?,
        // Spelled already, or never widened.
        Values::Text(_) | Values::Json(_) | Values::Digits(_) | Values::Declared(_) => {}
    }
    Ok(())
}

/// How the empty value of a row is spelled.
pub(super) fn spell_empty(empties: &[Empty], row: usize) -> &'static str {
    // Rows come in order.
    match empties.binary_search_by_key(&row, |empty| empty.row) {
        Ok(at) if empties[at].list => "[]",
        Ok(_) => "{}",
        Err(_) => "",
    }
}

fn compact(source: Source<'_>, text: &str, out: &mut String) -> Result<(), Fail> {
    Compact { careful: true }.value(&mut Reader::at(text, source.start), source.node, out)
}
