//! `sample-missing`: resources have no sample, so that much of them cannot be checked.

use restload_diag::{Diagnostic, Pointer};

use super::SAMPLE_MISSING;
use super::sampled::listed;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let mut asked = 0;
    let mut missing = Vec::new();
    for resource in &lint.resources {
        if resource.plan.is_none_or(|plan| plan.fetch.is_none()) || !lint.is_sound(resource, "sample") {
            continue;
        }
        asked += 1;
        if lint.sample(resource).is_some() {
            continue;
        }
        if resource.written.resource.sample.is_some() {
            let at = resource.written.at().join("sample");
            let message = format!("there is no file `{}`", lint.sample_path(resource));
            found.push(
                SAMPLE_MISSING.at(at, message).help("paths of samples begin at the folder of the spec"),
            );
        } else {
            missing.push(resource.name());
        }
    }
    if missing.is_empty() {
        return;
    }
    let message = match (asked, missing.len()) {
        (1, _) => {
            format!("{} has no sample: its selector, key and columns are not checked", listed(&missing))
        }
        (of, some) if of == some => {
            "no resource has a sample: selectors, keys and columns are not checked".to_owned()
        }
        (of, some) => {
            format!("{some} of the {of} resources that make requests have no sample: {}", listed(&missing))
        }
    };
    let help =
        format!("save a real answer of each as `samples/{}/<resource>.json` beside the spec", lint.spec.name);
    found.push(SAMPLE_MISSING.at_key(Pointer::root().join("resources"), message).help(help));
}
