//! Durations (`30d`) and sizes (`256MiB`) as a spec writes them.
//!
//! A duration is one whole number and one unit. It is kept as written, so that a month stays a month until there is
//! a day to count it from.

use std::fmt;

use jiff::{Span, Timestamp, tz::TimeZone};

/// The fault of a duration or size that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QuantityFault {
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// The edit to make.
    pub help: String,
}

/// A duration such as `500ms`, `30s`, `15m`, `2h`, `30d`, `1mo` or `1y`; negative for a date before the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    amount: i64,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Unit {
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    Days,
    Months,
    Years,
}

const UNITS: [(&str, Unit); 7] = [
    ("ms", Unit::Milliseconds),
    ("s", Unit::Seconds),
    ("m", Unit::Minutes),
    ("h", Unit::Hours),
    ("d", Unit::Days),
    ("mo", Unit::Months),
    ("y", Unit::Years),
];

/// More digits than this are no duration that anybody means, and fewer keep all sums within `i64`.
const MAX_DIGITS: usize = 9;

impl Duration {
    /// Reads a duration: a whole number and a unit, without space, with `-` before it for the time before the run.
    ///
    /// ```
    /// use restload_spec::Duration;
    /// assert_eq!(Duration::parse("15m").unwrap().as_std(), Some(std::time::Duration::from_secs(900)));
    /// assert!(Duration::parse("-365d").unwrap().is_negative());
    /// ```
    pub fn parse(text: &str) -> Result<Self, QuantityFault> {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, unit) = rest.split_at(end);
        if digits.is_empty() {
            return Err(duration_fault(format!("`{text}` is not a duration"), EXAMPLES));
        }
        if unit.is_empty() {
            let help = format!("say of what, for example `{digits}s` or `{digits}d`");
            return Err(duration_fault(format!("`{text}` is a number without a unit"), &help));
        }
        let Some((_, unit)) = UNITS.into_iter().find(|(name, _)| *name == unit) else {
            return Err(unknown_unit(text, digits, unit));
        };
        match digits.parse::<i64>() {
            Ok(amount) if digits.len() <= MAX_DIGITS => Ok(Self { amount: sign * amount, unit }),
            _ => Err(duration_fault(format!("`{text}` is longer than any duration may be"), EXAMPLES)),
        }
    }

    /// Whether it is written with a minus: the time before the run.
    pub fn is_negative(self) -> bool {
        self.amount < 0
    }

    /// Whether it is longer than nothing.
    pub fn is_positive(self) -> bool {
        self.amount > 0
    }

    /// The same time without its sign, or `None` for what has no fixed length: months and years.
    ///
    /// A day is 24 hours.
    pub fn as_std(self) -> Option<std::time::Duration> {
        let amount = self.amount.unsigned_abs();
        let seconds = match self.unit {
            Unit::Milliseconds => return Some(std::time::Duration::from_millis(amount)),
            Unit::Seconds => 1,
            Unit::Minutes => 60,
            Unit::Hours => 60 * 60,
            Unit::Days => 24 * 60 * 60,
            Unit::Months | Unit::Years => return None,
        };
        Some(std::time::Duration::from_secs(amount * seconds))
    }

    /// The same so many times; `None` where that is longer than any duration may be.
    pub fn times(self, count: i64) -> Option<Self> {
        Some(Self { amount: self.amount.checked_mul(count)?, ..self })
    }

    /// The moment that lies this long after `moment`, before it where the duration is negative; months and years by the calendar
    /// of UTC. `None` beyond the first and the last year.
    pub fn after(self, moment: Timestamp) -> Option<Timestamp> {
        let then = moment.to_zoned(TimeZone::UTC).checked_add(self.span(self.amount)?).ok()?;
        (then.year() >= 1).then(|| then.timestamp())
    }

    /// The greatest whole multiple of the duration that is not after `moment`: counted from 1970, months and years from the
    /// first year. A duration of nothing leaves the moment as it is.
    pub fn floor(self, moment: Timestamp) -> Timestamp {
        let amount = i128::from(self.amount.unsigned_abs());
        if let Some(step) = self.as_std() {
            let step = i128::try_from(step.as_nanos()).unwrap_or(0);
            let nanoseconds = moment.as_nanosecond();
            let rest = if step == 0 { 0 } else { nanoseconds.rem_euclid(step) };
            return Timestamp::from_nanosecond(nanoseconds - rest).unwrap_or(moment);
        }
        let day = moment.to_zoned(TimeZone::UTC);
        let months = i128::from(day.year()) * 12 + i128::from(day.month()) - 1;
        let step = if self.unit == Unit::Years { amount * 12 } else { amount };
        let months = if step == 0 { months } else { months - months.rem_euclid(step) };
        let (year, month) = (i16::try_from(months.div_euclid(12)), i8::try_from(months.rem_euclid(12) + 1));
        let (Ok(year), Ok(month)) = (year, month) else { return moment };
        let first = jiff::civil::Date::new(year, month, 1).and_then(|first| first.to_zoned(TimeZone::UTC));
        first.map_or(moment, |first| first.timestamp())
    }

    fn span(self, amount: i64) -> Option<Span> {
        let span = match self.unit {
            Unit::Milliseconds => Span::new().try_milliseconds(amount),
            Unit::Seconds => Span::new().try_seconds(amount),
            Unit::Minutes => Span::new().try_minutes(amount),
            Unit::Hours => Span::new().try_hours(amount),
            Unit::Days => Span::new().try_days(amount),
            Unit::Months => Span::new().try_months(amount),
            Unit::Years => Span::new().try_years(amount),
        };
        span.ok()
    }

    /// The moment that lies this long before `now`, whatever the sign; months and years by the calendar of UTC.
    ///
    /// `None` if that is before the first year.
    pub fn before(self, now: Timestamp) -> Option<Timestamp> {
        let span = self.span(self.amount.abs())?;
        let then = now.to_zoned(TimeZone::UTC).checked_sub(span).ok()?;
        (then.year() >= 1).then(|| then.timestamp())
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, unit)| *unit == self.unit).map_or("", |(name, _)| name);
        write!(f, "{}{unit}", self.amount)
    }
}

const EXAMPLES: &str =
    "write a whole number and one of `ms`, `s`, `m`, `h`, `d`, `mo`, `y`, for example `30d`";

fn duration_fault(message: String, help: &str) -> QuantityFault {
    QuantityFault { message, help: help.to_owned() }
}

fn unknown_unit(text: &str, digits: &str, unit: &str) -> QuantityFault {
    let weeks = || digits.parse::<u64>().ok()?.checked_mul(7);
    let help = match (unit.trim().to_ascii_lowercase().as_str(), weeks()) {
        ("w" | "week" | "weeks", Some(days)) => format!("write the weeks as days: `{days}d`"),
        ("sec" | "second" | "seconds" | "s", _) => format!("write `{digits}s`"),
        ("min" | "minute" | "minutes", _) => format!("write `{digits}m`"),
        ("hr" | "hour" | "hours" | "h", _) => format!("write `{digits}h`"),
        ("day" | "days" | "d", _) => format!("write `{digits}d`"),
        ("mon" | "month" | "months" | "mo", _) => format!("write `{digits}mo`"),
        ("year" | "years" | "y", _) => format!("write `{digits}y`"),
        _ => EXAMPLES.to_owned(),
    };
    duration_fault(format!("`{text}` is not a duration"), &help)
}

/// A number of bytes such as `256MiB`, `10MB` or `65536`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(u64);

const SIZES: [(&str, u64); 10] = [
    ("", 1),
    ("B", 1),
    ("kB", 1000),
    ("MB", 1000 * 1000),
    ("GB", 1000 * 1000 * 1000),
    ("TB", 1000 * 1000 * 1000 * 1000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

impl Size {
    /// Reads a size: a whole number of bytes, or of `kB`, `MB`, `GB`, `TB` (thousands) or `KiB`, `MiB`, `GiB`, `TiB`.
    ///
    /// ```
    /// use restload_spec::Size;
    /// assert_eq!(Size::parse("256MiB").unwrap().bytes(), 256 << 20);
    /// ```
    pub fn parse(text: &str) -> Result<Self, QuantityFault> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, unit) = text.split_at(end);
        let fault = |message| QuantityFault { message, help: SIZE_EXAMPLES.to_owned() };
        let of = |unit: &str| SIZES.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(unit));
        let (false, Some((_, factor))) = (digits.is_empty(), of(unit)) else {
            return Err(fault(format!("`{text}` is not a size")));
        };
        let bytes = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(factor));
        bytes.map(Self).ok_or_else(|| fault(format!("`{text}` is larger than any size may be")))
    }

    /// The size in bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }
}

const SIZE_EXAMPLES: &str =
    "write a whole number of bytes, or of `kB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`, for example `256MiB`";

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn units_have_their_length() {
        for (text, milliseconds) in [
            ("0s", 0),
            ("500ms", 500),
            ("30s", 30_000),
            ("15m", 900_000),
            ("2h", 7_200_000),
            ("30d", 2_592_000_000),
            ("-1d", 86_400_000),
        ] {
            let duration = Duration::parse(text).unwrap();
            assert_eq!(duration.as_std(), Some(std::time::Duration::from_millis(milliseconds)), "{text}");
            assert_eq!(duration.to_string(), text);
        }
        assert_eq!(Duration::parse("1mo").unwrap().as_std(), None);
        assert_eq!(Duration::parse("1y").unwrap().as_std(), None);
    }

    #[test]
    fn the_time_before_the_run_follows_the_calendar() {
        for (text, before) in [
            ("-1mo", "2024-02-29T12:00:00Z"),
            ("-1y", "2023-03-31T12:00:00Z"),
            ("-365d", "2023-04-01T12:00:00Z"),
            ("-90s", "2024-03-31T11:58:30Z"),
        ] {
            let duration = Duration::parse(text).unwrap();
            assert_eq!(duration.before(at("2024-03-31T12:00:00Z")), Some(at(before)), "{text}");
        }
        assert_eq!(Duration::parse("-9999y").unwrap().before(at("2024-03-31T12:00:00Z")), None);
    }

    #[test]
    fn what_is_no_duration_says_what_to_write() {
        for (text, message, help) in [
            ("", "`` is not a duration", EXAMPLES),
            ("-", "`-` is not a duration", EXAMPLES),
            ("soon", "`soon` is not a duration", EXAMPLES),
            ("30", "`30` is a number without a unit", "say of what, for example `30s` or `30d`"),
            ("2w", "`2w` is not a duration", "write the weeks as days: `14d`"),
            ("5 min", "`5 min` is not a duration", "write `5m`"),
            ("1h30m", "`1h30m` is not a duration", EXAMPLES),
            ("1.5h", "`1.5h` is not a duration", EXAMPLES),
            ("30D", "`30D` is not a duration", "write `30d`"),
            ("99999999999999999999s", "`99999999999999999999s` is longer than any duration may be", EXAMPLES),
        ] {
            let fault = Duration::parse(text).unwrap_err();
            assert_eq!((fault.message.as_str(), fault.help.as_str()), (message, help));
        }
    }

    #[test]
    fn sizes_are_bytes() {
        for (text, bytes) in [
            ("0", 0),
            ("65536", 65536),
            ("10MB", 10_000_000),
            ("256MiB", 268_435_456),
            ("1gib", 1 << 30),
            ("7B", 7),
        ] {
            assert_eq!(Size::parse(text).unwrap().bytes(), bytes, "{text}");
        }
        for text in ["", "MiB", "-1", "1.5MB", "10 MB", "10Mb/s"] {
            let fault = Size::parse(text).unwrap_err();
            assert_eq!(fault.message, format!("`{text}` is not a size"));
            assert_eq!(fault.help, SIZE_EXAMPLES);
        }
        let fault = Size::parse("99999999TiB").unwrap_err();
        assert_eq!(fault.message, "`99999999TiB` is larger than any size may be");
    }
}
