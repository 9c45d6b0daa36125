//! A URL of the next page, in the header or at any depth of the body.

use serde_json::Value;

use super::names::{NEXT_OBJECT, NEXT_URL, OTHER_URL, URL_IN_OBJECT, is_about_paging};
use super::outside::{Leaf, plain};
use super::{Ambiguous, LinkHeader, Looked, Way, place_text};
use crate::{AnswerPlace, Path};

/// A URL of the next page.
pub(super) struct NextUrl {
    pub(super) way: Way,
    /// The object that it stands in.
    pub(super) home: Vec<String>,
}

struct Candidate<'v> {
    /// None: the Link header.
    place: Option<AnswerPlace>,
    home: Vec<String>,
    text: &'v str,
}

/// The URL of the next page. Two that lead to different pages are an error.
pub(super) fn find(looked: &Looked<'_, '_>) -> Result<Option<NextUrl>, Ambiguous> {
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    if let LinkHeader::Next(text) = looked.first.link {
        candidates.push(Candidate { place: None, home: Vec::new(), text });
    }
    let mut in_body = of_leaves(looked);
    in_body.extend(of_lists(looked.first.body, &mut Vec::new()));
    in_body.sort_by_key(|candidate| candidate.home.len());
    candidates.extend(in_body);
    let Some(best) = candidates.first() else { return Ok(None) };
    let target = |text: &str| target(looked, text);
    if candidates.iter().any(|other| target(other.text) != target(best.text)) {
        return Err(ambiguous(&candidates));
    }
    let way = match &best.place {
        None => Way::HeaderLink,
        Some(next) => Way::JsonLink { next: next.clone() },
    };
    Ok(Some(NextUrl { way, home: best.home.clone() }))
}

fn ambiguous(candidates: &[Candidate<'_>]) -> Ambiguous {
    let words = |candidate: &Candidate<'_>| match &candidate.place {
        None => "header `Link`".to_owned(),
        Some(place) => format!("`{}`", place_text(place).trim_matches('"')),
    };
    let write = match candidates.iter().find_map(|candidate| candidate.place.as_ref()) {
        Some(place) => format!("{{type: json_link, next: {}}}", place_text(place)),
        None => "header_link".to_owned(),
    };
    Ambiguous { of: "URLs", candidates: candidates.iter().map(words).collect(), write }
}

fn of_leaves<'v>(looked: &Looked<'_, 'v>) -> Vec<Candidate<'v>> {
    let mut found: Vec<(usize, Candidate<'v>)> = Vec::new();
    for leaf in looked.leaves {
        let Some(text) = leaf.value.as_str().filter(|text| looks_like_url(text)) else { continue };
        let Some(rank) = rank(leaf) else { continue };
        let home: Vec<String> = leaf.home().iter().map(|name| (*name).to_owned()).collect();
        let place = Some(AnswerPlace::Body(leaf.path()));
        // One object says one page, in several spellings: the path beside the whole URL, say.
        match found.iter_mut().find(|(known, other)| *known > 0 && rank > 0 && other.home == home) {
            Some((known, _)) if *known <= rank => {}
            Some(known) => *known = (rank, Candidate { place, home, text }),
            None => found.push((rank, Candidate { place, home, text })),
        }
    }
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// How good a name is for the URL of the next page: 0 by itself, above it in an object about the next page.
fn rank(leaf: &Leaf<'_>) -> Option<usize> {
    if NEXT_OBJECT.contains(&leaf.above.as_str()) {
        return URL_IN_OBJECT.iter().position(|name| *name == leaf.name).map(|rank| rank + 1);
    }
    let more = leaf.name.starts_with("more") && leaf.name.ends_with("url");
    (more || NEXT_URL.contains(&leaf.name.as_str())).then_some(0)
}

/// `links: [{rel: next, href: …}]`
fn of_lists<'v>(body: &'v Value, above: &mut Vec<&'v str>) -> Vec<Candidate<'v>> {
    let mut found = Vec::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        above.push(name);
        match value {
            Value::Object(_) => found.extend(of_lists(value, above)),
            Value::Array(links) => found.extend(links.iter().filter_map(|link| of_link(link, above))),
            _ => {}
        }
        above.pop();
    }
    found
}

fn of_link<'v>(link: &'v Value, above: &[&str]) -> Option<Candidate<'v>> {
    let rel = ["rel", "relation"].into_iter().find(|rel| link[*rel] == "next")?;
    let target = ["href", "url", "uri"].into_iter().find(|name| link[*name].is_string())?;
    let text = link[target].as_str().filter(|text| looks_like_url(text))?;
    let list = Path::of_names(above);
    let list =
        if list.text().starts_with('$') { list.text().to_owned() } else { format!("$.{}", list.text()) };
    let path = Path::parse(&format!("{list}[?@.{rel}=='next'].{target}")).ok()?;
    let home = above.iter().map(|name| (*name).to_owned()).collect();
    Some(Candidate { place: Some(AnswerPlace::Body(path)), home, text })
}

/// Whether a text can only be a URL, absolute or relative.
pub(super) fn looks_like_url(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() || text.contains(char::is_whitespace) {
        return false;
    }
    let rooted = text.strip_prefix('/').is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/') && !text.ends_with('=')
    });
    let relative = text.split_once('?').is_some_and(|(_, query)| query.contains('='));
    text.starts_with("https://") || text.starts_with("http://") || rooted || relative
}

/// Where a URL leads to: links often name another scheme or host than the one that was asked, behind a proxy.
fn target(looked: &Looked<'_, '_>, text: &str) -> String {
    let whole = match looked.first.url {
        Some(url) => url.join(text.trim()),
        None => url::Url::parse(text.trim()),
    };
    match whole {
        Ok(url) => format!("{}?{}", url.path(), url.query().unwrap_or_default()),
        Err(_) => text.trim().to_owned(),
    }
}

/// The place of a link to the next page is there and empty, or there are links to other pages and none to the next.
pub(super) fn says_end(looked: &Looked<'_, '_>) -> bool {
    if looked.first.link == LinkHeader::Others {
        return true;
    }
    let rows_at = looked.first.rows_at;
    let empty = |leaf: &Leaf<'_>| leaf.is_nothing() && rank(leaf).is_some();
    let near = |leaf: &Leaf<'_>| {
        is_about_paging(leaf.home(), rows_at)
            || NEXT_OBJECT.contains(&leaf.above.as_str())
            || leaf.name != "next"
    };
    if looked.leaves.iter().any(|leaf| empty(leaf) && near(leaf)) {
        return true;
    }
    let url_of = |names: &[&str]| {
        looked.leaves.iter().find_map(|leaf| {
            let named = names.contains(&leaf.name.as_str())
                || (names.contains(&leaf.above.as_str()) && URL_IN_OBJECT.contains(&leaf.name.as_str()));
            leaf.value.as_str().filter(|text| named && looks_like_url(text))
        })
    };
    let (first, last) =
        (url_of(&["first", "firstpageurl", "firstpage"]), url_of(&["last", "lastpageurl", "lastpage"]));
    let differ = first.zip(last).is_some_and(|(first, last)| target(looked, first) != target(looked, last));
    (url_of(OTHER_URL).is_some() && !differ) || lists_others(looked.first.body)
}

/// `links: [{rel: first, …}]` without one of `next`.
fn lists_others(body: &Value) -> bool {
    let others = |link: &Value| {
        let rel = ["rel", "relation"].into_iter().find_map(|rel| link[rel].as_str());
        rel.is_some_and(|rel| matches!(plain(rel).as_str(), "first" | "last" | "prev" | "previous"))
    };
    body.as_object().into_iter().flatten().any(|(_, value)| match value {
        Value::Array(links) => links.iter().any(others),
        value => lists_others(value),
    })
}
