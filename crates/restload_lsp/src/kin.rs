//! How the resources of a tree hang together, as far as it says: the tree may be of a text that is being written.

use std::collections::HashMap;

use restload_diag::Pointer;
use restload_spec::{Document, Node};

/// The resource that a place is in.
pub(crate) fn resource_at(at: &Pointer) -> Option<&str> {
    let mut segments = at.segments();
    (segments.next() == Some("resources")).then(|| segments.next()).flatten()
}

/// The names of all inputs, with what is said of each.
pub(crate) fn inputs(document: &Document) -> impl Iterator<Item = (&str, &Node)> {
    entries(document.root().child("inputs"))
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = (&str, &Node)> {
    node.map(Node::entries).unwrap_or_default().iter().map(|entry| (entry.key.as_str(), &entry.value))
}

/// The resources of a tree.
#[derive(Debug)]
pub(crate) struct Kin<'d> {
    names: Vec<&'d str>,
    resources: HashMap<&'d str, &'d Node>,
    children: HashMap<&'d str, Vec<&'d str>>,
}

impl<'d> Kin<'d> {
    pub(crate) fn of(document: &'d Document) -> Self {
        let resources: Vec<_> = entries(document.root().child("resources")).collect();
        let names = resources.iter().map(|(name, _)| *name).collect();
        let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
        for (name, node) in &resources {
            if let Some(parent) = parent_of(node) {
                children.entry(parent).or_default().push(name);
            }
        }
        Self { names, resources: resources.into_iter().collect(), children }
    }

    /// The names of all resources, in the order of the text.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'d str> {
        self.names.iter().copied()
    }

    /// What is said of a resource.
    pub(crate) fn resource(&self, name: &str) -> Option<&'d Node> {
        self.resources.get(name).copied()
    }

    /// The name of the resource that another hangs on.
    pub(crate) fn parent(&self, name: &str) -> Option<&'d str> {
        parent_of(self.resource(name)?)
    }

    /// The resources that hang on one.
    pub(crate) fn children(&self, name: &str) -> &[&'d str] {
        self.children.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a resource takes the rows of its parent in batches.
    pub(crate) fn takes_batches(&self, name: &str) -> bool {
        let parent = self.resource(name).and_then(|resource| resource.child("parent"));
        parent.and_then(|parent| parent.child("batch")).is_some_and(|batch| !batch.is_null())
    }

    /// The ancestors of a resource, nearest first.
    pub(crate) fn ancestors(&self, name: &str) -> Vec<&'d str> {
        let mut ancestors: Vec<&str> = Vec::new();
        let mut next = self.parent(name);
        while let Some(above) = next
            && !ancestors.contains(&above)
            && above != name
        {
            ancestors.push(above);
            next = self.parent(above);
        }
        ancestors
    }

    /// The names of `for_each` that a resource sees, its own and its ancestors', each with the place of its key.
    pub(crate) fn each(&self, name: &str) -> Vec<(&'d str, Pointer)> {
        let mut found = Vec::new();
        for name in [name].into_iter().chain(self.ancestors(name)) {
            let at: Pointer = ["resources", name, "for_each"].into_iter().collect();
            let each = self.resource(name).and_then(|resource| resource.child("for_each"));
            found.extend(entries(each).map(|(each, _)| (each, at.join(each))));
        }
        found
    }
}

fn parent_of(resource: &Node) -> Option<&str> {
    let parent = resource.child("parent")?;
    parent.text().or_else(|| parent.child("resource")?.text())
}

#[cfg(test)]
mod tests {
    use restload_diag::Source;

    use super::*;

    #[test]
    fn ancestors_are_found_in_circles_too() {
        let text = "resources: {a: {parent: b}, b: {parent: {resource: c, batch: 5}}, c: {parent: b}, d: {parent: d}}";
        let (document, _) = Document::parse(Source::new("", text));
        let kin = Kin::of(&document);
        assert_eq!(kin.ancestors("a"), ["b", "c"]);
        assert_eq!(kin.ancestors("b"), ["c"]);
        assert_eq!(kin.ancestors("d"), Vec::<&str>::new());
        assert_eq!(kin.children("b"), ["a", "c"]);
        assert!(kin.takes_batches("b") && !kin.takes_batches("a"));
    }

    #[test]
    fn the_names_of_for_each_come_down_from_ancestors() {
        let text = "resources: {a: {for_each: {x: [1]}}, b: {parent: a, for_each: {y: [1]}}}";
        let (document, _) = Document::parse(Source::new("", text));
        let names: Vec<_> =
            Kin::of(&document).each("b").iter().map(|(name, at)| format!("{name} {at}")).collect();
        assert_eq!(names, ["y /resources/b/for_each/y", "x /resources/a/for_each/x"]);
    }
}
