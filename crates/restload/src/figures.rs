//! Figures as people read them: `1,234`, `18.2 kB`, `3.4 s`.

use std::time::Duration;

/// A count with a comma between thousands.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count and what is counted: `1 row`, `2 rows`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A count of rows.
pub(crate) fn rows(number: u64) -> String {
    counted(number, "row", "rows")
}

/// A size in units of thousands.
pub(crate) fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let mut scaled = as_float(number);
    let mut unit = "";
    for next in UNITS {
        if scaled < 999.95 && !unit.is_empty() {
            break;
        }
        scaled /= 1000.0;
        unit = next;
    }
    format!("{scaled:.1} {unit}")
}

/// A time that passed.
pub(crate) fn time(passed: Duration) -> String {
    let seconds = passed.as_secs();
    match seconds {
        0 if passed.is_zero() => "0 s".to_owned(),
        0 if passed.as_millis() < 100 => format!("{} ms", passed.as_millis().max(1)),
        0..60 => format!("{:.1} s", passed.as_secs_f64()),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// How many a second; none before there is anything to tell it by.
pub(crate) fn per_second(number: u64, passed: Duration) -> Option<u64> {
    let rate = as_float(number) / passed.as_secs_f64();
    (passed.as_millis() > 0 && rate.is_finite()).then(|| whole(rate))
}

/// The share of `part` in `all`, in whole percent and never rounded up to 100.
pub(crate) fn percent(part: u64, all: u64) -> Option<u64> {
    let percent = u128::from(part) * 100 / u128::from(all).max(1);
    u64::try_from(percent).ok().filter(|_| all > 0)
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people, who read three digits of it")]
fn as_float(number: u64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "neither negative nor beyond any rate"
)]
fn whole(rate: f64) -> u64 {
    rate.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_commas() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(number), text);
        }
        assert_eq!((rows(1), rows(2)), ("1 row".to_owned(), "2 rows".to_owned()));
    }

    #[test]
    fn sizes_have_one_digit_after_the_point() {
        for (number, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (18_211, "18.2 kB"),
            (999_949, "999.9 kB"),
            (999_999, "1.0 MB"),
            (5_000_000_000_000_000, "5000.0 TB"),
        ] {
            assert_eq!(bytes(number), text);
        }
    }

    #[test]
    fn times_are_as_exact_as_one_wants_to_know() {
        for (milliseconds, text) in [
            (0, "0 s"),
            (42, "42 ms"),
            (120, "0.1 s"),
            (3_440, "3.4 s"),
            (72_000, "1 min 12 s"),
            (3_725_000, "1 h 02 min"),
        ] {
            assert_eq!(time(Duration::from_millis(milliseconds)), text);
        }
    }

    #[test]
    fn rates_and_shares_are_left_out_where_there_are_none() {
        assert_eq!(per_second(500, Duration::from_millis(250)), Some(2000));
        assert_eq!(per_second(500, Duration::ZERO), None);
        assert_eq!(percent(629, 630), Some(99));
        assert_eq!(percent(1, 0), None);
    }
}
