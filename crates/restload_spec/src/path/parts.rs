//! What a path is made of that one pass over a text cannot follow.

use jsonpath_rust::parser::model::{Segment, Selector};

use super::Path;

/// A part of a path for which the whole value has to be at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlowPart {
    /// `[?@.kind == 'a']`: items that pass a test.
    Filter,
    /// `..name`: whatever stands below.
    Descendants,
    /// `[0:10]`: a stretch of a list.
    Slice,
    /// `['a','b']`: several members or items.
    Union,
    /// `[-1]`: an item counted from the end.
    FromEnd,
}

impl Path {
    /// The parts of the path that keep it from being followed in one pass, in its order; none where it has
    /// [`steps`](Path::steps).
    pub fn slow_parts(&self) -> Vec<SlowPart> {
        let mut parts = Vec::new();
        for segment in &self.query.segments {
            collect(segment, &mut parts);
        }
        parts
    }
}

fn collect(segment: &Segment, parts: &mut Vec<SlowPart>) {
    match segment {
        Segment::Descendant(below) => {
            parts.push(SlowPart::Descendants);
            collect(below, parts);
        }
        Segment::Selector(selector) => parts.extend(slow(selector)),
        Segment::Selectors(selectors) => {
            parts.push(SlowPart::Union);
            parts.extend(selectors.iter().filter_map(slow));
        }
    }
}

fn slow(selector: &Selector) -> Option<SlowPart> {
    match selector {
        Selector::Name(_) | Selector::Wildcard => None,
        Selector::Index(index) => (*index < 0).then_some(SlowPart::FromEnd),
        Selector::Slice(..) => Some(SlowPart::Slice),
        Selector::Filter(_) => Some(SlowPart::Filter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_slow_parts_exactly_when_it_has_no_steps() {
        for (text, parts) in [
            ("a.b", &[][..]),
            ("$", &[]),
            ("$.a[0][*]", &[]),
            ("$.a[?@.b]", &[SlowPart::Filter]),
            ("$..a[-1]", &[SlowPart::Descendants, SlowPart::FromEnd]),
            ("$.a[1:]['x','y']", &[SlowPart::Slice, SlowPart::Union]),
            ("$..[?@.a, 0:1]", &[SlowPart::Descendants, SlowPart::Union, SlowPart::Filter, SlowPart::Slice]),
        ] {
            let path = Path::parse(text).unwrap();
            assert_eq!(path.slow_parts(), parts, "{text}");
            assert_eq!(path.slow_parts().is_empty(), path.steps().is_some(), "{text}");
        }
    }
}
