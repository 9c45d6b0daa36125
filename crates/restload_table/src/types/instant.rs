//! Timestamps and dates: RFC 3339 as APIs write it, to and from microseconds and days.

use std::fmt::Write;

pub(crate) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(crate) const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Reads a day (`2021-07-02`) as days since 1970.
#[expect(clippy::many_single_char_names, reason = "digits in a row have no other names")]
pub(crate) fn parse_date(text: &[u8]) -> Option<i32> {
    let [a, b, c, d, b'-', e, f, b'-', g, h] = *text else { return None };
    let year = two(a, b)? * 100 + two(c, d)?;
    let (month, day) = (two(e, f)?, two(g, h)?);
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    // Years before 1 do not exist in most of what reads the files.
    ((1..=last).contains(&day) && year >= 1).then(|| days_of(year, month, day))
}

/// Reads a time with its offset (`2021-07-02T09:55:20.5+02:00`, with a space for `T`, with `Z`, with `+0200`) as
/// microseconds since 1970 in UTC. What has no offset, a leap second or more than microseconds is none.
pub(crate) fn parse_timestamp(text: &[u8]) -> Option<i64> {
    let (local, rest) = parse_local(text)?;
    let (micros, rest) = parse_fraction(rest, true)?;
    in_range(local + micros - parse_offset(rest)?)
}

/// Reads what a column declared as timestamp may hold: also a day, no offset (UTC), and digits beyond
/// microseconds, which are cut.
pub(crate) fn lenient_timestamp(text: &[u8]) -> Option<i64> {
    if let Some(days) = parse_date(text) {
        return Some(i64::from(days) * MICROS_PER_DAY);
    }
    let (local, rest) = parse_local(text)?;
    let (micros, rest) = parse_fraction(rest, false)?;
    let offset = if rest.is_empty() { 0 } else { parse_offset(rest)? };
    in_range(local + micros - offset)
}

#[expect(clippy::many_single_char_names, reason = "digits in a row have no other names")]
fn parse_local(text: &[u8]) -> Option<(i64, &[u8])> {
    let (date, time) = text.split_at_checked(10)?;
    let (&[b'T' | b' ', a, b, b':', c, d, b':', e, f], rest) = time.split_first_chunk::<9>()? else {
        return None;
    };
    let (hour, minute, second) = (two(a, b)?, two(c, d)?, two(e, f)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    Some((i64::from(parse_date(date)?) * MICROS_PER_DAY + seconds * MICROS_PER_SECOND, rest))
}

fn parse_fraction(text: &[u8], exact: bool) -> Option<(i64, &[u8])> {
    let Some((b'.', rest)) = text.split_first() else { return Some((0, text)) };
    let (mut micros, mut unit, mut end) = (0, 100_000, 0);
    while let Some(digit) = rest.get(end).filter(|byte| byte.is_ascii_digit()) {
        let digit = i64::from(digit - b'0');
        if exact && unit == 0 && digit != 0 {
            return None;
        }
        micros += digit * unit;
        unit /= 10;
        end += 1;
    }
    (end > 0).then(|| (micros, &rest[end..]))
}

fn parse_offset(text: &[u8]) -> Option<i64> {
    let (sign, hour, minute) = match *text {
        [b'Z'] => return Some(0),
        [sign, a, b, b':', c, d] | [sign, a, b, c, d] => (sign, two(a, b)?, two(c, d)?),
        _ => return None,
    };
    let offset = i64::from(hour * 60 + minute) * 60 * MICROS_PER_SECOND;
    match sign {
        _ if hour > 23 || minute > 59 => None,
        b'+' => Some(offset),
        b'-' => Some(-offset),
        _ => None,
    }
}

fn two(tens: u8, ones: u8) -> Option<i32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i32::from(tens) * 10 + i32::from(ones))
}

/// Microseconds of years 1 to 9999, which [`render_timestamp`] writes with four digits.
pub(crate) fn in_range(micros: i64) -> Option<i64> {
    (-62_135_596_800 * MICROS_PER_SECOND..253_402_300_800 * MICROS_PER_SECOND)
        .contains(&micros)
        .then_some(micros)
}

/// Days since 1970 of a date of the Gregorian calendar.
fn days_of(year: i32, month: i32, day: i32) -> i32 {
    // Years begin in March, so that the leap day is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + year * 365 + year / 4 - year / 100 + (month * 153 + 2) / 5 + day - 1 - 719_468
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (year * 365 + year / 4 - year / 100);
    let month = (day * 5 + 2) / 153;
    let day = day - (month * 153 + 2) / 5 + 1;
    let (year, month) = (era * 400 + year, if month < 10 { month + 3 } else { month - 9 });
    (if month <= 2 { year + 1 } else { year }, month, day)
}

/// Writes a day: `2021-07-02`.
pub(crate) fn render_date(days: i32, out: &mut String) {
    let (year, month, day) = date_of(i64::from(days));
    let _ = write!(out, "{year:04}-{month:02}-{day:02}");
}

/// Writes a timestamp in its canonical form: `2021-07-02T09:55:20Z`, with a fraction only if there is one.
pub(crate) fn render_timestamp(micros: i64, out: &mut String) {
    let (year, month, day) = date_of(micros.div_euclid(MICROS_PER_DAY));
    let time = micros.rem_euclid(MICROS_PER_DAY);
    let (seconds, fraction) = (time / MICROS_PER_SECOND, time % MICROS_PER_SECOND);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction > 0 {
        let _ = write!(out, ".{fraction:06}");
        out.truncate(out.trim_end_matches('0').len());
    }
    out.push('Z');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Option<String> {
        let mut out = String::new();
        render_timestamp(parse_timestamp(text.as_bytes())?, &mut out);
        Some(out)
    }

    #[test]
    fn timestamps_of_every_accepted_form_are_one_instant() {
        for text in [
            "2021-07-02T09:55:20Z",
            "2021-07-02 09:55:20Z",
            "2021-07-02T09:55:20+00:00",
            "2021-07-02T09:55:20+0000",
            "2021-07-02T11:25:20+01:30",
            "2021-07-01T23:55:20-1000",
            "2021-07-03T09:54:20+23:59",
            "2021-07-02T09:55:20.000000000Z",
        ] {
            assert_eq!(canonical(text).as_deref(), Some("2021-07-02T09:55:20Z"), "{text}");
        }
        for text in ["0001-01-01T00:00:00Z", "1815-06-18T11:35:00Z", "9999-12-31T23:59:59.999999Z"] {
            assert_eq!(canonical(text).as_deref(), Some(text));
        }
        assert_eq!(canonical("2021-07-02T09:55:20.120000000Z").as_deref(), Some("2021-07-02T09:55:20.12Z"));
        assert_eq!(canonical("1969-12-31T23:59:59.999999Z").as_deref(), Some("1969-12-31T23:59:59.999999Z"));
    }

    #[test]
    fn what_would_lose_something_is_no_timestamp() {
        for text in [
            "2021-07-02T09:55:20",
            "2021-07-02T09:55:20.1234567Z",
            "2021-07-02T09:55:60Z",
            "2021-07-02T24:00:00Z",
            "2021-02-29T00:00:00Z",
            "2021-07-02T09:55:20.Z",
            "2021-07-02T09:55:20+1",
            "2021-07-02T09:55:20+24:00",
            "2021-07-02T09:55:20+01:60",
            "2021-07-02t09:55:20z",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-00:01",
            "0000-01-01T00:00:00Z",
            "2021-07-02",
            "２021-07-02T09:55:20Z",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn each_day_is_read_as_it_is_written() {
        for days in (-719_162..2_932_896).step_by(97).chain([-719_162, 2_932_896]) {
            let mut text = String::new();
            render_date(days, &mut text);
            assert_eq!(parse_date(text.as_bytes()), Some(days), "{text}");
        }
        assert_eq!(parse_date(b"2000-02-29"), Some(11_016));
        assert_eq!(parse_date(b"1900-02-29"), None);
        assert_eq!(parse_date(b"2021-13-01"), None);
        assert_eq!(parse_date(b"2021-00-01"), None);
        assert_eq!(parse_date(b"2021-01-00"), None);
    }

    #[test]
    fn a_declared_timestamp_takes_days_and_local_times() {
        assert_eq!(lenient_timestamp(b"1970-01-02"), Some(MICROS_PER_DAY));
        assert_eq!(lenient_timestamp(b"1970-01-01 00:00:01"), Some(MICROS_PER_SECOND));
        assert_eq!(lenient_timestamp(b"1970-01-01T00:00:00.123456789Z"), Some(123_456));
        assert_eq!(lenient_timestamp(b"yesterday"), None);
    }
}
