//! Signs of paging: how the list goes on, found out from its first answer.
//!
//! For `paginator: auto`. Pure: an answer and its request go in, what they tell comes out. Signs are looked for in the order
//! in which they can be trusted: the Link header, a URL, a token, page numbers, offsets; one file each. The name of a
//! parameter is never made up where a wrong one would not be noticed: a token goes where the request has a place for it, or
//! where the answer names one, or nowhere.

mod count;
mod link;
mod more;
mod names;
mod outside;
mod params;
#[cfg(test)]
#[expect(clippy::too_many_lines, reason = "tables of answers")]
mod tests;
mod token;

use serde_json::Value;
use url::Url;

use crate::{AnswerPlace, RequestPlace, Test};
use names::is_about_paging;
pub use outside::outside_rows;
use outside::{Leaf, leaves};
pub use params::places_of_json;

/// What is known when the first answer of a list has come.
#[derive(Debug)]
pub struct FirstAnswer<'a> {
    /// The Link header.
    pub link: LinkHeader<'a>,
    /// All headers.
    pub headers: &'a [(String, String)],
    /// The body without its rows: see [`outside_rows`].
    pub body: &'a Value,
    /// The keys that lead to the rows.
    pub rows_at: &'a [String],
    /// How many rows came.
    pub rows: u64,
    /// The URL that answered.
    pub url: Option<&'a Url>,
    /// The parameters, form fields and values of the JSON body that were sent.
    pub sent: &'a [(RequestPlace, Value)],
}

/// What the Link header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkHeader<'a> {
    /// It names the next page.
    Next(&'a str),
    /// It names other pages of the list, and no next one.
    Others,
    /// There is none, or it is about something else.
    Silent,
}

/// How a list goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Signs {
    /// There is a next page, and it is known how to ask for it.
    Next(Box<Followed>),
    /// This was the last page.
    Last(LastBy),
    /// There is more, and nothing says how to ask for it.
    Untold(Untold),
    /// Nothing tells.
    None,
}

/// The way to the next page.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// The kind of paginator, with its places.
    pub way: Way,
    /// Says whether there is more.
    pub has_more: Option<Test>,
    /// The number of rows.
    pub total: Option<AnswerPlace>,
}

/// A kind of paginator with its places.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    /// The Link header.
    HeaderLink,
    /// A URL in the answer.
    JsonLink {
        /// Where it is.
        next: AnswerPlace,
    },
    /// A token in the answer.
    Cursor {
        /// Where it is.
        next: AnswerPlace,
        /// Where it goes.
        param: RequestPlace,
    },
    /// Numbers of pages.
    PageNumber {
        /// Where they go.
        param: RequestPlace,
        /// The number of the first answer's page; none where nothing says from where pages are counted.
        number: Option<i64>,
        /// Where the answer says the number of its page.
        number_at: Option<AnswerPlace>,
        /// The number of pages.
        total_pages: Option<AnswerPlace>,
    },
    /// Numbers of rows.
    Offset {
        /// Where they go.
        param: RequestPlace,
        /// The offset of the first answer.
        offset: u64,
        /// Where the answer says its offset.
        offset_at: Option<AnswerPlace>,
    },
}

/// Why there is no next page.
#[derive(Debug, Clone, PartialEq)]
pub enum LastBy {
    /// A link or token to the next page is empty, or is left out among links to others.
    NoNext,
    /// A flag says so.
    HasMoreFalse,
    /// It is the last by the API's own count of pages.
    LastPage,
    /// As many rows came as the API says there are.
    TotalReached,
}

/// What tells that there is more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UntoldBy {
    /// A token of the next page.
    Token,
    /// A flag.
    Flag,
    /// The number of rows.
    Total,
}

/// There is more, and nothing says how to ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// By what it says so.
    pub by: UntoldBy,
    /// `untaken-next` or `incomplete`.
    pub rule: &'static str,
    /// What the answer says, as a sentence that goes on after "the first answer".
    pub what: String,
    /// The paginator to write.
    pub write: String,
}

/// Two signs of one kind that lead to different pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguous {
    /// `URLs` or `tokens`.
    pub of: &'static str,
    /// The places.
    pub candidates: Vec<String>,
    /// The paginator to write for the first of them.
    pub write: String,
}

/// Finds out how a list goes on.
///
/// ```
/// use restload_spec::signs::{FirstAnswer, LinkHeader, Signs, Way, detect};
/// let body = serde_json::json!({"links": {"next": "https://api.example.com/issues?page=2"}});
/// let first = FirstAnswer {
///     link: LinkHeader::Silent, headers: &[], body: &body, rows_at: &["data".to_owned()], rows: 20, url: None, sent: &[],
/// };
/// let Ok(Signs::Next(followed)) = detect(&first) else { panic!("there is a URL") };
/// assert!(matches!(followed.way, Way::JsonLink { .. }));
/// ```
pub fn detect(first: &FirstAnswer<'_>) -> Result<Signs, Ambiguous> {
    let leaves = leaves(first.body);
    let looked = Looked { first, leaves: &leaves };
    let url = link::find(&looked)?;
    let token = if url.is_none() { token::find(&looked)? } else { None };
    let home =
        url.as_ref().map(|url| url.home.clone()).or_else(|| token.as_ref().map(|token| token.home.clone()));
    let flag = more::find(&looked, home.as_deref().unwrap_or_default());
    if flag.as_ref().is_some_and(|flag| !flag.more) && !matches!(first.link, LinkHeader::Next(_)) {
        return Ok(Signs::Last(LastBy::HasMoreFalse));
    }
    let has_more = flag.as_ref().filter(|flag| flag.more).map(|flag| flag.test.clone());
    if let Some(url) = url {
        return Ok(Signs::Next(Box::new(Followed { way: url.way, has_more, total: None })));
    }
    let counted = count::find(&looked, flag.as_ref());
    match token {
        Some(token) => match (token.param, counted) {
            (Some(param), _) => {
                let way = Way::Cursor { next: token.next, param };
                return Ok(Signs::Next(Box::new(Followed { way, has_more, total: None })));
            }
            (None, count::Counted::Next { followed, sure: true }) => return Ok(Signs::Next(followed)),
            (None, _) => return Ok(Signs::Untold(token.untold)),
        },
        None => {
            if let count::Counted::Next { followed, .. } = counted {
                return Ok(Signs::Next(followed));
            }
        }
    }
    if link::says_end(&looked) || token::says_end(&looked) {
        return Ok(Signs::Last(LastBy::NoNext));
    }
    Ok(match counted {
        count::Counted::Last(last) => Signs::Last(last),
        count::Counted::More(untold) => Signs::Untold(untold),
        _ => match flag {
            Some(flag) => Signs::Untold(flag.untold()),
            None => Signs::None,
        },
    })
}

/// An answer taken apart.
struct Looked<'l, 'a> {
    first: &'l FirstAnswer<'a>,
    leaves: &'l [Leaf<'a>],
}

impl<'l, 'a> Looked<'l, 'a> {
    /// The value with one of these names where the answer speaks of paging.
    fn about_paging(&self, names: &'l [&str]) -> impl Iterator<Item = &'l Leaf<'a>> {
        let rows_at = self.first.rows_at;
        self.leaves
            .iter()
            .filter(move |leaf| names.contains(&leaf.name.as_str()) && is_about_paging(leaf.home(), rows_at))
    }

    /// The first of these headers that is there.
    fn header(&self, names: &[&str]) -> Option<(&'a str, &'a str)> {
        let headers = self.first.headers;
        names.iter().find_map(|name| {
            let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            Some((found.0.as_str(), found.1.trim()))
        })
    }
}

/// A place of an answer, in the words of a spec.
pub fn place_text(place: &AnswerPlace) -> String {
    match place {
        AnswerPlace::Body(path) if path.text().starts_with('$') => format!("\"{}\"", path.text()),
        AnswerPlace::Body(path) => path.text().to_owned(),
        AnswerPlace::Row(path) => format!("{{row: {}}}", path.text()),
        AnswerPlace::Header(name) => format!("{{header: {name}}}"),
    }
}

/// A place of a request, in the words of a spec.
pub fn sent_text(place: &RequestPlace) -> String {
    match place {
        RequestPlace::Param(name) => name.clone(),
        RequestPlace::Json(path) => format!("{{json: {}}}", path.text()),
        RequestPlace::Form(name) => format!("{{form: {name}}}"),
        RequestPlace::Header(name) => format!("{{header: {name}}}"),
    }
}
