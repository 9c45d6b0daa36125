//! The outline of a spec: its inputs and resources.

use std::ops::Range;

use gen_lsp_types::{DocumentSymbol, SymbolKind};
use restload_spec::{Document, Entry, Node};

use crate::kin::Kin;
use crate::text::Text;

/// The inputs, the connection and the resources of a document.
pub(crate) fn symbols(document: &Document, text: &Text) -> Vec<DocumentSymbol> {
    let kin = Kin::of(document);
    let entry = |key: &str| document.root().entry(key);
    let group = |key: &str, kind: SymbolKind, detail: &dyn Fn(&Entry) -> Option<String>| {
        let group = entry(key)?;
        let children = group.value.entries();
        let children = children.iter().map(|entry| symbol(entry, kind, detail(entry), text)).collect();
        Some(DocumentSymbol { children: Some(children), ..symbol(group, SymbolKind::Namespace, None, text) })
    };
    let input = |entry: &Entry| entry.value.child("description").and_then(Node::text).map(str::to_owned);
    let resource = |entry: &Entry| {
        let path = entry.value.child("path").and_then(Node::text).map(str::to_owned);
        path.or_else(|| kin.parent(&entry.key).map(|parent| format!("of {parent}")))
    };
    let client = entry("client").map(|entry| {
        let base_url = entry.value.child("base_url").and_then(Node::text).map(str::to_owned);
        symbol(entry, SymbolKind::Object, base_url, text)
    });
    let defaults = entry("defaults").map(|entry| symbol(entry, SymbolKind::Object, None, text));
    let groups = [
        group("inputs", SymbolKind::Variable, &input),
        client,
        defaults,
        group("resources", SymbolKind::Class, &resource),
    ];
    let mut symbols: Vec<DocumentSymbol> = groups.into_iter().flatten().collect();
    symbols.sort_by_key(|symbol| symbol.range.start);
    symbols
}

fn symbol(entry: &Entry, kind: SymbolKind, detail: Option<String>, text: &Text) -> DocumentSymbol {
    let key = &entry.key_span;
    let place = entry.value.alias.as_ref().unwrap_or(&entry.value.span);
    let whole: Range<usize> = key.start..place.end.max(key.end);
    // An editor refuses a symbol without a name.
    let name = if entry.key.trim().is_empty() { "\"\"".to_owned() } else { entry.key.clone() };
    #[expect(deprecated, reason = "a field that has to be named, and is left empty")]
    DocumentSymbol {
        name,
        detail,
        kind,
        tags: None,
        deprecated: None,
        range: text.range(&whole),
        selection_range: text.range(key),
        children: None,
    }
}
