//! The table of rules, a folder a group. Each rule has a page (`<name>.md`), and a file of code where it is checked in this
//! crate and not by the reading of a spec.

pub(crate) mod data;
pub(crate) mod graph;
pub(crate) mod increments;
pub(crate) mod paging;
pub(crate) mod paths;
pub(crate) mod security;
pub(crate) mod structure;
pub(crate) mod templates;
pub(crate) mod upkeep;

use restload_spec::nearest;

use crate::Rule;

/// All rules, by group.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let groups: [&'static [&'static Rule]; 9] = [
        structure::RULES,
        templates::RULES,
        paths::RULES,
        paging::RULES,
        graph::RULES,
        increments::RULES,
        data::RULES,
        security::RULES,
        upkeep::RULES,
    ];
    groups.into_iter().flatten().copied()
}

/// The rule of a name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.name == name)
}

/// The name of a rule that was probably meant.
pub fn nearest_rule(name: &str) -> Option<&'static str> {
    nearest(name, rules().map(|rule| rule.name))
}
