//! The names that APIs give to the signs of paging, without case and punctuation.

/// A URL of the next page.
pub(super) const NEXT_URL: &[&str] = &[
    "next",
    "nexturl",
    "nexturi",
    "nextlink",
    "nexthref",
    "nextpath",
    "nextpage",
    "nextpageurl",
    "nextpageuri",
    "nextpagelink",
    "nextpagehref",
    "nextpagepath",
    "nextrecordsurl",
    "nextresults",
    "nextresultsurl",
    "nextset",
    "nextrequest",
    "odatanextlink",
    "afterurl",
    "cursornext",
];

/// An object about the next page.
pub(super) const NEXT_OBJECT: &[&str] = &["next", "nextpage", "nextlink"];

/// The URL in such an object, the best first.
pub(super) const URL_IN_OBJECT: &[&str] = &["href", "url", "uri", "link", "path"];

/// A URL of the first, the last or the page before: where they are, a missing next one means the end.
pub(super) const OTHER_URL: &[&str] = &[
    "first",
    "last",
    "prev",
    "previous",
    "firstpageurl",
    "lastpageurl",
    "prevpageurl",
    "firstpage",
    "lastpage",
    "prevpage",
    "previouspage",
];

/// A token of the next page.
pub(super) const NEXT_TOKEN: &[&str] = &[
    "next",
    "nextpage",
    "nextcursor",
    "nextcursormark",
    "nextpagetoken",
    "nextpagecursor",
    "nextpageid",
    "nextpagekey",
    "nextpagestart",
    "nextpageoffset",
    "nexttoken",
    "nextcontinuation",
    "nextcontinuationtoken",
    "continuationtoken",
    "nextoffset",
    "nextmarker",
    "nextkey",
    "nextid",
    "nextstart",
    "nextstartingafter",
    "nextpaginationtoken",
    "nextanchor",
    "nextbookmark",
    "nextscrollid",
    "scrollid",
    "endcursor",
    "aftercursor",
    "cursornext",
];

/// The token in an object about the next page.
pub(super) const TOKEN_IN_OBJECT: &[&str] =
    &["after", "cursor", "token", "startingafter", "offset", "page", "pagetoken", "id", "number"];

/// What may be the token of the next page as well as that of this one.
pub(super) const ANY_TOKEN: &[&str] =
    &["cursor", "after", "bookmark", "marker", "pagetoken", "paginationtoken", "continuation", "offset"];

/// A parameter that takes a token.
pub(super) const TOKEN_PARAM: &[&str] = &[
    "cursor",
    "after",
    "pagetoken",
    "pagecursor",
    "pageafter",
    "startcursor",
    "startingafter",
    "nextcursor",
    "nexttoken",
    "nextpagetoken",
    "continuation",
    "continuationtoken",
    "marker",
    "bookmark",
    "aftercursor",
    "cursormark",
    "scrollid",
];

/// The number of this page.
pub(super) const PAGE: &[&str] =
    &["page", "currentpage", "pagenumber", "pageno", "pagenum", "pageindex", "thispage", "currentpagenumber"];

/// A parameter that takes the number of a page.
pub(super) const PAGE_PARAM: &[&str] =
    &["page", "pagenumber", "pageno", "pagenum", "pageindex", "currentpage", "p", "pg"];

/// Headers with the number of this page.
pub(super) const PAGE_HEADER: &[&str] =
    &["x-page", "x-current-page", "x-pagination-page", "x-pagination-current-page"];

/// The number of pages.
pub(super) const PAGES: &[&str] = &[
    "totalpages",
    "lastpage",
    "pagecount",
    "pagescount",
    "numpages",
    "numberofpages",
    "maxpage",
    "totalpagecount",
    "pagetotal",
    "lastpagenumber",
    "pages",
];

/// Headers with the number of pages.
pub(super) const PAGES_HEADER: &[&str] = &[
    "x-total-pages",
    "x-wp-totalpages",
    "x-pagination-pages",
    "x-pagination-page-count",
    "x-pagination-total-pages",
    "x-page-count",
];

/// The rows before this page.
pub(super) const OFFSET: &[&str] =
    &["offset", "skip", "start", "startat", "startindex", "startposition", "currentoffset"];

/// A parameter that takes the rows before a page.
pub(super) const OFFSET_PARAM: &[&str] = &[
    "offset",
    "skip",
    "start",
    "startat",
    "startindex",
    "startposition",
    "from",
    "pageoffset",
    "firstresult",
];

/// The number of rows.
pub(super) const TOTAL: &[&str] = &[
    "total",
    "totalcount",
    "totalitems",
    "totalresults",
    "totalrows",
    "totalrecords",
    "totalelements",
    "totalsize",
    "totalhits",
    "totalentries",
    "numfound",
    "odatacount",
    "count",
];

/// Headers with the number of rows.
pub(super) const TOTAL_HEADER: &[&str] = &[
    "x-total-count",
    "x-total",
    "x-wp-total",
    "x-pagination-total-count",
    "x-pagination-total",
    "x-total-records",
];

/// True where there is more.
pub(super) const MORE: &[&str] = &[
    "hasmore",
    "hasnextpage",
    "hasnext",
    "more",
    "moreavailable",
    "moreresults",
    "morerecords",
    "hasmoreitems",
    "hasmorepages",
    "hasmoreresults",
    "moreitemsincollection",
    "istruncated",
    "truncated",
];

/// True where there is no more.
pub(super) const NO_MORE: &[&str] =
    &["islast", "islastpage", "lastpage", "last", "endofstream", "endoflist", "done"];

/// Objects that speak of paging.
const ABOUT_PAGING: &[&str] = &[
    "meta",
    "metadata",
    "pagination",
    "paging",
    "pager",
    "page",
    "pages",
    "pageable",
    "pageinfo",
    "paginationinfo",
    "responsemetadata",
    "listinfo",
    "cursor",
    "cursors",
    "info",
    "links",
    "searchinfo",
    "resultinfo",
];

/// Whether the value at these keys stands where an answer speaks of paging: at the top, in an object about paging, or in
/// one that holds the rows.
pub(super) fn is_about_paging(home: &[&str], rows_at: &[String]) -> bool {
    home.is_empty()
        || home.last().is_some_and(|name| ABOUT_PAGING.contains(&super::outside::plain(name).as_str()))
        || (home.len() < rows_at.len() && home.iter().zip(rows_at).all(|(name, row)| name == row))
}
