//! `sample-not-json`: a sample cannot be read.

use restload_diag::Diagnostic;

use super::SAMPLE_NOT_JSON;
use super::sampled::at_own;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        if resource.plan.is_none_or(|plan| plan.fetch.is_none()) {
            continue;
        }
        let Some(sample) = lint.sample(resource).filter(|sample| sample.body.is_none()) else { continue };
        if let Some(fault) = &sample.fault {
            let message = format!("`{}` cannot be used: {fault}", sample.path);
            let help = "save the whole body of one answer as it came";
            found.push(at_own(&SAMPLE_NOT_JSON, lint, resource, "sample", message).help(help));
        }
    }
}
