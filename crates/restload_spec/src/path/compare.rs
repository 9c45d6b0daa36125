//! Comparing JSON values by what they mean: numbers by all their digits, however they are spelled.

use std::cmp::Ordering;

use serde_json::Value;

/// Whether two values are the same: `1`, `1.0` and `10e-1` are, objects are without regard to the order of keys.
pub(crate) fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            compare_numbers(&left.to_string(), &right.to_string()) == Ordering::Equal
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_value(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let same = |(key, value): (&String, &Value)| {
                right.get(key).is_some_and(|other| same_value(value, other))
            };
            left.len() == right.len() && left.iter().all(same)
        }
        _ => left == right,
    }
}

/// Compares two numbers as JSON spells them, exactly.
pub(super) fn compare_numbers(left: &str, right: &str) -> Ordering {
    let (left, right) = (Decimal::of(left), Decimal::of(right));
    match (left.sign(), right.sign()) {
        (1, 1) => left.compare_size(&right),
        (-1, -1) => right.compare_size(&left),
        (left, right) => left.cmp(&right),
    }
}

/// A number as `0.DIGITS × 10^point`, without zeros at either end of the digits; no digits are zero.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    fn of(text: &str) -> Self {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], exponent_of(&text[at + 1..])),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let leading = digits.iter().take_while(|digit| **digit == b'0').count();
        let trailing = digits.iter().skip(leading).rev().take_while(|digit| **digit == b'0').count();
        let shift =
            i64::try_from(whole.len()).unwrap_or(i64::MAX) - i64::try_from(leading).unwrap_or(i64::MAX);
        Self {
            negative,
            digits: digits[leading..digits.len() - trailing].to_vec(),
            point: exponent.saturating_add(shift),
        }
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits))
    }
}

/// The exponent, at the end of what fits where it is beyond that: no number of digits makes up for the difference.
fn exponent_of(text: &str) -> i64 {
    let beyond = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    text.parse().unwrap_or(beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_all_their_digits() {
        for (left, right, expected) in [
            ("1", "1.0", Ordering::Equal),
            ("10e-1", "1", Ordering::Equal),
            ("1E+2", "100", Ordering::Equal),
            ("0", "-0.0", Ordering::Equal),
            ("0e5", "0", Ordering::Equal),
            ("9007199254740993", "9007199254740992", Ordering::Greater),
            ("123456789012345678901234567890", "123456789012345678901234567891", Ordering::Less),
            ("1e400", "1e401", Ordering::Less),
            ("-1e400", "1", Ordering::Less),
            ("-2", "-10", Ordering::Greater),
            ("0.1", "0.10000000000000000001", Ordering::Less),
            ("0.05", "0.5", Ordering::Less),
            ("1e-99999999999999999999", "0", Ordering::Greater),
            ("1e99999999999999999999", "2", Ordering::Greater),
        ] {
            assert_eq!(compare_numbers(left, right), expected, "{left} {right}");
            assert_eq!(compare_numbers(right, left), expected.reverse(), "{right} {left}");
        }
    }

    #[test]
    fn values_are_the_same_by_what_they_mean() {
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert!(same_value(&value(r#"{"a": [1.0], "b": null}"#), &value(r#"{"b": null, "a": [1]}"#)));
        assert!(!same_value(&value("[1]"), &value("[1, 1]")));
        assert!(!same_value(&value(r#"{"a": 1}"#), &value(r#"{"b": 1}"#)));
        assert!(!same_value(&value("1"), &value("\"1\"")));
    }
}
