//! A token of the next page, and where it goes.

use serde_json::Value;

use super::link::looks_like_url;
use super::names::{
    ANY_TOKEN, NEXT_OBJECT, NEXT_TOKEN, OFFSET_PARAM, PAGE_PARAM, TOKEN_IN_OBJECT, TOKEN_PARAM,
    is_about_paging,
};
use super::outside::{Leaf, plain};
use super::params::{in_urls, own};
use super::{Ambiguous, Looked, Untold, UntoldBy, place_text};
use crate::{AnswerPlace, RequestPlace};

/// A token of the next page.
pub(super) struct Token {
    pub(super) next: AnswerPlace,
    /// Where it goes; none where nothing tells.
    pub(super) param: Option<RequestPlace>,
    pub(super) untold: Untold,
    /// The object that it stands in.
    pub(super) home: Vec<String>,
}

/// Headers with a token of the next page.
const HEADERS: &[&str] = &[
    "x-next-page",
    "x-next-cursor",
    "x-next-page-token",
    "x-next-token",
    "x-continuation-token",
    "x-ms-continuation",
];

/// The token of the next page. Of several, those whose parameter is known count, then the one nearest to the rows.
pub(super) fn find(looked: &Looked<'_, '_>) -> Result<Option<Token>, Ambiguous> {
    let mut found: Vec<&Leaf<'_>> =
        looked.leaves.iter().filter(|leaf| is_token(leaf) && is_next(looked, leaf)).collect();
    if found.is_empty() {
        found.extend(looked.about_paging(ANY_TOKEN).filter(|leaf| is_token(leaf) && leaf.value.is_string()));
        found.retain(|leaf| leaf.name != "offset" || leaf.integer().is_none());
    }
    let with_param = |leaf: &&Leaf<'_>| param(looked, leaf).is_some();
    if found.len() > 1 && found.iter().any(with_param) {
        found.retain(with_param);
    }
    let near = |leaf: &&Leaf<'_>| {
        leaf.keys.iter().zip(looked.first.rows_at).take_while(|(one, row)| *one == row).count()
    };
    let nearest = found.iter().map(near).max();
    found.retain(|leaf| Some(near(leaf)) == nearest);
    let Some(best) = found.first() else { return Ok(of_header(looked)) };
    if found.iter().any(|other| other.value != best.value) {
        let candidates = found.iter().map(|leaf| format!("`{}`", leaf.path().text())).collect();
        let write = untold(&AnswerPlace::Body(best.path())).write;
        return Err(Ambiguous { of: "tokens", candidates, write });
    }
    let next = AnswerPlace::Body(best.path());
    let home = best.home().iter().map(|name| (*name).to_owned()).collect();
    Ok(Some(Token { param: param(looked, best), untold: untold(&next), next, home }))
}

fn of_header(looked: &Looked<'_, '_>) -> Option<Token> {
    let (name, _) = looked.header(HEADERS).filter(|(_, value)| !value.is_empty())?;
    let next = AnswerPlace::Header(name.to_owned());
    let pages = name.eq_ignore_ascii_case("x-next-page");
    let param = own(looked, &[], if pages { PAGE_PARAM } else { TOKEN_PARAM }).or_else(|| {
        (pages && looked.header(&["x-page"]).is_some()).then(|| RequestPlace::Param("page".to_owned()))
    });
    Some(Token { param, untold: untold(&next), next, home: Vec::new() })
}

fn untold(next: &AnswerPlace) -> Untold {
    let place = place_text(next);
    Untold {
        by: UntoldBy::Token,
        rule: "untaken-next",
        what: format!(
            "holds a token of the next page in `{}`, and nothing says which parameter takes it",
            place.trim_matches('"')
        ),
        write: format!("{{type: cursor, next: {place}, param: …}}"),
    }
}

/// A text that is no URL, or a number.
fn is_token(leaf: &Leaf<'_>) -> bool {
    match leaf.value {
        Value::String(text) => !leaf.is_nothing() && !looks_like_url(text),
        Value::Number(_) => true,
        _ => false,
    }
}

fn is_next(looked: &Looked<'_, '_>, leaf: &Leaf<'_>) -> bool {
    let (name, above) = (leaf.name.as_str(), leaf.above.as_str());
    if NEXT_OBJECT.contains(&above) {
        return TOKEN_IN_OBJECT.contains(&name);
    }
    if matches!(above, "cursor" | "cursors") {
        return matches!(name, "after" | "next");
    }
    let after =
        name == "after" && !leaf.home().is_empty() && is_about_paging(leaf.home(), looked.first.rows_at);
    after || NEXT_TOKEN.contains(&name)
}

/// Where a token goes: the one place of the request that takes such a token, or the parameter that the answer names.
fn param(looked: &Looked<'_, '_>, leaf: &Leaf<'_>) -> Option<RequestPlace> {
    let written = if NEXT_OBJECT.contains(&leaf.above.as_str())
        || leaf.keys.len() == 1 && !leaf.name.starts_with("next")
    {
        leaf.keys.last().copied().unwrap_or_default().to_owned()
    } else {
        without_next(leaf.keys.last().copied().unwrap_or_default())
    };
    let wanted = plain(&written);
    let like = match wanted.as_str() {
        "page" | "number" => PAGE_PARAM,
        "offset" | "start" | "pagestart" | "pageoffset" => OFFSET_PARAM,
        _ => TOKEN_PARAM,
    };
    own(looked, &[wanted.as_str(), leaf.name.as_str()], like)
        .or_else(|| in_urls(looked, &[wanted.as_str()]))
        .or_else(|| echoed(looked, leaf, &written))
}

/// `next_page_token` is of `page_token`, `nextOffset` of `offset`.
fn without_next(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let Some(at) = lower.find("next") else { return name.to_owned() };
    let rest = format!("{}{}", &name[..at], name[at + 4..].trim_start_matches(['_', '-']));
    let rest = rest.trim_end_matches(['_', '-']);
    let mut chars = rest.chars();
    match chars.next() {
        Some(first) if at == 0 => first.to_ascii_lowercase().to_string() + chars.as_str(),
        _ => rest.to_owned(),
    }
}

/// The answer says what this page was asked for with: `offset` beside `next_offset`, `current_page` beside `next_page`.
fn echoed(looked: &Looked<'_, '_>, leaf: &Leaf<'_>, written: &str) -> Option<RequestPlace> {
    let wanted = plain(written);
    let home = leaf.home();
    let home =
        if NEXT_OBJECT.contains(&leaf.above.as_str()) { &home[..home.len().saturating_sub(1)] } else { home };
    let beside = looked.leaves.iter().filter(|other| other.home() == home && other.keys != leaf.keys);
    for other in beside {
        let name =
            other.name.strip_prefix("current").or(other.name.strip_prefix("this")).unwrap_or(&other.name);
        if name == wanted {
            let as_written = name == other.name;
            let spelled = if as_written { other.keys.last().copied().unwrap_or(written) } else { written };
            return Some(RequestPlace::Param(spelled.to_owned()));
        }
        if wanted == "pagestart" && name == "start" || wanted == "pageoffset" && name == "offset" {
            return other.keys.last().map(|name| RequestPlace::Param((*name).to_owned()));
        }
    }
    None
}

/// The place of a token of the next page is there and empty.
pub(super) fn says_end(looked: &Looked<'_, '_>) -> bool {
    let empty = |leaf: &Leaf<'_>| {
        leaf.is_nothing() && leaf.name != "next" && (is_next(looked, leaf) || is_empty_cursor(looked, leaf))
    };
    looked.leaves.iter().any(empty) || looked.header(HEADERS).is_some_and(|(_, value)| value.is_empty())
}

fn is_empty_cursor(looked: &Looked<'_, '_>, leaf: &Leaf<'_>) -> bool {
    matches!(leaf.name.as_str(), "cursor" | "pagetoken") && is_about_paging(leaf.home(), looked.first.rows_at)
}
