//! `single_page`, `page_number` and `offset`.

use super::*;

fn page(number: i64, first: i64) -> Position {
    Position::Page { number, first }
}

#[test]
fn a_single_page_carries_nothing_and_stops_whatever_the_answer_says() {
    let mut plan = plan(PaginatorKind::SinglePage);
    plan.has_more = Some(present(body("more")));
    assert_eq!(super::super::first(&plan, None), Ok((vec![], Position::Single)));
    for answer in
        [made(json!({"more": true}), 3), made(json!([]), 0), Made { single: true, ..made(json!({}), 1) }]
    {
        stops(&plan, &Position::Single, &answer, StopReason::SinglePage);
    }
}

#[test]
fn the_first_page_carries_its_number_and_the_size() {
    let mut plan = page_number(None);
    for (start, want) in
        [(None, 1), (Some(json!(1)), 1), (Some(json!(0)), 0), (Some(json!(-1)), -1), (Some(json!("7")), 7)]
    {
        let set = vec![(param("page"), json!(want))];
        assert_eq!(super::super::first(&plan, start), Ok((set, page(want, want))));
    }
    plan.size = Some((Some(param("per_page")), 100));
    let set = vec![(param("page"), json!(1)), (param("per_page"), json!(100))];
    assert_eq!(super::super::first(&plan, None), Ok((set, page(1, 1))));
    plan.size = Some((None, 100));
    assert_eq!(super::super::first(&plan, None).unwrap().0.len(), 1);
}

#[test]
fn a_start_that_is_no_integer_is_an_error() {
    for (start, shown) in [
        (json!("one"), "\"one\""),
        (json!(1.5), "1.5"),
        (json!(null), "null"),
        (json!(""), "\"\""),
        (json!([1]), "[1]"),
        (serde_json::from_str("123456789012345678901234567890").unwrap(), "123456789012345678901234567890"),
    ] {
        let error = super::super::first(&page_number(None), Some(start.clone())).unwrap_err();
        assert_eq!(error.to_string(), format!("`start` must be an integer, found `{shown}`"));
        let error = super::super::first(&offset(), Some(start)).unwrap_err();
        assert_eq!(error.to_string(), format!("`start` must be an integer of at least 0, found `{shown}`"));
    }
    assert!(super::super::first(&offset(), Some(json!(-1))).is_err());
}

#[test]
fn the_next_page_is_one_on() {
    let plan = page_number(None);
    for (number, first) in [(1, 1), (41, 1), (0, 0), (-1, -1)] {
        let next = (fetch(param("page"), json!(number + 1)), page(number + 1, first));
        assert_eq!(after(&plan, &page(number, first), &made(json!([1]), 1)), Ok(next));
    }
    let error = after(&plan, &page(i64::MAX, 1), &made(json!([1]), 1));
    assert_eq!(error, Err(PaginateError::Overflow));
    assert_eq!(after(&plan, &Position::Link, &made(json!([1]), 1)), Err(PaginateError::Position));
}

#[test]
fn a_page_can_go_anywhere_in_a_request() {
    let place = RequestPlace::Json(Path::parse("paging.page").unwrap());
    let start = ValueTemplate::Literal(json!(1));
    let plan = plan(PaginatorKind::PageNumber { param: place.clone(), start, total_pages: None });
    let next = (fetch(place, json!(2)), page(2, 1));
    assert_eq!(after(&plan, &page(1, 1), &made(json!([1]), 1)), Ok(next));
}

#[test]
fn the_number_of_pages_ends_a_walk_from_either_base() {
    let plan = page_number(Some(body("pages")));
    for (number, first, pages, last) in [
        (1, 1, json!(3), false),
        (2, 1, json!(3), false),
        (3, 1, json!(3), true),
        (4, 1, json!(3), true),
        (1, 1, json!(1), true),
        (1, 1, json!(0), true),
        (0, 0, json!(3), false),
        (1, 0, json!(3), false),
        (2, 0, json!(3), true),
        (5, 5, json!(6), false),
        (6, 5, json!(6), true),
        (2, 1, json!("2"), true),
        // Nothing is said: the walk goes on.
        (9, 1, json!(null), false),
        (9, 1, json!(""), false),
    ] {
        let answer = made(json!({"pages": pages}), 10);
        let (next, _) = after(&plan, &page(number, first), &answer).unwrap();
        assert_eq!(next == Next::Stop(StopReason::LastPage), last, "{number} from {first} of {pages}");
    }
    let (next, _) = after(&plan, &page(9, 1), &made(json!({}), 10)).unwrap();
    assert_eq!(next, fetch(param("page"), json!(10)));
}

#[test]
fn a_number_of_pages_of_the_wrong_kind_is_an_error() {
    let plan = page_number(Some(body("pages")));
    for (pages, found) in [
        (json!("many"), "a text"),
        (json!(-1), "the number `-1`"),
        (json!(1.5), "the number `1.5`"),
        (json!({}), "an object"),
        (json!(true), "`true`"),
    ] {
        let error = after(&plan, &page(1, 1), &made(json!({"pages": pages}), 10)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`pages` in the body should hold the number of pages, found {found}")
        );
    }
    let plan = page_number(Some(body("$..pages")));
    let error = after(&plan, &page(1, 1), &made(json!([{"pages": 1}, {"pages": 2}]), 2)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`$..pages` in the body matches 2 values that differ; help: write a path that matches one"
    );
}

#[test]
fn an_offset_moves_by_the_rows_received_not_by_the_size() {
    let mut plan = offset();
    plan.size = Some((Some(param("limit")), 1000));
    let set = vec![(param("offset"), json!(0)), (param("limit"), json!(1000))];
    assert_eq!(super::super::first(&plan, Some(json!(0))), Ok((set, Position::Offset(0))));
    for (offset, rows) in [(0, 100), (100, 37), (5, 1)] {
        let next = (fetch(param("offset"), json!(offset + rows)), Position::Offset(offset + rows));
        let answer = made(json!([]), usize::try_from(rows).unwrap());
        assert_eq!(after(&plan, &Position::Offset(offset), &answer), Ok(next));
    }
    let error = after(&plan, &Position::Offset(u64::MAX), &made(json!([]), 1));
    assert_eq!(error, Err(PaginateError::Overflow));
    assert_eq!(after(&plan, &Position::Single, &made(json!([]), 1)), Err(PaginateError::Position));
}

#[test]
fn a_total_ends_a_counted_walk_when_it_equals_the_rows_received() {
    for (plan, position) in [(page_number(None), page(3, 1)), (offset(), Position::Offset(200))] {
        for (rows, total, ends) in [
            (285, Some(285), true),
            (284, Some(285), false),
            (286, Some(285), false),
            (285, None, false),
            (85, Some(0), false),
        ] {
            let (next, _) =
                super::super::next(&plan, &position, &progress(rows, total), &made(json!([]), 85)).unwrap();
            assert_eq!(next == Next::Stop(StopReason::TotalReached), ends, "{rows} of {total:?}");
        }
    }
}

#[test]
fn a_page_that_was_one_object_ends_a_counted_walk() {
    let single = Made { single: true, ..made(json!({"id": 1}), 1) };
    stops(&page_number(None), &page(1, 1), &single, StopReason::SingleRow);
    stops(&offset(), &Position::Offset(0), &single, StopReason::SingleRow);
}
