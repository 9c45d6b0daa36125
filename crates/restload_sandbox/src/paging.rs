//! Paging from the server's side: which rows a request asks for, and what an answer says about the next page.

use std::ops::Range;

use restload_spec::plan::{FetchPlan, PaginatorKind, PaginatorPlan, ValueTemplate};
use restload_spec::signs::{self, FirstAnswer, Followed, LinkHeader, Signs, Way};
use restload_spec::{AnswerPlace, Scopes, Step, Test};
use serde_json::Value;

use crate::ask::sent_by;
use crate::asked::{Asked, Spot};
use crate::draft::{Draft, Where, locate_first};
use crate::sample::{Frame, Sample};
use crate::steps::{At, plain, text_of};

/// Rows of a page where neither the spec nor the request says how many.
const PAGE: u64 = 25;
/// The most rows that a request gets, unless the spec asks for more.
const LARGEST: u64 = 1000;
/// What a cursor that is a text begins with.
const CURSOR: &str = "after-";
/// The parameter of links in a header.
const PAGE_PARAM: &str = "page";
/// The parameter of links in a body.
const CURSOR_PARAM: &str = "cursor";

/// How the answers of one resource are paged.
#[derive(Debug)]
pub(crate) struct Paging {
    kind: Kind,
    size: u64,
    size_spot: Option<Spot>,
    total: Option<Where>,
    has_more: Option<(Where, Test)>,
    /// More rows than these would make more pages than the spec allows.
    pub(crate) most_rows: Option<u64>,
}

#[derive(Debug)]
enum Kind {
    Single,
    Page { param: Spot, start: ValueTemplate, pages: Option<Where>, number: Option<Where> },
    Offset { param: Spot, offset: Option<Where> },
    Cursor { next: Where, param: Spot, start: Option<ValueTemplate>, numeric: bool },
    HeaderLink { rel: String },
    JsonLink { next: Where, relative: bool },
}

impl Kind {
    fn written(kind: &PaginatorKind, sample: &Sample) -> Self {
        let find = |place: &AnswerPlace| Where::find(place, sample);
        match kind {
            PaginatorKind::SinglePage => Self::Single,
            PaginatorKind::PageNumber { param, start, total_pages } => Self::Page {
                param: Spot::of(param),
                start: start.clone(),
                pages: total_pages.as_ref().map(find),
                number: None,
            },
            PaginatorKind::Offset { param, .. } => Self::Offset { param: Spot::of(param), offset: None },
            PaginatorKind::Cursor { next, param, start } => {
                let next = find(next);
                let numeric = next.in_body(&sample.whole).is_some_and(Value::is_number);
                Self::Cursor { next, param: Spot::of(param), start: start.clone(), numeric }
            }
            PaginatorKind::HeaderLink { rel } => Self::HeaderLink { rel: rel.clone() },
            PaginatorKind::Auto { .. } => Self::HeaderLink { rel: "next".to_owned() },
            PaginatorKind::JsonLink { next } => {
                let next = find(next);
                let text = next.in_body(&sample.whole).and_then(Value::as_str).unwrap_or_default();
                Self::JsonLink { relative: text.starts_with('/'), next }
            }
        }
    }

    /// The kind that a sample shows, for `auto`.
    fn found(followed: &Followed, sample: &Sample) -> Self {
        let find = |place: &AnswerPlace| Where::find(place, sample);
        match &followed.way {
            Way::HeaderLink => Self::HeaderLink { rel: "next".to_owned() },
            Way::JsonLink { next } => Self::written(&PaginatorKind::JsonLink { next: next.clone() }, sample),
            Way::Cursor { next, param } => Self::written(
                &PaginatorKind::Cursor { next: next.clone(), param: param.clone(), start: None },
                sample,
            ),
            Way::PageNumber { param, number, number_at, total_pages } => Self::Page {
                param: Spot::of(param),
                start: ValueTemplate::Literal(number.unwrap_or(1).min(1).into()),
                pages: total_pages.as_ref().map(find),
                number: number_at.as_ref().map(find),
            },
            Way::Offset { param, offset_at, .. } => {
                Self::Offset { param: Spot::of(param), offset: offset_at.as_ref().map(find) }
            }
        }
    }
}

/// How a list goes on by its sample.
fn shown_by(sample: &Sample, fetch: &FetchPlan) -> Option<Followed> {
    let rows_at: Vec<String> = match &sample.frame {
        Frame::List(at) | Frame::Map(at) | Frame::Single(at) => at
            .iter()
            .map_while(|step| match step {
                Step::Key(name) => Some(name.clone()),
                _ => None,
            })
            .collect(),
        Frame::Missing => Vec::new(),
    };
    if matches!(sample.frame, Frame::Single(_)) && rows_at.is_empty() {
        return None;
    }
    let body = signs::outside_rows(sample.whole.to_string().as_bytes(), &rows_at);
    let first = FirstAnswer {
        link: LinkHeader::Silent,
        headers: &[],
        body: &body,
        rows_at: &rows_at,
        rows: sample.rows.len() as u64,
        url: None,
        sent: &sent_by(fetch),
    };
    match signs::detect(&first) {
        Ok(Signs::Next(followed)) => Some(*followed),
        _ => None,
    }
}

/// The rows of one page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slice {
    pub(crate) rows: Range<u64>,
    size: u64,
    total: u64,
}

/// What a request asks for cannot be given.
#[derive(Debug, PartialEq)]
pub(crate) struct UnknownCursor;

impl Paging {
    pub(crate) fn new(fetch: &FetchPlan, total: Option<&AnswerPlace>, sample: &Sample) -> Self {
        let plan = &fetch.paginator;
        let find = |place: &AnswerPlace| Where::find(place, sample);
        let followed = match &plan.kind {
            PaginatorKind::Auto { .. } => shown_by(sample, fetch),
            _ => None,
        };
        let kind = match (&plan.kind, &followed) {
            // Where the sample shows no way, that is one which any client of `auto` finds.
            (PaginatorKind::Auto { .. }, None) => Kind::HeaderLink { rel: "next".to_owned() },
            (PaginatorKind::Auto { .. }, Some(followed)) => Kind::found(followed, sample),
            (written, _) => Kind::written(written, sample),
        };
        let size = plan.size.as_ref().map_or(PAGE, |(_, size)| *size).max(1);
        let size_spot = plan.size.as_ref().and_then(|(place, _)| place.as_ref()).map(Spot::of);
        let found = followed.as_ref();
        let has_more = plan.has_more.as_ref().or(found.and_then(|found| found.has_more.as_ref()));
        let has_more = has_more.map(|test| (find(&test.place), test.clone()));
        let total = total.or(found.and_then(|found| found.total.as_ref()));
        let most_rows = most_rows(plan, size);
        Self { kind, size, size_spot, total: total.map(find), has_more, most_rows }
    }

    /// A place in the rows that has to differ from row to row, since pages go on from it.
    pub(crate) fn mark(&self, sample: &Sample) -> Option<At> {
        let Kind::Cursor { next: Where::Rows(place), .. } = &self.kind else { return None };
        match place {
            AnswerPlace::Row(path) => plain(path.steps()),
            AnswerPlace::Body(path) => Some(sample.within_row(&locate_first(path, &sample.whole)?)),
            AnswerPlace::Header(_) => None,
        }
    }

    /// The rows that a request asks for, of `total`. `issued` knows the cursors that stood in rows.
    pub(crate) fn slice(
        &self,
        asked: &Asked,
        total: u64,
        scopes: &Scopes<'_>,
        issued: impl Fn(&str) -> Option<u64>,
    ) -> Result<Slice, UnknownCursor> {
        let asked_size =
            self.size_spot.as_ref().and_then(|spot| number_at(asked, spot)).filter(|size| *size > 0);
        let size = asked_size.unwrap_or(self.size).min(LARGEST.max(self.size));
        if !self.can_go_on() {
            return Ok(Slice { rows: 0..total, size, total });
        }
        let from = self.first_row(asked, size, scopes, issued)?.min(total);
        Ok(Slice { rows: from..from.saturating_add(size).min(total), size, total })
    }

    /// The rows before the page that a request asks for.
    fn first_row(
        &self,
        asked: &Asked,
        size: u64,
        scopes: &Scopes<'_>,
        issued: impl Fn(&str) -> Option<u64>,
    ) -> Result<u64, UnknownCursor> {
        Ok(match &self.kind {
            Kind::Single => 0,
            Kind::Page { param, start, .. } => {
                let first = start_of(start, scopes).and_then(|start| start.parse::<i64>().ok()).unwrap_or(1);
                let page =
                    asked.texts(param).first().and_then(|text| text.trim().parse().ok()).unwrap_or(first);
                u64::try_from(page.saturating_sub(first.min(1))).unwrap_or(0).saturating_mul(size)
            }
            Kind::Offset { param, .. } => number_at(asked, param).unwrap_or(0),
            Kind::Cursor { param, start, .. } => {
                let start = start.as_ref().and_then(|start| start_of(start, scopes));
                match asked
                    .texts(param)
                    .first()
                    .filter(|text| !text.is_empty() && Some(*text) != start.as_ref())
                {
                    None => 0,
                    Some(text) => issued(text).or_else(|| own_cursor(text)).ok_or(UnknownCursor)?,
                }
            }
            Kind::HeaderLink { .. } => {
                let page = number_at(asked, &Spot::Param(PAGE_PARAM.to_owned())).unwrap_or(1);
                page.saturating_sub(1).saturating_mul(size)
            }
            Kind::JsonLink { .. } => {
                let cursor = asked.texts(&Spot::Param(CURSOR_PARAM.to_owned()));
                cursor.first().and_then(|text| own_cursor(text)).unwrap_or(0)
            }
        })
    }

    /// Whether an answer can name the next page.
    fn can_go_on(&self) -> bool {
        let nowhere = |place: &Where| matches!(place, Where::Nowhere);
        match &self.kind {
            Kind::Single => false,
            Kind::Cursor { next, .. } => !nowhere(next),
            Kind::JsonLink { next, .. } => !nowhere(next) && !matches!(next, Where::Rows(_)),
            Kind::Page { .. } | Kind::Offset { .. } | Kind::HeaderLink { .. } => true,
        }
    }

    /// Puts in an answer what it says of totals and the next page. `own_url` gives the URL of the request with one
    /// parameter changed.
    pub(crate) fn mark_next(
        &self,
        draft: &mut Draft,
        slice: &Slice,
        own_url: impl Fn(&str, &str, bool) -> String,
    ) {
        let end = slice.rows.end;
        let more = end < slice.total;
        if let Some(place) = &self.total {
            draft.put(place, Value::from(slice.total));
        }
        match &self.kind {
            Kind::Single => {}
            Kind::Offset { offset, .. } => {
                if let Some(place) = offset {
                    draft.put(place, Value::from(slice.rows.start));
                }
            }
            Kind::Page { pages, number, start, .. } => {
                if let Some(place) = number {
                    let from_zero = matches!(start, ValueTemplate::Literal(first) if *first == 0);
                    let first = u64::from(!from_zero);
                    draft.put(place, Value::from(slice.rows.start / slice.size + first));
                }
                if let Some(place) = pages {
                    draft.put(place, Value::from(slice.total.div_ceil(slice.size)));
                }
            }
            Kind::Cursor { next: Where::Rows(place), .. } => draft.cursor = draft.cursor_in_rows(place),
            Kind::Cursor { next, numeric, .. } => {
                let cursor = if *numeric { Value::from(end) } else { Value::from(format!("{CURSOR}{end}")) };
                draft.put_next(next, more.then_some(cursor));
            }
            Kind::HeaderLink { rel } => draft.headers.extend(link_header(rel, slice, own_url)),
            Kind::JsonLink { next, relative } => {
                let url = || Value::from(own_url(CURSOR_PARAM, &format!("{CURSOR}{end}"), *relative));
                draft.put_next(next, more.then(url));
            }
        }
        if let Some((place, test)) = &self.has_more
            && !self.is_cursor_at(place)
        {
            draft.put(place, flag(test, more, matches!(place, Where::Header(_))));
        }
    }

    /// Whether the place of `has_more` is that of the cursor, which is null at the end by itself.
    fn is_cursor_at(&self, place: &Where) -> bool {
        let (Kind::Cursor { next, .. } | Kind::JsonLink { next, .. }) = &self.kind else { return false };
        match (next, place) {
            (Where::Body(next), Where::Body(place)) => next == place,
            (Where::Header(next), Where::Header(place)) => next.eq_ignore_ascii_case(place),
            _ => false,
        }
    }
}

/// What the first request carries, as a text.
fn start_of(start: &ValueTemplate, scopes: &Scopes<'_>) -> Option<String> {
    start.fill(scopes).ok().flatten().map(|value| text_of(&value))
}

fn number_at(asked: &Asked, spot: &Spot) -> Option<u64> {
    asked.texts(spot).first().and_then(|text| text.trim().parse().ok())
}

fn own_cursor(text: &str) -> Option<u64> {
    text.strip_prefix(CURSOR).unwrap_or(text).parse().ok()
}

/// Rows beyond which a walk would reach `max_pages`; the page that ends it by being empty counts.
fn most_rows(plan: &PaginatorPlan, size: u64) -> Option<u64> {
    let pages = plan.max_pages?;
    Some(if pages > 1 { (pages - 1).saturating_mul(size) } else { size.saturating_sub(1).max(1) })
}

/// The value that makes a test hold, or fail though something is there.
fn flag(test: &Test, more: bool, in_header: bool) -> Value {
    let wanted = test.equals.as_deref().and_then(<[Value]>::first);
    match (wanted, more) {
        (None, false) if in_header => Value::from(""),
        (None, more) => Value::from(more),
        (Some(wanted), true) => wanted.clone(),
        (Some(Value::Bool(_)), false) => {
            Value::from(!test.equals.iter().flatten().any(|wanted| *wanted == Value::Bool(true)))
        }
        (Some(Value::Number(_)), false) => {
            let numbers = test.equals.iter().flatten().filter_map(Value::as_i64);
            Value::from(numbers.max().unwrap_or(0).saturating_add(1))
        }
        (Some(_), false) => Value::from("end"),
    }
}

/// The Link header (RFC 8288): the next page, the first and the last.
fn link_header(
    rel: &str,
    slice: &Slice,
    own_url: impl Fn(&str, &str, bool) -> String,
) -> Option<(String, String)> {
    let last = slice.total.div_ceil(slice.size).max(1);
    if last == 1 {
        return None;
    }
    let page = slice.rows.start / slice.size + 1;
    let link =
        |page: u64, rel: &str| format!("<{}>; rel=\"{rel}\"", own_url(PAGE_PARAM, &page.to_string(), false));
    let next = (page < last).then(|| link(page + 1, rel));
    let links: Vec<String> = next.into_iter().chain([link(1, "first"), link(last, "last")]).collect();
    Some(("Link".to_owned(), links.join(", ")))
}
