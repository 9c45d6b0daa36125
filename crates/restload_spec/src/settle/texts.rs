//! Templates, paths, durations and the other small languages inside of texts, each with its place.

use restload_diag::{Diagnostic, Pointer};
use serde_json::Value;

use super::Settler;
use crate::near::nearest;
use crate::plan::ValueTemplate;
use crate::spec::{self, Templated};
use crate::{AnswerPlace, Duration, Escape, Hole, Path, RequestPlace, Scope, Scopes, Template, Test};

/// What a template may know of its resource's parent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Above {
    /// Nothing.
    #[default]
    Nothing,
    /// One row: there is a walk for each.
    Row,
    /// A batch of rows: there is a walk for each batch.
    Batch,
}

/// The scopes that a template may use where it stands.
#[expect(clippy::struct_excessive_bools, reason = "one for each scope, and they are independent")]
#[derive(Debug, Clone, Default)]
pub(super) struct Allowed {
    /// What is known of the parent.
    pub(super) above: Above,
    /// The names below `each`.
    pub(super) each: Vec<String>,
    /// The names below `resources`.
    pub(super) ancestors: Vec<String>,
    /// The row is known.
    pub(super) row: bool,
    /// The bounds of the increment are known.
    pub(super) incremental: bool,
    /// The run is known.
    pub(super) run: bool,
    /// The parent cannot be read: what is known of it is not judged.
    pub(super) unsure: bool,
}

impl Settler<'_> {
    /// Parses a template and checks the scopes of its holes.
    pub(super) fn template(&mut self, text: &str, at: &Pointer, allowed: &Allowed) -> Option<Template> {
        match Template::parse(text) {
            Ok(template) => {
                let before = self.faults.len();
                for hole in template.holes() {
                    if let Some(fault) = self.scope_fault(hole, at, allowed) {
                        self.fault(fault.within(hole.range.clone()));
                    }
                }
                let broken = |hole: &&Hole| {
                    let name = hole.path.first().map_or("", String::as_str);
                    hole.scope == Scope::Inputs
                        && (self.broken_inputs.contains(name)
                            || (self.any_input && !self.spec.inputs.contains_key(name)))
                };
                (self.faults.len() == before && !template.holes().iter().any(|hole| broken(&hole)))
                    .then_some(template)
            }
            Err(faults) => {
                for fault in faults {
                    let mut diagnostic =
                        Diagnostic::error(fault.rule, at.clone(), fault.message).within(fault.range);
                    diagnostic.help = fault.help;
                    self.fault(diagnostic);
                }
                None
            }
        }
    }

    fn scope_fault(&self, hole: &Hole, at: &Pointer, allowed: &Allowed) -> Option<Diagnostic> {
        let fault = |rule, message: String| Some(Diagnostic::error(rule, at.clone(), message));
        let first = hole.path.first().map_or("", String::as_str);
        let of_parent = matches!(hole.scope, Scope::Parent | Scope::Batch | Scope::Resources | Scope::Each);
        match hole.scope {
            _ if allowed.unsure && of_parent => None,
            Scope::Inputs if self.any_input => None,
            Scope::Inputs => {
                let names = self.spec.inputs.keys().chain(&self.broken_inputs).map(String::as_str);
                unknown("unknown-input", "input", first, names, at)
            }
            Scope::Parent if allowed.above == Above::Row => None,
            Scope::Parent if allowed.above == Above::Batch => fault(
                "scope-not-here",
                "`parent` is not one row where the parent's rows come in batches".into(),
            )
            .map(|fault| fault.help("`batch.<field>` is the list of that field over the batch")),
            Scope::Parent => {
                fault("parent-without-parent", "`parent` is used, but the resource has no `parent`".into())
                    .map(|fault| fault.help("name the resource whose rows are meant: `parent: <resource>`"))
            }
            Scope::Batch if allowed.above == Above::Batch => None,
            Scope::Batch => fault(
                "scope-not-here",
                "`batch` is used, but the parent's rows do not come in batches".into(),
            )
            .map(|fault| fault.help("`parent: {resource: <name>, batch: 100}`")),
            Scope::Resources => {
                let names = allowed.ancestors.iter().map(String::as_str);
                unknown("unknown-parent", "ancestor", first, names, at)
            }
            Scope::Each if allowed.each.is_empty() => {
                fault("each-without-for-each", "`each` is used, but there is no `for_each`".into())
            }
            Scope::Each => {
                let names = allowed.each.iter().map(String::as_str);
                unknown("unknown-each", "name of `for_each`", first, names, at)
            }
            Scope::Row if allowed.row => None,
            Scope::Row => fault("scope-not-here", "`row` is known in `add` only".into()),
            Scope::Run if allowed.run => match first {
                "id" | "started_at" => None,
                _ => fault(
                    "unknown-scope",
                    format!("`run.{first}` does not exist: there are `run.id` and `run.started_at`"),
                ),
            },
            Scope::Run => fault("scope-not-here", "`run` is not known here: only `inputs` are".into()),
            Scope::Incremental if allowed.incremental => None,
            Scope::Incremental => {
                fault("incremental-without-incremental", "there is no `incremental` here".into())
            }
            Scope::Token => fault("scope-not-here", "`token` is not known here".into()),
        }
    }

    /// A JSON value with templates in its strings.
    pub(super) fn value_template(
        &mut self,
        value: &Value,
        at: &Pointer,
        allowed: &Allowed,
    ) -> Option<ValueTemplate> {
        match value {
            Value::String(text) => {
                let template = self.template(text, at, allowed)?;
                Some(match template.literal() {
                    Some(text) => ValueTemplate::Literal(Value::from(text)),
                    None => ValueTemplate::Template(template),
                })
            }
            Value::Array(items) => {
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(n, item)| self.value_template(item, &at.join(n), allowed))
                    .collect::<Vec<_>>();
                let items = items.into_iter().collect::<Option<Vec<_>>>()?;
                Some(ValueTemplate::List(items))
            }
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, field)| {
                        self.value_template(field, &at.join(name), allowed).map(|field| (name.clone(), field))
                    })
                    .collect::<Vec<_>>();
                let fields = fields.into_iter().collect::<Option<Vec<_>>>()?;
                Some(ValueTemplate::Map(fields))
            }
            literal => Some(ValueTemplate::Literal(literal.clone())),
        }
    }

    /// Renders a text over `inputs`; with whether it is a secret.
    pub(super) fn rendered(&mut self, text: &str, at: &Pointer) -> Option<(Value, bool)> {
        self.rendered_as(text, at, Escape::None)
    }

    /// The same with an escape for its holes.
    pub(super) fn rendered_as(&mut self, text: &str, at: &Pointer, escape: Escape) -> Option<(Value, bool)> {
        let template = self.template(text, at, &Allowed::default())?;
        let scopes = Scopes { inputs: &self.inputs, ..Scopes::default() };
        match template.render(&scopes, escape) {
            Ok(rendered) => Some((rendered.value, rendered.secret)),
            Err(error) => {
                self.error("template-value", at.clone(), error.to_string());
                None
            }
        }
    }

    /// A text over `inputs` that must come to a text.
    pub(super) fn text(&mut self, text: &str, at: &Pointer) -> Option<String> {
        match self.rendered(text, at)?.0 {
            Value::String(text) => Some(text),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            value => {
                self.error(
                    "template-value",
                    at.clone(),
                    format!("this comes to {value}, and must be a text"),
                );
                None
            }
        }
    }

    /// A scalar that may be a template over `inputs`; the default where there is none.
    pub(super) fn scalar<T: serde::de::DeserializeOwned + Clone>(
        &mut self,
        written: Option<&Templated<T>>,
        default: T,
        at: &Pointer,
    ) -> T {
        match written {
            None => default,
            Some(Templated::Value(value)) => value.clone(),
            Some(Templated::Template(text)) => {
                let Some((value, _)) = self.rendered(text, at) else { return default };
                let shown = value.to_string();
                let value = match value {
                    Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
                    value => value,
                };
                serde_json::from_value(value).unwrap_or_else(|error| {
                    self.error("template-value", at.clone(), format!("this comes to {shown}: {error}"));
                    default
                })
            }
        }
    }

    pub(super) fn duration(
        &mut self,
        written: Option<&String>,
        default: std::time::Duration,
        at: &Pointer,
    ) -> std::time::Duration {
        let Some(text) = written else { return default };
        let Some(text) = self.text(text, at) else { return default };
        match Duration::parse(&text) {
            Ok(duration) => duration.as_std().unwrap_or_else(|| {
                self.error(
                    "duration",
                    at.clone(),
                    format!("`{text}` has no fixed length here; write it in days or less"),
                );
                default
            }),
            Err(error) => {
                self.error("duration", at.clone(), error.to_string());
                default
            }
        }
    }

    /// A path into JSON.
    pub(super) fn path(&mut self, text: &str, at: &Pointer) -> Option<Path> {
        match Path::parse(text) {
            Ok(path) => Some(path),
            Err(fault) => {
                let mut diagnostic =
                    Diagnostic::error("path-syntax", at.clone(), fault.message).within(fault.range);
                diagnostic.help = fault.help;
                self.fault(diagnostic);
                None
            }
        }
    }

    pub(super) fn answer_place(&mut self, place: &spec::AnswerPlace, at: &Pointer) -> Option<AnswerPlace> {
        let inner = |name: &str| {
            let inner = at.join(name);
            if self.document.get(&inner).is_some() { inner } else { at.clone() }
        };
        match place {
            spec::AnswerPlace::Body(path) => {
                let at = inner("path");
                self.path(path, &at).map(AnswerPlace::Body)
            }
            spec::AnswerPlace::Header(name) => Some(AnswerPlace::Header(name.clone())),
            spec::AnswerPlace::Row(path) => {
                let at = inner("row");
                self.path(path, &at).map(AnswerPlace::Row)
            }
        }
    }

    pub(super) fn request_place(&mut self, place: &spec::RequestPlace, at: &Pointer) -> Option<RequestPlace> {
        Some(match place {
            spec::RequestPlace::Param(name) => RequestPlace::Param(name.clone()),
            spec::RequestPlace::Form(name) => RequestPlace::Form(name.clone()),
            spec::RequestPlace::Header(name) => RequestPlace::Header(name.clone()),
            spec::RequestPlace::Json(path) => {
                let at = at.join("json");
                let path = self.path(path, &at)?;
                if path.steps().is_none_or(|steps| steps.is_empty() || steps.contains(&crate::Step::Wildcard))
                {
                    self.error("path-syntax", at, "a place in a request is made of names and indices only");
                    return None;
                }
                RequestPlace::Json(path)
            }
        })
    }

    pub(super) fn test(&mut self, test: &spec::Test, at: &Pointer) -> Option<Test> {
        let place = self.answer_place(&test.place, at)?;
        let equals = test.equals.as_ref().map(|equals| match equals {
            Value::Array(values) => values.clone(),
            value => vec![value.clone()],
        });
        Some(Test { place, equals })
    }
}

/// The fault of a name that is not among those there are.
fn unknown<'n>(
    rule: &'static str,
    what: &str,
    name: &str,
    names: impl Iterator<Item = &'n str> + Clone,
    at: &Pointer,
) -> Option<Diagnostic> {
    if names.clone().any(|known| known == name) {
        return None;
    }
    let fault = Diagnostic::error(rule, at.clone(), format!("there is no {what} `{name}`"));
    let known = names.clone().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
    Some(match nearest(name, names) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => fault,
        None => fault.help(format!("there is {known}")),
    })
}
