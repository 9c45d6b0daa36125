//! What there is to use of the language, one cell a key and one a word, and what a spec uses of it.

use std::collections::BTreeSet;
use std::fmt;

use restload_diag::{Pointer, Source};
use restload_spec::{Content, Document, Grammar, Node};

/// A key of a map of the language, or a word that may stand there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    /// The map, as messages call it.
    pub(crate) map: &'static str,
    /// The key.
    pub(crate) key: &'static str,
    /// The word; none for the key with any value.
    pub(crate) word: Option<&'static str>,
}

impl fmt::Display for Cell {
    /// `a resource / method`, `a resource / method = POST`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.map.replace('`', ""), self.key)?;
        self.word.map_or(Ok(()), |word| write!(f, " = {word}"))
    }
}

/// All cells of the language, in the order of the reference.
pub(crate) fn all_cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for map in Grammar::all() {
        for key in map.keys() {
            let cell = Cell { map: map.title(), key: key.name, word: None };
            let words = key.words.iter().map(|word| Cell { word: Some(word.text), ..cell.clone() });
            // The word by which a kind is told apart is the key and the word in one.
            let alone = (map.tag().is_none() || key.name != "type").then(|| cell.clone());
            cells.extend(alone.into_iter().chain(words));
        }
    }
    cells
}

/// The cells that a spec uses; faults in it are passed over.
pub(super) fn used_cells(text: &str) -> BTreeSet<Cell> {
    let (document, _) = Document::parse(Source::new("spec.yaml", text));
    let mut used = BTreeSet::new();
    collect(&document, &Pointer::root(), document.root(), &mut used);
    used
}

fn collect(document: &Document, at: &Pointer, node: &Node, used: &mut BTreeSet<Cell>) {
    let maps = if node.entries().is_empty() { Vec::new() } else { Grammar::at(document, at) };
    for entry in node.entries() {
        for map in maps.iter().filter(|map| !map.is_free()) {
            let Some(key) = map.key(&entry.key) else { continue };
            let cell = Cell { map: map.title(), key: key.name, word: None };
            let written = spelled(&entry.value);
            let word = key.words.iter().find(|word| written.as_deref() == Some(word.text));
            used.extend(word.map(|word| Cell { word: Some(word.text), ..cell.clone() }));
            used.insert(cell);
        }
        collect(document, &at.join(&entry.key), &entry.value, used);
    }
    for (index, item) in node.items().iter().enumerate() {
        collect(document, &at.join(index), item, used);
    }
}

/// A scalar as a word.
fn spelled(node: &Node) -> Option<String> {
    match &node.content {
        Content::Bool(value) => Some(value.to_string()),
        Content::Int(number) | Content::Float(number) => Some(number.to_string()),
        Content::Text(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(text: &str) -> Vec<String> {
        used_cells(text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_key_and_its_word_are_told_with_the_map_that_they_stand_in() {
        let used = used("resources: {a: {path: a, method: POST, paginator: {type: cursor, next: x}}}");
        for cell in [
            "a resource / method",
            "a resource / method = POST",
            "a paginator of type cursor / next",
            "a paginator of type cursor / type = cursor",
        ] {
            assert!(used.contains(&cell.to_owned()), "{cell} is not in {used:?}");
        }
        assert!(!used.iter().any(|cell| cell.contains("offset")), "{used:?}");
    }

    #[test]
    fn what_is_used_is_a_cell_of_the_language() {
        let all: BTreeSet<Cell> = all_cells().into_iter().collect();
        let text =
            "name: a\nclient: {auth: bearer, retry: {attempts: 2}}\nresources: {a: {paginator: header_link}}";
        let used = used_cells(text);
        assert!(used.iter().any(|cell| cell.word == Some("header_link")));
        assert_eq!(used.difference(&all).map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    }
}
