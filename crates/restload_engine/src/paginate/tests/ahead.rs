//! Pages that are asked for ahead.

use super::super::{Ahead, Pace, ahead, pace};
use super::*;

fn pages(
    plan: &PaginatorPlan,
    position: &Position,
    stride: u64,
    total: Option<u64>,
    answer: &Value,
) -> Vec<Value> {
    let ahead = ahead(plan, position, stride, total, &made(answer.clone(), usize::try_from(stride).unwrap()));
    let Some(ahead) = ahead.unwrap() else { return Vec::new() };
    let left = ahead.left();
    let values: Vec<Value> = ahead.map(|page| value_of(page, position)).collect();
    assert_eq!(values.len() as u64, left);
    values
}

/// The one value that is set, after a look at the position that goes with it.
fn value_of((patch, position): (Patch, Position), begin: &Position) -> Value {
    let Patch::Set(set) = patch else { panic!("a link") };
    match (position, begin) {
        (Position::Page { number, first }, Position::Page { first: begin, .. }) => {
            assert_eq!((json!(number), first), (set[0].1.clone(), *begin));
        }
        (Position::Offset(offset), _) => assert_eq!(json!(offset), set[0].1),
        other => panic!("{other:?}"),
    }
    set[0].1.clone()
}

#[test]
fn pages_are_counted_by_the_stride_of_the_first() {
    let plan = page_number(None);
    for (number, first, stride, total, want) in [
        (1, 1, 100, Some(285), vec![2, 3]),
        (1, 1, 100, Some(300), vec![2, 3]),
        (1, 1, 100, Some(301), vec![2, 3, 4]),
        (0, 0, 100, Some(285), vec![1, 2]),
        (2, 2, 100, Some(285), vec![3]),
        (1, 1, 100, Some(100), vec![]),
        (1, 1, 100, Some(7), vec![]),
        (1, 1, 0, Some(285), vec![]),
        (1, 1, 100, None, vec![]),
    ] {
        let found = pages(&plan, &Position::Page { number, first }, stride, total, &json!({}));
        assert_eq!(found, want, "{number} {first} {stride} {total:?}");
    }
}

#[test]
fn the_number_of_pages_counts_more_than_the_total() {
    let plan = page_number(Some(body("pages")));
    let start = Position::Page { number: 1, first: 1 };
    assert_eq!(pages(&plan, &start, 100, Some(285), &json!({"pages": 4})), [2, 3, 4]);
    assert_eq!(pages(&plan, &start, 100, None, &json!({"pages": 2})), [2]);
    assert_eq!(pages(&plan, &start, 100, Some(285), &json!({"pages": null})), [2, 3]);
    let zero = Position::Page { number: 0, first: 0 };
    assert_eq!(pages(&plan, &zero, 100, None, &json!({"pages": 3})), [1, 2]);
    let wrong = made(json!({"pages": "many"}), 100);
    assert!(ahead(&plan, &start, 100, Some(285), &wrong).is_err());
}

#[test]
fn offsets_step_by_the_stride_of_the_first() {
    let plan = offset();
    for (start, stride, total, want) in [
        (0, 100, Some(285), vec![100, 200]),
        (0, 100, Some(300), vec![100, 200]),
        (0, 100, Some(301), vec![100, 200, 300]),
        (50, 100, Some(285), vec![150, 250]),
        (0, 37, Some(75), vec![37, 74]),
        (0, 100, Some(100), vec![]),
        (400, 100, Some(285), vec![]),
        (0, 0, Some(285), vec![]),
        (0, 100, None, vec![]),
    ] {
        let found = pages(&plan, &Position::Offset(start), stride, total, &json!({}));
        assert_eq!(found, want, "{start} {stride} {total:?}");
    }
}

#[test]
fn other_kinds_and_single_objects_have_no_pages_ahead() {
    let none = |plan: &PaginatorPlan, position: &Position, answer: &Made| {
        matches!(ahead(plan, position, 100, Some(285), answer), Ok(None))
    };
    let list = made(json!({"next": "b"}), 100);
    assert!(none(&cursor(body("next")), &Position::Cursor(None), &list));
    assert!(none(&header_link(), &Position::Link, &list));
    assert!(none(&json_link(), &Position::Link, &list));
    assert!(none(&plan(PaginatorKind::SinglePage), &Position::Single, &list));
    assert!(none(&offset(), &Position::Offset(0), &Made { single: true, ..made(json!({}), 100) }));
}

#[test]
fn a_total_without_bounds_costs_nothing() {
    let far = |plan: &PaginatorPlan, position: &Position| -> Ahead {
        ahead(plan, position, 1, Some(u64::MAX), &made(json!({}), 1)).unwrap().unwrap()
    };
    assert_eq!(far(&offset(), &Position::Offset(0)).take(3).count(), 3);
    assert_eq!(far(&offset(), &Position::Offset(0)).left(), u64::MAX - 1);
    // More pages than page numbers: the end is not known.
    let start = Position::Page { number: 1, first: 1 };
    assert!(matches!(ahead(&page_number(None), &start, 1, Some(u64::MAX), &made(json!({}), 1)), Ok(None)));
}

#[test]
fn the_pace_of_a_paginator_is_told_before_the_first_answer() {
    for (plan, has_total, wanted) in [
        (plan(PaginatorKind::SinglePage), true, Pace::OnePage),
        (page_number(Some(body("pages"))), false, Pace::AheadByPages),
        (page_number(Some(body("pages"))), true, Pace::AheadByPages),
        (page_number(None), true, Pace::AheadByRows),
        (page_number(None), false, Pace::CountUnknown),
        (offset(), true, Pace::AheadByRows),
        (offset(), false, Pace::CountUnknown),
        (cursor(body("next")), true, Pace::ByCursor),
        (header_link(), true, Pace::ByLink),
        (json_link(), true, Pace::ByLink),
    ] {
        assert_eq!(pace(&plan, has_total), wanted, "{plan:?}");
        // Where nothing is ahead, no answer makes it so.
        let answer = made(json!({"pages": 9, "next": "x"}), 10);
        let positions = [Position::Page { number: 1, first: 1 }, Position::Offset(0), Position::Link];
        let runs_ahead = positions.iter().any(|position| {
            ahead(&plan, position, 10, has_total.then_some(90), &answer).is_ok_and(|ahead| ahead.is_some())
        });
        assert_eq!(runs_ahead, wanted.is_ahead(), "{plan:?}");
    }
}
