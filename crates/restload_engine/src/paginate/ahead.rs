//! Pages that can be asked for before the one in front of them has come: those of a counted walk whose end is known.

use std::iter::FusedIterator;

use restload_spec::RequestPlace;
use restload_spec::plan::{PaginatorKind, PaginatorPlan};

use super::{Answer, PaginateError, Patch, Position, offset, page_number};

/// Whether the pages of a walk can be asked for before the one in front of them has come, by its paginator alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// There is one page.
    OnePage,
    /// Ahead: the answer says how many pages there are.
    AheadByPages,
    /// Ahead: the answer says how many rows there are.
    AheadByRows,
    /// One by one: how many there are is not known.
    CountUnknown,
    /// One by one: only the page before tells the cursor.
    ByCursor,
    /// One by one: only the page before tells the link.
    ByLink,
    /// Found out on the first answer.
    FoundOut,
}

impl Pace {
    /// Whether pages are asked for ahead.
    pub fn is_ahead(self) -> bool {
        matches!(self, Self::AheadByPages | Self::AheadByRows)
    }
}

/// The pace of a paginator, for a resource that knows its total or does not.
pub fn pace(plan: &PaginatorPlan, has_total: bool) -> Pace {
    match &plan.kind {
        PaginatorKind::Auto { .. } => Pace::FoundOut,
        PaginatorKind::SinglePage => Pace::OnePage,
        PaginatorKind::PageNumber { total_pages: Some(_), .. } => Pace::AheadByPages,
        PaginatorKind::PageNumber { .. } | PaginatorKind::Offset { .. } if has_total => Pace::AheadByRows,
        PaginatorKind::PageNumber { .. } | PaginatorKind::Offset { .. } => Pace::CountUnknown,
        PaginatorKind::Cursor { .. } => Pace::ByCursor,
        PaginatorKind::HeaderLink { .. } | PaginatorKind::JsonLink { .. } => Pace::ByLink,
    }
}

/// The pages after the first, in order, each with the position at which it is. Made as they are asked for, so that a total
/// without bounds costs nothing.
#[derive(Debug, Clone)]
pub struct Ahead {
    param: RequestPlace,
    from: Reached,
    left: u64,
}

#[derive(Debug, Clone)]
enum Reached {
    Page { number: i64, first: i64 },
    Offset { offset: u64, stride: u64 },
}

/// The pages that are left after page 1 at `position`: none where the walk is not counted, its end is not known, or nothing
/// is left. `stride` is the rows that came with page 1, `total` the rows that the API says there are; the number of pages of
/// `page_number` may be said by `total_pages` too, which then counts.
///
/// The last of them confirms the end as without a total: [`next`](super::next) is asked for it as for any other.
pub fn ahead(
    plan: &PaginatorPlan,
    position: &Position,
    stride: u64,
    total: Option<u64>,
    answer: &dyn Answer,
) -> Result<Option<Ahead>, PaginateError> {
    if stride == 0 || answer.single() || !pace(plan, total.is_some()).is_ahead() {
        return Ok(None);
    }
    let ahead = match (&plan.kind, position) {
        (PaginatorKind::PageNumber { param, total_pages, .. }, &Position::Page { number, first }) => {
            let by_rows = || i64::try_from(total?.div_ceil(stride)).ok();
            let said =
                total_pages.as_ref().map(|place| page_number::total_pages(place, answer)).transpose()?;
            let Some(last) = page_number::last(said.flatten().or_else(by_rows), first) else {
                return Ok(None);
            };
            let left = u64::try_from(last.saturating_sub(number)).unwrap_or(0);
            Ahead { param: param.clone(), from: Reached::Page { number, first }, left }
        }
        (PaginatorKind::Offset { param, .. }, &Position::Offset(offset)) => {
            let Some(total) = total else { return Ok(None) };
            let left = total.saturating_sub(offset).div_ceil(stride).saturating_sub(1);
            Ahead { param: param.clone(), from: Reached::Offset { offset, stride }, left }
        }
        _ => return Ok(None),
    };
    Ok(Some(ahead).filter(|ahead| ahead.left > 0))
}

impl Ahead {
    /// How many pages are left.
    pub fn left(&self) -> u64 {
        self.left
    }
}

impl Iterator for Ahead {
    type Item = (Patch, Position);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        match &mut self.from {
            Reached::Page { number, first } => {
                *number = number.checked_add(1)?;
                let position = Position::Page { number: *number, first: *first };
                Some((page_number::at(&self.param, *number), position))
            }
            Reached::Offset { offset, stride } => {
                *offset = offset.checked_add(*stride)?;
                Some((offset::at(&self.param, *offset), Position::Offset(*offset)))
            }
        }
    }
}

impl FusedIterator for Ahead {}
