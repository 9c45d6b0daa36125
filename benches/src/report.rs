//! Prints a line for each figure as it is known: what, measured, target, and whether it was kept.

use std::fmt::{self, Display};
use std::io::{self, Write};
use std::time::Duration;

/// The lines so far, and whether one of them is over its target.
#[derive(Default)]
pub(crate) struct Report {
    missed: bool,
}

/// A share of what another program took.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Ratio(pub(crate) f64);

/// A time, shown in seconds from one second on and in milliseconds below.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Time(pub(crate) Duration);

/// A number of bytes, shown in millions.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Megabytes(pub(crate) u64);

/// A number of things.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Count(pub(crate) usize);

impl Report {
    /// A figure that has to be below its limit.
    pub(crate) fn below<T: Copy + Display + PartialOrd>(
        &mut self,
        figure: &str,
        what: &str,
        measured: T,
        limit: T,
    ) {
        let kept = measured < limit;
        self.judged(figure, what, &measured, &format!("< {limit}"), kept);
    }

    /// A figure that may reach its limit.
    pub(crate) fn at_most<T: Copy + Display + PartialOrd>(
        &mut self,
        figure: &str,
        what: &str,
        measured: T,
        limit: T,
    ) {
        let kept = measured <= limit;
        self.judged(figure, what, &measured, &format!("<= {limit}"), kept);
    }

    /// A figure without a target of its own.
    #[expect(clippy::unused_self, reason = "a line belongs to its report")]
    pub(crate) fn told(&self, figure: &str, what: &str, measured: impl Display) {
        print(figure, what, &measured.to_string(), "", "");
    }

    /// A figure that could not be measured.
    pub(crate) fn failed(&mut self, figure: &str, why: &str) {
        self.missed = true;
        print(figure, "could not be measured", "", "", "failed");
        let _ = writeln!(io::stderr(), "{figure}: {why}");
    }

    /// Whether a figure was over its target or could not be measured.
    pub(crate) fn missed(&self) -> bool {
        self.missed
    }

    fn judged(&mut self, figure: &str, what: &str, measured: &dyn Display, target: &str, kept: bool) {
        self.missed |= !kept;
        print(figure, what, &measured.to_string(), target, if kept { "ok" } else { "over" });
    }
}

/// A reader that went away is no reason to stop: the exit code still says how it ended.
fn print(figure: &str, what: &str, measured: &str, target: &str, verdict: &str) {
    let line = format!("{figure:<9} {what:<54} {measured:>12}  {target:<10} {verdict}");
    let _ = writeln!(io::stdout(), "{}", line.trim_end());
}

impl Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < Duration::from_secs(1) {
            write!(f, "{:.1} ms", self.0.as_secs_f64() * 1e3)
        } else {
            write!(f, "{:.2} s", self.0.as_secs_f64())
        }
    }
}

impl Display for Megabytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} MB", self.0 / 1_000_000, self.0 / 100_000 % 10)
    }
}

impl Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The middle one of the values, or the mean of the two in the middle.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match (values.len() / 2, values.len() % 2) {
        (0, 0) => f64::NAN,
        (half, 0) => f64::midpoint(values[half - 1], values[half]),
        (half, _) => values[half],
    }
}

/// The median of times.
pub(crate) fn median_time(times: impl IntoIterator<Item = Duration>) -> Time {
    let seconds = median(times.into_iter().map(|time| time.as_secs_f64()));
    Time(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_does_not_follow_one_slow_run() {
        assert_eq!(median([1.0, 9.0, 1.1]).to_string(), "1.1");
        assert_eq!(median([1.0, 3.0, 2.0, 90.0]).to_string(), "2.5");
        assert!(median([]).is_nan());
    }

    #[test]
    fn a_figure_at_its_limit_is_over_below_and_kept_at_most() {
        let mut report = Report::default();
        report.at_most("any", "any", Ratio(1.0), Ratio(1.0));
        assert!(!report.missed());
        report.below("any", "any", Megabytes(5), Megabytes(5));
        assert!(report.missed());
    }

    #[test]
    fn a_ratio_that_was_never_measured_is_over() {
        let mut report = Report::default();
        report.at_most("any", "any", Ratio(f64::NAN), Ratio(1.0));
        assert!(report.missed());
    }

    #[test]
    fn figures_are_shown_with_their_units() {
        assert_eq!(Time(Duration::from_micros(9_340)).to_string(), "9.3 ms");
        assert_eq!(Time(Duration::from_millis(1_504)).to_string(), "1.50 s");
        assert_eq!(Megabytes(39_960_000).to_string(), "39.9 MB");
    }
}
