//! `restload fmt`: the keys of a spec in the order of the reference, and nothing else changed.
//!
//! Only the keys of maps that the language closes change places; names that the author chose keep theirs. Entries
//! are moved as the text that they are: quotes, indentation, line ends and comments stay as they were written. A map
//! whose entries cannot be moved safely is left as it is, and so is the whole text where the result would not hold the
//! same tree.
//!
//! [`order`] finds the maps that are out of order, [`block`] and [`flow`] say what goes where in them,
//! [`moves`] writes the text anew.

mod aliases;
mod block;
mod extent;
mod flow;
mod lines;
mod moves;
mod order;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use restload_diag::{Diagnostic, Source};

use self::aliases::Aliases;
use self::moves::Move;
use self::order::Unsorted;
use crate::spec::LANGUAGE_VERSION;
use crate::{Content, Document, Node};

/// Puts the keys of a spec into the order of the reference; gives the text as it is where nothing is to be done.
///
/// A comment moves with the key that it stands directly above, behind or below; blank lines move with the key below
/// them. What a text means is never changed: the result holds the same values, aliases stay behind their anchors, and
/// a second call changes nothing. A spec of another version of the language is left as it is.
///
/// Fails with the faults of a text that is no YAML as a spec may use it; faults of structure do not matter.
///
/// ```
/// use restload_diag::Source;
/// use restload_spec::format_spec;
///
/// let text = "name: a\n# the language\nversion: 1\n";
/// assert_eq!(format_spec(&Source::new("a.yaml", text))?, "# the language\nversion: 1\nname: a\n");
/// # Ok::<(), Vec<restload_diag::Diagnostic>>(())
/// ```
pub fn format_spec(source: &Source) -> Result<String, Vec<Diagnostic>> {
    let (document, faults) = Document::parse(source.clone());
    if faults.iter().any(Diagnostic::is_error) {
        return Err(faults);
    }
    let unsorted = if is_known(document.root()) { order::unsorted(document.root()) } else { Vec::new() };
    Ok(sort(&document, &unsorted).unwrap_or_else(|| source.text.clone()))
}

/// Whether the order of keys is known here, which it is for one version of the language.
fn is_known(root: &Node) -> bool {
    match root.child("version").map(|version| &version.content) {
        Some(Content::Int(version)) => version.as_u64() == Some(u64::from(LANGUAGE_VERSION)),
        _ => true,
    }
}

/// Sorts what can be sorted; gives nothing where that is nothing.
fn sort(document: &Document, unsorted: &[Unsorted<'_>]) -> Option<String> {
    if unsorted.is_empty() {
        return None;
    }
    let text = &document.source().text;
    let aliases = Aliases::of(document.root());
    let safe = unsorted.iter().filter(|map| aliases.stay_behind_their_anchors(map));
    let moves: Vec<Move> = safe.filter_map(|map| moved(text, map)).collect();
    let sorted = moves::apply(text, moves);
    (sorted != *text && is_the_same(document, &sorted)).then_some(sorted)
}

fn moved(text: &str, map: &Unsorted<'_>) -> Option<Move> {
    let extent = extent::extent(text, map.node, 0);
    if extent.by_indentation { block::moved(text, map) } else { flow::moved(text, map, extent.end) }
}

/// Whether a text says what a document says, and has every character of it that is no blank.
fn is_the_same(document: &Document, sorted: &str) -> bool {
    let (again, faults) = Document::parse(Source::new("", sorted));
    faults.is_empty()
        && again.root().to_value() == document.root().to_value()
        && characters(sorted) == characters(&document.source().text)
}

/// How often each byte is there.
fn characters(text: &str) -> [usize; 256] {
    let mut counts = [0; 256];
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        counts[usize::from(byte)] += 1;
    }
    counts
}
