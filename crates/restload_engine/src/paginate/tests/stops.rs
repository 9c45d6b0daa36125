//! What ends walks of all kinds, and the names of the reasons.

use restload_spec::Test;

use super::*;

fn kinds() -> Vec<(PaginatorPlan, Position)> {
    vec![
        (page_number(None), Position::Page { number: 1, first: 1 }),
        (offset(), Position::Offset(0)),
        (cursor(body("next")), Position::Cursor(None)),
        (header_link(), Position::Link),
        (json_link(), Position::Link),
    ]
}

/// An answer that each of the kinds would go on from.
fn goes_on(more: &Value, rows: usize) -> Made {
    let mut answer = made(json!({"next": "b"}), rows);
    if *more != json!("absent") {
        answer.body["more"] = more.clone();
    }
    answer.headers = vec![("Link", "</b>; rel=next"), ("X-More", "false")];
    answer
}

#[test]
fn has_more_ends_a_walk_only_when_it_is_there_and_false() {
    for (mut plan, position) in kinds() {
        plan.has_more = Some(present(body("more")));
        for more in [json!(true), json!(1), json!(null), json!("absent")] {
            let (next, _) = after(&plan, &position, &goes_on(&more, 1)).unwrap();
            assert!(matches!(next, Next::Fetch(_)), "{more} {plan:?}");
        }
        for more in [json!(false), json!(""), json!([])] {
            stops(&plan, &position, &goes_on(&more, 1), StopReason::HasMoreFalse);
        }
    }
}

#[test]
fn has_more_can_be_compared_with_a_value() {
    for (mut plan, position) in kinds() {
        plan.has_more = Some(Test::equals(body("more"), json!(["yes", "partly"])));
        for (more, ends) in
            [(json!("yes"), false), (json!("partly"), false), (json!("no"), true), (json!(null), false)]
        {
            let (next, _) = after(&plan, &position, &goes_on(&more, 1)).unwrap();
            assert_eq!(next == Next::Stop(StopReason::HasMoreFalse), ends, "{more}");
        }
        plan.has_more = Some(Test::equals(AnswerPlace::Header("x-more".to_owned()), json!(true)));
        stops(&plan, &position, &goes_on(&json!("absent"), 1), StopReason::HasMoreFalse);
    }
}

#[test]
fn has_more_that_is_false_asks_no_cursor() {
    let mut plan = cursor(body("next"));
    plan.has_more = Some(present(body("more")));
    let broken = made(json!({"next": {"no": "cursor"}, "more": false}), 1);
    stops(&plan, &Position::Cursor(None), &broken, StopReason::HasMoreFalse);
    // While it is true, a cursor that is missing still ends.
    stops(&plan, &Position::Cursor(None), &made(json!({"more": true}), 1), StopReason::NoNext);
}

#[test]
fn an_empty_page_ends_a_walk_where_the_plan_says_so() {
    for (mut plan, position) in kinds() {
        for (stop, rows, ends) in [(true, 0, true), (true, 1, false), (false, 0, false)] {
            plan.stop_on_empty_page = stop;
            let (next, _) = after(&plan, &position, &goes_on(&json!("absent"), rows)).unwrap();
            assert_eq!(next == Next::Stop(StopReason::EmptyPage), ends, "{stop} {rows}");
        }
    }
}

#[test]
fn a_short_page_ends_a_walk_where_the_plan_says_so() {
    for (mut plan, position) in kinds() {
        plan.size = Some((None, 100));
        for (stop, rows, ends) in
            [(true, 99, true), (true, 1, true), (true, 100, false), (true, 250, false), (false, 99, false)]
        {
            plan.stop_on_short_page = stop;
            let (next, _) = after(&plan, &position, &goes_on(&json!("absent"), rows)).unwrap();
            assert_eq!(next == Next::Stop(StopReason::ShortPage), ends, "{stop} {rows}");
        }
        plan.size = None;
        plan.stop_on_short_page = true;
        let (next, _) = after(&plan, &position, &goes_on(&json!("absent"), 1)).unwrap();
        assert!(matches!(next, Next::Fetch(_)));
    }
}

#[test]
fn where_several_reasons_meet_the_one_that_proves_most_is_named() {
    let mut plan = page_number(Some(body("pages")));
    plan.size = Some((None, 10));
    plan.stop_on_short_page = true;
    plan.has_more = Some(present(body("more")));
    let position = Position::Page { number: 1, first: 1 };
    let mut answer = Made { single: true, ..made(json!({"pages": 1, "more": false}), 0) };
    let mut total = Some(0);
    let reason = |plan: &PaginatorPlan, answer: &Made, total: Option<u64>| match super::super::next(
        plan,
        &position,
        &progress(0, total),
        answer,
    )
    .unwrap()
    .0
    {
        Next::Stop(reason) => reason,
        Next::Fetch(_) => panic!("it goes on"),
    };
    assert_eq!(reason(&plan, &answer, total), StopReason::SingleRow);
    answer.single = false;
    assert_eq!(reason(&plan, &answer, total), StopReason::HasMoreFalse);
    plan.has_more = None;
    assert_eq!(reason(&plan, &answer, total), StopReason::TotalReached);
    total = None;
    assert_eq!(reason(&plan, &answer, total), StopReason::LastPage);
    answer.body = json!({});
    assert_eq!(reason(&plan, &answer, total), StopReason::EmptyPage);
    plan.stop_on_empty_page = false;
    assert_eq!(reason(&plan, &answer, total), StopReason::ShortPage);
}

#[test]
fn the_names_of_the_reasons_are_those_of_the_language() {
    let names = StopReason::ALL.map(StopReason::as_str);
    assert_eq!(
        names.join(", "),
        "single-page, single-row, no-next, empty-page, short-page, total-reached, last-page, has-more-false, \
         older-than-start, limit, action"
    );
    for reason in StopReason::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), json!(reason.as_str()));
        assert_eq!(reason.to_string(), reason.as_str());
    }
}

#[test]
fn a_position_comes_back_from_a_journal() {
    for position in [
        Position::Single,
        Position::Page { number: 3, first: 0 },
        Position::Offset(u64::MAX),
        Position::Cursor(None),
        Position::Cursor(Some(serde_json::from_str("123456789012345678901234567890").unwrap())),
        Position::Link,
    ] {
        let text = serde_json::to_string(&position).unwrap();
        assert_eq!(serde_json::from_str::<Position>(&text).unwrap(), position, "{text}");
    }
}
