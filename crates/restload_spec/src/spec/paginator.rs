//! How the next page is asked for.

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{AnswerPlace, RequestPlace, Templated, Test, decode, shape};

/// How the next page is asked for, and when there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Paginator {
    /// The kind, with what only it has.
    pub kind: PaginatorKind,
    /// What all kinds have.
    pub paging: Paging,
}

impl Paginator {
    /// That of a resource that says nothing: the first answer tells.
    pub(crate) fn auto() -> Self {
        Self { kind: PaginatorKind::Auto, paging: Paging::default() }
    }
}

/// The kinds of paging.
#[derive(Clone, Debug, PartialEq)]
pub enum PaginatorKind {
    /// The first answer tells.
    Auto,
    /// The answer is all there is.
    SinglePage,
    /// Pages are counted.
    PageNumber(PageNumber),
    /// Rows are counted.
    Offset(Offset),
    /// Each answer holds the mark of the next.
    Cursor(Cursor),
    /// The header `Link` holds the URL of the next page.
    HeaderLink(HeaderLink),
    /// The answer's body holds the URL of the next page.
    JsonLink(JsonLink),
}

/// Pages are counted: the next request asks for the page after.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
pub struct PageNumber {
    /// Where the page's number is sent. Default: the query parameter `page`.
    ///
    /// ```yaml
    /// paginator: {type: page_number, param: p}
    /// ```
    pub param: Option<RequestPlace>,

    /// The number of the first page; a template over all scopes. Default: 1.
    ///
    /// ```yaml
    /// paginator: {type: page_number, start: 0}
    /// ```
    pub start: Option<Templated<i64>>,

    /// Where the answer says how many pages there are. Default: nowhere.
    ///
    /// ```yaml
    /// paginator: {type: page_number, total_pages: meta.pages}
    /// ```
    pub total_pages: Option<AnswerPlace>,
}

/// Rows are counted: the next request asks from where the rows received end.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
pub struct Offset {
    /// Where the offset is sent. Default: the query parameter `offset`.
    ///
    /// ```yaml
    /// paginator: {type: offset, param: skip}
    /// ```
    pub param: Option<RequestPlace>,

    /// The offset of the first row; a template over all scopes. Default: 0.
    ///
    /// ```yaml
    /// paginator: {type: offset, start: 1}
    /// ```
    pub start: Option<Templated<i64>>,
}

/// Each answer holds the mark that the next request sends back; null, absent or "" ends the walk.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
pub struct Cursor {
    /// Where the answer holds the mark.
    ///
    /// ```yaml
    /// paginator: {type: cursor, next: meta.next_cursor}
    /// ```
    pub next: AnswerPlace,

    /// Where the mark is sent. Default: the query parameter `cursor`.
    ///
    /// ```yaml
    /// paginator: {type: cursor, next: {row: id}, param: starting_after}
    /// ```
    pub param: Option<RequestPlace>,

    /// The mark of the first request; a template over all scopes. Default: none is sent.
    ///
    /// ```yaml
    /// paginator: {type: cursor, next: next, start: "*"}
    /// ```
    #[serde(default)]
    #[schemars(schema_with = "shape::scalar")]
    pub start: Option<Value>,
}

/// The header `Link` (RFC 8288) holds the URL of the next page, which is asked for as it stands.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
pub struct HeaderLink {
    /// The relation that names the next page. Default: `next`.
    ///
    /// ```yaml
    /// paginator: {type: header_link, rel: older}
    /// ```
    #[schemars(length(min = 1))]
    pub rel: Option<String>,
}

/// The answer holds the URL of the next page, absolute or relative; null, absent or "" ends the walk.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
pub struct JsonLink {
    /// Where the answer holds the URL.
    ///
    /// ```yaml
    /// paginator: {type: json_link, next: pagination.nextUrl}
    /// ```
    pub next: AnswerPlace,
}

/// What all kinds of paging have.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Paging {
    /// Where the page's size is sent. Default: it is not sent.
    ///
    /// ```yaml
    /// paginator: {type: offset, size_param: limit, size: 100}
    /// ```
    pub size_param: Option<RequestPlace>,

    /// How many rows a page is asked to have. Default: what the API gives.
    ///
    /// ```yaml
    /// paginator: {type: page_number, size_param: per_page, size: 100}
    /// ```
    #[schemars(range(min = 1, max = 10_000_000))]
    pub size: Option<Templated<u64>>,

    /// A test on the answer. It ends the walk only when its place is there, not null, and the test is false.
    /// Default: none.
    ///
    /// ```yaml
    /// paginator: {type: page_number, has_more: meta.has_more}
    /// ```
    pub has_more: Option<Test>,

    /// Whether a page without rows ends the walk. Default: `true` for `page_number` and `offset`, else `false`.
    ///
    /// ```yaml
    /// paginator: {type: cursor, next: next, stop_on_empty_page: true}
    /// ```
    pub stop_on_empty_page: Option<Templated<bool>>,

    /// Whether a page with fewer rows than `size` ends the walk. Default: `false`.
    ///
    /// ```yaml
    /// paginator: {type: offset, size_param: limit, size: 100, stop_on_short_page: true}
    /// ```
    pub stop_on_short_page: Option<Templated<bool>>,

    /// The number of pages of one walk that is taken for a loop: reaching it is an error. Default: none.
    ///
    /// ```yaml
    /// paginator: {type: header_link, max_pages: 10000}
    /// ```
    #[schemars(range(min = 1))]
    pub max_pages: Option<Templated<u64>>,

    /// Whether the resource's `params` are added to a link that the API gave. Default: `false`.
    ///
    /// ```yaml
    /// paginator: {type: json_link, next: next, keep_params: true}
    /// ```
    pub keep_params: Option<Templated<bool>>,
}

/// The words for the kinds.
const KINDS: [&str; 7] =
    ["auto", "single_page", "page_number", "offset", "cursor", "header_link", "json_link"];

impl<'de> Deserialize<'de> for Paginator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (kind, fields) = decode::kind(deserializer)?;
        let kind = match kind.as_str() {
            "auto" => PaginatorKind::Auto,
            "single_page" => PaginatorKind::SinglePage,
            "page_number" => PaginatorKind::PageNumber(decode::part(&fields)?),
            "offset" => PaginatorKind::Offset(decode::part(&fields)?),
            "cursor" => PaginatorKind::Cursor(decode::part(&fields)?),
            "header_link" => PaginatorKind::HeaderLink(decode::part(&fields)?),
            "json_link" => PaginatorKind::JsonLink(decode::part(&fields)?),
            _ => return Err(D::Error::unknown_variant(&kind, &KINDS)),
        };
        Ok(Self { kind, paging: decode::part(&fields)? })
    }
}
