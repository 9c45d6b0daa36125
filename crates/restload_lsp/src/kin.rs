//! How the resources of a tree hang together, as far as it says: the tree may be of a text that is being written.

use restload_diag::Pointer;
use restload_spec::{Document, Node};

/// The resource that a place is in.
pub(crate) fn resource_at(at: &Pointer) -> Option<&str> {
    let mut segments = at.segments();
    (segments.next() == Some("resources")).then(|| segments.next()).flatten()
}

/// The names of all resources.
pub(crate) fn resources(document: &Document) -> impl Iterator<Item = &str> {
    entries(document.root().child("resources")).map(|(name, _)| name)
}

/// The names of all inputs, with what is said of each.
pub(crate) fn inputs(document: &Document) -> impl Iterator<Item = (&str, &Node)> {
    entries(document.root().child("inputs"))
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = (&str, &Node)> {
    node.map(Node::entries).unwrap_or_default().iter().map(|entry| (entry.key.as_str(), &entry.value))
}

fn resource<'d>(document: &'d Document, name: &str) -> Option<&'d Node> {
    document.root().child("resources")?.child(name)
}

/// The name of the resource that another hangs on.
pub(crate) fn parent<'d>(document: &'d Document, name: &str) -> Option<&'d str> {
    let parent = resource(document, name)?.child("parent")?;
    parent.text().or_else(|| parent.child("resource")?.text())
}

/// Whether a resource takes the rows of its parent in batches.
pub(crate) fn takes_batches(document: &Document, name: &str) -> bool {
    let parent = resource(document, name).and_then(|resource| resource.child("parent"));
    parent.and_then(|parent| parent.child("batch")).is_some_and(|batch| !batch.is_null())
}

/// The ancestors of a resource, nearest first.
pub(crate) fn ancestors<'d>(document: &'d Document, name: &str) -> Vec<&'d str> {
    let mut ancestors: Vec<&str> = Vec::new();
    let mut next = parent(document, name);
    while let Some(parent_name) = next
        && !ancestors.contains(&parent_name)
        && parent_name != name
    {
        ancestors.push(parent_name);
        next = parent(document, parent_name);
    }
    ancestors
}

/// The names of `for_each` that a resource sees, its own and its ancestors', each with the place of its key.
pub(crate) fn each(document: &Document, name: &str) -> Vec<(String, Pointer)> {
    let line = [name].into_iter().chain(ancestors(document, name));
    let each_of = |name: &str| {
        let at: Pointer = ["resources", name, "for_each"].into_iter().collect();
        let keys = document.get(&at).map(Node::entries).unwrap_or_default();
        keys.iter().map(|entry| (entry.key.clone(), at.join(&entry.key))).collect::<Vec<_>>()
    };
    line.flat_map(each_of).collect()
}

#[cfg(test)]
mod tests {
    use restload_diag::Source;

    use super::*;

    #[test]
    fn ancestors_are_found_in_circles_too() {
        let text = "resources: {a: {parent: b}, b: {parent: {resource: c, batch: 5}}, c: {parent: b}, d: {parent: d}}";
        let (document, _) = Document::parse(Source::new("", text));
        assert_eq!(ancestors(&document, "a"), ["b", "c"]);
        assert_eq!(ancestors(&document, "b"), ["c"]);
        assert_eq!(ancestors(&document, "d"), Vec::<&str>::new());
        assert!(takes_batches(&document, "b") && !takes_batches(&document, "a"));
    }

    #[test]
    fn the_names_of_for_each_come_down_from_ancestors() {
        let text = "resources: {a: {for_each: {x: [1]}}, b: {parent: a, for_each: {y: [1]}}}";
        let (document, _) = Document::parse(Source::new("", text));
        let names: Vec<_> =
            each(&document, "b").into_iter().map(|(name, at)| format!("{name} {at}")).collect();
        assert_eq!(names, ["y /resources/b/for_each/y", "x /resources/a/for_each/x"]);
    }
}
