//! Where what stands at a place is declared, and where it is used.

use std::ops::Range;
use std::path::{Path, PathBuf};

use restload_diag::Part;
use restload_spec::Document;

use crate::mentions::{Mention, mentions};
use crate::spot;

/// Where something is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Declared {
    /// In this text.
    Here(Range<usize>),
    /// In a file beside it.
    File(PathBuf),
}

/// Where what stands at a byte is declared: an input, a resource, a name of `for_each`, what an alias stands for, a
/// sample.
pub(crate) fn definition(document: &Document, byte: usize, folder: Option<&Path>) -> Option<Declared> {
    if let Some(mention) = mention_at(&mentions(document), byte) {
        let at = mention.named.declaration();
        let entry = document.get(&at.parent()?)?.entry(at.last()?)?;
        return Some(Declared::Here(entry.key_span.clone()));
    }
    let spot = spot::spot(document, byte)?;
    if spot.node.alias.is_some() {
        return Some(Declared::Here(spot.node.span.clone()));
    }
    let segments: Vec<&str> = spot.at.segments().collect();
    match segments.as_slice() {
        ["resources", _, "sample"] if spot.part == Part::Value => {
            let file = folder?.join(spot.node.text()?);
            file.is_file().then_some(Declared::File(file))
        }
        _ => None,
    }
}

/// Where the input or resource that stands at a byte is named.
pub(crate) fn references(
    document: &Document,
    byte: usize,
    with_declaration: bool,
) -> Option<Vec<Range<usize>>> {
    let mentions = mentions(document);
    let named = mention_at(&mentions, byte)?.named.clone();
    let same = mentions.into_iter().filter(|mention| mention.named == named);
    Some(
        same.filter(|mention| with_declaration || !mention.is_declaration)
            .map(|mention| mention.span)
            .collect(),
    )
}

fn mention_at(mentions: &[Mention], byte: usize) -> Option<&Mention> {
    mentions.iter().find(|mention| mention.span.start <= byte && byte <= mention.span.end)
}
