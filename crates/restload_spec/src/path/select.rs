//! What a path selects, in the order of RFC 9535: for each node in turn, selector by selector.

use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use serde_json::Value;

use super::{Step, filter};

/// What a path of keys, indices and wildcards selects.
pub(super) fn by_steps<'v>(steps: &[Step], value: &'v Value) -> Vec<&'v Value> {
    let mut nodes = vec![value];
    for step in steps {
        nodes = match step {
            Step::Key(key) => nodes.into_iter().filter_map(|node| node.as_object()?.get(key)).collect(),
            Step::Index(index) => nodes.into_iter().filter_map(|node| node.as_array()?.get(*index)).collect(),
            Step::Wildcard => nodes.into_iter().flat_map(children).collect(),
        };
    }
    nodes
}

/// What a path without wildcards selects.
pub(super) fn one<'v>(steps: &[Step], value: &'v Value) -> Option<&'v Value> {
    steps.iter().try_fold(value, |node, step| match step {
        Step::Key(key) => node.as_object()?.get(key),
        Step::Index(index) => node.as_array()?.get(*index),
        Step::Wildcard => None,
    })
}

/// What any path selects.
pub(super) fn by_query<'v>(query: &JpQuery, root: &'v Value) -> Vec<&'v Value> {
    by_segments(&query.segments, root, root)
}

/// What the segments select below `node`; `root` is the value that `$` means within filters.
pub(super) fn by_segments<'v>(segments: &[Segment], node: &'v Value, root: &'v Value) -> Vec<&'v Value> {
    segments.iter().fold(vec![node], |nodes, segment| {
        let mut found = Vec::new();
        for node in nodes {
            by_segment(segment, node, root, &mut found);
        }
        found
    })
}

fn by_segment<'v>(segment: &Segment, node: &'v Value, root: &'v Value, found: &mut Vec<&'v Value>) {
    match segment {
        Segment::Selector(selector) => by_selector(selector, node, root, found),
        Segment::Selectors(selectors) => {
            for selector in selectors {
                by_selector(selector, node, root, found);
            }
        }
        Segment::Descendant(below) => {
            by_segment(below, node, root, found);
            for child in children(node) {
                by_segment(segment, child, root, found);
            }
        }
    }
}

fn by_selector<'v>(selector: &Selector, node: &'v Value, root: &'v Value, found: &mut Vec<&'v Value>) {
    match selector {
        Selector::Name(name) => found.extend(node.as_object().and_then(|members| members.get(name))),
        Selector::Wildcard => found.extend(children(node)),
        Selector::Index(index) => {
            found.extend(node.as_array().and_then(|items| items.get(place(*index, items.len())?)));
        }
        Selector::Slice(start, end, step) => {
            if let Value::Array(items) = node {
                slice(items, *start, *end, step.unwrap_or(1), found);
            }
        }
        Selector::Filter(condition) => {
            found.extend(children(node).filter(|child| filter::holds(condition, child, root)));
        }
    }
}

/// The items of a list or the members of an object, in order; nothing for a scalar.
fn children(node: &Value) -> impl Iterator<Item = &Value> {
    let items = node.as_array().into_iter().flatten();
    let members = node.as_object().into_iter().flat_map(serde_json::Map::values);
    items.chain(members)
}

/// The place in a list of `len` items that an index means, counted from the end if negative.
pub(super) fn place(index: i64, len: usize) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

/// The slice `start:end:step` of RFC 9535, section 2.3.4.2.2.
fn slice<'v>(
    items: &'v [Value],
    start: Option<i64>,
    end: Option<i64>,
    step: i64,
    found: &mut Vec<&'v Value>,
) {
    let Ok(len) = i64::try_from(items.len()) else { return };
    let from_start = |index: i64| if index >= 0 { index } else { len.saturating_add(index) };
    let mut push = |index: i64| found.extend(usize::try_from(index).ok().and_then(|index| items.get(index)));
    if step > 0 {
        let lower = from_start(start.unwrap_or(0)).clamp(0, len);
        let upper = from_start(end.unwrap_or(len)).clamp(0, len);
        let mut index = lower;
        while index < upper {
            push(index);
            index = index.saturating_add(step);
        }
    } else if step < 0 {
        let upper = from_start(start.unwrap_or(len - 1)).clamp(-1, len - 1);
        let lower = end.map_or(-1, |end| from_start(end).clamp(-1, len - 1));
        let mut index = upper;
        while index > lower {
            push(index);
            index = index.saturating_add(step);
        }
    }
}
