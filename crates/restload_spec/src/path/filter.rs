//! Filters of a path: tests, comparisons and the functions of RFC 9535.

use std::{borrow::Cow, cmp::Ordering};

use jsonpath_rust::{
    parser::model::{
        Comparable, Comparison, Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector,
        SingularQuery, SingularQuerySegment, Test, TestFunction,
    },
    query::state::{Data, State},
};
use serde_json::Value;

use super::{
    PathFault,
    compare::{compare_numbers, same_value},
    select,
};

/// A value in a comparison; `None` is the RFC's Nothing, a query that matched nowhere.
type Operand<'v> = Option<Cow<'v, Value>>;

/// Whether the condition of a filter holds for `node`.
pub(super) fn holds(condition: &Filter, node: &Value, root: &Value) -> bool {
    match condition {
        Filter::Or(any) => any.iter().any(|condition| holds(condition, node, root)),
        Filter::And(all) => all.iter().all(|condition| holds(condition, node, root)),
        Filter::Atom(FilterAtom::Filter { expr, not }) => holds(expr, node, root) != *not,
        Filter::Atom(FilterAtom::Test { expr, not }) => test(expr, node, root) != *not,
        Filter::Atom(FilterAtom::Comparison(comparison)) => compare(comparison, node, root),
    }
}

fn test(test: &Test, node: &Value, root: &Value) -> bool {
    match test {
        Test::Function(function) => matches(function, node, root),
        query => !nodes(query, node, root).is_empty(),
    }
}

fn nodes<'v>(query: &Test, node: &'v Value, root: &'v Value) -> Vec<&'v Value> {
    match query {
        Test::RelQuery(segments) => select::by_segments(segments, node, root),
        Test::AbsQuery(query) => select::by_segments(&query.segments, root, root),
        Test::Function(_) => Vec::new(),
    }
}

fn compare(comparison: &Comparison, node: &Value, root: &Value) -> bool {
    let (left, right) = comparison.vals();
    let (left, right) = (operand(left, node, root), operand(right, node, root));
    match comparison {
        Comparison::Eq(..) => equal(&left, &right),
        Comparison::Ne(..) => !equal(&left, &right),
        Comparison::Lt(..) => less(&left, &right),
        Comparison::Gt(..) => less(&right, &left),
        Comparison::Lte(..) => less(&left, &right) || equal(&left, &right),
        Comparison::Gte(..) => less(&right, &left) || equal(&left, &right),
    }
}

fn equal(left: &Operand<'_>, right: &Operand<'_>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => same_value(left, right),
        (None, None) => true,
        _ => false,
    }
}

fn less(left: &Operand<'_>, right: &Operand<'_>) -> bool {
    match (left.as_deref(), right.as_deref()) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => {
            compare_numbers(&left.to_string(), &right.to_string()) == Ordering::Less
        }
        (Some(Value::String(left)), Some(Value::String(right))) => left < right,
        _ => false,
    }
}

fn operand<'v>(comparable: &Comparable, node: &'v Value, root: &'v Value) -> Operand<'v> {
    match comparable {
        Comparable::Literal(literal) => Some(Cow::Owned(literal_value(literal))),
        Comparable::Function(function) => function_value(function, node, root).map(Cow::Owned),
        Comparable::SingularQuery(SingularQuery::Current(segments)) => {
            singular(segments, node).map(Cow::Borrowed)
        }
        Comparable::SingularQuery(SingularQuery::Root(segments)) => {
            singular(segments, root).map(Cow::Borrowed)
        }
    }
}

fn singular<'v>(segments: &[SingularQuerySegment], node: &'v Value) -> Option<&'v Value> {
    segments.iter().try_fold(node, |node, segment| match segment {
        SingularQuerySegment::Name(name) => node.as_object()?.get(name),
        SingularQuerySegment::Index(index) => {
            let items = node.as_array()?;
            items.get(select::place(*index, items.len())?)
        }
    })
}

fn literal_value(literal: &Literal) -> Value {
    match literal {
        Literal::Int(number) => Value::from(*number),
        Literal::Float(number) => Value::from(*number),
        Literal::String(text) => Value::from(text.as_str()),
        Literal::Bool(flag) => Value::Bool(*flag),
        Literal::Null => Value::Null,
    }
}

fn function_value(function: &TestFunction, node: &Value, root: &Value) -> Option<Value> {
    match function {
        TestFunction::Length(argument) => {
            let length = match &*value_argument(argument, node, root)? {
                Value::String(text) => text.chars().count(),
                Value::Array(items) => items.len(),
                Value::Object(members) => members.len(),
                _ => return None,
            };
            Some(Value::from(length))
        }
        TestFunction::Count(FnArg::Test(query)) => Some(Value::from(nodes(query, node, root).len())),
        TestFunction::Value(argument) => value_argument(argument, node, root).map(Cow::into_owned),
        _ => None,
    }
}

/// The one value of an argument; a query that matches twice has none.
fn value_argument<'v>(argument: &FnArg, node: &'v Value, root: &'v Value) -> Operand<'v> {
    match argument {
        FnArg::Literal(literal) => Some(Cow::Owned(literal_value(literal))),
        FnArg::Filter(_) => None,
        FnArg::Test(test) => match &**test {
            Test::Function(function) => function_value(function, node, root).map(Cow::Owned),
            query => match nodes(query, node, root)[..] {
                [one] => Some(Cow::Borrowed(one)),
                _ => None,
            },
        },
    }
}

/// `match` and `search`; the expression is that of `jsonpath-rust`, which knows I-Regexp (RFC 9485).
fn matches(function: &TestFunction, node: &Value, root: &Value) -> bool {
    let text = |argument: &FnArg| match value_argument(argument, node, root).as_deref() {
        Some(Value::String(text)) => Some(FnArg::Literal(Literal::String(text.clone()))),
        _ => None,
    };
    let function = match function {
        TestFunction::Match(subject, regex) => {
            text(subject).zip(text(regex)).map(|(s, r)| TestFunction::Match(s, r))
        }
        TestFunction::Search(subject, regex) => {
            text(subject).zip(text(regex)).map(|(s, r)| TestFunction::Search(s, r))
        }
        _ => None,
    };
    let applied = function.map(|function| function.apply(State::root(root)).data);
    matches!(applied, Some(Data::Value(Value::Bool(true))))
}

/// Refuses what the grammar takes and RFC 9535 does not: functions of its own, and a test that is no test.
pub(super) fn check(query: &JpQuery, text: &str) -> Result<(), PathFault> {
    check_segments(&query.segments, 1).map_err(|(name, message, help)| PathFault {
        message: format!("`{name}` {message}"),
        range: match name.as_str() {
            ".." => 0..text.len(),
            _ => text.find(&format!("{name}(")).map_or(0..text.len(), |start| start..start + name.len()),
        },
        help: Some(help.to_owned()),
        meant: None,
    })
}

/// The function, what is wrong with it, and the edit to make.
type Refusal = (String, &'static str, &'static str);

/// How often a path may come to one value. Parts that come to one several times multiply: `$..*..*..*..*` finds an item that is 60
/// levels deep half a million times.
const MOST_TIMES: usize = 4096;
/// What one `..` counts, which comes to a value as often as values stand above it.
const OF_DESCENDANTS: usize = 16;

/// How often segments come to one value.
fn times(segments: &[Segment]) -> usize {
    let of_one = |segment: &Segment| match segment {
        Segment::Descendant(below) => OF_DESCENDANTS.saturating_mul(times(std::slice::from_ref(below))),
        Segment::Selector(_) => 1,
        Segment::Selectors(selectors) => selectors.len(),
    };
    segments.iter().map(of_one).fold(1, usize::saturating_mul)
}

/// Checks a query that is asked so often of one value.
fn check_segments(segments: &[Segment], above: usize) -> Result<(), Refusal> {
    let times = times(segments).saturating_mul(above);
    if times > MOST_TIMES {
        let help = "write the names that lead there: `$.data.items`, `$.groups[*].items`";
        return Err((
            "..".to_owned(),
            "and lists of names, as many as here, find one value again and again",
            help,
        ));
    }
    let check = |selector: &Selector| match selector {
        Selector::Filter(condition) => check_filter(condition, times),
        _ => Ok(()),
    };
    segments.iter().try_for_each(|segment| {
        let mut segment = segment;
        while let Segment::Descendant(below) = segment {
            segment = below;
        }
        match segment {
            Segment::Selectors(selectors) => selectors.iter().try_for_each(check),
            Segment::Selector(selector) => check(selector),
            Segment::Descendant(_) => Ok(()),
        }
    })
}

fn check_filter(condition: &Filter, above: usize) -> Result<(), Refusal> {
    match condition {
        Filter::Or(all) | Filter::And(all) => {
            all.iter().try_for_each(|condition| check_filter(condition, above))
        }
        Filter::Atom(FilterAtom::Filter { expr, .. }) => check_filter(expr, above),
        Filter::Atom(FilterAtom::Test { expr, .. }) => {
            if let Test::Function(function) = &**expr
                && let Some(name) = name_of_value_function(function)
            {
                let help = "compare it, for example `?length(@.items) > 0`";
                return Err((name.to_owned(), "gives a value, which is not a condition", help));
            }
            check_test(expr, above)
        }
        Filter::Atom(FilterAtom::Comparison(comparison)) => {
            let (left, right) = comparison.vals();
            check_comparable(left, above).and_then(|()| check_comparable(right, above))
        }
    }
}

fn check_comparable(comparable: &Comparable, above: usize) -> Result<(), Refusal> {
    match comparable {
        Comparable::Function(function) => check_function(function, above),
        Comparable::Literal(Literal::Float(number)) if !number.is_finite() => {
            Err(("a number".to_owned(), "of this size is none that is compared", "write one below 1e308"))
        }
        Comparable::Literal(_) | Comparable::SingularQuery(_) => Ok(()),
    }
}

fn check_test(test: &Test, above: usize) -> Result<(), Refusal> {
    match test {
        Test::RelQuery(segments) => check_segments(segments, above),
        Test::AbsQuery(query) => check_segments(&query.segments, above),
        Test::Function(function) => check_function(function, above),
    }
}

fn check_function(function: &TestFunction, above: usize) -> Result<(), Refusal> {
    let (name, arguments, is_of_values) = match function {
        TestFunction::Custom(name, _) => {
            let help = "the functions are `length`, `count`, `value`, `match` and `search`";
            return Err((name.clone(), "is not a function of JSONPath", help));
        }
        TestFunction::Length(argument) => ("length", vec![&**argument], true),
        TestFunction::Value(argument) => ("value", vec![argument], false),
        TestFunction::Count(argument) => ("count", vec![argument], false),
        TestFunction::Search(subject, regex) => ("search", vec![subject, regex], true),
        TestFunction::Match(subject, regex) => ("match", vec![subject, regex], true),
    };
    arguments.into_iter().try_for_each(|argument| {
        if is_of_values && !is_value(argument) {
            let help =
                "give it a path to one place, `@.name`, or `value(…)` of a path that may match several times";
            return Err((name.to_owned(), "takes one value, and this is none", help));
        }
        if !is_of_values && !is_query(argument) {
            return Err((name.to_owned(), "takes what a path matches", "give it a path: `@.items[*]`"));
        }
        match argument {
            FnArg::Literal(_) => Ok(()),
            FnArg::Test(test) => check_test(test, above),
            FnArg::Filter(condition) => check_filter(condition, above),
        }
    })
}

/// Whether an argument is one value whatever the document is: `ValueType` in section 2.4.1 of the RFC.
fn is_value(argument: &FnArg) -> bool {
    let is_one =
        |segment: &Segment| matches!(segment, Segment::Selector(Selector::Name(_) | Selector::Index(_)));
    match argument {
        FnArg::Literal(_) => true,
        FnArg::Filter(_) => false,
        FnArg::Test(test) => match &**test {
            Test::RelQuery(segments) => segments.iter().all(is_one),
            Test::AbsQuery(query) => query.segments.iter().all(is_one),
            Test::Function(function) => name_of_value_function(function).is_some(),
        },
    }
}

/// Whether an argument is a path, however often it matches: `NodesType`.
fn is_query(argument: &FnArg) -> bool {
    matches!(argument, FnArg::Test(test) if !matches!(**test, Test::Function(_)))
}

fn name_of_value_function(function: &TestFunction) -> Option<&'static str> {
    match function {
        TestFunction::Length(_) => Some("length"),
        TestFunction::Value(_) => Some("value"),
        TestFunction::Count(_) => Some("count"),
        TestFunction::Custom(..) | TestFunction::Search(..) | TestFunction::Match(..) => None,
    }
}
