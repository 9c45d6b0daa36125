//! Counted lists: page numbers, offsets and totals.

use serde_json::Value;

use super::more::Flag;
use super::names::{
    OFFSET, OFFSET_PARAM, PAGE, PAGE_HEADER, PAGE_PARAM, PAGES, PAGES_HEADER, TOTAL, TOTAL_HEADER,
    is_about_paging,
};
use super::outside::Leaf;
use super::params::{in_urls, own_number};
use super::{Followed, LastBy, Looked, Untold, UntoldBy, Way, place_text};
use crate::{AnswerPlace, RequestPlace};

/// What the numbers of an answer tell.
pub(super) enum Counted {
    /// There is more; `sure`: the request or a URL of the answer names the parameter.
    Next {
        followed: Box<Followed>,
        sure: bool,
    },
    /// There is no more.
    Last(LastBy),
    /// There is more, and nothing says how to ask for it.
    More(Untold),
    Nothing,
}

/// A number in an answer.
struct Number {
    place: AnswerPlace,
    value: i64,
    /// The name in the body, plain and as written.
    name: Option<(String, String)>,
}

/// What the numbers of an answer tell.
pub(super) fn find(looked: &Looked<'_, '_>, flag: Option<&Flag>) -> Counted {
    let total = total(looked);
    let own_page = own_number(looked, PAGE_PARAM);
    let own_offset = own_number(looked, OFFSET_PARAM);
    let offsets_first = own_offset.is_some() && own_page.is_none();
    let by_offset = by_offset(looked, own_offset, total.as_ref(), flag);
    if offsets_first && !matches!(by_offset, Counted::Nothing) {
        return by_offset;
    }
    let by_page = by_page(looked, own_page, total.as_ref(), flag);
    if !matches!(by_page, Counted::Nothing) {
        return by_page;
    }
    if !matches!(by_offset, Counted::Nothing) {
        return by_offset;
    }
    match &total {
        Some(total) if total.value == rows(looked) && !is_weak(total) => Counted::Last(LastBy::TotalReached),
        Some(total) if total.value > rows(looked) => Counted::More(untold(looked, total)),
        _ => Counted::Nothing,
    }
}

fn untold(looked: &Looked<'_, '_>, total: &Number) -> Untold {
    let place = place_text(&total.place);
    Untold {
        by: UntoldBy::Total,
        rule: "incomplete",
        what: format!(
            "has {} {} and says in `{}` that there are {}, and not how to ask for the others",
            looked.first.rows,
            if looked.first.rows == 1 { "row" } else { "rows" },
            place.trim_matches('"'),
            total.value
        ),
        write: "{type: page_number, param: …}".to_owned(),
    }
}

fn rows(looked: &Looked<'_, '_>) -> i64 {
    i64::try_from(looked.first.rows).unwrap_or(i64::MAX)
}

fn by_page(
    looked: &Looked<'_, '_>,
    own: Option<(RequestPlace, i64)>,
    total: Option<&Number>,
    flag: Option<&Flag>,
) -> Counted {
    let page = page(looked);
    let pages = number(looked, PAGES, |_| true)
        .or_else(|| header(looked, PAGES_HEADER))
        .filter(|pages| pages.value >= 0);
    let number = own.as_ref().map(|(_, number)| *number).or(page.as_ref().map(|page| page.value));
    if number.is_none() && pages.is_none() {
        return Counted::Nothing;
    }
    let all_here =
        total.filter(|total| !is_weak(total) && total.value == rows(looked) && number.unwrap_or(1) <= 1);
    let more = match &pages {
        Some(pages) => {
            let last = pages.value - 1 + number.unwrap_or(1).min(1);
            if number.unwrap_or(1) >= last {
                return Counted::Last(LastBy::LastPage);
            }
            true
        }
        None if all_here.is_some() => return Counted::Last(LastBy::TotalReached),
        None => total.is_some_and(|total| total.value > rows(looked)) || flag.is_some_and(|flag| flag.more),
    };
    if !more || looked.first.rows == 0 {
        return Counted::Nothing;
    }
    let named = own.map(|(place, _)| place).or_else(|| in_urls(looked, PAGE_PARAM));
    let sure = named.is_some();
    let param = named.unwrap_or_else(|| RequestPlace::Param(page_param(page.as_ref())));
    // A total that fits the number of pages proves that all rows came.
    let fits = |total: &&Number| {
        let by_rows = (total.value.saturating_add(rows(looked) - 1)) / rows(looked);
        !is_weak(total)
            && pages.as_ref().is_none_or(|pages| pages.value == by_rows && number.unwrap_or(1) <= 1)
    };
    let total =
        total.filter(|total| total.value > rows(looked)).filter(fits).map(|total| total.place.clone());
    let way = Way::PageNumber {
        param,
        number,
        number_at: page.map(|page| page.place),
        total_pages: pages.map(|pages| pages.place),
    };
    let followed = Followed { way, has_more: flag.map(|flag| flag.test.clone()), total };
    Counted::Next { followed: Box::new(followed), sure }
}

/// The number of this page.
fn page(looked: &Looked<'_, '_>) -> Option<Number> {
    let beside_pages = |leaf: &Leaf<'_>| {
        looked.leaves.iter().any(|other| other.home() == leaf.home() && PAGES.contains(&other.name.as_str()))
    };
    // Spring's `pageable` says again what stands beside it, by other names.
    number(looked, PAGE, |leaf| leaf.above != "pageable")
        .or_else(|| {
            number(looked, &["number", "current"], |leaf| {
                matches!(leaf.above.as_str(), "page" | "pages" | "pagination") || beside_pages(leaf)
            })
        })
        .or_else(|| header(looked, PAGE_HEADER))
}

/// The parameter that APIs take the number of a page by which the answer calls so.
fn page_param(page: Option<&Number>) -> String {
    match page.and_then(|page| page.name.as_ref()) {
        Some((name, written)) if name.starts_with("page") => written.clone(),
        _ => "page".to_owned(),
    }
}

fn by_offset(
    looked: &Looked<'_, '_>,
    own: Option<(RequestPlace, i64)>,
    total: Option<&Number>,
    flag: Option<&Flag>,
) -> Counted {
    let said = number(looked, OFFSET, |leaf| leaf.value.is_number());
    let Some(offset) = own.as_ref().map(|(_, offset)| *offset).or(said.as_ref().map(|said| said.value))
    else {
        return Counted::Nothing;
    };
    let Ok(from) = u64::try_from(offset) else { return Counted::Nothing };
    let more = match total {
        Some(total) if !is_weak(total) && total.value == rows(looked) && from <= 1 => {
            return Counted::Last(LastBy::TotalReached);
        }
        Some(total) if total.value > rows(looked) => true,
        _ => flag.is_some_and(|flag| flag.more),
    };
    if !more || looked.first.rows == 0 {
        return Counted::Nothing;
    }
    let sure = own.is_some();
    let written = said.as_ref().and_then(|said| said.name.as_ref()).map(|(_, written)| written.clone());
    let param = match own {
        Some((place, _)) => place,
        None => {
            in_urls(looked, OFFSET_PARAM).unwrap_or_else(|| RequestPlace::Param(written.unwrap_or_default()))
        }
    };
    let way = Way::Offset { param, offset: from, offset_at: said.map(|said| said.place) };
    let total =
        total.filter(|total| total.value > rows(looked) && from <= 1).map(|total| total.place.clone());
    let followed = Followed { way, has_more: flag.map(|flag| flag.test.clone()), total };
    Counted::Next { followed: Box::new(followed), sure }
}

/// The number of rows that the answer says there are; none where it says two.
fn total(looked: &Looked<'_, '_>) -> Option<Number> {
    let rows_at = looked.first.rows_at;
    let of_object = looked.leaves.iter().filter(|leaf| {
        let home = leaf.home();
        leaf.name == "value" && leaf.above == "total" && is_about_paging(&home[..home.len() - 1], rows_at)
    });
    let found = looked.about_paging(TOTAL).chain(of_object).filter_map(of_leaf);
    let mut found: Vec<Number> = found.chain(header(looked, TOTAL_HEADER)).collect();
    found.retain(|total| total.value >= rows(looked));
    if found.iter().any(|total| !is_weak(total)) {
        found.retain(|total| !is_weak(total));
    }
    let first = found.first().map(|total| total.value)?;
    if found.iter().any(|total| total.value != first) {
        return None;
    }
    found.into_iter().next()
}

/// A `count` may be that of the page as well.
fn is_weak(total: &Number) -> bool {
    total.name.as_ref().is_some_and(|(name, _)| name == "count")
}

fn number(looked: &Looked<'_, '_>, names: &[&str], fits: impl Fn(&Leaf<'_>) -> bool) -> Option<Number> {
    let rows_at = looked.first.rows_at;
    let named = |leaf: &&Leaf<'_>| {
        names.contains(&leaf.name.as_str()) && is_about_paging(leaf.home(), rows_at) && fits(leaf)
    };
    looked.leaves.iter().filter(named).find_map(of_leaf)
}

fn of_leaf(leaf: &Leaf<'_>) -> Option<Number> {
    let written = leaf.keys.last().copied().unwrap_or_default().to_owned();
    let value = leaf.integer()?;
    Some(Number { place: AnswerPlace::Body(leaf.path()), value, name: Some((leaf.name.clone(), written)) })
}

fn header(looked: &Looked<'_, '_>, names: &[&str]) -> Option<Number> {
    let (name, value) = looked.header(names)?;
    let value = super::outside::integer(&Value::from(value))?;
    Some(Number { place: AnswerPlace::Header(name.to_owned()), value, name: None })
}
