//! The templates of a resource with their places.

use restload_diag::Pointer;
use restload_spec::Template;
use restload_spec::plan::{BodyPlan, ValueTemplate};

use crate::{Lint, Subject};

/// A template and where it stands.
#[derive(Clone, Debug)]
pub struct Placed<'a> {
    /// The place of the text.
    pub at: Pointer,
    /// The key of the resource that it belongs to.
    pub key: &'static str,
    /// The template.
    pub template: &'a Template,
}

impl<'a> Lint<'a> {
    /// All templates of a resource over more than inputs: of its requests and of `add`. Those that are faulty are left
    /// out.
    pub fn templates(&self, resource: &Subject<'a>) -> Vec<Placed<'a>> {
        let mut found = Vec::new();
        let Some(plan) = resource.plan else { return found };
        let at = |path: &[&str]| resource.written.pointer(path);
        if let Some(fetch) = &plan.fetch {
            found.push(Placed { at: at(&["path"]), key: "path", template: &fetch.path });
            for (key, values) in [("params", &fetch.params), ("headers", &fetch.headers)] {
                for (name, value) in values {
                    collect(value, &at(&[key, name]), key, &mut found);
                }
            }
            match &fetch.body {
                BodyPlan::Empty => {}
                BodyPlan::Json(ValueTemplate::Map(fields)) => {
                    for (name, value) in fields {
                        collect(value, &at(&["json", name]), "json", &mut found);
                    }
                }
                BodyPlan::Json(value) => collect(value, &at(&["json"]), "json", &mut found),
                BodyPlan::Form(fields) => {
                    for (name, value) in fields {
                        collect(value, &at(&["form", name]), "form", &mut found);
                    }
                }
                BodyPlan::Text(template) => {
                    found.push(Placed { at: at(&["body"]), key: "body", template });
                }
            }
            if let Some(start) = fetch.paginator.start() {
                collect(start, &at(&["paginator", "start"]), "paginator", &mut found);
            }
        }
        for (name, value) in &plan.add {
            collect(value, &at(&["add", name]), "add", &mut found);
        }
        found
    }
}

fn collect<'a>(value: &'a ValueTemplate, at: &Pointer, key: &'static str, found: &mut Vec<Placed<'a>>) {
    match value {
        ValueTemplate::Literal(_) => {}
        ValueTemplate::Template(template) => found.push(Placed { at: at.clone(), key, template }),
        ValueTemplate::List(items) => {
            for (n, item) in items.iter().enumerate() {
                collect(item, &at.join(n), key, found);
            }
        }
        ValueTemplate::Map(fields) => {
            for (name, field) in fields {
                collect(field, &at.join(name), key, found);
            }
        }
    }
}
