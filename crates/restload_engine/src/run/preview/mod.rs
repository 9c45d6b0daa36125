//! What a run would do with each resource, without a request: its first request, the pace of its pages, the way of its
//! rows. It is found out by the same code that a run goes through; only what is not known yet, or not to be shown, is
//! written as one would say it: `{parent.id}`, `***`.

mod veil;

use std::collections::BTreeSet;

use restload_diag::Diagnostic;
use restload_spec::plan::{
    AuthPlan, BodyPlan, FetchPlan, KeyPlace, PaginatorKind, PaginatorPlan, Plan, ResourcePlan, Secret,
    Selector,
};
use restload_spec::{AnswerPlace, Scopes};
use restload_store::Account;
use serde_json::Value;

use super::extract::{Extractors, RowPath, is_plain};
use super::fields;
use super::open;
use super::request::{NoRequest, first_page, render_fetch};
use crate::paginate::{Pace, pace};
use crate::redact::{MASK, Redactor};
use crate::transport::{apply_auth, strip_auth};
use veil::{Cover, Veil, is_word_ahead};

/// What a plan holds that is no value of the run, or none to show.
#[derive(Debug, Clone, Default)]
pub struct Hidden {
    /// Inputs without a value, for which something stands in.
    pub missing: BTreeSet<String>,
    /// Names below `each` whose values hang on a missing input.
    pub unknown_each: BTreeSet<String>,
    /// Names below `each` whose values come from secrets.
    pub secret_each: BTreeSet<String>,
}

/// What a run would do with one resource.
#[derive(Debug)]
pub struct ResourcePreview {
    /// The first request of its first combination; none where it has no path. The error says why it cannot be made.
    pub request: Option<Result<RequestPreview, Box<Diagnostic>>>,
    /// How its pages follow each other; none where it has no path.
    pub pace: Option<Pace>,
    /// The way of its rows.
    pub row_path: RowPath,
    /// Besides, the whole body is parsed for a place of the paginator that is no plain path.
    pub whole_body: bool,
}

/// A request as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPreview {
    /// `GET`, `POST`, …
    pub method: String,
    /// With its query, a key that auth adds there included.
    pub url: String,
    /// Those of the resource; what auth adds is not among them.
    pub headers: Vec<(String, String)>,
    /// Content type and content.
    pub body: Option<(String, String)>,
}

/// Looks ahead at each resource of a plan, in the plan's order.
pub fn preview(plan: &Plan, hidden: &Hidden, redactor: &Redactor) -> Vec<ResourcePreview> {
    let extractors = Extractors::new(plan, &fields::kept(plan), plan.tables.iter().map(|_| None).collect());
    let of = |(index, resource): (usize, &ResourcePlan)| {
        let extractor = extractors.of(index);
        let written = resource.combinations.iter().any(|combination| combination.table.is_some());
        let plain = match &resource.selector {
            Selector::Auto => true,
            Selector::Path(path) => is_plain(path),
        };
        ResourcePreview {
            request: resource
                .fetch
                .as_ref()
                .map(|fetch| Look { plan, resource, hidden, redactor, veil: Veil::default() }.request(fetch)),
            pace: resource.fetch.as_ref().map(|fetch| pace(&fetch.paginator, resource.total.is_some())),
            row_path: extractor.row_path(resource, plain, written),
            whole_body: extractor.needs_whole_body(),
        }
    };
    plan.resources.iter().enumerate().map(of).collect()
}

/// Whose data a run of the plan reads: a folder that holds another account's refuses it.
pub fn account_of(plan: &Plan) -> Account {
    open::account(plan, None)
}

/// The look at one resource's request.
struct Look<'a> {
    plan: &'a Plan,
    resource: &'a ResourcePlan,
    hidden: &'a Hidden,
    redactor: &'a Redactor,
    veil: Veil,
}

impl Look<'_> {
    fn request(&self, fetch: &FetchPlan) -> Result<RequestPreview, Box<Diagnostic>> {
        let veiled = self.veiled(fetch);
        let scopes = Scopes { inputs: &self.plan.inputs, each: self.each(), ..Scopes::default() };
        let rendered = render_fetch(self.plan, self.resource, &veiled, &scopes, self.redactor);
        let (parts, start) = rendered.map_err(|reason| match reason {
            NoRequest::Fault(fault) => self.lifted_fault(*fault),
            NoRequest::Skipped => Box::new(Diagnostic::error(
                "internal",
                self.resource.at("path"),
                "a request was skipped before there was a row: a bug of restload",
            )),
        })?;
        let (mut parts, _) =
            first_page(&veiled.paginator, parts, start).map_err(|fault| self.lifted_fault(*fault))?;
        strip_auth(&mut parts.url, &self.resource.auth);
        let mut request = parts.render();
        if let AuthPlan::ApiKey { name, place: KeyPlace::Query, .. } = &self.resource.auth {
            let key = Secret::new(self.veil.word(MASK));
            let auth = AuthPlan::ApiKey { name: name.clone(), key, place: KeyPlace::Query };
            apply_auth(&mut request, &auth);
        }
        let body =
            request.body.map(|(kind, content)| (kind, self.lifted(&String::from_utf8_lossy(&content))));
        let headers = request.headers.into_iter().map(|(name, value)| (name, self.lifted(&value)));
        Ok(RequestPreview {
            method: request.method,
            url: self.lifted(self.without_base(fetch, request.url.as_str())),
            headers: headers.collect(),
            body,
        })
    }

    /// The values of `each` in the first combination.
    fn each(&self) -> Option<&Value> {
        self.resource.combinations.first().map(|combination| &combination.each)
    }

    fn lifted(&self, text: &str) -> String {
        self.redactor.redact(&self.veil.lift(text))
    }

    fn lifted_fault(&self, mut fault: Diagnostic) -> Box<Diagnostic> {
        fault.message = self.lifted(&fault.message);
        Box::new(fault)
    }

    /// A path that begins with a hole that goes through as it is may well be a URL of its own.
    fn without_base<'u>(&self, fetch: &FetchPlan, url: &'u str) -> &'u str {
        let base = self.plan.client.base_url.as_str();
        match url.strip_prefix(base) {
            Some(rest) if fetch.path.text().starts_with("{{{") && is_word_ahead(rest) => rest,
            _ => url,
        }
    }

    /// The request with words in place of what is not known or not shown.
    fn veiled(&self, fetch: &FetchPlan) -> FetchPlan {
        let cover = |hole: &restload_spec::Hole| self.cover(hole);
        let value = |value: &_| self.veil.value(value, &cover);
        let pairs = |pairs: &[(String, _)]| -> Vec<_> {
            pairs.iter().map(|(name, field)| (name.clone(), value(field))).collect()
        };
        FetchPlan {
            method: fetch.method.clone(),
            path: self.veil.template(&fetch.path, &cover),
            params: pairs(&fetch.params),
            headers: pairs(&fetch.headers),
            body: match &fetch.body {
                BodyPlan::Empty => BodyPlan::Empty,
                BodyPlan::Json(json) => BodyPlan::Json(value(json)),
                BodyPlan::Form(fields) => BodyPlan::Form(pairs(fields)),
                BodyPlan::Text(text) => BodyPlan::Text(self.veil.template(text, &cover)),
            },
            format: fetch.format.clone(),
            paginator: self.veiled_paginator(&fetch.paginator),
            at: fetch.at.clone(),
        }
    }

    /// As much of a paginator as the first request shows.
    fn veiled_paginator(&self, paginator: &PaginatorPlan) -> PaginatorPlan {
        let cover = |hole: &restload_spec::Hole| self.cover(hole);
        let covers = |start: &restload_spec::plan::ValueTemplate| {
            start.templates().iter().flat_map(|template| template.holes()).any(|hole| cover(hole).is_some())
        };
        let nowhere = || AnswerPlace::Header(String::new());
        let kind = match &paginator.kind {
            // A number that is not known goes out like a cursor, which may be any text.
            PaginatorKind::PageNumber { param, start, .. } | PaginatorKind::Offset { param, start }
                if covers(start) =>
            {
                let start = Some(self.veil.value(start, &cover));
                PaginatorKind::Cursor { next: nowhere(), param: param.clone(), start }
            }
            PaginatorKind::PageNumber { param, start, .. } => {
                PaginatorKind::PageNumber { param: param.clone(), start: start.clone(), total_pages: None }
            }
            PaginatorKind::Offset { param, start } => {
                PaginatorKind::Offset { param: param.clone(), start: start.clone() }
            }
            PaginatorKind::Cursor { param, start, .. } => {
                let start = start.as_ref().map(|start| self.veil.value(start, &cover));
                PaginatorKind::Cursor { next: nowhere(), param: param.clone(), start }
            }
            PaginatorKind::Auto { .. }
            | PaginatorKind::SinglePage
            | PaginatorKind::HeaderLink { .. }
            | PaginatorKind::JsonLink { .. } => PaginatorKind::SinglePage,
        };
        PaginatorPlan {
            kind,
            size: paginator.size.clone(),
            has_more: None,
            stop_on_empty_page: false,
            stop_on_short_page: false,
            max_pages: None,
            keep_params: false,
            at: paginator.at.clone(),
        }
    }

    /// What is shown in place of a hole's value, where it has none to show.
    fn cover(&self, hole: &restload_spec::Hole) -> Option<Cover> {
        use restload_spec::Scope;
        let first = hole.path.first().map_or("", String::as_str);
        match hole.scope {
            Scope::Inputs if self.plan.inputs.get(first).is_some_and(|input| input.secret) => {
                Some(Cover::Secret)
            }
            Scope::Inputs => self.hidden.missing.contains(first).then_some(Cover::Unknown),
            Scope::Each if self.hidden.secret_each.contains(first) => Some(Cover::Secret),
            Scope::Each => {
                let unknown = self.each().is_none() || self.hidden.unknown_each.contains(first);
                unknown.then_some(Cover::Unknown)
            }
            Scope::Parent
            | Scope::Resources
            | Scope::Batch
            | Scope::Incremental
            | Scope::Run
            | Scope::Row
            | Scope::Token => Some(Cover::Unknown),
        }
    }
}
