//! Who hangs on whom: the order of the resources, and which of them take part.

use std::collections::BTreeSet;

use restload_diag::{Diagnostic, Part};

use super::{Settler, Wanted};
use crate::near::nearest;

/// The resources that take part in a run, as indices into the spec's order.
pub(super) struct Chosen {
    /// Those whose rows are written.
    pub(super) written: BTreeSet<usize>,
    /// Those and what they hang on.
    pub(super) read: BTreeSet<usize>,
    /// They were asked for by name.
    pub(super) by_name: bool,
}

impl Settler<'_> {
    /// The index of a resource in the spec's order.
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.resolved.iter().position(|resolved| resolved.name == name)
    }

    /// The parent of a resource where it has one that exists.
    pub(super) fn parent_of(&self, index: usize) -> Option<usize> {
        self.index(&self.resolved[index].resource.parent.as_ref()?.resource)
    }

    /// Its ancestors, nearest first.
    pub(super) fn ancestors(&self, index: usize) -> Vec<usize> {
        let mut ancestors: Vec<usize> = Vec::new();
        let mut next = self.parent_of(index);
        while let Some(parent) = next
            && !ancestors.contains(&parent)
        {
            ancestors.push(parent);
            next = self.parent_of(parent);
        }
        ancestors
    }

    /// All resources, a parent always before its children, else in the order of the spec; none where there is a circle.
    pub(super) fn order(&mut self) -> Option<Vec<usize>> {
        let mut circles = false;
        for index in 0..self.resolved.len() {
            circles |= self.check_parent(index);
        }
        if circles {
            return None;
        }
        let mut order = Vec::new();
        for index in 0..self.resolved.len() {
            let line = self.ancestors(index).into_iter().rev().chain([index]);
            for index in line {
                if !order.contains(&index) {
                    order.push(index);
                }
            }
        }
        Some(order)
    }

    fn check_parent(&mut self, index: usize) -> bool {
        let (name, resource) = (self.resolved[index].name.clone(), self.resolved[index].resource.clone());
        let Some(parent) = &resource.parent else {
            if resource.path.is_none() {
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
            return false;
        };
        let at = self.at(&name, &["parent"]);
        let at = if self.document.get(&at.join("resource")).is_some() { at.join("resource") } else { at };
        if self.index(&parent.resource).is_none() {
            let fault = Diagnostic::error(
                "unknown-parent",
                at,
                format!("there is no resource `{}`", parent.resource),
            );
            let names =
                self.resolved.iter().map(|resolved| resolved.name.as_str()).filter(|other| *other != name);
            let fault = match nearest(&parent.resource, names) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault,
            };
            self.fault(fault);
            return false;
        }
        let ancestors = self.ancestors(index);
        if ancestors.contains(&index) {
            let line: Vec<_> =
                ancestors.iter().map(|&index| format!("`{}`", self.resolved[index].name)).collect();
            // One circle is one fault: it is drawn at its first resource.
            if ancestors.iter().all(|&other| index <= other) {
                self.error("cycle", at, format!("`{name}` hangs on itself: by way of {}", line.join(", ")));
            }
            return true;
        }
        false
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
                        restload_diag::Pointer::root().join("resources"),
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
