//! The shapes of well-known APIs, as they are documented: what is detected, and what is left as one page.

use serde_json::{Value, json};
use url::Url;

use super::*;

/// One first answer: the API, what was sent, headers, the keys that lead to the rows, how many came, the body, what it tells.
struct Shape {
    api: &'static str,
    sent: &'static str,
    headers: &'static [(&'static str, &'static str)],
    rows_at: &'static str,
    rows: u64,
    body: Value,
    tells: &'static str,
}

fn shape(
    (api, sent): (&'static str, &'static str),
    headers: &'static [(&'static str, &'static str)],
    (rows_at, rows): (&'static str, u64),
    body: Value,
    tells: &'static str,
) -> Shape {
    Shape { api, sent, headers, rows_at, rows, body, tells }
}

fn tells(shape: &Shape) -> String {
    let rows_at: Vec<String> =
        shape.rows_at.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect();
    let headers: Vec<(String, String)> =
        shape.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let sent = if shape.sent.starts_with('{') {
        places_of_json(&serde_json::from_str(shape.sent).unwrap())
    } else {
        let pairs = url::form_urlencoded::parse(shape.sent.as_bytes());
        pairs.map(|(name, value)| (RequestPlace::Param(name.into_owned()), Value::from(&*value))).collect()
    };
    let link = match headers.iter().find(|(name, _)| name == "link").map(|(_, value)| value.as_str()) {
        Some(value) if value.contains("rel=\"next\"") => {
            LinkHeader::Next(value.split('<').nth(1).unwrap().split('>').next().unwrap())
        }
        Some(_) => LinkHeader::Others,
        None => LinkHeader::Silent,
    };
    let url = Url::parse("https://api.example.com/v1/items?limit=2").unwrap();
    let body = outside_rows(shape.body.to_string().as_bytes(), &rows_at);
    let first = FirstAnswer {
        link,
        headers: &headers,
        body: &body,
        rows_at: &rows_at,
        rows: shape.rows,
        url: Some(&url),
        sent: &sent,
    };
    match detect(&first) {
        Ok(Signs::Next(followed)) => in_words(&followed),
        Ok(Signs::Last(by)) => format!("last: {by:?}"),
        Ok(Signs::Untold(untold)) => format!("{}: {}", untold.rule, untold.what),
        Ok(Signs::None) => "nothing".to_owned(),
        Err(ambiguous) => format!("ambiguous {}: {}", ambiguous.of, ambiguous.candidates.join(", ")),
    }
}

fn in_words(followed: &Followed) -> String {
    let mut words = match &followed.way {
        Way::HeaderLink => "header_link".to_owned(),
        Way::JsonLink { next } => format!("json_link {}", place_text(next)),
        Way::Cursor { next, param } => format!("cursor {} -> {}", place_text(next), sent_text(param)),
        Way::PageNumber { param, number, total_pages, .. } => {
            let from = number.map_or_else(|| "?".to_owned(), |number| number.to_string());
            let of =
                total_pages.as_ref().map(|place| format!(" of {}", place_text(place))).unwrap_or_default();
            format!("page_number {} {from}{of}", sent_text(param))
        }
        Way::Offset { param, offset, .. } => format!("offset {} {offset}", sent_text(param)),
    };
    if let Some(total) = &followed.total {
        words.push_str(", total ");
        words.push_str(&place_text(total));
    }
    if let Some(test) = &followed.has_more {
        let not = if test.equals.is_some() { "not " } else { "" };
        words.extend([", while ", not, &place_text(&test.place)]);
    }
    words
}

#[track_caller]
fn check(shapes: &[Shape]) {
    let wrong: Vec<String> = shapes
        .iter()
        .map(|shape| (shape, tells(shape)))
        .filter(|(shape, found)| found != shape.tells)
        .map(|(shape, found)| format!("{}: wanted `{}`, found `{found}`", shape.api, shape.tells))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const NEXT: &str = "https://api.example.com/v1/items?limit=2&page=2";

#[test]
fn links_are_followed() {
    check(&[
        shape(
            ("GitHub", "per_page=2"),
            &[(
                "link",
                "<https://api.example.com/v1/items?page=2>; rel=\"next\", <https://api.example.com/v1/items?page=9>; rel=\"last\"",
            )],
            ("", 2),
            json!([{}, {}]),
            "header_link",
        ),
        shape(
            ("GitHub, last page", "per_page=2"),
            &[(
                "link",
                "<https://api.example.com/v1/items?page=1>; rel=\"first\", <https://api.example.com/v1/items?page=8>; rel=\"prev\"",
            )],
            ("", 2),
            json!([{}, {}]),
            "last: NoNext",
        ),
        shape(
            ("GitLab", "per_page=2"),
            &[
                ("link", "<https://api.example.com/v1/items?page=2>; rel=\"next\""),
                ("x-next-page", "2"),
                ("x-page", "1"),
                ("x-total-pages", "9"),
            ],
            ("", 2),
            json!([{}, {}]),
            "header_link",
        ),
        shape(
            ("WordPress", ""),
            &[("link", "<https://api.example.com/v1/items?page=2>; rel=\"next\""), ("x-wp-totalpages", "3")],
            ("", 10),
            json!([{}]),
            "header_link",
        ),
        shape(
            ("Shopify REST", "limit=2"),
            &[("link", "<https://api.example.com/v1/items?page_info=x&limit=2>; rel=\"next\"")],
            ("orders", 2),
            json!({"orders": [{}, {}]}),
            "header_link",
        ),
        shape(
            ("Django REST framework", ""),
            &[],
            ("results", 2),
            json!({"count": 9, "next": NEXT, "previous": null, "results": [{}, {}]}),
            "json_link next",
        ),
        shape(
            ("Django REST framework, last page", ""),
            &[],
            ("results", 2),
            json!({"count": 2, "next": null, "previous": null, "results": [{}, {}]}),
            "last: NoNext",
        ),
        shape(
            ("Microsoft Graph", ""),
            &[],
            ("value", 2),
            json!({"@odata.context": "https://graph/x", "@odata.nextLink": NEXT, "value": [{}, {}]}),
            "json_link \"$['@odata.nextLink']\"",
        ),
        shape(
            ("OData, last page", "$count=true"),
            &[],
            ("value", 2),
            json!({"@odata.count": 2, "value": [{}, {}]}),
            "last: TotalReached",
        ),
        shape(
            ("Salesforce", "q=select"),
            &[],
            ("records", 2),
            json!({"totalSize": 9, "done": false, "nextRecordsUrl": "/services/data/v58.0/query/01g-2", "records": [{}, {}]}),
            "json_link nextRecordsUrl, while not done",
        ),
        shape(
            ("Salesforce, last page", "q=select"),
            &[],
            ("records", 2),
            json!({"totalSize": 2, "done": true, "records": [{}, {}]}),
            "last: HasMoreFalse",
        ),
        shape(
            ("HubSpot v3", "limit=2"),
            &[],
            ("results", 2),
            json!({"results": [{}, {}], "paging": {"next": {"after": "NTI1", "link": "?after=NTI1&limit=2"}}}),
            "json_link paging.next.link",
        ),
        shape(
            ("Facebook Graph", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "paging": {"cursors": {"before": "a", "after": "b"}, "next": NEXT}}),
            "json_link paging.next",
        ),
        shape(
            ("JSON:API", "page[size]=2"),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "links": {"self": "https://a/b?page[number]=1", "next": NEXT, "last": "https://a/b?page[number]=9"}}),
            "json_link links.next",
        ),
        shape(
            ("JSON:API with an object for a link", ""),
            &[],
            ("data", 2),
            json!({"links": {"next": {"href": NEXT, "meta": {"count": 2}}}, "data": [{}, {}]}),
            "json_link links.next.href",
        ),
        shape(
            ("JSON:API, last page", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "links": {"self": NEXT, "first": "https://a/b?page=1", "prev": "https://a/b?page=8"}}),
            "last: NoNext",
        ),
        shape(
            ("HAL", ""),
            &[],
            ("_embedded.orders", 2),
            json!({"_links": {"self": {"href": "/orders"}, "next": {"href": "/orders?page=2"}}, "_embedded": {"orders": [{}, {}]}}),
            "json_link _links.next.href",
        ),
        shape(
            ("FHIR", ""),
            &[],
            ("entry", 2),
            json!({"resourceType": "Bundle", "total": 9, "link": [{"relation": "self", "url": "https://a/b"}, {"relation": "next", "url": NEXT}], "entry": [{}, {}]}),
            "json_link \"$.link[?@.relation=='next'].url\"",
        ),
        shape(
            ("PayPal", ""),
            &[],
            ("transactions", 2),
            json!({"transactions": [{}, {}], "links": [{"rel": "self", "href": "https://a/b"}, {"rel": "next", "href": NEXT}]}),
            "json_link \"$.links[?@.rel=='next'].href\"",
        ),
        shape(
            ("Mailchimp", ""),
            &[],
            ("lists", 2),
            json!({"lists": [{}, {}], "total_items": 2, "_links": [{"rel": "self", "href": "https://a/b"}, {"rel": "parent", "href": "https://a"}]}),
            "last: TotalReached",
        ),
        shape(
            ("Laravel", ""),
            &[],
            ("data", 2),
            json!({"current_page": 1, "data": [{}, {}], "first_page_url": "https://a/b?page=1", "last_page": 5, "next_page_url": NEXT, "per_page": 2, "total": 9}),
            "json_link next_page_url",
        ),
        shape(
            ("Laravel resources", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "links": {"first": "https://a?page=1", "last": "https://a?page=5", "prev": null, "next": NEXT}, "meta": {"current_page": 1, "last_page": 5, "total": 9}}),
            "json_link links.next",
        ),
        shape(
            ("Zendesk, cursors", "page[size]=2"),
            &[],
            ("tickets", 2),
            json!({"tickets": [{}, {}], "meta": {"has_more": true, "after_cursor": "x"}, "links": {"prev": NEXT, "next": NEXT}}),
            "json_link links.next, while meta.has_more",
        ),
        shape(
            ("Zendesk, cursors, last page", ""),
            &[],
            ("tickets", 2),
            json!({"tickets": [{}, {}], "meta": {"has_more": false}, "links": {"prev": null, "next": NEXT}}),
            "last: HasMoreFalse",
        ),
        shape(
            ("Zendesk, incremental export", ""),
            &[],
            ("tickets", 2),
            json!({"tickets": [{}, {}], "next_page": NEXT, "end_of_stream": false, "count": 2}),
            "json_link next_page, while not end_of_stream",
        ),
        shape(
            ("Asana", "limit=2"),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "next_page": {"offset": "eyJ", "path": "/tasks?limit=2&offset=eyJ", "uri": "https://app/api/1.0/tasks?limit=2&offset=eyJ"}}),
            "json_link next_page.uri",
        ),
        shape(
            ("Asana, last page", "limit=2"),
            &[],
            ("data", 1),
            json!({"data": [{}], "next_page": null}),
            "last: NoNext",
        ),
        shape(
            ("Discourse", ""),
            &[],
            ("topic_list.topics", 2),
            json!({"users": [], "topic_list": {"more_topics_url": "/latest?page=1", "per_page": 30, "topics": [{}, {}]}}),
            "json_link topic_list.more_topics_url",
        ),
        shape(
            ("Spotify", "limit=2"),
            &[],
            ("items", 2),
            json!({"href": "https://a/me", "items": [{}, {}], "limit": 2, "next": NEXT, "offset": 0, "previous": null, "total": 9}),
            "json_link next",
        ),
        shape(
            ("Twilio", ""),
            &[],
            ("messages", 2),
            json!({"first_page_uri": "/2010/M.json?Page=0", "next_page_uri": "/2010/M.json?Page=1&PageToken=P", "page": 0, "page_size": 2, "messages": [{}, {}]}),
            "json_link next_page_uri",
        ),
        shape(
            ("Bitbucket Cloud", ""),
            &[],
            ("values", 2),
            json!({"size": 9, "page": 1, "pagelen": 2, "next": NEXT, "values": [{}, {}]}),
            "json_link next",
        ),
    ]);
}

#[test]
fn two_urls_of_different_pages_are_ambiguous() {
    check(&[
        shape(
            ("two in the body", ""),
            &[],
            ("items", 2),
            json!({"items": [{}], "links": {"next": "/v1/items?page=2"}, "users": {"next_url": "/v1/users?page=2"}}),
            "ambiguous URLs: `links.next`, `users.next_url`",
        ),
        shape(
            ("header and body", ""),
            &[("link", "</v1/items?page=2>; rel=\"next\"")],
            ("items", 2),
            json!({"items": [{}], "next": "/v1/items?page=3"}),
            "ambiguous URLs: header `Link`, `next`",
        ),
        shape(
            ("the same page behind a proxy", ""),
            &[("link", "<http://10.0.0.1/v1/items?page=2>; rel=\"next\"")],
            ("items", 2),
            json!({"items": [{}], "next": "?page=2", "next_url": "/v1/items?page=2"}),
            "header_link",
        ),
        shape(
            ("two tokens", ""),
            &[],
            ("items", 2),
            json!({"items": [{}], "next_cursor": "a", "next_token": "b"}),
            "ambiguous tokens: `next_cursor`, `next_token`",
        ),
        shape(
            ("two tokens, one of which is asked for", "cursor="),
            &[],
            ("items", 2),
            json!({"items": [{}], "next_cursor": "a", "next_offset_key": "b"}),
            "cursor next_cursor -> cursor",
        ),
    ]);
}

#[test]
fn tokens_go_only_where_a_place_is_known() {
    check(&[
        shape(
            ("Slack, with its parameter", "cursor=&limit=2"),
            &[],
            ("channels", 2),
            json!({"ok": true, "channels": [{}, {}], "response_metadata": {"next_cursor": "dXNlcg=="}}),
            "cursor response_metadata.next_cursor -> cursor",
        ),
        shape(
            ("Slack", "limit=2"),
            &[],
            ("channels", 2),
            json!({"ok": true, "channels": [{}, {}], "response_metadata": {"next_cursor": "dXNlcg=="}}),
            "untaken-next: holds a token of the next page in `response_metadata.next_cursor`, and nothing says which parameter takes it",
        ),
        shape(
            ("Slack, last page", "limit=2"),
            &[],
            ("channels", 2),
            json!({"ok": true, "channels": [{}, {}], "response_metadata": {"next_cursor": ""}}),
            "last: NoNext",
        ),
        shape(
            ("Google", "pageSize=2"),
            &[],
            ("files", 2),
            json!({"kind": "drive#fileList", "nextPageToken": "~!!~AI", "files": [{}, {}]}),
            "untaken-next: holds a token of the next page in `nextPageToken`, and nothing says which parameter takes it",
        ),
        shape(
            ("Google, with its parameter", "pageToken="),
            &[],
            ("files", 2),
            json!({"nextPageToken": "~!!~AI", "nextSyncToken": "s", "files": [{}, {}]}),
            "cursor nextPageToken -> pageToken",
        ),
        shape(
            ("Google, left out", ""),
            &[],
            ("files", 2),
            json!({"kind": "drive#fileList", "files": [{}, {}]}),
            "nothing",
        ),
        shape(
            ("Notion", r#"{"page_size": 2, "start_cursor": null}"#),
            &[],
            ("results", 2),
            json!({"object": "list", "results": [{}, {}], "next_cursor": "fe2cc560", "has_more": true}),
            "cursor next_cursor -> {json: start_cursor}, while has_more",
        ),
        shape(
            ("Notion, last page", ""),
            &[],
            ("results", 2),
            json!({"object": "list", "results": [{}, {}], "next_cursor": null, "has_more": false}),
            "last: HasMoreFalse",
        ),
        shape(
            ("Airtable, with its parameter", "offset="),
            &[],
            ("records", 2),
            json!({"records": [{}, {}], "offset": "itr/rec"}),
            "cursor offset -> offset",
        ),
        shape(
            ("Airtable", ""),
            &[],
            ("records", 2),
            json!({"records": [{}, {}], "offset": "itrRec"}),
            "untaken-next: holds a token of the next page in `offset`, and nothing says which parameter takes it",
        ),
        shape(
            ("GraphQL relay", r#"{"query": "…", "variables": {"first": 2, "after": null}}"#),
            &[],
            ("data.repository.issues.nodes", 2),
            json!({"data": {"repository": {"issues": {"nodes": [{}, {}], "pageInfo": {"hasNextPage": true, "endCursor": "Y3Vyc29y"}}}}}),
            "cursor data.repository.issues.pageInfo.endCursor -> {json: variables.after}, while data.repository.issues.pageInfo.hasNextPage",
        ),
        shape(
            ("GraphQL relay, last page", r#"{"query": "…"}"#),
            &[],
            ("data.issues.nodes", 2),
            json!({"data": {"issues": {"nodes": [{}, {}], "pageInfo": {"hasNextPage": false, "endCursor": "Y3Vyc29y"}}}}),
            "last: HasMoreFalse",
        ),
        shape(
            ("GraphQL, the connection nearest to the rows", r#"{"variables": {"after": null}}"#),
            &[],
            ("data.a.nodes", 2),
            json!({"data": {"b": {"nodes": [{}], "pageInfo": {"endCursor": "b"}}, "a": {"nodes": [{}, {}], "pageInfo": {"endCursor": "a"}}}}),
            "cursor data.a.pageInfo.endCursor -> {json: variables.after}",
        ),
        shape(
            ("HubSpot search", r#"{"limit": 2, "after": null}"#),
            &[],
            ("results", 2),
            json!({"total": 9, "results": [{}, {}], "paging": {"next": {"after": "2"}}}),
            "cursor paging.next.after -> {json: after}",
        ),
        shape(
            ("Jira search by token", "maxResults=2"),
            &[],
            ("issues", 2),
            json!({"issues": [{}, {}], "nextPageToken": "Ch0", "isLast": false}),
            "untaken-next: holds a token of the next page in `nextPageToken`, and nothing says which parameter takes it",
        ),
        shape(
            ("Elasticsearch scroll", ""),
            &[],
            ("hits.hits", 2),
            json!({"_scroll_id": "DXF1", "took": 3, "hits": {"total": {"value": 9, "relation": "eq"}, "hits": [{}, {}]}}),
            "untaken-next: holds a token of the next page in `_scroll_id`, and nothing says which parameter takes it",
        ),
        shape(
            ("Bitbucket Server", "limit=2"),
            &[],
            ("values", 2),
            json!({"size": 2, "limit": 2, "isLastPage": false, "start": 0, "nextPageStart": 2, "values": [{}, {}]}),
            "cursor nextPageStart -> start, while not isLastPage",
        ),
        shape(
            ("Pipedrive v1", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "additional_data": {"pagination": {"start": 0, "limit": 2, "more_items_in_collection": true, "next_start": 2}}}),
            "cursor additional_data.pagination.next_start -> start, while additional_data.pagination.more_items_in_collection",
        ),
        shape(
            ("kaminari", ""),
            &[],
            ("items", 2),
            json!({"items": [{}, {}], "meta": {"current_page": 1, "next_page": 2, "prev_page": null, "total_pages": 5, "total_count": 9}}),
            "cursor meta.next_page -> page",
        ),
        shape(
            ("kaminari, last page", ""),
            &[],
            ("items", 2),
            json!({"items": [{}, {}], "meta": {"current_page": 5, "next_page": null, "total_pages": 5}}),
            "last: NoNext",
        ),
        shape(
            ("GitLab without a Link", ""),
            &[("x-page", "1"), ("x-next-page", "2")],
            ("", 2),
            json!([{}, {}]),
            "cursor {header: x-next-page} -> page",
        ),
        shape(
            ("Intercom", "per_page=2"),
            &[],
            ("data", 2),
            json!({"type": "list", "data": [{}, {}], "pages": {"type": "pages", "next": {"per_page": 2, "starting_after": "WzE3"}, "page": 1, "per_page": 2, "total_pages": 5}}),
            "untaken-next: holds a token of the next page in `pages.next.starting_after`, and nothing says which parameter takes it",
        ),
        shape(
            ("Intercom, with its parameter", "starting_after="),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "pages": {"next": {"starting_after": "WzE3"}, "page": 1, "total_pages": 5}}),
            "cursor pages.next.starting_after -> starting_after",
        ),
    ]);
}

#[test]
fn pages_and_rows_are_counted() {
    check(&[
        shape(
            ("Spring Data, from 0", "size=2"),
            &[],
            ("content", 2),
            json!({"content": [{}, {}], "pageable": {"pageNumber": 0, "offset": 0}, "last": false, "totalPages": 5, "totalElements": 9, "number": 0, "first": true}),
            "page_number page 0 of totalPages, total totalElements, while not last",
        ),
        shape(
            ("Spring Data, last page", "size=2"),
            &[],
            ("content", 2),
            json!({"content": [{}, {}], "last": true, "totalPages": 1, "totalElements": 2, "number": 0}),
            "last: HasMoreFalse",
        ),
        shape(
            ("Spring HATEOAS", ""),
            &[],
            ("_embedded.x", 2),
            json!({"_embedded": {"x": [{}, {}]}, "page": {"size": 2, "totalElements": 9, "totalPages": 5, "number": 0}}),
            "page_number page 0 of page.totalPages, total page.totalElements",
        ),
        shape(
            ("page and total_pages", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "page": 1, "total_pages": 5}),
            "page_number page 1 of total_pages",
        ),
        shape(
            ("page and total_pages, last page", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "page": 1, "total_pages": 1}),
            "last: LastPage",
        ),
        shape(
            ("pages from 0, last page", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "page": 0, "total_pages": 1}),
            "last: LastPage",
        ),
        shape(
            ("page named otherwise", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "pageNumber": 1, "pageCount": 5}),
            "page_number pageNumber 1 of pageCount",
        ),
        shape(
            ("page of the request", "p=3"),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "total_pages": 5}),
            "page_number p 3 of total_pages",
        ),
        shape(
            ("pages without a number", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "meta": {"total_pages": 5}}),
            "page_number page ? of meta.total_pages",
        ),
        shape(
            ("WordPress without a Link", ""),
            &[("X-WP-Total", "9"), ("X-WP-TotalPages", "5")],
            ("", 2),
            json!([{}, {}]),
            "page_number page ? of {header: X-WP-TotalPages}, total {header: X-WP-Total}",
        ),
        shape(
            ("page and total", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "page": 1, "per_page": 2, "total": 9}),
            "page_number page 1, total total",
        ),
        shape(
            ("page and total, all there", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "page": 1, "total": 2}),
            "last: TotalReached",
        ),
        shape(
            ("page and has_more", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "page": 1, "has_more": true}),
            "page_number page 1, while has_more",
        ),
        shape(
            ("page in JSON:API's URLs", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "meta": {"page": {"number": 1, "totalPages": 5}}, "links": {"first": "https://a?page[number]=1", "last": "https://a?page[number]=5"}}),
            "page_number page[number] 1 of meta.page.totalPages",
        ),
        shape(
            ("Jira, offset", "maxResults=2"),
            &[],
            ("issues", 2),
            json!({"startAt": 0, "maxResults": 2, "total": 9, "issues": [{}, {}]}),
            "offset startAt 0, total total",
        ),
        shape(
            ("Jira, offset, all there", "maxResults=2"),
            &[],
            ("issues", 2),
            json!({"startAt": 0, "maxResults": 2, "total": 2, "issues": [{}, {}]}),
            "last: TotalReached",
        ),
        shape(
            ("SCIM, from 1", ""),
            &[],
            ("Resources", 2),
            json!({"totalResults": 9, "startIndex": 1, "itemsPerPage": 2, "Resources": [{}, {}]}),
            "offset startIndex 1, total totalResults",
        ),
        shape(("offset of the request", "skip=0"), &[], ("", 2), json!([{}, {}]), "nothing"),
        shape(
            ("offset of the request and a total in a header", "skip=0"),
            &[("X-Total-Count", "9")],
            ("", 2),
            json!([{}, {}]),
            "offset skip 0, total {header: X-Total-Count}",
        ),
        shape(
            ("Elasticsearch, from", r#"{"from": 0, "size": 2}"#),
            &[],
            ("hits.hits", 2),
            json!({"took": 3, "hits": {"total": {"value": 9}, "hits": [{}, {}]}}),
            "offset {json: from} 0, total hits.total.value",
        ),
    ]);
}

#[test]
fn one_page_where_nothing_tells() {
    check(&[
        shape(("Trello", "limit=2"), &[], ("", 2), json!([{}, {}]), "nothing"),
        shape(
            ("Stripe", "limit=2"),
            &[],
            ("data", 2),
            json!({"object": "list", "url": "/v1/charges", "has_more": true, "data": [{}, {}]}),
            "untaken-next: says in `has_more` that there is more, and not how to ask for it",
        ),
        shape(
            ("Stripe, last page", "limit=2"),
            &[],
            ("data", 2),
            json!({"object": "list", "url": "/v1/charges", "has_more": false, "data": [{}, {}]}),
            "last: HasMoreFalse",
        ),
        shape(
            ("Mailchimp, more", ""),
            &[],
            ("lists", 2),
            json!({"lists": [{}, {}], "total_items": 9}),
            "incomplete: has 2 rows and says in `total_items` that there are 9, and not how to ask for the others",
        ),
        shape(
            ("a count of the page", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "count": 2}),
            "nothing",
        ),
        shape(
            ("totals that differ", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "total": 9, "meta": {"total": 10}}),
            "nothing",
        ),
        shape(("a sum of money", ""), &[], ("data", 2), json!({"data": [{}, {}], "total": 9.5}), "nothing"),
        shape(
            ("a next that is data", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "user": {"next": null, "page": 3}}),
            "nothing",
        ),
        shape(
            ("signs within the rows", ""),
            &[],
            ("data", 2),
            json!({"data": {"next": NEXT, "page": 1, "total_pages": 3}}),
            "nothing",
        ),
        shape(
            ("flags that contradict", ""),
            &[],
            ("data", 2),
            json!({"data": [{}, {}], "has_more": true, "is_last": true}),
            "nothing",
        ),
    ]);
}
