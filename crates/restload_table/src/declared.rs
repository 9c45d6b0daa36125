//! Columns whose type the spec declares: what is written there, and which values fit.

use std::fmt;
use std::str::FromStr;

use crate::types::{
    ColumnType, Digits, MICROS_PER_DAY, TableColumn, in_range, lenient_timestamp, parse_date,
};

/// A column that the spec declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The name as the API spells it.
    pub name: String,
    /// The type.
    pub ty: DeclaredType,
    /// How dates and timestamps are spelled; `None` is ISO 8601.
    pub format: Option<DateFormat>,
    /// Whether a null, or no value at all, is fine.
    pub nullable: bool,
}

impl Declared {
    /// The column of a table's schema.
    pub fn column(&self) -> TableColumn {
        TableColumn {
            name: self.name.clone(),
            ty: self.ty.column_type(),
            declared: true,
            nullable: self.nullable,
        }
    }

    /// The type and its format in words, for messages.
    pub(crate) fn label(&self) -> String {
        match &self.format {
            Some(format) => format!("{} in the format `{format}`", self.ty),
            None => self.ty.to_string(),
        }
    }
}

/// A type that can be declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclaredType {
    /// Text; a number or boolean in its plain spelling, an object or array as JSON.
    String,
    /// Integers of 64 bits.
    Int64,
    /// The nearest float of 64 bits.
    Float64,
    /// `true` and `false`.
    Boolean,
    /// Exact numbers.
    Decimal {
        /// Digits in all, 1 to 38.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// A day.
    Date,
    /// Microseconds in UTC.
    Timestamp,
    /// Any value as compact JSON text.
    Json,
}

impl DeclaredType {
    /// The type of the column.
    pub fn column_type(self) -> ColumnType {
        match self {
            Self::String => ColumnType::Text,
            Self::Int64 => ColumnType::Int64 { digits: 19, exact: false },
            Self::Float64 => ColumnType::Float64 { int_digits: u16::MAX, frac_digits: u16::MAX },
            Self::Boolean => ColumnType::Boolean,
            Self::Decimal { precision, scale } => ColumnType::Decimal { precision, scale },
            Self::Date => ColumnType::Date,
            Self::Timestamp => ColumnType::Timestamp,
            Self::Json => ColumnType::Json,
        }
    }
}

impl fmt::Display for DeclaredType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Int64 => f.write_str("int64"),
            Self::Float64 => f.write_str("float64"),
            Self::Boolean => f.write_str("boolean"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Json => f.write_str("json"),
        }
    }
}

/// A word that is no type of a column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no type: `string`, `int64`, `float64`, `boolean`, `decimal(p,s)` with at most 38 digits, `date`, `timestamp` or `json`"
)]
pub struct NoSuchType(pub String);

impl FromStr for DeclaredType {
    type Err = NoSuchType;

    fn from_str(text: &str) -> Result<Self, NoSuchType> {
        Ok(match text.trim() {
            "string" => Self::String,
            "int64" => Self::Int64,
            "float64" => Self::Float64,
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "timestamp" => Self::Timestamp,
            "json" => Self::Json,
            other => parse_decimal_type(other).ok_or_else(|| NoSuchType(text.to_owned()))?,
        })
    }
}

fn parse_decimal_type(text: &str) -> Option<DeclaredType> {
    let (precision, scale) = text.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
    let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    ((1..=38).contains(&precision) && scale <= precision)
        .then_some(DeclaredType::Decimal { precision, scale })
}

/// How a declared date or timestamp is spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DateFormat {
    /// ISO 8601 as APIs write it; without an offset it is UTC.
    Iso,
    /// A day: `2021-07-02`.
    Date,
    /// Seconds since 1970, a number or text.
    Unix,
    /// Milliseconds since 1970, a number or text.
    UnixMs,
    /// A strftime pattern: `%d/%m/%Y`.
    Pattern(String),
}

impl DateFormat {
    /// Reads the word of a spec; anything that is no word is a pattern.
    pub fn parse(text: &str) -> Self {
        match text {
            "iso" => Self::Iso,
            "date" => Self::Date,
            "unix" => Self::Unix,
            "unix_ms" => Self::UnixMs,
            pattern => Self::Pattern(pattern.to_owned()),
        }
    }

    /// Microseconds since 1970 of a value: the content of a string, or the digits of a number.
    pub(crate) fn micros(&self, text: &str) -> Option<i64> {
        match self {
            Self::Iso => lenient_timestamp(text.as_bytes()),
            Self::Date => Some(i64::from(parse_date(text.as_bytes())?) * MICROS_PER_DAY),
            Self::Unix => since_epoch(text, 6),
            Self::UnixMs => since_epoch(text, 3),
            Self::Pattern(pattern) => in_pattern(pattern, text),
        }
    }

    /// The day of a value, which must not have a time of the day.
    pub(crate) fn days(&self, text: &str) -> Option<i32> {
        let micros = self.micros(text)?;
        (micros % MICROS_PER_DAY == 0).then_some((micros / MICROS_PER_DAY) as i32)
    }

    /// Whether it is spelled as a number, so that a JSON number fits.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Unix | Self::UnixMs)
    }
}

impl fmt::Display for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Iso => "iso",
            Self::Date => "date",
            Self::Unix => "unix",
            Self::UnixMs => "unix_ms",
            Self::Pattern(pattern) => pattern,
        })
    }
}

fn since_epoch(text: &str, scale: u8) -> Option<i64> {
    let digits = Digits::parse(numeric(text)?);
    // Digits beyond microseconds are cut, as they are in text.
    in_range(i64::try_from(digits.as_scaled_down(scale)?).ok()?)
}

fn in_pattern(pattern: &str, text: &str) -> Option<i64> {
    let time = jiff::fmt::strtime::parse(pattern, text).ok()?;
    if let Ok(timestamp) = time.to_timestamp() {
        return in_range(timestamp.as_microsecond());
    }
    let local = time.to_datetime().or_else(|_| time.to_date().map(|date| date.at(0, 0, 0, 0))).ok()?;
    in_range(jiff::tz::TimeZone::UTC.to_timestamp(local).ok()?.as_microsecond())
}

/// The text, if it is a number as JSON spells them (zeros in front are fine).
pub(crate) fn numeric(text: &str) -> Option<&str> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (int, frac) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    [int, frac, exponent].into_iter().all(digits).then_some(text)
}

/// An integer of 64 bits, however it is spelled (`7`, `7.0`, `7e0`).
pub(crate) fn whole(text: &str) -> Option<i64> {
    let digits = Digits::parse(numeric(text)?);
    i64::try_from(digits.as_scaled(38, 0)?).ok()
}

/// The nearest float of 64 bits.
pub(crate) fn float(text: &str) -> Option<f64> {
    Digits::parse(numeric(text)?).as_nearest_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_they_are_written() {
        for text in ["string", "int64", "float64", "boolean", "decimal(18,2)", "date", "timestamp", "json"] {
            assert_eq!(text.parse::<DeclaredType>().unwrap().to_string(), text);
        }
        assert_eq!("decimal( 38, 38 )".parse(), Ok(DeclaredType::Decimal { precision: 38, scale: 38 }));
        for text in ["decimal", "decimal(39,0)", "decimal(2,3)", "decimal(0,0)", "int", "varchar"] {
            assert!(text.parse::<DeclaredType>().is_err(), "{text}");
        }
    }

    #[test]
    fn formats_give_the_instant() {
        assert_eq!(DateFormat::Unix.micros("1.5"), Some(1_500_000));
        assert_eq!(DateFormat::Unix.micros("1e9"), Some(1_000_000_000_000_000));
        assert_eq!(DateFormat::UnixMs.micros("1625219720000"), Some(1_625_219_720_000_000));
        assert_eq!(DateFormat::Unix.micros("1.12345678"), Some(1_123_456));
        assert_eq!(DateFormat::Unix.micros("now"), None);
        let pattern = DateFormat::parse("%d/%m/%Y");
        assert_eq!(pattern.days("02/01/1970"), Some(1));
        assert_eq!(pattern.days("1970-01-02"), None);
        let pattern = DateFormat::parse("%Y-%m-%d %H:%M:%S %z");
        assert_eq!(pattern.micros("1970-01-01 01:00:01 +0100"), Some(1_000_000));
        assert_eq!(pattern.days("1970-01-01 01:00:01 +0100"), None);
    }

    #[test]
    fn numbers_in_text_follow_the_grammar_of_json() {
        assert_eq!(whole("7.00"), Some(7));
        assert_eq!(whole("-7e1"), Some(-70));
        for text in ["", "-", "7.5", "0x7", "1e", " 7", "+7", "9223372036854775808"] {
            assert_eq!(whole(text), None, "{text}");
        }
        assert_eq!(float("1e400"), None);
        assert_eq!(float("0.1"), Some(0.1));
    }
}
