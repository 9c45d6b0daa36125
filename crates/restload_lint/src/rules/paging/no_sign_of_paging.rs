//! `no-sign-of-paging`: how a list pages is left to `auto`, and the sample shows nothing that it could go by.

use restload_diag::{Diagnostic, Part};
use restload_spec::plan::{FormatPlan, PaginatorKind, ResourcePlan, Selector};
use restload_spec::signs::{FirstAnswer, LinkHeader, Signs, detect, outside_rows};
use restload_spec::{RequestPlace, Step};
use serde_json::Value;

use super::NO_SIGN_OF_PAGING;
use crate::{Lint, Sample, Subject};

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        let Some(plan) = resource.plan else { continue };
        let is_auto = plan
            .fetch
            .as_ref()
            .is_some_and(|fetch| matches!(fetch.paginator.kind, PaginatorKind::Auto { .. }));
        // What ends in a hole is one thing and not a list.
        if !is_auto || plan.ends_in_hole() || !lint.is_sound(resource, "paginator") {
            continue;
        }
        let Some((message, help)) = findings(lint, resource, plan) else { continue };
        let written = resource.at("paginator");
        let at = if lint.is_written(&written) { written } else { resource.at("") };
        let part = if lint.is_written(&resource.at("paginator")) { Part::Value } else { Part::Key };
        found.push(NO_SIGN_OF_PAGING.at(at, message).on(part).help(help));
    }
}

fn findings(lint: &Lint<'_>, resource: &Subject<'_>, plan: &ResourcePlan) -> Option<(String, String)> {
    let name = resource.name();
    let Some((sample, body)) = lint.sample(resource).and_then(|sample| Some((sample, sample.body.as_ref()?)))
    else {
        let message = format!(
            "nothing says how `{name}` pages: a first answer that shows no sign of it is taken for all there is"
        );
        return Some((
            message,
            "write its `paginator`; `single_page` where everything comes in one answer".to_owned(),
        ));
    };
    match signs(resource, plan, sample, body)? {
        Signs::None => {
            let message =
                format!("nothing in `{}` tells how `{name}` pages: `auto` would read one page", sample.path);
            Some((
                message,
                "write its `paginator`; `single_page` where everything comes in one answer".to_owned(),
            ))
        }
        Signs::Untold(untold) => {
            let message = format!("`{}` {}", sample.path, untold.what);
            Some((message, format!("write `paginator: {}`", untold.write)))
        }
        // It says where the next page is, or that there is none.
        Signs::Next(_) | Signs::Last(_) => None,
    }
}

/// What `auto` would find in the sample; nothing where that is an object alone, or says two things.
fn signs(resource: &Subject<'_>, plan: &ResourcePlan, sample: &Sample, body: &Value) -> Option<Signs> {
    let chosen;
    let path = match &plan.selector {
        Selector::Path(path) => path,
        Selector::Auto => {
            chosen = plan.choose_selector(body).ok()?;
            &chosen
        }
    };
    let keys = path.steps().unwrap_or_default().iter().map_while(|step| match step {
        Step::Key(name) => Some(name.clone()),
        _ => None,
    });
    let rows_at: Vec<String> = keys.collect();
    let params = resource.written.resource.params.iter();
    let sent: Vec<(RequestPlace, Value)> =
        params.map(|(name, value)| (RequestPlace::Param(name.clone()), value.clone())).collect();
    // Only JSON has something around its rows.
    let outside = match plan.fetch.as_ref()?.format {
        FormatPlan::ByContentType | FormatPlan::Json => outside_rows(body.to_string().as_bytes(), &rows_at),
        FormatPlan::Lines | FormatPlan::Csv(_) => Value::Null,
    };
    let first = FirstAnswer {
        link: LinkHeader::Silent,
        headers: &[],
        body: &outside,
        rows_at: &rows_at,
        rows: sample.selected.len() as u64,
        url: None,
        sent: &sent,
    };
    detect(&first).ok()
}
