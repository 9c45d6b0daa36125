//! Distances between cursors, and bounds as an author writes them.

use jiff::Timestamp;

use super::CursorValue;
use crate::Duration;

/// A distance between cursors: of `lag`, `window` and `inclusive_end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorStep {
    /// Between moments.
    Time(Duration),
    /// Between whole numbers.
    Count(i128),
}

impl CursorStep {
    /// The cursor so many steps on, or back; the cursor itself where there is none.
    pub fn from(self, cursor: &CursorValue, steps: i64) -> CursorValue {
        let moved = match (self, cursor) {
            (Self::Time(step), CursorValue::Moment(moment)) => {
                let there = step.times(steps).and_then(|step| step.after(moment.at));
                there.map(|at| CursorValue::Moment(moment.moved(at)))
            }
            (Self::Count(step), CursorValue::Integer(number)) => step
                .checked_mul(i128::from(steps))
                .and_then(|step| number.checked_add(step))
                .map(CursorValue::Integer),
            _ => None,
        };
        moved.unwrap_or_else(|| match (cursor, steps < 0) {
            (CursorValue::Moment(_), true) => CursorValue::Moment(Timestamp::MIN.into()),
            (CursorValue::Moment(_), false) => CursorValue::Moment(Timestamp::MAX.into()),
            (CursorValue::Integer(_), true) => CursorValue::Integer(i128::MIN),
            (CursorValue::Integer(_), false) => CursorValue::Integer(i128::MAX),
            (text @ CursorValue::Text(_), _) => text.clone(),
        })
    }

    /// The greatest whole step that is not after the cursor.
    pub fn floor(self, cursor: &CursorValue) -> CursorValue {
        match (self, cursor) {
            (Self::Time(step), CursorValue::Moment(moment)) => {
                CursorValue::Moment(moment.moved(step.floor(moment.at)))
            }
            (Self::Count(step), CursorValue::Integer(number)) => {
                CursorValue::Integer(number - number.rem_euclid(step.max(1)))
            }
            (_, other) => other.clone(),
        }
    }

    /// The least whole step that is not before the cursor.
    pub fn ceiling(self, cursor: &CursorValue) -> CursorValue {
        let floor = self.floor(cursor);
        if floor == *cursor { floor } else { self.from(&floor, 1) }
    }
}

/// Where an increment begins or ends, as the author says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// There.
    At(CursorValue),
    /// So long before the run.
    Before(Duration),
}

impl Bound {
    /// The bound of a run that began then.
    pub fn at(&self, now: Timestamp) -> CursorValue {
        match self {
            Self::At(cursor) => cursor.clone(),
            Self::Before(duration) => {
                CursorValue::Moment(duration.before(now).unwrap_or(Timestamp::MIN).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> CursorStep {
        CursorStep::Time(Duration::parse(text).unwrap())
    }

    fn moment(text: &str) -> CursorValue {
        CursorValue::Moment(text.parse::<Timestamp>().unwrap().into())
    }

    #[test]
    fn a_grain_has_whole_days_months_and_years() {
        let cursor = moment("2026-02-28T13:14:15.5Z");
        for (grain, floor, ceiling) in [
            ("1s", "2026-02-28T13:14:15Z", "2026-02-28T13:14:16Z"),
            ("1h", "2026-02-28T13:00:00Z", "2026-02-28T14:00:00Z"),
            ("1d", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("1mo", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("1y", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ] {
            assert_eq!(time(grain).floor(&cursor), moment(floor), "{grain}");
            assert_eq!(time(grain).ceiling(&cursor), moment(ceiling), "{grain}");
        }
        assert_eq!(time("1d").ceiling(&moment("2026-03-01T00:00:00Z")), moment("2026-03-01T00:00:00Z"));
        assert_eq!(CursorStep::Count(10).floor(&CursorValue::Integer(-1)), CursorValue::Integer(-10));
    }

    #[test]
    fn steps_go_on_and_back_and_end_at_the_ends_of_time() {
        assert_eq!(time("1mo").from(&moment("2026-01-31T00:00:00Z"), 1), moment("2026-02-28T00:00:00Z"));
        assert_eq!(time("1mo").from(&moment("2026-01-31T00:00:00Z"), 2), moment("2026-03-31T00:00:00Z"));
        assert_eq!(time("2d").from(&moment("2026-01-31T00:00:00Z"), -1), moment("2026-01-29T00:00:00Z"));
        let long_ago = CursorValue::Moment(Timestamp::MIN.into());
        assert_eq!(time("9999y").from(&moment("2026-01-31T00:00:00Z"), -2), long_ago);
        assert_eq!(
            CursorStep::Count(5).from(&CursorValue::Integer(i128::MAX), 1),
            CursorValue::Integer(i128::MAX)
        );
    }

    proptest! {
        #[test]
        fn a_cursor_lies_between_its_floor_and_its_ceiling(second in -2_000_000_000_i64..4_000_000_000, unit in 0..6_usize, count in 1..9_u32) {
            let step = time(&format!("{count}{}", ["s", "m", "h", "d", "mo", "y"][unit]));
            let cursor = CursorValue::Moment(Timestamp::from_second(second).unwrap().into());
            let (floor, ceiling) = (step.floor(&cursor), step.ceiling(&cursor));
            prop_assert!(floor <= cursor && cursor <= ceiling);
            prop_assert_eq!(step.floor(&floor), floor.clone());
            prop_assert!(ceiling <= step.from(&floor, 1));
        }
    }
}
