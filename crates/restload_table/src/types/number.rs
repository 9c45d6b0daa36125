//! Numbers: which type holds them all without loss, and their one canonical spelling.

use std::fmt::Write;

use super::ColumnType;

/// What is known of the numbers of a column; a join of independent maxima and conjunctions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    /// Each is spelled as an integer and fits 64 bits.
    pub(crate) i64_ok: bool,
    /// Each is the same after a parse as float64 and a print of its shortest form.
    pub(crate) f64_ok: bool,
    /// Digits before the point, at most.
    pub(crate) int_digits: u32,
    /// Digits after the point, at most.
    pub(crate) frac_digits: u32,
}

impl Number {
    /// The bounds of a type, if it is one of numbers.
    pub(crate) fn of(ty: &ColumnType) -> Option<Self> {
        let (i64_ok, f64_ok, int_digits, frac_digits) = match *ty {
            ColumnType::Int64 { digits, exact } => (true, exact, u32::from(digits), 0),
            ColumnType::Float64 { int_digits, frac_digits } => {
                (false, true, u32::from(int_digits), u32::from(frac_digits))
            }
            ColumnType::Decimal { precision, scale } => {
                (false, false, u32::from(precision.saturating_sub(scale)), u32::from(scale))
            }
            _ => return None,
        };
        Some(Self { i64_ok, f64_ok, int_digits, frac_digits })
    }

    pub(crate) fn join(self, other: Self) -> Self {
        Self {
            i64_ok: self.i64_ok && other.i64_ok,
            f64_ok: self.f64_ok && other.f64_ok,
            int_digits: self.int_digits.max(other.int_digits),
            frac_digits: self.frac_digits.max(other.frac_digits),
        }
    }

    /// The least type that holds them; text where no type of numbers does.
    pub(crate) fn column_type(self) -> ColumnType {
        let bounded = |digits: u32| u16::try_from(digits).unwrap_or(u16::MAX);
        let sum = self.int_digits.saturating_add(self.frac_digits);
        if self.i64_ok {
            ColumnType::Int64 { digits: self.int_digits.min(19) as u8, exact: self.f64_ok }
        } else if self.f64_ok {
            let (int_digits, frac_digits) = (bounded(self.int_digits), bounded(self.frac_digits));
            ColumnType::Float64 { int_digits, frac_digits }
        } else if sum <= MAX_DIGITS {
            ColumnType::Decimal { precision: sum.max(1) as u8, scale: self.frac_digits as u8 }
        } else {
            ColumnType::Text
        }
    }
}

/// Digits that a decimal can have, and the most that are spelled without an exponent.
const MAX_DIGITS: u32 = 38;
/// Integers up to here are the same as a float64.
const MAX_EXACT: u64 = 1 << 53;

/// Whether an integer is the same after a parse as float64 and a print of its shortest form.
pub(crate) fn is_exact_i64(value: i64) -> bool {
    value.unsigned_abs() <= MAX_EXACT || Digits::parse(&value.to_string()).as_exact_f64().is_some()
}

/// A number taken apart: `0.d₁d₂… × 10^point`, without zeros at either end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digits {
    negative: bool,
    significant: Vec<u8>,
    point: i64,
}

/// Exponents beyond this are all alike: nothing but text holds such a number.
const FAR: i64 = 1_000_000_000;

impl Digits {
    /// Takes a number of JSON's grammar apart.
    pub(crate) fn parse(text: &str) -> Self {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (int, frac) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
        let far = if exponent.starts_with('-') { -FAR } else { FAR };
        let exponent = exponent.parse::<i64>().unwrap_or(far).clamp(-FAR, FAR);
        let mut digits = [int.as_bytes(), frac.as_bytes()].concat();
        let leading = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..leading);
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = int.len().cast_signed() as i64 - leading.cast_signed() as i64 + exponent;
        if digits.is_empty() {
            return Self { negative: false, significant: digits, point: 0 };
        }
        Self { negative, significant: digits, point }
    }

    pub(crate) fn int_digits(&self) -> u32 {
        self.point.max(0) as u32
    }

    pub(crate) fn frac_digits(&self) -> u32 {
        (self.significant.len().cast_signed() as i64 - self.point).max(0) as u32
    }

    /// The float64 whose shortest form is this number.
    pub(crate) fn as_exact_f64(&self) -> Option<f64> {
        let value: f64 = self.scientific().parse().ok()?;
        let same = value.is_finite() && Self::parse(&format!("{value:e}")) == *self;
        same.then_some(value)
    }

    /// The float64 that is nearest, if it is finite.
    pub(crate) fn as_nearest_f64(&self) -> Option<f64> {
        self.scientific().parse().ok().filter(|value: &f64| value.is_finite())
    }

    /// The number times `10^scale`, if it is an integer of at most `precision` digits.
    pub(crate) fn as_scaled(&self, precision: u8, scale: u8) -> Option<i128> {
        let (precision, scale) = (u32::from(precision), u32::from(scale));
        if self.frac_digits() > scale || self.int_digits() > precision.saturating_sub(scale) {
            return None;
        }
        let unscaled = self.significant.iter().fold(0i128, |sum, digit| sum * 10 + i128::from(digit - b'0'));
        let exponent = i64::from(scale) + self.point - self.significant.len().cast_signed() as i64;
        let value = unscaled * 10i128.pow(u32::try_from(exponent).ok()?);
        Some(if self.negative { -value } else { value })
    }

    /// The number times `10^scale`, cut to an integer.
    pub(crate) fn as_scaled_down(&self, scale: u8) -> Option<i128> {
        let kept = usize::try_from(self.point + i64::from(scale)).unwrap_or(0).min(self.significant.len());
        let significant = self.significant[..kept].to_vec();
        Self { significant, ..self.clone() }.as_scaled(38, scale)
    }

    fn scientific(&self) -> String {
        let mut text = String::with_capacity(self.significant.len() + 16);
        text.push_str(if self.negative { "-0." } else { "0." });
        text.extend(self.significant.iter().map(|digit| char::from(*digit)));
        let _ = write!(text, "0e{}", self.point);
        text
    }

    /// Writes the canonical spelling: plain with up to 38 digits, else with an exponent (`1.5e300`).
    pub(crate) fn render(&self, out: &mut String) {
        let digits =
            |range: &[u8], out: &mut String| out.extend(range.iter().map(|digit| char::from(*digit)));
        if self.negative {
            out.push('-');
        }
        if self.significant.is_empty() {
            out.push('0');
        } else if self.int_digits().saturating_add(self.frac_digits()) > MAX_DIGITS {
            digits(&self.significant[..1], out);
            if self.significant.len() > 1 {
                out.push('.');
                digits(&self.significant[1..], out);
            }
            let _ = write!(out, "e{}", self.point - 1);
        } else if self.point <= 0 {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', self.point.unsigned_abs() as usize));
            digits(&self.significant, out);
        } else {
            let int = (self.point as usize).min(self.significant.len());
            digits(&self.significant[..int], out);
            out.extend(std::iter::repeat_n('0', self.point as usize - int));
            if int < self.significant.len() {
                out.push('.');
                digits(&self.significant[int..], out);
            }
        }
    }
}

/// Writes the canonical spelling of a float64.
pub(crate) fn float_text(value: f64, out: &mut String) {
    if value.fract() == 0.0 && value.abs() < MAX_EXACT as f64 {
        let _ = write!(out, "{}", value as i64);
    } else {
        Digits::parse(&format!("{value:e}")).render(out);
    }
}

/// Writes the canonical spelling of a decimal.
pub(crate) fn decimal_text(unscaled: i128, scale: u8, out: &mut String) {
    Digits::parse(&format!("{unscaled}e-{scale}")).render(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
        Digits::parse(text).as_scaled(precision, scale)
    }

    fn canonical(text: &str) -> String {
        let mut out = String::new();
        Digits::parse(text).render(&mut out);
        out
    }

    #[test]
    fn a_number_has_one_spelling() {
        for (text, want) in [
            ("1.50", "1.5"),
            ("-0", "0"),
            ("0.000", "0"),
            ("1e3", "1000"),
            ("-12.30E-2", "-0.123"),
            ("1e22", "10000000000000000000000"),
            ("1e-7", "0.0000001"),
            ("1.5e300", "1.5e300"),
            ("1e-40", "1e-40"),
            ("1e99999999999999999999", "1e1000000000"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ] {
            assert_eq!(canonical(text), want, "{text}");
        }
    }

    #[test]
    fn floats_decimals_and_integers_of_one_value_are_spelled_alike() {
        for value in [0.1, 1.0, 1e22, 123_456_789.25, -7e-9, 9e15, 9_007_199_254_740_993.0] {
            let mut float = String::new();
            float_text(value, &mut float);
            assert_eq!(float, canonical(&format!("{value:e}")));
        }
        let mut decimal = String::new();
        decimal_text(-150, 2, &mut decimal);
        assert_eq!(decimal, "-1.5");
    }

    #[test]
    fn exactness_is_that_of_the_shortest_print() {
        assert!(Digits::parse("0.1").as_exact_f64().is_some());
        assert!(Digits::parse("5e-324").as_exact_f64().is_some());
        assert!(Digits::parse("1e400").as_exact_f64().is_none());
        assert!(Digits::parse("1e-400").as_exact_f64().is_none());
        assert!(
            Digits::parse("0.12345678901234567").as_exact_f64().is_none_or(|v| v.to_string().len() == 19)
        );
        assert!(Digits::parse("0.1234567890123456789").as_exact_f64().is_none());
        assert!(is_exact_i64(1 << 53));
        assert!(!is_exact_i64((1 << 53) + 1));
        assert!(!is_exact_i64(1 << 60));
        assert!(is_exact_i64(9_000_000_000_000_000_000));
    }

    #[test]
    fn a_decimal_takes_what_it_can_hold_exactly() {
        assert_eq!(parse_decimal("19.99", 4, 2), Some(1999));
        assert_eq!(parse_decimal("19.990", 4, 2), Some(1999));
        assert_eq!(parse_decimal("19.999", 4, 2), None);
        assert_eq!(parse_decimal("100", 4, 2), None);
        assert_eq!(parse_decimal("-1e1", 4, 2), Some(-1000));
        assert_eq!(parse_decimal("0", 1, 0), Some(0));
        let nines = "9".repeat(38);
        assert_eq!(parse_decimal(&nines, 38, 0), nines.parse().ok());
    }
}
