//! Dates and times within texts, moved without a change of their style.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};

const DAY: i64 = 86_400;

/// A date, or a date with a time, as a text holds it.
#[derive(Debug)]
pub(crate) struct Stamp<'t> {
    date: Date,
    clock: Option<Clock<'t>>,
}

#[derive(Debug)]
struct Clock<'t> {
    /// `T` or a space.
    separator: char,
    time: Time,
    with_seconds: bool,
    /// Fraction and offset, which stay as they are.
    tail: &'t str,
}

impl<'t> Stamp<'t> {
    /// Reads `2021-05-10`, `2021-05-10T05:50:56+0000`, `2021-05-10 05:50` and what lies between.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        if !text.is_ascii() || !(10..=40).contains(&text.len()) {
            return None;
        }
        let (date, rest) = text.split_at(10);
        let date = date.parse::<Date>().ok()?;
        if rest.is_empty() {
            return Some(Self { date, clock: None });
        }
        let separator = rest.chars().next().filter(|c| matches!(c, 'T' | 't' | ' '))?;
        let rest = &rest[1..];
        let with_seconds = rest.as_bytes().get(5) == Some(&b':');
        let (time, tail) = rest.split_at_checked(if with_seconds { 8 } else { 5 })?;
        let mut parts = time.split(':').map(|part| part.parse::<i8>().ok());
        let (hour, minute) = (parts.next()??, parts.next()??);
        let second = if with_seconds { parts.next()?? } else { 0 };
        let time = Time::new(hour, minute, second, 0).ok()?;
        is_tail(tail).then_some(Self { date, clock: Some(Clock { separator, time, with_seconds, tail }) })
    }

    /// Seconds since 1970, its offset not counted.
    pub(crate) fn seconds(&self) -> i64 {
        let time = self.clock.as_ref().map_or_else(Time::midnight, |clock| clock.time);
        let zoned = self.date.to_datetime(time).to_zoned(TimeZone::UTC);
        zoned.map_or(0, |zoned| zoned.timestamp().as_second())
    }

    /// The same text some seconds later; a date alone moves by whole days. None where there is no such time.
    pub(crate) fn moved(&self, seconds: i64) -> Option<String> {
        let Some(Clock { separator, time, with_seconds, tail }) = &self.clock else {
            let days = Span::new().try_days(seconds.div_euclid(DAY)).ok()?;
            return Some(self.date.checked_add(days).ok()?.to_string());
        };
        let moved = self.date.to_datetime(*time).checked_add(SignedDuration::from_secs(seconds)).ok()?;
        let (date, hour, minute) = (moved.date(), moved.hour(), moved.minute());
        let second = if *with_seconds { format!(":{:02}", moved.second()) } else { String::new() };
        Some(format!("{date}{separator}{hour:02}:{minute:02}{second}{tail}"))
    }
}

/// Whether a text is nothing but a fraction and an offset.
fn is_tail(tail: &str) -> bool {
    let known = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ':' | '+' | '-');
    let tail = tail.trim_end_matches("UTC").trim_end_matches(['Z', 'z']).trim();
    tail.len() <= 20 && tail.chars().all(known) && !tail.starts_with(|c: char| c.is_ascii_digit() || c == ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_moves_and_keeps_its_style() {
        for (text, moved) in [
            ("2021-05-10", "2021-05-11"),
            ("2021-05-10T05:50:56+00:00", "2021-05-11T06:50:57+00:00"),
            ("2021-03-03T12:39:19+0000", "2021-03-04T13:39:20+0000"),
            ("2017-05-04T10:44:31.525-08:00", "2017-05-05T11:44:32.525-08:00"),
            ("2023-01-01T00:00:00Z", "2023-01-02T01:00:01Z"),
            ("2023-12-31 23:30", "2024-01-02 00:30"),
            ("2023-01-01 00:00:00.000001 UTC", "2023-01-02 01:00:01.000001 UTC"),
        ] {
            assert_eq!(Stamp::parse(text).and_then(|stamp| stamp.moved(DAY + 3601)).as_deref(), Some(moved));
        }
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in [
            "",
            "2021-13-01",
            "2021-05-10x",
            "2021-05-10T25:00:00Z",
            "2021-05-10T05:50:56 or so",
            "1234567890",
            "2021-05-10-1",
        ] {
            assert!(Stamp::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn seconds_count_from_1970() {
        assert_eq!(Stamp::parse("1970-01-02T00:00:05Z").unwrap().seconds(), DAY + 5);
    }
}
