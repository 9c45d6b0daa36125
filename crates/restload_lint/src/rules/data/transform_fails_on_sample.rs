//! `transform-fails-on-sample`: the program ends with an error on the rows of the sample.

use restload_diag::Diagnostic;

use super::TRANSFORM_FAILS_ON_SAMPLE;
use super::sampled::sampled;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for (resource, sample) in sampled(lint) {
        let Some(program) = resource.plan.and_then(|plan| plan.transform.as_ref()) else { continue };
        let uses = program.uses();
        // What these hold only a run knows.
        let is_sure = !(uses.parent || uses.each || uses.inputs || uses.run);
        let Some(fault) = sample.transform_fault.as_ref().filter(|_| is_sure && sample.fault.is_none())
        else {
            continue;
        };
        let fault = fault.replacen("the program failed: ", "", 1);
        let message = format!("the program fails on `{}`, {fault}", sample.path);
        let help = "say what becomes of such a row: `.[]?` passes over what is not a list, `select(…)` leaves the row out";
        found.push(TRANSFORM_FAILS_ON_SAMPLE.at(resource.at("transform"), message).help(help));
    }
}
