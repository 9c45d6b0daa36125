//! How an API writes a cursor.

use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde_json::{Number, Value};

use super::{CursorValue, Moment};
use crate::date;

/// How an API writes a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CursorFormat {
    /// ISO 8601 in all its spellings.
    Iso,
    /// A day: `2026-01-31`.
    Date,
    /// Seconds since 1970, a number or text, with their fraction.
    Unix,
    /// Milliseconds since 1970, a number or text.
    UnixMs,
    /// A whole number, or text that is one.
    Integer,
    /// Text, compared by its characters.
    Text,
    /// A pattern of strftime.
    Pattern(String),
}

/// What formats can be compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorKind {
    /// Moments.
    Moment,
    /// Whole numbers.
    Integer,
    /// Text.
    Text,
}

impl CursorFormat {
    /// The format of that name; the error says what there is.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(match text {
            "iso" => Self::Iso,
            "date" => Self::Date,
            "unix" => Self::Unix,
            "unix_ms" => Self::UnixMs,
            "integer" => Self::Integer,
            "string" => Self::Text,
            pattern if pattern.contains('%') => {
                // A pattern that cannot write a moment cannot read one.
                date::write_moment(&Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC), pattern)?;
                Self::Pattern(pattern.to_owned())
            }
            other => {
                return Err(format!(
                    "`{other}` is not a format; there are iso, date, unix, unix_ms, integer, string and patterns such as \
                     `%d.%m.%Y`"
                ));
            }
        })
    }

    /// What it can be compared with.
    pub fn kind(&self) -> CursorKind {
        match self {
            Self::Integer => CursorKind::Integer,
            Self::Text => CursorKind::Text,
            _ => CursorKind::Moment,
        }
    }

    /// The cursor that a value means; none where it does not fit. Text without a zone is UTC.
    pub fn read(&self, value: &Value) -> Option<CursorValue> {
        let plain = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let text = value.is_string().then_some(plain.as_str()).filter(|text| !text.is_empty());
        let moment = match self {
            Self::Integer => return integer(&plain).map(CursorValue::Integer),
            Self::Text => {
                return Some(CursorValue::Text(value.as_str().map_or(plain, str::to_owned)))
                    .filter(|value| *value != CursorValue::Text(String::new()));
            }
            Self::Iso => date::read_iso(text?),
            Self::Date => read_date(text?),
            Self::Unix => {
                let plainly = plain.split_once('.').filter(|_| !plain.contains(['e', 'E']));
                let digits = plainly.map_or(0, |(_, fraction)| fraction.len());
                return seconds(&plain).map(|at| CursorValue::Moment(Moment::with_digits(at, digits)));
            }
            Self::UnixMs => milliseconds(&plain),
            Self::Pattern(pattern) => read_pattern(pattern, &plain),
        };
        moment.map(|at| CursorValue::Moment(at.into()))
    }

    /// A cursor as the API writes it; a moment is written in UTC.
    pub fn write(&self, cursor: &CursorValue) -> Value {
        let moment = match cursor {
            CursorValue::Moment(moment) => moment,
            CursorValue::Integer(whole) => return number(&whole.to_string()),
            CursorValue::Text(text) => return Value::from(text.as_str()),
        };
        let name = match self {
            Self::Date => "date",
            Self::Unix => "unix",
            Self::UnixMs => "unix_ms",
            Self::Pattern(pattern) => pattern,
            Self::Iso | Self::Integer | Self::Text => "iso",
        };
        // The pattern was tried when it was read.
        let written = date::write_moment(&moment.at.to_zoned(TimeZone::UTC), name)
            .unwrap_or_else(|_| Value::from(moment.at.to_string()));
        match written {
            Value::Number(seconds) if *self == Self::Unix => number(&moment.fill(seconds.to_string())),
            written => written,
        }
    }

    /// The cursor that is left when it is written and read again: what the API understands.
    pub fn as_sent(&self, cursor: &CursorValue) -> CursorValue {
        self.read(&self.write(cursor)).unwrap_or_else(|| cursor.clone())
    }
}

/// A number with all its digits.
pub(super) fn number(text: &str) -> Value {
    text.parse::<Number>().map_or_else(|_| Value::from(text), Value::Number)
}

/// A whole number, also as `5.0` or `1e3`.
fn integer(text: &str) -> Option<i128> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let zeros = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let zeros = usize::try_from(zeros).ok().filter(|zeros| *zeros < 40)?;
    format!("{whole}{fraction}{}", "0".repeat(zeros)).parse().ok()
}

fn read_date(text: &str) -> Option<Timestamp> {
    let date = text.parse::<civil::Date>().ok().filter(|_| text.len() == 10)?;
    date.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp())
}

fn seconds(text: &str) -> Option<Timestamp> {
    scaled(text, 9)
}

fn milliseconds(text: &str) -> Option<Timestamp> {
    scaled(text, 6)
}

/// A decimal number times ten to the `places`, as nanoseconds; further digits are cut.
fn scaled(text: &str, places: usize) -> Option<Timestamp> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.contains(['e', 'E']) {
        let whole = integer(digits)?;
        return scaled(&format!("{}{whole}", if negative { "-" } else { "" }), places);
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let decimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 20 || !decimal(whole) || !decimal(fraction) {
        return None;
    }
    let kept = &fraction[..fraction.len().min(places)];
    let nanoseconds: i128 = format!("{whole}{kept:0<places$}").parse().ok()?;
    Timestamp::from_nanosecond(if negative { -nanoseconds } else { nanoseconds }).ok()
}

fn read_pattern(pattern: &str, text: &str) -> Option<Timestamp> {
    let parsed = strtime::parse(pattern, text).ok()?;
    if let Ok(moment) = parsed.to_timestamp() {
        return Some(moment);
    }
    let time = match parsed.to_datetime() {
        Ok(time) => time,
        Err(_) => parsed.to_date().ok()?.to_datetime(civil::Time::midnight()),
    };
    time.to_zoned(TimeZone::UTC).ok().map(|moment| moment.timestamp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(format: &str, value: &Value) -> Option<String> {
        CursorFormat::parse(format).unwrap().read(value).map(|cursor| cursor.to_string())
    }

    #[test]
    fn cursors_are_read_in_their_format() {
        for (format, value, cursor) in [
            ("iso", json!("2026-01-31T08:00:00Z"), "2026-01-31T08:00:00Z"),
            ("iso", json!("2026-01-31 08:00:00"), "2026-01-31T08:00:00Z"),
            ("iso", json!("2026-01-31T08:00:00.123456789123+0200"), "2026-01-31T06:00:00.123456789Z"),
            ("iso", json!("2026-01-31 08:00:00 +0200"), "2026-01-31T06:00:00Z"),
            ("iso", json!("2026-01-31 08:00:00 UTC"), "2026-01-31T08:00:00Z"),
            ("iso", json!("2026-01-31T08:00:00,5Z"), "2026-01-31T08:00:00.5Z"),
            ("iso", json!("2026-01-31T08:00:00-05:00"), "2026-01-31T13:00:00Z"),
            ("iso", json!("2026-01-31"), "2026-01-31T00:00:00Z"),
            ("iso", json!("20260131T080000Z"), "2026-01-31T08:00:00Z"),
            ("date", json!("2026-01-31"), "2026-01-31T00:00:00Z"),
            ("unix", json!(1_769_846_400), "2026-01-31T08:00:00Z"),
            ("unix", json!("1769846400.25"), "2026-01-31T08:00:00.25Z"),
            ("unix", json!(-1), "1969-12-31T23:59:59Z"),
            ("unix", json!(1.769_846_4e9), "2026-01-31T08:00:00.0Z"),
            ("unix", number("17.698464e8"), "2026-01-31T08:00:00Z"),
            ("unix_ms", json!(1_769_846_400_250_i64), "2026-01-31T08:00:00.25Z"),
            ("unix_ms", json!("1769846400250.5"), "2026-01-31T08:00:00.2505Z"),
            ("integer", json!(9_007_199_254_740_993_i64), "9007199254740993"),
            ("integer", json!("-17"), "-17"),
            ("integer", json!(5.0), "5"),
            ("string", json!("b"), "b"),
            ("string", json!(12), "12"),
            ("%d.%m.%Y", json!("31.01.2026"), "2026-01-31T00:00:00Z"),
            ("%Y-%m-%d %H:%M:%S %z", json!("2026-01-31 08:00:00 +0200"), "2026-01-31T06:00:00Z"),
            ("%Y%m%d", json!(20_260_131), "2026-01-31T00:00:00Z"),
        ] {
            assert_eq!(read(format, &value).as_deref(), Some(cursor), "{format} {value}");
        }
    }

    #[test]
    fn what_does_not_fit_is_not_guessed() {
        for (format, value) in [
            ("iso", json!(1_769_846_400)),
            ("iso", json!("1769846400")),
            ("iso", json!("soon")),
            ("iso", json!("")),
            ("iso", json!(true)),
            ("iso", json!({"at": "2026-01-31"})),
            ("date", json!("2026-01-31T08:00:00Z")),
            ("date", json!("2026-02-30")),
            ("unix", json!("2026-01-31")),
            ("unix", json!("")),
            ("unix", json!(".5")),
            ("unix_ms", json!(1e30)),
            ("integer", json!(1.5)),
            ("integer", json!("1e99")),
            ("integer", json!("")),
            ("string", json!("")),
            ("string", json!(null)),
            ("%d.%m.%Y", json!("2026-01-31")),
        ] {
            assert_eq!(read(format, &value), None, "{format} {value}");
        }
    }

    #[test]
    fn a_format_has_a_name_or_is_a_pattern() {
        assert!(CursorFormat::parse("ISO").unwrap_err().starts_with("`ISO` is not a format; there are iso"));
        assert!(CursorFormat::parse("%Y-%!").is_err());
    }

    #[test]
    fn bounds_are_written_as_the_api_wants_them() {
        let cursor = CursorFormat::Iso.read(&json!("2026-01-31T08:00:00.25Z")).unwrap();
        for (format, written) in [
            ("iso", json!("2026-01-31T08:00:00.25Z")),
            ("date", json!("2026-01-31")),
            ("unix_ms", json!(1_769_846_400_250_i64)),
            ("%d.%m.%y", json!("31.01.26")),
        ] {
            assert_eq!(CursorFormat::parse(format).unwrap().write(&cursor), written);
        }
        assert_eq!(CursorFormat::Unix.write(&cursor).to_string(), "1769846400.25");
        assert_eq!(CursorFormat::Date.as_sent(&cursor).to_string(), "2026-01-31T00:00:00Z");
    }

    #[test]
    fn seconds_go_out_with_the_digits_that_they_came_with() {
        for text in
            ["1771000300.000100", "1771000300.100", "1771000300.0", "1771000300.123456789", "1771000300"]
        {
            for value in [json!(text), number(text)] {
                let cursor = CursorFormat::Unix.read(&value).unwrap();
                assert_eq!(CursorFormat::Unix.write(&cursor).to_string(), text);
                let stored = CursorValue::from_stored(&cursor.stored(), CursorKind::Moment).unwrap();
                assert_eq!(CursorFormat::Unix.write(&stored).to_string(), text, "{}", cursor.stored());
                assert_eq!(stored, cursor);
            }
        }
        let cursor = CursorFormat::Unix.read(&json!("1771000300.000100")).unwrap();
        assert_eq!(cursor.stored(), json!("2026-02-13T16:31:40.000100Z"));
        assert_eq!(CursorFormat::Iso.write(&cursor), json!("2026-02-13T16:31:40.0001Z"));
        let day = crate::CursorStep::Time(crate::Duration::parse("1d").unwrap());
        assert_eq!(CursorFormat::Unix.write(&day.from(&cursor, -1)).to_string(), "1770913900.000100");
        assert_eq!(cursor, CursorFormat::Unix.read(&json!("1771000300.0001")).unwrap());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(nanoseconds in -60_000_000_000_000_000_000_i128..200_000_000_000_000_000_000) {
            let moment = CursorValue::Moment(Timestamp::from_nanosecond(nanoseconds).unwrap().into());
            for format in [CursorFormat::Iso, CursorFormat::Unix] {
                prop_assert_eq!(format.read(&format.write(&moment)), Some(moment.clone()));
            }
            prop_assert_eq!(CursorValue::from_stored(&moment.stored(), CursorKind::Moment), Some(moment.clone()));
            for format in [CursorFormat::Date, CursorFormat::UnixMs] {
                prop_assert!(format.as_sent(&moment) <= moment);
            }
        }

        #[test]
        fn integers_keep_their_digits(number in any::<i128>()) {
            let cursor = CursorValue::Integer(number);
            prop_assert_eq!(CursorFormat::Integer.read(&CursorFormat::Integer.write(&cursor)), Some(cursor.clone()));
            prop_assert_eq!(CursorValue::from_stored(&cursor.stored(), CursorKind::Integer), Some(cursor));
        }

        #[test]
        fn any_value_is_read_or_refused(text in ".{0,40}") {
            for format in ["iso", "date", "unix", "unix_ms", "integer", "string", "%d.%m.%Y %H"] {
                let _ = CursorFormat::parse(format).unwrap().read(&json!(text));
            }
        }
    }
}
