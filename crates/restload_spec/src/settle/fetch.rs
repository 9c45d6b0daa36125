//! Requests and paginators, settled.

use restload_diag::{Diagnostic, Part, Pointer};
use serde_json::{Map, Value};

use super::Settler;
use super::texts::Allowed;
use crate::plan::{
    BodyPlan, FetchPlan, FormatPlan, IncrementalPlan, PaginatorKind, PaginatorPlan, ValueTemplate,
};
use crate::spec::{
    Method, Paginator, PaginatorKind as Written, RequestPlace as WrittenPlace, Resource, Templated,
};
use crate::{RequestPlace, Resolved, Template};

impl Settler<'_> {
    /// The requests of a resource that has a path.
    pub(super) fn fetch(&mut self, resolved: &Resolved, path: &str, allowed: &Allowed) -> Option<FetchPlan> {
        let (name, resource) = (resolved.name.as_str(), &resolved.resource);
        let path_at = self.at(name, &["path"]);
        let path = self.template(path, &path_at, allowed);
        let params = self.named_values(name, "params", &resource.params, allowed);
        let headers = self.named_values(name, "headers", &resource.headers, allowed);
        let body = self.body(name, resource, allowed);
        let paginator = match &resource.paginator {
            Some(paginator) => self.paginator(name, paginator, allowed),
            None if resolved.is_broken("paginator") => None,
            None => self.paginator(name, &Paginator::auto(), allowed),
        };
        if let (Some(paginator), Some(body)) = (&paginator, &body) {
            self.check_places_of(paginator, body);
        }
        let format = self.format(resolved);
        let method = match resource.method {
            None | Some(Method::Get) => "GET",
            Some(Method::Post) => "POST",
            Some(Method::Put) => "PUT",
            Some(Method::Patch) => "PATCH",
        };
        let at = self.at(name, &[]);
        Some(FetchPlan {
            method: method.to_owned(),
            path: path?,
            params,
            headers,
            body: body.unwrap_or(BodyPlan::Empty),
            format,
            paginator: paginator?,
            at,
        })
    }

    /// A map of names to values with templates; those that are faulty are left out.
    pub(super) fn named_values(
        &mut self,
        resource: &str,
        key: &str,
        values: &Map<String, Value>,
        allowed: &Allowed,
    ) -> Vec<(String, ValueTemplate)> {
        let settled = values.iter().filter_map(|(name, value)| {
            let at = self.at(resource, &[key, name]);
            self.value_template(value, &at, allowed).map(|value| (name.clone(), value))
        });
        settled.collect()
    }

    fn body(&mut self, name: &str, resource: &Resource, allowed: &Allowed) -> Option<BodyPlan> {
        let written = [
            ("json", resource.json.is_some()),
            ("form", resource.form.is_some()),
            ("body", resource.body.is_some()),
        ];
        let mut keys = written.iter().filter(|(_, there)| *there).map(|(key, _)| *key);
        let first = keys.next();
        if let (Some(first), Some(second)) = (first, keys.next()) {
            let fault = self.two_bodies(name, first, second);
            self.fault(fault);
            return None;
        }
        Some(match first {
            Some("json") => {
                let at = self.at(name, &["json"]);
                BodyPlan::Json(self.value_template(resource.json.as_ref()?, &at, allowed)?)
            }
            Some("form") => BodyPlan::Form(self.named_values(name, "form", resource.form.as_ref()?, allowed)),
            Some(_) => {
                let at = self.at(name, &["body"]);
                BodyPlan::Text(self.template(resource.body.as_ref()?, &at, allowed)?)
            }
            None => BodyPlan::Empty,
        })
    }

    /// Places that a paginator puts something into are in a body of the request's kind.
    fn check_places_of(&mut self, paginator: &PaginatorPlan, body: &BodyPlan) {
        let param = match &paginator.kind {
            PaginatorKind::PageNumber { param, .. }
            | PaginatorKind::Offset { param, .. }
            | PaginatorKind::Cursor { param, .. } => Some((param, "param")),
            _ => None,
        };
        let size = paginator.size.as_ref().and_then(|(place, _)| place.as_ref()).map(|at| (at, "size_param"));
        for (place, key) in param.into_iter().chain(size) {
            self.check_place(place, body, paginator.at.join(key));
        }
    }

    /// The same for the bounds of an increment; and CSV holds no token.
    pub(super) fn check_increment_of(&mut self, fetch: &FetchPlan, incremental: &IncrementalPlan) {
        let start = incremental.start_param.as_ref().map(|place| (place, "start_param"));
        let end = incremental.end_param.as_ref().map(|place| (place, "end_param"));
        for (place, key) in start.into_iter().chain(end) {
            self.check_place(place, &fetch.body, incremental.at.join(key));
        }
        if incremental.token().is_some() && matches!(fetch.format, FormatPlan::Csv(_)) {
            let message = "a path leads into a JSON body, and CSV has none";
            let at = incremental.at.join("cursor");
            self.fault(
                Diagnostic::error("place-in-csv", at, message)
                    .help("name a column, whose values are compared"),
            );
        }
    }

    /// A place in a body is one of a body of its kind; where there is no body, it makes one.
    fn check_place(&mut self, place: &RequestPlace, body: &BodyPlan, at: Pointer) {
        let (wanted, name) = match place {
            RequestPlace::Json(path) => ("json", path.text().to_owned()),
            RequestPlace::Form(name) => ("form", name.clone()),
            RequestPlace::Param(_) | RequestPlace::Header(_) => return,
        };
        let (found, help) = match body {
            BodyPlan::Json(_) => {
                ("json", format!("write `{{json: {name}}}`, or send the body as `{wanted}`"))
            }
            BodyPlan::Form(_) => {
                ("form", format!("write `{{form: {name}}}`, or send the body as `{wanted}`"))
            }
            BodyPlan::Text(_) => ("body", format!("send the body as `{wanted}`: text has no places")),
            BodyPlan::Empty => return,
        };
        if wanted != found {
            let message =
                format!("the place is in a body of `{wanted}`, and this request has one of `{found}`");
            self.fault(Diagnostic::error("place-in-another-body", at, message).help(help));
        }
    }

    /// Two keys that each say what the body is; the resource's own is the one at fault where `defaults` give the other.
    fn two_bodies(&self, name: &str, first: &str, second: &str) -> Diagnostic {
        let of_defaults = |key: &str| self.at(name, &[key]).segments().next() == Some("defaults");
        let (at_fault, other) = if of_defaults(second) { (first, second) } else { (second, first) };
        let message = format!("a request has one body, and `{other}` is one already");
        let fault = Diagnostic::error("two-bodies", self.at(name, &[at_fault]), message).on(Part::Key);
        let fault = fault.label(self.at(name, &[other]), Part::Key, "this one");
        if of_defaults(other) && !of_defaults(at_fault) {
            return fault.help(format!("`{other}: null` takes away what `defaults` give"));
        }
        fault.help(format!("leave out `{at_fault}` or `{other}`"))
    }

    fn paginator(&mut self, name: &str, written: &Paginator, allowed: &Allowed) -> Option<PaginatorPlan> {
        let at = self.at(name, &["paginator"]);
        let mut kind = self.paginator_kind(&written.kind, &at, allowed);
        let paging = &written.paging;
        let counted = matches!(written.kind, Written::PageNumber(_) | Written::Offset(_));
        let size = match (&paging.size_param, &paging.size) {
            (param, Some(size)) => {
                let size = self.scalar(Some(size), 1, &at.join("size"));
                let param = param.as_ref().map(|param| self.request_place(param, &at.join("size_param")));
                Some((param.flatten(), size))
            }
            (Some(_), None) if self.is_broken(&at.join("size")) => None,
            (Some(_), None) => {
                self.fault(
                    Diagnostic::error(
                        "missing-key",
                        at.clone(),
                        "`size_param` names a place, but there is no `size` to put there",
                    )
                    .help("`size: 100`, or whatever the API takes at most"),
                );
                None
            }
            (None, None) => None,
        };
        let has_more = paging.has_more.as_ref().map(|test| self.test(test, &at.join("has_more")));
        let stop_on_short_page =
            self.scalar(paging.stop_on_short_page.as_ref(), false, &at.join("stop_on_short_page"));
        if stop_on_short_page && paging.size.is_none() && !self.is_broken(&at.join("size")) {
            self.fault(
                Diagnostic::error(
                    "short-page-without-size",
                    at.join("stop_on_short_page"),
                    "a page is short when it has fewer rows than `size`, and there is no `size`",
                )
                .on(Part::Key)
                .help(
                    "write the `size` of a page that the API gives, with `size_param` where it is asked for",
                ),
            );
        }
        let max_pages = paging.max_pages.as_ref().map(|max| self.scalar(Some(max), 1, &at.join("max_pages")));
        let stop_on_empty_page =
            self.scalar(paging.stop_on_empty_page.as_ref(), counted, &at.join("stop_on_empty_page"));
        if let Some(PaginatorKind::Auto { stop_on_empty_page: written }) = &mut kind {
            *written = paging.stop_on_empty_page.as_ref().map(|_| stop_on_empty_page);
        }
        Some(PaginatorPlan {
            kind: kind?,
            size,
            has_more: has_more.flatten(),
            stop_on_empty_page,
            stop_on_short_page,
            max_pages,
            keep_params: self.scalar(paging.keep_params.as_ref(), false, &at.join("keep_params")),
            at,
        })
    }

    fn paginator_kind(&mut self, kind: &Written, at: &Pointer, allowed: &Allowed) -> Option<PaginatorKind> {
        Some(match kind {
            Written::Auto => PaginatorKind::Auto { stop_on_empty_page: None },
            Written::SinglePage => PaginatorKind::SinglePage,
            Written::PageNumber(page) => {
                let total_pages =
                    page.total_pages.as_ref().map(|place| self.answer_place(place, &at.join("total_pages")));
                let param = self.param(page.param.as_ref(), "page", at);
                let start = self.count_start(page.start.as_ref(), 1, at, allowed);
                PaginatorKind::PageNumber { param: param?, start: start?, total_pages: total_pages.flatten() }
            }
            Written::Offset(offset) => {
                let param = self.param(offset.param.as_ref(), "offset", at);
                let start = self.count_start(offset.start.as_ref(), 0, at, allowed);
                PaginatorKind::Offset { param: param?, start: start? }
            }
            Written::Cursor(cursor) => {
                let next = self.answer_place(&cursor.next, &at.join("next"));
                let param = self.param(cursor.param.as_ref(), "cursor", at);
                let start = cursor.start.as_ref().map(|start| {
                    let at = at.join("start");
                    self.value_template(start, &at, allowed)
                });
                PaginatorKind::Cursor { next: next?, param: param?, start: start.flatten() }
            }
            Written::HeaderLink(link) => PaginatorKind::HeaderLink {
                rel: match &link.rel {
                    Some(rel) => self.text(rel, &at.join("rel"))?,
                    None => "next".to_owned(),
                },
            },
            Written::JsonLink(link) => {
                PaginatorKind::JsonLink { next: self.answer_place(&link.next, &at.join("next"))? }
            }
        })
    }

    fn param(&mut self, place: Option<&WrittenPlace>, default: &str, at: &Pointer) -> Option<RequestPlace> {
        match place {
            Some(place) => self.request_place(place, &at.join("param")),
            None => Some(RequestPlace::Param(default.to_owned())),
        }
    }

    fn count_start(
        &mut self,
        start: Option<&Templated<i64>>,
        default: i64,
        at: &Pointer,
        allowed: &Allowed,
    ) -> Option<ValueTemplate> {
        match start {
            None => Some(ValueTemplate::Literal(default.into())),
            Some(Templated::Value(start)) => Some(ValueTemplate::Literal((*start).into())),
            Some(Templated::Template(text)) => {
                self.template(text, &at.join("start"), allowed).map(ValueTemplate::Template)
            }
        }
    }
}

impl ValueTemplate {
    /// All templates in it.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Template(template) => vec![template],
            Self::List(items) => items.iter().flat_map(Self::templates).collect(),
            Self::Map(fields) => fields.iter().flat_map(|(_, field)| field.templates()).collect(),
        }
    }
}
