//! Which rows of a page are new. A pure function of the page and of what was stored.

use std::collections::HashMap;
use std::sync::Arc;

use restload_spec::CursorValue;
use restload_spec::plan::IncrementalPlan;
use serde_json::Value;

/// What is written of the rows of one slice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Judge {
    /// Rows of earlier loads stay, so that none may come twice.
    pub(crate) appends: bool,
    /// Where what is new begins.
    pub(crate) lower: Option<CursorValue>,
    /// Rows before `lower` are left out.
    pub(crate) drops_below: bool,
    /// Rows before this were never asked for: they are merged, or under append kept as a doubt.
    pub(crate) asked_from: Option<CursorValue>,
    /// Where what is complete ends.
    pub(crate) upper: Option<CursorValue>,
    /// Rows from `upper` on are left out.
    pub(crate) drops_above: bool,
    /// Under append: what earlier loads have written from their cursors on, each with its greatest cursor.
    pub(crate) seen: Arc<HashMap<u64, CursorValue>>,
    /// Under append, of a load that goes back: what is there already.
    pub(crate) covered: Option<(Option<CursorValue>, CursorValue)>,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is written.
    Keep,
    /// It is written, and older than what was asked for.
    Older,
    /// It lies outside of what is to be read.
    Outside,
    /// An earlier load has written it.
    Seen,
    /// It has no cursor.
    Missing,
}

impl Verdict {
    /// Whether the row is written.
    pub(crate) fn keeps(self) -> bool {
        matches!(self, Self::Keep | Self::Older)
    }
}

/// The rows of a page, judged.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The cursors of all rows that have one, in their order.
    pub(crate) values: Vec<CursorValue>,
    /// Under append: the rows that are written.
    pub(crate) kept: Vec<(CursorValue, u64)>,
    pub(crate) older: u64,
    pub(crate) outside: u64,
    pub(crate) seen: u64,
    pub(crate) missing: u64,
}

impl Judge {
    /// What becomes of a row with this cursor and this key or hash.
    pub(crate) fn verdict(&self, cursor: &CursorValue, hash: u64) -> Verdict {
        let above = self.upper.as_ref().is_some_and(|upper| cursor >= upper);
        if above && (self.drops_above || self.appends) {
            return Verdict::Outside;
        }
        if self.appends
            && let Some((from, to)) = &self.covered
            && cursor < to
            && from.as_ref().is_none_or(|from| cursor >= from)
        {
            return Verdict::Seen;
        }
        if self.lower.as_ref().is_some_and(|lower| cursor < lower) {
            let unasked = self.asked_from.as_ref().is_some_and(|asked| cursor < asked);
            return match (self.appends, self.drops_below) {
                (true, _) if unasked => Verdict::Older,
                (false, drops) if unasked || !drops => Verdict::Keep,
                _ => Verdict::Outside,
            };
        }
        // A row that comes again with a greater cursor has changed since.
        let is_seen = self.appends && self.seen.get(&hash).is_some_and(|seen| cursor <= seen);
        if is_seen { Verdict::Seen } else { Verdict::Keep }
    }

    /// Whether children that only take what is new take a row.
    pub(crate) fn is_new(&self, cursor: &CursorValue) -> bool {
        let below = self.lower.as_ref().is_some_and(|lower| cursor < lower);
        let above = self.upper.as_ref().is_some_and(|upper| cursor >= upper);
        !below && !(above && (self.drops_above || self.appends))
    }
}

/// The cursor of a row, which holds at least the names that lead to it; none where it is missing or null. An error is a value
/// that cannot be read.
pub(crate) fn cursor_of<'r>(
    plan: &IncrementalPlan,
    names: &[String],
    row: &'r Value,
) -> Result<Option<CursorValue>, &'r Value> {
    let value = names.iter().try_fold(row, |value, name| value.get(name));
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => plan.read(value).map(Some).ok_or(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(number: i128) -> CursorValue {
        CursorValue::Integer(number)
    }

    #[test]
    fn a_bound_of_the_server_is_kept_and_one_of_ours_is_not() {
        let judge = Judge { lower: Some(at(5)), upper: Some(at(9)), ..Judge::default() };
        for (cursor, ours, servers) in [
            (4, Verdict::Outside, Verdict::Keep),
            (5, Verdict::Keep, Verdict::Keep),
            (8, Verdict::Keep, Verdict::Keep),
            (9, Verdict::Outside, Verdict::Keep),
        ] {
            assert_eq!(judge.verdict(&at(cursor), 0), servers, "{cursor}");
            let judge = Judge { drops_below: true, drops_above: true, ..judge.clone() };
            assert_eq!(judge.verdict(&at(cursor), 0), ours, "{cursor}");
        }
    }

    #[test]
    fn under_append_what_was_asked_for_twice_is_left_out_and_what_was_not_asked_for_is_doubtful() {
        let judge = Judge {
            appends: true,
            lower: Some(at(5)),
            asked_from: Some(at(3)),
            upper: Some(at(9)),
            seen: Arc::new(HashMap::from([(7, at(6))])),
            ..Judge::default()
        };
        for (cursor, verdict) in
            [(2, Verdict::Older), (3, Verdict::Outside), (4, Verdict::Outside), (5, Verdict::Keep)]
        {
            assert_eq!(judge.verdict(&at(cursor), 0), verdict, "{cursor}");
        }
        for (cursor, verdict) in [(5, Verdict::Seen), (6, Verdict::Seen), (7, Verdict::Keep)] {
            assert_eq!(judge.verdict(&at(cursor), 7), verdict, "{cursor}");
        }
        assert_eq!(judge.verdict(&at(9), 0), Verdict::Outside);
        assert!(judge.is_new(&at(5)) && !judge.is_new(&at(4)) && !judge.is_new(&at(9)));
    }

    #[test]
    fn rows_that_are_read_for_their_children_are_not_written_but_for_those_that_were_not_asked_for() {
        let judge =
            Judge { drops_below: true, lower: Some(at(5)), asked_from: Some(at(3)), ..Judge::default() };
        for (cursor, merged, appended) in [
            (2, Verdict::Keep, Verdict::Older),
            (3, Verdict::Outside, Verdict::Outside),
            (4, Verdict::Outside, Verdict::Outside),
            (5, Verdict::Keep, Verdict::Keep),
        ] {
            assert_eq!(judge.verdict(&at(cursor), 0), merged, "{cursor}");
            let judge = Judge { appends: true, ..judge.clone() };
            assert_eq!(judge.verdict(&at(cursor), 0), appended, "{cursor}");
        }
    }

    #[test]
    fn a_load_that_goes_back_leaves_out_what_is_there() {
        let judge = Judge {
            appends: true,
            covered: Some((Some(at(5)), at(9))),
            lower: Some(at(1)),
            ..Judge::default()
        };
        for (cursor, verdict) in [
            (0, Verdict::Outside),
            (4, Verdict::Keep),
            (5, Verdict::Seen),
            (8, Verdict::Seen),
            (9, Verdict::Keep),
        ] {
            assert_eq!(judge.verdict(&at(cursor), 0), verdict, "{cursor}");
        }
    }
}
