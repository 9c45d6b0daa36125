//! How far a walk has come: the greatest cursor over what is complete, and what was written from there on.

use restload_spec::spec::Sorted;
use restload_spec::{CursorKind, CursorValue};
use serde_json::Value;

use super::judge::Judged;
use crate::run::keep::ProgressionKept;

/// How far a walk has come, over its slices.
#[derive(Debug, Default)]
pub(crate) struct Progression {
    sorted: Option<Sorted>,
    /// The greatest cursor of what is complete.
    reached: Option<CursorValue>,
    /// The greatest of the slice that is being read.
    here: Option<CursorValue>,
    /// The last row of the slice that is being read.
    last: Option<CursorValue>,
    /// Something was left out: nothing beyond is complete.
    frozen: bool,
    /// Rows that were written, under append.
    fresh: Vec<(CursorValue, u64)>,
    token: Option<Value>,
}

impl Progression {
    pub(crate) fn new(sorted: Option<Sorted>) -> Self {
        Self { sorted, ..Self::default() }
    }

    /// What the journal keeps of it, besides the rows that were written.
    pub(crate) fn keep(&self) -> ProgressionKept {
        let stored = |cursor: &Option<CursorValue>| cursor.as_ref().map(CursorValue::stored);
        ProgressionKept {
            reached: stored(&self.reached),
            here: stored(&self.here),
            last: stored(&self.last),
            token: self.token.clone(),
            frozen: self.frozen,
        }
    }

    /// What the journal kept; none where it cannot be read.
    pub(crate) fn kept(
        kept: &ProgressionKept,
        sorted: Option<Sorted>,
        kind: CursorKind,
        fresh: Vec<(CursorValue, u64)>,
    ) -> Option<Self> {
        let read = |stored: &Option<Value>| match stored {
            Some(stored) => CursorValue::from_stored(stored, kind).map(Some),
            None => Some(None),
        };
        Some(Self {
            sorted,
            reached: read(&kept.reached)?,
            here: read(&kept.here)?,
            last: read(&kept.last)?,
            frozen: kept.frozen,
            fresh,
            token: kept.token.clone(),
        })
    }

    /// Rows written so far, under append.
    pub(crate) fn fresh(&self) -> &[(CursorValue, u64)] {
        &self.fresh
    }

    /// Takes a page into account; `upper` is where what is complete ends. The error is two cursors out of order.
    pub(crate) fn page(
        &mut self,
        judged: &mut Judged,
        upper: Option<&CursorValue>,
    ) -> Result<(), (CursorValue, CursorValue)> {
        for value in judged.values.drain(..) {
            if let Some(last) = &self.last {
                let disorder = match self.sorted {
                    Some(Sorted::Asc) => value < *last,
                    Some(Sorted::Desc) => value > *last,
                    None => false,
                };
                if disorder {
                    return Err((last.clone(), value));
                }
            }
            let complete = upper.is_none_or(|upper| value < *upper);
            if complete && self.here.as_ref().is_none_or(|here| value > *here) {
                self.here = Some(value.clone());
            }
            self.last = Some(value);
        }
        self.fresh.append(&mut judged.kept);
        Ok(())
    }

    /// Takes the token of a page; the last that is there counts.
    pub(crate) fn token(&mut self, token: Option<Value>) {
        if let Some(token) = token.filter(|token| !token.is_null() && *token != "") {
            self.token = Some(token);
        }
    }

    /// Whether the last row is older than `start`, in a walk from the newest to the oldest.
    pub(crate) fn is_past(&self, start: Option<&CursorValue>) -> bool {
        let is_older = self.last.as_ref().zip(start).is_some_and(|(last, start)| last < start);
        self.sorted == Some(Sorted::Desc) && is_older
    }

    /// A slice was read to its end.
    pub(crate) fn finished(&mut self) {
        let here = self.here.take();
        self.last = None;
        if !self.frozen {
            self.reached = self.reached.take().max(here);
        }
    }

    /// Rows were left out here: only in a walk from the oldest to the newest is what came before complete.
    pub(crate) fn cut(&mut self) {
        if self.sorted == Some(Sorted::Asc) {
            self.finished();
        }
        self.here = None;
        self.last = None;
        self.frozen = true;
        self.token = None;
    }

    /// Rows were left out here, unless there were none.
    pub(crate) fn cut_unless(&mut self, complete: bool) {
        if !complete {
            self.cut();
        }
    }

    /// The greatest cursor of what is complete, the token of a complete walk, and the rows written.
    pub(crate) fn into_parts(self) -> (Option<CursorValue>, Option<Value>, Vec<(CursorValue, u64)>) {
        (self.reached, self.token.filter(|_| !self.frozen), self.fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(number: i128) -> CursorValue {
        CursorValue::Integer(number)
    }

    fn page(values: &[i128]) -> Judged {
        Judged { values: values.iter().copied().map(at).collect(), ..Judged::default() }
    }

    #[test]
    fn the_cursor_is_the_greatest_below_the_end() {
        let mut progression = Progression::new(None);
        progression.page(&mut page(&[3, 9, 5, 12]), Some(&at(10))).unwrap();
        progression.finished();
        assert_eq!(progression.into_parts().0, Some(at(9)));
    }

    #[test]
    fn what_is_beyond_a_cut_is_not_complete() {
        let mut progression = Progression::new(None);
        progression.page(&mut page(&[3, 4]), None).unwrap();
        progression.finished();
        progression.page(&mut page(&[6, 5]), None).unwrap();
        progression.cut();
        progression.page(&mut page(&[8]), None).unwrap();
        progression.finished();
        assert_eq!(progression.into_parts().0, Some(at(4)));
        let mut sorted = Progression::new(Some(Sorted::Asc));
        sorted.page(&mut page(&[5, 6]), None).unwrap();
        sorted.cut();
        sorted.page(&mut page(&[8]), None).unwrap();
        sorted.finished();
        assert_eq!(sorted.into_parts().0, Some(at(6)));
    }

    #[test]
    fn disorder_is_noticed_over_pages() {
        let mut asc = Progression::new(Some(Sorted::Asc));
        asc.page(&mut page(&[1, 1, 4]), None).unwrap();
        assert_eq!(asc.page(&mut page(&[3]), None), Err((at(4), at(3))));
        let mut desc = Progression::new(Some(Sorted::Desc));
        desc.page(&mut page(&[4, 4, 2]), None).unwrap();
        assert!(desc.is_past(Some(&at(3))) && !desc.is_past(Some(&at(2))) && !desc.is_past(None));
        assert_eq!(desc.page(&mut page(&[3]), None), Err((at(2), at(3))));
    }

    #[test]
    fn the_last_token_counts_unless_pages_are_missing() {
        let mut progression = Progression::new(None);
        for token in
            [Some(Value::from("a")), Some(Value::from("b")), None, Some(Value::Null), Some("".into())]
        {
            progression.token(token);
        }
        assert_eq!(progression.into_parts().1, Some(Value::from("b")));
    }
}
