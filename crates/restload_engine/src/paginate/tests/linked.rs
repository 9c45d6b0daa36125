//! `cursor`, `header_link` and `json_link`.

use super::*;

const START: Position = Position::Cursor(None);

#[test]
fn a_first_request_carries_a_cursor_only_where_there_is_a_start() {
    let mut plan = cursor(body("next"));
    plan.size = Some((Some(param("limit")), 50));
    let size = (param("limit"), json!(50));
    for start in [None, Some(json!(null)), Some(json!(""))] {
        assert_eq!(super::super::first(&plan, start), Ok((vec![size.clone()], START)));
    }
    for start in [json!("*"), json!(0)] {
        let set = vec![(param("after"), start.clone()), size.clone()];
        let position = Position::Cursor(Some(start.clone()));
        assert_eq!(super::super::first(&plan, Some(start)), Ok((set, position)));
    }
}

#[test]
fn a_cursor_is_taken_from_the_body_a_header_or_the_last_row() {
    let mut answer = made(json!({"meta": {"next": "b"}, "data": [{"id": 1}, {"id": 2}]}), 2);
    answer.headers = vec![("X-Next", "h")];
    for (place, want) in [
        (body("meta.next"), json!("b")),
        (AnswerPlace::Header("x-next".to_owned()), json!("h")),
        (AnswerPlace::Row(Path::parse("id").unwrap()), json!(2)),
    ] {
        let next = (fetch(param("after"), want.clone()), Position::Cursor(Some(want)));
        assert_eq!(after(&cursor(place), &START, &answer), Ok(next));
    }
}

#[test]
fn a_number_as_a_cursor_keeps_its_digits() {
    let answer = made(serde_json::from_str(r#"{"next": 123456789012345678901234567890.10}"#).unwrap(), 1);
    let (next, _) = after(&cursor(body("next")), &START, &answer).unwrap();
    let Next::Fetch(Patch::Set(set)) = next else { panic!("{next:?}") };
    assert_eq!(set[0].1.to_string(), "123456789012345678901234567890.10");
}

#[test]
fn a_cursor_that_is_not_there_ends() {
    let plan = cursor(body("next"));
    for answer in [
        json!({}),
        json!([]),
        json!({"next": null}),
        json!({"next": ""}),
        json!({"next": " "}),
        json!({"next": false}),
    ] {
        stops(&plan, &Position::Cursor(Some(json!("a"))), &made(answer, 5), StopReason::NoNext);
    }
    let row = cursor(AnswerPlace::Row(Path::parse("id").unwrap()));
    stops(&row, &START, &made(json!({"data": []}), 0), StopReason::NoNext);
}

#[test]
fn a_cursor_of_the_wrong_kind_is_an_error() {
    for (value, found) in
        [(json!({"after": 1}), "an object"), (json!(["a"]), "a list"), (json!(true), "`true`")]
    {
        let error = after(&cursor(body("next")), &START, &made(json!({"next": value}), 1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`next` in the body should hold a cursor, a text or a number, found {found}")
        );
    }
}

#[test]
fn several_cursors_must_be_equal() {
    let plan = cursor(body("$..next"));
    let next = (fetch(param("after"), json!("a")), Position::Cursor(Some(json!("a"))));
    assert_eq!(
        after(&plan, &START, &made(json!([{"next": "a"}, {"next": null}, {"next": "a"}]), 3)),
        Ok(next)
    );
    let error = after(&plan, &START, &made(json!([{"next": "a"}, {"next": "b"}]), 2)).unwrap_err();
    assert!(matches!(error, PaginateError::Several { count: 2, .. }), "{error}");
}

#[test]
fn a_link_in_a_header_is_given_on_as_it_came() {
    let plan = header_link();
    assert_eq!(super::super::first(&plan, None), Ok((vec![], Position::Link)));
    for (links, want) in [
        (vec![("Link", "</v1/x?page=2>; rel=\"next\"")], Some("/v1/x?page=2")),
        (
            vec![("link", "<https://a.test/?a=%2c,1>; rel='next', </l>; rel='last'\"")],
            Some("https://a.test/?a=%2c,1"),
        ),
        (vec![("Link", "</1>; rel=prev"), ("LINK", "</3>; rel=next")], Some("/3")),
        (vec![("Link", "</1>; rel=prev")], None),
        (vec![("Link", "<>; rel=next")], None),
        (vec![], None),
    ] {
        let answer = Made { headers: links, ..made(json!([]), 1) };
        let next =
            want.map_or(Next::Stop(StopReason::NoNext), |want| Next::Fetch(Patch::Url(want.to_owned())));
        assert_eq!(after(&plan, &Position::Link, &answer), Ok((next, Position::Link)));
    }
    let other = super::plan(PaginatorKind::HeaderLink { rel: "older".to_owned() });
    let answer = Made { headers: vec![("Link", "</1>; rel=next, </2>; rel=older")], ..made(json!([]), 1) };
    assert_eq!(after(&other, &Position::Link, &answer).unwrap().0, Next::Fetch(Patch::Url("/2".to_owned())));
}

#[test]
fn a_link_in_the_body_is_given_on_as_it_came() {
    let plan = json_link();
    assert_eq!(super::super::first(&plan, None), Ok((vec![], Position::Link)));
    for url in ["https://a.test/x?page=2", "/x?page=2", "?page=2"] {
        let next = (Next::Fetch(Patch::Url(url.to_owned())), Position::Link);
        assert_eq!(after(&plan, &Position::Link, &made(json!({"next": url}), 1)), Ok(next));
    }
    for answer in [json!({}), json!({"next": null}), json!({"next": ""}), json!({"next": false}), json!([])] {
        stops(&plan, &Position::Link, &made(answer, 1), StopReason::NoNext);
    }
    for (value, found) in
        [(json!(2), "the number `2`"), (json!({"href": "/"}), "an object"), (json!(["/"]), "a list")]
    {
        let error = after(&plan, &Position::Link, &made(json!({"next": value}), 1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`next` in the body should hold the URL of the next page, found {found}")
        );
    }
}

#[test]
fn neither_a_total_nor_an_empty_or_single_page_ends_a_walk_that_is_not_counted() {
    let mut answer = made(json!({"next": "b"}), 0);
    answer.headers = vec![("Link", "</b>; rel=next")];
    for single in [false, true] {
        answer.single = single;
        for (plan, position) in
            [(cursor(body("next")), START), (header_link(), Position::Link), (json_link(), Position::Link)]
        {
            let (next, _) = super::super::next(&plan, &position, &progress(285, Some(285)), &answer).unwrap();
            assert!(matches!(next, Next::Fetch(_)), "{next:?}");
        }
    }
}
