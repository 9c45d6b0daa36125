//! A range cut into slices.

use super::{CursorFormat, CursorStep, CursorValue};

/// More slices than this are a slip of the pen.
const MOST: i64 = 100_000;

/// Both ends of a slice: from `start`, up to but not including `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edges {
    /// None: from the beginning.
    pub start: Option<CursorValue>,
    /// None: to the end of all rows.
    pub end: Option<CursorValue>,
}

/// Cuts a range by `window`. The cuts lie on the grain and on what `format` can say, so that the slices that are sent touch
/// each other; only the first start and the last end are as they are. An empty range has no slice; the error says how many
/// there would be.
pub fn slices(
    start: Option<&CursorValue>,
    end: Option<&CursorValue>,
    window: Option<CursorStep>,
    grain: Option<CursorStep>,
    format: &CursorFormat,
) -> Result<Vec<Edges>, String> {
    if let (Some(start), Some(end)) = (start, end)
        && start >= end
    {
        return Ok(Vec::new());
    }
    let whole = || vec![Edges { start: start.cloned(), end: end.cloned() }];
    let (Some(first), Some(last), Some(window)) = (start, end, window) else { return Ok(whole()) };
    let mut slices = Vec::new();
    let mut from = first.clone();
    for n in 1.. {
        if n > MOST {
            return Err(format!("from {first} to {last} there are more than {MOST} windows"));
        }
        let cut = window.from(first, n);
        if cut >= *last {
            break;
        }
        let cut = format.as_sent(&grain.map_or_else(|| cut.clone(), |grain| grain.floor(&cut)));
        if cut > from {
            slices.push(Edges { start: Some(from), end: Some(cut.clone()) });
            from = cut;
        }
    }
    slices.push(Edges { start: Some(from), end: Some(last.clone()) });
    Ok(slices)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::Duration;

    fn moment(text: &str) -> CursorValue {
        CursorValue::Moment(text.parse::<Timestamp>().unwrap().into())
    }

    fn days(count: i64) -> CursorStep {
        CursorStep::Time(Duration::parse(&format!("{count}d")).unwrap())
    }

    fn said(slices: &[Edges]) -> Vec<String> {
        let say = |edge: &Option<CursorValue>| edge.as_ref().map_or_else(String::new, ToString::to_string);
        slices.iter().map(|slice| format!("{} {}", say(&slice.start), say(&slice.end))).collect()
    }

    #[test]
    fn cuts_lie_on_the_grain_and_ends_stay() {
        let (start, end) = (moment("2026-01-01T05:00:00Z"), moment("2026-01-04T12:00:00Z"));
        let cut = slices(Some(&start), Some(&end), Some(days(2)), Some(days(1)), &CursorFormat::Iso).unwrap();
        assert_eq!(
            said(&cut),
            ["2026-01-01T05:00:00Z 2026-01-03T00:00:00Z", "2026-01-03T00:00:00Z 2026-01-04T12:00:00Z"]
        );
        let cut = slices(Some(&start), Some(&end), Some(days(2)), None, &CursorFormat::Date).unwrap();
        assert_eq!(said(&cut)[0], "2026-01-01T05:00:00Z 2026-01-03T00:00:00Z");
        let months = CursorStep::Time(Duration::parse("1mo").unwrap());
        let (start, end) = (moment("2026-01-31T00:00:00Z"), moment("2026-04-01T00:00:00Z"));
        let cut = slices(Some(&start), Some(&end), Some(months), None, &CursorFormat::Iso).unwrap();
        assert_eq!(
            said(&cut),
            [
                "2026-01-31T00:00:00Z 2026-02-28T00:00:00Z",
                "2026-02-28T00:00:00Z 2026-03-31T00:00:00Z",
                "2026-03-31T00:00:00Z 2026-04-01T00:00:00Z"
            ]
        );
    }

    #[test]
    fn a_range_without_both_ends_is_one_slice_and_an_empty_one_none() {
        let at = moment("2026-01-01T00:00:00Z");
        assert_eq!(slices(None, Some(&at), Some(days(1)), None, &CursorFormat::Iso).unwrap().len(), 1);
        assert_eq!(slices(None, None, None, None, &CursorFormat::Iso).unwrap().len(), 1);
        assert_eq!(slices(Some(&at), Some(&at), Some(days(1)), None, &CursorFormat::Iso).unwrap(), []);
        let late = moment("9000-01-01T00:00:00Z");
        let many = slices(Some(&at), Some(&late), Some(days(1)), None, &CursorFormat::Iso);
        assert!(many.unwrap_err().contains("more than 100000 windows"));
    }

    proptest! {
        #[test]
        fn slices_cover_the_range_once(from in 0..2_000_000_000_i64, length in 1..40_000_000_i64, window in 1..40_i64, grain in proptest::option::of(1..4_i64), dates in any::<bool>()) {
            let at = |second| CursorValue::Moment(Timestamp::from_second(second).unwrap().into());
            let (start, end) = (at(from), at(from + length));
            let format = if dates { CursorFormat::Date } else { CursorFormat::Iso };
            let cut = slices(Some(&start), Some(&end), Some(days(window)), grain.map(days), &format).unwrap();
            prop_assert_eq!(cut.first().unwrap().start.as_ref(), Some(&start));
            prop_assert_eq!(cut.last().unwrap().end.as_ref(), Some(&end));
            for slice in &cut {
                prop_assert!(slice.start < slice.end);
            }
            for pair in cut.windows(2) {
                prop_assert_eq!(&pair[0].end, &pair[1].start);
            }
        }
    }
}
