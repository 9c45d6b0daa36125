//! Every paginator reads all rows of a list and knows why it ends.

use serde_json::{Value, json};

use crate::load::{Api, values};

/// A list in the usual envelope, what is said of pages beside it.
fn sample(beside: Value) -> Value {
    let mut body = json!({"data": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]});
    if let (Value::Object(body), Value::Object(beside)) = (&mut body, beside) {
        body.extend(beside);
    }
    body
}

/// Reads a list and holds the number of pages and the reason against what is wanted.
async fn check(resource: &str, sample: Value, pages: u64, reason: &str) {
    let resources =
        format!("  notes:\n    path: notes\n    primary_key: id\n    data_selector: data\n    {resource}");
    let loaded = Api::plain(&resources, &[("notes", sample)]).load().await.clean();
    let report = loaded.of("notes");
    assert_eq!(
        (report.rows_found, report.pages, loaded.stopped("notes")),
        (250, pages, reason),
        "{resource}"
    );
    assert_eq!(values(&loaded.rows(|path| path == "/v1/notes", "/data"), "/id").len(), 250, "{resource}");
}

#[tokio::test(flavor = "multi_thread")]
async fn page_numbers_count_from_where_the_spec_says() {
    check("paginator: page_number", sample(json!({})), 11, "empty-page").await;
    let by_pages =
        "paginator: {type: page_number, start: 0, total_pages: meta.pages, size_param: per_page, size: 100}";
    check(by_pages, sample(json!({"meta": {"pages": 1}})), 3, "last-page").await;
    check(by_pages, sample(json!({})), 3, "last-page").await;
    let by_total = "paginator: {type: page_number, param: p, size: 50}\n    total: {header: X-Total}";
    check(by_total, sample(json!({})), 5, "total-reached").await;
    let by_short = "paginator: {type: page_number, size: 40, stop_on_short_page: true}";
    check(by_short, sample(json!({})), 7, "short-page").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn offsets_count_rows() {
    let by_total = "paginator: {type: offset, size_param: limit, size: 100}\n    total: meta.total";
    check(by_total, sample(json!({"meta": {"total": "2"}})), 3, "total-reached").await;
    check("paginator: {type: offset, param: skip}", sample(json!({})), 11, "empty-page").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn places_in_a_body_are_read() {
    let json_places = "method: POST\n    json: {query: {kind: all}}\n    total: meta.total\n    \
        paginator: {type: offset, param: {json: 'page.offset'}, size_param: {json: '$.page.limits[0]'}, size: 100}";
    check(json_places, sample(json!({})), 3, "total-reached").await;
    let form_places = "method: POST\n    form: {query: all}\n    \
        paginator: {type: cursor, next: after, param: {form: after}, size_param: {form: first}, size: 125}";
    check(form_places, sample(json!({"after": "x"})), 2, "no-next").await;
    let header_places = "paginator: {type: cursor, next: {header: X-Next}, param: {header: X-After}, \
        size_param: {header: X-Size}, size: 50}";
    check(header_places, sample(json!({})), 5, "no-next").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_stand_where_the_sample_has_them() {
    let in_body = "paginator: {type: cursor, next: meta.next, size_param: limit, size: 100}";
    check(in_body, sample(json!({"meta": {"next": "abc", "more": 1}})), 3, "no-next").await;
    check(in_body, sample(json!({"meta": {"next": 17}})), 3, "no-next").await;
    check(in_body, sample(json!({})), 3, "no-next").await;
    let started = "paginator: {type: cursor, next: cursorMark, param: cursorMark, start: '*', size: 100}";
    check(started, sample(json!({"cursorMark": "AoE"})), 3, "no-next").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_in_the_last_row_leads_on() {
    let in_row =
        "paginator: {type: cursor, next: {row: id}, param: starting_after, size: 100, has_more: has_more}";
    check(in_row, sample(json!({"has_more": true})), 3, "has-more-false").await;
    check("paginator: {type: cursor, next: {row: name}, size: 100}", sample(json!({})), 4, "no-next").await;
    check("paginator: {type: cursor, next: '$.data[-1].id', size: 100}", sample(json!({})), 4, "no-next")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_says_that_there_is_more_says_so_in_its_own_words() {
    for (test, beside, reason) in [
        ("{path: state, equals: [more, some]}", json!({"state": "some"}), "has-more-false"),
        ("{path: done, equals: false}", json!({"done": false}), "has-more-false"),
        ("{path: left, equals: [1, 2]}", json!({"left": 1}), "has-more-false"),
        ("{header: X-More}", json!({}), "has-more-false"),
        ("next", json!({"next": "x"}), "no-next"),
    ] {
        let paginator = format!("paginator: {{type: cursor, next: next, size: 100, has_more: {test}}}");
        check(&paginator, sample(beside), 3, reason).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_lead_to_the_sandbox() {
    check("paginator: header_link", sample(json!({})), 10, "no-next").await;
    check(
        "params: {q: 'a b&c'}\n    paginator: {type: header_link, size_param: per_page, size: 100}",
        sample(json!({})),
        3,
        "no-next",
    )
    .await;
    for next in ["https://api.example.com/v1/notes?cursor=2", "/v1/notes?cursor=2"] {
        check(
            "paginator: {type: json_link, next: paging.next}",
            sample(json!({"paging": {"next": next}})),
            10,
            "no-next",
        )
        .await;
    }
    let of_several = sample(json!({"links": [{"rel": "self", "href": "x"}, {"rel": "next", "href": "y"}]}));
    check(
        "paginator: {type: json_link, next: \"$.links[?@.rel == 'next'].href\"}",
        of_several,
        10,
        "no-next",
    )
    .await;
    check("paginator: {type: json_link, next: {header: X-Next}}", sample(json!({})), 10, "no-next").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_alone_holds_all_rows() {
    check("paginator: single_page", sample(json!({})), 1, "single-page").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn auto_reads_all_of_a_list_whatever_its_sample_shows() {
    let auto = "paginator: auto";
    check(auto, sample(json!({})), 10, "no-next").await;
    check(
        auto,
        sample(json!({"links": {"next": null}, "meta": {"has_more": false, "total": 2}})),
        10,
        "no-next",
    )
    .await;
    check(auto, sample(json!({"links": {"next": "/v1/notes?page=2"}})), 10, "no-next").await;
    check(auto, sample(json!({"next_page_token": "abc"})), 10, "no-next").await;
    check("params: {cursor: ''}", sample(json!({"next_cursor": "abc"})), 10, "no-next").await;
    check(auto, sample(json!({"page": 3, "total_pages": 9})), 10, "last-page").await;
    check(auto, sample(json!({"number": 0, "totalPages": 9})), 10, "last-page").await;
    check(auto, sample(json!({"startAt": 0, "total": 900})), 10, "total-reached").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_pages_are_made_than_the_spec_allows() {
    let resources = "  notes: {path: notes, primary_key: id, data_selector: data, paginator: {type: page_number, size: 10, max_pages: 4}}";
    let loaded = Api::plain(resources, &[("notes", sample(json!({})))]).load().await.clean();
    assert_eq!((loaded.of("notes").rows_found, loaded.of("notes").pages), (30, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_wherever_the_selector_finds_them() {
    let rows = || json!([{"id": 1, "kind": "a"}, {"id": 2, "kind": "b"}, {"id": 3, "kind": "a"}]);
    for (selector, sample, want) in [
        ("$", rows(), 250),
        ("auto", json!({"meta": {"tags": ["x"]}, "result": {"items": rows()}}), 250),
        ("'$.result.items[*]'", json!({"result": {"items": rows()}}), 250),
        ("\"$.items[?@.kind == 'a']\"", json!({"items": rows()}), 250),
        ("'$.groups[*].items'", json!({"groups": [{"items": []}, {"items": rows()}]}), 250),
        ("'$.users.*'", json!({"users": {"jane": {"id": "jane"}, "paul": {"id": "paul"}}}), 250),
        ("account", json!({"account": {"id": 7, "plan": "gold"}}), 1),
        ("\"$['odd key']\"", json!({"odd key": rows()}), 250),
    ] {
        let resources = format!(
            "  notes: {{path: notes, primary_key: id, data_selector: {selector}, paginator: header_link}}"
        );
        let loaded = Api::plain(&resources, &[("notes", sample)]).load().await.clean();
        assert_eq!(loaded.of("notes").rows_found, want, "{selector}");
    }
}
