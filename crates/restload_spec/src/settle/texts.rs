//! Templates, paths and places: the small languages inside of texts, each with its place.

use restload_diag::{Diagnostic, Pointer};
use serde_json::Value;

use super::Settler;
use crate::plan::ValueTemplate;
use crate::spec;
use crate::{AnswerPlace, Hole, Path, RequestPlace, Scope, Template, TemplateFault, Test};

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

/// What a template may know of the token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum TokenUse {
    /// Nothing.
    #[default]
    Nothing,
    /// The fields of the answer that brought it.
    Fields,
    /// Itself.
    Itself,
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
    /// What is known of the token.
    pub(super) token: TokenUse,
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
                    if let Some(fault) = self.scope_fault(text, hole, at, allowed) {
                        self.fault(fault);
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
                    let fault = self.template_fault(text, fault, at);
                    self.fault(fault);
                }
                None
            }
        }
    }

    /// The fault of a template as written.
    fn template_fault(&self, text: &str, fault: TemplateFault, at: &Pointer) -> Diagnostic {
        let written = text.get(fault.range.clone()).unwrap_or_default();
        // A name alone that an input has can only be the input.
        let is_input = fault.rule == "unknown-scope" && self.spec.inputs.contains_key(written);
        let meant = match fault.meant {
            None if is_input => Some((fault.range.clone(), format!("inputs.{written}"))),
            meant => meant,
        };
        let diagnostic = Diagnostic::error(fault.rule, at.clone(), fault.message).within(fault.range);
        match meant.and_then(|(range, word)| self.rename(at, range, &word)) {
            Some(fix) => diagnostic.fix(fix),
            None => Diagnostic { help: fault.help, ..diagnostic },
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

    /// A path into JSON.
    pub(super) fn path(&mut self, text: &str, at: &Pointer) -> Option<Path> {
        match Path::parse(text) {
            Ok(path) => Some(path),
            Err(fault) => {
                let fault = self.path_fault(fault, at);
                self.fault(fault);
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
                    let fault = Diagnostic::error(
                        "path-syntax",
                        at,
                        "a place in a request is one place: names and indices only",
                    );
                    self.fault(fault.help("write the keys that lead to the value: `page.cursor`"));
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
