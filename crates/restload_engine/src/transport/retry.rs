//! How long to wait before a request is asked again.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;
use restload_spec::plan::RetryPlan;

use super::{Exchange, Headers};

/// A server that asks for a longer wait than this is not waited for.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(15);

/// Exponential with full jitter: `jitter` (from 0 to 1) of `initial` doubled per attempt, at most `max`. `attempt` is 1 after
/// the first request.
pub(crate) fn backoff(plan: &RetryPlan, attempt: u32, jitter: f64) -> Duration {
    let doubled =
        2_u32.checked_pow(attempt.saturating_sub(1)).and_then(|factor| plan.initial.checked_mul(factor));
    doubled.unwrap_or(plan.max).min(plan.max).mul_f64(jitter.clamp(0.0, 1.0))
}

/// The wait that `Retry-After` asks for: seconds, or an HTTP date (RFC 9110, 10.2.3). A date is compared with the `Date` of the
/// same answer where there is one, so that a clock that is off here does no harm. None where nothing readable is said, and
/// where no time is left to wait.
pub(crate) fn retry_after(answer: &Exchange, now: Timestamp) -> Option<Duration> {
    let value = answer.headers.get("retry-after")?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok().filter(|wait| !wait.is_zero());
    }
    let until = parse_http_date(value)?;
    let from = date_of(&answer.headers).unwrap_or(now);
    Duration::try_from(until.duration_since(from)).ok().filter(|wait| !wait.is_zero())
}

pub(super) fn date_of(headers: &Headers) -> Option<Timestamp> {
    parse_http_date(headers.get("date")?.trim())
}

/// The three forms that RFC 9110, 5.6.7 asks a reader to take.
pub(super) fn parse_http_date(text: &str) -> Option<Timestamp> {
    if let Ok(date) = rfc2822::DateTimeParser::new().parse_timestamp(text) {
        return Some(date);
    }
    let text = text.trim_end_matches(" GMT");
    ["%A, %d-%b-%y %H:%M:%S", "%a %b %e %H:%M:%S %Y"].into_iter().find_map(|format| {
        let date: DateTime = strtime::parse(format, text).ok()?.to_datetime().ok()?;
        Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use restload_diag::Pointer;
    use url::Url;

    use super::*;

    fn plan() -> RetryPlan {
        RetryPlan {
            attempts: 6,
            statuses: vec![503],
            initial: Duration::from_millis(500),
            max: Duration::from_mins(1),
            at: Pointer::root(),
        }
    }

    fn answer(headers: &[(&str, &str)]) -> Exchange {
        let url = Url::parse("https://a.test/").unwrap();
        Exchange { status: 503, headers: headers.iter().copied().collect(), body: Vec::new().into(), url }
    }

    fn now() -> Timestamp {
        "1994-11-06T08:49:37Z".parse().unwrap()
    }

    #[test]
    fn the_wait_doubles_up_to_the_longest_and_is_drawn_from_zero_on() {
        let longest: Vec<u64> =
            (1..=9).map(|n| u64::try_from(backoff(&plan(), n, 1.0).as_millis()).unwrap()).collect();
        assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(backoff(&plan(), 3, 0.25), Duration::from_millis(500));
        assert_eq!(backoff(&plan(), 3, 0.0), Duration::ZERO);
        assert_eq!(backoff(&plan(), u32::MAX, 1.0), Duration::from_mins(1));
        assert_eq!(backoff(&plan(), 0, 1.0), Duration::from_millis(500));
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        for (value, want) in [
            ("120", Some(120_000)),
            (" 1.5 ", Some(1500)),
            ("0", None),
            ("-1", None),
            ("soon", None),
            ("", None),
            ("NaN", None),
            ("1e300", None),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30_000)),
            ("Sunday, 06-Nov-94 08:50:07 GMT", Some(30_000)),
            ("Sun Nov  6 08:50:07 1994", Some(30_000)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:00:00 GMT", None),
        ] {
            let wait = retry_after(&answer(&[("Retry-After", value)]), now());
            assert_eq!(wait, want.map(Duration::from_millis), "{value}");
        }
        assert_eq!(retry_after(&answer(&[]), now()), None);
    }

    #[test]
    fn a_date_is_compared_with_the_clock_of_the_server() {
        let headers =
            [("Date", "Sun, 06 Nov 1994 09:49:37 GMT"), ("Retry-After", "Sun, 06 Nov 1994 09:49:47 GMT")];
        assert_eq!(retry_after(&answer(&headers), now()), Some(Duration::from_secs(10)));
    }
}
