//! The first request of a walk, rendered.

use restload_diag::{Diagnostic, Pointer};
use restload_spec::plan::{
    BodyPlan, FetchPlan, FillError, FormatPlan, OnMissing, PaginatorPlan, Plan, ResourcePlan, ValueTemplate,
};
use restload_spec::{Escape, Scope, Scopes, Template};
use serde_json::Value;
use url::Url;

use crate::paginate::{self, Position};
use crate::redact::Redactor;
use crate::transport::{Body, RequestParts};

/// Why there is no request.
#[derive(Debug)]
pub(crate) enum NoRequest {
    /// The row above lacks a value, and `on_missing_parent: skip` takes that as no walk.
    Skipped,
    /// It cannot be rendered.
    Fault(Box<Diagnostic>),
}

/// Renders the request of a resource, without what its paginator sets; and the paginator's `start`.
pub(crate) fn render(
    plan: &Plan,
    resource: &ResourcePlan,
    scopes: &Scopes<'_>,
    redactor: &Redactor,
) -> Result<(RequestParts, Option<Value>), NoRequest> {
    let Some(fetch) = &resource.fetch else {
        let fault = Diagnostic::error(
            "internal",
            resource.at(""),
            "a request of a resource without a path: a bug of restload",
        );
        return Err(NoRequest::Fault(Box::new(fault)));
    };
    render_fetch(plan, resource, fetch, scopes, redactor)
}

/// The same for a request that is not the resource's own to the letter.
pub(crate) fn render_fetch(
    plan: &Plan,
    resource: &ResourcePlan,
    fetch: &FetchPlan,
    scopes: &Scopes<'_>,
    redactor: &Redactor,
) -> Result<(RequestParts, Option<Value>), NoRequest> {
    let render = Render { plan, resource, scopes, redactor };
    let mut parts = RequestParts {
        method: fetch.method.clone(),
        url: render.url(&fetch.path)?,
        params: render.pairs("params", &fetch.params)?,
        headers: render.pairs("headers", &fetch.headers)?,
        body: match &fetch.body {
            BodyPlan::Empty => Body::Empty,
            BodyPlan::Json(value) => {
                Body::Json(render.value(value, &resource.at("json"))?.unwrap_or(Value::Null))
            }
            BodyPlan::Form(fields) => Body::Form(render.pairs("form", fields)?),
            BodyPlan::Text(template) => {
                Body::Text(render.text(template, Escape::None, &resource.at("body"))?)
            }
        },
    };
    let is_accept = |(name, _): &(String, String)| name.eq_ignore_ascii_case("accept");
    if let Some(accept) = accepted(&fetch.format)
        && !parts.headers.iter().any(is_accept)
    {
        parts.headers.push(("Accept".to_owned(), accept.to_owned()));
    }
    let start = match fetch.paginator.start() {
        Some(start) => render.value(start, &fetch.paginator.at.join("start"))?,
        None => None,
    };
    Ok((parts, start))
}

/// What goes out as `Accept`, where it is not what goes out for JSON.
fn accepted(format: &FormatPlan) -> Option<&'static str> {
    match format {
        FormatPlan::ByContentType | FormatPlan::Json => None,
        FormatPlan::Lines => Some("application/x-ndjson, application/jsonl;q=0.9, */*;q=0.5"),
        FormatPlan::Csv(_) => Some("text/csv, */*;q=0.5"),
    }
}

/// Puts what the first page carries of the paginator into a request, and tells where the walk then is.
pub(crate) fn first_page(
    paginator: &PaginatorPlan,
    mut parts: RequestParts,
    start: Option<Value>,
) -> Result<(RequestParts, Position), Box<Diagnostic>> {
    let fault = |message: String| Box::new(Diagnostic::error("paginator", paginator.at.clone(), message));
    let (set, position) = paginate::first(paginator, start).map_err(|error| fault(error.to_string()))?;
    for (place, value) in &set {
        parts.set(place, value).map_err(|error| fault(error.to_string()))?;
    }
    Ok((parts, position))
}

struct Render<'a> {
    plan: &'a Plan,
    resource: &'a ResourcePlan,
    scopes: &'a Scopes<'a>,
    redactor: &'a Redactor,
}

impl Render<'_> {
    fn url(&self, path: &Template) -> Result<Url, NoRequest> {
        let at = self.resource.at("path");
        let text = self.text(path, Escape::PathSegment, &at)?;
        let absolute = text.starts_with("https://") || text.starts_with("http://");
        let text = if absolute {
            text
        } else {
            format!(
                "{}/{}",
                self.plan.client.base_url.as_str().trim_end_matches('/'),
                text.trim_start_matches('/')
            )
        };
        let url = Url::parse(&text).map_err(|error| {
            fault(Diagnostic::error(
                "url",
                at.clone(),
                format!("`{}` is no URL: {error}", self.redactor.redact(&text)),
            ))
        })?;
        // The URL standard folds `.` and `..` away; a path that did so would be another endpoint.
        let climbs = text.split(['?', '#']).next().unwrap_or_default().split('/').any(|segment| {
            let plain = segment.to_ascii_lowercase().replace("%2e", ".");
            plain == "." || plain == ".."
        });
        if climbs {
            return Err(fault(Diagnostic::error(
                "url",
                at,
                "a `.` or `..` in a path leads to another endpoint",
            )));
        }
        Ok(url)
    }

    fn text(&self, template: &Template, escape: Escape, at: &Pointer) -> Result<String, NoRequest> {
        let rendered = template.render(self.scopes, escape).map_err(|error| self.fill(&error.into(), at))?;
        let text = match rendered.value {
            Value::String(text) => text,
            Value::Null => {
                let row = template.sole_hole().is_some_and(|hole| of_row(hole.scope));
                let error =
                    Diagnostic::error("template-value", at.clone(), format!("`{}` is null", template.text()));
                return Err(if row { self.missing(error) } else { fault(error) });
            }
            value => value.to_string(),
        };
        if rendered.secret {
            self.redactor.register(&text);
            self.redactor.register_made(&rendered.made);
        }
        Ok(text)
    }

    fn value(&self, value: &ValueTemplate, at: &Pointer) -> Result<Option<Value>, NoRequest> {
        let filled = value.fill(self.scopes).map_err(|error| self.fill(&error, at))?;
        for template in value.templates().into_iter().filter(|template| self.may_be_secret(template)) {
            // What cannot be rendered does not go out.
            if let Ok(rendered) = template.render(self.scopes, Escape::None)
                && rendered.secret
            {
                self.register(&rendered.value);
                self.redactor.register_made(&rendered.made);
            }
        }
        Ok(filled)
    }

    fn may_be_secret(&self, template: &Template) -> bool {
        template.holes().iter().any(|hole| {
            let input = hole.path.first().and_then(|name| self.plan.inputs.get(name));
            hole.scope == Scope::Inputs && input.is_some_and(|input| input.secret)
        })
    }

    fn register(&self, value: &Value) {
        match value {
            Value::String(text) => self.redactor.register(text),
            Value::Array(items) => items.iter().for_each(|item| self.register(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.register(field)),
            _ => {}
        }
    }

    fn pairs(
        &self,
        key: &str,
        named: &[(String, ValueTemplate)],
    ) -> Result<Vec<(String, String)>, NoRequest> {
        let mut pairs = Vec::new();
        for (name, value) in named {
            let at = self.resource.at_entry(key, name);
            let Some(value) = self.value(value, &at)? else { continue };
            match value {
                Value::Null => {}
                Value::Array(items) => {
                    for item in items {
                        pairs.push((name.clone(), scalar(item, &at)?));
                    }
                }
                value => pairs.push((name.clone(), scalar(value, &at)?)),
            }
        }
        Ok(pairs)
    }

    fn fill(&self, error: &FillError, at: &Pointer) -> NoRequest {
        let (scope, rule) = match error {
            FillError::Render(error) => (error.absent().map(|hole| hole.scope), "template-value"),
            FillError::NullOfRow { scope, .. } => (Some(*scope), "template-value"),
        };
        let diagnostic = Diagnostic::error(rule, at.clone(), error.to_string());
        if scope.is_some_and(of_row) { self.missing(diagnostic) } else { fault(diagnostic) }
    }

    /// A value that the row above lacks.
    fn missing(&self, diagnostic: Diagnostic) -> NoRequest {
        match self.resource.parent.as_ref().map(|parent| parent.on_missing) {
            Some(OnMissing::Accept) => NoRequest::Skipped,
            _ => fault(
                diagnostic
                    .help("`on_missing_parent: skip` leaves out rows that lack the value, and counts them"),
            ),
        }
    }
}

fn fault(diagnostic: Diagnostic) -> NoRequest {
    NoRequest::Fault(Box::new(diagnostic))
}

fn of_row(scope: Scope) -> bool {
    matches!(scope, Scope::Parent | Scope::Resources | Scope::Batch)
}

fn scalar(value: Value, at: &Pointer) -> Result<String, NoRequest> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        other => Err(fault(
            Diagnostic::error("template-value", at.clone(), format!("{other} cannot stand here"))
                .help("`{{json …}}` writes it as JSON text"),
        )),
    }
}
