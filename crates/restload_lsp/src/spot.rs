//! What stands at a byte of a document.

use std::ops::Range;

use restload_diag::{Locate as _, Part, Pointer};
use restload_spec::{Content, Document, Hole, Node, Template};

/// What stands at a byte.
#[derive(Clone, Debug)]
pub(crate) struct Spot<'d> {
    /// The entry or item.
    pub(crate) at: Pointer,
    /// Whether it is its key or its value.
    pub(crate) part: Part,
    /// The bytes of that key or value.
    pub(crate) span: Range<usize>,
    /// The value.
    pub(crate) node: &'d Node,
}

/// The key, scalar or alias at a byte. Nothing where a comment, a blank or a bracket stands.
pub(crate) fn spot(document: &Document, byte: usize) -> Option<Spot<'_>> {
    let mut at = Pointer::root();
    let mut node = document.root();
    loop {
        match &node.content {
            Content::Map(entries) => {
                if let Some(entry) = entries.iter().find(|entry| touches(&entry.key_span, byte)) {
                    at.push(&entry.key);
                    return Some(Spot {
                        at,
                        part: Part::Key,
                        span: entry.key_span.clone(),
                        node: &entry.value,
                    });
                }
                let entry = entries.iter().find(|entry| touches(place(&entry.value), byte))?;
                at.push(&entry.key);
                node = &entry.value;
            }
            Content::List(items) => {
                let (index, item) = items.iter().enumerate().find(|(_, item)| touches(place(item), byte))?;
                at.push(index);
                node = item;
            }
            _ => {
                let span = place(node).clone();
                return touches(&span, byte).then_some(Spot { at, part: Part::Value, span, node });
            }
        }
        if let Some(alias) = &node.alias {
            return Some(Spot { at, part: Part::Value, span: alias.clone(), node });
        }
    }
}

/// The hole of a template at a byte, with its bytes in the text.
pub(crate) fn hole(
    document: &Document,
    spot: &Spot<'_>,
    byte: usize,
) -> Option<(Template, Hole, Range<usize>)> {
    if spot.part == Part::Key {
        return None;
    }
    let template = Template::parse(spot.node.text().filter(|text| text.contains("{{"))?).ok()?;
    let holes = template.holes().iter().cloned();
    let mut placed = holes.map(|hole| (document.span(&spot.at, Part::Value, Some(hole.range.clone())), hole));
    let (span, hole) = placed.find(|(span, _)| touches(span, byte))?;
    Some((template, hole, span))
}

/// Where a value is to be seen: the alias where one stands for it.
fn place(node: &Node) -> &Range<usize> {
    node.alias.as_ref().unwrap_or(&node.span)
}

fn touches(span: &Range<usize>, byte: usize) -> bool {
    span.start <= byte && byte <= span.end
}
