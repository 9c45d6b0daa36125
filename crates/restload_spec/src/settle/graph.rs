//! Who hangs on whom: the order of the resources, and which of them take part.

use std::collections::{BTreeSet, HashSet};

use restload_diag::{Diagnostic, Part, Pointer};

use super::mend::listed;
use super::{Settler, Wanted};
use crate::Node;
use crate::near::nearest;
use crate::structure::nearest_name;

/// The resources that take part in a run, as indices into the spec's order.
#[derive(Default)]
pub(super) struct Chosen {
    /// Those whose rows are written.
    pub(super) written: BTreeSet<usize>,
    /// Those and what they hang on.
    pub(super) read: BTreeSet<usize>,
    /// They were asked for by name.
    pub(super) by_name: bool,
}

/// How many resources may stand above one.
const MAX_ANCESTORS: usize = 64;

impl Settler<'_> {
    /// The index of a resource in the spec's order.
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.indices.get(name).copied()
    }

    /// The parent of a resource where it has one that exists.
    pub(super) fn parent_of(&self, index: usize) -> Option<usize> {
        self.parents[index]
    }

    /// Its ancestors, nearest first; of a line that is too long those that may be.
    pub(super) fn ancestors(&self, index: usize) -> Vec<usize> {
        let mut ancestors: Vec<usize> = Vec::new();
        let mut next = self.parent_of(index);
        while let Some(parent) = next
            && ancestors.len() < MAX_ANCESTORS
            && !ancestors.contains(&parent)
        {
            ancestors.push(parent);
            next = self.parent_of(parent);
        }
        ancestors
    }

    /// Whether it is not known on what a resource hangs: a fault is said of the parent of it or of an ancestor.
    pub(super) fn hangs_on_something_broken(&self, index: usize) -> bool {
        let line = self.ancestors(index).into_iter().chain([index]);
        line.into_iter().any(|index| {
            let resolved = &self.resolved[index];
            let unknown = |parent: &crate::spec::Parent| self.index(&parent.resource).is_none();
            resolved.is_broken("parent")
                || self.is_broken(&resolved.pointer(&["parent", "batch"]))
                || resolved.resource.parent.as_ref().is_some_and(unknown)
        })
    }

    /// All resources, a parent always before its children (unless they stand in a circle, which is a fault), else in the
    /// order of the spec.
    pub(super) fn order(&mut self) -> Vec<usize> {
        for index in 0..self.resolved.len() {
            self.check_parent(index);
        }
        self.check_depth();
        let mut order = Vec::new();
        let mut known = vec![false; self.resolved.len()];
        for index in 0..self.resolved.len() {
            // Whoever is known stands in the order, or in this line: that is a circle.
            let mut line = Vec::new();
            let mut next = Some(index);
            while let Some(index) = next.filter(|&index| !std::mem::replace(&mut known[index], true)) {
                line.push(index);
                next = self.parent_of(index);
            }
            order.extend(line.into_iter().rev());
        }
        order
    }

    /// The names of all resources as they are written, and as they have to be: one that cannot be read, or whose name is yet to
    /// be mended, is there all the same.
    fn written_names(&mut self) -> &HashSet<String> {
        let document = self.document;
        self.written_names.get_or_insert_with(|| {
            let all = document.root().child("resources").map(Node::entries).unwrap_or_default();
            all.iter()
                .flat_map(|entry| [Some(entry.key.clone()), nearest_name(&entry.key)])
                .flatten()
                .collect()
        })
    }

    /// A line of resources that is too long. What hangs on one that is too deep is too deep too, and is not told of again; in a
    /// circle that is too long for one each hangs on such a one.
    fn check_depth(&mut self) {
        let is_deep = |index: usize| {
            let ancestors = self.ancestors(index);
            ancestors.len() == MAX_ANCESTORS
                && ancestors.last().is_some_and(|&top| self.parent_of(top).is_some())
        };
        let deep: HashSet<usize> = (0..self.resolved.len()).filter(|&index| is_deep(index)).collect();
        let hangs_on_deep = |index: usize| self.parent_of(index).is_some_and(|parent| deep.contains(&parent));
        let mut told: Vec<usize> = deep.iter().copied().filter(|&index| !hangs_on_deep(index)).collect();
        if told.is_empty() {
            told.extend(deep.iter().min());
        }
        told.sort_unstable();
        for index in told {
            let name = self.resolved[index].name.clone();
            let at = self.at(&name, &["parent"]);
            let message = format!("`{name}` has more than {MAX_ANCESTORS} resources above it");
            let help = "give it, or one above it, a `path` without a `parent`";
            self.fault(Diagnostic::error("too-deep", at, message).help(help));
        }
    }

    fn check_parent(&mut self, index: usize) {
        let (name, resource) = (self.resolved[index].name.clone(), self.resolved[index].resource.clone());
        let Some(parent) = &resource.parent else {
            let resolved = &self.resolved[index];
            if resource.path.is_none() && !resolved.is_broken("path") && !resolved.is_broken("parent") {
                self.fault(
                    Diagnostic::error(
                        "no-path-no-parent",
                        self.at(&name, &[]),
                        "this resource has no `path` and no `parent`: it has no rows",
                    )
                    .on(Part::Key)
                    .help("`path` asks the API; `parent` alone takes rows out of another resource's rows"),
                );
            }
            return;
        };
        let at = self.at(&name, &["parent"]);
        let at = if self.document.get(&at.join("resource")).is_some() { at.join("resource") } else { at };
        if self.index(&parent.resource).is_none() {
            if self.written_names().contains(&parent.resource) {
                return;
            }
            let message = format!("there is no resource `{}`", parent.resource);
            let fault = Diagnostic::error("unknown-parent", at, message);
            let names = self.resolved.iter().map(|resolved| resolved.name.as_str());
            let names = names.filter(|other| *other != name);
            self.fault(self.misnamed(fault, "the others are", &parent.resource, names));
            return;
        }
        let ancestors = self.ancestors(index);
        if ancestors.contains(&index) {
            // One circle is one fault: it is drawn at its first resource.
            if ancestors.iter().all(|&other| index <= other) {
                let circle = ancestors.split(|&other| other == index).next().unwrap_or_default();
                let fault = self.circle(&name, at, circle);
                self.fault(fault);
            }
        }
    }

    /// A circle: the resource at which it is drawn, and those between it and itself.
    fn circle(&self, name: &str, at: Pointer, between: &[usize]) -> Diagnostic {
        let others: Vec<&str> = between.iter().map(|&index| self.resolved[index].name.as_str()).collect();
        let message = match others.as_slice() {
            [] => format!("`{name}` is its own parent"),
            others => format!("`{name}` depends on itself, by way of {}", listed(others)),
        };
        let fault = Diagnostic::error("cycle", at, message);
        let nexts = others.iter().skip(1).chain([&name]);
        let fault = others.iter().zip(nexts).fold(fault, |fault, (other, next)| {
            fault.label(self.at(other, &["parent"]), Part::Value, format!("`{other}` depends on `{next}`"))
        });
        fault.help(if others.is_empty() {
            "leave `parent` out, or name another resource"
        } else {
            "read one of them without the others: leave its `parent` out and give it a `path`"
        })
    }

    /// Who takes part: those asked for, else those with a table, and what they hang on.
    pub(super) fn chosen(&mut self, order: &[usize], wanted: &Wanted) -> Option<Chosen> {
        let by_name = !wanted.resources.is_empty();
        let mut written = BTreeSet::new();
        for name in &wanted.resources {
            match self.index(name) {
                Some(index) => {
                    written.insert(index);
                }
                None => {
                    let fault = Diagnostic::error(
                        "unknown-resource",
                        Pointer::root().join("resources"),
                        format!("`--resource {name}`: there is no such resource"),
                    )
                    .on(Part::Key);
                    let names = self.resolved.iter().map(|resolved| resolved.name.as_str());
                    let fault = match nearest(name, names) {
                        Some(near) => fault.help(format!("did you mean `{near}`?")),
                        None => fault,
                    };
                    self.fault(fault);
                }
            }
        }
        if by_name && written.len() < wanted.resources.iter().collect::<BTreeSet<_>>().len() {
            return None;
        }
        if !by_name {
            let tables = order.iter().filter(|&&index| self.resolved[index].resource.table != Some(None));
            written.extend(tables.copied());
        }
        let mut read = written.clone();
        for &index in &written {
            read.extend(self.ancestors(index));
        }
        if self.stand_ins {
            read.extend(order.iter().copied());
        }
        Some(Chosen { written, read, by_name })
    }
}
