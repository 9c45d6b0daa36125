//! Numbers of JSON: their grammar, and what the hot path wants to know of them.

use super::Reader;
use crate::error::{Fail, JsonFault};
use crate::types::Digits;

/// A number as it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NumberText<'a> {
    /// Its spelling.
    pub(crate) raw: &'a str,
    negative: bool,
    /// Spelled without a point and an exponent.
    integer: bool,
    exponent: bool,
    /// Digits before the point.
    int_len: u32,
    /// Digits after the point.
    frac_len: u32,
    /// The digits as an integer, right if there are at most 19.
    mantissa: u64,
}

/// What a number is to a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    /// An integer of 64 bits.
    Int(i64),
    /// A number that a float64 holds.
    Float { value: f64, int_digits: u32, frac_digits: u32 },
    /// A number that only its digits hold.
    Digits { int_digits: u32, frac_digits: u32 },
}

const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

impl NumberText<'_> {
    /// What it is to a column.
    #[inline]
    pub(crate) fn value(&self) -> Value {
        if self.integer && self.int_len <= 18 {
            let value = self.mantissa.cast_signed();
            return Value::Int(if self.negative { -value } else { value });
        }
        // Up to 15 digits survive a float64, and both sides of this division are exact.
        if !self.exponent && self.int_len + self.frac_len <= 15 {
            let value = self.mantissa as f64 / POWERS[self.frac_len as usize];
            let int_digits =
                if self.raw.as_bytes()[usize::from(self.negative)] == b'0' { 0 } else { self.int_len };
            let value = if self.negative { -value } else { value };
            return Value::Float { value, int_digits, frac_digits: self.frac_len };
        }
        self.long_value()
    }

    #[cold]
    fn long_value(&self) -> Value {
        if self.integer
            && let Ok(value) = self.raw.parse()
        {
            return Value::Int(value);
        }
        let digits = Digits::parse(self.raw);
        let (int_digits, frac_digits) = (digits.int_digits(), digits.frac_digits());
        // An integer is its value, to the last digit; any other number is its shortest print.
        let holds = |value: &f64| !self.integer || format!("{value:.0}") == self.raw;
        match digits.as_exact_f64().filter(holds) {
            Some(value) => Value::Float { value, int_digits, frac_digits },
            None => Value::Digits { int_digits, frac_digits },
        }
    }
}

/// Appends a number in its plain spelling: as it came, but for an exponent, which is always like `e5` or `e-5`. A
/// DOM spells exponents in its own way, so that the way they came is not always known.
#[inline]
pub(crate) fn spell_number(raw: &str, out: &mut String) {
    match raw.split_once(['e', 'E']) {
        None => out.push_str(raw),
        Some((mantissa, exponent)) => {
            out.push_str(mantissa);
            out.push('e');
            out.push_str(exponent.strip_prefix('+').unwrap_or(exponent));
        }
    }
}

impl<'a> Reader<'a> {
    /// Reads a number, whose first byte is next.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<NumberText<'a>, Fail> {
        let start = self.pos;
        let negative = self.bytes.get(start) == Some(&b'-');
        self.pos += usize::from(negative);
        let mut mantissa = 0u64;
        let int_len = self.digits(&mut mantissa);
        let zero = self.bytes.get(start + usize::from(negative)) == Some(&b'0');
        if int_len == 0 || (zero && int_len > 1) {
            return Err(self.fail(JsonFault::Number));
        }
        let (mut frac_len, mut integer, mut exponent) = (0, true, false);
        if self.bytes.get(self.pos) == Some(&b'.') {
            self.pos += 1;
            integer = false;
            frac_len = self.digits(&mut mantissa);
            if frac_len == 0 {
                return Err(self.fail(JsonFault::Number));
            }
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.pos) {
            self.pos += 1;
            (integer, exponent) = (false, true);
            if let Some(b'+' | b'-') = self.bytes.get(self.pos) {
                self.pos += 1;
            }
            if self.digits(&mut 0) == 0 {
                return Err(self.fail(JsonFault::Number));
            }
        }
        let raw = self.text.get(start..self.pos).unwrap_or_default();
        Ok(NumberText { raw, negative, integer, exponent, int_len, frac_len, mantissa })
    }

    /// Steps over an integer of few digits, if one is next; the most frequent number, and the cheapest.
    #[inline]
    pub(crate) fn small_integer(&mut self) -> Option<i64> {
        let start = self.pos;
        let negative = self.bytes.get(start) == Some(&b'-');
        self.pos += usize::from(negative);
        let first = self.pos;
        let mut value = 0;
        let length = self.digits(&mut value);
        let padded = length > 1 && self.bytes.get(first) == Some(&b'0');
        let ends = !matches!(self.bytes.get(self.pos), Some(b'.' | b'e' | b'E'));
        if (1..=18).contains(&length) && !padded && ends {
            let value = value.cast_signed();
            return Some(if negative { -value } else { value });
        }
        self.pos = start;
        None
    }

    /// Steps over digits, counts them and appends them to a number, which may overflow.
    #[inline]
    fn digits(&mut self, number: &mut u64) -> u32 {
        let start = self.pos;
        while let Some(byte) = self.bytes.get(self.pos) {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            *number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
            self.pos += 1;
        }
        (self.pos - start) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<Value> {
        let mut reader = Reader::new(text);
        let number = reader.number().ok()?;
        (reader.pos == text.len()).then(|| number.value())
    }

    #[test]
    fn integers_of_64_bits_are_integers() {
        for number in [0, 7, -7, i64::MAX, i64::MIN, 999_999_999_999_999_999, 1_000_000_000_000_000_000] {
            assert_eq!(value(&number.to_string()), Some(Value::Int(number)));
        }
        assert_eq!(value("-0"), Some(Value::Int(0)));
        assert_eq!(value("9223372036854775808"), Some(Value::Digits { int_digits: 19, frac_digits: 0 }));
        assert_eq!(
            value("10000000000000000000"),
            Some(Value::Float { value: 1e19, int_digits: 20, frac_digits: 0 })
        );
    }

    #[test]
    fn floats_are_the_nearest_and_say_their_digits() {
        for text in
            ["0.1", "1.0", "-12.25", "123456789012.345", "0.000000000000001", "1e5", "1.5E-7", "5e-324"]
        {
            let Some(Value::Float { value, .. }) = value(text) else { panic!("{text}") };
            assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
        assert_eq!(value("-0.50"), Some(Value::Float { value: -0.5, int_digits: 0, frac_digits: 2 }));
        assert_eq!(value("1e400"), Some(Value::Digits { int_digits: 401, frac_digits: 0 }));
        assert_eq!(value("0.1234567890123456789"), Some(Value::Digits { int_digits: 0, frac_digits: 19 }));
    }

    #[test]
    fn what_is_no_number_of_json_is_refused() {
        for text in ["", "-", "01", "-01", "1.", "1.e1", "1e", "1e+", ".5", "+1", "00", "1x", "0x1"] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
