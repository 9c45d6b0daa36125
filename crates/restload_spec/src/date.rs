//! Reading moments as APIs write them, and writing them as APIs want them.

use jiff::{Timestamp, Zoned, civil, tz::TimeZone};
use serde_json::{Number, Value};

/// The last second of the year 9999, and so of all moments.
const LAST_SECOND: i64 = 253_402_300_799;

/// The moment that a value means: a date, an ISO 8601 or RFC 3339 text, or seconds since 1970 as number or text.
///
/// A space may stand for the `T`, an offset may be `+0000`, a fraction may have any digits (those beyond nanoseconds
/// are cut). Text without an offset is read in `zone`. A number past the year 9999 in seconds is milliseconds.
pub(crate) fn read_moment(value: &Value, zone: &TimeZone) -> Option<Zoned> {
    match value {
        Value::Number(number) => Some(read_unix(&number.to_string())?.to_zoned(zone.clone())),
        Value::String(text) => read_text(text.trim(), zone),
        _ => None,
    }
}

fn read_text(text: &str, zone: &TimeZone) -> Option<Zoned> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    // Eight digits are a date without its dashes.
    if digits.len() > 8 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Some(read_unix(text)?.to_zoned(zone.clone()));
    }
    let text = cut_fraction(text);
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.to_zoned(zone.clone()));
    }
    text.parse::<civil::DateTime>().ok()?.to_zoned(zone.clone()).ok()
}

/// The moment that an ISO 8601 text means: a space may stand for the `T`, an offset may be `+0000` or stand apart, `UTC` is an
/// offset too. Text without an offset is UTC; a bare number is no moment.
pub(crate) fn read_iso(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > 8 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let text = text.replacen(',', ".", 1);
    let text = match text.rsplit_once(' ') {
        Some((time, "UTC" | "GMT" | "Z")) => format!("{time}Z"),
        Some((time, offset)) if offset.starts_with(['+', '-']) => format!("{time}{offset}"),
        _ => text,
    };
    Some(read_text(&text, &TimeZone::UTC)?.timestamp())
}

/// The text with at most nine digits of fraction, which is all that a moment keeps.
fn cut_fraction(text: &str) -> String {
    let Some((whole, rest)) = text.split_once('.') else { return text.to_owned() };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    format!("{whole}.{}{}", &rest[..end.min(9)], &rest[end..])
}

fn read_unix(text: &str) -> Option<Timestamp> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: i64 = whole.parse().ok()?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanoseconds: i32 = format!("{fraction:0<9.9}").parse().ok()?;
    let sign = if negative { -1 } else { 1 };
    if whole > LAST_SECOND {
        return Timestamp::from_millisecond(i64::from(sign) * whole).ok();
    }
    Timestamp::new(i64::from(sign) * whole, sign * nanoseconds).ok()
}

/// Writes a moment as `iso`, `date`, `unix`, `unix_ms` or by a pattern of `strftime`.
///
/// `unix` keeps the fraction that the moment has, and both `unix` forms are numbers; `%s` is whole seconds as text.
pub(crate) fn write_moment(moment: &Zoned, format: &str) -> Result<Value, String> {
    let pattern = match format {
        "iso" if moment.time_zone() == &TimeZone::UTC => {
            return Ok(Value::from(moment.timestamp().to_string()));
        }
        "iso" => "%Y-%m-%dT%H:%M:%S%.f%:z",
        "date" => "%Y-%m-%d",
        "unix" => return Ok(number(&unix(moment.timestamp()))),
        "unix_ms" => return Ok(Value::from(unix_milliseconds(moment.timestamp()))),
        pattern if !pattern.contains('%') => return Err(format!("`{pattern}` is not a format")),
        pattern => pattern,
    };
    let written = jiff::fmt::strtime::format(pattern, moment);
    written.map(Value::from).map_err(|error| format!("`{pattern}` is not a format: {error}"))
}

/// Whole milliseconds, rounded down.
fn unix_milliseconds(moment: Timestamp) -> i64 {
    let nanoseconds = moment.as_nanosecond().rem_euclid(1_000_000);
    moment.as_millisecond() - i64::from(nanoseconds != 0 && moment.as_nanosecond() < 0)
}

fn unix(moment: Timestamp) -> String {
    let nanoseconds = moment.as_nanosecond();
    let (sign, size) = (if nanoseconds < 0 { "-" } else { "" }, nanoseconds.unsigned_abs());
    let text = format!("{sign}{}.{:09}", size / 1_000_000_000, size % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn number(text: &str) -> Value {
    text.parse::<Number>().map_or_else(|_| Value::from(text), Value::Number)
}

/// The zone of an IANA name, or what is wrong with the name.
pub(crate) fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("`{name}` is not a time zone of the IANA database"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn utc(value: &Value) -> Option<String> {
        read_moment(value, &TimeZone::UTC).map(|moment| moment.timestamp().to_string())
    }

    #[test]
    fn moments_are_read_as_apis_write_them() {
        for (value, moment) in [
            (json!("2024-05-01"), "2024-05-01T00:00:00Z"),
            (json!("20240501"), "2024-05-01T00:00:00Z"),
            (json!("2024-05-01T10:20:30Z"), "2024-05-01T10:20:30Z"),
            (json!("2024-05-01 10:20:30"), "2024-05-01T10:20:30Z"),
            (json!("2024-05-01T10:20:30+02:00"), "2024-05-01T08:20:30Z"),
            (json!("2024-05-01T10:20:30+0000"), "2024-05-01T10:20:30Z"),
            (json!("2024-05-01 10:20:30.5-0130"), "2024-05-01T11:50:30.5Z"),
            (json!("2024-05-01T10:20:30.123456789012Z"), "2024-05-01T10:20:30.123456789Z"),
            (json!(" 2024-05-01T10:20Z "), "2024-05-01T10:20:00Z"),
            (json!(1_714_558_830), "2024-05-01T10:20:30Z"),
            (json!("1714558830"), "2024-05-01T10:20:30Z"),
            (json!("1714558830.25"), "2024-05-01T10:20:30.25Z"),
            (json!(1_714_558_830_250_i64), "2024-05-01T10:20:30.25Z"),
            (json!(0), "1970-01-01T00:00:00Z"),
            (json!(-1.5), "1969-12-31T23:59:58.5Z"),
        ] {
            assert_eq!(utc(&value).as_deref(), Some(moment), "{value}");
        }
        for value in
            [json!("soon"), json!(""), json!(null), json!(true), json!("2024-13-01"), json!(1e30), json!([])]
        {
            assert_eq!(utc(&value), None, "{value}");
        }
    }

    #[test]
    fn text_without_an_offset_is_read_in_the_zone() {
        let berlin = zone("Europe/Berlin").unwrap();
        let moment = read_moment(&json!("2024-05-01"), &berlin).unwrap();
        assert_eq!(moment.timestamp().to_string(), "2024-04-30T22:00:00Z");
        let moment = read_moment(&json!("2024-05-01T00:00:00Z"), &berlin).unwrap();
        assert_eq!(write_moment(&moment, "iso").unwrap(), json!("2024-05-01T02:00:00+02:00"));
    }

    #[test]
    fn moments_are_written_as_apis_want_them() {
        let moment = read_moment(&json!("2024-05-01T10:20:30.0456Z"), &TimeZone::UTC).unwrap();
        for (format, written) in [
            ("iso", json!("2024-05-01T10:20:30.0456Z")),
            ("date", json!("2024-05-01")),
            ("unix_ms", json!(1_714_558_830_045_i64)),
            ("%Y%m%d %H:%M:%S", json!("20240501 10:20:30")),
            ("%Y-%m-%dT%H:%M:%S.%3fZ", json!("2024-05-01T10:20:30.045Z")),
            ("%s", json!("1714558830")),
            ("%d.%m.%y", json!("01.05.24")),
        ] {
            assert_eq!(write_moment(&moment, format).unwrap(), written, "{format}");
        }
        assert_eq!(write_moment(&moment, "unix").unwrap().to_string(), "1714558830.0456");
        let whole = read_moment(&json!("1969-12-31T23:59:58Z"), &TimeZone::UTC).unwrap();
        assert_eq!(write_moment(&whole, "unix").unwrap(), json!(-2));
        assert_eq!(write_moment(&whole, "unix_ms").unwrap(), json!(-2000));
        let before = read_moment(&json!("1969-12-31T23:59:59.9985Z"), &TimeZone::UTC).unwrap();
        assert_eq!(write_moment(&before, "unix_ms").unwrap(), json!(-2));
        assert_eq!(write_moment(&before, "unix").unwrap().to_string(), "-0.0015");
    }

    #[test]
    fn what_is_no_format_is_said() {
        let moment = read_moment(&json!(0), &TimeZone::UTC).unwrap();
        assert_eq!(write_moment(&moment, "ISO").unwrap_err(), "`ISO` is not a format");
        assert!(write_moment(&moment, "%Y-%!").unwrap_err().starts_with("`%Y-%!` is not a format: "));
        assert_eq!(zone("Mars/Base").unwrap_err(), "`Mars/Base` is not a time zone of the IANA database");
    }
}
