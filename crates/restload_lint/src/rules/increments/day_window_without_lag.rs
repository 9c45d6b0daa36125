//! `day-window-without-lag`: a load begins at a day, and nothing is read that comes late.

use restload_diag::Diagnostic;
use restload_spec::CursorFormat;

use super::DAY_WINDOW_WITHOUT_LAG;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        let Some(increment) = resource.plan.and_then(|plan| plan.incremental.as_ref()) else { continue };
        if increment.lag.is_some() || !lint.is_sound(resource, "incremental") {
            continue;
        }
        let by_day = increment.formats.contains(&CursorFormat::Date);
        let asked_by_day = increment.sends_start() && increment.param_format == CursorFormat::Date;
        if by_day || asked_by_day {
            let message = if by_day {
                "the cursor is a day: rows that are added later for an earlier day are never read"
            } else {
                "the API is asked by the day: rows that are added later with an earlier time are never read"
            };
            let found_here = DAY_WINDOW_WITHOUT_LAG.at_key(increment.at.clone(), message);
            found.push(found_here.help("`lag: 3d` reads the last days once more"));
        }
    }
}
